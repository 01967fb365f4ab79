"""The way to Valkey: wake workers, tell open screens, listen to both. What is lost here costs seconds, never a fact."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from incubator.kernel.outbox import Touched

logger = logging.getLogger(__name__)

RING = "incubator:ring"
CHANGES = "incubator:changes"
RING_WITHIN_S = 0.02
"""How long a ring waits for others to go with it: workers take a hundred pieces of work at a ring as easily as one."""


def client(url: str) -> Redis:
    """Open a client; `unix:///folder/valkey.sock`, `redis://` or `rediss://`."""
    opened: Redis = Redis.from_url(url, socket_connect_timeout=2, health_check_interval=15)
    return opened


class ValkeyDoorbell:
    """Publishes rings and changes from a task of its own, several rings in a burst as one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._is_ringing = False
        self._tasks: set[asyncio.Task[None]] = set()

    def ring(self) -> None:
        """Wake whoever does the work."""
        if not self._is_ringing:
            self._is_ringing = True
            self._start(self._ring_soon())

    def announce(self, touched: Sequence[Touched]) -> None:
        """Tell open screens which rows changed."""
        self._start(self._publish(CHANGES, json.dumps([[t.type_name, str(t.id), t.version] for t in touched])))

    def _start(self, sending: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ring_soon(self) -> None:
        await asyncio.sleep(RING_WITHIN_S)
        self._is_ringing = False
        await self._publish(RING, "1")

    async def _publish(self, channel: str, message: str) -> None:
        try:
            await self._redis.publish(channel, message)
        except (RedisError, OSError) as error:
            logger.warning("doorbell unheard", extra={"reason": str(error)})

    async def close(self) -> None:
        """Let what is being published go out."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)


async def listen(redis: Redis, channel: str) -> AsyncIterator[bytes | None]:
    """Yield the messages of a channel for as long as the caller likes; None after each (re)connection, when some may have been missed."""
    while True:
        subscription = redis.pubsub(ignore_subscribe_messages=True)
        try:
            await subscription.subscribe(channel)
            yield None
            while True:
                message = await subscription.get_message(timeout=10)
                if message is not None:
                    yield message["data"]
        except (RedisError, OSError) as error:
            logger.warning("not listening", extra={"channel": channel, "reason": str(error)})
            await asyncio.sleep(1)
        finally:
            with contextlib.suppress(RedisError, OSError):
                await subscription.aclose()  # type: ignore[no-untyped-call]  # redis types it not


def read_changes(message: bytes) -> list[Touched]:
    """Return the changes that a message of the channel tells."""
    return [Touched(type_name, UUID(row_id), version) for type_name, row_id, version in json.loads(message)]
