"""The tax of an invoice in the seller's own currency (EN 16931, BT-6 and BT-111; Directive 2006/112/EC, Art. 230)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from incubator.billing.exchange_rates import rate


@dataclass(frozen=True, slots=True)
class HomeTax:
    """Tax in minor units of the seller's currency; `rate` is units of it for one of the invoice's currency, published on `rate_on`."""

    currency: str
    rate: Decimal
    rate_on: date
    tax_minor: int


async def home_tax(currency: str, home_currency: str, tax_minor: int, on: date) -> HomeTax | None:
    """Return the tax in the seller's currency at the rate of a day or the last one before; None when it is the invoice's own.

    Raises:
        RateMissing: there is no rate that is recent enough.
    """
    if currency == home_currency:
        return None
    found = await rate(currency, home_currency, on)
    return HomeTax(home_currency, found.value, found.day, found.convert(tax_minor))
