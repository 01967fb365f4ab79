"""Every read of checklists, for who sees the rental."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor, Grant
from incubator.spaces.checklists import Item, items_for
from incubator.spaces.rental_scope import visible_checklists


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """A checklist with who signed it; `items` is JSON of `checklists.Item`."""

    id: UUID
    rental_id: UUID
    site_id: UUID
    purpose: str
    items: str
    content_hash: str
    staff_signed_by_name: str | None
    staff_signed_at: datetime | None
    tenant_signed_by_name: str | None
    tenant_remark: str
    absence_reason: str
    closed_at: datetime | None
    version: int


_COLUMNS = (
    "c.id, c.rental_id, c.site_id, c.purpose, c.items, c.content_hash, staff.name AS staff_signed_by_name, c.staff_signed_at,"
    " tenant.name AS tenant_signed_by_name, c.tenant_remark, c.absence_reason, c.closed_at, c.version"
)
_FROM = "checklist c LEFT JOIN person staff ON staff.id = c.staff_signed_by_id LEFT JOIN person tenant ON tenant.id = c.tenant_signed_by_id"


async def checklists_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ChecklistRow]:
    """Return the checklists among `ids` that the actor may see."""
    return {row.id: row for row in await _checklists(actor, "c.id", ids)}


async def checklists_of_rentals(actor: Actor, rental_ids: Iterable[UUID]) -> dict[UUID, list[ChecklistRow]]:
    """Return the checklists of rentals, by rental: hand-over, then return."""
    grouped: dict[UUID, list[ChecklistRow]] = {}
    for row in await _checklists(actor, "c.rental_id", rental_ids):
        grouped.setdefault(row.rental_id, []).append(row)
    return grouped


async def _checklists(actor: Actor, column: str, ids: Iterable[UUID]) -> list[ChecklistRow]:
    condition, args = visible_checklists(actor)
    return await db.rows_as(
        ChecklistRow,
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE {condition} AND {column} = ANY(${len(args) + 1}::uuid[]) ORDER BY c.rental_id, c.purpose, c.id",
        *args,
        list(ids),
    )


async def template_of(actor: Actor, site_id: UUID, kind: str, purpose: str) -> list[Item]:
    """Return what is looked at for a kind of unit at a site.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("siteId",))
    return await items_for(site_id, kind, purpose)
