"""Units of other owners in the API: shares, who used what, monthly statements."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator.spaces import owner_queries, service
from incubator.spaces.owner_queries import StatedUse, StatementRow, UnitUse
from incubator.spaces.scope import visible_statements
from incubator_graphql.fields import SIGNED_IN, Info, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node, shown
from incubator_graphql.organizations.types import ORGANIZATIONS, Organization
from incubator_graphql.outputs import entity, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.places import UnitPayload
from incubator_graphql.spaces.types import UNITS, Unit


@value
class OwnerStatementUse:
    """What one organisation paid for one unit, net of tax, and the owner's share of it."""

    unit_id: strawberry.ID
    unit_name: str
    user_id: strawberry.Private[UUID]
    charges: int = strawberry.field(description="How many bookings, usages, fees and months of rent.")
    takings: Money
    share_percent: Decimal
    share: Money

    @classmethod
    def of(cls, use: StatedUse, currency: str) -> Self:
        return cls(
            unit_id=strawberry.ID(encode("Unit", use.unit_id)),
            unit_name=use.unit_name,
            user_id=use.organization_id,
            charges=use.charges,
            takings=Money.minor(use.takings_minor, currency),
            share_percent=use.share_percent,
            share=Money.minor(use.share_minor, currency),
        )

    @resolved
    async def organization(self, info: Info) -> Organization:
        """Who used it."""
        return Organization.of(await one(info, ORGANIZATIONS, self.user_id))


@entity(visible_statements)
class OwnerStatement(Node):
    """What the units of an owner took in by the end of a month, and the owner's share of it, for one legal entity and currency.

    Made on the fourth day after the month, never changed; a charge that comes later stands in the next one.
    """

    row: strawberry.Private[StatementRow]
    month: date = strawberry.field(description="Its first day.")
    legal_entity_name: str
    takings: Money = strawberry.field(description="Net of tax.")
    share: Money
    sha256: str = strawberry.field(description="Of the statement and its lines, kept when it was made.")

    @classmethod
    def of(cls, row: StatementRow) -> Self:
        return cls(
            id=strawberry.ID(encode("OwnerStatement", row.id)),
            row=row,
            month=row.month,
            legal_entity_name=row.legal_entity_name,
            takings=Money.minor(row.takings_minor, row.currency),
            share=Money.minor(row.share_minor, row.currency),
            sha256=row.sha256,
        )

    @resolved
    async def owner(self, info: Info) -> Organization:
        """Whose units they are."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.owner_id))

    @resolved
    async def uses(self, info: Info) -> list[OwnerStatementUse]:
        """What it is made of, by unit and organisation."""
        found = await info.context.loaders.of(USES).load(self.row.id)
        return [OwnerStatementUse.of(use, self.row.currency) for use in found]


STATEMENTS = register_node("OwnerStatement", owner_queries.statements_by_id, OwnerStatement.of)
USES: Relation[UUID, list[StatedUse]] = Relation("uses of statement", owner_queries.uses_of_statements)


@value
class OwnedUnitUse:
    """How an organisation used a unit that belongs to another. Persons are not told."""

    unit_id: strawberry.ID
    unit_name: str
    user_id: strawberry.Private[UUID]
    bookings: int
    booked_minutes: int
    used_minutes: int

    @classmethod
    def of(cls, use: UnitUse) -> Self:
        return cls(
            unit_id=strawberry.ID(encode("Unit", use.unit_id)),
            unit_name=use.unit_name,
            user_id=use.organization_id,
            bookings=use.bookings,
            booked_minutes=use.booked_minutes,
            used_minutes=use.used_minutes,
        )

    @resolved
    async def organization(self, info: Info) -> Organization:
        """Who used it."""
        return Organization.of(await one(info, ORGANIZATIONS, self.user_id))


@given
class SetOwnerShareInput:
    """What a unit's owner gets of its takings from the first day of the next month on."""

    unit_id: strawberry.ID
    share_percent: Decimal = strawberry.field(description="0 to 100, two decimals.")
    expected_version: int


@strawberry.type
class OwnersQuery:
    """Reading what belongs to others."""

    @query(SIGNED_IN)
    async def owner_statements(
        self,
        info: Info,
        owner_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[OwnerStatement]:
        """List monthly statements, the latest first: one's own organisation's, or those of one's legal entities and sites."""
        found = await owner_queries.list_statements(
            info.context.actor,
            Page(first, after, last, before),
            owner_id=decode(owner_id, "Organization", "ownerId") if owner_id else None,
            with_total=wants_total(info),
        )
        return Connection[OwnerStatement].of(found, lambda row: OwnerStatement.of(StatementRow(**row)))

    @query(SIGNED_IN)
    async def owned_unit_uses(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from")],
        until: date,
        owner_id: strawberry.ID | None = None,
        site_id: strawberry.ID | None = None,
    ) -> list[OwnedUnitUse]:
        """Tell which organisations used which units of other owners between two days, for those owners and the sites' staff."""
        found = await owner_queries.list_unit_uses(
            info.context.actor,
            from_,
            until,
            owner_id=decode(owner_id, "Organization", "ownerId") if owner_id else None,
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
        )
        return [OwnedUnitUse.of(use) for use in found]


@strawberry.type
class OwnersMutation:
    """Agreeing on shares."""

    @mutation(granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS))
    async def set_owner_share(self, info: Info, input: SetOwnerShareInput) -> UnitPayload:
        """Set what the owner gets of a unit's takings from the next month on; its owner may, and who manages the site's space."""
        unit_id = decode(input.unit_id, "Unit", "input", "unitId")
        await service.set_share(info.context.actor, unit_id, input.share_percent, input.expected_version)
        return UnitPayload(unit=await shown(info, UNITS, unit_id, Unit.of))
