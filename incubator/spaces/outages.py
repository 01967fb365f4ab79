"""Say when a unit cannot be used, planned or suddenly: bookings then are ended, told, and never charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PeriodInverted, PeriodTooLong
from incubator.kernel.ids import new_id
from incubator.spaces import outage_queries
from incubator.spaces.ending import end_bookings
from incubator.spaces.events import OutageAnnounced, OutageLifted
from incubator.spaces.outage_errors import OutageNotOpen, OutageOverlaps

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=5 * 366)
PLANNED, SUDDEN = "planned", "sudden"


@dataclass(frozen=True, slots=True)
class OutageTerms:
    """When and why a unit cannot be used. Planned: `[starts_at, ends_at)`, all ahead. Sudden: from now, `starts_at` None, perhaps without an end.

    `reason` is for all who see the unit; `note` for staff and the unit's owner.
    """

    unit_id: UUID
    starts_at: datetime | None
    ends_at: datetime | None
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom an outage would affect: bookings that it would end and rentals that go on, each in order of their start."""

    booking_ids: Sequence[UUID]
    rental_ids: Sequence[UUID]


async def preview_outage(actor: Actor, unit_id: UUID, starts_at: datetime | None, ends_at: datetime | None) -> Affected:
    """Tell whom an outage would affect; nothing is written.

    Raises:
        NotFound, NotSignedIn, Forbidden, OutOfRange, PeriodInverted, PeriodTooLong: as `announce_outage`.
    """
    now = clock.now()
    await _unit(actor, unit_id)
    _check_time(starts_at, ends_at, now)
    first = starts_at or now
    return Affected(
        await outage_queries.bookings_within(unit_id, first, ends_at), await outage_queries.rentals_within(unit_id, first, ends_at)
    )


@db.retried
async def announce_outage(actor: Actor, terms: OutageTerms) -> UUID:
    """Put a unit out of order; returns the outage. Bookings in that time are ended in the same transaction, and who booked hears of it.

    Holders and outages of a unit wait for each other, so that no booking made meanwhile is forgotten.

    Raises:
        NotFound: there is no such unit where the actor may say so.
        NotSignedIn, Forbidden: the actor is neither staff of a site nor of an organisation that owns units.
        OutOfRange: a planned one begins in the past, or more than five years ahead.
        PeriodInverted, PeriodTooLong: it has no length, or more than 366 days.
        TooShort, TooLong, PatternMismatch: reason or note break their rule.
        OutageOverlaps: the unit has another outage then.
    """
    reason = checks.text(terms.reason, "reason", at_most=300, path=("input", "reason"))
    note = checks.text(terms.note, "note", at_least=0, at_most=1000, path=("input", "note"))
    async with db.transaction():
        unit = await _unit(actor, terms.unit_id, to_lock=True)
        now = clock.now()
        _check_time(terms.starts_at, terms.ends_at, now)
        outage_id, starts_at = new_id(), terms.starts_at or now
        await _refuse_overlap(terms.unit_id, outage_id, starts_at, terms.ends_at)
        await db.execute(
            "INSERT INTO outage (id, unit_id, site_id, kind, starts_at, ends_at, reason, note, created_by_id, created_at, changed_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1)",
            outage_id,
            terms.unit_id,
            unit["site_id"],
            PLANNED if terms.starts_at else SUDDEN,
            starts_at,
            terms.ends_at,
            reason,
            note,
            actor.person_id,
            now,
        )
        ended = await end_bookings(actor, outage_id)
        after = {"unit": terms.unit_id, "starts_at": starts_at, "ends_at": terms.ends_at, "ended": ended}
        await audit.record(actor, "announce outage", "Outage", outage_id, after=after)
        await outbox.record(OutageAnnounced(outage_id, terms.unit_id, 1))
    return outage_id


