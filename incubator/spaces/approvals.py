"""Bookings that wait for approval: the slot is held until staff decide, or until nobody did in time."""

from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import SYSTEM, Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.spaces import queries
from incubator.spaces.changing import close_booking
from incubator.spaces.errors import BookingNotPending
from incubator.spaces.events import BookingApproved, BookingDeclined
from incubator.spaces.fees import FEE_OF


async def decide_booking(actor: Actor, booking_id: UUID, *, is_approved: bool, reason: str, expected_version: int) -> None:
    """Approve or decline a booking that waits; declining frees the unit and needs a reason.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: the actor is no staff of the site.
        Stale: it was changed meanwhile.
        BookingNotPending: it does not wait.
        TooShort, TooLong: the reason breaks its rule.
    """
    reason = checks.text(reason, "reason", at_least=0 if is_approved else 1, at_most=300, path=("input", "reason"))
    async with db.transaction():
        found = await db.row(f"{FEE_OF} FOR UPDATE OF b", booking_id)
        if found is None or not await queries.bookings_by_id(actor, [booking_id]):
            raise NotFound(kind="Booking", path=("input", "bookingId"))
        actor.require(Grant.OVERRIDE_BOOKING_RULES, found["site_id"], path=("input", "bookingId"))
        checks.version(expected_version, found["version"])
        if found["state"] != "pending":
            raise BookingNotPending(state=found["state"], path=("input", "bookingId"))
        version = found["version"] + 1
        if is_approved:
            await db.execute(
                "UPDATE booking SET state = 'confirmed', expires_at = NULL, changed_at = $2, version = version + 1 WHERE id = $1",
                booking_id,
                clock.now(),
            )
            await outbox.record(BookingApproved(booking_id, version))
        else:
            await close_booking(booking_id, "declined")
            await outbox.record(BookingDeclined(booking_id, reason, version))
        await audit.record(actor, "approve booking" if is_approved else "decline booking", "Booking", booking_id, after={"reason": reason})


async def expire_booking(booking_id: UUID) -> None:
    """End a booking that nobody decided in time, inside the running transaction; nothing for one that was decided."""
    found = await db.row(
        "SELECT version FROM booking WHERE id = $1 AND state = 'pending' AND expires_at <= $2 FOR UPDATE", booking_id, clock.now()
    )
    if found is None:
        return
    await close_booking(booking_id, "expired")
    await audit.record(SYSTEM, "expire booking", "Booking", booking_id)
    await outbox.record(BookingDeclined(booking_id, "", found["version"] + 1))
