"""Lines in net prices, as EN 16931 wants them: quantity × price ÷ base quantity − allowance is the line's net amount.

A price that was shared out by days, or that includes tax, is not the price of a unit without tax. The first way of saying the line that
adds up is taken; the last one, once the whole amount, always does, and the line's own rule stays beside it as a note.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from incubator.billing.document_facts import FactsLine
from incubator.billing.policy import rounded
from incubator.kernel.money import digits

PIECE, MONTH, YEAR, DAY, HOUR, MINUTE = "C62", "MON", "ANN", "DAY", "HUR", "MIN"
"""Codes of UN/ECE Recommendation 20."""
_UNITS = {"month": MONTH, "year": YEAR, "hour": HOUR, "minute": MINUTE}
MAX_PRICE_DECIMALS = 10


@dataclass(frozen=True, slots=True)
class Measure:
    """How a line is measured: `quantity` of `unit` at `price` (major units, without tax) for `base_quantity` of them."""

    quantity: Decimal
    unit: str
    price: Decimal
    base_quantity: int
    allowance_minor: int


def measure(line: FactsLine, currency: str) -> Measure:
    """Measure a line so that it adds up to its net amount exactly."""
    allowance = _net_of(line, line.discount_minor)
    before = line.net_minor + allowance
    for quantity, unit, price_minor, base in _ways(line, before):
        price = _price(price_minor, quantity, base, before, currency)
        if price is not None:
            return Measure(quantity, unit, price, base, allowance)
    sign = -1 if before < 0 else 1
    return Measure(Decimal(sign), PIECE, _major(Fraction(abs(before)), digits(currency), currency), 1, allowance)


def _net_of(line: FactsLine, amount_minor: int) -> int:
    return rounded(amount_minor / (1 + Fraction(line.tax_rate) / 100)) if line.price_includes_tax else amount_minor


def _ways(line: FactsLine, before_minor: int) -> Iterator[tuple[Decimal, str, Fraction, int]]:
    """Yield quantity, unit, price in minor units and base quantity, the nearest to what was agreed first."""
    unit_price = Fraction(line.unit_price_minor)
    if line.quantity <= 0 or before_minor <= 0:
        return
    if not line.price_includes_tax:
        yield line.quantity, _UNITS.get(line.basis, PIECE), unit_price, 60 if line.basis == "minute" else 1
        whole = _days_of_whole(line)
        if whole:
            days = (line.supplied_to - line.supplied_from).days + 1
            yield line.quantity * days, DAY, unit_price, whole
    if rounded(unit_price * Fraction(line.quantity) / (60 if line.basis == "minute" else 1)) == line.amount_minor + line.discount_minor:
        base = 60 if line.basis == "minute" else 1
        yield line.quantity, _UNITS.get(line.basis, PIECE), before_minor * base / Fraction(line.quantity), base


def _days_of_whole(line: FactsLine) -> int | None:
    first = line.supplied_from
    if line.basis == "month":
        return monthrange(first.year, first.month)[1]
    if line.basis == "year":
        later = first.replace(year=first.year + 1, day=28) if (first.month, first.day) == (2, 29) else first.replace(year=first.year + 1)
        return (later - first).days
    return None


def _price(price_minor: Fraction, quantity: Decimal, base: int, before_minor: int, currency: str) -> Decimal | None:
    """Return the price with as few decimals as it takes to add up, None when none does."""
    for decimals in range(digits(currency), MAX_PRICE_DECIMALS + 1):
        price = _major(price_minor, decimals, currency)
        minor = Fraction(price) * 10 ** digits(currency)
        if rounded(minor * Fraction(quantity) / base) == before_minor:
            return price
    return None


def _major(minor: Fraction, decimals: int, currency: str) -> Decimal:
    exact = minor / 10 ** digits(currency)
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
