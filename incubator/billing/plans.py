"""Plans: what an operator sells again and again, in phases; offers name one, and contracts are opened from it."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.contract_errors import PlanNameTaken, PlanWithoutEnd
from incubator.billing.errors import CurrencyMismatch
from incubator.billing.scope import visible_plans
from incubator.billing.terms import Basis, IndexClause, Measured, Per, PhaseTerms, PlanConditions, Price, RecurringTerm, Supply, Timing
from incubator.kernel import audit, checks, clock, idempotency
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR, check_currency
from incubator.kernel.periods import add_months

AGREED_ALONE = Measured()


async def create_plan(
    actor: Actor,
    operator_id: UUID,
    name: str,
    currency: str,
    phases: Sequence[PhaseTerms],
    *,
    price_includes_tax: bool,
    supply: Supply = Supply.SERVICE,
    conditions: PlanConditions | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Create a plan of an operator; returns its id. With a key, once for it.

    Raises:
        NotSignedIn, Forbidden: the actor manages no programmes of the operator.
        TooShort, TooLong, UnknownCurrency, OutOfRange: name, currency, an amount, months or a discount break their rule.
        IdempotencyMismatch: the key was used with other input.
        PlanWithoutEnd: a phase before the last has no months, or the last has.
        PlanNameTaken: the operator has a plan of that name in that currency.
    """
    actor.require(Grant.MANAGE_PROGRAMMES, operator_id)
    shown = checks.text(name, "name", path=("input", "name"))
    check_currency(currency)
    agreed = (conditions or PlanConditions()).checked()
    if not phases or phases[-1].months is not None or any(phase.months is None for phase in phases[:-1]):
        raise PlanWithoutEnd(path=("input", "phases"))
    for phase in phases:
        _check_phase(phase)
    plan_id = new_id()
    async with db.transaction():
        claim = None
        if idempotency_key is not None:
            sold = (operator_id, shown, currency, list(phases), price_includes_tax, supply, agreed)
            claim = await idempotency.claim(actor, idempotency_key, "createPlan", sold)
            if claim.answer is not None:
                return UUID(claim.answer["plan_id"])
        if not await db.execute(
            "INSERT INTO plan (id, operator_id, name, currency, price_includes_tax, supply, timing, deposit_minor, minimum_minor, index_key,"
            " index_months, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)"
            " ON CONFLICT (operator_id, name, currency) DO NOTHING",
            plan_id,
            operator_id,
            shown,
            currency,
            price_includes_tax,
            supply.value,
            agreed.timing.value,
            agreed.deposit_minor,
            agreed.minimum_minor,
            agreed.index_key.strip(),
            agreed.index_months,
            clock.now(),
        ):
            raise PlanNameTaken(value=shown, path=("input", "name"))
        await db.execute(
            "INSERT INTO plan_phase (id, plan_id, ordinal, months, amount_minor, period, per, discount_percent, discount_months)"
            " SELECT p.id, $1, p.ordinal, p.months, p.amount, p.period, p.per, p.discount, p.discounted FROM unnest($2::uuid[], $3::int[],"
            " $4::bigint[], $5::text[], $6::text[], $7::numeric[], $8::int[]) WITH ORDINALITY"
            " AS p(id, months, amount, period, per, discount, discounted, ordinal)",
            plan_id,
            [new_id() for _ in phases],
            [phase.months for phase in phases],
            [phase.amount_minor for phase in phases],
            [phase.basis.value for phase in phases],
            [phase.per.value for phase in phases],
            [phase.discount_percent for phase in phases],
            [phase.discount_months for phase in phases],
        )
        await audit.record(actor, "create plan", "Plan", plan_id, after={"name": shown, "currency": currency})
        if claim is not None:
            await idempotency.store(claim, {"plan_id": plan_id})
    return plan_id


def _check_phase(phase: PhaseTerms) -> None:
    path = ("input", "phases")
    checks.between(phase.amount_minor, "amountMinor", 0, MAX_AMOUNT_MINOR, path)
    checks.between(phase.months or 1, "months", 1, 600, path)
    if phase.basis not in (Basis.MONTH, Basis.YEAR):
        raise OutOfRange(field="period", limit="month, year", path=path)
    if not 0 <= phase.discount_percent <= 100:
        raise OutOfRange(field="discountPercent", limit="0 – 100", path=path)
    checks.between(phase.discount_months or 1, "discountMonths", 1, phase.months or 600, path)


