"""CSV files as people send them: UTF-8 with or without a byte order mark, any order of columns, nothing unknown."""

import csv
import io
from collections.abc import Sequence

from incubator.importing.errors import FileEmpty, FileTooLarge, WrongEncoding, WrongHeader, WrongShape

MAX_BYTES = 700_000
MAX_ROWS = 5_000


def read_rows(content: bytes, columns: Sequence[str], *, optional: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the rows below the header, cells as text.

    Raises:
        FileTooLarge: more than 700 kB or 5,000 rows.
        WrongEncoding: not UTF-8.
        WrongHeader: a column is missing, unknown or named twice.
        WrongShape: a row with another number of cells; rows count from 1 below the header.
        FileEmpty: no rows.
    """
    if len(content) > MAX_BYTES:
        raise FileTooLarge(limit=f"{MAX_BYTES // 1000} kB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongEncoding(byte_offset=error.start) from error
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, str]] = []
    try:
        header = [name.strip() for name in next(lines, [])]
        known = {*columns, *optional}
        missing = [name for name in columns if name not in header]
        unknown = [name for name in header if name not in known] + [name for name in set(header) if header.count(name) > 1]
        if missing or unknown:
            raise WrongHeader(missing=missing, unknown=unknown, expected=list(columns))
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise WrongShape(row=len(rows) + 1)
            rows.append(dict(zip(header, cells, strict=True)))
            if len(rows) > MAX_ROWS:
                raise FileTooLarge(limit=f"{MAX_ROWS} rows")
    except csv.Error as error:
        raise WrongShape(row=len(rows) + 1) from error
    if not rows:
        raise FileEmpty()
    return rows
