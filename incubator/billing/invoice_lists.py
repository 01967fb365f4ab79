"""Lists of invoices: what they are filtered by, how they are ordered, and what a filtered list sums up to."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.scope import visible_invoices
from incubator.billing.views import LATEST, PAYMENT_STATE, InvoiceView, PaymentState, invoice_columns
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like

SORTS = {"customer": "text", "due_day": "date", "gross_minor": "bigint"}
"""What a list can be ordered by, with its SQL type."""
_OWED = "i.state <> 'draft' AND i.kind <> 'credit note' AND i.paid_minor + i.credited_minor < i.gross_minor"
_COLUMNS = tuple(field.name for field in fields(InvoiceView))


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices. A payment state, and `is_outstanding`, leave only what asks for money; `is_blocked` drafts with something missing.

    `search` looks at number and customer.
    """

    payment_state: PaymentState | None = None
    state: str | None = None
    kind: str | None = None
    customer_id: UUID | None = None
    legal_entity_id: UUID | None = None
    is_outstanding: bool | None = None
    is_blocked: bool | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceTotal:
    """What a filtered list comes to in a currency, in minor units; credit notes are taken off the gross."""

    currency: str
    invoices: int
    gross_minor: int
    outstanding_minor: int


def ordered_by(sort: str, *, is_descending: bool) -> tuple[Order, ...]:
    """Return the order by one of `SORTS`; ties stand by age."""
    return (Order(sort, SORTS[sort], is_descending), Order("id", "uuid", is_descending))


async def list_invoices(
    actor: Actor, page: Page, wanted: InvoiceFilter, *, order: Sequence[Order] = LATEST, with_total: bool = False
) -> Slice:
    """List invoices, the latest first unless ordered otherwise."""
    condition, args = _found(actor, wanted)
    sql = (
        f"SELECT {invoice_columns(f'${len(args)}::date')}, o.name AS customer, coalesce(i.due_on, '2999-12-31'::date) AS due_day"
        f" FROM invoice i JOIN organization o ON o.id = i.customer_id WHERE {condition}"
    )
    return await paginate(sql, args, order, page, with_total=with_total)


def view_of(row: asyncpg.Record) -> InvoiceView:
    """Return a row of `list_invoices` without what it was ordered by."""
    return InvoiceView(**{name: row[name] for name in _COLUMNS})


async def invoice_totals(actor: Actor, wanted: InvoiceFilter) -> list[InvoiceTotal]:
    """Return what the list under a filter comes to, by currency."""
    condition, args = _found(actor, wanted)
    return await db.rows_as(
        InvoiceTotal,
        "SELECT i.currency, count(*)::int AS invoices,"
        " sum(CASE WHEN i.kind = 'credit note' THEN -i.gross_minor ELSE i.gross_minor END)::bigint AS gross_minor,"
        f" coalesce(sum(i.gross_minor - i.paid_minor - i.credited_minor) FILTER (WHERE {_OWED}), 0)::bigint AS outstanding_minor"
        f" FROM invoice i JOIN organization o ON o.id = i.customer_id WHERE {condition} GROUP BY i.currency ORDER BY i.currency",
        *args,
    )


def _found(actor: Actor, wanted: InvoiceFilter) -> tuple[str, list[object]]:
    """Return the condition over `invoice i` and its customer `o`, and its arguments; the last one is today."""
    condition, args = visible_invoices(actor)
    n = len(args)
    today = f"${n + 8}::date"
    sql = (
        f"{condition} AND (${n + 1}::text IS NULL OR (i.state <> 'draft' AND {PAYMENT_STATE.format(today=today)} = ${n + 1}))"
        f" AND (${n + 2}::uuid IS NULL OR i.customer_id = ${n + 2}) AND (coalesce(i.number, '') ILIKE ${n + 3} OR o.name ILIKE ${n + 3})"
        f" AND (${n + 4}::text IS NULL OR i.state = ${n + 4}) AND (${n + 5}::text IS NULL OR i.kind = ${n + 5})"
        f" AND (${n + 6}::uuid IS NULL OR i.legal_entity_id = ${n + 6}) AND (NOT ${n + 7} OR ({_OWED})) AND {today} IS NOT NULL"
    )
    if wanted.is_blocked is not None:
        sql += f" AND i.state = 'draft' AND (i.blockers <> '[]') = {'true' if wanted.is_blocked else 'false'}"
    return sql, [
        *args,
        wanted.payment_state.value if wanted.payment_state else None,
        wanted.customer_id,
        like(wanted.search),
        wanted.state,
        wanted.kind,
        wanted.legal_entity_id,
        bool(wanted.is_outstanding),
        clock.now().date(),
    ]
