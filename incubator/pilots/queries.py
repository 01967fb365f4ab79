"""Every read and lock of pilot deals, within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like
from incubator.pilots.scope import visible_deals


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal as its parties see it; the value is in minor units of `currency`."""

    id: UUID
    title: str
    startup_id: UUID
    corporate_id: UUID
    site_id: UUID
    manager_id: UUID | None
    manager_name: str | None
    stage: str
    value_minor: int
    currency: str
    opened_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move of a deal."""

    deal_id: UUID
    from_stage: str
    to_stage: str
    reason: str
    moved_at: datetime
    moved_by: str | None


DEAL = (
    "d.id, d.title, d.startup_id, d.corporate_id, d.site_id, d.manager_id, m.name AS manager_name, d.stage, d.value_minor, d.currency,"
    " d.opened_at, d.version"
)
NEWEST = (Order("id", "uuid", is_descending=True),)


async def list_deals(actor: Actor, page: Page, *, stage: str | None = None, search: str = "", with_total: bool = False) -> Slice:
    """List deals, newest first; `search` looks at the title and both parties."""
    condition, args = visible_deals(actor)
    n = len(args)
    sql = (
        f"SELECT {DEAL} FROM deal d LEFT JOIN person m ON m.id = d.manager_id JOIN organization s ON s.id = d.startup_id"
        f" JOIN organization c ON c.id = d.corporate_id WHERE {condition} AND (${n + 1}::text IS NULL OR d.stage = ${n + 1})"
        f" AND (d.title ILIKE ${n + 2} OR s.name ILIKE ${n + 2} OR c.name ILIKE ${n + 2})"
    )
    return await paginate(sql, [*args, stage, like(search)], NEWEST, page, with_total=with_total)


async def deals_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, DealRow]:
    """Return the deals among `ids` that the actor may see."""
    condition, args = visible_deals(actor)
    found = await db.rows_as(
        DealRow,
        f"SELECT {DEAL} FROM deal d LEFT JOIN person m ON m.id = d.manager_id WHERE {condition} AND d.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
    )
    return {row.id: row for row in found}


async def lock_deal(actor: Actor, deal_id: UUID) -> DealRow:
    """Return a deal, locked until commit.

    Raises:
        NotFound: the actor sees no such deal.
    """
    await db.rows("SELECT id FROM deal WHERE id = $1 FOR UPDATE", deal_id)
    found = (await deals_by_id(actor, [deal_id])).get(deal_id)
    if found is None:
        raise NotFound(kind="Deal", path=("input", "dealId"))
    return found


async def moves_of(actor: Actor, deal_ids: Iterable[UUID]) -> dict[UUID, list[MoveRow]]:
    """Return the history of deals that the actor may see, oldest move first."""
    condition, args = visible_deals(actor)
    found = await db.rows_as(
        MoveRow,
        "SELECT v.deal_id, v.from_stage, v.to_stage, v.reason, v.moved_at, p.name AS moved_by FROM deal_move v JOIN deal d ON d.id = v.deal_id"
        f" LEFT JOIN person p ON p.id = v.moved_by_id WHERE {condition} AND v.deal_id = ANY(${len(args) + 1}::uuid[]) ORDER BY v.id",
        *args,
        list(deal_ids),
    )
    return grouped(found, lambda move: move.deal_id)
