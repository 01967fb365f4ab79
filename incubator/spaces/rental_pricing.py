"""What days cost: values in, lines out. The same arithmetic as billing's, so that a quote and the invoices agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from incubator.billing.policy import Part, price_part, rounded
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
    """A line of a stay: `what` is month, part of month, credit, week or day; `first` to `last` are its days, both included.

    A part of a month is `quantity` days out of `of_days`. Weeks and days reach over days of credit that lie between them.
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


def days_from(first: date, count: int) -> list[date]:
    """Return so many days in a row."""
    return [first + timedelta(days=number) for number in range(count)]


def price_stay(prices: Prices, first: date, last: date, currency: str, credit: Sequence[date] = ()) -> list[StayLine]:
    """Price the days from `first` to `last`, both included, in order.

    By the month: each calendar month for its days (the 1st to the 15th of 30 is 15/30), whole months in a row as one line. By weeks and
    days: those of `credit` (some of the days, in order) are free, each run of them a line; of the others as many whole weeks as fit first,
    then days; without a price for days each begun week counts whole.
    """
    if prices.month_minor is not None:
        return _joined(_by_month(prices.month_minor, first, last, currency))
    free = set(credit)
    paid = [day for day in days_from(first, (last - first).days + 1) if day not in free]
    weeks, days = _turns(prices, len(paid))
    return [
        *_credited(credit),
        *_counted("week", prices.week, weeks, paid, WEEK),
        *_counted("day", prices.day, days, paid[WEEK * weeks :], 1),
    ]


def cheapest_credit(prices: Prices, days: int, credit: Sequence[date]) -> tuple[date, ...]:
    """Return how much of `credit` a short stay of so many days takes: the fewest of its first days with which the stay costs least.

    A week may cost less than six days, so a credit day more may make a stay dearer; and where only weeks are let, one may save nothing.
    """

    def due(credited: int) -> int:
        weeks, rest = _turns(prices, days - credited)
        return sum(amount * count for _, count, amount in (*_stepped(prices.week, weeks), *_stepped(prices.day, rest)))

    return tuple(credit[: min(range(len(credit) + 1), key=lambda credited: (due(credited), credited))])


def _turns(prices: Prices, days: int) -> tuple[int, int]:
    """Return as how many weeks and days paid days count."""
    weeks = (days // WEEK if prices.day else -(-days // WEEK)) if prices.week else 0
    return weeks, max(0, days - WEEK * weeks) if prices.day else 0


def _credited(credit: Sequence[date]) -> list[StayLine]:
    """Return a line for each run of days of credit."""
    lines: list[StayLine] = []
    for day in credit:
        if lines and lines[-1].last + timedelta(days=1) == day:
            lines[-1] = replace(lines[-1], quantity=lines[-1].quantity + 1, last=day)
        else:
            lines.append(StayLine("credit", 1, 0, 0, 0, day, day))
    return lines


def _by_month(month_minor: int, first: date, last: date, currency: str) -> list[StayLine]:
    price, lines = Price(month_minor, Basis.MONTH, includes_tax=False), []
    stay = Period.of(first, last)
    for month in months(stay):
        part = Part(stay.intersection(month) or month, month)
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


def _counted(what: str, steps: Steps, count: int, paid: Sequence[date], days_each: int) -> list[StayLine]:
    """Price a number of weeks or days by their steps, a line each step; `paid` are their days in order, the last week may lack some."""
    lines = []
    for after, quantity, amount in _stepped(steps, count):
        begins, ends = after * days_each, min(len(paid), (after + quantity) * days_each) - 1
        lines.append(StayLine(what, quantity, 0, amount, amount * quantity, paid[begins], paid[ends]))
    return lines


def _stepped(steps: Steps, count: int) -> Iterator[tuple[int, int, int]]:
    """Yield which part of a count has which price: (after how many, how many, amount of one)."""
    for number, (after, amount) in enumerate(steps):
        until = min(steps[number + 1][0], count) if number + 1 < len(steps) else count
        if until > after:
            yield after, until - after, amount
