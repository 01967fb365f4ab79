"""What space does by itself."""

from uuid import UUID

from incubator.kernel import work
from incubator.spaces import approvals, charging
from incubator.spaces.bookings import EXPIRE


@work.sweep("charge ended bookings")
async def charge_ended_bookings() -> None:
    """Repeats safely: a booking is charged once, in the transaction that marks it."""
    while await charging.charge_ended_bookings():
        pass


@work.job(EXPIRE)
async def expire_pending_booking(item: work.Item) -> None:
    """Repeats safely: only a booking that still waits is ended."""
    await approvals.expire_booking(UUID(item.subject))
