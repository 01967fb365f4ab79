"""Billing runs: every customer of an operator for a month, estimated first, then done in pieces, in any order, by anybody, again."""

from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.errors import BillingRunDecided, BillingRunUnderWay, MonthNotOver
from incubator.billing.events import BillingRunDecisionMade, BillingRunFinished, BillingRunStarted
from incubator.billing.planning import CHARGE_IS_OPEN, TERM_IS_DUE
from incubator.billing.scope import visible_billing_runs
from incubator.kernel import audit, clock, faults, idempotency, outbox, work
from incubator.kernel.actor import Actor, Grant, OrganizationKind
from incubator.kernel.errors import NotFound
from incubator.kernel.faults import Point
from incubator.kernel.ids import new_id
from incubator.kernel.periods import Period, month_of

ESTIMATE = "estimate billing run"
BILL_BATCH = "bill batch"
BATCH = 200
"""How many customers are billed in one transaction."""
LATEST_ZONE = "Pacific/Kiritimati"
"""Where each day begins first: a month that has begun nowhere cannot be billed."""


async def start_billing_run(actor: Actor, month: date, idempotency_key: str, *, hold: bool = False) -> UUID:
    """Start billing a month (any day of it) for the operator the actor stands in; returns the run's id.

    It is estimated first. When a legal entity's total strays from the month before by more than its set share, or with `hold`, the run
    waits for somebody's approval; else its customers become pieces of work. What was charged and invoiced before is left alone, so a
    second run finds nothing to do.

    Raises:
        NotSignedIn, Forbidden: the actor may not run billing.
        MonthNotOver: the month has not begun.
        IdempotencyMismatch: the key was used for another month.
        BillingRunUnderWay: the operator's last run has not finished.
    """
    actor.require(Grant.RUN_BILLING)
    period = month_of(month)
    if period.first > clock.today(LATEST_ZONE):
        raise MonthNotOver(value=f"{period.first:%Y-%m}", path=("input", "month"))
    operator_id = _operator(actor)
    async with db.transaction():
        given = {"month": period.first, "operator": operator_id, "hold": hold}
        claim = await idempotency.claim(actor, idempotency_key, "startBillingRun", given)
        if claim.answer is not None:
            return UUID(claim.answer["billing_run_id"])
        run_id = await _open_run(actor, operator_id, period)
        faults.reach(Point.RUN_STARTED)
        customers = await _list_customers(actor, run_id, operator_id, period)
        faults.reach(Point.RUN_LISTED)
        if customers:
            await work.schedule(ESTIMATE, run_id, payload={"hold": hold, "may_be_held": not actor.is_system}, concerns=operator_id)
        else:
            await _finish(run_id, period.first)
        await audit.record(actor, "start billing run", "BillingRun", run_id, after={"month": period.first})
        await idempotency.store(claim, {"billing_run_id": run_id})
    return run_id


def _operator(actor: Actor) -> UUID | None:
    """Return the operator the actor stands in; None for the system, which bills all of them."""
    stands = (
        m.organization_id for m in actor.memberships if m.kind is OrganizationKind.OPERATOR and m.organization_id == actor.organization_id
    )
    return next(stands, None)


async def _open_run(actor: Actor, operator_id: UUID | None, period: Period) -> UUID:
    run_id = new_id()
    try:
        async with db.transaction():
            await db.execute(
                "INSERT INTO billing_run (id, operator_id, month, state, started_by_id, started_at) VALUES ($1, $2, $3, 'estimating', $4, $5)",
                run_id,
                operator_id,
                period.first,
                actor.person_id,
                clock.now(),
            )
    except asyncpg.UniqueViolationError as error:
        running: UUID = await db.value(
            "SELECT id FROM billing_run WHERE state IN ('estimating', 'held', 'running') AND operator_id IS NOT DISTINCT FROM $1",
            operator_id,
        )
        raise BillingRunUnderWay(billing_run_id=running) from error
    await outbox.record(BillingRunStarted(run_id, period.first))
    return run_id


