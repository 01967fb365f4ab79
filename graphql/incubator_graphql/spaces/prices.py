"""Prices as the API shows them: lines, and what they come to with tax."""

from typing import Self

import strawberry

from incubator.billing.quoting import Totals
from incubator.spaces.lines import UnitLine
from incubator_graphql.ids import encode
from incubator_graphql.money import Money
from incubator_graphql.outputs import value


@value
class PriceLine:
    """A line of a price: `quantity` minutes at an hourly `unitPrice`, or so many things at one."""

    unit_id: strawberry.ID
    name: str
    what: str = strawberry.field(description="time, off-peak, credit, block, day, week, day cap or minimum.")
    is_per_hour: bool
    quantity: int
    unit_price: Money
    amount: Money = strawberry.field(description="As priced, with or without tax.")

    @classmethod
    def of(cls, line: UnitLine, currency: str) -> Self:
        return cls(
            unit_id=strawberry.ID(encode("Unit", line.unit_id)),
            name=line.name,
            what=line.line.what,
            is_per_hour=line.line.basis == "minute",
            quantity=line.line.quantity,
            unit_price=Money.minor(line.line.unit_price_minor, currency),
            amount=Money.minor(line.line.amount_minor, currency),
        )


@value
class PriceTotals:
    """Net, tax and gross as they would stand on an invoice."""

    net: Money
    tax: Money
    gross: Money

    @classmethod
    def of(cls, totals: Totals, currency: str) -> Self:
        net, tax, gross = (Money.minor(minor, currency) for minor in (totals.net_minor, totals.tax_minor, totals.gross_minor))
        return cls(net=net, tax=tax, gross=gross)
