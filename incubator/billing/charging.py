"""Write charges: priced facts, once for each source and period. Called inside the transaction of what is charged."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from incubator.billing.charge_writing import new_charge, write_charge
from incubator.billing.policy import Priced, price_count, price_minutes
from incubator.billing.tax_desk import TaxDesk
from incubator.billing.terms import CountedCharge, TimedCharge
from incubator.kernel.errors import PeriodInverted
from incubator.kernel.money import Money
from incubator.kernel.periods import check_zone, elapsed_minutes


def quote_time(terms: TimedCharge) -> Money:
    """Return what `charge_time` would charge, as priced (with or without tax, as the price says).

    Raises:
        PeriodInverted, OutOfRange, UnknownZone, UnknownCurrency: the terms make no sense.
    """
    return Money(_price_time(terms).amount_minor, terms.buyer.currency)


def _price_time(terms: TimedCharge) -> Priced:
    terms.buyer.checked()
    terms.price.checked()
    check_zone(terms.time_zone)
    if terms.ends_at <= terms.starts_at:
        raise PeriodInverted(field="endsAt", limit=f"{terms.starts_at.isoformat()} – {terms.ends_at.isoformat()}")
    return price_minutes(terms.price, elapsed_minutes(terms.starts_at, terms.ends_at), terms.buyer.currency)


async def charge_time(terms: TimedCharge) -> UUID:
    """Charge a booking or usage by its real minutes, in the month in which it starts; returns the charge's id.

    Raises:
        PeriodInverted, OutOfRange, UnknownZone, UnknownCurrency, TooShort, TooLong: the terms make no sense.
        NotFound: there is no such customer or legal entity.
        ChargeMismatch: the source was charged before with another amount.
    """
    priced = _price_time(terms)
    zone = ZoneInfo(terms.time_zone)
    first = terms.starts_at.astimezone(zone).date()
    last = (terms.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return await _write(terms, first, last, priced)


async def charge_count(terms: CountedCharge) -> UUID:
    """Charge a number of things or minutes, in the month of their first day; returns the charge's id.

    Raises:
        PeriodInverted, OutOfRange, UnknownCurrency, TooShort, TooLong: the terms make no sense.
        NotFound: there is no such customer or legal entity.
        ChargeMismatch: the source was charged before with another amount.
    """
    terms.buyer.checked()
    terms.price.checked()
    if terms.supplied_to < terms.supplied_from:
        raise PeriodInverted(field="suppliedTo", limit=f"{terms.supplied_from} – {terms.supplied_to}")
    priced = price_count(terms.price, terms.buyer.currency)
    return await _write(terms, terms.supplied_from, terms.supplied_to, priced)


async def _write(terms: TimedCharge | CountedCharge, first: date, last: date, priced: Priced) -> UUID:
    desk = await TaxDesk.open([terms.buyer.legal_entity_id], [terms.buyer.customer_id], [terms.buyer.site_id])
    charge = new_charge(
        desk,
        terms.source,
        terms.buyer,
        terms.description,
        terms.price,
        terms.supply,
        terms.tax,
        (first, last),
        priced,
        unit_id=terms.unit_id,
    )
    return await write_charge(charge)
