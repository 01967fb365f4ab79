"""Credit that is carried, the slow way: every minute a pot of its own, every day walked, uses and pots matched by trying; to compare with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from incubator.kernel.periods import add_months, month_of
from incubator.spaces.allowances import Given
from tests.spaces.plain_credit import PlainCredit, walk

DAY = timedelta(days=1)
Unit = tuple[int, date, int]
"""The number of a plan, the first day of the month that gives it, and which of the month's units it is."""


def holds(plan: Given, day: date) -> bool:
    """Whether a plan holds on a day."""
    return any(first <= day <= last for first, last in plan.terms)


def can_be_used(plan: Given, month: date, day: date) -> bool:
    """Whether what a plan gives in a month can be used on a day: one of the month, or one reached from it while the plan holds every day."""
    if not holds(plan, day):
        return False
    if month_of(day).first == month:
        return True
    last = month_of(month).last
    within = last < day and month_of(day).first <= add_months(month, plan.carries_months)
    return within and last >= plan.since and all(holds(plan, one) for one in walk(last, day))


def pots_of(plans: Sequence[Given], first: date, last: date) -> list[Unit]:
    """Every unit that the plans give in the months from that of one day to that of another."""
    months = sorted({month_of(day).first for day in walk(first, last)})
    return [(number, month, unit) for number, plan in enumerate(plans) for month in months for unit in range(plan.per_month)]


def most_served(plans: Sequence[Given], pots: Sequence[Unit], uses: Sequence[tuple[date, date]]) -> int:
    """How many uses, each on some day from one to another, can have a unit of their own: each may push others to another unit."""
    owner: dict[Unit, int] = {}
    fits = {
        (use, number, month): any(can_be_used(plans[number], month, day) for day in walk(*use))
        for use in set(uses)
        for number, month in {(number, month) for number, month, _ in pots}
    }

    def place(use: int, tried: set[Unit]) -> bool:
        for pot in pots:
            if pot not in tried and fits[uses[use], pot[0], pot[1]]:
                tried.add(pot)
                if pot not in owner or place(owner[pot], tried):
                    owner[pot] = use
                    return True
        return False

    return sum(place(use, set()) for use in range(len(uses)))


def plain_left(day: date, plans: Sequence[Given], used: Mapping[date, int], first: date, last: date) -> int:
    """How many units a use on a day can have beside all that are used, which are somewhere in their months; in the day's own, on the day."""
    pots = pots_of(plans, first, last)
    uses = [
        (day, day) if month == month_of(day).first else (month, month_of(month).last) for month, count in used.items() for _ in range(count)
    ]
    before = most_served(plans, pots, uses)
    return most_served(plans, pots, [*uses, *[(day, day)] * len(pots)]) - before


@dataclass
class CarriedCredit(PlainCredit):
    """All stays of an organisation at a site whose plans carry days; nothing is left over of months before that of `since`."""

    carries_months: int = 0
    since: date = date.min

    def free(self, first: date, last: date) -> list[date]:
        """Which days credit can still pay: each day on which a unit is left beside all that are used."""
        plans = [Given(per_month, tuple(terms), self.carries_months, self.since) for per_month, terms in self.plans]
        used, found = Counter(month_of(day).first for day in self.used()), list[date]()
        months = (self.since, *used, first, last)
        for day in walk(first, last):
            if plain_left(day, plans, used, min(months), max(months)):
                found.append(day)
                used[month_of(day).first] += 1
        return found
