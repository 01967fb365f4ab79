"""Asking for fapiao and writing down what the tax platform gave."""

from datetime import date

import strawberry

from incubator.billing import service
from incubator.billing.service import FapiaoResult
from incubator.kernel.actor import Grant
from incubator_graphql.billing.invoices import INVOICES, Invoice
from incubator_graphql.fields import Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value


@given
class RequestFapiaoInput:
    """A billing statement in China."""

    invoice_id: strawberry.ID


@given
class FapiaoResultInput:
    """What the tax platform gave for a billing statement or a credit note: amounts in minor units, positive on both."""

    invoice_id: strawberry.ID
    number: str
    issued_on: date
    net_minor: int
    tax_minor: int
    file_sha256: str = ""
    expected_version: int

    def result(self) -> FapiaoResult:
        """Return the domain's value."""
        return FapiaoResult(self.number.strip(), self.issued_on, self.net_minor, self.tax_minor, self.file_sha256.strip().lower())


@given
class StartRedLetterInput:
    """A credit note and the number of its confirmation sheet."""

    invoice_id: strawberry.ID
    confirmation: str


@value
class FapiaoPayload(Payload):
    """The invoice with its fapiao."""

    invoice: Invoice | None = None


@strawberry.type
class FapiaoMutation:
    """Asking for fapiao and writing down what the tax platform gave."""

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def request_fapiao(self, info: Info, input: RequestFapiaoInput) -> FapiaoPayload:
        """Ask for the fapiao of a billing statement, once; then `fapiao.requestUrl` has what to hand to the tax platform."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        await service.request_fapiao(info.context.actor, invoice_id)
        return FapiaoPayload(invoice=await shown(info, INVOICES, invoice_id, Invoice.of))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def record_fapiao(self, info: Info, input: FapiaoResultInput) -> FapiaoPayload:
        """Write down the fapiao that was issued for a billing statement; its amounts must be the statement's."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        await service.record_fapiao(info.context.actor, invoice_id, input.result(), input.expected_version)
        return FapiaoPayload(invoice=await shown(info, INVOICES, invoice_id, Invoice.of))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def start_red_letter(self, info: Info, input: StartRedLetterInput) -> FapiaoPayload:
        """Let a credit note wait for the buyer to confirm its red letter."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        await service.start_red_letter(info.context.actor, invoice_id, input.confirmation)
        return FapiaoPayload(invoice=await shown(info, INVOICES, invoice_id, Invoice.of))

    @mutation(granted(Grant.RECORD_PAYMENT))
    async def record_red_letter(self, info: Info, input: FapiaoResultInput) -> FapiaoPayload:
        """Write down the red-letter fapiao that takes a credit note's amount back."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        await service.record_red_letter(info.context.actor, invoice_id, input.result(), input.expected_version)
        return FapiaoPayload(invoice=await shown(info, INVOICES, invoice_id, Invoice.of))
