"""The lines of reports as the API shows them."""

from datetime import date
from enum import Enum
from typing import Self

import strawberry

from incubator.kernel.paging import Order
from incubator.reports import portfolio as report
from incubator.reports.portfolio import ORDER_COLUMNS
from incubator.residencies.scope import visible_residencies
from incubator_graphql.fields import Info, resolved
from incubator_graphql.money import Money
from incubator_graphql.nodes import one
from incubator_graphql.ordering import OrderDirection
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Site
from incubator_graphql.outputs import entity, enum, given
from incubator_graphql.residencies.residency import RESIDENCIES, Residency


class PortfolioOrderField(Enum):
    """What a portfolio can be ordered by. Amounts are compared as they stand, each in its own site's currency."""

    STARTUP = "STARTUP"
    STARTS_ON = "STARTS_ON"
    HEADCOUNT = "HEADCOUNT"
    RENT_PER_MONTH = "RENT_PER_MONTH"
    INVOICED = "INVOICED"
    OUTSTANDING = "OUTSTANDING"
    OVERDUE = "OVERDUE"


enum(PortfolioOrderField)


@given
class PortfolioOrder:
    """How to order a portfolio."""

    field: PortfolioOrderField
    direction: OrderDirection = OrderDirection.ASC

    def columns(self) -> tuple[Order, ...]:
        column, sql_type = ORDER_COLUMNS[self.field.value]
        is_descending = self.direction is OrderDirection.DESC
        return (Order(column, sql_type, is_descending), Order("residency_id", "uuid", is_descending))


@entity(visible_residencies)
class PortfolioLine:
    """A residency with its month: space, money, bookings, secondments, deals. Money is gross, in the site's currency."""

    row: strawberry.Private[report.PortfolioLine]
    plan: str
    units: list[str] = strawberry.field(description="The names of the units let in the month.")
    starts_on: date
    ends_on: date
    headcount: int
    rent_per_month: Money
    invoiced: Money = strawberry.field(description="Invoiced for the month.")
    paid: Money = strawberry.field(description="Paid up to now, over all invoices.")
    outstanding: Money = strawberry.field(description="Finalised and not paid, over all invoices.")
    overdue: Money = strawberry.field(description="The part of it that is past its due date.")
    booked_minutes: int = strawberry.field(description="Booked in the month, in minutes.")
    seconded_minutes: int = strawberry.field(description="Logged by secondees in the month, in minutes.")
    secondees: int
    open_deals: int
    deal_value: Money | None = strawberry.field(description="Of the open deals in the site's currency.")

    @classmethod
    def of(cls, row: report.PortfolioLine) -> Self:
        def money(amount_minor: int) -> Money:
            return Money.minor(amount_minor, row.currency)

        return cls(
            row=row,
            plan=row.plan_name,
            units=row.unit_names,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            headcount=row.headcount,
            rent_per_month=money(row.rent_per_month_minor),
            invoiced=money(row.invoiced_minor),
            paid=money(row.paid_minor),
            outstanding=money(row.outstanding_minor),
            overdue=money(row.overdue_minor),
            booked_minutes=row.booked_minutes,
            seconded_minutes=row.seconded_minutes,
            secondees=row.secondees,
            open_deals=row.open_deals,
            deal_value=Money.maybe(row.deal_value_minor, row.currency),
        )

    @resolved
    async def residency(self, info: Info) -> Residency:
        """The residency the line is about."""
        return Residency.of(await one(info, RESIDENCIES, self.row.residency_id))

    @resolved
    async def startup(self, info: Info) -> Organization:
        """Who stays."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.startup_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """Where."""
        return Site.of(await one(info, SITES, self.row.site_id))
