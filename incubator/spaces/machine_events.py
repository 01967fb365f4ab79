"""What machines tell of their use, in any order and any number of times."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox, work
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import OutOfRange, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.periods import elapsed_minutes
from incubator.spaces import queries
from incubator.spaces.check_in import EARLIEST, LATEST, UNFINISHED
from incubator.spaces.events import UsageChanged

KINDS = ("start", "stop")
OLDEST = timedelta(days=62)
AHEAD = timedelta(minutes=5)
"""How far a machine's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class MachineEvent:
    """A unit started or stopped at an instant; `event_id` is the machine's own, once for each unit."""

    unit_id: UUID
    event_id: str
    kind: str
    at: datetime


async def record_machine_event(actor: Actor, event: MachineEvent) -> UUID | None:
    """Write down what a machine told, once for each event id; returns the usage it belongs to, None for an event that is known.

    A start and the next stop are one usage, of the booking in which it began. What lacks one of them, or a booking, or comes after its
    booking was charged, waits on the list of problems. The order in which events come makes no difference.

    Raises:
        NotSignedIn, Forbidden: the actor is no staff of the site.
        NotFound: there is no such unit.
        PatternMismatch, OutOfRange, TooShort, TooLong: the event breaks its rule, or is older than 62 days or ahead of time.
    """
    unit = await queries.bookable_unit(actor, event.unit_id)
    actor.require(Grant.CHECK_IN, unit.site_id, path=("input", "unitId"))
    now = clock.now()
    event_id = checks.text(event.event_id, "eventId", at_most=120, path=("input", "eventId"))
    if event.kind not in KINDS:
        raise PatternMismatch(field="kind", limit=", ".join(KINDS), path=("input", "kind"))
    if not now - OLDEST <= event.at <= now + AHEAD:
        raise OutOfRange(field="at", limit=f"{now - OLDEST:%Y-%m-%d %H:%M} – {now + AHEAD:%Y-%m-%d %H:%M} UTC", path=("input", "at"))
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", f"machine {unit.id}")
        row_id = new_id()
        if not await db.execute(
            "INSERT INTO usage_event (id, unit_id, event_id, kind, at, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (unit_id, event_id) DO NOTHING",
            row_id,
            unit.id,
            event_id,
            event.kind,
            event.at,
            now,
        ):
            return None
        told = _Told(row_id, event.kind, event.at)
        usage_id = await _pair(unit, told, await _neighbour(BEFORE, unit.id, told), await _neighbour(AFTER, unit.id, told))
        await audit.record(actor, f"machine {event.kind}", "Unit", unit.id, after={"event": event_id, "at": event.at})
        await outbox.record(UsageChanged(usage_id, None))
    return usage_id


@dataclass(frozen=True, slots=True)
class _Told:
    id: UUID
    kind: str
    at: datetime


NEIGHBOUR = "SELECT id, kind, at FROM usage_event WHERE unit_id = $1 AND (at, id) {} ($2, $3) ORDER BY at {order}, id {order} LIMIT 1"
BEFORE, AFTER = NEIGHBOUR.format("<", order="DESC"), NEIGHBOUR.format(">", order="ASC")


async def _neighbour(sql: str, unit_id: UUID, told: _Told) -> _Told | None:
    found = await db.rows_as(_Told, sql, unit_id, told.at, told.id)
    return found[0] if found else None


async def _pair(unit: queries.BookableUnit, told: _Told, before: _Told | None, after: _Told | None) -> UUID:
    """Put an event between its neighbours. A usage is known by its start, or by its stop while that has none."""
    follows_start = before is not None and before.kind == "start"
    precedes_stop = after is not None and after.kind == "stop"
    if told.kind == "start":
        if before is not None and follows_start:
            await _write(unit, before, before.at, None, "not ended")
        if after is None or not precedes_stop:
            return await _write(unit, told, told.at, None, "not ended" if after else "")
        await db.execute("DELETE FROM usage WHERE unit_id = $1 AND event_id = $2 AND state <> 'resolved'", unit.id, _name(after))
        return await _write(unit, told, told.at, after.at, "")
    if before is None or not follows_start:
        return await _write(unit, told, None, told.at, "no start")
    if after is not None and precedes_stop:
        await _write(unit, after, None, after.at, "no start")
    return await _write(unit, before, before.at, told.at, "")


def _name(told: _Told) -> str:
    return f"machine {told.id}"


async def _write(unit: queries.BookableUnit, known_by: _Told, started_at: datetime | None, ended_at: datetime | None, problem: str) -> UUID:
    """Write a usage anew, with the booking in which it began; what staff have resolved stays."""
    booking = await _booking_at(unit.id, started_at) if started_at else None
    if started_at and not problem and booking is None:
        problem = "no booking"
    elif booking is not None and booking["charged_at"] is not None and ended_at:
        problem = "after charge"
    state = "problem" if problem else ("closed" if ended_at else "open")
    minutes = elapsed_minutes(started_at, ended_at + timedelta(seconds=59)) if started_at and ended_at else 0
    written: UUID | None = await db.value(
        "INSERT INTO usage (id, unit_id, site_id, organization_id, booking_id, state, started_at, ended_at, used_on, minutes, hourly_minor, problem,"
        " resolution, event_id, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, '', $12, $13, 1)"
        " ON CONFLICT (unit_id, event_id) DO UPDATE SET (organization_id, booking_id, state, started_at, ended_at, used_on, minutes, problem, version)"
        " = (excluded.organization_id, excluded.booking_id, excluded.state, excluded.started_at, excluded.ended_at, excluded.used_on,"
        " excluded.minutes, excluded.problem, usage.version + 1) WHERE usage.state <> 'resolved'"
        " RETURNING id",
        new_id(),
        unit.id,
        unit.site_id,
        booking["organization_id"] if booking else None,
        booking["id"] if booking else None,
        state,
        started_at,
        ended_at,
        (started_at or ended_at or known_by.at).astimezone(ZoneInfo(unit.time_zone)).date(),
        minutes,
        problem,
        _name(known_by),
        clock.now(),
    )
    usage_id: UUID = written or await db.value("SELECT id FROM usage WHERE unit_id = $1 AND event_id = $2", unit.id, _name(known_by))
    if state == "open" and booking is not None:
        await work.schedule(UNFINISHED, usage_id, run_after=booking["ends_at"] + LATEST)
    return usage_id


async def _booking_at(unit_id: UUID, at: datetime) -> asyncpg.Record | None:
    """Return the booking of a unit in which, or shortly before which, an instant lies."""
    return await db.row(
        "SELECT id, organization_id, ends_at, charged_at FROM booking WHERE unit_id = $1 AND state = 'confirmed' AND starts_at <= $3 AND ends_at > $2"
        " ORDER BY starts_at LIMIT 1",
        unit_id,
        at,
        at + EARLIEST,
    )
