"""Drafts, invoices, credit notes and runs for tests, each made by the services that make them in earnest, without a billing run around them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing import service
from incubator.billing.crediting import CreditTerms, Settlement
from incubator.billing.planning import CustomerKey, plan
from incubator.billing.run_batches import write_plans
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor
from incubator.kernel.ids import new_id
from incubator.kernel.periods import month_of
from tests.billing.worlds import charged
from tests.support import make
from tests.support.make import House

SOME_MONTH = date(2026, 3, 20)


async def draft(house: House, customer_id: UUID, *amounts: int) -> UUID:
    """Make a draft with a line for each amount, which waits to be finalised by a person; returns its id."""
    for amount in amounts or (10_000,):
        await charged(house, customer_id, amount, SOME_MONTH)
    month = month_of(SOME_MONTH)
    async with db.transaction():
        plans = await plan([CustomerKey(customer_id, house.legal_entity_id, "EUR")], month, to_write=True)
        [invoice_id] = await write_plans(plans, month, None)
        await db.execute("DELETE FROM work_item WHERE kind = 'finalise drafts' AND subject = $1", str(house.legal_entity_id))
        await db.execute("UPDATE invoice SET finalise_after = NULL WHERE id = $1", invoice_id)
    return invoice_id


async def invoice(house: House, customer_id: UUID, *amounts: int) -> UUID:
    """Make a finalised invoice; returns its id."""
    invoice_id = await draft(house, customer_id, *amounts)
    await service.finalise_invoice(SYSTEM, invoice_id)
    return invoice_id


async def paid(invoice_id: UUID, amount_minor: int) -> None:
    """Let money come in for an invoice."""
    await service.record_transfer(SYSTEM, invoice_id, amount_minor, make.fresh("transfer "))


async def version_of(invoice_id: UUID) -> int:
    """Return an invoice's version."""
    found: int = await db.value("SELECT version FROM invoice WHERE id = $1", invoice_id)
    return found


async def credited(
    finance: Actor, invoice_id: UUID, lines: dict[int, int] | None = None, settlement: Settlement = Settlement.OFFSET
) -> UUID:
    """Credit lines of an invoice, or all that is left; returns the credit note's id."""
    terms = CreditTerms(invoice_id, lines, settlement, "Wrong price", await version_of(invoice_id))
    return await service.create_credit_note(finance, terms, make.fresh("credit-key-"))


async def without_address() -> UUID:
    """Make a customer that has not said where it is, so that its invoices stay drafts; returns its id."""
    customer_id = await make.organization()
    await db.execute("UPDATE organization SET address = '' WHERE id = $1", customer_id)
    return customer_id


async def move_in(customer_id: UUID) -> None:
    """Let a customer say where it is."""
    await db.execute("UPDATE organization SET address = 'Street 1' WHERE id = $1", customer_id)


async def finished_run(house: House, parked: Sequence[UUID], late: Sequence[UUID] = ()) -> tuple[UUID, list[UUID]]:
    """Make a run of an earlier month that is over, with customers that it parked and others that it billed late; returns it and the parked items."""
    run_id, items = new_id(), [new_id() for _ in parked]
    async with db.transaction():
        await db.execute(
            "INSERT INTO billing_run (id, operator_id, month, state, started_at, finished_at) VALUES ($1, $2, '2026-01-01', 'finished', $3, $3)",
            run_id,
            house.operator_id,
            clock.now(),
        )
        for item_id, customer_id in zip(items, parked, strict=True):
            await db.execute(
                "INSERT INTO billing_run_item (id, run_id, customer_id, legal_entity_id, currency, state, reason, code, batch, late_periods)"
                " VALUES ($1, $2, $3, $4, 'EUR', 'parked', 'The rate is missing.', 'RateMissing', 1, 0)",
                item_id,
                run_id,
                customer_id,
                house.legal_entity_id,
            )
        for customer_id in late:
            await db.execute(
                "INSERT INTO billing_run_item (id, run_id, customer_id, legal_entity_id, currency, state, reason, code, batch, late_periods)"
                " VALUES ($1, $2, $3, $4, 'EUR', 'done', '', '', 1, 2)",
                new_id(),
                run_id,
                customer_id,
                house.legal_entity_id,
            )
        await db.execute(
            "INSERT INTO billing_run_estimate (id, run_id, legal_entity_id, currency, customers, expected_minor, before_minor, strays)"
            " VALUES ($1, $2, $3, 'EUR', 2, 12000, 10000, true)",
            new_id(),
            run_id,
            house.legal_entity_id,
        )
    return run_id, items
