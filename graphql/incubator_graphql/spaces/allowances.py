"""What an organisation has left of the credit that its plans give, in the API."""

from datetime import date
from enum import StrEnum
from typing import Self

import strawberry

from incubator.spaces import allowance_queries
from incubator.spaces.rental_scope import visible_allowances
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.ids import decode, encode
from incubator_graphql.outputs import entity, enum, value
from incubator_graphql.spaces.types import UnitKind


@enum
class AllowanceUnit(StrEnum):
    """What is counted: minutes of bookings, or days of short stays."""

    MINUTES = "minutes"
    DAYS = "days"


@value
class AllowancePart:
    """A part of what is left, and the last day of the site on which it can be used."""

    amount: int
    usable_until: date


@entity(visible_allowances)
class Allowance:
    """What an organisation has left of a kind of unit at a site in the site's current month, of what its plans give, used before money."""

    site_id: strawberry.ID
    site_name: str
    kind: UnitKind
    unit: AllowanceUnit
    per_month: int = strawberry.field(description="What its plans give this month.")
    left: int = strawberry.field(
        description="What bookings or stays of this month can still use, beside all that are agreed for any month."
    )
    parts: list[AllowancePart] = strawberry.field(description="What is left by its last day, the soonest first, which is the order of use.")

    @classmethod
    def of(cls, row: allowance_queries.Allowance) -> Self:
        return cls(
            site_id=strawberry.ID(encode("Site", row.site_id)),
            site_name=row.site_name,
            kind=UnitKind(row.kind),
            unit=AllowanceUnit(row.unit),
            per_month=row.per_month,
            left=sum(part.amount for part in row.left),
            parts=[AllowancePart(amount=part.amount, usable_until=part.until) for part in row.left],
        )


@strawberry.type
class AllowancesQuery:
    """Reading allowances."""

    @query(SIGNED_IN)
    async def allowances(self, info: Info, organization_id: strawberry.ID, site_id: strawberry.ID | None = None) -> list[Allowance]:
        """List what an organisation has left this month, by site and kind, for its own people and the site's staff."""
        found = await allowance_queries.list_allowances(
            info.context.actor,
            decode(organization_id, "Organization", "organizationId"),
            decode(site_id, "Site", "siteId") if site_id else None,
        )
        return [Allowance.of(row) for row in found]