@db.retried
async def change_outage(actor: Actor, outage_id: UUID, ends_at: datetime | None, reason: str, note: str, expected_version: int) -> None:
    """Let an outage end sooner or later, or say else why; a sudden one may have no end. Bookings in what is added are ended.

    Raises:
        NotFound, NotSignedIn, Forbidden: there is none that the actor may change.
        Stale: it was changed meanwhile.
        OutageNotOpen: it is over or was cancelled.
        OutOfRange, PeriodInverted, PeriodTooLong, OutageOverlaps, TooShort, TooLong, PatternMismatch: as `announce_outage`.
    """
    reason = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    note = checks.text(note, "note", at_least=0, at_most=1000, path=("input", "note"))
    async with db.transaction():
        found = await _locked(actor, outage_id, expected_version, ("ahead", "under way"))
        now = clock.now()
        _check_end(found, ends_at, now)
        await _refuse_overlap(found["unit_id"], outage_id, found["starts_at"], ends_at)
        await db.execute(
            "UPDATE outage SET ends_at = $2, reason = $3, note = $4, changed_at = $5, version = version + 1 WHERE id = $1",
            outage_id,
            ends_at,
            reason,
            note,
            now,
        )
        ended = await end_bookings(actor, outage_id)
        await audit.record(
            actor, "change outage", "Outage", outage_id, before={"ends_at": found["ends_at"]}, after={"ends_at": ends_at, "ended": ended}
        )
        version = found["version"] + 1
        if ends_at is not None and (found["ends_at"] is None or ends_at < found["ends_at"]):
            await outbox.record(OutageLifted(outage_id, found["unit_id"], ends_at, found["ends_at"], version))
        if ends_at != found["ends_at"]:
            await outbox.record(OutageAnnounced(outage_id, found["unit_id"], version))


async def resolve_outage(actor: Actor, outage_id: UUID, expected_version: int) -> None:
    """Say that an outage is over now, and the unit in order again.

    Raises:
        NotFound, NotSignedIn, Forbidden: there is none that the actor may change.
        Stale: it was changed meanwhile.
        OutageNotOpen: it does not go on.
    """
    async with db.transaction():
        found = await _locked(actor, outage_id, expected_version, ("under way",))
        now = clock.now()
        await db.execute(
            "UPDATE outage SET ends_at = $2, resolved_at = $2, changed_at = $2, version = version + 1 WHERE id = $1", outage_id, now
        )
        await _lift(actor, found, "resolve outage", now)


async def cancel_outage(actor: Actor, outage_id: UUID, expected_version: int) -> None:
    """Take back an outage that has not begun; the bookings it ended stay ended, and who had them hears that the unit is free.

    Raises:
        NotFound, NotSignedIn, Forbidden: there is none that the actor may change.
        Stale: it was changed meanwhile.
        OutageNotOpen: it has begun, or was cancelled.
    """
    async with db.transaction():
        found = await _locked(actor, outage_id, expected_version, ("ahead",))
        await db.execute(
            "UPDATE outage SET cancelled_at = $2, changed_at = $2, version = version + 1 WHERE id = $1", outage_id, clock.now()
        )
        await _lift(actor, found, "cancel outage", found["starts_at"])


async def _lift(actor: Actor, found: asyncpg.Record, action: str, since: datetime) -> None:
    await audit.record(actor, action, "Outage", found["id"], before={"ends_at": found["ends_at"]})
    await outbox.record(OutageLifted(found["id"], found["unit_id"], since, found["ends_at"], found["version"] + 1))


async def _unit(actor: Actor, unit_id: UUID, *, to_lock: bool = False) -> asyncpg.Record:
    """Return a unit that the actor may put out of order; `to_lock`: with every unit that shares an atom with it.

    Accessories come last and by name, which is the order in which a booking takes them.
    """
    found = await db.row("SELECT u.id, u.site_id, u.owner_id FROM unit u WHERE u.id = $1", unit_id)
    may_anywhere = actor.may(Grant.PUT_OUT_OF_ORDER)
    if found is None or (may_anywhere and not _is_theirs(actor, found)):
        actor.require(Grant.PUT_OUT_OF_ORDER)
        raise NotFound(kind="Unit", path=("input", "unitId"))
    actor.require(Grant.PUT_OUT_OF_ORDER, path=("input", "unitId"))
    if to_lock:
        await db.rows(
            "SELECT u.id FROM unit u WHERE u.id IN (SELECT b.unit_id FROM unit_atom a JOIN unit_atom b ON b.atom_id = a.atom_id"
            " WHERE a.unit_id = $1) ORDER BY u.kind = 'accessory', CASE WHEN u.kind = 'accessory' THEN u.name END, u.id FOR NO KEY UPDATE",
            unit_id,
        )
    return found


def _is_theirs(actor: Actor, unit: asyncpg.Record) -> bool:
    return actor.may(Grant.PUT_OUT_OF_ORDER, unit["site_id"]) or (
        unit["owner_id"] is not None and actor.may(Grant.PUT_OUT_OF_ORDER, unit["owner_id"])
    )


