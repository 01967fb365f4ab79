"""Reading space."""

from datetime import datetime
from typing import Annotated

import strawberry

from incubator.billing.quoting import Totals
from incubator.kernel.errors import DomainError, NotFound, NotSignedIn
from incubator.kernel.paging import Page
from incubator.spaces import queries as spaces
from incubator.spaces import service
from incubator.spaces.queries import BookingRow, UnitRow
from incubator.spaces.service import BookingTerms, Quote
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.ids import decode, decode_many
from incubator_graphql.money import Money
from incubator_graphql.nodes import one
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.prices import PriceTotals
from incubator_graphql.spaces.types import UNITS, Booking, BookingFees, BookingQuote, Unit, UnitKind


@strawberry.type
class SpacesQuery:
    """Reading space."""

    @query(SIGNED_IN)
    async def units(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        kind: UnitKind | None = None,
        search: str | None = None,
        equipment: list[str] | None = None,
        owner_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Unit]:
        """List units by name; with equipment those that have all of it, with an owner those that are theirs."""
        found = await spaces.list_units(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            kind=kind.value if kind else None,
            search=search or "",
            equipment=equipment or (),
            owner_id=decode(owner_id, "Organization", "ownerId") if owner_id else None,
            with_total=wants_total(info),
        )
        return Connection[Unit].of(found, lambda row: Unit.of(UnitRow(**row)))

    @query(SIGNED_IN)
    async def bookings(
        self,
        info: Info,
        from_: Annotated[datetime, strawberry.argument(name="from")],
        until: datetime,
        site_id: strawberry.ID | None = None,
        unit_id: strawberry.ID | None = None,
        mine_only: bool | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Booking]:
        """List bookings, confirmed or waiting for approval, that touch `[from, until)`, in order of their start. Of others' bookings only the time is told."""
        found = await spaces.list_bookings(
            info.context.actor,
            Page(first, after, last, before),
            starts_at=from_,
            ends_at=until,
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            unit_id=decode(unit_id, "Unit", "unitId") if unit_id else None,
            mine_only=bool(mine_only),
            with_total=wants_total(info),
        )
        return Connection[Booking].of(found, lambda row: Booking.of(BookingRow(**row)))

    @query(SIGNED_IN)
    async def booking_quote(
        self,
        info: Info,
        unit_id: strawberry.ID,
        starts_at: datetime,
        ends_at: datetime,
        organization_id: strawberry.ID | None = None,
        accessory_ids: list[strawberry.ID] | None = None,
        companion_id: strawberry.ID | None = None,
    ) -> BookingQuote:
        """Tell what a booking would cost with its tax and every rule it breaks, a taken unit included, before anything is confirmed."""
        actor = info.context.actor
        unit = await one(info, UNITS, decode(unit_id, "Unit", "unitId"))
        payer = decode(organization_id, "Organization", "organizationId") if organization_id else None
        accessories = tuple(decode_many(accessory_ids or [], "Unit", "accessoryIds"))
        companion = decode(companion_id, "Person", "companionId") if companion_id else None
        terms = BookingTerms(unit.id, starts_at, ends_at, "", payer, accessory_ids=accessories, companion_id=companion)
        try:
            quote = await service.quote_booking(actor, terms)
        except (NotFound, NotSignedIn):
            raise
        except DomainError as refusal:
            quote = Quote(None, unit.currency, unit.price_includes_tax, [refusal])
        return BookingQuote.of(quote, actor.language)

    @query(SIGNED_IN)
    async def booking_fees(self, info: Info, booking_id: strawberry.ID) -> BookingFees:
        """Tell what cancelling a booking now or not coming would cost, before anybody decides."""
        fees = await service.preview_fees(info.context.actor, decode(booking_id, "Booking", "bookingId"))

        def totals(found: Totals | None) -> PriceTotals | None:
            return PriceTotals.of(found, fees.currency) if found else None

        return BookingFees(
            cancel_fee=Money.maybe(fees.cancel_minor, fees.currency),
            free_until=fees.free_until,
            no_show_fee=Money.minor(fees.no_show_minor, fees.currency),
            price_includes_tax=fees.price_includes_tax,
            cancel_totals=totals(fees.cancel_totals),
            no_show_totals=totals(fees.no_show_totals),
        )
