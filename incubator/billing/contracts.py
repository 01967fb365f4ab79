"""Plans and contracts: what customers agree to pay again and again."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.errors import CurrencyMismatch, PlanNameTaken, PlanWithoutEnd
from incubator.billing.terms import Basis, Buyer, PhaseTerms, Price, RecurringTerm, Supply
from incubator.kernel import audit, checks, clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR, check_currency
from incubator.kernel.periods import add_months


async def create_plan(
    actor: Actor,
    operator_id: UUID,
    name: str,
    currency: str,
    phases: Sequence[PhaseTerms],
    *,
    price_includes_tax: bool,
    supply: Supply = Supply.SERVICE,
) -> UUID:
    """Create a plan of an operator; returns its id.

    Raises:
        NotSignedIn, Forbidden: the actor manages no programmes of the operator.
        TooShort, TooLong, UnknownCurrency, OutOfRange: name, currency or an amount break their rule.
        PlanWithoutEnd: a phase before the last has no months, or the last has.
        PlanNameTaken: the operator has a plan of that name in that currency.
    """
    actor.require(Grant.MANAGE_PROGRAMMES, operator_id)
    shown = checks.text(name, "name", path=("input", "name"))
    check_currency(currency)
    if not phases or phases[-1].months is not None or any(phase.months is None for phase in phases[:-1]):
        raise PlanWithoutEnd(path=("input", "phases"))
    for phase in phases:
        checks.between(phase.amount_minor, "amountMinor", 0, MAX_AMOUNT_MINOR, ("input", "phases"))
        checks.between(phase.months or 1, "months", 1, 600, ("input", "phases"))
        if phase.basis not in (Basis.MONTH, Basis.YEAR):
            raise OutOfRange(field="period", limit="month, year", path=("input", "phases"))
    plan_id = new_id()
    async with db.transaction():
        if not await db.execute(
            "INSERT INTO plan (id, operator_id, name, currency, price_includes_tax, supply, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (operator_id, name, currency) DO NOTHING",
            plan_id,
            operator_id,
            shown,
            currency,
            price_includes_tax,
            supply.value,
            clock.now(),
        ):
            raise PlanNameTaken(value=shown, path=("input", "name"))
        for ordinal, phase in enumerate(phases, start=1):
            await db.execute(
                "INSERT INTO plan_phase (id, plan_id, ordinal, months, amount_minor, period, per) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                new_id(),
                plan_id,
                ordinal,
                phase.months,
                phase.amount_minor,
                phase.basis.value,
                phase.per.value,
            )
        await audit.record(actor, "create plan", "Plan", plan_id, after={"name": shown, "currency": currency})
    return plan_id


async def plan_terms(plan_id: UUID, starts_on: date, ends_on: date | None, currency: str) -> list[RecurringTerm]:
    """Return a plan's phases as terms of a contract that begins on a day, cut at its end.

    Raises:
        NotFound: there is no such plan.
        CurrencyMismatch: the plan is in another currency.
    """
    plan = await db.row("SELECT id, name, currency, price_includes_tax, supply FROM plan WHERE id = $1", plan_id)
    if plan is None:
        raise NotFound(kind="Plan")
    if plan["currency"] != currency:
        raise CurrencyMismatch(expected=currency, found=plan["currency"])
    phases = await db.rows("SELECT ordinal, months, amount_minor, period FROM plan_phase WHERE plan_id = $1 ORDER BY ordinal", plan_id)
    terms, first = [], starts_on
    for phase in phases:
        if ends_on is not None and first > ends_on:
            break
        after = None if phase["months"] is None else add_months(starts_on, phase["months"] + _months(starts_on, first))
        last = ends_on if after is None else after - timedelta(days=1)
        terms.append(_phase_term(plan, phase, first, last if ends_on is None or last is None else min(last, ends_on)))
        first = after or date.max
    return terms


def _months(start: date, later: date) -> int:
    return (later.year - start.year) * 12 + later.month - start.month


def _phase_term(plan: asyncpg.Record, phase: asyncpg.Record, first: date, last: date | None) -> RecurringTerm:
    return RecurringTerm(
        kind="plan",
        description=plan["name"] if phase["ordinal"] == 1 else f"{plan['name']} ({phase['ordinal']})",
        price=Price(phase["amount_minor"], Basis(phase["period"]), plan["price_includes_tax"], is_waived=phase["amount_minor"] == 0),
        supply=Supply(plan["supply"]),
        starts_on=first,
        ends_on=last,
        source_id=plan["id"],
    )


async def open_contract(actor: Actor, buyer: Buyer, terms: Sequence[RecurringTerm], *, subject_id: UUID | None = None) -> UUID:
    """Open a contract inside the running transaction; returns its id. Whether the actor may is the caller's rule (accepting an offer).

    Raises:
        UnknownCurrency, TooShort, TooLong, OutOfRange, PeriodInverted: a term makes no sense.
    """
    buyer.checked()
    contract_id = new_id()
    async with db.transaction():
        await db.execute(
            "INSERT INTO contract (id, customer_id, legal_entity_id, site_id, currency, subject_id, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
            contract_id,
            buyer.customer_id,
            buyer.legal_entity_id,
            buyer.site_id,
            buyer.currency,
            subject_id,
            clock.now(),
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
        " discount_percent, discount_until, index_key, index_base, index_months, anchor_on)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,"
        " $14)",
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
    )
    return term_id
