"""A day of a site at a glance, and how much of its units was used; a fixed number of statements, whatever the rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.kernel import checks
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.periods import start_of_day
from incubator.organizations.opening_hours import OpeningHours, open_spans, public_holidays
from incubator.spaces.availability import free_spans
from incubator.spaces.outage_queries import REACHES
from incubator.spaces.queries import BookingRow, UnitRow, booking_columns, unit_columns
from incubator.spaces.scope import visible_bookings, visible_units, visible_utilization

LONGEST_DAYS = 366
STANDS = f"o.site_id = u.site_id AND o.cancelled_at IS NULL AND {REACHES.format(unit='u.id')}"
"""Whether an outage `o` counts for a unit `u`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A time in which a unit is held by something else than a booking of its own: a rental, a whole, an accessory's booking."""

    starts_at: datetime
    ends_at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Out:
    """A time in which a unit cannot be used, without end when `ends_at` is None, and why."""

    outage_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitDay:
    """A unit with its bookings, what else holds it, and its outages, each in order of its start."""

    unit: UnitRow
    bookings: Sequence[BookingRow]
    taken: Sequence[Taken]
    outages: Sequence[Out]


@dataclass(frozen=True, slots=True)
class SiteDay:
    """A day of a site, `[starts_at, ends_at)`, with its units by name. `is_closed`: the site is closed from that day or an earlier one on."""

    site_id: UUID
    starts_at: datetime
    ends_at: datetime
    is_closed: bool
    units: Sequence[UnitDay]


async def site_day(actor: Actor, site_id: UUID, on: date) -> SiteDay:
    """Return a day of a site: two statements.

    Raises:
        NotFound: the actor sees no such site, or it has no units.
    """
    condition, args = visible_units(actor)
    n = len(args)
    first, end = f"(${n + 2}::date::timestamp AT TIME ZONE s.time_zone)", f"((${n + 2}::date + 1)::timestamp AT TIME ZONE s.time_zone)"
    rows = await db.rows(
        f"SELECT {unit_columns(first)}, s.time_zone, s.closes_on, (SELECT json_agg(json_build_array(h.starts_at, h.ends_at, h.kind) ORDER BY h.starts_at)"
        f" FROM unit_hold h WHERE h.unit_id = u.id AND tstzrange(h.starts_at, h.ends_at) && tstzrange({first}, {end})"
        " AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = h.holder_id AND b.unit_id = u.id)) AS taken,"
        " (SELECT json_agg(json_build_array(o.id, o.starts_at, o.ends_at, o.kind, o.reason) ORDER BY o.starts_at, o.id) FROM outage o"
        f" WHERE {STANDS} AND tstzrange(o.starts_at, o.ends_at) && tstzrange({first}, {end})) AS outages"
        f" FROM unit u JOIN site s ON s.id = u.site_id WHERE {condition} AND u.site_id = ${n + 1} ORDER BY u.name, u.id LIMIT 500",
        *args,
        site_id,
        on,
    )
    if not rows:
        raise NotFound(kind="Site", path=("siteId",))
    starts_at, ends_at = start_of_day(on, rows[0]["time_zone"]), start_of_day(on + timedelta(days=1), rows[0]["time_zone"])
    bookings: dict[UUID, list[BookingRow]] = {}
    for booking in await _bookings(actor, site_id, starts_at, ends_at):
        bookings.setdefault(booking.unit_id, []).append(booking)
    closes_on: date | None = rows[0]["closes_on"]
    is_closed = closes_on is not None and closes_on <= on
    return SiteDay(site_id, starts_at, ends_at, is_closed, [_unit_day(row, bookings.get(row["id"], [])) for row in rows])


def _unit_day(row: asyncpg.Record, bookings: Sequence[BookingRow]) -> UnitDay:
    unit = UnitRow(**{key: row[key] for key in UnitRow.__dataclass_fields__})
    taken = [Taken(datetime.fromisoformat(a), datetime.fromisoformat(b), kind) for a, b, kind in json.loads(row["taken"] or "[]")]
    outages = [
        Out(UUID(outage_id), datetime.fromisoformat(a), datetime.fromisoformat(b) if b else None, kind, reason)
        for outage_id, a, b, kind, reason in json.loads(row["outages"] or "[]")
    ]
    return UnitDay(unit, bookings, taken, outages)


