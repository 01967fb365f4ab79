"""Every read of secondments and time, within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, check, encode_cursor, paginate
from incubator.organizations.queries import like
from incubator.secondments.scope import visible_secondments


@dataclass(frozen=True, slots=True)
class SecondmentRow:
    """A secondment with the minutes logged so far; days are the site's, both ends belong to it."""

    id: UUID
    secondee_id: UUID
    secondee_name: str
    employer_id: UUID
    host_id: UUID
    site_id: UUID
    function: str
    hours_per_week: int
    starts_on: date
    ends_on: date
    cost_model: str
    goals: str
    logged_minutes: int
    version: int


@dataclass(frozen=True, slots=True)
class TimeLogRow:
    """Minutes worked on one day of the site."""

    id: UUID
    secondment_id: UUID
    worked_on: date
    minutes: int
    category: str
    note: str
    version: int


SECONDMENT = (
    "s.id, s.secondee_id, p.name AS secondee_name, s.employer_id, s.host_id, s.site_id, s.function, s.hours_per_week, s.starts_on, s.ends_on,"
    " s.cost_model, s.goals, (SELECT coalesce(sum(t.minutes), 0)::int FROM time_log t WHERE t.secondment_id = s.id AND t.removed_at IS NULL)"
    " AS logged_minutes, s.version"
)
TIME_LOG = "t.id, t.secondment_id, t.worked_on, t.minutes, t.category, t.note, t.version"
LATEST = (Order("starts_on", "date", is_descending=True), Order("id", "uuid"))
BY_DAY = (Order("worked_on", "date", is_descending=True), Order("id", "uuid", is_descending=True))


async def list_secondments(actor: Actor, page: Page, *, search: str = "", with_total: bool = False) -> Slice:
    """List secondments, the latest start first; `search` looks at secondee, function and both organisations."""
    condition, args = visible_secondments(actor)
    n = len(args) + 1
    sql = (
        f"SELECT {SECONDMENT} FROM secondment s JOIN person p ON p.id = s.secondee_id JOIN organization e ON e.id = s.employer_id"
        f" JOIN organization h ON h.id = s.host_id WHERE {condition}"
        f" AND (p.name ILIKE ${n} OR s.function ILIKE ${n} OR e.name ILIKE ${n} OR h.name ILIKE ${n})"
    )
    return await paginate(sql, [*args, like(search)], LATEST, page, with_total=with_total)


async def secondments_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, SecondmentRow]:
    """Return the secondments among `ids` that the actor may see."""
    condition, args = visible_secondments(actor)
    found = await db.rows_as(
        SecondmentRow,
        f"SELECT {SECONDMENT} FROM secondment s JOIN person p ON p.id = s.secondee_id WHERE {condition} AND s.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
    )
    return {row.id: row for row in found}


async def list_time_logs(
    actor: Actor, page: Page, *, first: date, until: date, secondment_id: UUID | None = None, with_total: bool = False
) -> Slice:
    """List time worked on the days `[first, until)`, the latest day first."""
    condition, args = visible_secondments(actor)
    n = len(args)
    sql = (
        f"SELECT {TIME_LOG} FROM time_log t JOIN secondment s ON s.id = t.secondment_id WHERE {condition} AND t.removed_at IS NULL"
        f" AND t.worked_on >= ${n + 1} AND t.worked_on < ${n + 2} AND (${n + 3}::uuid IS NULL OR t.secondment_id = ${n + 3})"
    )
    return await paginate(sql, [*args, first, until, secondment_id], BY_DAY, page, with_total=with_total)


async def latest_time_logs(actor: Actor, secondment_ids: Iterable[UUID], first: int) -> dict[UUID, Slice]:
    """Return the first page of time, the latest day first, of each of several secondments; one statement for all, with totals.

    Raises:
        OutOfRange: `first` is below 0 or above 100.
    """
    size, _ = check(Page(first=first))
    condition, args = visible_secondments(actor)
    n = len(args)
    found = await db.rows(
        f"SELECT * FROM (SELECT {TIME_LOG}, row_number() OVER newest AS place, count(*) OVER (PARTITION BY t.secondment_id) AS total"
        f" FROM time_log t JOIN secondment s ON s.id = t.secondment_id WHERE {condition} AND t.removed_at IS NULL"
        f" AND t.secondment_id = ANY(${n + 1}::uuid[])"
        " WINDOW newest AS (PARTITION BY t.secondment_id ORDER BY t.worked_on DESC, t.id DESC)) AS placed"
        f" WHERE place <= ${n + 2} ORDER BY secondment_id, place",
        *args,
        list(secondment_ids),
        size + 1,
    )
    grouped: dict[UUID, list[asyncpg.Record]] = {}
    for row in found:
        grouped.setdefault(row["secondment_id"], []).append(row)
    return {
        secondment_id: Slice(
            rows=rows[:size],
            cursors=[encode_cursor([row["worked_on"], row["id"]]) for row in rows[:size]],
            has_next=len(rows) > size,
            has_previous=False,
            total=rows[0]["total"],
        )
        for secondment_id, rows in grouped.items()
    }


async def time_logs_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, TimeLogRow]:
    """Return the entries among `ids` that the actor may see; removed ones are gone."""
    condition, args = visible_secondments(actor)
    found = await db.rows_as(
        TimeLogRow,
        f"SELECT {TIME_LOG} FROM time_log t JOIN secondment s ON s.id = t.secondment_id WHERE {condition} AND t.removed_at IS NULL"
        f" AND t.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
    )
    return {row.id: row for row in found}


async def lock_own_day(secondee_id: UUID, worked_on: date) -> int:
    """Lock the secondee's secondments until commit, in key order, and return the minutes they have logged on a day, over all of them."""
    await db.rows("SELECT id FROM secondment WHERE secondee_id = $1 ORDER BY id FOR UPDATE", secondee_id)
    return int(
        await db.value(
            "SELECT coalesce(sum(t.minutes), 0) FROM time_log t JOIN secondment s ON s.id = t.secondment_id"
            " WHERE s.secondee_id = $1 AND t.worked_on = $2 AND t.removed_at IS NULL",
            secondee_id,
            worked_on,
        )
    )
