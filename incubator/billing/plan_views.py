"""Plans as people look at them, each within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing.scope import visible_plans
from incubator.kernel.actor import Actor
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Order, Page, Slice, paginate


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
    return grouped(found, lambda row: row.plan_id)
