"""Who is told of outages, and of series that were cancelled."""

from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import clock, outbox
from incubator.kernel.actor import GRANTS, Grant
from incubator.notifications.facts import people_of, row_of
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell
from incubator.organizations import queries as organizations
from incubator.organizations.queries import PersonRow
from incubator.spaces import outage_queries
from incubator.spaces.events import BookingEndedByOutage, OutageAnnounced, OutageLifted, SeriesCancelled

OUTAGE = (
    "SELECT o.unit_id, o.starts_at, o.ends_at, o.reason, o.cancelled_at, u.name AS unit, s.name AS site FROM outage o"
    " JOIN unit u ON u.id = o.unit_id JOIN site s ON s.id = o.site_id WHERE o.id = $1"
)
BOOKERS = [role.value for role, may in GRANTS.items() if Grant.BOOK_UNIT in may]


def _params(found: asyncpg.Record) -> dict[str, object]:
    return {name: found[name] for name in ("starts_at", "ends_at", "reason", "unit", "site")}


async def _renters(found: asyncpg.Record) -> list[PersonRow]:
    """Return the people of whoever rents what an outage reaches, in its time."""
    rental_ids = await outage_queries.rentals_within(found["unit_id"], found["starts_at"], found["ends_at"])
    rows = await db.rows("SELECT DISTINCT organization_id AS id FROM rental WHERE id = ANY($1::uuid[])", rental_ids)
    return [person for row in rows for person in await organizations.contacts(row["id"], BOOKERS)]


@outbox.consumer(OutageAnnounced, "tell who rents of an outage")
async def outage_announced(event: OutageAnnounced, message_id: UUID) -> None:
    """Who rents the unit; their rent is what it was."""
    found = await row_of(OUTAGE, event.outage_id)
    await tell(await _renters(found), Kind.OUTAGE_ANNOUNCED, _params(found), "/space", message_id)


@outbox.consumer(BookingEndedByOutage, "tell of a booking that an outage ended")
async def booking_ended(event: BookingEndedByOutage, message_id: UUID) -> None:
    """Who booked."""
    found = await row_of(
        "SELECT b.booked_by_id, b.title, b.state, u.name AS unit, s.name AS site, o.reason FROM booking b JOIN unit u ON u.id = b.unit_id"
        " JOIN site s ON s.id = b.site_id JOIN outage o ON o.id = b.outage_id WHERE b.id = $1",
        event.booking_id,
    )
    params = {name: found[name] for name in ("title", "unit", "site", "reason")}
    params |= {"starts_at": event.starts_at, "ends_at": event.ends_at, "is_cut": found["state"] == "confirmed"}
    await tell(await people_of(found["booked_by_id"]), Kind.BOOKING_OUTAGE, params, "/find-time", message_id)


@outbox.consumer(OutageLifted, "tell of a unit in order again")
async def outage_lifted(event: OutageLifted, message_id: UUID) -> None:
    """Who rents the unit, and whose booking it ended that would lie ahead."""
    found = await row_of(OUTAGE, event.outage_id)
    lost = await db.rows(
        "SELECT DISTINCT booked_by_id AS id FROM booking WHERE outage_id = $1 AND state = 'cancelled' AND heir_id IS NULL AND starts_at > $2"
        " AND tstzrange(starts_at, ends_at) && tstzrange($3, $4)",
        event.outage_id,
        clock.now(),
        event.starts_at,
        event.ends_at,
    )
    people = [*await _renters(found), *await people_of(*(row["id"] for row in lost))]
    params = _params(found) | {"since": event.starts_at, "was_cancelled": found["cancelled_at"] is not None}
    await tell(people, Kind.OUTAGE_OVER, params, "/bookings", message_id)


@outbox.consumer(SeriesCancelled, "tell of a cancelled series")
async def series_cancelled(event: SeriesCancelled, message_id: UUID) -> None:
    """Who booked, and who cancelled: once for all of its bookings."""
    rows = await db.rows(
        "SELECT b.booked_by_id, b.title, b.starts_at, b.currency, u.name AS unit, s.name AS site FROM booking b JOIN unit u ON u.id = b.unit_id"
        " JOIN site s ON s.id = b.site_id WHERE b.id = ANY($1::uuid[]) ORDER BY b.starts_at, b.id",
        list(event.booking_ids),
    )
    first, last = rows[0], rows[-1]
    params = {name: first[name] for name in ("title", "unit", "site", "starts_at", "currency")}
    params |= {"last_at": last["starts_at"], "count": len(rows), "fee_minor": event.fee_minor}
    people = await people_of(*{row["booked_by_id"] for row in rows}, event.cancelled_by)
    await tell(people, Kind.SERIES_CANCELLED, params, "/bookings", message_id)
