"""What billing does by itself: customers of a run, documents, webhooks, payments without an outcome."""

from uuid import UUID

from incubator.billing import documents, payments, runs
from incubator.billing.events import CustomerBilled, InvoiceIssued
from incubator.kernel import outbox, work


@work.job(runs.BILL_CUSTOMER)
async def bill_customer(item: work.Item) -> None:
    """Repeats safely: a customer that is done or parked is left alone, and it all commits at once."""
    await runs.bill_customer(item)


@outbox.consumer(CustomerBilled, "finish the billing run")
async def finish_billing_run(event: CustomerBilled, message_id: UUID) -> None:
    """Repeats safely: a finished run stays finished."""
    await runs.finish_billing_run(event.billing_run_id)


@outbox.consumer(InvoiceIssued, "have the document made")
async def order_document(event: InvoiceIssued, message_id: UUID) -> None:
    """Repeats safely: one document an invoice is on the list."""
    await work.schedule(documents.MAKE_DOCUMENT, event.invoice_id)


@work.job(documents.MAKE_DOCUMENT, remote=True, is_bulk=True)
async def make_document(item: work.Item) -> None:
    """Repeats safely: the same invoice gives the same bytes, kept once."""
    await documents.make_document(UUID(item.subject))


@work.job(payments.HANDLE_EVENT, remote=True)
async def handle_stripe_event(item: work.Item) -> None:
    """Repeats safely: it reads Stripe again and only moves forward."""
    await payments.handle_stripe_event(item)


@work.job(payments.SETTLE, remote=True)
async def settle_payment(item: work.Item) -> None:
    """Repeats safely: it reads Stripe again and only moves forward."""
    await payments.settle(UUID(item.subject))


@work.sweep("read payments without an outcome")
async def read_unclear_payments() -> None:
    """Repeats safely: one reading for each time an attempt is due."""
    await payments.check_attempts()
