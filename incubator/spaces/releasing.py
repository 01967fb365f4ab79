"""What happens when nobody comes, or nobody leaves."""

from uuid import UUID

from incubator import db
from incubator.kernel import audit, outbox
from incubator.kernel.actor import SYSTEM
from incubator.spaces.changing import close_booking
from incubator.spaces.events import BookingReleased, UsageChanged
from incubator.spaces.fees import FEE_OF, charge_fee, share
from incubator.spaces.outage_queries import is_out_of_order
from incubator.spaces.policy import Policy


async def release_booking(booking_id: UUID) -> None:
    """Free the unit of a booking that nobody came for, and charge the no-show fee, inside the running transaction.

    Nothing happens to one that is used or ended, or that an outage cut, and nothing while its unit is out of order.
    """
    found = await db.row(f"{FEE_OF} AND b.state = 'confirmed' FOR UPDATE OF b", booking_id)
    if found is None or found["outage_id"] is not None:
        return
    if await is_out_of_order(found["unit_id"], found["starts_at"], found["ends_at"]):
        return
    if await db.value("SELECT 1 FROM usage WHERE booking_id = $1 LIMIT 1", booking_id):
        return
    fee = share(found["price_minor"], Policy.read(found["policy"]).no_show_fee_percent)
    await close_booking(booking_id, "released")
    await charge_fee(found, "no show", fee)
    await audit.record(SYSTEM, "release booking", "Booking", booking_id, after={"fee_minor": fee})
    await outbox.record(BookingReleased(booking_id, fee, found["version"] + 1))


async def mark_unfinished(usage_id: UUID) -> None:
    """Put a usage that nobody ended on the list of problems, inside the running transaction."""
    found = await db.row(
        "UPDATE usage SET state = 'problem', problem = 'not ended', version = version + 1 WHERE id = $1 AND state = 'open' RETURNING booking_id",
        usage_id,
    )
    if found is not None:
        await outbox.record(UsageChanged(usage_id, found["booking_id"]))
