"""Reading pilot deals."""

import strawberry

from incubator.kernel.paging import Page
from incubator.pilots import queries as pilots
from incubator.pilots.policy import Stage
from incubator.pilots.queries import DealRow
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.pilots.types import Deal


@strawberry.type
class PilotsQuery:
    """Reading pilot deals."""

    @query(SIGNED_IN)
    async def deals(
        self,
        info: Info,
        stage: Stage | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Deal]:
        """List deals, newest first; `search` looks at the title and both parties."""
        found = await pilots.list_deals(
            info.context.actor,
            Page(first, after, last, before),
            stage=stage.value if stage else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Deal].of(found, lambda row: Deal.of(DealRow(**row)))
