"""Money by other ways than Stripe: bank transfers, and deposits that are asked for."""

from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing import party_facts, queries
from incubator.billing.drafting import DEPOSIT_REQUEST, Draft, deposit_line, write_drafts
from incubator.billing.finalising import finalise_drafts
from incubator.billing.invoice_errors import InvoiceNotOpen
from incubator.billing.ledger import Account
from incubator.billing.payments import record_payment
from incubator.billing.terms import Buyer
from incubator.billing.views import require_invoice
from incubator.kernel import checks, clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.kernel.periods import Period


async def record_transfer(actor: Actor, invoice_id: UUID, amount_minor: int, reference: str) -> None:
    """Write down a bank transfer for an invoice. The same reference of the bank counts once; more or less than asked is taken as it came.

    Raises:
        NotFound: the actor sees no such invoice.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
        OutOfRange, TooShort, TooLong: amount or reference break their rule.
        InvoiceNotOpen: a draft, or void.
    """
    found = await require_invoice(actor, invoice_id)
    actor.require(Grant.RECORD_PAYMENT, found.legal_entity_id)
    checks.between(amount_minor, "amountMinor", 1, MAX_AMOUNT_MINOR, ("input", "amountMinor"))
    shown = checks.text(reference, "reference", at_most=100, path=("input", "reference"))
    async with db.transaction():
        invoice = await queries.lock_invoice(invoice_id)
        if invoice.state != "finalised":
            raise InvoiceNotOpen(state=invoice.state)
        await record_payment(actor, invoice, amount_minor, "bank transfer", f"transfer:{invoice.legal_entity_id}:{shown}", Account.BANK)


async def request_deposit(actor: Actor, buyer: Buyer, description: str, amount_minor: int, on: date) -> UUID:
    """Ask a customer for a deposit, on a document and in a series of its own, inside the running transaction; returns its id.

    A deposit is no supply: it bears no tax, so it cannot share a document with what does, and it is a liability from the start. When the
    customer's address is missing, the request stays a draft until it is there.

    Raises:
        UnknownCurrency, OutOfRange, TooShort, TooLong: the terms make no sense.
    """
    buyer.checked()
    checks.between(amount_minor, "depositMinor", 1, MAX_AMOUNT_MINOR)
    line = deposit_line(buyer.site_id, checks.text(description, "description", at_most=300), amount_minor, on)
    async with db.transaction():
        known = (await party_facts.buyers([buyer.customer_id]))[buyer.customer_id]
        draft = Draft(
            DEPOSIT_REQUEST,
            buyer.customer_id,
            buyer.legal_entity_id,
            buyer.currency,
            known.language,
            Period.of(on, on),
            [line],
            clock.now(),
        )
        await write_drafts([draft])
        await finalise_drafts(actor, [draft.id])
    return draft.id
