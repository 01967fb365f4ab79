"""Parked work and the audit trail as the API shows them."""

from datetime import datetime
from typing import Self

import strawberry

from incubator.oversight import queries
from incubator.oversight.queries import AuditRow, WorkRow
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.nodes import Node, register_node
from incubator_graphql.organizations.types import Person, person_known_by_name
from incubator_graphql.outputs import entity


@entity(queries.list_parked)
class WorkItem(Node):
    """A piece of work for the workers."""

    kind: str
    subject: str
    state: str = strawberry.field(description="`ready`, `leased`, `done` or `parked`.")
    attempts: int
    last_error: str | None
    run_after: datetime

    @classmethod
    def of(cls, row: WorkRow) -> Self:
        return cls(
            id=strawberry.ID(encode("WorkItem", row.id)),
            kind=row.kind,
            subject=row.subject,
            state=row.state,
            attempts=row.attempts,
            last_error=row.last_error or None,
            run_after=row.run_after,
        )


@entity(queries.list_audit)
class AuditEntry:
    """Who did what, kept for good."""

    row: strawberry.Private[AuditRow]
    id: strawberry.ID
    occurred_at: datetime
    action: str
    type_name: str
    node_id: strawberry.ID = strawberry.field(description="What it was done to; it may be gone, or not for the viewer's eyes.")
    via: str = strawberry.field(description="`session`, `token`, `link`, `system` or `anonymous`.")
    before: str | None = strawberry.field(description="What changed, before, as a JSON object.")
    after: str | None = strawberry.field(description="What changed, after, as a JSON object.")
    request_id: str

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        return cls(
            row=row,
            id=strawberry.ID(encode("AuditEntry", row.id)),
            occurred_at=row.at,
            action=row.action,
            type_name=row.type_name,
            node_id=strawberry.ID(encode(row.type_name, row.subject_id)),
            via=row.via,
            before=row.before,
            after=row.after,
            request_id=row.request_id,
        )

    @resolved
    async def person(self, info: Info) -> Person | None:
        """Who did it; null for the system and for strangers."""
        if self.row.person_id is None:
            return None
        return await person_known_by_name(info, self.row.person_id, self.row.person_name or "")


WORK_ITEMS = register_node("WorkItem", queries.work_by_id, WorkItem.of)
