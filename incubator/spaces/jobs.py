"""What space does by itself."""

from incubator.kernel import work
from incubator.spaces import charging


@work.sweep("charge ended bookings")
async def charge_ended_bookings() -> None:
    """Repeats safely: a booking is charged once, in the transaction that marks it."""
    while await charging.charge_ended_bookings():
        pass
