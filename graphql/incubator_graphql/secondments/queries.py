"""Reading secondments and time."""

from datetime import date
from typing import Annotated

import strawberry

from incubator.kernel.paging import Page
from incubator.secondments import queries as secondments
from incubator.secondments.queries import SecondmentRow, TimeLogRow
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.ids import decode
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.secondments.types import Secondment, TimeLog


@strawberry.type
class SecondmentsQuery:
    """Reading secondments and time."""

    @query(SIGNED_IN)
    async def secondments(
        self,
        info: Info,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Secondment]:
        """List secondments, the latest start first; `search` looks at secondee, function and both organisations."""
        page = Page(first, after, last, before)
        found = await secondments.list_secondments(info.context.actor, page, search=search or "", with_total=wants_total(info))
        return Connection[Secondment].of(found, lambda row: Secondment.of(SecondmentRow(**row)))

    @query(SIGNED_IN)
    async def time_logs(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from")],
        until: Annotated[date, strawberry.argument(description="The day after the last one.")],
        secondment_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TimeLog]:
        """List time worked on the days `[from, until)`, the latest day first."""
        found = await secondments.list_time_logs(
            info.context.actor,
            Page(first, after, last, before),
            first=from_,
            until=until,
            secondment_id=decode(secondment_id, "Secondment", "secondmentId") if secondment_id else None,
            with_total=wants_total(info),
        )
        return Connection[TimeLog].of(found, lambda row: TimeLog.of(TimeLogRow(**row)))
