"""Drafts that are thrown away: their charges stand on no invoice again, and the next run takes them up."""

from uuid import UUID

from incubator import db
from incubator.billing.events import DraftDiscarded
from incubator.billing.invoice_errors import InvoiceNotDraft
from incubator.billing.views import require_invoice
from incubator.kernel import audit, checks, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound


async def discard_draft(actor: Actor, invoice_id: UUID, expected_version: int) -> None:
    """Throw a draft away.

    Raises:
        NotFound: the actor sees no such invoice.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        InvoiceNotDraft: it has its number already; says when.
        Stale: it was changed meanwhile.
    """
    seen = await require_invoice(actor, invoice_id)
    actor.require(Grant.RUN_BILLING, seen.legal_entity_id, path=("input", "invoiceId"))
    async with db.transaction():
        found = await db.row(
            "SELECT state, number, finalised_at, version, gross_minor, currency FROM invoice WHERE id = $1 FOR UPDATE", invoice_id
        )
        if found is None:
            raise NotFound(kind="Invoice", path=("input", "invoiceId"))
        if found["state"] != "draft":
            raise InvoiceNotDraft(
                state=found["state"], number=found["number"], at=f"{found['finalised_at']:%Y-%m-%d %H:%M} UTC", path=("input", "invoiceId")
            )
        checks.version(expected_version, found["version"])
        await audit.record(
            actor, "discard draft", "Invoice", invoice_id, before={"gross_minor": found["gross_minor"], "currency": found["currency"]}
        )
        await outbox.record(DraftDiscarded(invoice_id, found["version"] + 1), concerns=seen.legal_entity_id)
        await db.execute("DELETE FROM invoice_tax WHERE invoice_id = $1", invoice_id)
        await db.execute("DELETE FROM invoice_line WHERE invoice_id = $1", invoice_id)
        await db.execute("DELETE FROM invoice WHERE id = $1", invoice_id)
