"""Exchange rates."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from incubator import db
from incubator.billing.errors import RateMissing

OLDEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of one currency for one of another, published on `day`."""

    value: Decimal
    day: date
    source: str


async def rate(from_currency: str, to_currency: str, on: date) -> Rate:
    """Return the rate of a day, or the last one before.

    Raises:
        RateMissing: none is recent enough.
    """
    found = await db.row(
        "SELECT f.day, f.per_euro AS given, t.per_euro AS wanted, f.source FROM exchange_rate f JOIN exchange_rate t USING (day)"
        " WHERE f.currency = $1 AND t.currency = $2 AND f.day BETWEEN $3 AND $4 ORDER BY f.day DESC LIMIT 1",
        from_currency,
        to_currency,
        on - OLDEST,
        on,
    )
    if found is None:
        raise RateMissing(currency=from_currency, on=on)
    return Rate(found["wanted"] / found["given"], found["day"], found["source"])
