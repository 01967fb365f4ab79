"""Invoices as people look at them, each within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from incubator import db
from incubator.billing.scope import visible_invoices
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Order


class PaymentState(StrEnum):
    """How far an invoice is paid: credited when nothing is left to pay because of credit notes alone; overdue from the day after the due day, in
    UTC. Drafts and credit notes ask for nothing."""

    OPEN = "open"
    PARTLY_PAID = "partly paid"
    PAID = "paid"
    CREDITED = "credited"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice as people see it; `period_end` is its last day, amounts are in minor units of `currency`."""

    id: UUID
    number: str | None
    kind: str
    state: str
    payment_state: str
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    issued_on: date | None
    due_on: date | None
    period_start: date
    period_end: date
    net_minor: int
    tax_minor: int
    gross_minor: int
    paid_minor: int
    credited_minor: int
    language: str
    finalise_after: datetime | None
    blockers: str
    corrects_id: UUID | None
    settlement: str
    reason: str
    home_currency: str
    home_rate: Decimal | None
    home_rate_on: date | None
    home_tax_minor: int | None
    has_document: bool
    version: int

    @property
    def outstanding_minor(self) -> int:
        """What is left to pay; nothing of a credit note, and when more came in than was asked."""
        return 0 if self.kind == "credit note" else max(self.gross_minor - self.paid_minor - self.credited_minor, 0)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of an invoice; `amount_minor` is as priced, `net_minor` its share of the net, `credited_minor` what was credited of it, as priced.

    `tax_evidence` is a JSON object of what the tax was decided with.
    """

    invoice_id: UUID
    ordinal: int
    description: str
    basis: str
    quantity: Decimal
    unit_price_minor: int
    discount_minor: int
    amount_minor: int
    net_minor: int
    credited_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_rule: str
    tax_note: str
    tax_evidence: str
    rule_note: str
    supplied_from: date
    supplied_to: date
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment of an invoice."""

    id: UUID
    invoice_id: UUID
    amount_minor: int
    currency: str
    method: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RefundView:
    """What a credit note pays back, and when it left the bank."""

    credit_note_id: UUID
    amount_minor: int
    currency: str
    paid_out_at: datetime | None
    reference: str | None


PAYMENT_STATE = (
    "CASE WHEN i.kind = 'credit note' THEN 'credited' WHEN i.paid_minor + i.credited_minor >= i.gross_minor AND i.credited_minor > 0"
    " AND i.paid_minor = 0 THEN 'credited' WHEN i.paid_minor + i.credited_minor >= i.gross_minor THEN 'paid'"
    " WHEN i.due_on < {today} THEN 'overdue' WHEN i.paid_minor > 0 THEN 'partly paid' ELSE 'open' END"
)


def invoice_columns(today: str) -> str:
    """Return the columns of an `InvoiceView` over `invoice i`; `today` is the SQL of the day that invoices are overdue by."""
    return (
        "i.id, i.number, i.kind, i.state, " + PAYMENT_STATE.format(today=today) + " AS payment_state, i.customer_id, i.legal_entity_id,"
        " i.currency, i.issued_on, i.due_on, i.period_start, i.period_end, i.net_minor, i.tax_minor, i.gross_minor, i.paid_minor,"
        " i.credited_minor, i.language, i.finalise_after, i.blockers::text AS blockers, i.corrects_id, i.settlement, i.reason, i.home_currency,"
        " i.home_rate, i.home_rate_on, i.home_tax_minor,"
        " EXISTS (SELECT 1 FROM invoice_document d WHERE d.invoice_id = i.id AND d.kind = 'pdf') AS has_document, i.version"
    )


LATEST = (Order("id", "uuid", is_descending=True),)


async def invoices_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, InvoiceView]:
    """Return the invoices among `ids` that the actor may see."""
    condition, args = visible_invoices(actor)
    n = len(args)
    found = await db.rows_as(
        InvoiceView,
        f"SELECT {invoice_columns(f'${n + 1}::date')} FROM invoice i WHERE {condition} AND i.id = ANY(${n + 2}::uuid[])",
        *args,
        clock.now().date(),
        list(ids),
    )
    return {row.id: row for row in found}


async def require_invoice(actor: Actor, invoice_id: UUID) -> InvoiceView:
    """Return an invoice.

    Raises:
        NotFound: the actor sees no such invoice.
    """
    found = await invoices_by_id(actor, [invoice_id])
    if invoice_id not in found:
        raise NotFound(kind="Invoice")
    return found[invoice_id]


async def lines_of(invoice_ids: Iterable[UUID]) -> dict[UUID, list[LineView]]:
    """Return the lines of invoices that the caller has been shown, in order."""
    found = await db.rows_as(
        LineView,
        "SELECT l.invoice_id, l.ordinal, l.description, l.basis, l.quantity, l.unit_price_minor, l.discount_minor, l.amount_minor, l.net_minor,"
        " coalesce((SELECT sum(c.amount_minor) FROM invoice_line c WHERE c.credits_line_id = l.id), 0)::bigint AS credited_minor, l.tax_category,"
        " l.tax_rate, l.tax_rule, l.tax_note, l.tax_evidence::text AS tax_evidence, l.rule_note, l.supplied_from, l.supplied_to,"
        " i.currency FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id WHERE l.invoice_id = ANY($1::uuid[])"
        " ORDER BY l.invoice_id, l.ordinal",
        list(invoice_ids),
    )
    return grouped(found, lambda line: line.invoice_id)


async def payments_of(invoice_ids: Iterable[UUID]) -> dict[UUID, list[PaymentView]]:
    """Return the payments of invoices that the caller has been shown, in the order they came in."""
    found = await db.rows_as(
        PaymentView,
        "SELECT id, invoice_id, amount_minor, currency, method, received_at FROM payment WHERE invoice_id = ANY($1::uuid[]) ORDER BY id",
        list(invoice_ids),
    )
    return grouped(found, lambda payment: payment.invoice_id)


async def credit_notes_of(invoice_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return the credit notes of invoices that the caller has been shown, in order."""
    grouped: dict[UUID, list[UUID]] = {}
    for row in await db.rows("SELECT id, corrects_id FROM invoice WHERE corrects_id = ANY($1::uuid[]) ORDER BY id", list(invoice_ids)):
        grouped.setdefault(row["corrects_id"], []).append(row["id"])
    return grouped


async def refunds_of(credit_note_ids: Iterable[UUID]) -> dict[UUID, RefundView]:
    """Return the refunds of credit notes that the caller has been shown."""
    found = await db.rows_as(
        RefundView,
        "SELECT r.credit_note_id, r.amount_minor, i.currency, r.paid_out_at, r.reference FROM refund r JOIN invoice i ON i.id = r.credit_note_id"
        " WHERE r.credit_note_id = ANY($1::uuid[])",
        list(credit_note_ids),
    )
    return {row.credit_note_id: row for row in found}
