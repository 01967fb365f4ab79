"""Invoices as the API shows them, and paying them."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import service, views
from incubator.billing.policy import plain
from incubator.billing.scope import visible_invoices
from incubator.billing.views import InvoiceView, LineView, PaymentState, PaymentView
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator_graphql.billing.deposit_types import DEPOSITS, Deposit
from incubator_graphql.billing.document_types import DOCUMENTS, FAPIAOS, Fapiao, InvoiceDocument
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node
from incubator_graphql.organizations.types import LEGAL_ENTITIES, ORGANIZATIONS, LegalEntity, Organization
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total

enum(PaymentState)


@enum
class InvoiceState(StrEnum):
    """Whether an invoice counts: a draft has no number yet, a finalised one never changes, a void one was credited."""

    DRAFT = "draft"
    FINALISED = "finalised"
    VOID = "void"


@enum
class InvoiceKind(StrEnum):
    """What a document asks for: money for supplies, or a deposit that is held and paid back; or what it takes back of an invoice."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    DEPOSIT_REQUEST = "deposit request"


@value
class InvoiceLine:
    """One charge on an invoice."""

    description: str
    net: Money = strawberry.field(description="Its share of the net; the shares sum to the invoice's net.")
    tax_category: str = strawberry.field(description="EN 16931: S, Z, E, AE, G, K or O.")
    tax_rate: str = strawberry.field(description="In percent.")
    amount: Money = strawberry.field(description="As priced: with or without tax, as agreed.")
    rule_note: str = strawberry.field(description="How the amount came about.")
    tax_note: str = strawberry.field(description="The law, where there is no ordinary tax.")

    @classmethod
    def of(cls, row: LineView) -> Self:
        return cls(
            description=row.description,
            net=Money.minor(row.net_minor, row.currency),
            tax_category=row.tax_category,
            tax_rate=plain(row.tax_rate),
            amount=Money.minor(row.amount_minor, row.currency),
            rule_note=row.rule_note,
            tax_note=row.tax_note,
        )


@value
class Payment:
    """Money that came in."""

    id: strawberry.ID
    amount: Money
    method: str
    received_at: datetime

    @classmethod
    def of(cls, row: PaymentView) -> Self:
        return cls(
            id=strawberry.ID(encode("Payment", row.id)),
            amount=Money.minor(row.amount_minor, row.currency),
            method=row.method,
            received_at=row.received_at,
        )


@entity(visible_invoices)
class Invoice(Node):
    """A numbered document that asks a customer for money; its content never changes."""

    row: strawberry.Private[InvoiceView]
    number: str | None
    kind: InvoiceKind
    state: InvoiceState
    payment_state: PaymentState
    issued_on: date | None = strawberry.field(description="In the site's calendar.")
    due_on: date | None
    period_start: date
    period_end: date = strawberry.field(description="The last day.")
    net: Money
    tax: Money
    gross: Money
    paid: Money
    outstanding: Money
    document_url: str | None = strawberry.field(description="Where the PDF is; null while it is being made.")
    version: int

    @classmethod
    def of(cls, row: InvoiceView) -> Self:
        def money(amount_minor: int) -> Money:
            return Money.minor(amount_minor, row.currency)

        return cls(
            id=strawberry.ID(encode("Invoice", row.id)),
            row=row,
            number=row.number,
            kind=InvoiceKind(row.kind),
            state=InvoiceState(row.state),
            payment_state=PaymentState(row.payment_state),
            issued_on=row.issued_on,
            due_on=row.due_on,
            period_start=row.period_start,
            period_end=row.period_end,
            net=money(row.net_minor),
            tax=money(row.tax_minor),
            gross=money(row.gross_minor),
            paid=money(row.paid_minor),
            outstanding=money(row.outstanding_minor),
            document_url=f"/documents/invoices/{encode('Invoice', row.id)}.pdf" if row.has_document else None,
            version=row.version,
        )

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who owes it."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Whom it is owed."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))

    @resolved
    async def lines(self, info: Info) -> list[InvoiceLine]:
        """What it is for, in order."""
        return [InvoiceLine.of(line) for line in await info.context.loaders.of(LINES).load(self.row.id)]

    @resolved
    async def payments(self, info: Info) -> list[Payment]:
        """What came in for it, in order."""
        return [Payment.of(payment) for payment in await info.context.loaders.of(PAYMENTS).load(self.row.id)]

    @resolved
    async def deposit(self, info: Info) -> Deposit | None:
        """What became of the deposit that it asks for; null for an invoice."""
        found = await info.context.loaders.of(DEPOSITS).load(self.row.id)
        return Deposit.of(found) if found else None

    @resolved
    async def documents(self, info: Info) -> list[InvoiceDocument]:
        """Its files, the PDF first; empty while they are being made."""
        return [InvoiceDocument.of(document) for document in await info.context.loaders.of(DOCUMENTS).load(self.row.id)]

    @resolved
    async def fapiao(self, info: Info) -> Fapiao | None:
        """What the tax platform of China knows of it; null where nothing was asked for."""
        found = await info.context.loaders.of(FAPIAOS).load(self.row.id)
        return Fapiao.of(found) if found else None


async def _lines(actor: Actor, invoice_ids: Sequence[UUID]) -> list[list[LineView]]:
    found = await views.lines_of(invoice_ids)
    return [found.get(invoice_id, []) for invoice_id in invoice_ids]


async def _payments(actor: Actor, invoice_ids: Sequence[UUID]) -> list[list[PaymentView]]:
    found = await views.payments_of(invoice_ids)
    return [found.get(invoice_id, []) for invoice_id in invoice_ids]


LINES: Relation[UUID, list[LineView]] = Relation("invoice lines", _lines)
PAYMENTS: Relation[UUID, list[PaymentView]] = Relation("invoice payments", _payments)
INVOICES = register_node("Invoice", views.invoices_by_id, Invoice.of)


@strawberry.type
class InvoicesQuery:
    """Reading invoices."""

    @query(SIGNED_IN)
    async def invoices(
        self,
        info: Info,
        payment_state: PaymentState | None = None,
        customer_id: strawberry.ID | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Invoice]:
        """List invoices, the latest first; `search` looks at number and customer."""
        found = await views.list_invoices(
            info.context.actor,
            Page(first, after, last, before),
            payment_state=payment_state,
            customer_id=decode(customer_id, "Organization", "customerId") if customer_id else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Invoice].of(found, lambda row: Invoice.of(InvoiceView(**row)))


@given
class PayInvoiceInput:
    """An invoice to be paid in full."""

    invoice_id: strawberry.ID
    idempotency_key: str


@value
class PayInvoicePayload(Payload):
    """Where to pay."""

    checkout_url: str | None = strawberry.field(default=None, description="The payment page; it leads back to the invoice.")


@strawberry.type
class InvoicesMutation:
    """Paying invoices."""

    @mutation(granted(Grant.PAY_INVOICE))
    async def pay_invoice(self, info: Info, input: PayInvoiceInput) -> PayInvoicePayload:
        """Open a payment page for what is outstanding on an invoice. Asked again, it gives the same page."""
        invoice_id = decode(input.invoice_id, "Invoice", "input", "invoiceId")
        return PayInvoicePayload(checkout_url=await service.pay_invoice(info.context.actor, invoice_id, input.idempotency_key))
