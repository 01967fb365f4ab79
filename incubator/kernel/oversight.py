"""What those who answer for the house look at: work that was parked, and who did what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel import audit, work
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.paging import Order, Page, Slice, paginate


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A piece of work that failed five times; `run_after` is when it was last due."""

    id: UUID
    kind: str
    subject: str
    state: str
    attempts: int
    last_error: str
    run_after: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to which row; `before` and `after` are JSON objects of what changed."""

    id: UUID
    at: datetime
    person_id: UUID | None
    person_name: str | None
    via: str
    action: str
    type_name: str
    subject_id: UUID
    before: str | None
    after: str | None
    request_id: str


WORK = "id, kind, subject, state, attempts, last_error, run_after"
AUDIT = "a.id, a.at, a.person_id, p.name AS person_name, a.via, a.action, a.type_name, a.subject_id, a.before, a.after, a.request_id"
OLDEST = (Order("id", "uuid"),)
NEWEST = (Order("id", "uuid", is_descending=True),)


async def list_parked(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List parked work, the oldest first.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after work.
    """
    actor.require(Grant.MANAGE_WORK)
    return await paginate(f"SELECT {WORK} FROM work_item WHERE state = 'parked'", [], OLDEST, page, with_total=with_total)


async def work_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, WorkRow]:
    """Return pieces of work for who looks after it."""
    if not actor.may(Grant.MANAGE_WORK):
        return {}
    found = await db.rows_as(WorkRow, f"SELECT {WORK} FROM work_item WHERE id = ANY($1::uuid[])", list(ids))
    return {row.id: row for row in found}


async def unpark(actor: Actor, item_id: UUID) -> None:
    """Put parked work back on the list.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after work.
        NotFound: no such work is parked.
    """
    actor.require(Grant.MANAGE_WORK)
    async with db.transaction():
        if not await work.unpark(item_id):
            raise NotFound(kind="WorkItem", path=("input", "workItemId"))
        await audit.record(actor, "unpark work", "WorkItem", item_id)


async def list_audit(actor: Actor, page: Page, *, subject: tuple[str, UUID] | None = None, with_total: bool = False) -> Slice:
    """List who did what, newest first: to one row, which the caller has found visible for the actor, or by people of the actor's organisations.

    Raises:
        NotSignedIn, Forbidden: the actor may not see the audit trail.
    """
    actor.require(Grant.SEE_AUDIT_TRAIL)
    name, subject_id = subject or (None, None)
    sql = (
        f"SELECT {AUDIT} FROM audit_entry a LEFT JOIN person p ON p.id = a.person_id"
        " WHERE CASE WHEN $1::text IS NULL THEN a.organization_id = ANY($3::uuid[]) ELSE a.type_name = $1 AND a.subject_id = $2 END"
    )
    return await paginate(sql, [name, subject_id, list(actor.organization_ids_as())], NEWEST, page, with_total=with_total)
