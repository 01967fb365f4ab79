"""Amounts as Stripe counts them, which is not always as ISO 4217 does; minimum charges; the ways to pay in a currency.

Source: https://docs.stripe.com/currencies and https://docs.stripe.com/payments/payment-methods/overview (November 2026).
"""

from decimal import Decimal

from incubator.kernel.money import digits, to_decimal

WITHOUT_DECIMALS = frozenset(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"))
WITH_TWO_ZEROS = frozenset(("ISK", "UGX"))
WITH_THREE_DECIMALS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
MINIMUM_MINOR = {"EUR": 50, "USD": 50, "CHF": 50, "SGD": 50, "DKK": 250, "JPY": 50, "GBP": 30, "CNY": 400}
"""The smallest charge in ISO minor units. CNY has none of its own: the converted minimum of the settlement currency, rounded up."""
METHODS = {"EUR": ("card", "sepa_debit"), "CHF": ("card", "twint"), "SGD": ("card", "paynow")}
MAXIMUM_STRIPE = 99_999_999


def _scale(currency: str) -> int:
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE_DECIMALS else 2


def to_stripe(amount_minor: int, currency: str) -> int:
    """Turn ISO minor units into what Stripe wants: JPY 120000 stays 120000, ISK 500 becomes 50000.

    Raises:
        ValueError: the amount has a fraction that Stripe cannot take (three-decimal currencies go in steps of ten).
    """
    exact = to_decimal(amount_minor, currency).scaleb(_scale(currency))
    if exact != int(exact) or (currency in WITH_THREE_DECIMALS and int(exact) % 10):
        raise ValueError(f"Stripe cannot take {amount_minor} minor units of {currency}")
    return int(exact)


def from_stripe(amount: int, currency: str) -> int:
    """Turn an amount of Stripe's into ISO minor units."""
    exact = Decimal(amount).scaleb(digits(currency) - _scale(currency))
    if exact != int(exact):
        raise ValueError(f"Stripe sent {amount} {currency}, which has a fraction")
    return int(exact)


def minimum_minor(currency: str) -> int:
    """Return the smallest amount that can be charged, in ISO minor units."""
    return MINIMUM_MINOR.get(currency, 1)


def methods_for(currency: str) -> tuple[str, ...]:
    """Return the ways to pay that the page offers."""
    return METHODS.get(currency, ("card",))
