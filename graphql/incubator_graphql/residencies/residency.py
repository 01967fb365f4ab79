"""Residencies and their rentals as the API shows them."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.residencies import queries
from incubator.residencies.queries import ResidencyRow
from incubator.residencies.scope import visible_residencies
from incubator.spaces import rental_queries as spaces
from incubator.spaces.rental_queries import RentalRow
from incubator.spaces.scope import visible_rentals
from incubator_graphql.billing.plans import PLANS, Plan
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, maybe, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Site
from incubator_graphql.outputs import entity
from incubator_graphql.residencies.enums import ResidencyState
from incubator_graphql.spaces.types import UNITS, Unit


@entity(visible_rentals)
class Rental(Node):
    """A unit held for days of its site; first and last belong to it."""

    row: strawberry.Private[RentalRow]
    starts_on: date
    ends_on: date
    monthly_price: Money
    price_includes_tax: bool
    version: int

    @classmethod
    def of(cls, row: RentalRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Rental", row.id)),
            row=row,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            monthly_price=Money.minor(row.monthly_minor, row.currency),
            price_includes_tax=row.price_includes_tax,
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
