"""Who is told of what happens to bookings."""

from uuid import UUID

import asyncpg

from incubator.kernel import outbox
from incubator.notifications.facts import people_of, row_of
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell
from incubator.organizations import queries as organizations
from incubator.spaces.events import (
    BookingApproved,
    BookingCancelled,
    BookingCreated,
    BookingDeclined,
    BookingHandedOver,
    BookingReleased,
    SlotOffered,
)

BOOKING = (
    "SELECT b.booked_by_id, b.title, b.starts_at, b.ends_at, b.state, b.expires_at, b.site_id, b.currency, u.name AS unit, s.name AS site"
    " FROM booking b JOIN unit u ON u.id = b.unit_id JOIN site s ON s.id = b.site_id WHERE b.id = $1"
)


def _params(found: asyncpg.Record) -> dict[str, object]:
    return {name: found[name] for name in ("title", "starts_at", "ends_at", "unit", "site")}


@outbox.consumer(BookingCreated, "tell of a booking")
async def booking_created(event: BookingCreated, message_id: UUID) -> None:
    """Who booked; when it waits for approval the site's staff too."""
    found = await row_of(BOOKING, event.booking_id)
    people = await people_of(found["booked_by_id"])
    if found["state"] == "pending":
        staff = await organizations.site_staff(found["site_id"], ["manager", "front desk"])
        params = _params(found) | {"expires_at": found["expires_at"]}
        await tell([*people, *staff], Kind.BOOKING_REQUESTED, params, "/bookings", message_id)
        return
    await tell(people, Kind.BOOKING_CONFIRMED, _params(found), "/bookings", message_id)


@outbox.consumer(BookingApproved, "tell of an approved booking")
async def booking_approved(event: BookingApproved, message_id: UUID) -> None:
    """Who booked."""
    found = await row_of(BOOKING, event.booking_id)
    await tell(await people_of(found["booked_by_id"]), Kind.BOOKING_CONFIRMED, _params(found), "/bookings", message_id)


@outbox.consumer(BookingHandedOver, "tell of a booking handed over")
async def booking_handed_over(event: BookingHandedOver, message_id: UUID) -> None:
    """Who has it now."""
    found = await row_of(BOOKING, event.booking_id)
    await tell(await people_of(event.person_id), Kind.BOOKING_CONFIRMED, _params(found), "/bookings", message_id)


@outbox.consumer(BookingDeclined, "tell of a declined booking")
async def booking_declined(event: BookingDeclined, message_id: UUID) -> None:
    """Who booked."""
    found = await row_of(BOOKING, event.booking_id)
    params = _params(found) | {"reason": event.reason}
    await tell(await people_of(found["booked_by_id"]), Kind.BOOKING_DECLINED, params, "/bookings", message_id)


@outbox.consumer(BookingReleased, "tell of a released booking")
async def booking_released(event: BookingReleased, message_id: UUID) -> None:
    """Who booked."""
    found = await row_of(BOOKING, event.booking_id)
    params = _params(found) | {"fee_minor": event.fee_minor, "currency": found["currency"]}
    await tell(await people_of(found["booked_by_id"]), Kind.BOOKING_RELEASED, params, "/bookings", message_id)


@outbox.consumer(SlotOffered, "tell of an offered slot")
async def slot_offered(event: SlotOffered, message_id: UUID) -> None:
    """Who waits."""
    found = await row_of(
        "SELECT w.person_id, w.title, w.starts_at, w.ends_at, w.offered_until, w.instead_of_id, u.name AS unit, s.name AS site FROM waiting_entry w"
        " JOIN unit u ON u.id = w.unit_id JOIN site s ON s.id = w.site_id WHERE w.id = $1",
        event.waiting_id,
    )
    params = _params(found) | {"offered_until": found["offered_until"]}
    kind = Kind.SLOT_OFFERED if found["instead_of_id"] is None else Kind.SLOT_INSTEAD
    await tell(await people_of(found["person_id"]), kind, params, "/waiting-list", message_id)


@outbox.consumer(BookingCancelled, "tell of a cancelled booking")
async def booking_cancelled(event: BookingCancelled, message_id: UUID) -> None:
    """Who booked, and who cancelled."""
    found = await row_of(BOOKING, event.booking_id)
    await tell(await people_of(found["booked_by_id"], event.cancelled_by), Kind.BOOKING_CANCELLED, _params(found), "/bookings", message_id)
