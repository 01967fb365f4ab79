"""Keyset pages: a cursor is the ordering values of a row, so a page costs the same at any depth and never repeats or skips a row."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from incubator import db
from incubator.kernel.errors import OutOfRange, PatternMismatch
from incubator.kernel.jsonable import jsonable

MAX_PAGE = 100
DEFAULT_PAGE = 25


@dataclass(frozen=True, slots=True)
class Order:
    """One column of an ordering: its name in the base query (never null there), its SQL type, its direction."""

    column: str
    sql_type: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows: the `first` after a cursor, or the `last` before one."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of rows in order, with a cursor each; `total` only when it was asked for."""

    rows: list[asyncpg.Record]
    cursors: list[str]
    has_next: bool
    has_previous: bool
    total: int | None = None


def encode_cursor(values: Sequence[object]) -> str:
    """Return the opaque cursor of ordering values."""
    return base64.urlsafe_b64encode(json.dumps(jsonable(list(values)), ensure_ascii=False).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, count: int, field: str) -> list[str]:
    """Return the ordering values of a cursor as text.

    Raises:
        PatternMismatch: it is not a cursor of this list.
    """
    try:
        raw = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise PatternMismatch(field=field, limit="a cursor of this list", path=(field,)) from error
    if not isinstance(raw, list) or len(raw) != count or not all(isinstance(item, (str, int)) for item in raw):
        raise PatternMismatch(field=field, limit="a cursor of this list", path=(field,))
    return [str(item) for item in raw]


def check(page: Page) -> tuple[int, bool]:
    """Return how many rows and whether they are counted from the end.

    Raises:
        OutOfRange: `first` or `last` is below 0 or above 100, or both are given.
    """
    if page.first is not None and page.last is not None:
        raise OutOfRange(field="last", limit="first or last, not both", path=("last",))
    for name, size in (("first", page.first), ("last", page.last)):
        if size is not None and not 0 <= size <= MAX_PAGE:
            raise OutOfRange(field=name, limit=f"0 – {MAX_PAGE}", path=(name,))
    if page.last is not None:
        return page.last, True
    return DEFAULT_PAGE if page.first is None else page.first, False


async def paginate(sql: str, args: Sequence[object], order: Sequence[Order], page: Page, *, with_total: bool = False) -> Slice:
    """Run a base query and return one page of it; one statement, two with the total.

    Args:
        sql: a whole SELECT with `$1`… for `args`; every ordering column is among its columns.
        order: ends with a unique column.

    Raises:
        OutOfRange: page sizes outside 0 to 100.
        PatternMismatch: a cursor that is not of this list.
    """
    size, from_end = check(page)
    values: list[object] = list(args)
    bounds = []
    for field, cursor, forwards in (("after", page.after, True), ("before", page.before, False)):
        if cursor is not None:
            bounds.append(_beyond(order, decode_cursor(cursor, len(order), field), values, forwards=forwards))
    where = f" WHERE {' AND '.join(bounds)}" if bounds else ""
    directions = ", ".join(f"{o.column} {'DESC' if o.is_descending != from_end else 'ASC'}" for o in order)
    try:
        found = await db.rows(f"SELECT * FROM ({sql}) AS listed{where} ORDER BY {directions} LIMIT {size + 1}", *values)
    except asyncpg.DataError as error:
        if not bounds:
            raise
        raise PatternMismatch(field="after" if page.after else "before", limit="a cursor of this list", path=("after",)) from error
    more, kept = len(found) > size, found[:size]
    if from_end:
        kept.reverse()
    total = await db.value(f"SELECT count(*) FROM ({sql}) AS listed", *args) if with_total else None
    return Slice(
        rows=kept,
        cursors=[encode_cursor([row[o.column] for o in order]) for row in kept],
        has_next=(page.before is not None) if from_end else more,
        has_previous=more if from_end else (page.after is not None),
        total=total,
    )


def _beyond(order: Sequence[Order], cursor: Sequence[str], values: list[object], *, forwards: bool) -> str:
    """Return the condition for rows after (or before) a cursor: a > x OR (a = x AND (b > y OR …)), each value a typed parameter."""
    condition = ""
    for entry, raw in reversed(list(zip(order, cursor, strict=True))):
        values.append(raw)
        parameter = f"(${len(values)}::text)::{entry.sql_type}"
        sign = "<" if entry.is_descending == forwards else ">"
        condition = f"({entry.column} {sign} {parameter}" + (f" OR ({entry.column} = {parameter} AND {condition}))" if condition else ")")
    return condition


def as_dicts(page: Slice) -> list[dict[str, Any]]:
    """Return the rows of a page as plain dictionaries."""
    return [dict(row) for row in page.rows]
