"""Reading reports."""

from datetime import date

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator.reports import portfolio as report
from incubator_graphql.fields import Info, granted, query
from incubator_graphql.ids import decode
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.reports.types import PortfolioLine, PortfolioOrder


@strawberry.type
class ReportsQuery:
    """Reading reports."""

    @query(granted(Grant.SEE_PORTFOLIO))
    async def portfolio(
        self,
        info: Info,
        month: date,
        site_id: strawberry.ID | None = None,
        search: str | None = None,
        order_by: PortfolioOrder | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PortfolioLine]:
        """List the residencies of the viewer's sites that have a day in a month; any day of it names it."""
        found = await report.list_portfolio(
            info.context.actor,
            Page(first, after, last, before),
            month=month,
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            search=search or "",
            order=order_by.columns() if order_by else report.BY_STARTUP,
            with_total=wants_total(info),
        )
        return Connection[PortfolioLine].of(found, lambda row: PortfolioLine.of(report.PortfolioLine(**row)))
