"""The pieces of a billing run: two hundred customers in one transaction, written in a few statements; one defect holds up nobody else."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import credit_uses, party_facts
from incubator.billing.charge_writing import write_charges
from incubator.billing.drafting import INVOICE, Draft, write_drafts
from incubator.billing.events import CustomersBilled
from incubator.billing.finalising import FINALISE
from incubator.billing.planning import CustomerKey, CustomerPlan, plan
from incubator.kernel import clock, faults, outbox, work
from incubator.kernel.faults import Point
from incubator.kernel.periods import Period, month_of
from incubator.kernel.work import Item

BILL_CUSTOMER = "bill customer"


async def bill_batch(item: Item) -> None:
    """Bill the waiting customers of a batch in the running transaction.

    A customer that cannot be billed is parked with the reason, and nothing else of it is written.
    """
    run_id, batch = item.subject.split(":")
    items = await _lock_waiting("i.run_id = $1 AND i.batch = $2", UUID(run_id), int(batch))
    if items:
        faults.reach(Point.BATCH_LOCKED)
        await _bill(items)
        await outbox.record(CustomersBilled(UUID(run_id), int(batch)))
        faults.reach(Point.BATCH_DONE)


async def take_apart(item: Item, reason: str) -> None:
    """Make each customer of a batch that failed to the last a piece of work of its own, so that the one with the defect is parked alone."""
    run_id, batch = item.subject.split(":")
    items = await _lock_waiting("i.run_id = $1 AND i.batch = $2", UUID(run_id), int(batch))
    await work.schedule_all(BILL_CUSTOMER, [(row["id"], row["legal_entity_id"]) for row in items])


async def bill_customer(item: Item) -> None:
    """Bill one customer of a run by itself, in the running transaction."""
    items = await _lock_waiting("i.id = $1", UUID(item.subject))
    if items:
        await _bill(items)
        await outbox.record(CustomersBilled(items[0]["run_id"], items[0]["batch"]))


async def park_customer(item: Item, reason: str) -> None:
    """Park a customer that failed to the last, with what failed."""
    items = await _lock_waiting("i.id = $1", UUID(item.subject))
    if items:
        await _end_items(items, [("Defect", reason, 0)])
        await outbox.record(CustomersBilled(items[0]["run_id"], items[0]["batch"]))


async def _lock_waiting(condition: str, *args: object) -> list[asyncpg.Record]:
    return await db.rows(
        "SELECT i.*, r.month, r.started_by_id FROM billing_run_item i JOIN billing_run r ON r.id = i.run_id"
        f" WHERE {condition} AND i.state = 'waiting' ORDER BY i.id FOR UPDATE OF i",
        *args,
    )


async def _bill(items: Sequence[asyncpg.Record]) -> None:
    month = month_of(items[0]["month"])
    keys = [CustomerKey(row["customer_id"], row["legal_entity_id"], row["currency"]) for row in items]
    plans = await plan(keys, month, to_write=True)
    await write_plans([found for found in plans if found.refusal is None], month, items[0]["run_id"])
    ends = [
        (found.refusal.code, found.refusal.message(), 0) if found.refusal is not None else ("", "", found.late_periods) for found in plans
    ]
    await _end_items(items, ends)


async def write_plans(plans: Sequence[CustomerPlan], month: Period, run_id: UUID | None) -> list[UUID]:
    """Write the charges, drafts and next days of plans whose rows are locked; returns the drafts' ids."""
    charges = [charge for found in plans for charge in found.charges]
    known = {charge.id for charge in charges} - await write_charges(charges)
    await credit_uses.write_uses([use for found in plans for use in found.credit_uses if use.charge_id not in known])
    faults.reach(Point.CHARGES_WRITTEN)
    moved = [one for found in plans for one in found.moved_terms]
    if moved:
        await db.execute(
            "UPDATE contract_term t SET next_period_start = m.next FROM unnest($1::uuid[], $2::date[]) AS m(id, next) WHERE t.id = m.id",
            [term_id for term_id, _ in moved],
            [next_start for _, next_start in moved],
        )
    minimums = [one for found in plans for one in found.moved_minimums]
    if minimums:
        await db.execute(
            "UPDATE contract c SET minimum_billed_until = m.until FROM unnest($1::uuid[], $2::date[]) AS m(id, until) WHERE c.id = m.id",
            [contract_id for contract_id, _ in minimums],
            [until for _, until in minimums],
        )
    sellers = await party_facts.sellers(list({found.key.legal_entity_id for found in plans}))
    buyers = await party_facts.buyers(list({found.key.customer_id for found in plans}))
    drafts = []
    for found in plans:
        for planned in found.documents:
            lines = [line for line in planned if line.charge_id not in known]
            if lines:
                first = min(month.first, *(month_of(line.supplied_from).first for line in lines))
                drafts.append(
                    Draft(
                        INVOICE,
                        found.key.customer_id,
                        found.key.legal_entity_id,
                        found.key.currency,
                        buyers[found.key.customer_id].language,
                        Period(first, month.end),
                        lines,
                        clock.now() + timedelta(days=sellers[found.key.legal_entity_id].grace_days),
                        run_id,
                    )
                )
    written = await write_drafts(drafts)
    faults.reach(Point.DRAFTS_WRITTEN)
    for entity_id in {draft.legal_entity_id for draft in drafts}:
        if sellers[entity_id].grace_days == 0:
            await work.schedule(FINALISE, entity_id, period=str(written[0]), payload={"blocked": False}, concerns=entity_id)
    return written


async def _end_items(items: Sequence[asyncpg.Record], ends: Sequence[tuple[str, str, int]]) -> None:
    await db.execute(
        "UPDATE billing_run_item i SET state = CASE WHEN e.code = '' THEN 'done' ELSE 'parked' END, code = e.code, reason = e.reason,"
        " late_periods = e.late, owner_id = CASE WHEN e.code = '' THEN NULL ELSE $5::uuid END, finished_at = $6"
        " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[]) AS e(id, code, reason, late) WHERE i.id = e.id",
        [row["id"] for row in items],
        [code[:60] for code, _, _ in ends],
        [reason[:500] for _, reason, _ in ends],
        [late for _, _, late in ends],
        items[0]["started_by_id"],
        clock.now(),
    )
