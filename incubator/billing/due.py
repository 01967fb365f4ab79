"""Which periods of a recurring price fall due: they tile the time from its first day on, in the calendar of the site.

A monthly price has the calendar's months, a yearly one the years from its first day; the first and the last may be cut. Each period is
billed once, at its start (in advance) or when it is over (in arrears); the days of a pause cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from incubator.billing.policy import Part
from incubator.billing.terms import Basis, Timing
from incubator.kernel.periods import Period, add_months, month_of

FOREVER = date.max
MOST_AT_ONCE = 240
"""How many periods of one term are billed at once at most; what is left is due again in the next run."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How a price comes again. Days are the site's, `ends_on` belongs to it (None: until further notice)."""

    basis: Basis
    timing: Timing
    starts_on: date
    ends_on: date | None
    anchor_on: date | None = None

    @property
    def anchor(self) -> date:
        """The day from which years are counted."""
        return self.anchor_on or self.starts_on


@dataclass(frozen=True, slots=True)
class Due:
    """The periods that fall due, oldest first, and the first day that is not due yet."""

    parts: Sequence[Part]
    next_start: date


def whole_period(basis: Basis, anchor: date, day: date) -> Period:
    """Return the whole month or year of a price that a day lies in; years begin on the anchor and its anniversaries."""
    if basis is Basis.MONTH:
        return month_of(day)
    years = day.year - anchor.year
    if add_months(anchor, 12 * years) > day:
        years -= 1
    return Period(add_months(anchor, 12 * years), add_months(anchor, 12 * (years + 1)))


def part_from(recurrence: Recurrence, first: date) -> Part | None:
    """Return the period that begins on a day, cut at the price's end; None when nothing is left."""
    end = FOREVER if recurrence.ends_on is None else recurrence.ends_on + timedelta(days=1)
    if first >= end:
        return None
    whole = whole_period(recurrence.basis, recurrence.anchor, first)
    return Part(Period(first, min(whole.end, end)), whole)


def due_parts(recurrence: Recurrence, next_start: date, until: date, today: date) -> Due:
    """Return the periods from `next_start` on that are due before `until` (excluded), seen from a day of the site.

    In advance a period is due when it begins before `until`, in arrears when it is over by then, and over today.
    """
    parts: list[Part] = []
    first = next_start
    over = min(until, today)
    while len(parts) < MOST_AT_ONCE:
        if first >= until:
            break
        part = part_from(recurrence, first)
        if part is None or (recurrence.timing is Timing.ARREARS and part.days.end > over):
            break
        parts.append(part)
        first = part.days.end
    return Due(parts, first)


def paused_days(days: Period, pauses: Sequence[Period]) -> int:
    """Return how many days of a period lie in pauses, which do not overlap."""
    return sum(both.days for pause in pauses if (both := days.intersection(pause)))


def discounted_days(days: Period, until: date | None, pauses: Sequence[Period]) -> int:
    """Return how many charged days of a period lie in the time of a discount, whose last day is `until` (None: always)."""
    within = days if until is None else days.intersection(Period(date.min, until + timedelta(days=1)))
    return within.days - paused_days(within, pauses) if within else 0
