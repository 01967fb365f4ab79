"""Pricing and tax arithmetic: the examples of the law and the books, and properties that hold for any amounts."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.billing.due import Recurrence, part_from
from incubator.billing.policy import Part, TaxedLine, documents, price_count, price_minutes, price_part, rounded, tax_groups
from incubator.billing.terms import Basis, Price, TaxCategory, Timing
from incubator.kernel.periods import Period, month_of

S, AE, E, O = TaxCategory.S, TaxCategory.AE, TaxCategory.E, TaxCategory.O  # noqa: E741 - the code list's own letters
MARCH = month_of(date(2026, 3, 1))


def line(amount: int, rate: str = "19", category: TaxCategory = S, *, includes_tax: bool = False) -> TaxedLine:
    return TaxedLine(amount, includes_tax, category, Decimal(rate))


@pytest.mark.parametrize(
    ("what", "lines", "net", "tax"),
    [
        ("E1 DE desk", [line(19_777)], 19_777, 3_758),
        ("E2 DE to DK", [line(781_235, "0", AE), line(781_235, "0", AE)], 1_562_470, 0),
        ("E4 DK lab", [line(189_995, "25"), line(189_995, "25")], 379_990, 94_998),
        ("E5 SG office", [line(123_450, "9")], 123_450, 11_111),
        ("E6 CN incubation", [line(500_000, "6", includes_tax=True)], 471_698, 28_302),
        ("E8 SG to JP", [line(120_000, "0", TaxCategory.Z)], 120_000, 0),
    ],
)
def test_the_examples_come_out_to_the_cent(what: str, lines: list[TaxedLine], net: int, tax: int) -> None:
    [group] = tax_groups(lines)

    assert (group.net_minor, group.tax_minor) == (net, tax), what


def monthly(first: date, last: date | None = None) -> Recurrence:
    return Recurrence(Basis.MONTH, Timing.ADVANCE, first, last)


def test_a_stay_is_counted_in_days_with_both_ends() -> None:
    desk = Price(34_900, Basis.MONTH, includes_tax=False)

    from_the_14th = part_from(monthly(date(2026, 11, 14)), date(2026, 11, 14))
    one_day = part_from(monthly(date(2026, 11, 30), date(2026, 11, 30)), date(2026, 11, 30))
    first_half = part_from(monthly(date(2026, 11, 1), date(2026, 11, 15)), date(2026, 11, 1))
    nothing_left = part_from(monthly(date(2026, 11, 1), date(2026, 11, 15)), date(2026, 11, 16))

    assert from_the_14th is not None
    assert one_day is not None
    assert first_half is not None
    assert price_part(desk, from_the_14th, "EUR").amount_minor == 19_777
    assert price_part(desk, from_the_14th, "EUR").note == "2026-11-14 – 2026-11-30: 17/30 × 349.00"
    assert (one_day.days.days, first_half.days.days, nothing_left) == (1, 15, None)


def test_minutes_are_priced_by_the_hour_and_waived_ones_stand_with_nothing() -> None:
    assert price_minutes(Price(8_450, Basis.HOUR, includes_tax=False), 180, "EUR").amount_minor == 25_350
    assert price_minutes(Price(8_450, Basis.HOUR, includes_tax=False), 180, "EUR").note == "3 h × 84.50/h"
    assert price_count(Price(38_000, Basis.MINUTE, True, Decimal(137)), "CNY").amount_minor == 86_767
    waived = price_part(Price(30_000, Basis.YEAR, False, is_waived=True), Part(MARCH, MARCH), "EUR")
    assert (waived.amount_minor, waived.note.endswith("→ 0.00")) == (0, True)


def test_amounts_of_currencies_without_decimals_are_whole() -> None:
    part = Part(Period(date(2026, 3, 1), date(2026, 3, 11)), MARCH)

    assert price_part(Price(120_000, Basis.MONTH, False), part, "JPY").amount_minor == 38_710


def test_what_is_outside_the_scope_of_tax_gets_a_document_of_its_own() -> None:
    lines = [line(1), line(2, "0", O), line(3, "0", AE), line(4, "0", O)]

    assert documents(lines) == [[0, 2], [1, 3]]
    assert documents(lines[:1]) == [[0]]
    assert documents([]) == []


amounts = st.integers(min_value=0, max_value=10**12)
rates = st.sampled_from([Decimal(rate) for rate in ("6", "7.7", "8.1", "9", "13", "19", "25", "6.25", "0.0001", "100")])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(amounts, st.booleans(), rates), min_size=1, max_size=12))
def test_groups_lose_no_cent_and_keep_every_promise(given_lines: list[tuple[int, bool, Decimal]]) -> None:
    lines = [TaxedLine(amount, includes, S, rate) for amount, includes, rate in given_lines]

    for group in tax_groups(lines):
        own = [lines[index] for index in group.lines]
        with_tax, without = (sum(item.amount_minor for item in own if item.includes_tax is flag) for flag in (True, False))
        assert sum(group.nets) == group.net_minor
        assert group.gross_minor == with_tax + without + rounded(without * Fraction(group.rate) / 100)
        assert abs(group.tax_minor - group.net_minor * Fraction(group.rate) / 100) <= Fraction(3, 2)
        assert all(net >= 0 for net in group.nets)


@settings(max_examples=200, deadline=None)
@given(amounts, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800), st.decimals("0.0001", "999", places=4))
def test_months_of_a_stay_cover_each_of_its_days_once(amount: int, first: date, length: int, quantity: Decimal) -> None:
    last = first + timedelta(days=length)
    price, days, next_day = Price(amount, Basis.MONTH, False, quantity), 0, first

    while (part := part_from(monthly(first, last), next_day)) is not None:
        days += part.days.days
        priced = price_part(price, part, "EUR").amount_minor
        exact = amount * Fraction(quantity) * Fraction(part.days.days, part.whole.days)
        assert abs(priced - exact) <= Fraction(1, 2)
        next_day = part.days.end

    assert days == length + 1
