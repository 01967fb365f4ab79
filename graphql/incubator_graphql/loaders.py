"""One batching loader per relation and per operation, so that a list of a hundred costs one statement for each relation."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from strawberry.dataloader import DataLoader

from incubator.kernel.actor import Actor

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")

MAX_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Relation(Generic[Key, Row]):
    """How rows are found for many keys at once: one answer per key, in the order of the keys, for what `actor` may see."""

    name: str
    load: Callable[[Actor, Sequence[Key]], Awaitable[Sequence[Row]]]


class Loaders:
    """The loaders of one operation, each made when it is first asked for."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._made: dict[str, DataLoader[Hashable, object]] = {}

    def of(self, relation: Relation[Key, Row]) -> DataLoader[Key, Row]:
        """Give the loader of a relation, always the same one within an operation."""
        made = self._made.get(relation.name)
        if made is None:

            async def load(keys: list[Key]) -> Sequence[Row]:
                return await relation.load(self._actor, keys)

            made = cast(DataLoader[Hashable, object], DataLoader(load_fn=load, max_batch_size=MAX_BATCH))
            self._made[relation.name] = made
        return cast(DataLoader[Key, Row], made)
