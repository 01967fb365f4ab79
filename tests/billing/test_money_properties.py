"""Properties of money over many made-up cases: nothing is lost between parts and wholes, whatever the currency and whatever changes."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator.billing.due import Recurrence, due_parts, whole_period
from incubator.billing.fallen_away import kept_minor
from incubator.billing.policy import Part, TaxedLine, price_part, rounded, tax_groups
from incubator.billing.terms import Basis, Price, TaxCategory, Timing
from incubator.kernel.money import digits, parse_amount, split, to_decimal
from incubator.kernel.periods import Period, add_months
from tests.support.evidence import is_proving, sized

CASES = 10_000 if is_proving() else 150
CURRENCIES = ("JPY", "EUR", "KWD")
FIRST = date(2026, 1, 1)
LAST = date(2027, 6, 30)

amounts = st.integers(0, 10**12)
rates = st.sampled_from([Decimal(rate) for rate in ("0", "6", "7.7", "8.1", "9", "13", "19", "25", "6.25")])


@sized("net + tax = gross, prices with tax are what is paid; 0, 2 and 3 decimals", f"{CASES} cases")
@settings(max_examples=CASES, deadline=None)
@given(st.sampled_from(CURRENCIES), st.lists(st.tuples(amounts, st.booleans(), rates), min_size=1, max_size=10))
def test_net_and_tax_are_gross_and_prices_with_tax_are_what_is_paid(currency: str, given_lines: list[tuple[int, bool, Decimal]]) -> None:
    lines = [TaxedLine(amount, includes, TaxCategory.S if rate else TaxCategory.Z, rate) for amount, includes, rate in given_lines]

    groups = tax_groups(lines)

    assert sorted(index for group in groups for index in group.lines) == list(range(len(lines)))
    for group in groups:
        own = [lines[index] for index in group.lines]
        with_tax = sum(line.amount_minor for line in own if line.includes_tax)
        without = sum(line.amount_minor for line in own if not line.includes_tax)
        assert group.net_minor + group.tax_minor == group.gross_minor
        assert sum(group.nets) == group.net_minor
        assert group.gross_minor == with_tax + without + rounded(without * Fraction(group.rate) / 100)
        assert parse_amount(str(to_decimal(group.gross_minor, currency)), currency, "gross") == group.gross_minor
        assert -int(to_decimal(group.gross_minor, currency).as_tuple().exponent) == digits(currency)


@sized("parts of a split sum to the whole", f"{CASES} cases")
@settings(max_examples=CASES, deadline=None)
@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_parts_of_a_split_sum_to_the_whole_and_are_near_their_share(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)

    assert sum(parts) == amount
    assert all(abs(part - Fraction(amount * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True))


@dataclass
class Term:
    """A price for some days, and the first of them that is not billed."""

    starts_on: date
    ends_on: date | None
    anchor_on: date
    price: int
    next_start: date

    def row(self, basis: Basis) -> Any:
        """Return it as the database has it."""
        return {
            "basis": basis.value,
            "unit_price_minor": self.price,
            "price_includes_tax": False,
            "quantity": Decimal(1),
            "is_waived": False,
            "starts_on": self.starts_on,
            "anchor_on": self.anchor_on,
            "discount_percent": Decimal(0),
            "discount_until": None,
            "currency": "EUR",
        }


@dataclass
class Charge:
    """Days of a term that were charged, and what is left of the amount."""

    term: Term
    days: Period
    left: int


class Books:
    """A contract that is billed and changed in any order."""

    def __init__(self, basis: Basis, timing: Timing, price: int) -> None:
        self.basis, self.timing = basis, timing
        self.terms = [Term(FIRST, None, FIRST, price, FIRST)]
        self.charges: list[Charge] = []

    def bill(self, until: date) -> None:
        """Bill what is due before a day, seen from that day."""
        for term in self.terms:
            recurrence = Recurrence(self.basis, self.timing, term.starts_on, term.ends_on, term.anchor_on)
            due = due_parts(recurrence, term.next_start, until, until)
            for part in due.parts:
                priced = price_part(Price(term.price, self.basis, False), part, "EUR")
                self.charges.append(Charge(term, part.days, priced.amount_minor))
            term.next_start = due.next_start

    def end(self, term: Term, last: date) -> None:
        """End a term, and take back what was charged for later days."""
        for charge in self.charges:
            if charge.term is term:
                charge.left = min(charge.left, kept_minor(term.row(self.basis), charge.days, last, ()))
        if last < term.starts_on:
            self.terms.remove(term)
        else:
            term.ends_on, term.next_start = last, min(term.next_start, last + timedelta(days=1))

    def change(self, day: date, price: int) -> None:
        """Let another price hold from a day on."""
        term = next(one for one in self.terms if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on))
        heir = Term(day, term.ends_on, term.anchor_on, price, day)
        self.end(term, day - timedelta(days=1))
        self.terms.append(heir)


days = st.integers(0, (LAST - FIRST).days).map(lambda offset: FIRST + timedelta(days=offset))
changes = st.tuples(st.just("change"), days, st.integers(0, 10**7))
runs = st.tuples(st.just("bill"), days, st.just(0))


@sized("any chain of plan changes bills the sum of its day prices, each stretch rounded once", f"{CASES} cases")
@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from([Basis.MONTH, Basis.YEAR]), st.sampled_from(list(Timing)), st.integers(0, 10**7), st.lists(changes | runs, max_size=14)
)
def test_any_chain_of_plan_changes_bills_the_sum_of_its_day_prices(
    basis: Basis, timing: Timing, price: int, actions: list[tuple[str, date, int]]
) -> None:
    books, price_of = Books(basis, timing, price), {FIRST + timedelta(days=n): price for n in range((LAST - FIRST).days + 1)}

    for what, day, new_price in actions:
        if what == "bill":
            books.bill(day)
            continue
        held = next(one for one in books.terms if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on))
        price_of |= {one: new_price for one in price_of if one >= day and (held.ends_on is None or one <= held.ends_on)}
        books.change(day, new_price)
    for term in list(books.terms):
        if term.ends_on is None or term.ends_on > LAST:
            books.end(term, LAST)
    books.bill(add_months(LAST, 24))

    exact = sum((Fraction(of, whole_period(basis, FIRST, day).days) for day, of in price_of.items()), Fraction(0))
    paid = sum(charge.left for charge in books.charges)
    assert abs(paid - exact) <= Fraction(len(books.charges), 2)
    for charge in books.charges:
        assert charge.left >= 0


@pytest.mark.parametrize("basis", [Basis.MONTH, Basis.YEAR])
def test_a_stretch_that_is_kept_costs_what_it_would_have_cost_alone(basis: Basis) -> None:
    term = Term(FIRST, None, FIRST, 9_999, FIRST)
    whole = whole_period(basis, FIRST, FIRST)
    for last in (FIRST, FIRST + timedelta(days=9), whole.last):
        alone = price_part(Price(9_999, basis, False), Part(Period.of(FIRST, last), whole), "EUR").amount_minor
        assert kept_minor(term.row(basis), whole, last, ()) == alone