async def retire_plan(actor: Actor, plan_id: UUID, expected_version: int) -> None:
    """Offer a plan no more; contracts and offers that name it go on. One that is retired stays so.

    Raises:
        NotFound: the actor sees no such plan.
        NotSignedIn, Forbidden: the actor manages no programmes of the operator.
        Stale: it was changed meanwhile.
    """
    condition, args = visible_plans(actor)
    async with db.transaction():
        found = await db.row(
            f"SELECT p.operator_id, p.version, p.retired_at FROM plan p WHERE {condition} AND p.id = ${len(args) + 1} FOR UPDATE OF p",
            *args,
            plan_id,
        )
        if found is None:
            raise NotFound(kind="Plan", path=("input", "planId"))
        actor.require(Grant.MANAGE_PROGRAMMES, found["operator_id"], path=("input", "planId"))
        checks.version(expected_version, found["version"])
        if found["retired_at"] is None:
            await db.execute("UPDATE plan SET retired_at = $2, version = version + 1 WHERE id = $1", plan_id, clock.now())
            await audit.record(actor, "retire plan", "Plan", plan_id)


async def plan_minimum(plan_id: UUID) -> int | None:
    """Return what each calendar month of a contract of a plan comes to at least, as priced; None: nothing."""
    found: int | None = await db.value("SELECT minimum_minor FROM plan WHERE id = $1", plan_id)
    return found


async def plan_terms(
    plan_id: UUID, starts_on: date, ends_on: date | None, currency: str, measured: Measured = AGREED_ALONE
) -> list[RecurringTerm]:
    """Return a plan's phases as terms of a contract that begins on a day, cut at its end, for so many people and units.

    Raises:
        NotFound: there is no such plan.
        CurrencyMismatch: the plan is in another currency.
    """
    plan = await db.row(
        "SELECT id, name, currency, price_includes_tax, supply, timing, index_key, index_months FROM plan WHERE id = $1", plan_id
    )
    if plan is None:
        raise NotFound(kind="Plan")
    if plan["currency"] != currency:
        raise CurrencyMismatch(expected=currency, found=plan["currency"])
    phases = await db.rows(
        "SELECT ordinal, months, amount_minor, period, per, discount_percent, discount_months FROM plan_phase WHERE plan_id = $1"
        " ORDER BY ordinal",
        plan_id,
    )
    terms, first = [], starts_on
    for phase in phases:
        if ends_on is not None and first > ends_on:
            break
        after = None if phase["months"] is None else add_months(starts_on, phase["months"] + _months(starts_on, first))
        last = ends_on if after is None else after - timedelta(days=1)
        days = (first, last if ends_on is None or last is None else min(last, ends_on))
        terms.append(_phase_term(plan, phase, days, measured))
        first = after or date.max
    return terms


def _months(start: date, later: date) -> int:
    return (later.year - start.year) * 12 + later.month - start.month


def _phase_term(plan: asyncpg.Record, phase: asyncpg.Record, days: tuple[date, date | None], measured: Measured) -> RecurringTerm:
    """Return the term of a phase. Its price is that of its first day, from whose month on it follows the plan's index; a free one does not."""
    first, last = days
    is_free = phase["amount_minor"] == 0
    discounted = phase["discount_months"]
    return RecurringTerm(
        kind="plan",
        description=plan["name"] if phase["ordinal"] == 1 else f"{plan['name']} ({phase['ordinal']})",
        price=Price(
            phase["amount_minor"], Basis(phase["period"]), plan["price_includes_tax"], measured.of(Per(phase["per"])), is_waived=is_free
        ),
        supply=Supply(plan["supply"]),
        starts_on=first,
        ends_on=last,
        source_id=plan["id"],
        timing=Timing(plan["timing"]),
        discount_percent=phase["discount_percent"],
        discount_until=None if discounted is None else add_months(first, discounted) - timedelta(days=1),
        index=IndexClause(plan["index_key"], first.replace(day=1), plan["index_months"]) if plan["index_key"] and not is_free else None,
    )
