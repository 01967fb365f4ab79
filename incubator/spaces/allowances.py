"""What is left of credit that a plan gives each month and that may be carried into later ones: values in, numbers out. Nothing is stored.

It follows from what is given and what each month uses, whose oldest credit goes first: that which runs out first. What a month still has
is as much more as it could use while every other month, a later one too, keeps what it has used already.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import heappop, heappush, heapreplace

from incubator.kernel.periods import month_of

MOST_CARRIED = 24
"""In how many months after its own credit can be used at most."""
FOREVER = date(9999, 1, 1)
"""The last day of a term without one."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Given:
    """How much a plan gives in a calendar month while one of `terms` holds; terms are days of the site, first and last included.

    What a month leaves over can be used in the `carries_months` after it, as long as terms of the plan follow each other without a break. Of
    months before that of `since`, when the plan began to give it, nothing is left over.
    """

    per_month: int
    terms: tuple[tuple[date, date], ...]
    carries_months: int = 0
    since: date = date.min

    def on(self, day: date) -> int:
        """Return how much it gives in the month of a day, as of that day."""
        return self.per_month if any(first <= day <= last for first, last in self.terms) else 0

    def runs(self) -> list[tuple[date, date]]:
        """Return its terms in order, those joined that follow each other without a break."""
        found: list[tuple[date, date]] = []
        for first, last in sorted(self.terms):
            if found and first <= found[-1][1] + DAY:
                found[-1] = (found[-1][0], max(found[-1][1], last))
            else:
                found.append((first, last))
        return found


@dataclass(frozen=True, slots=True, order=True)
class Left:
    """So many minutes or days that can be used until a day of the site, itself included."""

    until: date
    amount: int


@dataclass(frozen=True, slots=True)
class _Pot:
    """What one plan gives in one month: it can be used from a month (counted since year 0) until a day."""

    first: int
    until: date
    amount: int


def left_on(day: date, given: Sequence[Given], used: Mapping[date, int]) -> int:
    """Return how much the month of a day has left, as of that day; `used` is by the first day of each month.

    What the plans that hold on the day give is what counts in its month. Without one of them that carries no other month matters.
    """
    month = month_of(day).first
    if not any(one.carries_months and one.on(day) for one in given):
        return max(0, sum(one.on(day) for one in given) - used.get(month, 0))
    return _left(_pots(day, given, used), _by_number(used), _number(day))


def left_by_end(day: date, given: Sequence[Given], used: Mapping[date, int]) -> list[Left]:
    """Return what `left_on` does by the day until which it can be used, the soonest first."""
    pots, uses, month = _pots(day, given, used), _by_number(used), _number(day)
    before = uses.get(month, 0)
    uses[month] = before + _left(pots, uses, month)
    found: dict[date, int] = {}
    for when, until, taken in _taken(pots, uses):
        if when == month:
            more = max(0, taken - before)
            before -= taken - more
            if more:
                found[until] = found.get(until, 0) + more
    return [Left(until, amount) for until, amount in sorted(found.items())]


def _left(pots: Sequence[_Pot], uses: Mapping[int, int], month: int) -> int:
    """Return how much more can be served in all when a month wants everything: so much fits beside what is used already."""
    everything = {**uses, month: sum(pot.amount for pot in pots)}
    return sum(taken for _, _, taken in _taken(pots, everything)) - sum(taken for _, _, taken in _taken(pots, uses))


def _taken(pots: Sequence[_Pot], uses: Mapping[int, int]) -> Iterator[tuple[int, date, int]]:
    """Let each month take what it uses, in order, from what runs out first: (month, until when the taken could be used, how much).

    Of all ways to give out pots that can each be used in some months in a row, none serves more.
    """
    waiting, opened = sorted(pots, key=lambda pot: pot.first, reverse=True), list[tuple[date, int]]()
    for month in sorted(uses):
        while waiting and waiting[-1].first <= month:
            pot = waiting.pop()
            heappush(opened, (pot.until, pot.amount))
        wanted = uses[month]
        while wanted and opened:
            until, amount = opened[0]
            if _number(until) < month:
                heappop(opened)
                continue
            taken = min(wanted, amount)
            yield month, until, taken
            wanted -= taken
            if taken < amount:
                heapreplace(opened, (until, amount - taken))
            else:
                heappop(opened)


def _pots(day: date, given: Sequence[Given], used: Mapping[date, int]) -> list[_Pot]:
    """Return what the plans give in each month that can matter; in the day's own month only what can be used on the day."""
    now = _number(day)
    numbers = [now, *(_number(month) for month in used)]
    found = []
    for one in given:
        months: dict[int, date] = {}
        for first, last in one.runs():
            for month in range(max(_number(first), min(numbers) - MOST_CARRIED), min(_number(last), max(numbers)) + 1):
                carries = one.carries_months if _last_day(month) >= one.since else 0
                months[month] = min(last, _last_day(month + carries))
        holds = one.on(day) > 0
        for month, until in months.items():
            begins = month + 1 if month == now and not holds else month
            ends = min(until, _last_day(now - 1)) if month < now and until < day else until
            if _number(ends) >= begins:
                found.append(_Pot(begins, ends, one.per_month))
    return found


def _by_number(used: Mapping[date, int]) -> dict[int, int]:
    return {_number(month): amount for month, amount in used.items()}


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _last_day(number: int) -> date:
    return month_of(date(number // 12, number % 12 + 1, 1)).last
