"""Pure rules of pricing: values in, amounts out. All arithmetic is exact until the one rounding of a line, half up.

Stays are counted in calendar days of the site, both ends included; years are charged in advance on their anniversary; hours are real
elapsed time; minutes are priced by the hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from incubator.billing.terms import Basis, Price, TaxCategory
from incubator.kernel.money import split, to_decimal
from incubator.kernel.periods import Period, add_months


@dataclass(frozen=True, slots=True)
class Part:
    """What of a recurring price falls due: the days supplied, out of the whole month or year that the price is for."""

    days: Period
    whole: Period


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount in minor units, as priced, and in one line how it came about; the words are numbers, dates and units only."""

    amount_minor: int
    note: str


def rounded(amount: Fraction) -> int:
    """Round half up, away from zero."""
    return int(amount + Fraction(1, 2)) if amount >= 0 else -int(-amount + Fraction(1, 2))


def part_due(basis: Basis, starts_on: date, ends_on: date | None, month: Period) -> Part | None:
    """Return what of a monthly or yearly price falls due in a month, None when nothing does.

    A month's price is for the days of the stay in that month. A year's price falls due in the month of its anniversary, for the year
    that begins there, or for what of it is left before the end.
    """
    end = date.max if ends_on is None else ends_on + timedelta(days=1)
    if basis is Basis.MONTH:
        days = month.intersection(Period(starts_on, end)) if starts_on < end else None
        return Part(days, month) if days else None
    years = month.first.year - starts_on.year
    anniversary = add_months(starts_on, 12 * years)
    if years < 0 or anniversary not in month or anniversary >= end:
        return None
    whole = Period(anniversary, add_months(starts_on, 12 * (years + 1)))
    return Part(Period(anniversary, min(whole.end, end)), whole)


def price_part(price: Price, part: Part, currency: str) -> Priced:
    """Price the days that fall due: unit price × quantity × days / days of the whole."""
    share = Fraction(part.days.days, part.whole.days)
    shown = f"{part.days.first} – {part.days.last}: {part.days.days}/{part.whole.days}"
    return _priced(price, share, f"{shown}{_times(price)} × {_money(price, currency)}", currency)


def price_minutes(price: Price, minutes: int, currency: str) -> Priced:
    """Price real minutes by the hour."""
    hours, left = divmod(minutes, 60)
    shown = f"{hours} h" if not left else f"{minutes} min"
    return _priced(price, Fraction(minutes, 60), f"{shown}{_times(price)} × {_money(price, currency)}/h", currency)


def price_count(price: Price, currency: str) -> Priced:
    """Price a number of things, or of minutes at an hourly price."""
    if price.basis is Basis.MINUTE:
        note = f"{plain(price.quantity)} min × {_money(price, currency)}/h"
        return _priced(price, Fraction(1, 60), note, currency)
    return _priced(price, Fraction(1), f"{plain(price.quantity)} × {_money(price, currency)}", currency)


def _priced(price: Price, share: Fraction, note: str, currency: str) -> Priced:
    if price.is_waived:
        return Priced(0, f"{note} → {to_decimal(0, currency)}")
    return Priced(rounded(price.unit_price_minor * Fraction(price.quantity) * share), note)


def _times(price: Price) -> str:
    return "" if price.quantity == 1 else f" × {plain(price.quantity)}"


def _money(price: Price, currency: str) -> str:
    return str(to_decimal(price.unit_price_minor, currency))


def plain(number: Decimal) -> str:
    """Write a decimal number without an exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """What of a line the tax asks: its amount as priced, with or without tax, and its category and rate in percent."""

    amount_minor: int
    includes_tax: bool
    category: TaxCategory
    rate: Decimal


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The sum of one category and rate. `lines` are indexes, `nets` each line's share of the net, in the same order."""

    category: TaxCategory
    rate: Decimal
    lines: tuple[int, ...]
    nets: tuple[int, ...]
    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        """Net and tax."""
        return self.net_minor + self.tax_minor


def tax_groups(lines: Sequence[TaxedLine]) -> list[TaxGroup]:
    """Work out the tax once for each category and rate, on the sum of its lines; groups in the order of their first line.

    Prices without tax: tax = round(sum × rate). Prices with tax: net = round(sum / (1 + rate)), tax = the remainder, so that what was
    agreed is what is paid. Both kinds in one group are worked out each for itself and added.
    """
    by_key: dict[tuple[TaxCategory, Decimal], list[int]] = {}
    for index, line in enumerate(lines):
        by_key.setdefault((line.category, line.rate), []).append(index)
    return [_group(category, rate, indexes, lines) for (category, rate), indexes in by_key.items()]


def _group(category: TaxCategory, rate: Decimal, indexes: list[int], lines: Sequence[TaxedLine]) -> TaxGroup:
    share = Fraction(rate) / 100
    without = [index for index in indexes if not lines[index].includes_tax]
    within = [index for index in indexes if lines[index].includes_tax]
    net = sum(lines[index].amount_minor for index in without)
    tax = rounded(net * share)
    nets = {index: lines[index].amount_minor for index in without}
    gross_within = sum(lines[index].amount_minor for index in within)
    net_within = rounded(gross_within / (1 + share))
    if gross_within:
        shares = split(net_within, [lines[index].amount_minor for index in within])
        nets |= dict(zip(within, shares, strict=True))
    return TaxGroup(
        category=category,
        rate=rate,
        lines=tuple(indexes),
        nets=tuple(nets.get(index, 0) for index in indexes),
        net_minor=net + net_within,
        tax_minor=tax + gross_within - net_within,
    )


def documents(lines: Sequence[TaxedLine]) -> list[list[int]]:
    """Share lines out over documents: what is outside the scope of tax (O) may share one with nothing else (EN 16931, BR-O-11 to -14)."""
    outside = [index for index, line in enumerate(lines) if line.category is TaxCategory.O]
    inside = [index for index, line in enumerate(lines) if line.category is not TaxCategory.O]
    return sorted((found for found in (inside, outside) if found), key=lambda found: found[0])
