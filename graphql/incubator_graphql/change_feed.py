"""One listener a process to what changed; it fans out to the sockets of this process. What is told is ids, never contents."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from redis.asyncio import Redis

from incubator import valkey
from incubator.kernel.outbox import Touched
from incubator_graphql.metrics import LISTENERS

MAX_WAITING = 1_000


class FeedEnded(Exception):
    """Changes may have been missed; whoever listens must fetch anew and listen again."""


class Listener:
    """What one socket has not yet been told, the newest version of each row once."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, UUID], Touched] = {}
        self._woken = asyncio.Event()
        self._has_ended = False

    def add(self, touched: Sequence[Touched]) -> None:
        """Take changes in; a listener that falls too far behind is ended rather than told half."""
        for one in touched:
            self._waiting[one.type_name, one.id] = one
        if len(self._waiting) > MAX_WAITING:
            self.end()
        self._woken.set()

    def end(self) -> None:
        self._waiting.clear()
        self._has_ended = True
        self._woken.set()

    async def changes(self, patience_s: float) -> list[Touched]:
        """Wait for changes, and return them all; an empty list when there were none for `patience_s`.

        Raises:
            FeedEnded: some may have been missed.
        """
        try:
            async with asyncio.timeout(patience_s):
                await self._woken.wait()
        except TimeoutError:
            return []
        if self._has_ended:
            raise FeedEnded
        self._woken.clear()
        told = list(self._waiting.values())
        self._waiting.clear()
        return told


class ChangeFeed:
    """The listeners of this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Listen from now on."""
        listener = Listener()
        self._listeners.add(listener)
        LISTENERS.inc()
        try:
            yield listener
        finally:
            LISTENERS.dec()
            self._listeners.discard(listener)

    def tell(self, touched: Sequence[Touched]) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener.add(touched)

    def end_all(self) -> None:
        """End every listener; their clients come back."""
        for listener in self._listeners:
            listener.end()

    async def follow(self, redis: Redis) -> None:
        """Tell what Valkey tells, for as long as the process lives; after a broken connection nobody can be sure, so all are ended."""
        async for message in messages(redis):
            if message is None:
                self.end_all()
            else:
                self.tell(valkey.read_changes(message))


def messages(redis: Redis) -> AsyncIterator[bytes | None]:
    """Yield the messages of the channel; None after each new connection."""
    return valkey.listen(redis, valkey.CHANGES)
