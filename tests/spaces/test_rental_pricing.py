"""What days cost, by example and against a plain count of days."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.billing.policy import rounded
from incubator.kernel.periods import month_of
from incubator.spaces.rental_pricing import Prices, price_stay
from incubator.spaces.rentals import Notice

MONTHLY = Prices(62_000)
SHORT = Prices(62_000, week=((0, 20_000),), day=((0, 4_000), (3, 3_000)))


def shown(prices: Prices, first: date, last: date) -> list[tuple[str, int, int]]:
    return [(line.what, line.quantity, line.amount_minor) for line in price_stay(prices.of(first, last), first, last, "EUR")]


def test_half_a_month_of_thirty_days_is_half_the_price_and_whole_months_are_one_line() -> None:
    assert shown(MONTHLY, date(2026, 6, 1), date(2026, 6, 15)) == [("part of month", 15, 31_000)]
    assert shown(MONTHLY, date(2026, 1, 16), date(2026, 4, 30)) == [("part of month", 16, 32_000), ("month", 3, 186_000)]


def test_a_short_stay_takes_the_longest_block_that_fits_first_and_a_whole_month_the_month() -> None:
    assert shown(SHORT, date(2026, 3, 2), date(2026, 3, 13)) == [("week", 1, 20_000), ("day", 3, 12_000), ("day", 2, 6_000)]
    assert shown(SHORT, date(2026, 3, 2), date(2026, 4, 1)) == [("part of month", 30, 60_000), ("part of month", 1, 2_067)]


def test_without_a_price_for_days_a_begun_week_counts_whole() -> None:
    assert shown(Prices(week=((0, 100),)), date(2026, 3, 2), date(2026, 3, 9)) == [("week", 2, 200)]


def test_a_discount_is_taken_off_each_price_and_rounded_half_up() -> None:
    assert SHORT.less(Decimal("12.5")) == Prices(54_250, ((0, 17_500),), ((0, 3_500), (3, 2_625)))
    assert Prices(333).less(Decimal(50)) == Prices(167)


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(DAYS, st.integers(0, 400), st.integers(0, 10**6))
def test_by_the_month_every_day_is_paid_once_at_its_months_share(first: date, more: int, monthly: int) -> None:
    last = first + timedelta(days=more)
    per_month: dict[date, int] = {}
    for number in range(more + 1):
        month = month_of(first + timedelta(days=number)).first
        per_month[month] = per_month.get(month, 0) + 1

    lines = price_stay(Prices(monthly), first, last, "EUR")

    assert sum(line.amount_minor for line in lines) == sum(
        rounded(Fraction(monthly * days, month_of(month).days)) for month, days in per_month.items()
    )
    assert (lines[0].first, lines[-1].last) == (first, last)
    assert all(one.last + timedelta(days=1) == other.first for one, other in itertools.pairwise(lines))


@given(DAYS, st.integers(0, 60), st.lists(st.integers(1, 9), max_size=3, unique=True), st.booleans())
def test_weeks_and_days_cover_every_day_once(first: date, more: int, starts: list[int], has_weeks: bool) -> None:
    last = first + timedelta(days=more)
    steps = ((0, 1_000), *((after, 1_000 - after) for after in sorted(starts)))
    weeks, rest = divmod(more + 1, 7) if has_weeks else (0, more + 1)
    plain = weeks * 5_000 + sum(next(amount for after, amount in reversed(steps) if number >= after) for number in range(rest))

    lines = price_stay(Prices(None, ((0, 5_000),) * has_weeks, steps), first, last, "EUR")

    assert sum(line.amount_minor for line in lines) == plain
    assert sum((line.last - line.first).days + 1 for line in lines) == more + 1


@pytest.mark.parametrize(
    ("notice", "given_on", "earliest"),
    [
        (Notice(14, "days"), date(2026, 3, 10), date(2026, 3, 24)),
        (Notice(1, "months"), date(2026, 3, 10), date(2026, 4, 30)),
        (Notice(1, "months"), date(2026, 10, 31), date(2026, 11, 30)),
        (Notice(3, "months"), date(2026, 11, 30), date(2027, 2, 28)),
        (Notice(0, "months"), date(2026, 2, 3), date(2026, 2, 28)),
    ],
)
def test_the_earliest_end_lies_a_notice_after_the_day_it_is_given(notice: Notice, given_on: date, earliest: date) -> None:
    assert notice.earliest_end(given_on) == earliest
