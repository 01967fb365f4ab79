"""`incubator month`: bills a folder of lines in a database of its own, which is gone afterwards."""

import asyncio
import contextlib
import csv
import io
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from incubator import db, jobs, schema
from incubator.cli.servers import addresses
from incubator.config import Settings, credentials
from incubator.importing.errors import OutUnwritable
from incubator.importing.month import OUT_COLUMNS, InvoicedGroup, bill_month
from incubator.importing.month_file import LineRow, read_month
from incubator.kernel.ids import new_id
from incubator.kernel.periods import Period


def run(settings: Settings, folder: Path, out: Path, month_text: str) -> None:
    """Bill the folder's lines and write what was invoiced; nothing is written when anything is refused.

    Raises:
        DomainError: the file, a cell of it, or the target; see `read_month`.
    """
    lines, month = read_month(folder, month_text)
    with addresses(settings) as found:
        groups = asyncio.run(_bill(found.database_url, lines, month))
    write(out, groups)


async def _bill(server_url: str, lines: Sequence[LineRow], month: Period) -> list[InvoicedGroup]:
    async with _database_of_its_own(server_url) as url:
        await schema.migrate(url)
        await db.connect(url)
        jobs.load()
        try:
            return await bill_month(lines, month)
        finally:
            await db.close()


@contextlib.asynccontextmanager
async def _database_of_its_own(server_url: str) -> AsyncIterator[str]:
    """Make an empty database on the server, and drop it afterwards, whatever happens."""
    name = f"incubator_month_{new_id().hex}"
    connection = await asyncpg.connect(**credentials(server_url))
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
        finally:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await connection.close()


def write(out: Path, groups: Sequence[InvoicedGroup]) -> None:
    """Write the groups as CSV, the whole file or none of it.

    Raises:
        OutUnwritable: the file cannot be written.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(OUT_COLUMNS)
    rows.writerows(group.cells() for group in groups)
    try:
        handle, name = tempfile.mkstemp(dir=out.absolute().parent, prefix=f".{out.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.getvalue().encode("utf-8"))
            Path(name).chmod(0o644)
            Path(name).replace(out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutUnwritable(file=str(out), reason=error.strerror or type(error).__name__) from error
