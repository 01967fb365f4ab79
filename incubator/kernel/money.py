"""Money: integers in minor units with an ISO 4217 code; one rounding, half up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import get_currency_precision, list_currencies

from incubator.kernel.errors import NotANumber, OutOfRange, TooManyDecimals, UnknownCurrency

_CURRENCIES = frozenset(list_currencies("en"))
MAX_AMOUNT_MINOR = 10**15
"""Ten trillion in a two-decimal currency: below 2^53, so that every JSON reader keeps it exact."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency: `amount_minor` minor units (cents; whole yen) of ISO 4217 `currency`."""

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __str__(self) -> str:
        return f"{self.currency} {to_decimal(self.amount_minor, self.currency)}"


def check_currency(code: str, field: str = "currency") -> str:
    """Return `code` when it is an ISO 4217 code.

    Raises:
        UnknownCurrency: it is not.
    """
    if code not in _CURRENCIES:
        raise UnknownCurrency(field=field, value=code[:20])
    return code


def digits(currency: str) -> int:
    """Return how many decimals `currency` has by ISO 4217 (0 for JPY, 2 for EUR, 3 for KWD)."""
    return get_currency_precision(currency)


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """Return an amount in major units with exactly the currency's decimals."""
    return Decimal(amount_minor).scaleb(-digits(currency))


def round_half_up(amount: Decimal, currency: str) -> int:
    """Round an amount in major units to minor units, half away from zero (EN 16931 rounds half up; credit notes are positive)."""
    return int(amount.scaleb(digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def parse_decimal(text: str, field: str) -> Decimal:
    """Read a plain decimal number such as 380.00; no exponent, no grouping.

    Raises:
        NotANumber: it is not one.
    """
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise NotANumber(field=field, value=text[:40]) from error
    if not number.is_finite() or "e" in text.lower() or "_" in text:
        raise NotANumber(field=field, value=text[:40])
    return number


def parse_amount(text: str, currency: str, field: str) -> int:
    """Read an amount in major units into minor units.

    Raises:
        NotANumber: it is not a plain decimal number.
        TooManyDecimals: more decimals than the currency has.
        OutOfRange: beyond ten trillion.
    """
    number = parse_decimal(text, field)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > digits(currency):
        raise TooManyDecimals(field=field, value=text[:40], limit=str(digits(currency)))
    minor = round_half_up(number, currency)
    if abs(minor) > MAX_AMOUNT_MINOR:
        raise OutOfRange(field=field, limit=f"≤ {to_decimal(MAX_AMOUNT_MINOR, currency)}")
    return minor


def split(amount_minor: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Split an amount by weights so that the parts sum to the whole (largest remainder; ties go to the earlier part)."""
    total = sum(Decimal(weight) for weight in weights)
    if total <= 0:
        raise ValueError("weights must sum to more than 0")
    exact = [Decimal(amount_minor) * Decimal(weight) / total for weight in weights]
    parts = [int(share.to_integral_value(ROUND_FLOOR)) for share in exact]
    left = amount_minor - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))[:left]:
        parts[index] += 1
    return parts
