"""Outages in the API: when a unit cannot be used, whom that affects, and what is offered instead."""

from datetime import datetime
from typing import Annotated

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator.spaces import outage_queries, service
from incubator.spaces.outage_queries import OutageRow
from incubator.spaces.service import OutageTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.types import BOOKINGS, OUTAGES, Booking, Outage


@value
class OutagePreview:
    """Whom an outage would affect."""

    booking_count: int = strawberry.field(description="Bookings that it would end, those the viewer may not see included.")
    rental_count: int = strawberry.field(description="Rentals that it touches; they go on, and so does their rent.")
    bookings: list[Booking] = strawberry.field(description="Those that the viewer knows, in order of their start.")


@given
class AnnounceOutageInput:
    """When and why a unit cannot be used. With `startsAt` it is planned, and has an end; without, it begins now, perhaps without an end."""

    unit_id: strawberry.ID
    reason: str = strawberry.field(description="For everybody who sees the unit.")
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    note: str = strawberry.field(default="", description="For the site's staff and the unit's owner.")


@given
class ChangeOutageInput:
    """Another end, reason or note; a sudden outage may have no end."""

    outage_id: strawberry.ID
    expected_version: int
    reason: str
    ends_at: datetime | None = None
    note: str = ""


@given
class ResolveOutageInput:
    """The outage that is over."""

    outage_id: strawberry.ID
    expected_version: int


@given
class CancelOutageInput:
    """The outage that will not take place."""

    outage_id: strawberry.ID
    expected_version: int


@value
class OutagePayload(Payload):
    """The outage."""

    outage: Outage | None = None


@strawberry.type
class OutageQuery:
    """Reading outages."""

    @query(SIGNED_IN)
    async def outages(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        unit_id: strawberry.ID | None = None,
        open_only: bool | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Outage]:
        """List outages, the latest start first: of a unit all that reach it; with `openOnly` those that go on or lie ahead."""
        found = await outage_queries.list_outages(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            unit_id=decode(unit_id, "Unit", "unitId") if unit_id else None,
            open_only=bool(open_only),
            with_total=wants_total(info),
        )
        return Connection[Outage].of(found, lambda row: Outage.of(OutageRow(**row)))

    @query(granted(Grant.PUT_OUT_OF_ORDER))
    async def outage_preview(
        self,
        info: Info,
        unit_id: strawberry.ID,
        starts_at: Annotated[datetime | None, strawberry.argument(description="Now, when left out.")] = None,
        ends_at: datetime | None = None,
    ) -> OutagePreview:
        """Tell whom an outage of a unit would affect, before anybody decides."""
        found = await service.preview_outage(info.context.actor, decode(unit_id, "Unit", "unitId"), starts_at, ends_at)
        rows = await info.context.loaders.of(BOOKINGS).load_many(list(found.booking_ids))
        return OutagePreview(
            booking_count=len(found.booking_ids),
            rental_count=len(found.rental_ids),
            bookings=[Booking.of(row) for row in rows if row is not None],
        )


@strawberry.type
class OutageMutation:
    """Putting units out of order, and in order again."""

    @mutation(granted(Grant.PUT_OUT_OF_ORDER))
    async def announce_outage(self, info: Info, input: AnnounceOutageInput) -> OutagePayload:
        """Put a unit out of order, now or later. Bookings then are ended without any fee; who booked is told and offered another slot."""
        unit_id = decode(input.unit_id, "Unit", "input", "unitId")
        terms = OutageTerms(unit_id, input.starts_at, input.ends_at, input.reason, input.note)
        outage_id = await service.announce_outage(info.context.actor, terms)
        return OutagePayload(outage=await shown(info, OUTAGES, outage_id, Outage.of))

    @mutation(granted(Grant.PUT_OUT_OF_ORDER))
    async def change_outage(self, info: Info, input: ChangeOutageInput) -> OutagePayload:
        """Let an outage end sooner or later, or say else why. Bookings in what is added are ended."""
        outage_id = decode(input.outage_id, "Outage", "input", "outageId")
        await service.change_outage(info.context.actor, outage_id, input.ends_at, input.reason, input.note, input.expected_version)
        return OutagePayload(outage=await shown(info, OUTAGES, outage_id, Outage.of))

    @mutation(granted(Grant.PUT_OUT_OF_ORDER))
    async def resolve_outage(self, info: Info, input: ResolveOutageInput) -> OutagePayload:
        """Say that an outage is over: the unit is in order again."""
        outage_id = decode(input.outage_id, "Outage", "input", "outageId")
        await service.resolve_outage(info.context.actor, outage_id, input.expected_version)
        return OutagePayload(outage=await shown(info, OUTAGES, outage_id, Outage.of))

    @mutation(granted(Grant.PUT_OUT_OF_ORDER))
    async def cancel_outage(self, info: Info, input: CancelOutageInput) -> OutagePayload:
        """Take back an outage that has not begun. What it cancelled stays cancelled; who had it hears that the unit is free."""
        outage_id = decode(input.outage_id, "Outage", "input", "outageId")
        await service.cancel_outage(info.context.actor, outage_id, input.expected_version)
        return OutagePayload(outage=await shown(info, OUTAGES, outage_id, Outage.of))
