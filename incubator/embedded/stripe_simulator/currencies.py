"""What amounts Stripe takes.

Source: https://docs.stripe.com/currencies, minimum and maximum charge amounts, zero-decimal and special currencies (November 2026).
"""

from incubator.embedded.stripe_simulator.errors import invalid

ZERO_DECIMAL = frozenset(["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"])
TWO_ZEROS = frozenset(("isk", "ugx"))  # sent with two decimals that must be 00
MINIMUM = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "cny": 400, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "isk": 10000, "jpy": 50, "krw": 700, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "twd": 1600, "ugx": 200000, "usd": 50, "vnd": 13000, "zar": 900,
}  # fmt: skip
SUPPORTED = frozenset(MINIMUM) | ZERO_DECIMAL
MAXIMUM = 99_999_999
ONLY_IN = {  # the payment methods that exist in some currencies only
    "sepa_debit": ("eur",), "twint": ("chf",), "paynow": ("sgd",), "us_bank_account": ("usd",),
    "alipay": ("cny", "eur", "usd", "sgd", "chf", "gbp", "jpy"), "wechat_pay": ("cny", "eur", "usd", "sgd", "chf", "dkk", "jpy"),
}  # fmt: skip
METHODS = ("card", *ONLY_IN)


def check_currency(currency: str, param: str = "currency") -> str:
    """Give the currency in lower case.

    Raises:
        StripeRefusal: Stripe takes no such currency.
    """
    lowered = currency.lower()
    if lowered not in SUPPORTED:
        listed = ", ".join(sorted(SUPPORTED))
        raise invalid(f"Invalid currency: {currency[:20]}. Stripe currently supports these currencies: {listed}", param=param)
    return lowered


def check_amount(amount: int, currency: str, param: str = "amount") -> int:
    """Check the amount of a charge, in the currency's smallest unit as Stripe counts it.

    Raises:
        StripeRefusal: below the minimum, above 8 digits, or a fraction of a unit that has none.
    """
    if amount < MINIMUM.get(currency, 1):
        shown = display(MINIMUM.get(currency, 1), currency)
        raise invalid(f"Amount must be at least {shown}", code="amount_too_small", param=param)
    if amount > MAXIMUM:
        raise invalid(f"Amount must be no more than {display(MAXIMUM, currency)}", code="amount_too_large", param=param)
    if currency in TWO_ZEROS and amount % 100:
        raise invalid(f"Invalid amount: {currency.upper()} has no decimals; the last two digits must be 00", param=param)
    return amount


def usable_methods(allowed: list[str] | None, currency: str | None) -> list[str]:
    """Give the payment methods that can be offered: those allowed (cards when nothing is said) that fit the currency.

    Raises:
        StripeRefusal: a method that this server does not know, or none that fits.
    """
    for index, method in enumerate(allowed or []):
        if method not in METHODS:
            param = f"allowed_payment_method_types[{index}]"
            raise invalid(f"The payment method type provided: {method} is invalid or not activated for this account.", param=param)
    found = [method for method in allowed or ["card"] if currency is None or currency in ONLY_IN.get(method, (currency,))]
    if not found:
        message = f"None of the allowed payment method types can be used with the currency {currency}."
        raise invalid(message, param="allowed_payment_method_types")
    return found


def check_method(method: str, currency: str, param: str = "payment_method") -> str:
    """Check that a payment method can be used in a currency.

    Raises:
        StripeRefusal: it cannot, or this server does not know it.
    """
    if method not in METHODS:
        raise invalid(f"The payment method type provided: {method} is invalid or not activated for this account.", param=param)
    if currency not in ONLY_IN.get(method, (currency,)):
        listed = ", ".join(ONLY_IN[method])
        raise invalid(f"The currency provided ({currency}) is invalid for {method}; it must be one of: {listed}.", param=param)
    return method


def display(amount: int, currency: str) -> str:
    """Write an amount for a person: 1,234.50 EUR; JPY without decimals."""
    if currency in ZERO_DECIMAL:
        return f"{amount:,} {currency.upper()}"
    return f"{amount // 100:,}.{amount % 100:02d} {currency.upper()}"
