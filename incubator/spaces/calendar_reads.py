"""What stands in a calendar: bookings and outages of a person, a unit or a site, or when units are busy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor
from incubator.spaces.outage_queries import REACHES
from incubator.spaces.queries import booking_columns
from incubator.spaces.scope import visible_bookings, visible_outages, visible_units

MOST_ENTRIES = 2_000
MOST_TIMES = 5_000
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking or an outage, `[starts_at, ends_at)`. `title` is None for what is only busy; `kind` is booking or outage."""

    id: UUID
    kind: str
    state: str
    title: str | None
    by: str | None
    unit: str
    site: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    version: int
    heir_id: UUID | None


@dataclass(frozen=True, slots=True)
class Busy:
    """A unit with when it is held, and when it is out of order; each merged and ascending."""

    unit_id: UUID
    unit: str
    held: Sequence[Span]
    out: Sequence[Span]


async def entries_of(actor: Actor, unit_id: UUID | None, site_id: UUID | None, starts_at: datetime, ends_at: datetime) -> list[Entry]:
    """Return the bookings that touch `[starts_at, ends_at)`, ended ones too, and outages of a unit or site, in order of their start: two statements.

    Without unit and site they are the actor's own bookings. Of others' bookings only the time is told. At most 2000 of each.
    """
    bookings = await _bookings(actor, unit_id, site_id, starts_at, ends_at)
    outages = await _outages(actor, unit_id, site_id, starts_at, ends_at)
    return sorted([*bookings, *outages], key=lambda entry: (entry.starts_at, entry.id))


async def _bookings(actor: Actor, unit_id: UUID | None, site_id: UUID | None, starts_at: datetime, ends_at: datetime) -> list[Entry]:
    condition, args = visible_bookings(actor)
    columns, more = booking_columns(actor, len(args) + 1)
    values = [*args, *more]
    n = len(values)
    return await db.rows_as(
        Entry,
        "SELECT k.id, 'booking' AS kind, k.state, k.title, k.booked_by_name AS by, u.name AS unit, s.name AS site, s.time_zone, k.starts_at,"
        " k.ends_at, k.created_at, k.changed_at, k.version, k.heir_id"
        f" FROM (SELECT {columns}, b.created_at, b.changed_at FROM booking b LEFT JOIN person p ON p.id = b.booked_by_id WHERE {condition}"
        f" AND b.starts_at < ${n + 2} AND b.ends_at > ${n + 1} AND (${n + 3}::uuid IS NULL OR b.unit_id = ${n + 3})"
        f" AND (${n + 4}::uuid IS NULL OR b.site_id = ${n + 4})"
        f" AND (${n + 3}::uuid IS NOT NULL OR ${n + 4}::uuid IS NOT NULL OR b.booked_by_id = ${n + 5}) ORDER BY b.starts_at, b.id LIMIT {MOST_ENTRIES}) k"
        " JOIN unit u ON u.id = k.unit_id JOIN site s ON s.id = k.site_id",
        *values,
        starts_at,
        ends_at,
        unit_id,
        site_id,
        actor.person_id,
    )


async def _outages(actor: Actor, unit_id: UUID | None, site_id: UUID | None, starts_at: datetime, ends_at: datetime) -> list[Entry]:
    condition, args = visible_outages(actor)
    n = len(args)
    return await db.rows_as(
        Entry,
        "SELECT o.id, 'outage' AS kind, CASE WHEN o.cancelled_at IS NULL THEN 'confirmed' ELSE 'cancelled' END AS state, o.reason AS title,"
        f" NULL AS by, u.name AS unit, s.name AS site, s.time_zone, o.starts_at, coalesce(o.ends_at, ${n + 2}) AS ends_at, o.created_at,"
        " o.changed_at, o.version, NULL::uuid AS heir_id"
        f" FROM outage o JOIN unit u ON u.id = o.unit_id JOIN site s ON s.id = o.site_id WHERE {condition}"
        f" AND tstzrange(o.starts_at, o.ends_at) && tstzrange(${n + 1}, ${n + 2})"
        f" AND (o.site_id = ${n + 4} OR (${n + 3}::uuid IS NOT NULL AND {REACHES.format(unit=f'${n + 3}')}))"
        f" ORDER BY o.starts_at, o.id LIMIT {MOST_ENTRIES}",
        *args,
        starts_at,
        ends_at,
        unit_id,
        site_id,
    )


async def busy_times(actor: Actor, unit_id: UUID | None, site_id: UUID | None, starts_at: datetime, ends_at: datetime) -> list[Busy]:
    """Return when a unit, or each unit of a site by name, is held by anybody, or out of order, within `[starts_at, ends_at)`: two statements.

    That is what a search for free times tells everybody who knows the unit.
    """
    condition, args = visible_units(actor)
    n = len(args)
    which = f"{condition} AND (u.id = ${n + 1} OR u.site_id = ${n + 2})"
    units = await db.rows(f"SELECT u.id, u.name FROM unit u WHERE {which} ORDER BY u.name, u.id LIMIT 500", *args, unit_id, site_id)
    times = await db.rows(
        "SELECT a.unit_id, 'held' AS kind, greatest(h.starts_at, $2) AS starts_at, least(h.ends_at, $3) AS ends_at FROM unit_atom a"
        " JOIN unit_hold h ON h.unit_id = a.atom_id WHERE a.unit_id = ANY($1::uuid[]) AND tstzrange(h.starts_at, h.ends_at) && tstzrange($2, $3)"
        " UNION SELECT a.unit_id, 'out', greatest(o.starts_at, $2), least(o.ends_at, $3) FROM outage o JOIN unit_atom c ON c.unit_id = o.unit_id"
        " JOIN unit_atom a ON a.atom_id = c.atom_id WHERE a.unit_id = ANY($1::uuid[]) AND o.cancelled_at IS NULL"
        f" AND tstzrange(o.starts_at, o.ends_at) && tstzrange($2, $3) ORDER BY starts_at, ends_at LIMIT {MOST_TIMES}",
        [unit["id"] for unit in units],
        starts_at,
        ends_at,
    )
    found: dict[tuple[UUID, str], list[Span]] = {}
    for time in times:
        _merge(found.setdefault((time["unit_id"], time["kind"]), []), (time["starts_at"], time["ends_at"]))
    return [Busy(unit["id"], unit["name"], found.get((unit["id"], "held"), []), found.get((unit["id"], "out"), [])) for unit in units]


def _merge(spans: list[Span], span: Span) -> None:
    """Add a span that begins no earlier than the last; what touches becomes one."""
    if spans and span[0] <= spans[-1][1]:
        spans[-1] = (spans[-1][0], max(spans[-1][1], span[1]))
    else:
        spans.append(span)
