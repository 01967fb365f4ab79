"""Residencies and their rentals as the API shows them."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.residencies import queries
from incubator.residencies.queries import ResidencyRow
from incubator.residencies.scope import visible_residencies
from incubator.spaces import rental_queries as spaces
from incubator.spaces.rental_pricing import Prices, Steps
from incubator.spaces.rental_queries import RentalRow
from incubator.spaces.scope import visible_rentals
from incubator_graphql.billing.deposit_types import DEPOSITS, Deposit
from incubator_graphql.billing.plan_types import PLANS, Plan
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, maybe, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Site
from incubator_graphql.outputs import entity, enum, value
from incubator_graphql.residencies.enums import ResidencyState
from incubator_graphql.spaces.badges import BADGES_OF_RENTAL, Badge
from incubator_graphql.spaces.checklists import CHECKLISTS_OF_RENTAL, Checklist
from incubator_graphql.spaces.types import UNITS, Unit


@enum
class RentalState(StrEnum):
    """Where a rental stands: ending when notice was given or an heir follows, moved when it went on in another unit."""

    UPCOMING = "upcoming"
    RUNNING = "running"
    ENDING = "ending"
    MOVED = "moved"
    ENDED = "ended"


@enum
class NoticeUnit(StrEnum):
    """What a notice is counted in: days, or months to the end of a month."""

    DAYS = "days"
    MONTHS = "months"


@value
class RentalNotice:
    """What must lie between a notice and the last day, in the site's calendar."""

    count: int
    unit: NoticeUnit


@entity(visible_rentals)
class Rental(Node):
    """A unit held for days of its site; first and last belong to it. Money is null for whom it is not."""

    row: strawberry.Private[RentalRow]
    starts_on: date
    ends_on: date
    state: RentalState
    monthly_price: Money | None = strawberry.field(description="Null for a short stay too.")
    weekly_price: Money | None = strawberry.field(description="Of the first week of a short stay.")
    daily_price: Money | None = strawberry.field(description="Of the first day of a short stay.")
    credit_days: int | None = strawberry.field(description="How many days of a short stay credit pays.")
    discount_percent: Decimal | None = strawberry.field(description="Taken off the prices already.")
    price_includes_tax: bool
    notice: RentalNotice
    notice_given_at: datetime | None
    notice_waiver: str = strawberry.field(description="Why staff let it end before the notice; empty when they did not.")
    version: int

    @classmethod
    def of(cls, row: RentalRow) -> Self:
        short = Prices.read(None, json.loads(row.prices)) if row.prices else Prices()

        def first_of(steps: Steps) -> Money | None:
            return Money.minor(steps[0][1], row.currency) if steps else None

        return cls(
            id=strawberry.ID(encode("Rental", row.id)),
            row=row,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            state=RentalState(row.state),
            monthly_price=Money.maybe(row.monthly_minor, row.currency),
            weekly_price=first_of(short.week),
            daily_price=first_of(short.day),
            credit_days=row.credit_days,
            discount_percent=row.discount_percent,
            price_includes_tax=row.price_includes_tax,
            notice=RentalNotice(count=row.notice_count, unit=NoticeUnit(row.notice_unit)),
            notice_given_at=row.notice_given_at,
            notice_waiver=row.notice_waiver,
            version=row.version,
        )

    @resolved
    async def unit(self, info: Info) -> Unit:
        """What is let."""
        return Unit.of(await one(info, UNITS, self.row.unit_id))

    @resolved
    async def organization(self, info: Info) -> Organization:
        """Who holds it."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.organization_id))

    @resolved
    async def residency(self, info: Info) -> Annotated["Residency", strawberry.lazy("incubator_graphql.residencies.residency")] | None:
        """The residency it belongs to; null for who rents without one."""
        row = await maybe(info, RESIDENCIES, self.row.residency_id)
        return Residency.of(row) if row else None

    @resolved
    async def heir(self, info: Info) -> Annotated["Rental", strawberry.lazy("incubator_graphql.residencies.residency")] | None:
        """The rental that it goes on as, in another unit."""
        row = await maybe(info, RENTALS, self.row.heir_id)
        return Rental.of(row) if row else None

    @resolved
    async def ancestor(self, info: Info) -> Annotated["Rental", strawberry.lazy("incubator_graphql.residencies.residency")] | None:
        """The rental that went on as this one."""
        row = await maybe(info, RENTALS, self.row.ancestor_id)
        return Rental.of(row) if row else None

    @resolved
    async def checklists(self, info: Info) -> list[Checklist]:
        """What was found at hand-over and return."""
        return [Checklist.of(row) for row in await info.context.loaders.of(CHECKLISTS_OF_RENTAL).load(self.row.id)]

    @resolved
    async def badges(self, info: Info) -> list[Badge]:
        """Keys and badges that are out for it."""
        return [Badge.of(row) for row in await info.context.loaders.of(BADGES_OF_RENTAL).load(self.row.id)]

    @resolved
    async def deposit(self, info: Info) -> Deposit | None:
        """Its deposit; null where there is none, or money is not for the viewer. It goes on with the heir."""
        row = await maybe(info, DEPOSITS, self.row.deposit_id)
        return Deposit.of(row) if row else None


@entity(visible_residencies)
class Residency(Node):
    """A startup's stay at a site. Days are the site's, first and last belong to it."""

    row: strawberry.Private[ResidencyRow]
    starts_on: date
    ends_on: date
    state: ResidencyState
    headcount: int
    version: int

    @classmethod
    def of(cls, row: ResidencyRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Residency", row.id)),
            row=row,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            state=ResidencyState(row.state),
            headcount=row.headcount,
            version=row.version,
        )

    @resolved
    async def startup(self, info: Info) -> Organization:
        """Who stays."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.startup_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """Where."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def plan(self, info: Info) -> Plan:
        """The membership's prices."""
        return Plan.of(await one(info, PLANS, self.row.plan_id))

    @resolved
    async def rentals(self, info: Info) -> list[Rental]:
        """What is let to the startup, in order of the start."""
        return [Rental.of(row) for row in await info.context.loaders.of(RENTALS_OF_RESIDENCY).load(self.row.id)]


async def _rentals(actor: Actor, residency_ids: Sequence[UUID]) -> list[list[RentalRow]]:
    found = await spaces.rentals_of_residencies(actor, residency_ids)
    return [found.get(residency_id, []) for residency_id in residency_ids]


RENTALS_OF_RESIDENCY: Relation[UUID, list[RentalRow]] = Relation("rentals of a residency", _rentals)
RENTALS = register_node("Rental", spaces.rentals_by_id, Rental.of)
RESIDENCIES = register_node("Residency", queries.residencies_by_id, Residency.of)
