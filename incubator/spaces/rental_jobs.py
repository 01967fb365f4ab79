"""What rentals do by themselves: units are kept no more, freed space is offered, short stays are charged, overdue badges are told of."""

from uuid import UUID

from incubator.kernel import outbox, work
from incubator.spaces import badges, rental_charging, rental_holds, waiting
from incubator.spaces.rental_events import HoldEnded, RentalShortened
from incubator.spaces.rental_holds import EXPIRE_HOLD, REMIND_OF_HOLD


@work.job(EXPIRE_HOLD)
async def expire_rental_hold(item: work.Item) -> None:
    """Repeats safely: only a hold that has run out is ended."""
    await rental_holds.expire_hold(UUID(item.subject))


@work.job(REMIND_OF_HOLD)
async def remind_of_rental_hold(item: work.Item) -> None:
    """Repeats safely: it is told with the completion of this work, once."""
    await rental_holds.remind_of_hold(UUID(item.subject))


@work.sweep("charge ended short stays")
async def charge_ended_stays() -> None:
    """Repeats safely: a stay is charged once, in the transaction that marks it."""
    while await rental_charging.charge_ended_stays():
        pass


@work.sweep("tell of overdue badges")
async def tell_of_overdue_badges() -> None:
    """Repeats safely: an issue is told of once, in the transaction that marks it."""
    while await badges.tell_of_overdue():
        pass


async def offer_space(event: HoldEnded | RentalShortened, message_id: UUID) -> None:
    """Repeats safely: what is offered is held, and not offered again."""
    await waiting.offer_time(event.unit_id, event.starts_at, event.ends_at)


outbox.consumer(HoldEnded, "offer the space of an ended hold")(offer_space)
outbox.consumer(RentalShortened, "offer the space of a shortened rental")(offer_space)
