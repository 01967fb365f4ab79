"""What space does by itself."""

from datetime import date
from uuid import UUID

from incubator.kernel import clock, outbox, work
from incubator.spaces import approvals, charging, presence, qualifications, releasing, statements, substitutes, waiting
from incubator.spaces import rental_jobs as _rental_jobs  # noqa: F401 - the import registers its jobs
from incubator.spaces.bookings import EXPIRE, RELEASE
from incubator.spaces.check_in import UNFINISHED
from incubator.spaces.events import (
    AnotherSlotWanted,
    BookingCancelled,
    BookingDeclined,
    BookingMoved,
    BookingReleased,
    OutageLifted,
    SeriesCancelled,
    UsageChanged,
)
from incubator.spaces.waiting import END_OFFER


@work.sweep("charge ended bookings")
async def charge_ended_bookings() -> None:
    """Repeats safely: a booking is charged once, in the transaction that marks it."""
    while await charging.charge_ended_bookings():
        pass


@work.sweep("schedule owner statements")
async def schedule_owner_statements() -> None:
    """Repeats safely: each month is on the work list once."""
    await statements.schedule_month(clock.now().date())


@work.job(statements.FIND)
async def find_owners_to_state(item: work.Item) -> None:
    """Repeats safely: each statement is on the work list once for its month."""
    await statements.schedule_statements(date.fromisoformat(item.payload["month"]))


@work.job(statements.STATE)
async def make_owner_statement(item: work.Item) -> None:
    """Repeats safely: a charge stands in one statement, and an owner has one for a legal entity, currency and month."""
    given = item.payload
    await statements.make_statement(
        UUID(given["owner_id"]), UUID(given["legal_entity_id"]), given["currency"], date.fromisoformat(given["month"])
    )


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


@work.job(END_OFFER)
async def end_offer(item: work.Item) -> None:
    """Repeats safely: only an offer that has run out is ended."""
    await waiting.end_offer(UUID(item.subject))


async def offer_slot(event: BookingCancelled | BookingMoved | BookingDeclined | BookingReleased, message_id: UUID) -> None:
    """Repeats safely: what is offered is held, and not offered again."""
    await waiting.offer_slot_of(event.booking_id)


outbox.consumer(BookingCancelled, "offer a cancelled slot")(offer_slot)
outbox.consumer(BookingMoved, "offer the slot of a moved booking")(offer_slot)
outbox.consumer(BookingDeclined, "offer a declined slot")(offer_slot)
outbox.consumer(BookingReleased, "offer a released slot")(offer_slot)


@outbox.consumer(UsageChanged, "note the use of qualifications")
async def note_use(event: UsageChanged, message_id: UUID) -> None:
    """Repeats safely: the day of the last use only ever goes forward."""
    await qualifications.note_use(event.usage_id)


@work.sweep("tell of qualifications that end")
async def tell_of_endings() -> None:
    """Repeats safely: each is told once for its last day, in the transaction that marks it."""
    while await qualifications.tell_of_endings():
        pass


@work.sweep("end forgotten presences")
async def end_forgotten_presences() -> None:
    """Repeats safely: only what still lasts is ended."""
    await presence.end_forgotten()


@outbox.consumer(AnotherSlotWanted, "offer another slot")
async def offer_another_slot(event: AnotherSlotWanted, message_id: UUID) -> None:
    """Repeats safely: who has an offer, or took one, gets no second."""
    await substitutes.offer_another_slot(event)


@outbox.consumer(OutageLifted, "offer what is in order again")
async def offer_lifted(event: OutageLifted, message_id: UUID) -> None:
    """Repeats safely: what is offered is held, and not offered again."""
    await waiting.offer_time(event.unit_id, event.starts_at, event.ends_at)


@outbox.consumer(SeriesCancelled, "offer the slots of a cancelled series")
async def offer_series(event: SeriesCancelled, message_id: UUID) -> None:
    """Repeats safely: what is offered is held, and not offered again."""
    for booking_id in event.booking_ids:
        await waiting.offer_slot_of(booking_id)
