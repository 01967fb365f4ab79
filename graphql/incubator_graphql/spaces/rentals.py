"""Rentals in the API: quoting, keeping, letting, changing and ending them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator.spaces import rental_queries, service
from incubator.spaces.rental_queries import RentalFilter, RentalHoldRow, RentalRow
from incubator.spaces.service import AssignTerms, ChangeTerms, HoldTerms, Notice, RentalWish
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.ordering import OrderDirection
from incubator_graphql.outputs import enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.residencies.residency import RENTALS, NoticeUnit, Rental, RentalState
from incubator_graphql.scalars import MinorUnits
from incubator_graphql.spaces.changes import KEY
from incubator_graphql.spaces.rental_types import RENTAL_HOLDS, RentalEnd, RentalHold, RentalOffer


@enum
class RentalOrderField(StrEnum):
    """What rentals can be ordered by."""

    STARTS_ON = "starts_on"
    ENDS_ON = "ends_on"
    UNIT = "unit"
    ORGANIZATION = "organization"


@given
class RentalOrder:
    """An order of rentals."""

    field: RentalOrderField
    direction: OrderDirection


@given
class HoldUnitInput:
    """Days of a unit, or of any unit of a pool, and until when it is kept; for one's own organisation when none is named."""

    starts_on: date
    ends_on: date
    expires_at: datetime
    idempotency_key: str = strawberry.field(description=KEY)
    unit_id: strawberry.ID | None = None
    pool_id: strawberry.ID | None = None
    organization_id: strawberry.ID | None = None
    note: str = ""


@given
class ReleaseHoldInput:
    """The hold to end."""

    rental_hold_id: strawberry.ID
    expected_version: int


@given
class AssignRentalInput:
    """What is let: a hold; or a unit, for an organisation and days. Without a notice the usual one of the unit's kind holds."""

    idempotency_key: str = strawberry.field(description=KEY)
    rental_hold_id: strawberry.ID | None = None
    unit_id: strawberry.ID | None = None
    organization_id: strawberry.ID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    deposit_minor: MinorUnits = strawberry.field(default=MinorUnits(0), description="In the site's currency.")
    discount_percent: Decimal = Decimal(0)
    notice_count: int | None = None
    notice_unit: NoticeUnit = NoticeUnit.MONTHS

    def terms(self) -> AssignTerms:
        """Return them as the domain takes them."""
        hold, unit, organization = self.rental_hold_id, self.unit_id, self.organization_id
        return AssignTerms(
            decode(hold, "RentalHold", "input", "rentalHoldId") if hold else None,
            decode(unit, "Unit", "input", "unitId") if unit else None,
            decode(organization, "Organization", "input", "organizationId") if organization else None,
            self.starts_on,
            self.ends_on,
            int(self.deposit_minor),
            self.discount_percent,
            None if self.notice_count is None else Notice(self.notice_count, self.notice_unit.value),
        )


@given
class ChangeRentalUnitInput:
    """The unit that a rental goes on in, from a day on."""

    rental_id: strawberry.ID
    unit_id: strawberry.ID
    starts_on: date
    expected_version: int
    idempotency_key: str = strawberry.field(description=KEY)


@given
class ExtendRentalInput:
    """The new last day."""

    rental_id: strawberry.ID
    ends_on: date
    expected_version: int


@given
class GiveNoticeInput:
    """The last day. Staff who let it end before the notice say why."""

    rental_id: strawberry.ID
    ends_on: date
    expected_version: int
    waiver: str = ""


@given
class SettleDepositInput:
    """How much of a rental's deposit is kept, and why; the rest is returned."""

    rental_id: strawberry.ID
    kept_minor: MinorUnits
    idempotency_key: str = strawberry.field(description=KEY)
    reason: str = ""


@value
class RentalHoldPayload(Payload):
    """The hold."""

    hold: RentalHold | None = None


@value
class RentalPayload(Payload):
    """The rental."""

    rental: Rental | None = None


