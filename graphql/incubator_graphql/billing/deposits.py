"""Paying deposits out."""

import strawberry

from incubator.billing import service
from incubator.kernel.actor import Grant
from incubator_graphql.billing.invoices import INVOICES, Invoice
from incubator_graphql.fields import Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value


@given
class RecordDepositReturnInput:
    """The deposit request and the bank's reference of the transfer."""

    invoice_id: strawberry.ID
    reference: str


@value
class RecordDepositReturnPayload(Payload):
    """The deposit request."""

    invoice: Invoice | None = None


@strawberry.type
class DepositsMutation:
    """Paying deposits out."""

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def record_deposit_return(self, info: Info, input: RecordDepositReturnInput) -> RecordDepositReturnPayload:
        """Write down that the returned part of a settled deposit left the bank."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        await service.record_deposit_return(info.context.actor, invoice_id, input.reference)
        return RecordDepositReturnPayload(invoice=await shown(info, INVOICES, invoice_id, Invoice.of))
