"""One way to an object by its global id: the packages register how their types are loaded for an actor, `node` and subscriptions use it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, OutOfRange
from incubator_graphql.context import Info
from incubator_graphql.ids import parse
from incubator_graphql.loaders import Loaders, Relation

Row = TypeVar("Row")
Shown = TypeVar("Shown")
ById = Callable[[Actor, Iterable[UUID]], Awaitable[Mapping[UUID, Row]]]

MAX_NODES = 100


@strawberry.interface(description="Anything with an id of its own. An id is good for `node`, for inputs and for nothing else.")
class Node:
    """Anything with an id of its own."""

    id: strawberry.ID


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type of node is found for an actor, and shown."""

    relation: Relation[UUID, Any]
    show: Callable[[Any], Node]


_kinds: dict[str, Kind] = {}


def by_id(name: str, load: ById[Row]) -> Relation[UUID, Row | None]:
    """Make the relation that finds rows by their ids, within what the actor may see; None for what is unknown or not theirs."""

    async def ordered(actor: Actor, ids: Sequence[UUID]) -> list[Row | None]:
        found = await load(actor, ids)
        return [found.get(one) for one in ids]

    return Relation(name, ordered)


def register_node(name: str, load: ById[Row], show: Callable[[Row], Node]) -> Relation[UUID, Row | None]:
    """Make a type reachable by `node(id:)` and by `changes`; returns its relation, so that fields use the same loader.

    Raises:
        ValueError: the name is taken.
    """
    if name in _kinds:
        raise ValueError(f"{name} is registered already")
    relation = by_id(name, load)
    _kinds[name] = Kind(relation, show)
    return relation


def node_names() -> frozenset[str]:
    """Return the names of all registered types."""
    return frozenset(_kinds)


async def find_node(info: Info, global_id: str) -> Node | None:
    """Find what an id stands for; None when it is malformed, unknown or not for the actor: the three cannot be told apart."""
    parsed = parse(global_id)
    kind = _kinds.get(parsed[0]) if parsed else None
    if parsed is None or kind is None:
        return None
    row = await info.context.loaders.of(kind.relation).load(parsed[1])
    return None if row is None else kind.show(row)


async def find_nodes(info: Info, global_ids: Sequence[str]) -> list[Node | None]:
    """Find several at once, in order.

    Raises:
        OutOfRange: more than 100.
    """
    if len(global_ids) > MAX_NODES:
        raise OutOfRange(field="ids", limit=f"0 – {MAX_NODES}", path=("ids",))
    return list(await asyncio.gather(*(find_node(info, one) for one in global_ids)))


async def visible(loaders: Loaders, name: str, ids: Sequence[UUID]) -> list[UUID]:
    """Return those of `ids` whose rows the actor of `loaders` may see."""
    kind = _kinds.get(name)
    if kind is None:
        return []
    rows = await loaders.of(kind.relation).load_many(ids)
    return [one for one, row in zip(ids, rows, strict=True) if row is not None]


async def one(info: Info, relation: Relation[UUID, Row | None], id: UUID) -> Row:
    """Load the row that a field says is there.

    Raises:
        NotFound: the actor may not see it.
    """
    row = await info.context.loaders.of(relation).load(id)
    if row is None:
        raise NotFound(kind=relation.name)
    return row


async def maybe(info: Info, relation: Relation[UUID, Row | None], id: UUID | None) -> Row | None:
    """Load the row of a field that may be empty, or hidden from the actor."""
    return None if id is None else await info.context.loaders.of(relation).load(id)


async def shown(info: Info, relation: Relation[UUID, Row | None], id: UUID, show: Callable[[Row], Shown]) -> Shown | None:
    """Show what a mutation has just written. It is done either way: who may not see it gets nothing, and no error."""
    row = await info.context.loaders.of(relation).load(id)
    return None if row is None else show(row)