@strawberry.type
class RentalsQuery:
    """Reading rentals."""

    @query(SIGNED_IN)
    async def rentals(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        unit_id: strawberry.ID | None = None,
        organization_id: strawberry.ID | None = None,
        state: RentalState | None = None,
        ends_within_days: int | None = None,
        search: str | None = None,
        order_by: RentalOrder | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Rental]:
        """List rentals, the latest start first unless ordered otherwise; `search` looks at unit and organisation."""
        wanted = RentalFilter(
            decode(site_id, "Site", "siteId") if site_id else None,
            decode(unit_id, "Unit", "unitId") if unit_id else None,
            decode(organization_id, "Organization", "organizationId") if organization_id else None,
            state.value if state else None,
            ends_within_days,
            search or "",
        )
        found = await rental_queries.list_rentals(
            info.context.actor,
            Page(first, after, last, before),
            wanted,
            sort=order_by.field.value if order_by else "starts_on",
            is_descending=order_by is None or order_by.direction is OrderDirection.DESC,
            with_total=wants_total(info),
        )
        return Connection[Rental].of(found, lambda row: Rental.of(RentalRow(**row)))

    @query(SIGNED_IN)
    async def rental_holds(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        open_only: bool | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[RentalHold]:
        """List units that are or were kept for somebody, the latest expiry first."""
        found = await rental_queries.list_rental_holds(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            open_only=bool(open_only),
            with_total=wants_total(info),
        )
        return Connection[RentalHold].of(found, lambda row: RentalHold.of(RentalHoldRow(**row)))

    @query(SIGNED_IN)
    async def quote_rental(
        self,
        info: Info,
        starts_on: date,
        ends_on: date,
        unit_id: strawberry.ID | None = None,
        pool_id: strawberry.ID | None = None,
        organization_id: strawberry.ID | None = None,
        discount_percent: Decimal | None = None,
        rental_id: strawberry.ID | None = None,
    ) -> RentalOffer:
        """Tell what days of a unit, or of any unit of a pool, would cost with tax, and on which of them it is taken. Nothing is held.

        With a rental, what it costs to go on: in its unit until `endsOn` (of a short stay all of its days, for it is charged as a whole), or
        in another one.
        """
        wish = RentalWish(
            starts_on,
            ends_on,
            decode(unit_id, "Unit", "unitId") if unit_id else None,
            decode(pool_id, "Pool", "poolId") if pool_id else None,
            decode(organization_id, "Organization", "organizationId") if organization_id else None,
            discount_percent or Decimal(0),
            decode(rental_id, "Rental", "rentalId") if rental_id else None,
        )
        return RentalOffer.of(await service.quote_rental(info.context.actor, wish))

    @query(SIGNED_IN)
    async def notice_preview(self, info: Info, rental_id: strawberry.ID, ends_on: date | None = None) -> RentalEnd:
        """Tell when a rental could end by a notice given today, and what that means in money; the earliest end when no day is named."""
        rental = decode(rental_id, "Rental", "rentalId")
        return RentalEnd.of(await service.preview_notice(info.context.actor, rental, ends_on))


@strawberry.type
class RentalsMutation:
    """Letting units, and what becomes of it."""

    @mutation(SIGNED_IN)
    async def hold_unit(self, info: Info, input: HoldUnitInput) -> RentalHoldPayload:
        """Keep a unit for an organisation until an instant; then, or when it is released, the space goes to who waits."""
        unit, pool, organization = input.unit_id, input.pool_id, input.organization_id
        terms = HoldTerms(
            input.starts_on,
            input.ends_on,
            input.expires_at,
            decode(unit, "Unit", "input", "unitId") if unit else None,
            decode(pool, "Pool", "input", "poolId") if pool else None,
            decode(organization, "Organization", "input", "organizationId") if organization else None,
            input.note,
        )
        hold_id = await service.hold_unit(info.context.actor, terms, input.idempotency_key)
        return RentalHoldPayload(hold=await shown(info, RENTAL_HOLDS, hold_id, RentalHold.of))

    @mutation(SIGNED_IN)
    async def release_hold(self, info: Info, input: ReleaseHoldInput) -> RentalHoldPayload:
        """Keep a unit no more."""
        hold_id = decode(input.rental_hold_id, "RentalHold", "input", "rentalHoldId")
        await service.release_hold(info.context.actor, hold_id, input.expected_version)
        return RentalHoldPayload(hold=await shown(info, RENTAL_HOLDS, hold_id, RentalHold.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def assign_rental(self, info: Info, input: AssignRentalInput) -> RentalPayload:
        """Let a unit, with what bills it and the request for its deposit."""
        rental_id = await service.assign_rental(info.context.actor, input.terms(), input.idempotency_key)
        return RentalPayload(rental=await shown(info, RENTALS, rental_id, Rental.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def change_rental_unit(self, info: Info, input: ChangeRentalUnitInput) -> RentalPayload:
        """Let a rental go on in another unit from a day on, all or nothing; its heir is answered. Each day is billed once."""
        terms = ChangeTerms(
            decode(input.rental_id, "Rental", "input", "rentalId"), decode(input.unit_id, "Unit", "input", "unitId"), input.starts_on
        )
        heir_id = await service.change_unit(info.context.actor, terms, input.expected_version, input.idempotency_key)
        return RentalPayload(rental=await shown(info, RENTALS, heir_id, Rental.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def extend_rental(self, info: Info, input: ExtendRentalInput) -> RentalPayload:
        """Let a rental go on until a later day, at its price. A notice that was given is taken back by it."""
        rental_id = decode(input.rental_id, "Rental", "input", "rentalId")
        await service.extend_rental(info.context.actor, rental_id, input.ends_on, input.expected_version)
        return RentalPayload(rental=await shown(info, RENTALS, rental_id, Rental.of))

    @mutation(SIGNED_IN)
    async def give_notice(self, info: Info, input: GiveNoticeInput) -> RentalPayload:
        """End a rental on a day. Staff may waive the notice with a reason."""
        rental_id = decode(input.rental_id, "Rental", "input", "rentalId")
        await service.give_notice(info.context.actor, rental_id, input.ends_on, input.expected_version, input.waiver)
        return RentalPayload(rental=await shown(info, RENTALS, rental_id, Rental.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def settle_deposit(self, info: Info, input: SettleDepositInput) -> RentalPayload:
        """Decide about a rental's deposit once its return checklist is signed: so much is kept, the rest is returned."""
        rental_id = decode(input.rental_id, "Rental", "input", "rentalId")
        await service.settle_rental_deposit(info.context.actor, rental_id, int(input.kept_minor), input.reason, input.idempotency_key)
        return RentalPayload(rental=await shown(info, RENTALS, rental_id, Rental.of))
