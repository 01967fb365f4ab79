"""The `changes` subscription: what changed among the things the viewer may see, checked again each time something is told."""

from collections import defaultdict
from collections.abc import AsyncIterator
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotSignedIn
from incubator_graphql.change_feed import FeedEnded
from incubator_graphql.context import OperationContext
from incubator_graphql.fields import SIGNED_IN, Info, subscription
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Loaders
from incubator_graphql.nodes import node_names, visible
from incubator_graphql.outputs import value

LOOK_AGAIN_S = 15.0


@value
class Change:
    """Something the viewer may see is another than it was. Fetch again what is shown of it."""

    type_name: str
    id: strawberry.ID
    version: int


@strawberry.type
class ChangesSubscription:
    """What changes."""

    @subscription(SIGNED_IN)
    async def changes(self, info: Info) -> AsyncIterator[Change]:
        """Tell what changed among all that the viewer may see, by id. The stream ends when a session or token is revoked, when the viewer's
        roles change, and when changes may have been missed: fetch again and subscribe again.
        """
        context = info.context
        with context.edge.feed.listening() as listener:
            try:
                while True:
                    touched = await listener.changes(LOOK_AGAIN_S)
                    actor = await still_standing(context)
                    if actor is None:
                        return
                    for one in await _seen(actor, [(t.type_name, t.id, t.version) for t in touched]):
                        yield one
            except FeedEnded:
                return


async def still_standing(context: OperationContext) -> Actor | None:
    """Return the actor anew; None when nobody, or one with other roles or in another organisation, stands there now."""
    try:
        actor = await context.ask_again()
    except NotSignedIn:
        return None
    return actor if _standing(actor) == _standing(context.actor) else None


def _standing(actor: Actor) -> tuple[object, ...]:
    return actor.person_id, actor.organization_id, frozenset(actor.memberships)


async def _seen(actor: Actor, touched: list[tuple[str, UUID, int]]) -> list[Change]:
    """Keep what the actor may see, one look-up a type."""
    loaders, versions = Loaders(actor), {(name, row_id): version for name, row_id, version in touched}
    by_type: dict[str, list[UUID]] = defaultdict(list)
    for name, row_id, _ in touched:
        if name in node_names():
            by_type[name].append(row_id)
    return [
        Change(type_name=name, id=strawberry.ID(encode(name, row_id)), version=versions[name, row_id])
        for name, ids in by_type.items()
        for row_id in await visible(loaders, name, ids)
    ]
