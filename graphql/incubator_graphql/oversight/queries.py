"""Reading parked work and the audit trail."""

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.paging import Page
from incubator.oversight import queries
from incubator.oversight.queries import AuditRow, WorkRow
from incubator_graphql.fields import Info, granted, query
from incubator_graphql.ids import parse
from incubator_graphql.nodes import find_node
from incubator_graphql.oversight.types import AuditEntry, WorkItem
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@strawberry.type
class OversightQuery:
    """Reading parked work and the audit trail."""

    @query(granted(Grant.MANAGE_WORK))
    async def parked_work(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[WorkItem]:
        """List work that failed five times and waits for a person, the oldest first."""
        found = await queries.list_parked(info.context.actor, Page(first, after, last, before), with_total=wants_total(info))
        return Connection[WorkItem].of(found, lambda row: WorkItem.of(WorkRow(**row)))

    @query(granted(Grant.SEE_AUDIT_TRAIL))
    async def audit_trail(
        self,
        info: Info,
        node_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AuditEntry]:
        """List who did what, newest first: to all that the viewer answers for, or to one thing of it."""
        subject = None
        if node_id is not None:
            subject = parse(node_id)
            if subject is None or await find_node(info, node_id) is None:
                raise NotFound(kind="Node", path=("nodeId",))
        page = Page(first, after, last, before)
        found = await queries.list_audit(info.context.actor, page, subject=subject, with_total=wants_total(info))
        return Connection[AuditEntry].of(found, lambda row: AuditEntry.of(AuditRow(**row)))
