"""Refunds: what a credit note gives back, written down when it has left the bank."""

from uuid import UUID

from incubator import db
from incubator.billing.events import RefundPaidOut
from incubator.billing.invoice_errors import RefundSettled
from incubator.billing.ledger import Account, Side, post
from incubator.billing.views import require_invoice
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant


async def record_refund(actor: Actor, credit_note_id: UUID, reference: str) -> None:
    """Write down that a refund left the bank, once.

    Raises:
        NotFound: the actor sees no such credit note.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
        TooShort, TooLong: the reference.
        RefundSettled: it was paid out before, or nothing is to be.
        BooksClosed: today is closed.
    """
    seen = await require_invoice(actor, credit_note_id)
    actor.require(Grant.RECORD_PAYMENT, seen.legal_entity_id, path=("input", "creditNoteId"))
    shown = checks.text(reference, "reference", at_most=100, path=("input", "reference"))
    async with db.transaction():
        found = await db.row("SELECT id, amount_minor, paid_out_at FROM refund WHERE credit_note_id = $1 FOR UPDATE", credit_note_id)
        if found is None or found["paid_out_at"] is not None:
            at = f"{found['paid_out_at']:%Y-%m-%d %H:%M} UTC" if found else "–"
            raise RefundSettled(at=at, path=("input", "creditNoteId"))
        now = clock.now()
        await db.execute("UPDATE refund SET paid_out_at = $2, reference = $3 WHERE id = $1", found["id"], now, shown)
        await db.execute("UPDATE invoice SET version = version + 1 WHERE id = $1", credit_note_id)
        sides = [Side(Account.REFUNDS_TO_PAY, found["amount_minor"], seen.customer_id), Side(Account.BANK, -found["amount_minor"])]
        await post("refund", found["id"], seen.legal_entity_id, now.date(), seen.currency, sides)
        await audit.record(actor, "pay out refund", "Invoice", credit_note_id, after={"reference": shown})
        await outbox.record(RefundPaidOut(credit_note_id, seen.version + 1))
