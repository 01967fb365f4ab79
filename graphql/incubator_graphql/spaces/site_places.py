"""What a site is made of, in the API."""

from typing import Self

import strawberry

from incubator.spaces import place_lists
from incubator.spaces.place_lists import BuildingRow, CreditRow
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.ids import decode, encode
from incubator_graphql.outputs import value
from incubator_graphql.spaces.types import UnitKind


@value
class Building:
    """A building of a site."""

    id: strawberry.ID
    name: str
    address: str

    @classmethod
    def of(cls, row: BuildingRow) -> Self:
        return cls(id=strawberry.ID(encode("Building", row.id)), name=row.name, address=row.address)


@value
class PlanCredit:
    """What a plan gives of a kind of unit each month, used before money: minutes of bookings, or days of short stays."""

    plan_id: strawberry.ID
    plan_name: str
    kind: UnitKind
    minutes_per_month: int | None = strawberry.field(description="Null where it gives days.")
    days_per_month: int | None = strawberry.field(description="Null where it gives minutes.")
    carries_months: int = strawberry.field(description="In how many months after its own what is unused can be used.")

    @classmethod
    def of(cls, row: CreditRow) -> Self:
        return cls(
            plan_id=strawberry.ID(encode("Plan", row.plan_id)),
            plan_name=row.plan_name,
            kind=UnitKind(row.kind),
            minutes_per_month=row.minutes_per_month,
            days_per_month=row.days_per_month,
            carries_months=row.carries_months,
        )


@strawberry.type
class SitePlacesQuery:
    """Reading what a site is made of."""

    @query(SIGNED_IN)
    async def buildings(self, info: Info, site_id: strawberry.ID) -> list[Building]:
        """List the buildings of a site by name."""
        return [Building.of(row) for row in await place_lists.list_buildings(info.context.actor, decode(site_id, "Site", "siteId"))]

    @query(SIGNED_IN)
    async def plan_credits(self, info: Info, site_id: strawberry.ID) -> list[PlanCredit]:
        """List what the plans of a site's operator give each month, for those who manage the site's space."""
        return [PlanCredit.of(row) for row in await place_lists.list_credits(info.context.actor, decode(site_id, "Site", "siteId"))]
