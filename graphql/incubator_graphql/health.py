"""Whether the process lives, and whether it can serve: database, queue and migrations."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response

from incubator import db, schema
from incubator_graphql import wire

logger = logging.getLogger(__name__)

PATIENCE_S = 3.0
UNWELL = (*db.FAILURES, RedisError, OSError, TimeoutError)
"""What a server says, or does not, that cannot serve. Anything else is a defect, whose answer is no 200 either."""


class Health:
    """The schema is looked at until it is right; after that only the servers are."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._is_schema_right = False

    async def lives(self, request: Request) -> Response:
        """Answer as long as the event loop turns."""
        return _answer(200, {"lives": True})

    async def ready(self, request: Request) -> Response:
        """Answer 200 when everything is right, else 503 with what is not; never why, which stands in the log."""
        checks: dict[str, Callable[[], Awaitable[bool]]] = {"database": _database, "queue": self._queue, "schema": self._schema}
        found = {name: await _checked(name, check) for name, check in checks.items()}
        return _answer(200 if all(found.values()) else 503, found)

    async def _queue(self) -> bool:
        return bool(await self._redis.ping())

    async def _schema(self) -> bool:
        if not self._is_schema_right:
            self._is_schema_right = not await schema.pending_migrations() and not await schema.missing_constraints()
        return self._is_schema_right


async def _database() -> bool:
    return bool(await db.value("SELECT 1"))


async def _checked(name: str, check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await check()
    except UNWELL as error:
        logger.warning("not ready", extra={"check": name, "reason": f"{type(error).__name__}: {error}"})
        return False


def _answer(status: int, body: dict[str, bool]) -> Response:
    return Response(wire.encode(body), status, {"cache-control": "no-store"}, media_type="application/json")
