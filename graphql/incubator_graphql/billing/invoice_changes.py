"""What is done to invoices: a draft gets its number or is thrown away, a finalised one is credited or voided, a refund is paid out."""

from typing import Self

import strawberry

from incubator.billing import service
from incubator.billing.credit_previews import CreditPreview as Preview
from incubator.billing.crediting import CreditTerms, Settlement
from incubator.kernel.actor import Grant
from incubator_graphql.billing.invoice_types import CreditSettlement
from incubator_graphql.billing.invoices import INVOICES, Invoice
from incubator_graphql.fields import Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode
from incubator_graphql.money import Money
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.scalars import MinorUnits


@given
class FinaliseInvoiceInput:
    """A draft."""

    invoice_id: strawberry.ID


@value
class FinaliseInvoicePayload(Payload):
    """The invoice with its number."""

    invoice: Invoice | None = None


@given
class DiscardDraftInput:
    """A draft."""

    invoice_id: strawberry.ID
    expected_version: int


@value
class DiscardDraftPayload(Payload):
    """Whether it is gone."""

    is_discarded: bool | None = None


@given
class CreditedLineInput:
    """How much of a line is credited, in minor units, as priced."""

    position: int
    amount_minor: MinorUnits


@given
class CreateCreditNoteInput:
    """What to credit of an invoice; without lines all that is left of it."""

    invoice_id: strawberry.ID
    lines: list[CreditedLineInput] | None = None
    settlement: CreditSettlement
    reason: str
    expected_version: int
    idempotency_key: str


@value
class CreateCreditNotePayload(Payload):
    """The credit note."""

    credit_note: Invoice | None = None


@given
class VoidInvoiceInput:
    """An invoice to be credited as a whole and marked void."""

    invoice_id: strawberry.ID
    settlement: CreditSettlement
    reason: str
    expected_version: int
    idempotency_key: str


@value
class VoidInvoicePayload(Payload):
    """The void invoice and its last credit note."""

    invoice: Invoice | None = None
    credit_note: Invoice | None = None


@given
class RecordRefundInput:
    """A credit note with a refund, and the bank's reference of the transfer."""

    credit_note_id: strawberry.ID
    reference: str


@value
class RecordRefundPayload(Payload):
    """The credit note."""

    credit_note: Invoice | None = None


@value
class CreditPreview:
    """What a credit note would come to."""

    net: Money
    tax: Money
    gross: Money
    offset: Money = strawberry.field(description="What the customer owes less for it.")
    returned: Money = strawberry.field(description="What was paid already, and is refunded or kept for its next invoices.")

    @classmethod
    def of(cls, found: Preview) -> Self:
        def money(amount_minor: int) -> Money:
            return Money.minor(amount_minor, found.currency)

        return cls(
            net=money(found.net_minor),
            tax=money(found.tax_minor),
            gross=money(found.net_minor + found.tax_minor),
            offset=money(found.offset_minor),
            returned=money(found.returned_minor),
        )


@strawberry.type
class InvoiceChangesQuery:
    """Looking before crediting."""

    @query(granted(Grant.RECORD_PAYMENT))
    async def credit_preview(self, info: Info, invoice_id: strawberry.ID, lines: list[CreditedLineInput] | None = None) -> CreditPreview:
        """Show what crediting lines of an invoice would come to now; without lines all that is left. Nothing is written."""
        found = await service.preview_credit(info.context.actor, decode(invoice_id, "Invoice", "invoiceId"), _amounts(lines))
        return CreditPreview.of(found)


def _amounts(lines: list[CreditedLineInput] | None) -> dict[int, int] | None:
    return None if lines is None else {line.position: line.amount_minor for line in lines}


@strawberry.type
class InvoiceChangesMutation:
    """Finalising, discarding, crediting and voiding."""

    @mutation(granted(Grant.RUN_BILLING))
    async def finalise_invoice(self, info: Info, input: FinaliseInvoiceInput) -> FinaliseInvoicePayload:
        """Give a draft its number now. What is missing is told all at once, and the draft stays one."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        await service.finalise_invoice(info.context.actor, invoice_id)
        return FinaliseInvoicePayload(invoice=await shown(info, INVOICES, invoice_id, Invoice.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def discard_draft(self, info: Info, input: DiscardDraftInput) -> DiscardDraftPayload:
        """Throw a draft away; the next billing run takes its charges up again."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        await service.discard_draft(info.context.actor, invoice_id, input.expected_version)
        return DiscardDraftPayload(is_discarded=True)

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def create_credit_note(self, info: Info, input: CreateCreditNoteInput) -> CreateCreditNotePayload:
        """Credit some or all of an invoice. What is outstanding falls away first; what was paid is refunded or kept as a balance."""
        terms = CreditTerms(
            invoice_id=decode(input.invoice_id, "Invoice", "input", "invoiceId"),
            lines=_amounts(input.lines),
            settlement=Settlement(input.settlement.value),
            reason=input.reason,
            expected_version=input.expected_version,
        )
        credit_note_id = await service.create_credit_note(info.context.actor, terms, input.idempotency_key)
        return CreateCreditNotePayload(credit_note=await shown(info, INVOICES, credit_note_id, Invoice.of))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def void_invoice(self, info: Info, input: VoidInvoiceInput) -> VoidInvoicePayload:
        """Credit all that is left of an invoice and mark it void. Its number stays taken, and its charges are billed no more."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        credit_note_id = await service.void_invoice(
            info.context.actor, invoice_id, Settlement(input.settlement.value), input.reason, input.expected_version, input.idempotency_key
        )
        return VoidInvoicePayload(
            invoice=await shown(info, INVOICES, invoice_id, Invoice.of), credit_note=await shown(info, INVOICES, credit_note_id, Invoice.of)
        )

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def record_refund(self, info: Info, input: RecordRefundInput) -> RecordRefundPayload:
        """Write down that the refund of a credit note left the bank."""
        credit_note_id = decode(input.credit_note_id, "Invoice", "input", "creditNoteId")
        await service.record_refund(info.context.actor, credit_note_id, input.reference)
        return RecordRefundPayload(credit_note=await shown(info, INVOICES, credit_note_id, Invoice.of))
