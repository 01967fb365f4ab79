"""Prices: examples, and a plain model that walks minute by minute."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.spaces.pricing import Priced, Step, Tariff, price_time
from tests.spaces.plain_clock import MINUTE, Windows, around_a_change, wall, windows

BERLIN = "Europe/Berlin"
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)  # a Wednesday, 10:00 in Berlin


def price(tariff: Tariff, hours: float, *, credit: int = 0, at: datetime = TEN) -> list[tuple[str, int, int, int]]:
    """Return the lines as (what, quantity, unit price, amount)."""
    found = price_time(tariff, at, at + timedelta(hours=hours), BERLIN, "EUR", credit)
    return [(line.what, line.quantity, line.unit_price_minor, line.amount_minor) for line in found.lines]


def hourly(amount: int, **more: object) -> Tariff:
    """An hourly tariff."""
    steps = more.pop("steps", (Step(0, amount),))
    return Tariff("hour", steps, **more)  # type: ignore[arg-type]  # values of the right types, by name


def test_an_hour_costs_its_price_and_part_of_one_its_part_half_up() -> None:
    assert price(hourly(4500), 2.5) == [("time", 150, 4500, 11250)]
    assert price(hourly(1), 0.5) == [("time", 30, 1, 1)]
    assert price(hourly(1001), 0.25) == [("time", 15, 1001, 250)]


def test_steps_make_later_hours_cheaper() -> None:
    tariff = hourly(0, steps=(Step(0, 5000), Step(120, 3000)))

    assert price(tariff, 3) == [("time", 120, 5000, 10000), ("time", 60, 3000, 3000)]


def test_the_longest_block_that_fits_goes_first() -> None:
    tariff = hourly(5000, blocks=((480, 28000), (240, 16000)))

    assert price(tariff, 21) == [("block", 2, 28000, 56000), ("block", 1, 16000, 16000), ("time", 60, 5000, 5000)]


def test_off_peak_time_has_its_own_price() -> None:
    tariff = hourly(0, steps=(Step(0, 5000, 2000),), off_peak_hours="18:00-24:00; 00:00-08:00")

    assert price(tariff, 4, at=TEN + timedelta(hours=6)) == [("time", 120, 5000, 10000), ("off-peak", 120, 2000, 4000)]


def test_a_minimum_holds_for_what_is_paid_and_not_for_what_is_free() -> None:
    tariff = hourly(4500, minimum_minor=6000)

    assert price(tariff, 1) == [("minimum", 1, 6000, 6000)]
    assert price(tariff, 2) == [("time", 120, 4500, 9000)]
    assert price(tariff, 2, credit=60) == [("credit", 60, 0, 0), ("minimum", 1, 6000, 6000)]
    assert price(tariff, 2, credit=500) == [("credit", 120, 0, 0)]


def test_a_day_costs_its_cap_at_most() -> None:
    tariff = hourly(5000, day_cap_minor=20000)

    assert price(tariff, 3) == [("time", 180, 5000, 15000)]
    assert price(tariff, 5) == [("day cap", 1, 20000, 20000)]
    assert price(tariff, 15) == [("day cap", 1, 20000, 20000), ("time", 60, 5000, 5000)]


def test_days_and_weeks_count_from_midnight_to_midnight() -> None:
    daily, weekly = Tariff("day", (Step(0, 10000), Step(2, 8000))), Tariff("week", (Step(0, 40000),))

    assert price(daily, 1) == [("day", 1, 10000, 10000)]
    assert price(daily, 14.5) == [("day", 2, 10000, 20000)]
    assert price(daily, 14 + 48) == [("day", 2, 10000, 20000), ("day", 1, 8000, 8000)]
    assert price(weekly, 24 * 7) == [("week", 2, 40000, 80000)]


def test_credit_comes_before_money() -> None:
    found = price_time(hourly(4500), TEN, TEN + timedelta(hours=3), BERLIN, "EUR", 90)

    assert (found.credit_minutes, found.amount_minor) == (90, 6750)


@pytest.mark.parametrize(
    ("at", "cost"), [(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 4500), (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 4500)]
)
def test_across_a_clock_change_the_real_hour_counts(at: datetime, cost: int) -> None:
    assert price(hourly(4500), 1, at=at) == [("time", 60, 4500, cost)]


def plain_price(tariff: Tariff, starts_at: datetime, minutes: int, zone: str, credit: int, off_peak: Windows) -> int:
    """The same, one minute after the other; returns the sum."""
    days: dict[object, dict[tuple[str, int], int]] = {}
    blocks = sorted(tariff.blocks, reverse=True)
    minute = min(credit, minutes)
    index = 0
    while minute < minutes:
        moment = starts_at + minute * MINUTE
        day = wall(moment, zone).date() if tariff.day_cap_minor is not None else None
        bucket = days.setdefault(day, {})
        block = next(((length, amount) for length, amount in blocks if index == 0 and minute + length <= minutes), None)
        if block:
            bucket[("block", block[1])] = bucket.get(("block", block[1]), 0) + 1
            minute += block[0]
            continue
        step = max((s for s in tariff.steps if s.starts_after <= index), key=lambda s: s.starts_after)
        cheap = step.off_peak_minor is not None and moment in off_peak
        key = ("off-peak", step.off_peak_minor or 0) if cheap else ("time", step.amount_minor)
        bucket[key] = bucket.get(key, 0) + 1
        minute, index = minute + 1, index + 1
    total = 0
    for bucket in days.values():
        sums = [
            amount * quantity if what == "block" else int(Fraction(amount * quantity, 60) + Fraction(1, 2))
            for (what, amount), quantity in bucket.items()
        ]
        total += min([sum(sums)] + ([] if tariff.day_cap_minor is None else [tariff.day_cap_minor]))
    return max(total, tariff.minimum_minor) if total else 0


@st.composite
def cases(draw: st.DrawFn) -> tuple[Tariff, datetime, int, str, int, Windows]:
    """A tariff with anything on it, a time near a clock change, and some credit."""
    zone, starts_at = draw(around_a_change())
    off_peak = draw(windows(zone))
    amounts = st.integers(0, 9_999)
    later = sorted(draw(st.sets(st.integers(1, 600), max_size=2)))
    steps = tuple(Step(start, draw(amounts), draw(st.none() | amounts)) for start in (0, *later))
    lengths = sorted(draw(st.sets(st.sampled_from((60, 90, 240, 480, 1440)), max_size=3)), reverse=True)
    tariff = Tariff(
        "hour",
        steps,
        tuple((length, draw(amounts)) for length in lengths),
        off_peak.notation,
        draw(st.sampled_from((0, 3000))),
        draw(st.none() | amounts),
    )
    return tariff, starts_at, draw(st.integers(1, 2000)), zone, draw(st.sampled_from((0, 45, 600))), off_peak


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_price_is_that_of_walking_through_every_minute(case: tuple[Tariff, datetime, int, str, int, Windows]) -> None:
    tariff, starts_at, minutes, zone, credit, off_peak = case

    found = price_time(tariff, starts_at, starts_at + minutes * MINUTE, zone, "EUR", credit)

    assert found.amount_minor == plain_price(tariff, starts_at, minutes, zone, credit, off_peak)
    assert found.amount_minor == sum(line.amount_minor for line in found.lines)


@settings(max_examples=60, deadline=None)
@given(around_a_change(), st.integers(1, 20_000), st.sampled_from(("day", "week")))
def test_days_and_weeks_are_those_on_the_wall(at: tuple[str, datetime], minutes: int, basis: str) -> None:
    zone, starts_at = at

    found: Priced = price_time(Tariff(basis, (Step(0, 100),)), starts_at, starts_at + minutes * MINUTE, zone, "EUR")

    seen = {wall(starts_at + minute * MINUTE, zone).date() for minute in range(0, minutes, 5)} | {
        wall(starts_at + (minutes - 1) * MINUTE, zone).date()
    }
    assert found.amount_minor == 100 * (len(seen) if basis == "day" else -(-len(seen) // 7))
