"""Putting parked work back."""

import strawberry

from incubator.kernel.actor import Grant
from incubator.oversight import service
from incubator_graphql.fields import Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.oversight.types import WORK_ITEMS, WorkItem


@given
class UnparkWorkInput:
    """The parked work to try again."""

    work_item_id: strawberry.ID


@value
class UnparkWorkPayload(Payload):
    """The work, on the list again."""

    work_item: WorkItem | None = None


@strawberry.type
class OversightMutation:
    """Putting parked work back."""

    @mutation(granted(Grant.MANAGE_WORK))
    async def unpark_work(self, info: Info, input: UnparkWorkInput) -> UnparkWorkPayload:
        """Put parked work back on the list, with a fresh count of tries."""
        item_id = decode(input.work_item_id, "WorkItem", "input", "workItemId")
        await service.unpark(info.context.actor, item_id)
        return UnparkWorkPayload(work_item=await shown(info, WORK_ITEMS, item_id, WorkItem.of))
