"""Reading invoices, and paying them."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Self
from uuid import UUID

import strawberry

from incubator.billing import invoice_lists, service, views
from incubator.billing.invoice_lists import InvoiceFilter
from incubator.billing.policy import plain
from incubator.billing.scope import visible_invoices
from incubator.billing.views import InvoiceView, LineView, PaymentState, PaymentView, RefundView
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator_graphql.billing.deposit_types import DEPOSITS, Deposit
from incubator_graphql.billing.document_types import DOCUMENTS, FAPIAOS, Fapiao, InvoiceDocument
from incubator_graphql.billing.invoice_types import (
    CreditSettlement,
    HomeTax,
    InvoiceBlocker,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    Payment,
    Refund,
)
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node
from incubator_graphql.ordering import OrderDirection
from incubator_graphql.organizations.types import LEGAL_ENTITIES, ORGANIZATIONS, LegalEntity, Organization
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@entity(visible_invoices)
class Invoice(Node):
    """A document that asks a customer for money, or takes some of it back; once it has its number, its content never changes."""

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
    credited: Money = strawberry.field(description="What credit notes took off what was outstanding.")
    outstanding: Money
    finalise_after: datetime | None = strawberry.field(description="When a draft gets its number by itself.")
    settlement: CreditSettlement | None = strawberry.field(description="Of a credit note: what becomes of what was paid.")
    reason: str = strawberry.field(description="Of a credit note: why.")
    home_tax: HomeTax | None
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
            credited=money(row.credited_minor),
            finalise_after=row.finalise_after,
            settlement=CreditSettlement(row.settlement) if row.settlement else None,
            reason=row.reason,
            home_tax=_home_tax(row),
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
    async def blockers(self, info: Info) -> list[InvoiceBlocker]:
        """What keeps a draft from getting its number, and who must act."""
        language = info.context.actor.language.value
        return [
            InvoiceBlocker(code=one["code"], field=one["field"], message=one.get(language) or one["en"], act=one["act"])
            for one in json.loads(self.row.blockers)
        ]

    @resolved
    async def corrects(self, info: Info) -> "Invoice | None":
        """Of a credit note: the invoice that it credits."""
        return Invoice.of(await one(info, INVOICES, self.row.corrects_id)) if self.row.corrects_id else None

    @resolved
    async def credit_notes(self, info: Info) -> list["Invoice"]:
        """What was credited of it, in order."""
        found = await info.context.loaders.of(CREDIT_NOTES).load(self.row.id)
        return [Invoice.of(row) for row in await asyncio.gather(*(one(info, INVOICES, credit_note_id) for credit_note_id in found))]

    @resolved
    async def refund(self, info: Info) -> Refund | None:
        """Of a credit note: what it pays back."""
        found = await info.context.loaders.of(REFUNDS).load(self.row.id)
        return Refund.of(found) if found else None

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


def _home_tax(row: InvoiceView) -> HomeTax | None:
    if row.home_tax_minor is None or row.home_rate is None or row.home_rate_on is None:
        return None
    return HomeTax(tax=Money.minor(row.home_tax_minor, row.home_currency), rate=plain(row.home_rate), rate_on=row.home_rate_on)


async def _credit_notes(actor: Actor, invoice_ids: Sequence[UUID]) -> list[list[UUID]]:
    found = await views.credit_notes_of(invoice_ids)
    return [found.get(invoice_id, []) for invoice_id in invoice_ids]


async def _refunds(actor: Actor, invoice_ids: Sequence[UUID]) -> list[RefundView | None]:
    found = await views.refunds_of(invoice_ids)
    return [found.get(invoice_id) for invoice_id in invoice_ids]


async def _lines(actor: Actor, invoice_ids: Sequence[UUID]) -> list[list[LineView]]:
    found = await views.lines_of(invoice_ids)
    return [found.get(invoice_id, []) for invoice_id in invoice_ids]


async def _payments(actor: Actor, invoice_ids: Sequence[UUID]) -> list[list[PaymentView]]:
    found = await views.payments_of(invoice_ids)
    return [found.get(invoice_id, []) for invoice_id in invoice_ids]


LINES: Relation[UUID, list[LineView]] = Relation("invoice lines", _lines)
PAYMENTS: Relation[UUID, list[PaymentView]] = Relation("invoice payments", _payments)
CREDIT_NOTES: Relation[UUID, list[UUID]] = Relation("credit notes", _credit_notes)
REFUNDS: Relation[UUID, RefundView | None] = Relation("refund", _refunds)
INVOICES = register_node("Invoice", views.invoices_by_id, Invoice.of)


class InvoiceOrderField(Enum):
    """What invoices can be ordered by; drafts, which are not due, stand behind all others."""

    CUSTOMER = "customer"
    DUE_ON = "due_day"
    GROSS = "gross_minor"


enum(InvoiceOrderField)


@given
class InvoiceOrder:
    """An order of invoices; ties stand by age."""

    field: InvoiceOrderField
    direction: OrderDirection


@value
class InvoiceTotal:
    """What a filtered list of invoices comes to in a currency."""

    invoices: int
    gross: Money = strawberry.field(description="Credit notes are taken off.")
    outstanding: Money

    @classmethod
    def of(cls, row: invoice_lists.InvoiceTotal) -> Self:
        return cls(
            invoices=row.invoices,
            gross=Money.minor(row.gross_minor, row.currency),
            outstanding=Money.minor(row.outstanding_minor, row.currency),
        )


IsOutstanding = Annotated[bool | None, strawberry.argument(description="Only what asks for money that has not come in.")]
IsBlocked = Annotated[bool | None, strawberry.argument(description="Only drafts: those with something missing, or those without.")]


def _wanted(
    payment_state: PaymentState | None,
    state: InvoiceState | None,
    kind: InvoiceKind | None,
    ids: tuple[strawberry.ID | None, strawberry.ID | None],
    is_outstanding: bool | None,
    is_blocked: bool | None,
    search: str | None,
) -> InvoiceFilter:
    customer_id, legal_entity_id = ids
    return InvoiceFilter(
        payment_state=payment_state,
        state=state.value if state else None,
        kind=kind.value if kind else None,
        customer_id=decode(customer_id, "Organization", "customerId") if customer_id else None,
        legal_entity_id=decode(legal_entity_id, "LegalEntity", "legalEntityId") if legal_entity_id else None,
        is_outstanding=is_outstanding,
        is_blocked=is_blocked,
        search=search or "",
    )


@strawberry.type
class InvoicesQuery:
    """Reading invoices."""

    @query(SIGNED_IN)
    async def invoices(
        self,
        info: Info,
        payment_state: PaymentState | None = None,
        state: InvoiceState | None = None,
        kind: InvoiceKind | None = None,
        customer_id: strawberry.ID | None = None,
        legal_entity_id: strawberry.ID | None = None,
        is_outstanding: IsOutstanding = None,
        is_blocked: IsBlocked = None,
        search: str | None = None,
        order_by: InvoiceOrder | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Invoice]:
        """List invoices, the latest first unless ordered otherwise; `search` looks at number and customer."""
        found = await invoice_lists.list_invoices(
            info.context.actor,
            Page(first, after, last, before),
            _wanted(payment_state, state, kind, (customer_id, legal_entity_id), is_outstanding, is_blocked, search),
            order=invoice_lists.ordered_by(order_by.field.value, is_descending=order_by.direction is OrderDirection.DESC)
            if order_by
            else views.LATEST,
            with_total=wants_total(info),
        )
        return Connection[Invoice].of(found, lambda row: Invoice.of(invoice_lists.view_of(row)))

    @query(SIGNED_IN)
    async def invoice_totals(
        self,
        info: Info,
        payment_state: PaymentState | None = None,
        state: InvoiceState | None = None,
        kind: InvoiceKind | None = None,
        customer_id: strawberry.ID | None = None,
        legal_entity_id: strawberry.ID | None = None,
        is_outstanding: IsOutstanding = None,
        is_blocked: IsBlocked = None,
        search: str | None = None,
    ) -> list[InvoiceTotal]:
        """Sum up what `invoices` lists under the same filters, by currency."""
        wanted = _wanted(payment_state, state, kind, (customer_id, legal_entity_id), is_outstanding, is_blocked, search)
        return [InvoiceTotal.of(row) for row in await invoice_lists.invoice_totals(info.context.actor, wanted)]


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
