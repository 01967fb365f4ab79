"""Pools in the API: which there are, and what any unit of one would cost."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from incubator.spaces import place_lists, service
from incubator.spaces.place_lists import PoolRow
from incubator.spaces.service import PoolTerms
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.ids import decode, encode
from incubator_graphql.nodes import one
from incubator_graphql.outputs import value
from incubator_graphql.spaces.types import UNITS, BookingQuote, Unit


@value
class Pool:
    """Units of a site of which any will do."""

    id: strawberry.ID
    name: str
    units: int = strawberry.field(description="How many it has.")
    is_booked: bool = strawberry.field(description="Whether one of them has a price an hour; else they are let.")
    free: int | None = strawberry.field(
        description="How many nobody holds and no outage reaches in `[from, until)`; null where no time is asked about."
    )

    @classmethod
    def of(cls, row: PoolRow) -> Self:
        return cls(id=strawberry.ID(encode("Pool", row.id)), name=row.name, units=row.units, is_booked=row.is_booked, free=row.free)


@value
class PoolQuote:
    """What any unit of a pool would cost. Nothing is held: a booking gets this unit or another that costs no more."""

    unit: Unit
    free: int = strawberry.field(description="How many of its units nobody holds and no outage reaches then.")
    units: int = strawberry.field(description="How many it has.")
    quote: BookingQuote


@strawberry.type
class PoolsQuery:
    """Reading pools."""

    @query(SIGNED_IN)
    async def pools(
        self,
        info: Info,
        site_id: strawberry.ID,
        from_: Annotated[datetime | None, strawberry.argument(name="from")] = None,
        until: datetime | None = None,
    ) -> list[Pool]:
        """List the pools of a site by name; with both `from` and `until` also how many units of each are free then."""
        site = decode(site_id, "Site", "siteId")
        span = (from_, until) if from_ is not None and until is not None else None
        return [Pool.of(row) for row in await place_lists.list_pools(info.context.actor, site, span)]

    @query(SIGNED_IN)
    async def pool_quote(
        self,
        info: Info,
        pool_id: strawberry.ID,
        starts_at: datetime,
        ends_at: datetime,
        organization_id: strawberry.ID | None = None,
        companion_id: strawberry.ID | None = None,
    ) -> PoolQuote:
        """Tell what any unit of a pool would cost with its tax: the first that breaks no rule, else every rule that speaks against the first free one."""
        actor = info.context.actor
        terms = PoolTerms(
            decode(pool_id, "Pool", "poolId"),
            starts_at,
            ends_at,
            "",
            decode(organization_id, "Organization", "organizationId") if organization_id else None,
            companion_id=decode(companion_id, "Person", "companionId") if companion_id else None,
        )
        found = await service.quote_pool(actor, terms)
        return PoolQuote(
            unit=Unit.of(await one(info, UNITS, found.unit_id)),
            free=found.free,
            units=found.size,
            quote=BookingQuote.of(found.quote, actor.language),
        )