async def _list_customers(actor: Actor, run_id: UUID, operator_id: UUID | None, period: Period) -> int:
    """Write down who is to be billed, in batches of one legal entity each: customers with periods that are due or charges on no invoice."""
    entities = None if actor.is_system else list(_entities(actor))
    return await db.execute(
        "INSERT INTO billing_run_item (id, run_id, customer_id, legal_entity_id, currency, state, reason, batch)"
        " SELECT gen_random_uuid(), $1, b.customer_id, b.legal_entity_id, b.currency, 'waiting', '', dense_rank() OVER (ORDER BY"
        " b.legal_entity_id, b.place / $5) FROM (SELECT DISTINCT d.customer_id, d.legal_entity_id, d.currency,"
        " dense_rank() OVER (PARTITION BY d.legal_entity_id ORDER BY d.customer_id, d.currency) - 1 AS place FROM ("
        f" SELECT c.customer_id, c.legal_entity_id, c.currency FROM contract c JOIN contract_term t ON t.contract_id = c.id"
        f" WHERE {TERM_IS_DUE.format(until='$2')}"
        " UNION ALL SELECT h.customer_id, h.legal_entity_id, h.currency FROM charge h"
        f" WHERE h.month < $2 AND {CHARGE_IS_OPEN}"
        " UNION ALL SELECT m.customer_id, m.legal_entity_id, m.currency FROM contract m WHERE m.minimum_minor IS NOT NULL"
        " AND m.minimum_billed_until + 1 < $2) d JOIN legal_entity e ON e.id = d.legal_entity_id"
        " WHERE ($3::uuid IS NULL OR e.operator_id = $3) AND ($4::uuid[] IS NULL OR e.id = ANY($4))) b",
        run_id,
        period.end,
        operator_id,
        entities,
        BATCH,
    )


def _entities(actor: Actor) -> frozenset[UUID]:
    return frozenset().union(*(m.entity_ids for m in actor.memberships if actor.may(Grant.RUN_BILLING) and m.entity_ids))


async def release_run(run_id: UUID) -> None:
    """Let a run's waiting customers be billed, inside the running transaction: each batch becomes a piece of work."""
    await db.execute("UPDATE billing_run SET state = 'running', finished_at = NULL WHERE id = $1", run_id)
    batches = await db.rows(
        "SELECT DISTINCT batch, legal_entity_id FROM billing_run_item WHERE run_id = $1 AND state = 'waiting' ORDER BY batch", run_id
    )
    await work.schedule_all(BILL_BATCH, [(f"{run_id}:{row['batch']}", row["legal_entity_id"]) for row in batches])
    await finish_when_done(run_id)


async def decide_billing_run(actor: Actor, run_id: UUID, *, approve: bool) -> None:
    """Approve a held run, so that it bills, or cancel it, so that nothing is.

    Raises:
        NotFound: the actor sees no such run.
        NotSignedIn, Forbidden: the actor may not run billing.
        BillingRunDecided: it is not held; somebody decided before.
    """
    async with db.transaction():
        found = await _lock_seen(actor, run_id)
        if found["state"] != "held":
            raise BillingRunDecided(state=found["state"], path=("input", "billingRunId"))
        await db.execute("UPDATE billing_run SET decided_by_id = $2, decided_at = $3 WHERE id = $1", run_id, actor.person_id, clock.now())
        if approve:
            await release_run(run_id)
        else:
            await db.execute("UPDATE billing_run SET state = 'cancelled', finished_at = $2 WHERE id = $1", run_id, clock.now())
        await audit.record(actor, "approve billing run" if approve else "cancel billing run", "BillingRun", run_id)
        await outbox.record(BillingRunDecisionMade(run_id))


