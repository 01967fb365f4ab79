"""Money, periods, ids, languages and refusals: the words every package shares."""

import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator import jobs
from incubator.kernel import checks, clock
from incubator.kernel.errors import (
    DomainError,
    NonexistentTime,
    NotANumber,
    OutOfRange,
    PatternMismatch,
    PeriodInverted,
    TooLong,
    TooManyDecimals,
    TooShort,
    UnknownCurrency,
    UnknownZone,
)
from incubator.kernel.ids import new_id
from incubator.kernel.language import Language, negotiate
from incubator.kernel.money import Money, check_currency, parse_amount, round_half_up, split, to_decimal
from incubator.kernel.periods import Period, add_months, check_zone, elapsed_minutes, local_instant, month_of, months, start_of_day

ZONES = ("Europe/Berlin", "Asia/Shanghai", "Pacific/Auckland", "America/Sao_Paulo", "Asia/Kathmandu")


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_parts_of_a_split_always_sum_to_the_whole_and_are_fair(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)

    total = sum(weights)
    assert sum(parts) == amount
    assert all(abs(part - Decimal(amount) * weight / total) < 1 for part, weight in zip(parts, weights, strict=True))


@given(st.integers(-(10**14), 10**14), st.sampled_from(("EUR", "JPY", "KWD", "CNY")))
def test_minor_units_and_decimals_are_the_same_amount(amount: int, currency: str) -> None:
    assert round_half_up(to_decimal(amount, currency), currency) == amount


def test_rounds_half_up_away_from_zero() -> None:
    assert [round_half_up(Decimal(text), "EUR") for text in ("0.005", "0.004999", "-0.005", "949.975", "316.125")] == [
        1,
        0,
        -1,
        94998,
        31613,
    ]


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("1.234", "EUR", TooManyDecimals),
        ("1.5", "JPY", TooManyDecimals),
        ("1e3", "EUR", NotANumber),
        ("ten", "EUR", NotANumber),
        ("9" * 20, "EUR", OutOfRange),
    ],
)
def test_amounts_that_are_none_are_refused_by_name(text: str, currency: str, expected: type[DomainError]) -> None:
    with pytest.raises(expected) as refused:
        parse_amount(text, currency, "deposit")

    assert "deposit" in refused.value.message("de")


def test_reads_amounts_in_the_decimals_of_their_currency() -> None:
    assert [parse_amount("12.5", "EUR", "a"), parse_amount("120000", "JPY", "a"), parse_amount("1.234", "KWD", "a")] == [1250, 120000, 1234]


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="cannot add"):
        Money(1, "EUR") + Money(1, "CHF")


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 2000))
def test_months_tile_a_period_without_gap_or_overlap(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length + 1))

    found = list(months(period))

    assert found[0].first <= period.first
    assert found[-1].end >= period.end
    assert all(one.end == other.first for one, other in pairwise(found))
    assert sum(part.days for month in found if (part := month.intersection(period))) == period.days


@given(st.dates(date(2000, 1, 31), date(2090, 1, 1)), st.integers(-500, 500))
def test_adding_months_keeps_the_day_or_takes_the_months_last(day: date, count: int) -> None:
    later = add_months(day, count)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == min(day.day, (month_of(later).end - timedelta(days=1)).day)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001 - local times are what is tested
def test_a_local_time_is_an_instant_or_is_refused(local: datetime, zone: str) -> None:
    aware = local.replace(tzinfo=ZoneInfo(zone))
    exists = aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local

    found: datetime | None
    try:
        found = local_instant(local, zone)
    except NonexistentTime:
        found = None

    assert (found == aware.astimezone(UTC)) if exists else (found is None)


def test_the_spring_night_has_three_hours_and_the_autumn_night_five() -> None:
    def between(day: date) -> int:
        begin, end = (local_instant(datetime(day.year, day.month, day.day, hour), "Europe/Berlin") for hour in (1, 5))  # noqa: DTZ001
        return elapsed_minutes(begin, end)

    assert (between(date(2026, 3, 29)), between(date(2026, 10, 25))) == (180, 300)


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), st.sampled_from((*ZONES, "America/Santiago", "Asia/Beirut")))
def test_days_tile_the_timeline_also_where_midnight_is_skipped(day: date, zone: str) -> None:
    begin, end = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)

    assert timedelta(hours=22) < end - begin < timedelta(hours=26)
    assert begin.astimezone(ZoneInfo(zone)).date() == day


def test_inverted_periods_unknown_zones_and_currencies_are_refused() -> None:
    with pytest.raises(PeriodInverted):
        Period.of(date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(UnknownZone):
        check_zone("Europe/Atlantis")
    with pytest.raises(UnknownCurrency):
        check_currency("EURO")


def test_ids_ascend_carry_their_version_and_never_repeat() -> None:
    ids = [new_id() for _ in range(20_000)]

    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}


def test_an_id_says_when_it_was_made() -> None:
    instant = datetime(2026, 3, 9, 12, tzinfo=UTC)

    with clock.travel_to(instant):
        made = new_id()

    assert UUID(int=made.int).int >> 80 == int(instant.timestamp() * 1000)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", Language.DE),
        ("fr,zh-TW;q=0.7", Language.ZH_CN),
        ("en;q=0,de;q=0.1", Language.DE),
        ("", Language.EN),
        ("q=;;,,", Language.EN),
    ],
)
def test_the_best_language_of_a_browser_is_chosen(header: str, expected: Language) -> None:
    assert negotiate(header) is expected


def every_refusal(cls: type[DomainError] = DomainError) -> list[type[DomainError]]:
    """Return all classes of refusals, of every package."""
    for package in jobs.PACKAGES:
        if find_spec(f"incubator.{package}") and find_spec(f"incubator.{package}.errors"):
            import_module(f"incubator.{package}.errors")
    return [found for sub in cls.__subclasses__() for found in (sub, *every_refusal(sub))]


def test_every_refusal_says_the_same_in_three_languages() -> None:
    def slots(template: str) -> set[str]:
        return {name.split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}

    found = [cls for cls in every_refusal() if cls.__module__.startswith("incubator")]

    assert len(found) > 50
    for cls in found:
        assert set(cls.text) == {"en", "de", "zh-CN"}, cls.__name__
        assert len({frozenset(slots(template)) for template in cls.text.values()}) == 1, cls.__name__
        assert slots(cls.text["en"]) <= set(cls.__dataclass_fields__), cls.__name__


@pytest.mark.parametrize(
    ("value", "expected"), [("  ", TooShort), ("x" * 201, TooLong), ("a\x00b", PatternMismatch), ("\ud800", PatternMismatch)]
)
def test_texts_that_do_not_fit_are_refused(value: str, expected: type[DomainError]) -> None:
    with pytest.raises(expected):
        checks.text(value, "name")


@pytest.mark.parametrize("address", ["no-at.example", "a@b", "a b@c.example", "a@-x.example", "@x.example", f"{'a' * 250}@x.example"])
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises((PatternMismatch, TooLong)):
        checks.email(address)
