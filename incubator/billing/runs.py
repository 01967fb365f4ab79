"""Billing runs: every customer of an operator for a month, in pieces that can be done in any order, by anybody, again."""

import logging
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import invoicing, queries
from incubator.billing.charging import RecurringRow, charge_recurring
from incubator.billing.errors import BillingRunUnderWay, MonthNotOver
from incubator.billing.events import BillingRunFinished, BillingRunStarted, CustomerBilled
from incubator.billing.invoicing import INVOICE, Header
from incubator.billing.queries import TERM_FALLS_DUE, RunItem
from incubator.kernel import audit, clock, idempotency, outbox, work
from incubator.kernel.actor import SYSTEM, Actor, Grant, OrganizationKind
from incubator.kernel.errors import DomainError
from incubator.kernel.ids import new_id
from incubator.kernel.periods import Period, month_of
from incubator.kernel.work import MAX_ATTEMPTS, Item

logger = logging.getLogger(__name__)
BILL_CUSTOMER = "bill customer"
LATEST_ZONE = "Pacific/Kiritimati"
"""Where each day begins first: a month that has begun nowhere cannot be billed."""


async def start_billing_run(actor: Actor, month: date, idempotency_key: str) -> UUID:
    """Start billing a month (any day of it) for the operator the actor stands in; returns the run's id.

    Each customer becomes a piece of work. What was charged and invoiced before is left alone, so a second run finds nothing to do.

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
        claim = await idempotency.claim(actor, idempotency_key, "startBillingRun", {"month": period.first, "operator": operator_id})
        if claim.answer is not None:
            return UUID(claim.answer["billing_run_id"])
        run_id = await _open_run(actor, operator_id, period)
        await work.schedule_all(BILL_CUSTOMER, await _list_customers(actor, run_id, operator_id, period))
        await _finish_when_done(run_id)
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
                "INSERT INTO billing_run (id, operator_id, month, state, started_by_id, started_at) VALUES ($1, $2, $3, 'running', $4, $5)",
                run_id,
                operator_id,
                period.first,
                actor.person_id,
                clock.now(),
            )
    except asyncpg.UniqueViolationError as error:
        running: UUID = await db.value(
            "SELECT id FROM billing_run WHERE state = 'running' AND operator_id IS NOT DISTINCT FROM $1", operator_id
        )
        raise BillingRunUnderWay(billing_run_id=running) from error
    await outbox.record(BillingRunStarted(run_id, period.first))
    return run_id


async def _list_customers(actor: Actor, run_id: UUID, operator_id: UUID | None, period: Period) -> list[tuple[UUID, UUID]]:
    """Write down who is to be billed: customers with terms that fall due or charges that stand on no invoice.

    Returns (item, legal entity) of each.
    """
    entities = None if actor.is_system else list(_entities(actor))
    due = TERM_FALLS_DUE.format(month=1, end=2)
    found = await db.rows(
        "SELECT DISTINCT b.customer_id, b.legal_entity_id, b.currency FROM ("
        f" SELECT c.customer_id, c.legal_entity_id, c.currency FROM contract c JOIN contract_term t ON t.contract_id = c.id WHERE {due}"
        " UNION ALL SELECT h.customer_id, h.legal_entity_id, h.currency FROM charge h WHERE h.month < $2"
        " AND NOT EXISTS (SELECT 1 FROM invoice_line l WHERE l.charge_id = h.id)"
        ") b JOIN legal_entity e ON e.id = b.legal_entity_id WHERE ($3::uuid IS NULL OR e.operator_id = $3)"
        " AND ($4::uuid[] IS NULL OR e.id = ANY($4)) ORDER BY 1, 2, 3",
        period.first,
        period.end,
        operator_id,
        entities,
    )
    items = [new_id() for _ in found]
    await db.execute(
        "INSERT INTO billing_run_item (id, run_id, customer_id, legal_entity_id, currency, state, reason)"
        " SELECT i.id, $1, i.customer, i.entity, i.currency, 'waiting', ''"
        " FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) AS i(id, customer, entity, currency)",
        run_id,
        items,
        [row["customer_id"] for row in found],
        [row["legal_entity_id"] for row in found],
        [row["currency"] for row in found],
    )
    return [(item_id, row["legal_entity_id"]) for item_id, row in zip(items, found, strict=True)]


def _entities(actor: Actor) -> frozenset[UUID]:
    return frozenset().union(*(m.entity_ids for m in actor.memberships if actor.may(Grant.RUN_BILLING) and m.entity_ids))


async def bill_customer(item: Item) -> None:
    """Bill one customer of a run in the running transaction.

    A customer that cannot be billed is parked with the reason and holds nobody up: nothing of it is written but the reason. What fails
    for another cause is tried again by the work list, and parked at the last try.
    """
    found = await queries.lock_run_item(UUID(item.subject))
    if found is None or found.state != "waiting":
        return
    try:
        async with db.transaction():
            await _bill(found)
    except DomainError as refusal:
        await _end_item(found, "parked", refusal.message())
    except Exception as error:  # on the last try only: one customer's defect is parked, logged and shown, and the run ends for all others
        if item.attempts + 1 < MAX_ATTEMPTS:
            raise
        logger.exception("customer parked", extra={"item": str(found.id)})
        await _end_item(found, "parked", f"{type(error).__name__}: {error}")
    else:
        await _end_item(found, "done", "")


async def _bill(found: RunItem) -> None:
    month = month_of(found.month)
    terms = await queries.due_terms(found.customer_id, found.legal_entity_id, found.currency, month)
    await charge_recurring([RecurringRow(**term) for term in terms], month)
    charges = await queries.lock_open_charges(found.customer_id, found.legal_entity_id, found.currency, month)
    if charges:
        header = Header(INVOICE, found.customer_id, found.legal_entity_id, found.currency, month, found.run_id)
        await invoicing.invoice_charges(SYSTEM, header, charges)


async def _end_item(found: RunItem, state: str, reason: str) -> None:
    await db.execute(
        "UPDATE billing_run_item SET state = $2, reason = $3, finished_at = $4 WHERE id = $1", found.id, state, reason[:500], clock.now()
    )
    await outbox.record(CustomerBilled(found.run_id, found.id))


async def finish_billing_run(run_id: UUID) -> None:
    """Mark a run as finished when no customer of it waits; the last customer's fact always comes after that customer's commit."""
    async with db.transaction():
        await _finish_when_done(run_id)


async def _finish_when_done(run_id: UUID) -> None:
    found = await queries.lock_run(run_id)
    if found is None or found["state"] != "running" or found["waiting"]:
        return
    await db.execute("UPDATE billing_run SET state = 'finished', finished_at = $2 WHERE id = $1", run_id, clock.now())
    await outbox.record(BillingRunFinished(run_id, found["month"]))
