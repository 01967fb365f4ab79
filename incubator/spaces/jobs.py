"""What space does by itself."""

from uuid import UUID

from incubator.kernel import work
from incubator.spaces import approvals, charging, releasing
from incubator.spaces.bookings import EXPIRE, RELEASE
from incubator.spaces.check_in import UNFINISHED


@work.sweep("charge ended bookings")
async def charge_ended_bookings() -> None:
    """Repeats safely: a booking is charged once, in the transaction that marks it."""
    while await charging.charge_ended_bookings():
        pass


@work.job(EXPIRE)
async def expire_pending_booking(item: work.Item) -> None:
    """Repeats safely: only a booking that still waits is ended."""
    await approvals.expire_booking(UUID(item.subject))


@work.job(RELEASE)
async def release_booking(item: work.Item) -> None:
    """Repeats safely: only a confirmed booking that nobody used is ended, and its fee charged once."""
    await releasing.release_booking(UUID(item.subject))


@work.job(UNFINISHED)
async def mark_unfinished_usage(item: work.Item) -> None:
    """Repeats safely: only a usage that is still open becomes a problem."""
    await releasing.mark_unfinished(UUID(item.subject))
