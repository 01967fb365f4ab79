"""Pure rules of pricing: values in, amounts out. All arithmetic is exact until the one rounding of a line, half up.

Stays are counted in calendar days of the site, both ends included; years are charged in advance on their anniversary; hours are real
elapsed time; minutes are priced by the hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from incubator.billing.terms import Basis, Price, TaxCategory
from incubator.kernel.money import split, to_decimal
from incubator.kernel.periods import Period


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
    return _half_up(amount.numerator, amount.denominator)


def price_part(price: Price, part: Part, currency: str) -> Priced:
    """Price the days that fall due: unit price × quantity × days / days of the whole."""
    return price_days(price, part, currency).priced


@dataclass(frozen=True, slots=True)
class Discounted:
    """What days cost, and what a discount took off before; minor units, as priced."""

    priced: Priced
    discount_minor: int


def price_days(
    price: Price, part: Part, currency: str, *, paused: int = 0, discount_percent: Decimal = Decimal(0), discounted: int = 0
) -> Discounted:
    """Price the days that fall due without the paused ones, `discounted` of them at so many percent less; rounded once."""
    amount, discount = amount_of_days(price, part, paused=paused, discount_percent=discount_percent, discounted=discounted)
    charged, whole = part.days.days - paused, part.whole.days
    shown = f"{part.days.first} – {part.days.last}: {charged}/{whole}{_times(price)} × {_money(price, currency)}"
    if discounted and discount_percent:
        shown += f" − {plain(discount_percent)} %" + (f" ({discounted}/{whole})" if discounted < charged else "")
    return Discounted(Priced(amount, f"{shown} → {to_decimal(0, currency)}" if price.is_waived else shown), discount)


def amount_of_days(
    price: Price, part: Part, *, paused: int = 0, discount_percent: Decimal = Decimal(0), discounted: int = 0
) -> tuple[int, int]:
    """Return what days that fall due cost, and what a discount took off before; minor units, as priced."""
    charged, whole = part.days.days - paused, part.whole.days
    full = _amount(price, charged, whole)
    if not discounted or not discount_percent:
        return full, 0
    share = (charged - discounted * Fraction(discount_percent) / 100) / whole
    amount = _amount(price, share.numerator, share.denominator)
    return amount, full - amount


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
    return Priced(_amount(price, share.numerator, share.denominator), note)


def _amount(price: Price, part: int, whole: int) -> int:
    """Return unit price × quantity × part / whole, rounded half up; in whole numbers, which is ten times as fast as in fractions."""
    if price.is_waived:
        return 0
    numerator, denominator = price.quantity.as_integer_ratio()
    return _half_up(price.unit_price_minor * numerator * part, denominator * whole)


def _half_up(numerator: int, denominator: int) -> int:
    """Round a quotient half up, away from zero; the denominator is above 0."""
    found = (2 * abs(numerator) + denominator) // (2 * denominator)
    return found if numerator >= 0 else -found


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
    """What of a line the tax asks: its amount as priced, with or without tax, and its category (None: undecided) and rate in percent."""

    amount_minor: int
    includes_tax: bool
    category: TaxCategory | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The sum of one category and rate. `lines` are indexes, `nets` each line's share of the net, in the same order."""

    category: TaxCategory | None
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
    if len(lines) == 1 and not lines[0].includes_tax:
        [line] = lines
        numerator, denominator = line.rate.as_integer_ratio()
        tax = _half_up(line.amount_minor * numerator, denominator * 100)
        return [TaxGroup(line.category, line.rate, (0,), (line.amount_minor,), line.amount_minor, tax)]
    by_key: dict[tuple[TaxCategory | None, Decimal], list[int]] = {}
    for index, line in enumerate(lines):
        by_key.setdefault((line.category, line.rate), []).append(index)
    return [_group(category, rate, indexes, lines) for (category, rate), indexes in by_key.items()]


def _group(category: TaxCategory | None, rate: Decimal, indexes: list[int], lines: Sequence[TaxedLine]) -> TaxGroup:
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
