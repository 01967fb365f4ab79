"""Give deposits back: what is kept and why, what is returned, and when it left the bank.

A deposit is a liability from the day it is asked for. Settling moves all of it: what is kept is compensation, which is no supply and bears
no tax; what is returned is owed until finance has paid it out; what was never paid is asked for no more.
"""

from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.billing import ledger, queries
from incubator.billing.drafting import DEPOSIT_REQUEST
from incubator.billing.events import DepositReturned
from incubator.billing.events import DepositSettled as DepositWasSettled
from incubator.billing.invoice_errors import DepositSettled, NotADeposit
from incubator.billing.ledger import Account, Side
from incubator.billing.views import require_invoice
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class DepositDecision:
    """What was decided about a deposit, in minor units of its currency: kept and returned sum to what was paid."""

    kept_minor: int
    returned_minor: int
    released_minor: int


async def settle_deposit(actor: Actor, invoice_id: UUID, kept_minor: int, reason: str) -> DepositDecision:
    """Settle a deposit once, inside the running transaction. Whether the actor may is the caller's rule.

    Raises:
        NotADeposit: the document asks for no deposit.
        DepositSettled: it was settled before.
        OutOfRange: more is kept than was paid.
        TooShort, TooLong: something is kept without a reason, or the reason is too long.
    """
    invoice = await queries.lock_invoice(invoice_id)
    if invoice.kind != DEPOSIT_REQUEST or invoice.state != "finalised":
        raise NotADeposit(kind=invoice.kind)
    before = await db.value("SELECT settled_at FROM deposit_settlement WHERE invoice_id = $1", invoice_id)
    if before is not None:
        raise DepositSettled(settled_at=before)
    held = min(invoice.paid_minor, invoice.gross_minor)
    checks.between(kept_minor, "keptMinor", 0, held, path=("input", "keptMinor"))
    shown = checks.text(reason, "reason", at_least=1 if kept_minor else 0, at_most=500, path=("input", "reason"))
    decision = DepositDecision(kept_minor, held - kept_minor, invoice.gross_minor - held)
    settlement_id, now = new_id(), clock.now()
    await db.execute(
        "INSERT INTO deposit_settlement (id, invoice_id, kept_minor, returned_minor, released_minor, reason, settled_by_id, settled_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        settlement_id,
        invoice_id,
        decision.kept_minor,
        decision.returned_minor,
        decision.released_minor,
        shown,
        actor.person_id,
        now,
    )
    if decision.released_minor:
        await _release(settlement_id, invoice, decision.released_minor)
    sides = [
        Side(Account.DEPOSITS_HELD, invoice.gross_minor, invoice.customer_id),
        Side(Account.COMPENSATION, -decision.kept_minor),
        Side(Account.DEPOSITS_TO_RETURN, -decision.returned_minor, invoice.customer_id),
        Side(Account.RECEIVABLE, -decision.released_minor, invoice.customer_id),
    ]
    await ledger.post("deposit settlement", settlement_id, invoice.legal_entity_id, now.date(), invoice.currency, sides)
    await audit.record(actor, "settle deposit", "Invoice", invoice_id, after={"kept_minor": kept_minor, "reason": shown})
    await outbox.record(DepositWasSettled(invoice_id))
    return decision


async def _release(settlement_id: UUID, invoice: queries.LockedInvoice, amount_minor: int) -> None:
    """Close what was never paid of a deposit request, as a payment in which no money came in."""
    await db.execute(
        "INSERT INTO payment (id, invoice_id, amount_minor, currency, method, reference, received_at) VALUES ($1, $2, $3, $4, 'released', $5, $6)",
        new_id(),
        invoice.id,
        amount_minor,
        invoice.currency,
        f"released:{settlement_id}",
        clock.now(),
    )
    await db.execute("UPDATE invoice SET paid_minor = paid_minor + $2, version = version + 1 WHERE id = $1", invoice.id, amount_minor)


async def record_deposit_return(actor: Actor, invoice_id: UUID, reference: str) -> None:
    """Write down that the returned part of a deposit left the bank, once.

    Raises:
        NotFound: the actor sees no such invoice.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
        TooShort, TooLong: the reference breaks its rule.
        NotADeposit: nothing of a settled deposit is to be returned.
        DepositSettled: it was paid out before.
    """
    found = await require_invoice(actor, invoice_id)
    actor.require(Grant.RECORD_PAYMENT, found.legal_entity_id, path=("input", "invoiceId"))
    shown = checks.text(reference, "reference", at_most=100, path=("input", "reference"))
    async with db.transaction():
        invoice = await queries.lock_invoice(invoice_id)
        settled = await db.row("SELECT id, returned_minor, paid_out_at FROM deposit_settlement WHERE invoice_id = $1", invoice_id)
        if settled is None or not settled["returned_minor"]:
            raise NotADeposit(kind=invoice.kind, path=("input", "invoiceId"))
        if settled["paid_out_at"] is not None:
            raise DepositSettled(settled_at=settled["paid_out_at"], path=("input", "invoiceId"))
        now = clock.now()
        await db.execute("UPDATE deposit_settlement SET paid_out_at = $2, reference = $3 WHERE id = $1", settled["id"], now, shown)
        sides = [
            Side(Account.DEPOSITS_TO_RETURN, settled["returned_minor"], invoice.customer_id),
            Side(Account.BANK, -settled["returned_minor"]),
        ]
        await ledger.post("deposit return", settled["id"], invoice.legal_entity_id, now.date(), invoice.currency, sides)
        await audit.record(actor, "return deposit", "Invoice", invoice_id, after={"reference": shown})
        await outbox.record(DepositReturned(invoice_id))
