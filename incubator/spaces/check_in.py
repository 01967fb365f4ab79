"""Check in and out of a booking: when its usage begins and ends."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.kernel import audit, clock, outbox, work
from incubator.kernel.actor import Actor
from incubator.kernel.ids import new_id
from incubator.kernel.periods import elapsed_minutes
from incubator.spaces.changing import leave_note, lock_booking
from incubator.spaces.errors import NotNow
from incubator.spaces.events import UsageChanged
from incubator.spaces.using import require_fit

EARLIEST = timedelta(minutes=15)
LATEST = timedelta(hours=2)
"""How long after the end of its booking an open usage becomes a problem."""
UNFINISHED = "mark unfinished usage"


async def check_in(actor: Actor, booking_id: UUID) -> UUID:
    """Begin the usage of a booking, once; returns the usage. From 15 minutes before its start until its end.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        NotNow: it is not confirmed, or it is too early or too late.
        Refusals of QualificationRule, NotInArea, SecondPersonAbsent: who uses it may not, now and there.
    """
    async with db.transaction():
        found = await lock_booking(actor, booking_id, None)
        now = clock.now()
        if found["state"] != "confirmed" or not found["starts_at"] - EARLIEST <= now < found["ends_at"]:
            raise _not_now(found)
        known: UUID | None = await db.value("SELECT id FROM usage WHERE booking_id = $1 AND state = 'open'", booking_id)
        if known is not None:
            return known
        is_own = found["organization_id"] in actor.organization_ids_as()
        user_id, day = actor.person_id if is_own else found["booked_by_id"], now.astimezone(ZoneInfo(found["time_zone"])).date()
        await require_fit(found, user_id, day, now)
        usage_id = new_id()
        await db.execute(
            "INSERT INTO usage (id, unit_id, site_id, organization_id, booking_id, person_id, state, started_at, used_on, minutes, hourly_minor,"
            " problem, resolution, event_id, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, 0, 0, '', '', $9, $7, 1)",
            usage_id,
            found["unit_id"],
            found["site_id"],
            found["organization_id"],
            booking_id,
            user_id,
            now,
            day,
            f"check-in {usage_id}",
        )
        await work.schedule(UNFINISHED, usage_id, run_after=found["ends_at"] + LATEST)
        await audit.record(actor, "check in", "Booking", booking_id)
        await outbox.record(UsageChanged(usage_id, booking_id))
    return usage_id


async def check_out(actor: Actor, booking_id: UUID, note: str = "") -> UUID:
    """End the usage of a booking; returns it. A `note` is for who comes next.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        NotNow: nobody checked in.
        TooLong, PatternMismatch: the note breaks its rule.
    """
    async with db.transaction():
        found = await lock_booking(actor, booking_id, None)
        usage = await db.row("SELECT id, started_at FROM usage WHERE booking_id = $1 AND state = 'open' FOR UPDATE", booking_id)
        if usage is None:
            raise _not_now(found)
        await close_usage(usage["id"], usage["started_at"], clock.now())
        if note.strip():
            await leave_note(actor, booking_id, note)
        await audit.record(actor, "check out", "Booking", booking_id)
        await outbox.record(UsageChanged(usage["id"], booking_id))
    usage_id: UUID = usage["id"]
    return usage_id


async def close_usage(usage_id: UUID, started_at: datetime, ended_at: datetime) -> None:
    """Write the end and the minutes of a usage, begun minutes whole, inside the running transaction."""
    minutes = elapsed_minutes(started_at, ended_at + timedelta(seconds=59))
    await db.execute(
        "UPDATE usage SET state = 'closed', problem = '', started_at = $2, ended_at = $3, minutes = $4, version = version + 1 WHERE id = $1",
        usage_id,
        started_at,
        ended_at,
        minutes,
    )


def _not_now(found: asyncpg.Record) -> NotNow:
    return NotNow(state=found["state"], starts_at=found["starts_at"], ends_at=found["ends_at"], path=("input", "bookingId"))
