"""What people look at: invoices, runs, plans, each within what the actor may see; totals for other packages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from incubator import db
from incubator.billing.scope import visible_billing_runs, visible_invoices, visible_plans
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.paging import Order, Page, Slice, paginate


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


@dataclass(frozen=True, slots=True)
class RunView:
    """A billing run with its progress. `version` grows with each customer."""

    id: UUID
    operator_id: UUID
    month: date
    state: str
    total: int
    done: int
    parked: int
    late: int
    decided_by_id: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ParkedCustomer:
    """A customer that a run could not bill, with the reason, and whose it is to mend."""

    id: UUID
    run_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    code: str
    reason: str
    owner_id: UUID | None
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class LateCustomer:
    """A customer that a run billed for periods that were due before its month, and how many."""

    run_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    late_periods: int


@dataclass(frozen=True, slots=True)
class EstimateView:
    """What a run expected of a legal entity in a currency, as priced, and what the month before came to; minor units."""

    run_id: UUID
    legal_entity_id: UUID
    currency: str
    customers: int
    expected_minor: int
    before_minor: int | None
    strays: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan of an operator."""

    id: UUID
    operator_id: UUID
    name: str
    currency: str
    price_includes_tax: bool
    supply: str
    timing: str
    deposit_minor: int | None
    minimum_minor: int | None
    index_key: str
    index_months: int | None
    retired_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase of a plan; without months it goes on until the end."""

    plan_id: UUID
    ordinal: int
    months: int | None
    per: str
    amount_minor: int
    period: str
    discount_percent: Decimal
    discount_months: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class CustomerMoney:
    """What a customer was invoiced for a site's lines in a month, and how that stands; minor units of `currency`."""

    customer_id: UUID
    site_id: UUID
    currency: str
    invoiced_minor: int
    paid_minor: int
    overdue_minor: int


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
    grouped: dict[UUID, list[LineView]] = {}
    for line in found:
        grouped.setdefault(line.invoice_id, []).append(line)
    return grouped


async def payments_of(invoice_ids: Iterable[UUID]) -> dict[UUID, list[PaymentView]]:
    """Return the payments of invoices that the caller has been shown, in the order they came in."""
    found = await db.rows_as(
        PaymentView,
        "SELECT id, invoice_id, amount_minor, currency, method, received_at FROM payment WHERE invoice_id = ANY($1::uuid[]) ORDER BY id",
        list(invoice_ids),
    )
    grouped: dict[UUID, list[PaymentView]] = {}
    for payment in found:
        grouped.setdefault(payment.invoice_id, []).append(payment)
    return grouped


RUN = (
    "r.id, r.operator_id, r.month, r.state, c.total, c.done, c.parked, c.late, r.decided_by_id,"
    " (SELECT p.name FROM person p WHERE p.id = r.decided_by_id) AS decided_by_name, r.decided_at, r.started_at,"
    " r.finished_at, (r.resumes * (c.total + 8) + c.done + c.parked + CASE r.state WHEN 'estimating' THEN 1 WHEN 'held' THEN 2 WHEN 'running' THEN 3 ELSE 4 END)::int"
    " AS version"
)
_RUN_FROM = (
    "billing_run r CROSS JOIN LATERAL (SELECT count(*)::int AS total, count(*) FILTER (WHERE b.state = 'done')::int AS done,"
    " count(*) FILTER (WHERE b.state = 'parked')::int AS parked, count(*) FILTER (WHERE b.late_periods > 0)::int AS late FROM billing_run_item b WHERE b.run_id = r.id) c"
)


