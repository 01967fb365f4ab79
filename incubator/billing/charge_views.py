"""What people look at of charges: each with where it stands and what fell away of it, within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing.credit_uses import PAID
from incubator.billing.scope import visible_charges
from incubator.kernel.actor import Actor
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like


@dataclass(frozen=True, slots=True)
class ChargeView:
    """A charge, in minor units of `currency`, as priced: `reduced_minor` of `amount_minor` is not asked, `paid_minor` because credits pay it.

    `state`: open (the next run invoices it), on draft, invoiced, credited (all of it) or waived (nothing of it is asked).
    """

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    site_id: UUID
    currency: str
    source_kind: str
    description: str
    month: date
    quantity: Decimal
    unit_price_minor: int
    amount_minor: int
    reduced_minor: int
    paid_minor: int
    discount_minor: int
    price_includes_tax: bool
    supplied_from: date
    supplied_to: date
    rule_note: str
    state: str
    invoice_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReductionView:
    """How much of a charge fell away, and why; minor units, as priced."""

    charge_id: UUID
    amount_minor: int
    note: str
    created_at: datetime


_FACTS = (
    "SELECT h.id, h.customer_id, h.legal_entity_id, h.site_id, h.currency, h.source_kind, h.description, h.month, h.quantity, h.unit_price_minor,"
    " h.amount_minor, w.reduced AS reduced_minor, w.paid::bigint AS paid_minor, h.discount_minor, h.price_includes_tax, h.supplied_from, h.supplied_to, h.rule_note, CASE"
    " WHEN l.state IN ('finalised', 'void') AND h.amount_minor > 0 AND l.credited >= l.amount_minor AND l.credited > 0 THEN 'credited'"
    " WHEN l.state IN ('finalised', 'void') THEN 'invoiced' WHEN h.is_waived OR (w.reduced > 0 AND w.reduced - w.paid >= h.amount_minor) THEN 'waived'"
    " WHEN l.state = 'draft' THEN 'on draft' ELSE 'open' END AS state, l.invoice_id, h.created_at"
    " FROM charge h JOIN organization o ON o.id = h.customer_id CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount_minor), 0)::bigint AS reduced,"
    f" {PAID.format('h')} AS paid FROM charge_reduction r WHERE r.charge_id = h.id) w LEFT JOIN LATERAL (SELECT i.id AS invoice_id, i.state, n.amount_minor,"
    " (SELECT coalesce(sum(c.amount_minor), 0) FROM invoice_line c WHERE c.credits_line_id = n.id) AS credited FROM invoice_line n"
    " JOIN invoice i ON i.id = n.invoice_id WHERE n.charge_id = h.id ORDER BY n.id DESC LIMIT 1) l ON true"
)


async def list_charges(
    actor: Actor,
    page: Page,
    *,
    customer_id: UUID | None = None,
    contract_id: UUID | None = None,
    state: str | None = None,
    search: str = "",
    with_total: bool = False,
) -> Slice:
    """List charges, the latest first: of a customer, or of a contract's terms and minimum; `search` looks at what it is for and for whom."""
    condition, args = visible_charges(actor)
    n = len(args)
    sql = (
        f"SELECT * FROM ({_FACTS} WHERE {condition} AND (${n + 1}::uuid IS NULL OR h.customer_id = ${n + 1})"
        f" AND (${n + 2}::uuid IS NULL OR (h.source_kind = 'contract term' AND h.source_id IN (SELECT t.id FROM contract_term t"
        f" WHERE t.contract_id = ${n + 2})) OR (h.source_kind = 'minimum' AND h.source_id = ${n + 2}))"
        f" AND (h.description ILIKE ${n + 3} OR o.name ILIKE ${n + 3})) AS charges WHERE (${n + 4}::text IS NULL OR state = ${n + 4})"
    )
    given = [*args, customer_id, contract_id, like(search), state]
    return await paginate(sql, given, (Order("id", "uuid", is_descending=True),), page, with_total=with_total)


async def charges_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ChargeView]:
    """Return the charges among `ids` that the actor may see."""
    condition, args = visible_charges(actor)
    found = await db.rows_as(ChargeView, f"{_FACTS} WHERE {condition} AND h.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def reductions_of(charge_ids: Iterable[UUID]) -> dict[UUID, list[ReductionView]]:
    """Return what fell away of charges that the caller has been shown, in order."""
    found = await db.rows_as(
        ReductionView,
        "SELECT charge_id, amount_minor, note, created_at FROM charge_reduction WHERE charge_id = ANY($1::uuid[]) ORDER BY charge_id, id",
        list(charge_ids),
    )
    return grouped(found, lambda row: row.charge_id)