async def _bookings(actor: Actor, site_id: UUID, starts_at: datetime, ends_at: datetime) -> list[BookingRow]:
    condition, args = visible_bookings(actor)
    columns, more = booking_columns(actor, len(args) + 1)
    values = [*args, *more]
    n = len(values)
    return await db.rows_as(
        BookingRow,
        f"SELECT {columns} FROM booking b LEFT JOIN person p ON p.id = b.booked_by_id WHERE {condition} AND b.site_id = ${n + 1}"
        f" AND b.state IN ('pending', 'confirmed') AND b.starts_at < ${n + 3} AND b.ends_at > ${n + 2} ORDER BY b.starts_at, b.id LIMIT 5000",
        *values,
        site_id,
        starts_at,
        ends_at,
    )


@dataclass(frozen=True, slots=True)
class Utilization:
    """How much of a unit was open, booked, let and used between two days, in minutes. Open is when it could be used; out when it was not, for an outage."""

    unit_id: UUID
    name: str
    open_minutes: int
    out_minutes: int
    booked_minutes: int
    let_minutes: int
    used_minutes: int


async def utilization(actor: Actor, site_id: UUID, first: date, last: date) -> list[Utilization]:
    """Return how much each unit of a site was used, by name, for the site's staff and for its owners; both days included. One statement.

    Raises:
        PeriodInverted, PeriodTooLong: the days are no range of at most 366.
    """
    checks.days(first, last, "until", at_most_days=LONGEST_DAYS, path=("until",))
    condition, args = visible_utilization(actor)
    n = len(args)
    a, b = f"(${n + 2}::date::timestamp AT TIME ZONE s.time_zone)", f"((${n + 3}::date + 1)::timestamp AT TIME ZONE s.time_zone)"
    overlap = "coalesce(sum(extract(epoch FROM least({0}.ends_at, " + b + ") - greatest({0}.starts_at, " + a + ")) / 60), 0)::int"
    rows = await db.rows(
        "SELECT u.id, u.name, coalesce(nullif(u.opening_hours, ''), s.opening_hours) AS opening_hours, s.time_zone, s.country, s.subdivision,"
        " s.closed_on_holidays AND u.opening_hours = '' AS closed_on_holidays,"
        f" (SELECT {overlap.format('k')} FROM booking k WHERE k.unit_id = u.id AND k.state = 'confirmed' AND k.starts_at < {b} AND k.ends_at > {a}) AS booked,"
        f" (SELECT {overlap.format('h')} FROM unit_hold h WHERE h.unit_id = u.id AND h.kind = 'rental' AND h.starts_at < {b} AND h.ends_at > {a}) AS let,"
        f" (SELECT coalesce(sum(g.minutes), 0)::int FROM usage g WHERE g.unit_id = u.id AND g.used_on BETWEEN ${n + 2} AND ${n + 3}) AS used,"
        " (SELECT json_agg(json_build_array(o.starts_at, o.ends_at) ORDER BY o.starts_at) FROM outage o"
        f" WHERE {STANDS} AND tstzrange(o.starts_at, o.ends_at) && tstzrange({a}, {b})) AS outages"
        f" FROM unit u JOIN site s ON s.id = u.site_id WHERE {condition} AND u.site_id = ${n + 1} ORDER BY u.name, u.id LIMIT 500",
        *args,
        site_id,
        first,
        last,
    )
    return [Utilization(row["id"], row["name"], *_open_minutes(row, first, last), row["booked"], row["let"], row["used"]) for row in rows]


def _open_minutes(row: asyncpg.Record, first: date, last: date) -> tuple[int, int]:
    """Return how many minutes a unit was open and in order, and how many it was open and out of order."""
    zone = row["time_zone"]
    spans = open_spans(
        OpeningHours.parse(row["opening_hours"]), start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone), zone
    )
    closed: frozenset[date] = frozenset()
    if row["closed_on_holidays"]:
        closed = closed.union(*(public_holidays(row["country"], row["subdivision"], year) for year in range(first.year, last.year + 1)))
    opened = [(a, b) for a, b in spans if a.astimezone(ZoneInfo(zone)).date() not in closed]
    latest = start_of_day(last + timedelta(days=1), zone)
    outages = [(datetime.fromisoformat(a), datetime.fromisoformat(b) if b else latest) for a, b in json.loads(row["outages"] or "[]")]
    in_order = sum(int((b - a).total_seconds()) // 60 for a, b in free_spans(opened, outages, 0))
    return in_order, sum(int((b - a).total_seconds()) // 60 for a, b in opened) - in_order
