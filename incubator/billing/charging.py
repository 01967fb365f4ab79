"""Write charges: priced facts, once for each source and period. Called inside the transaction of what is charged."""

import dataclasses
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from incubator import db
from incubator.billing import queries, tax
from incubator.billing.errors import ChargeMismatch
from incubator.billing.policy import Priced, part_due, price_count, price_minutes, price_part
from incubator.billing.terms import Basis, Buyer, CountedCharge, GivenTax, Price, Source, Supply, TaxCategory, TimedCharge
from incubator.kernel import checks, clock
from incubator.kernel.errors import PeriodInverted
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR, Money
from incubator.kernel.periods import Period, check_zone, elapsed_minutes, month_of


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
        NoTaxRule: no rule says how it is taxed.
        ChargeMismatch: the source was charged before with another amount.
    """
    priced = _price_time(terms)
    zone = ZoneInfo(terms.time_zone)
    first = terms.starts_at.astimezone(zone).date()
    last = (terms.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return await _write(
        _Fact(terms.source, terms.buyer, terms.description, terms.price, terms.supply, terms.tax, first, last, priced, terms.unit_id)
    )


async def charge_count(terms: CountedCharge) -> UUID:
    """Charge a number of things or minutes, in the month of their first day; returns the charge's id.

    Raises:
        PeriodInverted, OutOfRange, UnknownCurrency, TooShort, TooLong: the terms make no sense.
        NoTaxRule: no rule says how it is taxed.
        ChargeMismatch: the source was charged before with another amount.
    """
    terms.buyer.checked()
    terms.price.checked()
    if terms.supplied_to < terms.supplied_from:
        raise PeriodInverted(field="suppliedTo", limit=f"{terms.supplied_from} – {terms.supplied_to}")
    priced = price_count(terms.price, terms.buyer.currency)
    return await _write(
        _Fact(
            terms.source,
            terms.buyer,
            terms.description,
            terms.price,
            terms.supply,
            terms.tax,
            terms.supplied_from,
            terms.supplied_to,
            priced,
            terms.unit_id,
        )
    )


@dataclasses.dataclass(frozen=True, slots=True)
class RecurringRow:
    """A contract term with its contract's parties, as `queries.due_terms` reads it."""

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    site_id: UUID
    currency: str
    description: str
    basis: str
    quantity: Decimal
    unit_price_minor: int
    price_includes_tax: bool
    supply: str
    tax_category: str
    tax_rate: Decimal | None
    is_waived: bool
    starts_on: date
    ends_on: date | None

    def price(self) -> Price:
        """Return its price."""
        return Price(self.unit_price_minor, Basis(self.basis), self.price_includes_tax, self.quantity, self.is_waived)

    def given_tax(self) -> GivenTax | None:
        """Return the treatment that the agreement fixes."""
        return GivenTax(TaxCategory[self.tax_category], self.tax_rate or Decimal(0)) if self.tax_category else None


async def charge_recurring(terms: Sequence[RecurringRow], month: Period) -> int:
    """Charge what of contract terms falls due in a month; what was charged before is left alone. Returns how many were charged.

    Raises:
        NoTaxRule: no rule says how one of them is taxed.
    """
    count = 0
    for term in terms:
        part = part_due(Basis(term.basis), term.starts_on, term.ends_on, month)
        if part is None:
            continue
        await _write(
            _Fact(
                Source("contract term", term.id, f"{month.first:%Y-%m}"),
                Buyer(term.customer_id, term.legal_entity_id, term.site_id, term.currency),
                term.description,
                term.price(),
                Supply(term.supply),
                term.given_tax(),
                part.days.first,
                part.days.last,
                price_part(term.price(), part, term.currency),
            )
        )
        count += 1
    return count


@dataclasses.dataclass(frozen=True, slots=True)
class _Fact:
    source: Source
    buyer: Buyer
    description: str
    price: Price
    supply: Supply
    tax: GivenTax | None
    first: date
    last: date
    priced: Priced
    unit_id: UUID | None = None


async def _write(fact: _Fact) -> UUID:
    description = checks.text(fact.description, "description", at_most=300)
    checks.between(fact.priced.amount_minor, "amountMinor", 0, MAX_AMOUNT_MINOR)
    facts = await queries.tax_facts(fact.buyer.customer_id, fact.buyer.legal_entity_id, fact.last)
    decision = tax.decide(
        tax.Question(
            seller_country=facts.seller_country,
            buyer_country=facts.buyer_country,
            buyer_vat_id=facts.buyer_vat_id,
            supply=fact.supply,
            on=fact.first if fact.price.basis is Basis.YEAR else fact.last,
            seller_taxes_letting=facts.taxes_letting,
        ),
        fact.tax,
    )
    charge_id = new_id()
    if await db.execute(
        "INSERT INTO charge (id, customer_id, legal_entity_id, site_id, currency, source_kind, source_id, period, month, description, basis,"
        " quantity, unit_price_minor, amount_minor, price_includes_tax, is_waived, supplied_from, supplied_to, supply, tax_category,"
        " tax_rate, tax_rule, tax_note, rule_note, created_at, unit_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"
        " ON CONFLICT (source_kind, source_id, period) DO NOTHING",
        charge_id,
        fact.buyer.customer_id,
        fact.buyer.legal_entity_id,
        fact.buyer.site_id,
        fact.buyer.currency,
        fact.source.kind,
        fact.source.id,
        fact.source.period,
        month_of(fact.first).first,
        description,
        fact.price.basis.value,
        fact.price.quantity,
        fact.price.unit_price_minor,
        fact.priced.amount_minor,
        fact.price.includes_tax,
        fact.price.is_waived,
        fact.first,
        fact.last,
        fact.supply.value,
        decision.category.value,
        decision.rate,
        decision.rule,
        decision.note,
        fact.priced.note,
        clock.now(),
        fact.unit_id,
    ):
        return charge_id
    return await _charged_before(fact, decision)


async def _charged_before(fact: _Fact, decision: tax.Decision) -> UUID:
    found = await queries.charge_of(fact.source.kind, fact.source.id, fact.source.period)
    before = (found["amount_minor"], found["currency"], found["customer_id"], found["tax_category"], found["tax_rate"])
    if before != (fact.priced.amount_minor, fact.buyer.currency, fact.buyer.customer_id, decision.category.value, decision.rate):
        raise ChargeMismatch(source_kind=fact.source.kind, charge_id=found["id"])
    charge_id: UUID = found["id"]
    return charge_id
