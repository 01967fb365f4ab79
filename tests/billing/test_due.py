"""Which periods fall due: they tile the time in any zone, whatever the calendar and the clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.billing.due import Recurrence, discounted_days, due_parts, part_from, paused_days
from incubator.billing.terms import Basis, Timing
from incubator.kernel import clock
from incubator.kernel.periods import Period, add_months, month_of
from tests.support.evidence import is_proving, sized

ZONES = ("Europe/Berlin", "Asia/Shanghai", "Pacific/Auckland", "America/Sao_Paulo", "Asia/Kathmandu")
CASES = 10_000 if is_proving() else 60
ADVANCE, ARREARS = Timing.ADVANCE, Timing.ARREARS


def recurring(basis: Basis, first: str, last: str | None = None, timing: Timing = ADVANCE) -> Recurrence:
    return Recurrence(basis, timing, date.fromisoformat(first), date.fromisoformat(last) if last else None)


@pytest.mark.parametrize(
    ("starts", "ends", "from_day", "days", "whole"),
    [
        ("2026-03-02", "2027-03-01", "2026-03-02", 365, 365),
        ("2025-03-02", "2027-03-01", "2026-03-02", 365, 365),
        ("2024-02-29", None, "2024-02-29", 365, 365),
        ("2024-02-29", None, "2027-02-28", 366, 366),
        ("2025-03-02", "2026-08-31", "2026-03-02", 183, 365),
        ("2025-03-02", None, "2025-09-01", 182, 365),
    ],
)
def test_a_year_begins_on_its_anniversary(starts: str, ends: str | None, from_day: str, days: int, whole: int) -> None:
    part = part_from(recurring(Basis.YEAR, starts, ends), date.fromisoformat(from_day))

    assert part is not None
    assert (part.days.days, part.whole.days) == (days, whole)


def test_in_advance_a_period_is_due_when_it_begins_in_arrears_when_it_is_over() -> None:
    until, today = date(2026, 4, 1), date(2026, 3, 31)
    in_advance = due_parts(recurring(Basis.MONTH, "2026-02-10"), date(2026, 2, 10), until, today)
    too_soon = due_parts(recurring(Basis.MONTH, "2026-02-10", timing=ARREARS), date(2026, 2, 10), until, today)
    over = due_parts(recurring(Basis.MONTH, "2026-02-10", timing=ARREARS), date(2026, 2, 10), until, date(2026, 4, 1))

    assert [part.days for part in in_advance.parts] == [Period(date(2026, 2, 10), date(2026, 3, 1)), month_of(date(2026, 3, 1))]
    assert (len(too_soon.parts), too_soon.next_start) == (1, date(2026, 3, 1))
    assert (len(over.parts), over.next_start) == (2, date(2026, 4, 1))


def test_days_of_a_pause_and_of_a_discount_are_counted_apart() -> None:
    march = month_of(date(2026, 3, 1))
    pauses = [Period.of(date(2026, 2, 20), date(2026, 3, 5)), Period.of(date(2026, 3, 30), date(9999, 12, 30))]

    assert paused_days(march, pauses) == 7
    assert discounted_days(march, date(2026, 3, 10), pauses) == 5
    assert discounted_days(march, None, pauses) == 24
    assert discounted_days(march, date(2026, 2, 1), pauses) == 0


starts = st.dates(date(2023, 1, 1), date(2026, 12, 31))
jumps = st.lists(st.integers(-5, 70), min_size=1, max_size=40)


@sized("periods tile three years in Berlin, Shanghai, Auckland, São Paulo and Kathmandu while the clock jumps", f"{CASES} cases")
@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from(ZONES), st.sampled_from(list(Basis)[:2]), st.sampled_from(list(Timing)), starts, st.integers(0, 1200) | st.none(), jumps
)
def test_periods_tile_three_years_whatever_the_clock_does(
    zone: str, basis: Basis, timing: Timing, first: date, length: int | None, jumps: list[int]
) -> None:
    """A run a month, at any instant, the clock set back now and then: no day twice, none left out, nothing before its time."""
    recurrence = Recurrence(basis, timing, first, None if length is None else first + timedelta(days=length))
    moment, next_start, tiles = datetime(first.year, first.month, first.day, 23, 30, tzinfo=UTC), first, []

    for jump in jumps:
        moment += timedelta(days=jump, hours=7)
        with clock.travel_to(moment):
            today = clock.today(zone)
        found = due_parts(recurrence, next_start, month_of(today).end, today)
        for part in found.parts:
            assert part.days.end <= today if timing is ARREARS else part.days.first < month_of(today).end
        tiles += [part.days for part in found.parts]
        next_start = found.next_start

    assert all(before.end == after.first for before, after in pairwise(tiles))
    assert not tiles or tiles[0].first == first
    assert not tiles or next_start == tiles[-1].end
    assert all(tile.end <= (recurrence.ends_on or date.max - timedelta(days=1)) + timedelta(days=1) for tile in tiles)
    wholes = [part_from(recurrence, tile.first) for tile in tiles]
    assert all(
        whole is not None and whole.whole.first <= tile.first and tile.end <= whole.whole.end
        for whole, tile in zip(wholes, tiles, strict=True)
    )
    assert basis is Basis.MONTH or all(add_months(first, 12 * (tile.first.year - first.year)) == tile.first for tile in tiles)
