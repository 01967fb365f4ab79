"""What a credit note would come to, shown before it is written: the same reckoning, and nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.billing.crediting import reckon
from incubator.billing.views import require_invoice
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class CreditPreview:
    """A credit note to come, in minor units of `currency`: `offset_minor` is owed less, `returned_minor` was paid and goes back."""

    currency: str
    net_minor: int
    tax_minor: int
    offset_minor: int
    returned_minor: int


async def preview_credit(actor: Actor, invoice_id: UUID, lines: Mapping[int, int] | None) -> CreditPreview:
    """Return what crediting lines of an invoice would come to now: minor units as priced, by the line's place; without lines all that is left.

    Raises:
        NotFound: the actor sees no such invoice, or a line is not on it.
        NotSignedIn, Forbidden: the actor does not look after the legal entity's money.
        InvoiceNotFinalised, OutOfRange, CreditAboveLine, NothingToCredit: the credit note would be refused.
    """
    seen = await require_invoice(actor, invoice_id)
    actor.require(Grant.RECORD_PAYMENT, seen.legal_entity_id, path=("invoiceId",))
    invoice = await db.row("SELECT * FROM invoice WHERE id = $1", invoice_id)
    if invoice is None:
        raise NotFound(kind="Invoice", path=("invoiceId",))
    reckoned = await reckon(invoice, lines)
    settled = reckoned.settled
    return CreditPreview(invoice["currency"], reckoned.net_minor, reckoned.tax_minor, settled.offset_minor, settled.returned_minor)