async def _locked(actor: Actor, outage_id: UUID, expected_version: int, fitting: tuple[str, ...]) -> asyncpg.Record:
    """Lock the units of an outage, then the outage, and check that it stands as it must."""
    unit_id = await db.value("SELECT unit_id FROM outage WHERE id = $1", outage_id)
    if unit_id is None:
        actor.require(Grant.PUT_OUT_OF_ORDER)
        raise NotFound(kind="Outage", path=("input", "outageId"))
    try:
        await _unit(actor, unit_id, to_lock=True)
    except NotFound as unknown:
        raise NotFound(kind="Outage", path=("input", "outageId")) from unknown
    found = await db.row("SELECT * FROM outage WHERE id = $1 FOR UPDATE", outage_id)
    assert found is not None
    checks.version(expected_version, found["version"])
    state = state_of(found["starts_at"], found["ends_at"], found["cancelled_at"], clock.now())
    if state not in fitting:
        raise OutageNotOpen(
            state=state, limit=" / ".join(fitting), starts_at=found["starts_at"], ends_at=found["ends_at"], path=("input", "outageId")
        )
    return found


def state_of(starts_at: datetime, ends_at: datetime | None, cancelled_at: datetime | None, now: datetime) -> str:
    """Say how an outage stands: ahead, under way, over or cancelled."""
    if cancelled_at is not None:
        return "cancelled"
    if now < starts_at:
        return "ahead"
    return "under way" if ends_at is None or now < ends_at else "over"


def _check_time(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> None:
    first = starts_at or now
    if starts_at is not None and not now <= starts_at <= now + FARTHEST:
        raise OutOfRange(field="startsAt", limit=f"{now:%Y-%m-%d %H:%M} – {now + FARTHEST:%Y-%m-%d %H:%M} UTC", path=("input", "startsAt"))
    if starts_at is not None and ends_at is None:
        raise OutOfRange(field="endsAt", limit=f"{first:%Y-%m-%d %H:%M} – {first + LONGEST:%Y-%m-%d %H:%M} UTC", path=("input", "endsAt"))
    _check_length(first, ends_at)


def _check_length(first: datetime, ends_at: datetime | None) -> None:
    if ends_at is None:
        return
    if ends_at <= first:
        raise PeriodInverted(field="endsAt", limit=f"{first:%Y-%m-%d %H:%M} – {ends_at:%Y-%m-%d %H:%M} UTC", path=("input", "endsAt"))
    if ends_at - first > LONGEST:
        raise PeriodTooLong(field="endsAt", limit=f"{LONGEST.days} days", path=("input", "endsAt"))


def _check_end(found: asyncpg.Record, ends_at: datetime | None, now: datetime) -> None:
    """Accept a new end: after the start and after now, and missing only for a sudden one."""
    first = max(found["starts_at"], now)
    if ends_at is None and found["kind"] == PLANNED:
        raise OutOfRange(field="endsAt", limit=f"≥ {first:%Y-%m-%d %H:%M} UTC", path=("input", "endsAt"))
    if ends_at is not None and ends_at <= first:
        raise PeriodInverted(field="endsAt", limit=f"{first:%Y-%m-%d %H:%M} – {ends_at:%Y-%m-%d %H:%M} UTC", path=("input", "endsAt"))
    if ends_at is not None and ends_at - found["starts_at"] > LONGEST:
        raise PeriodTooLong(field="endsAt", limit=f"{LONGEST.days} days", path=("input", "endsAt"))


async def _refuse_overlap(unit_id: UUID, outage_id: UUID, starts_at: datetime, ends_at: datetime | None) -> None:
    other = await db.row(
        "SELECT id, starts_at, ends_at FROM outage WHERE unit_id = $1 AND id <> $2 AND cancelled_at IS NULL"
        " AND tstzrange(starts_at, ends_at) && tstzrange($3, $4) ORDER BY starts_at LIMIT 1",
        unit_id,
        outage_id,
        starts_at,
        ends_at,
    )
    if other is not None:
        limit, value = (_span(a, b) for a, b in ((other["starts_at"], other["ends_at"]), (starts_at, ends_at)))
        raise OutageOverlaps(outage_id=other["id"], limit=limit, value=value, path=("input", "unitId"))


def _span(starts_at: datetime, ends_at: datetime | None) -> str:
    return f"{starts_at:%Y-%m-%d %H:%M} – {f'{ends_at:%Y-%m-%d %H:%M}' if ends_at else ''} UTC"
