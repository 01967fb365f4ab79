"""Contracts: what customers agreed to pay again and again."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing.terms import Buyer, RecurringTerm
from incubator.kernel import audit, clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id


async def open_contract(
    actor: Actor, buyer: Buyer, terms: Sequence[RecurringTerm], *, subject_id: UUID | None = None, minimum_minor: int | None = None
) -> UUID:
    """Open a contract inside the running transaction; returns its id. Whether the actor may is the caller's rule (accepting an offer).

    `minimum_minor` is what each calendar month comes to at least from the first term's month on, as priced; where another contract of the
    customer promises a minimum already, that one stays the only one.

    Raises:
        UnknownCurrency, TooShort, TooLong, OutOfRange, PeriodInverted: a term makes no sense.
    """
    buyer.checked()
    contract_id = new_id()
    async with db.transaction():
        await db.execute(
            "INSERT INTO contract (id, customer_id, legal_entity_id, site_id, currency, subject_id, created_at, version, minimum_minor,"
            " minimum_billed_until) SELECT $1, $2, $3, $4, $5, $6, $7, 1, m.minimum, CASE WHEN m.minimum IS NOT NULL THEN $9::date END"
            " FROM (SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM contract o WHERE o.customer_id = $2 AND o.legal_entity_id = $3"
            " AND o.currency = $5 AND o.minimum_minor IS NOT NULL) THEN $8::bigint END AS minimum) m",
            contract_id,
            buyer.customer_id,
            buyer.legal_entity_id,
            buyer.site_id,
            buyer.currency,
            subject_id,
            clock.now(),
            minimum_minor,
            min((term.starts_on for term in terms), default=date.max).replace(day=1) - timedelta(days=1),
        )
        for term in terms:
            await _write_term(contract_id, term.checked())
        await audit.record(actor, "open contract", "Contract", contract_id, after={"customer": buyer.customer_id, "terms": len(terms)})
    return contract_id


async def add_term(actor: Actor, contract_id: UUID, term: RecurringTerm) -> UUID:
    """Add a price to a contract inside the running transaction, for a unit rented later; returns the term's id.

    Raises:
        NotFound: there is no such contract.
        TooShort, TooLong, OutOfRange, PeriodInverted: the term makes no sense.
    """
    async with db.transaction():
        if not await db.execute("UPDATE contract SET version = version + 1 WHERE id = $1", contract_id):
            raise NotFound(kind="Contract")
        term_id = await _write_term(contract_id, term.checked())
        await audit.record(actor, "add contract term", "Contract", contract_id, after={"term": term_id})
    return term_id


async def _write_term(contract_id: UUID, term: RecurringTerm) -> UUID:
    term_id = new_id()
    await db.execute(
        "INSERT INTO contract_term (id, contract_id, kind, source_id, description, basis, quantity, unit_price_minor, price_includes_tax,"
        " supply, tax_category, tax_rate, is_waived, starts_on, ends_on, next_period_start, timing,"
        " discount_percent, discount_until, index_key, index_base, index_months, adapts_on, anchor_on)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,"
        " $23, $14)",
        term_id,
        contract_id,
        term.kind,
        term.source_id,
        term.description.strip(),
        term.price.basis.value,
        Decimal(term.price.quantity),
        term.price.unit_price_minor,
        term.price.includes_tax,
        term.supply.value,
        term.tax.category.value if term.tax else "",
        term.tax.rate if term.tax else None,
        term.price.is_waived,
        term.starts_on,
        term.ends_on,
        term.first_billed,
        term.timing.value,
        term.discount_percent,
        term.discount_until,
        term.index.key if term.index else "",
        term.index.base if term.index else None,
        term.index.every_months if term.index else None,
        term.adapts_on,
    )
    return term_id
