"""Reading parked work and the audit trail, each within its scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.oversight.scope import visible_audit, visible_work


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


WORK = "w.id, w.kind, w.subject, w.state, w.attempts, w.last_error, w.run_after"
AUDIT = "a.id, a.at, a.person_id, p.name AS person_name, a.via, a.action, a.type_name, a.subject_id, a.before, a.after, a.request_id"
OLDEST = (Order("id", "uuid"),)
NEWEST = (Order("id", "uuid", is_descending=True),)


async def list_parked(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List parked work, the oldest first.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after work.
    """
    if not actor.may(Grant.MANAGE_WORK):
        actor.require(Grant.MANAGE_WORK)
    visible, args = visible_work(actor)
    sql = f"SELECT {WORK} FROM work_item w WHERE w.state = 'parked' AND {visible}"
    return await paginate(sql, args, OLDEST, page, with_total=with_total)


async def work_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, WorkRow]:
    """Return pieces of work for who looks after them."""
    visible, args = visible_work(actor)
    sql = f"SELECT {WORK} FROM work_item w WHERE {visible} AND w.id = ANY(${len(args) + 1}::uuid[])"
    return {row.id: row for row in await db.rows_as(WorkRow, sql, *args, list(ids))}


async def lock_parked(actor: Actor, item_id: UUID) -> None:
    """Lock a piece of parked work until commit.

    Raises:
        NotFound: the actor looks after no such work, or it is not parked.
    """
    visible, args = visible_work(actor)
    sql = f"SELECT 1 FROM work_item w WHERE w.state = 'parked' AND {visible} AND w.id = ${len(args) + 1} FOR UPDATE"
    if not await db.value(sql, *args, item_id):
        raise NotFound(kind="WorkItem", path=("input", "workItemId"))


async def list_audit(actor: Actor, page: Page, *, subject: tuple[str, UUID] | None = None, with_total: bool = False) -> Slice:
    """List who did what, newest first: all that the actor answers for, or what was done to one row of it.

    Raises:
        NotSignedIn, Forbidden: the actor may not see the audit trail.
    """
    actor.require(Grant.SEE_AUDIT_TRAIL)
    visible, args = visible_audit(actor)
    count = len(args)
    sql = (
        f"SELECT {AUDIT} FROM audit_entry a LEFT JOIN person p ON p.id = a.person_id"
        f" WHERE {visible} AND (${count + 1}::text IS NULL OR (a.type_name = ${count + 1} AND a.subject_id = ${count + 2}::uuid))"
    )
    return await paginate(sql, [*args, *(subject or (None, None))], NEWEST, page, with_total=with_total)
