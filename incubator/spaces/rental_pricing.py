"""What days cost: values in, lines out. The same arithmetic as billing's, so that a quote and the invoices agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from incubator.billing.policy import part_due, price_part, rounded
from incubator.billing.terms import Basis, Price
from incubator.kernel.periods import Period, add_months, months
from incubator.spaces.pricing import Step

WEEK = 7
Steps = tuple[tuple[int, int], ...]
"""(after how many days or weeks, amount of one from there on), ascending, the first after 0."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a unit costs: a month in minor units, or weeks and days by steps. None and empty: not let that way."""

    month_minor: int | None = None
    week: Steps = ()
    day: Steps = ()

    def of(self, first: date, last: date, *, by_month: bool = False) -> "Prices":
        """Return what counts for a stay: the month from a whole month on, or where there is nothing shorter; else weeks and days.

        `by_month` is for a stay that goes on from one by the month, however short the rest is.
        """
        is_long = by_month or last >= add_months(first, 1) - timedelta(days=1)
        counts_month = self.month_minor is not None and (is_long or not (self.week or self.day))
        return Prices(self.month_minor) if counts_month else Prices(None, self.week, self.day)

    def less(self, percent: Decimal) -> "Prices":
        """Take a discount off each price, rounded half up."""

        def cut(amount: int) -> int:
            return rounded(amount * (1 - Fraction(percent) / 100))

        def steps(given: Steps) -> Steps:
            return tuple((after, cut(amount)) for after, amount in given)

        return Prices(None if self.month_minor is None else cut(self.month_minor), steps(self.week), steps(self.day))

    def short(self) -> dict[str, Any]:
        """Return weeks and days as a rental keeps them."""
        return {"week": [list(step) for step in self.week], "day": [list(step) for step in self.day]}

    @classmethod
    def read(cls, month_minor: int | None, kept: dict[str, Any]) -> "Prices":
        """Make them again of what a rental keeps."""
        week, day = (tuple((after, amount) for after, amount in kept.get(name, ())) for name in ("week", "day"))
        return cls(month_minor, week, day)


@dataclass(frozen=True, slots=True)
class StayLine:
    """A line of a stay: `what` is month, part of month, week or day; `first` to `last` are its days, both included.

    A part of a month is `quantity` days out of `of_days`.
    """

    what: str
    quantity: int
    of_days: int
    unit_price_minor: int
    amount_minor: int
    first: date
    last: date


def steps_of(steps: Sequence[Step]) -> Steps:
    """Return a tariff's steps without their off-peak prices."""
    return tuple((step.starts_after, step.amount_minor) for step in steps)


def price_stay(prices: Prices, first: date, last: date, currency: str) -> list[StayLine]:
    """Price the days from `first` to `last`, both included, in order.

    By the month: each calendar month for its days (the 1st to the 15th of 30 is 15/30), whole months in a row as one line. By weeks and
    days: as many whole weeks as fit first, then days; without a price for days each begun week counts whole.
    """
    if prices.month_minor is not None:
        return _joined(_by_month(prices.month_minor, first, last, currency))
    days = (last - first).days + 1
    weeks = (days // WEEK if prices.day else -(-days // WEEK)) if prices.week else 0
    turn = first + timedelta(days=WEEK * weeks)
    lines = _counted("week", prices.week, weeks, first, min(last, turn - timedelta(days=1)), WEEK)
    return [*lines, *_counted("day", prices.day, max(0, days - WEEK * weeks), turn, last, 1)]


def _by_month(month_minor: int, first: date, last: date, currency: str) -> list[StayLine]:
    price, lines = Price(month_minor, Basis.MONTH, includes_tax=False), []
    for month in months(Period.of(first, last)):
        part = part_due(Basis.MONTH, first, last, month)
        assert part is not None
        is_whole = part.days == part.whole
        lines.append(
            StayLine(
                "month" if is_whole else "part of month",
                1 if is_whole else part.days.days,
                part.whole.days,
                month_minor,
                price_part(price, part, currency).amount_minor,
                part.days.first,
                part.days.last,
            )
        )
    return lines


def _joined(lines: Sequence[StayLine]) -> list[StayLine]:
    joined: list[StayLine] = []
    for line in lines:
        if joined and joined[-1].what == line.what == "month":
            before = joined.pop()
            line = replace(
                before, quantity=before.quantity + 1, of_days=0, amount_minor=before.amount_minor + line.amount_minor, last=line.last
            )
        joined.append(line)
    return joined


def _counted(what: str, steps: Steps, count: int, first: date, last: date, days_each: int) -> list[StayLine]:
    """Price a number of weeks or days by their steps, a line each step."""
    if not steps or not count:
        return []
    lines, bounds = [], [after for after, _ in steps[1:]] + [count]
    for (after, amount), bound in zip(steps, bounds, strict=True):
        until = min(bound, count)
        if until > after:
            begins = first + timedelta(days=after * days_each)
            ends = min(last, first + timedelta(days=until * days_each - 1))
            lines.append(StayLine(what, until - after, 0, amount, amount * (until - after), begins, ends))
    return lines
