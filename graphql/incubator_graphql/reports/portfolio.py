"""The portfolio as the API shows it."""

from datetime import date
from enum import Enum
from typing import Annotated, Self

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Order, Page
from incubator.reports import portfolio
from incubator_graphql.fields import Info, granted, query, resolved
from incubator_graphql.ids import decode
from incubator_graphql.money import Money
from incubator_graphql.nodes import one
from incubator_graphql.ordering import OrderDirection
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Site
from incubator_graphql.outputs import entity, enum, given
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.residencies.residency import RESIDENCIES, Residency


@enum
class PortfolioOrderField(Enum):
    """What lines of the portfolio can be ordered by."""

    STARTUP = "startup"
    STARTS_ON = "starts_on"
    HEADCOUNT = "headcount"
    RENT_PER_MONTH = "rent_per_month"
    INVOICED = "invoiced"
    OUTSTANDING = "outstanding"
    OVERDUE = "overdue"


@given
class PortfolioOrder:
    """An order of lines; ties stand by startup."""

    field: PortfolioOrderField
    direction: OrderDirection

    def columns(self) -> tuple[Order, ...]:
        return portfolio.ordered_by(self.field.value, is_descending=self.direction is OrderDirection.DESC)


@entity(portfolio.list_portfolio)
class PortfolioLine:
    """One residency in one month: its space, people, money, bookings, secondments and deals. Money is gross, in the site's currency."""

    row: strawberry.Private[portfolio.PortfolioLine]
    plan: str
    units: list[str]
    starts_on: date
    ends_on: date
    headcount: int
    rent_per_month: Money
    invoiced: Money = strawberry.field(description="For the month.")
    paid: Money = strawberry.field(description="Of all invoices up to now.")
    outstanding: Money = strawberry.field(description="Of all invoices up to now.")
    overdue: Money = strawberry.field(description="Of all invoices that are due by now.")
    booked_minutes: int = strawberry.field(description="In the month, in the site's calendar.")
    seconded_minutes: int = strawberry.field(description="Logged in the month.")
    secondees: int
    open_deals: int
    deal_value: Money | None

    @classmethod
    def of(cls, row: portfolio.PortfolioLine) -> Self:
        return cls(
            row=row,
            plan=row.plan_name,
            units=list(row.unit_names),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            headcount=row.headcount,
            rent_per_month=Money.minor(row.rent_per_month_minor, row.currency),
            invoiced=Money.minor(row.invoiced_minor, row.currency),
            paid=Money.minor(row.paid_minor, row.currency),
            outstanding=Money.minor(row.outstanding_minor, row.currency),
            overdue=Money.minor(row.overdue_minor, row.currency),
            booked_minutes=row.booked_minutes,
            seconded_minutes=row.seconded_minutes,
            secondees=row.secondees,
            open_deals=row.open_deals,
            deal_value=Money.maybe(row.deal_value_minor, row.currency),
        )

    @resolved
    async def residency(self, info: Info) -> Residency:
        """The residency."""
        return Residency.of(await one(info, RESIDENCIES, self.row.residency_id))

    @resolved
    async def startup(self, info: Info) -> Organization:
        """Who stays."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.startup_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """Where."""
        return Site.of(await one(info, SITES, self.row.site_id))


@strawberry.type
class PortfolioQuery:
    """Reading the portfolio."""

    @query(granted(Grant.SEE_PORTFOLIO))
    async def portfolio(
        self,
        info: Info,
        month: Annotated[date, strawberry.argument(description="Any day of the month.")],
        site_id: strawberry.ID | None = None,
        search: str | None = None,
        order_by: PortfolioOrder | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[PortfolioLine]:
        """List the residencies of one's sites that have a day in the month, by startup unless ordered otherwise."""
        found = await portfolio.list_portfolio(
            info.context.actor,
            Page(first, after, last, before),
            month=month,
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            search=search or "",
            order=order_by.columns() if order_by else portfolio.BY_STARTUP,
            with_total=wants_total(info),
        )
        return Connection[PortfolioLine].of(found, lambda row: PortfolioLine.of(portfolio.PortfolioLine(**row)))
