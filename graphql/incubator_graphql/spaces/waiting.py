"""The waiting list in the API."""

from datetime import datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.kernel.paging import Page
from incubator.spaces import place_queries, service
from incubator.spaces.place_queries import WaitingRow
from incubator.spaces.scope import visible_waiting
from incubator.spaces.service import BookingTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, maybe, one, register_node, shown
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.changes import KEY, BookingPayload
from incubator_graphql.spaces.types import BOOKINGS, UNITS, Booking, Unit, some_id


@enum
class WaitingState(StrEnum):
    """Whether somebody waits, is offered the slot, has booked it, let the offer run out, or left."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    EXPIRED = "expired"
    LEFT = "left"


@entity(visible_waiting)
class WaitingEntry(Node):
    """Somebody who waits for `[startsAt, endsAt)` of a unit that is taken."""

    row: strawberry.Private[WaitingRow]
    starts_at: datetime
    ends_at: datetime
    title: str
    state: WaitingState
    offered_until: datetime | None
    booking_id: strawberry.ID | None
    instead_of_id: strawberry.ID | None = strawberry.field(description="The booking that an outage ended and this slot is offered for.")
    price: Money | None = strawberry.field(description="What it costs, as priced; null while nothing is offered for an outage.")
    version: int

    @classmethod
    def of(cls, row: WaitingRow) -> Self:
        return cls(
            id=strawberry.ID(encode("WaitingEntry", row.id)),
            row=row,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=row.title,
            state=WaitingState(row.state),
            offered_until=row.offered_until,
            booking_id=some_id("Booking", row.booking_id),
            instead_of_id=some_id("Booking", row.instead_of_id),
            price=Money.maybe(row.price_minor, row.currency),
            version=row.version,
        )

    @resolved
    async def unit(self, info: Info) -> Unit:
        """The unit."""
        return Unit.of(await one(info, UNITS, self.row.unit_id))

    @resolved
    async def instead_of(self, info: Info) -> Booking | None:
        """The booking that an outage ended and this slot is offered for; null when none did, or the viewer does not know it."""
        row = await maybe(info, BOOKINGS, self.row.instead_of_id)
        return Booking.of(row) if row else None


WAITING = register_node("WaitingEntry", place_queries.waiting_by_id, WaitingEntry.of)


@given
class JoinWaitingListInput:
    """The time of a unit to wait for."""

    unit_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    title: str
    organization_id: strawberry.ID | None = None
    companion_id: strawberry.ID | None = strawberry.field(default=None, description="The second person, where two use the unit.")


@given
class LeaveWaitingListInput:
    """The entry to take back."""

    waiting_entry_id: strawberry.ID


@given
class AcceptSlotInput:
    """The entry whose slot is offered."""

    waiting_entry_id: strawberry.ID
    idempotency_key: str = strawberry.field(description=KEY)


@value
class WaitingPayload(Payload):
    """The entry."""

    entry: WaitingEntry | None = None


@strawberry.type
class WaitingQuery:
    """Reading the waiting list."""

    @query(SIGNED_IN)
    async def waiting_list(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[WaitingEntry]:
        """List what one's organisation waits and waited for, for staff what is waited for at their sites; the latest start first."""
        found = await place_queries.list_waiting(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            with_total=wants_total(info),
        )
        return Connection[WaitingEntry].of(found, lambda row: WaitingEntry.of(WaitingRow(**row)))


@strawberry.type
class WaitingMutation:
    """Waiting for a slot."""

    @mutation(SIGNED_IN)
    async def join_waiting_list(self, info: Info, input: JoinWaitingListInput) -> WaitingPayload:
        """Wait for a time that is taken; when it comes free it is offered to the first who waits, for a while."""
        payer = input.organization_id
        terms = BookingTerms(
            decode(input.unit_id, "Unit", "input", "unitId"),
            input.starts_at,
            input.ends_at,
            input.title,
            decode(payer, "Organization", "input", "organizationId") if payer else None,
            companion_id=decode(input.companion_id, "Person", "input", "companionId") if input.companion_id else None,
        )
        waiting_id = await service.join_waiting_list(info.context.actor, terms)
        return WaitingPayload(entry=await shown(info, WAITING, waiting_id, WaitingEntry.of))

    @mutation(SIGNED_IN)
    async def leave_waiting_list(self, info: Info, input: LeaveWaitingListInput) -> WaitingPayload:
        """Wait no more; an open offer goes to the next."""
        waiting_id = decode(input.waiting_entry_id, "WaitingEntry", "input", "waitingEntryId")
        await service.leave_waiting_list(info.context.actor, waiting_id)
        return WaitingPayload(entry=await shown(info, WAITING, waiting_id, WaitingEntry.of))

    @mutation(SIGNED_IN)
    async def accept_slot(self, info: Info, input: AcceptSlotInput) -> BookingPayload:
        """Book the slot that is offered."""
        waiting_id = decode(input.waiting_entry_id, "WaitingEntry", "input", "waitingEntryId")
        booking_id = await service.accept_slot(info.context.actor, waiting_id, input.idempotency_key)
        return BookingPayload(booking=await shown(info, BOOKINGS, booking_id, Booking.of))
