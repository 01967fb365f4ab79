"""What billing does by itself: customers of a run, documents, webhooks, payments without an outcome."""

from datetime import date
from uuid import UUID

from incubator.billing import adapting, checks, customer_credits, documents, finalising, payments, run_batches, run_estimates, runs
from incubator.billing.events import BuyerProfileChanged, CustomersBilled, InvoiceIssued, VatIdChecked
from incubator.kernel import outbox, work
from incubator.organizations.events import OrganizationChanged


@work.job(runs.ESTIMATE)
async def estimate_billing_run(item: work.Item) -> None:
    """Repeats safely: a run that is estimated is left alone."""
    await run_estimates.estimate_run(item)


@work.job(runs.BILL_BATCH, given_up=run_batches.take_apart)
async def bill_batch(item: work.Item) -> None:
    """Repeats safely: customers that are done or parked are left alone, and it all commits at once."""
    await run_batches.bill_batch(item)


@work.job(run_batches.BILL_CUSTOMER, given_up=run_batches.park_customer)
async def bill_customer(item: work.Item) -> None:
    """Repeats safely: a customer that is done or parked is left alone, and it all commits at once."""
    await run_batches.bill_customer(item)


@work.job(finalising.FINALISE)
async def finalise_drafts(item: work.Item) -> None:
    """Repeats safely: what has a number is no draft any more. More than fit into one transaction are left to the next piece of work."""
    taken = await finalising.finalise_due(UUID(item.subject), is_blocked=item.payload["blocked"])
    if taken == finalising.AT_ONCE and not item.payload["blocked"]:
        await work.schedule(finalising.FINALISE, item.subject, period=f"+{item.id}", payload=item.payload)


@work.sweep("find drafts whose time has come")
async def find_due_drafts() -> None:
    """Repeats safely: one piece of work a legal entity and minute; those with something missing are looked at every ten minutes."""
    await finalising.schedule_due()
    await finalising.schedule_due(is_blocked=True)


@work.sweep("find prices that follow their index today")
async def find_prices_to_adapt() -> None:
    """Repeats safely: one piece of work a term and day of its clause."""
    await adapting.schedule_due()


@work.job(adapting.ADAPT_PRICE)
async def adapt_price(item: work.Item) -> None:
    """Repeats safely: a term whose day is over has another day, or an heir."""
    await adapting.adapt_price(UUID(item.subject))


@work.job(adapting.ASK_FOR_VALUE)
async def ask_for_index_value(item: work.Item) -> None:
    """Repeats safely: it is asked once for a legal entity, index and month."""
    entity, _, _ = item.subject.partition(" ")
    await adapting.ask_for_value(UUID(entity), item.payload["key"], date.fromisoformat(f"{item.period}-01"))


@work.sweep("tell of credits that expire")
async def tell_of_expiring_credits() -> None:
    """Repeats safely: each is told of once, in the transaction that marks it."""
    while await customer_credits.tell_of_endings():
        pass


@work.sweep("check the books")
async def order_check_of_books() -> None:
    """Repeats safely: one check an hour is on the list."""
    await checks.schedule_check()


@work.job(checks.CHECK_BOOKS, remote=True, is_bulk=True)
async def check_books(item: work.Item) -> None:
    """Repeats safely: it only reads."""
    await checks.check_books()


@outbox.consumer(VatIdChecked, "look at the customer's drafts again")
async def look_at_drafts_of_checked(event: VatIdChecked, message_id: UUID) -> None:
    """Repeats safely: one piece of work a legal entity and fact."""
    await finalising.schedule_blocked_of(event.organization_id, str(message_id))


@outbox.consumer(OrganizationChanged, "look at the customer's drafts again")
async def look_at_drafts_of_organization(event: OrganizationChanged, message_id: UUID) -> None:
    """Repeats safely: one piece of work a legal entity and fact."""
    await finalising.schedule_blocked_of(event.organization_id, str(message_id))


@outbox.consumer(BuyerProfileChanged, "look at the customer's drafts again")
async def look_at_drafts_of_changed(event: BuyerProfileChanged, message_id: UUID) -> None:
    """Repeats safely: one piece of work a legal entity and fact."""
    await finalising.schedule_blocked_of(event.organization_id, str(message_id))


@outbox.consumer(CustomersBilled, "finish the billing run")
async def finish_billing_run(event: CustomersBilled, message_id: UUID) -> None:
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