async def list_billing_runs(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List billing runs, the latest first."""
    condition, args = visible_billing_runs(actor)
    return await paginate(f"SELECT {RUN} FROM {_RUN_FROM} WHERE {condition}", args, LATEST, page, with_total=with_total)


async def billing_runs_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, RunView]:
    """Return the billing runs among `ids` that the actor may see."""
    condition, args = visible_billing_runs(actor)
    sql = f"SELECT {RUN} FROM {_RUN_FROM} WHERE {condition} AND r.id = ANY(${len(args) + 1}::uuid[])"
    return {row.id: row for row in await db.rows_as(RunView, sql, *args, list(ids))}


async def invoiced_by(run_ids: Iterable[UUID]) -> dict[UUID, list[tuple[int, str]]]:
    """Return what runs the caller has been shown have invoiced: gross by currency, in the order of the currencies."""
    found = await db.rows(
        "SELECT run_id, currency, sum(gross_minor)::bigint AS gross FROM invoice WHERE run_id = ANY($1::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2",
        list(run_ids),
    )
    grouped: dict[UUID, list[tuple[int, str]]] = {}
    for row in found:
        grouped.setdefault(row["run_id"], []).append((row["gross"], row["currency"]))
    return grouped


async def parked_by(run_ids: Iterable[UUID]) -> dict[UUID, list[ParkedCustomer]]:
    """Return the customers that runs the caller has been shown could not bill."""
    found = await db.rows_as(
        ParkedCustomer,
        "SELECT i.id, i.run_id, i.customer_id, i.legal_entity_id, i.currency, i.code, i.reason, i.owner_id, p.name AS owner_name"
        " FROM billing_run_item i LEFT JOIN person p ON p.id = i.owner_id WHERE i.run_id = ANY($1::uuid[]) AND i.state = 'parked'"
        " ORDER BY i.run_id, i.id",
        list(run_ids),
    )
    grouped: dict[UUID, list[ParkedCustomer]] = {}
    for row in found:
        grouped.setdefault(row.run_id, []).append(row)
    return grouped


async def late_by(run_ids: Iterable[UUID]) -> dict[UUID, list[LateCustomer]]:
    """Return the customers that runs the caller has been shown billed late, the latest first; at most a hundred of each run."""
    found = await db.rows_as(
        LateCustomer,
        "SELECT run_id, customer_id, legal_entity_id, currency, late_periods FROM (SELECT *, row_number() OVER (PARTITION BY run_id"
        " ORDER BY late_periods DESC, id) AS place FROM billing_run_item WHERE run_id = ANY($1::uuid[]) AND late_periods > 0) late"
        " WHERE place <= 100 ORDER BY run_id, place",
        list(run_ids),
    )
    grouped: dict[UUID, list[LateCustomer]] = {}
    for row in found:
        grouped.setdefault(row.run_id, []).append(row)
    return grouped


async def estimates_of(run_ids: Iterable[UUID]) -> dict[UUID, list[EstimateView]]:
    """Return what runs the caller has been shown expected, by legal entity and currency."""
    found = await db.rows_as(
        EstimateView,
        "SELECT run_id, legal_entity_id, currency, customers, expected_minor, before_minor, strays FROM billing_run_estimate"
        " WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, expected_minor DESC, id",
        list(run_ids),
    )
    grouped: dict[UUID, list[EstimateView]] = {}
    for row in found:
        grouped.setdefault(row.run_id, []).append(row)
    return grouped


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


PLAN_COLUMNS = (
    "p.id, p.operator_id, p.name, p.currency, p.price_includes_tax, p.supply, p.timing, p.deposit_minor, p.minimum_minor, p.index_key,"
    " p.index_months, p.retired_at, p.version"
)


async def list_plans(actor: Actor, page: Page, *, site_id: UUID | None = None, with_total: bool = False) -> Slice:
    """List plans by name; with a site those that can be offered there."""
    condition, args = visible_plans(actor)
    n = len(args)
    sql = (
        f"SELECT {PLAN_COLUMNS} FROM plan p WHERE {condition}"
        f" AND (${n + 1}::uuid IS NULL OR EXISTS (SELECT 1 FROM site s WHERE s.id = ${n + 1} AND s.operator_id = p.operator_id"
        " AND s.currency = p.currency AND p.retired_at IS NULL))"
    )
    return await paginate(sql, [*args, site_id], (Order("name", "text"), Order("id", "uuid")), page, with_total=with_total)


async def plans_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, PlanView]:
    """Return plans to the operator's own people, and to startups that were offered them."""
    condition, args = visible_plans(actor)
    sql = f"SELECT {PLAN_COLUMNS} FROM plan p WHERE {condition}"
    found = await db.rows_as(PlanView, f"{sql} AND p.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def phases_of(plan_ids: Iterable[UUID]) -> dict[UUID, list[PhaseView]]:
    """Return the phases of plans in order."""
    found = await db.rows_as(
        PhaseView,
        "SELECT h.plan_id, h.ordinal, h.months, h.per, h.amount_minor, h.period, h.discount_percent, h.discount_months, p.currency FROM plan_phase h JOIN plan p ON p.id = h.plan_id"
        " WHERE h.plan_id = ANY($1::uuid[]) ORDER BY h.plan_id, h.ordinal",
        list(plan_ids),
    )
    grouped: dict[UUID, list[PhaseView]] = {}
    for row in found:
        grouped.setdefault(row.plan_id, []).append(row)
    return grouped
