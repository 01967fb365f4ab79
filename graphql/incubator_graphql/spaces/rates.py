"""Rates in the API."""

import json
from datetime import date
from enum import StrEnum
from typing import Self

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator.spaces import place_queries, service
from incubator.spaces.place_queries import RateView
from incubator.spaces.pricing import Step
from incubator.spaces.scope import visible_units
from incubator.spaces.service import RateTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode, encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, register_node, shown
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.scalars import MinorUnits
from incubator_graphql.spaces.types import UnitKind


@enum
class RateBasis(StrEnum):
    """What an amount is for. Days and weeks are those of the calendar, each begun one counts whole; a minute is one of machine time, priced by the hour."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    MINUTE = "minute"


@enum
class Audience(StrEnum):
    """Whom a rate is for, by what an organisation is to the site on the day."""

    EVERYBODY = ""
    RESIDENT = "resident"
    MEMBER = "member"
    ALUMNI = "alumni"
    ACADEMIC = "academic"
    OUTSIDE_COMPANY = "outside company"


@value
class RateStep:
    """From so many minutes (of days and weeks: so many of them) on another amount holds."""

    starts_after: int
    amount: Money
    off_peak_amount: Money | None


@value
class RateBlock:
    """So many minutes in one piece for an amount."""

    minutes: int
    amount: Money


@entity(visible_units)
class Rate(Node):
    """What a unit, or every unit of a kind at a site, costs between two days, both included."""

    row: strawberry.Private[RateView]
    kind: UnitKind | None = strawberry.field(description="Null for the rate of one unit.")
    unit_id: strawberry.ID | None
    audience: Audience
    basis: RateBasis
    amount: Money
    off_peak_amount: Money | None
    off_peak_hours: str = strawberry.field(description="As opening hours, on the site's clock.")
    steps: list[RateStep]
    blocks: list[RateBlock] = strawberry.field(description="The longest first, which is the order they are used in.")
    minimum: Money
    day_cap: Money | None = strawberry.field(description="The most that a day of the site costs.")
    starts_on: date
    ends_on: date | None
    is_used: bool = strawberry.field(description="Whether a booking was priced by it; then only its last day can be set.")
    version: int

    @classmethod
    def of(cls, row: RateView) -> Self:
        def money(minor: int | None) -> Money | None:
            return Money.maybe(minor, row.currency)

        return cls(
            id=strawberry.ID(encode("Rate", row.id)),
            row=row,
            kind=UnitKind(row.kind) if row.kind else None,
            unit_id=strawberry.ID(encode("Unit", row.unit_id)) if row.unit_id else None,
            audience=Audience(row.audience),
            basis=RateBasis(row.basis),
            amount=Money.minor(row.amount_minor, row.currency),
            off_peak_amount=money(row.off_peak_minor),
            off_peak_hours=row.off_peak_hours,
            steps=[
                RateStep(starts_after=after, amount=Money.minor(amount, row.currency), off_peak_amount=money(off_peak))
                for after, amount, off_peak in json.loads(row.steps)
            ],
            blocks=[RateBlock(minutes=minutes, amount=Money.minor(amount, row.currency)) for minutes, amount in json.loads(row.blocks)],
            minimum=Money.minor(row.minimum_minor, row.currency),
            day_cap=money(row.day_cap_minor),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            is_used=row.is_used,
            version=row.version,
        )


RATES = register_node("Rate", place_queries.rates_by_id, Rate.of)


@given
class RateStepInput:
    """From so many minutes, days or weeks on another amount holds."""

    starts_after: int
    amount_minor: MinorUnits
    off_peak_minor: MinorUnits | None = None


@given
class RateBlockInput:
    """So many minutes in one piece for an amount."""

    minutes: int
    amount_minor: MinorUnits


@given
class AddRateInput:
    """A rate of a unit, or of a kind at a site; amounts in the site's currency."""

    site_id: strawberry.ID
    basis: RateBasis
    amount_minor: MinorUnits
    starts_on: date
    ends_on: date | None = None
    unit_id: strawberry.ID | None = None
    kind: UnitKind | None = None
    audience: Audience = Audience.EVERYBODY
    off_peak_minor: MinorUnits | None = None
    off_peak_hours: str = ""
    steps: list[RateStepInput] = strawberry.field(default_factory=list)
    blocks: list[RateBlockInput] = strawberry.field(default_factory=list)
    minimum_minor: MinorUnits = MinorUnits(0)
    day_cap_minor: MinorUnits | None = None

    def terms(self) -> RateTerms:
        """Return them as the domain takes them."""
        return RateTerms(
            site_id=decode(self.site_id, "Site", "input", "siteId"),
            basis=self.basis.value,
            amount_minor=self.amount_minor,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            unit_id=decode(self.unit_id, "Unit", "input", "unitId") if self.unit_id else None,
            kind=self.kind.value if self.kind else "",
            audience=self.audience.value,
            off_peak_minor=self.off_peak_minor,
            off_peak_hours=self.off_peak_hours,
            steps=tuple(Step(step.starts_after, step.amount_minor, step.off_peak_minor) for step in self.steps),
            blocks=tuple((block.minutes, block.amount_minor) for block in self.blocks),
            minimum_minor=self.minimum_minor,
            day_cap_minor=self.day_cap_minor,
        )


