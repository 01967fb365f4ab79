"""End what stands in the time of an outage, or past a closing: bookings, and offers of slots."""

from datetime import datetime
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, clock, outbox
from incubator.kernel.actor import Actor
from incubator.spaces.check_in import close_usage
from incubator.spaces.events import AnotherSlotWanted, BookingEndedByOutage, UsageChanged, WaitingChanged

WITHIN = (
    "(SELECT h.holder_id FROM unit_hold h JOIN unit_atom a ON a.atom_id = h.unit_id WHERE a.unit_id = $1"
    " AND tstzrange(h.starts_at, h.ends_at) && tstzrange($2, $3))"
)
"""Who holds an atom of a unit in `[$2, $3)`."""
ENDED = (
    "SELECT b.id, b.starts_at, b.ends_at, b.price_minor, b.version FROM booking b WHERE b.state IN ('pending', 'confirmed')"
    f" AND tstzrange(b.starts_at, b.ends_at) && tstzrange($2, $3) AND b.ends_at > $4 AND b.id IN {WITHIN}"
    " AND NOT (b.overridden_rules ? 'UnitOutOfOrder' AND b.created_at >= $5) ORDER BY b.id FOR UPDATE OF b"
)
"""What an outage ends; not what staff have booked within it, knowing of it."""


async def end_bookings(actor: Actor, outage_id: UUID) -> int:
    """End every booking in the time of an outage, inside the running transaction that has locked its units; returns how many.

    What has not begun is cancelled. What has begun is cut at the outage's start, or now. Neither costs anything: no price, no fee.
    """
    outage = await db.row("SELECT unit_id, starts_at, ends_at, created_at FROM outage WHERE id = $1", outage_id)
    assert outage is not None
    now = clock.now()
    time = (outage["unit_id"], outage["starts_at"], outage["ends_at"])
    found = await db.rows(ENDED, *time, now, outage["created_at"])
    for booking in found:
        await cancel_or_cut(booking, max(outage["starts_at"], now), now, outage_id)
        await audit.record(actor, "end booking by outage", "Booking", booking["id"], after={"outage": outage_id})
    await outbox.record(
        *(BookingEndedByOutage(b["id"], outage_id, b["starts_at"], b["ends_at"], b["version"] + 1) for b in found),
        *(AnotherSlotWanted(b["id"], b["starts_at"], b["ends_at"], b["price_minor"]) for b in found),
    )
    await _take_back_offers(*time)
    return len(found)


async def end_bookings_around(actor: Actor, unit_id: UUID) -> None:
    """End bookings in the outages that reach a unit, which has become a part of another; inside the running transaction."""
    for outage in await db.rows(
        "SELECT o.id FROM outage o WHERE o.cancelled_at IS NULL AND coalesce(o.ends_at, 'infinity') > $2 AND EXISTS (SELECT 1 FROM unit_atom a"
        " JOIN unit_atom b ON b.atom_id = a.atom_id WHERE a.unit_id = o.unit_id AND b.unit_id = $1) ORDER BY o.id",
        unit_id,
        clock.now(),
    ):
        await end_bookings(actor, outage["id"])


async def cancel_or_cut(booking: asyncpg.Record, at: datetime, now: datetime, outage_id: UUID | None = None) -> None:
    """Cancel a locked booking that has not begun; cut one that has. Neither costs anything. `outage_id`: for which outage, None for none."""
    if booking["starts_at"] < now:
        await _cut(booking, outage_id, at, now)
    else:
        await _cancel(booking, outage_id, now)


async def _cancel(booking: asyncpg.Record, outage_id: UUID | None, now: datetime) -> None:
    await db.execute(
        "UPDATE booking SET state = 'cancelled', cancelled_at = $3, changed_at = $3, outage_id = coalesce($2, outage_id), expires_at = NULL, version = version + 1"
        " WHERE id = $1",
        booking["id"],
        outage_id,
        now,
    )
    await db.execute("DELETE FROM unit_hold WHERE holder_id = $1", booking["id"])


async def _cut(booking: asyncpg.Record, outage_id: UUID | None, at: datetime, now: datetime) -> None:
    await db.execute(
        "UPDATE booking SET ends_at = $3, lines = '[]', price_minor = 0, credit_minutes = 0, rate_id = NULL, outage_id = coalesce($2, outage_id), changed_at = $4,"
        " version = version + 1 WHERE id = $1",
        booking["id"],
        outage_id,
        at,
        now,
    )
    await db.execute("UPDATE unit_hold SET ends_at = $2 WHERE holder_id = $1", booking["id"], at)
    if at > now:
        return
    for usage in await db.rows(
        "SELECT id, started_at FROM usage WHERE booking_id = $1 AND state = 'open' AND event_id LIKE 'check-in %' FOR UPDATE", booking["id"]
    ):
        await close_usage(usage["id"], usage["started_at"], at)
        await outbox.record(UsageChanged(usage["id"], booking["id"]))


async def _take_back_offers(unit_id: UUID, starts_at: datetime, ends_at: datetime | None) -> None:
    """Free slots that are offered in the time: who waited waits again, and for who lost a booking another slot is looked for."""
    found = await db.rows(
        "UPDATE waiting_entry w SET state = CASE WHEN w.instead_of_id IS NULL THEN 'waiting' ELSE 'expired' END, offered_until = NULL,"
        f" version = w.version + 1 WHERE w.state = 'offered' AND tstzrange(w.starts_at, w.ends_at) && tstzrange($2, $3) AND w.id IN {WITHIN}"
        " RETURNING w.id, w.instead_of_id, w.starts_at, w.ends_at, w.price_minor, w.version",
        unit_id,
        starts_at,
        ends_at,
    )
    if not found:
        return
    await db.execute("DELETE FROM unit_hold WHERE holder_id = ANY($1::uuid[])", [entry["id"] for entry in found])
    await outbox.record(
        *(WaitingChanged(entry["id"], entry["version"]) for entry in found),
        *(
            AnotherSlotWanted(entry["instead_of_id"], entry["starts_at"], entry["ends_at"], entry["price_minor"])
            for entry in found
            if entry["instead_of_id"]
        ),
    )