async def resume_billing_run(actor: Actor, run_id: UUID) -> int:
    """Take up the parked customers of a finished run once more; returns how many.

    Raises:
        NotFound: the actor sees no such run.
        NotSignedIn, Forbidden: the actor may not run billing.
        BillingRunDecided: the run is not finished.
        BillingRunUnderWay: another run of the operator has not finished.
    """
    async with db.transaction():
        found = await _lock_seen(actor, run_id)
        if found["state"] != "finished":
            raise BillingRunDecided(state=found["state"], path=("input", "billingRunId"))
        count = await db.execute(
            "UPDATE billing_run_item i SET state = 'waiting', reason = '', code = '', finished_at = NULL,"
            " batch = i.batch + (SELECT max(batch) FROM billing_run_item WHERE run_id = $1) WHERE run_id = $1 AND state = 'parked'",
            run_id,
        )
        if count:
            try:
                async with db.transaction():
                    await db.execute("UPDATE billing_run SET resumes = resumes + 1 WHERE id = $1", run_id)
                    await release_run(run_id)
            except asyncpg.UniqueViolationError as error:
                running: UUID = await db.value(
                    "SELECT id FROM billing_run WHERE state IN ('estimating', 'held', 'running') AND operator_id IS NOT DISTINCT FROM $1",
                    found["operator_id"],
                )
                raise BillingRunUnderWay(billing_run_id=running) from error
            await audit.record(actor, "resume billing run", "BillingRun", run_id, after={"customers": count})
            await outbox.record(BillingRunDecisionMade(run_id))
    return count


async def assign_parked_customer(actor: Actor, item_id: UUID, person_id: UUID) -> UUID:
    """Make it somebody's matter to mend what parked a customer; returns the run's id. The person must work for the run's operator.

    Raises:
        NotFound: the actor sees no such run, or nobody such works for the operator.
        NotSignedIn, Forbidden: the actor may not run billing.
    """
    async with db.transaction():
        actor.require(Grant.RUN_BILLING)
        condition, args = visible_billing_runs(actor)
        item = await db.row(
            f"SELECT i.run_id, r.operator_id FROM billing_run_item i JOIN billing_run r ON r.id = i.run_id WHERE {condition}"
            f" AND i.id = ${len(args) + 1} AND i.state = 'parked' FOR UPDATE",
            *args,
            item_id,
        )
        if item is None:
            raise NotFound(kind="ParkedCustomer", path=("input", "parkedCustomerId"))
        run_id: UUID = item["run_id"]
        if not await db.value(
            "SELECT 1 FROM role_assignment WHERE person_id = $1 AND organization_id = $2 LIMIT 1", person_id, item["operator_id"]
        ):
            raise NotFound(kind="Person", path=("input", "personId"))
        await db.execute("UPDATE billing_run_item SET owner_id = $2 WHERE id = $1", item_id, person_id)
        await audit.record(actor, "assign parked customer", "BillingRun", run_id, after={"item": item_id, "person": person_id})
        await outbox.record(BillingRunDecisionMade(run_id))
    return run_id


async def _lock_seen(actor: Actor, run_id: UUID) -> asyncpg.Record:
    actor.require(Grant.RUN_BILLING)
    condition, args = visible_billing_runs(actor)
    found = await db.row(
        f"SELECT r.id, r.state, r.month, r.operator_id FROM billing_run r WHERE {condition} AND r.id = ${len(args) + 1} FOR UPDATE",
        *args,
        run_id,
    )
    if found is None:
        raise NotFound(kind="BillingRun", path=("input", "billingRunId"))
    return found


async def finish_billing_run(run_id: UUID) -> None:
    """Mark a run as finished when no customer of it waits; the last batch's fact always comes after that batch's commit."""
    async with db.transaction():
        await finish_when_done(run_id)


async def finish_when_done(run_id: UUID) -> None:
    """Mark a run as finished when no customer of it waits, inside the running transaction."""
    found = await db.row("SELECT month, state FROM billing_run WHERE id = $1 FOR UPDATE", run_id)
    if found is None or found["state"] != "running":
        return
    if not await db.value("SELECT 1 FROM billing_run_item WHERE run_id = $1 AND state = 'waiting' LIMIT 1", run_id):
        await _finish(run_id, found["month"])


async def _finish(run_id: UUID, month: date) -> None:
    await db.execute("UPDATE billing_run SET state = 'finished', finished_at = $2 WHERE id = $1", run_id, clock.now())
    await outbox.record(BillingRunFinished(run_id, month))