@given
class EndRateInput:
    """The last day of a rate."""

    rate_id: strawberry.ID
    ends_on: date
    expected_version: int


@given
class RemoveRateInput:
    """A rate that nothing was priced by."""

    rate_id: strawberry.ID
    expected_version: int


@given
class GrantCreditInput:
    """What a plan gives of a kind of unit each month: either minutes of bookings or days of short stays."""

    plan_id: strawberry.ID
    kind: UnitKind
    minutes_per_month: int | None = None
    days_per_month: int | None = None
    carries_months: int = strawberry.field(
        default=0,
        description="In how many months after its own, 0 to 24, what is unused can be used, as long as the plan goes on without a break.",
    )


@value
class RatePayload(Payload):
    """The rate; null when it was removed."""

    rate: Rate | None = None


@strawberry.type
class RatesQuery:
    """Reading rates."""

    @query(SIGNED_IN)
    async def rates(
        self,
        info: Info,
        site_id: strawberry.ID,
        unit_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Rate]:
        """List the rates of a site, the latest start first; with a unit those of it and of its kind."""
        found = await place_queries.list_rates(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId"),
            unit_id=decode(unit_id, "Unit", "unitId") if unit_id else None,
            with_total=wants_total(info),
        )
        return Connection[Rate].of(found, lambda row: Rate.of(RateView(**row)))


@strawberry.type
class RatesMutation:
    """Adding and ending rates."""

    @mutation(granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS))
    async def add_rate(self, info: Info, input: AddRateInput) -> RatePayload:
        """Add a rate. Two of the same unit or kind, audience and basis never hold on one day."""
        rate_id = await service.add_rate(info.context.actor, input.terms())
        return RatePayload(rate=await shown(info, RATES, rate_id, Rate.of))

    @mutation(granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS))
    async def end_rate(self, info: Info, input: EndRateInput) -> RatePayload:
        """Set the last day of a rate; bookings keep the price they were made at."""
        rate_id = decode(input.rate_id, "Rate", "input", "rateId")
        await service.end_rate(info.context.actor, rate_id, input.ends_on, input.expected_version)
        return RatePayload(rate=await shown(info, RATES, rate_id, Rate.of))

    @mutation(granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS))
    async def remove_rate(self, info: Info, input: RemoveRateInput) -> RatePayload:
        """Remove a rate that nothing was priced by."""
        await service.remove_rate(info.context.actor, decode(input.rate_id, "Rate", "input", "rateId"), input.expected_version)
        return RatePayload()

    @mutation(granted(Grant.MANAGE_SPACE))
    async def grant_credit(self, info: Info, input: GrantCreditInput) -> RatePayload:
        """Give who has a plan minutes or days of a kind of unit each month, before money."""
        plan_id = decode(input.plan_id, "Plan", "input", "planId")
        await service.grant_credit(
            info.context.actor,
            plan_id,
            input.kind.value,
            minutes_per_month=input.minutes_per_month,
            days_per_month=input.days_per_month,
            carries_months=input.carries_months,
        )
        return RatePayload()
