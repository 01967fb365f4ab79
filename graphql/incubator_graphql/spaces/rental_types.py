"""Kept units, quotes and notices as the API shows them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.spaces import rental_queries
from incubator.spaces.rental_pricing import StayLine
from incubator.spaces.rental_queries import RentalHoldRow
from incubator.spaces.rental_scope import visible_rental_holds
from incubator.spaces.service import NoticePreview, RentalQuote
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, Organization, Person, person_known_by_name
from incubator_graphql.outputs import entity, enum, value
from incubator_graphql.residencies.residency import NoticeUnit, RentalNotice
from incubator_graphql.spaces.prices import PriceTotals
from incubator_graphql.spaces.types import UNITS, Unit, some_id


@enum
class RentalHoldState(StrEnum):
    """Whether a unit is kept, was let go, ran out, or was let."""

    HELD = "held"
    RELEASED = "released"
    EXPIRED = "expired"
    ASSIGNED = "assigned"


@entity(visible_rental_holds)
class RentalHold(Node):
    """A unit kept for an organisation until an instant; days of the site, first and last included."""

    row: strawberry.Private[RentalHoldRow]
    starts_on: date
    ends_on: date
    expires_at: datetime
    note: str
    state: RentalHoldState
    rental_id: strawberry.ID | None
    version: int

    @classmethod
    def of(cls, row: RentalHoldRow) -> Self:
        return cls(
            id=strawberry.ID(encode("RentalHold", row.id)),
            row=row,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            expires_at=row.expires_at,
            note=row.note,
            state=RentalHoldState(row.state),
            rental_id=some_id("Rental", row.rental_id),
            version=row.version,
        )

    @resolved
    async def unit(self, info: Info) -> Unit:
        """What is kept."""
        return Unit.of(await one(info, UNITS, self.row.unit_id))

    @resolved
    async def organization(self, info: Info) -> Organization:
        """For whom."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.organization_id))

    @resolved
    async def held_by(self, info: Info) -> Person | None:
        """Who keeps it."""
        if self.row.held_by_id is None or self.row.held_by_name is None:
            return None
        return await person_known_by_name(info, self.row.held_by_id, self.row.held_by_name)


RENTAL_HOLDS = register_node("RentalHold", rental_queries.rental_holds_by_id, RentalHold.of)


@value
class RentalLine:
    """A line of a stay: so many months, weeks or days, a part of a month by its days, or days that credit pays."""

    what: str = strawberry.field(description="month, part of month, week, day, or credit: days that cost nothing.")
    quantity: int
    of_days: int | None = strawberry.field(
        description="The days of the month, of which `quantity` are paid; null but for a part of a month."
    )
    unit_price: Money
    amount: Money = strawberry.field(description="As priced, with or without tax.")
    first: date
    last: date = strawberry.field(description="It belongs to the line.")

    @classmethod
    def of(cls, line: StayLine, currency: str) -> Self:
        return cls(
            what=line.what,
            quantity=line.quantity,
            of_days=line.of_days if line.what == "part of month" else None,
            unit_price=Money.minor(line.unit_price_minor, currency),
            amount=Money.minor(line.amount_minor, currency),
            first=line.first,
            last=line.last,
        )


@value
class TakenDays:
    """Days on which somebody holds a unit; first and last belong to them."""

    first: date
    last: date


@value
class RentalOffer:
    """What days of a unit would cost, and what stands against it. Nothing is held."""

    quote: strawberry.Private[RentalQuote]
    starts_on: date
    ends_on: date
    monthly_price: Money | None = strawberry.field(description="Null for a short stay, which is priced by weeks and days.")
    price_includes_tax: bool
    lines: list[RentalLine]
    amount: Money = strawberry.field(description="Of all days, as priced.")
    totals: PriceTotals | None = strawberry.field(description="Null when nothing is to be paid.")
    taken: list[TakenDays] = strawberry.field(description="Empty when nothing stands against it.")
    audience: str = strawberry.field(description="What the organisation is to the site, which decides its prices.")
    notice: RentalNotice = strawberry.field(description="The usual one of the unit's kind.")
    usual_deposit: Money

    @classmethod
    def of(cls, quote: RentalQuote) -> Self:
        currency = quote.unit.currency
        return cls(
            quote=quote,
            starts_on=quote.starts_on,
            ends_on=quote.ends_on,
            monthly_price=Money.maybe(quote.offered.prices.month_minor, currency),
            price_includes_tax=quote.unit.price_includes_tax,
            lines=[RentalLine.of(line, currency) for line in quote.lines],
            amount=Money.minor(quote.amount_minor, currency),
            totals=PriceTotals.of(quote.totals, currency) if quote.totals else None,
            taken=[TakenDays(first=first, last=last) for first, last in quote.taken],
            audience=quote.offered.audience,
            notice=RentalNotice(count=quote.notice.count, unit=NoticeUnit(quote.notice.unit)),
            usual_deposit=Money.minor(quote.usual_deposit_minor, currency),
        )

    @resolved
    async def unit(self, info: Info) -> Unit:
        """What would be let; of a pool a free one."""
        return Unit.of(await one(info, UNITS, self.quote.unit.id))


@value
class RentalEnd:
    """What a notice given today would do. Days are the site's; money is null for whom it is not."""

    today: date
    earliest_on: date = strawberry.field(description="The earliest last day that the notice lets.")
    ends_on: date
    agreed_until: date = strawberry.field(description="The last day without the notice.")
    notice: RentalNotice
    billed_until: date | None
    needs_waiver: bool = strawberry.field(description="Whether staff would have to waive the notice, with a reason.")
    due: list[RentalLine] | None = strawberry.field(description="What is due from today to the end, as priced; of a short stay all of it.")
    spared: Money | None = strawberry.field(description="What would be due more without the notice.")

    @classmethod
    def of(cls, seen: NoticePreview) -> Self:
        return cls(
            today=seen.today,
            earliest_on=seen.earliest_on,
            ends_on=seen.ends_on,
            agreed_until=seen.agreed_until,
            notice=RentalNotice(count=seen.notice.count, unit=NoticeUnit(seen.notice.unit)),
            billed_until=seen.billed_until,
            needs_waiver=seen.needs_waiver,
            due=None if seen.due is None else [RentalLine.of(line, seen.currency) for line in seen.due],
            spared=Money.maybe(seen.spared_minor, seen.currency),
        )
