"""Days of credit the slow way, day by day, and the cheapest use of them by trying all: what rentals are compared with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
Plan = tuple[int, Sequence[tuple[date, date]]]
"""Days a month, and the terms while which they are given, both ends included."""


def walk(first: date, last: date) -> list[date]:
    """Every day from one to another."""
    return [first + DAY * number for number in range((last - first).days + 1)]


def plain_days(first: date, last: date, plans: Sequence[Plan], used: Sequence[date]) -> list[date]:
    """Which days credit can pay: each day that its month still has one for."""
    found: list[date] = []
    for day in walk(first, last):
        given = sum(per_month for per_month, terms in plans if any(begins <= day <= ends for begins, ends in terms))
        taken = sum((one.year, one.month) == (day.year, day.month) for one in (*used, *found))
        if taken < given:
            found.append(day)
    return found


def plain_due(week_minor: int | None, day_minor: int | None, days: int) -> int:
    """What paid days cost: weeks as long as seven are left, then days; without a price for days begun weeks."""
    if day_minor is None:
        assert week_minor is not None
        return sum(week_minor for _ in range(0, days, 7))
    due = 0
    while days:
        step = 7 if days >= 7 and week_minor is not None else 1
        due, days = due + ((week_minor or 0) if step == 7 else day_minor), days - step
    return due


def plain_choice(due: Callable[[int], int], days: int, credit: Sequence[date]) -> list[date]:
    """The first so many days of credit with which a stay is cheapest; of equally many the fewest."""
    best: list[date] = []
    for count in range(1, len(credit) + 1):
        if due(days - count) < due(days - len(best)):
            best = list(credit[:count])
    return best


@dataclass
class Stay:
    """A stay as the model knows it."""

    first: date
    last: date
    credit: list[date]
    is_moved: bool = False


@dataclass
class PlainCredit:
    """All stays of an organisation at a site, and what its plans give; a week and a day have one price each."""

    plans: Sequence[Plan]
    week_minor: int
    day_minor: int
    stays: list[Stay] = field(default_factory=list)

    def due(self, days: int) -> int:
        """What paid days cost."""
        return plain_due(self.week_minor, self.day_minor, days)

    def used(self) -> list[date]:
        """Every day of credit that is used, as often as it is."""
        return [day for stay in self.stays for day in stay.credit]

    def free(self, first: date, last: date) -> list[date]:
        """Which days credit can still pay."""
        return plain_days(first, last, self.plans, self.used())

    def _chosen(self, first: date, last: date, credit: Sequence[date]) -> list[date]:
        return plain_choice(self.due, (last - first).days + 1, credit)

    def let(self, first: date, last: date) -> Stay:
        """Let days."""
        stay = Stay(first, last, self._chosen(first, last, self.free(first, last)))
        self.stays.append(stay)
        return stay

    def end(self, stay: Stay, last: date) -> None:
        """End a stay on an earlier day."""
        stay.last, stay.credit = last, self._chosen(stay.first, last, [day for day in stay.credit if day <= last])

    def extend(self, stay: Stay, last: date) -> None:
        """Let a stay go on."""
        added = self.free(stay.last + DAY, last)
        stay.last, stay.credit = last, self._chosen(stay.first, last, [*stay.credit, *added])

    def move(self, stay: Stay, first: date) -> Stay:
        """Let a stay go on in another unit."""
        last = stay.last
        self.end(stay, first - DAY)
        stay.is_moved = True
        return self.let(first, last)

    def charged(self, stay: Stay) -> int:
        """What a stay costs in the end."""
        return self.due((stay.last - stay.first).days + 1 - len(stay.credit))
