"""Credits that finance gives customers, takes what is left of them back, and reminds them of before they expire."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.credit_errors import CreditClosed
from incubator.billing.customer_credit_views import STATE, ZONE
from incubator.billing.events import CreditEndsSoon, CreditGiven, CreditWithdrawn
from incubator.billing.scope import visible_customer_credits
from incubator.billing.terms import Supply
from incubator.kernel import audit, checks, clock, idempotency, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR, Money, check_currency

REMINDER_DAYS = 30
"""How long before its last day a customer is told of a credit with something left."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class GivenCredit:
    """What a customer is given: minor units as priced, for what begins to be supplied on days that are both included; of one kind, or any."""

    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    amount_minor: int
    reason: str
    usable_from: date
    usable_until: date
    supply: Supply | None = None


async def give_credit(actor: Actor, terms: GivenCredit, idempotency_key: str) -> UUID:
    """Give a customer a credit, which pays for its charges from the next billing on; returns the credit's id.

    Raises:
        NotFound: the actor looks after no such legal entity, or there is no such customer.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        TooShort, TooLong: the reason.
        UnknownCurrency, PeriodInverted, PeriodTooLong: the terms make no sense.
        OutOfRange: the amount, the kind of supply, or a last day that is over already.
        IdempotencyMismatch: the key was used with other input.
    """
    if not actor.may(Grant.SEE_MONEY, terms.legal_entity_id):
        raise NotFound(kind="LegalEntity", path=("input", "legalEntityId"))
    actor.require(Grant.RUN_BILLING, terms.legal_entity_id, path=("input", "legalEntityId"))
    reason = await _checked(terms)
    async with db.transaction():
        claim = await idempotency.claim(actor, idempotency_key, "giveCredit", terms)
        if claim.answer is not None:
            return UUID(claim.answer["credit_id"])
        credit_id = new_id()
        await db.execute(
            "INSERT INTO customer_credit (id, customer_id, legal_entity_id, currency, amount_minor, used_minor, supply, reason, usable_from,"
            " usable_until, given_by_id, withdrawn_reason, created_at, version) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, '', $11, 1)",
            credit_id,
            terms.customer_id,
            terms.legal_entity_id,
            terms.currency,
            terms.amount_minor,
            terms.supply.value if terms.supply else "",
            reason,
            terms.usable_from,
            terms.usable_until,
            actor.person_id,
            clock.now(),
        )
        after = {"customer": terms.customer_id, "amount": str(Money(terms.amount_minor, terms.currency)), "reason": reason}
        await audit.record(actor, "give credit", "CustomerCredit", credit_id, after=after)
        await outbox.record(CreditGiven(credit_id))
        await idempotency.store(claim, {"credit_id": credit_id})
    return credit_id


async def _checked(terms: GivenCredit) -> str:
    """Accept what makes sense; returns the reason as it is kept."""
    reason = checks.text(terms.reason, "reason", at_most=120, path=("input", "reason"))
    checks.between(terms.amount_minor, "amountMinor", 1, MAX_AMOUNT_MINOR, ("input", "amountMinor"))
    check_currency(terms.currency)
    checks.days(terms.usable_from, terms.usable_until, "usableUntil", path=("input", "usableUntil"))
    if terms.supply is Supply.DEPOSIT:
        raise OutOfRange(field="supply", limit="room, workplace, instrument, service", path=("input", "supply"))
    found = await db.row(
        f"SELECT EXISTS (SELECT 1 FROM organization o WHERE o.id = $1) AS customer, {ZONE} AS zone FROM legal_entity e WHERE e.id = $2",
        terms.customer_id,
        terms.legal_entity_id,
    )
    if found is None:
        raise NotFound(kind="LegalEntity", path=("input", "legalEntityId"))
    if not found["customer"]:
        raise NotFound(kind="Organization", path=("input", "customerId"))
    today = clock.today(found["zone"])
    if terms.usable_until < today:
        raise OutOfRange(field="usableUntil", limit=f"≥ {today}", path=("input", "usableUntil"))
    return reason


async def withdraw_credit(actor: Actor, credit_id: UUID, reason: str, expected_version: int, idempotency_key: str) -> int:
    """Take back what is left of a credit; what it paid stays paid. Returns how much, in minor units.

    Raises:
        NotFound: the actor sees no such credit.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        TooShort, TooLong: the reason.
        IdempotencyMismatch: the key was used with other input.
        Stale: it was changed meanwhile.
        CreditClosed: it was withdrawn before, is used up or has expired.
    """
    said = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    async with db.transaction():
        found = await _lock(actor, credit_id)
        actor.require(Grant.RUN_BILLING, found["legal_entity_id"], path=("input", "creditId"))
        claim = await idempotency.claim(actor, idempotency_key, "withdrawCredit", {"credit": credit_id, "reason": said})
        if claim.answer is not None:
            return int(claim.answer["withdrawn_minor"])
        checks.version(expected_version, found["version"])
        if found["state"] != "open":
            raise CreditClosed(state=found["state"], path=("input", "creditId"))
        left: int = found["amount_minor"] - found["used_minor"]
        await db.execute(
            "UPDATE customer_credit SET withdrawn_at = $2, withdrawn_reason = $3, version = version + 1 WHERE id = $1",
            credit_id,
            clock.now(),
            said,
        )
        after: dict[str, object] = {"withdrawn": str(Money(left, found["currency"])), "reason": said}
        await audit.record(actor, "withdraw credit", "CustomerCredit", credit_id, after=after)
        await outbox.record(CreditWithdrawn(credit_id, found["version"] + 1))
        await idempotency.store(claim, {"withdrawn_minor": left})
    return left


async def _lock(actor: Actor, credit_id: UUID) -> asyncpg.Record:
    condition, args = visible_customer_credits(actor)
    found = await db.row(
        f"SELECT c.legal_entity_id, c.currency, c.amount_minor, c.used_minor, c.version, {STATE.format(now=f'${len(args) + 2}')} AS state"
        f" FROM customer_credit c JOIN legal_entity e ON e.id = c.legal_entity_id WHERE {condition} AND c.id = ${len(args) + 1} FOR UPDATE OF c",
        *args,
        credit_id,
        clock.now(),
    )
    if found is None:
        raise NotFound(kind="CustomerCredit", path=("input", "creditId"))
    return found


async def tell_of_endings() -> bool:
    """Record the facts that credits with something left expire soon, each once; returns whether there were any."""
    async with db.transaction():
        found = await db.rows(
            "SELECT c.id, c.version FROM customer_credit c JOIN legal_entity e ON e.id = c.legal_entity_id,"
            f" LATERAL (SELECT ($1::timestamptz AT TIME ZONE {ZONE})::date AS today) t WHERE c.told_at IS NULL AND c.withdrawn_at IS NULL"
            " AND c.used_minor < c.amount_minor AND c.usable_until <= ($1::timestamptz)::date + $2::int + 1"
            f" AND c.usable_until BETWEEN t.today AND t.today + $2::int ORDER BY c.id LIMIT {BATCH} FOR UPDATE OF c SKIP LOCKED",
            clock.now(),
            REMINDER_DAYS,
        )
        await db.execute("UPDATE customer_credit SET told_at = $2 WHERE id = ANY($1::uuid[])", [row["id"] for row in found], clock.now())
        await outbox.record(*(CreditEndsSoon(row["id"], row["version"]) for row in found))
    return bool(found)
