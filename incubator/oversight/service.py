"""Put parked work back."""

from uuid import UUID

from incubator import db
from incubator.kernel import audit, work
from incubator.kernel.actor import Actor, Grant
from incubator.oversight import queries


async def unpark(actor: Actor, item_id: UUID) -> None:
    """Put parked work back on the list.

    Raises:
        NotSignedIn, Forbidden: the actor does not look after work.
        NotFound: the actor looks after no such work, or it is not parked.
    """
    actor.require(Grant.MANAGE_WORK)
    async with db.transaction():
        await queries.lock_parked(actor, item_id)
        await work.unpark(item_id)
        await audit.record(actor, "unpark work", "WorkItem", item_id)
