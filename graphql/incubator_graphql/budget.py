"""A bucket of points per user: what a client may spend on queries, or how often a stranger may try a password."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_TAKE = """
local kept = redis.call('HMGET', KEYS[1], 'points', 'at_ms')
local capacity, per_s, wanted, now_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local points, at_ms = tonumber(kept[1] or capacity), tonumber(kept[2] or now_ms)
points = math.min(capacity, points + math.max(0, now_ms - at_ms) * per_s / 1000)
local taken = 0
if points >= wanted then points = points - wanted; taken = 1 end
redis.call('HSET', KEYS[1], 'points', tostring(points), 'at_ms', tostring(math.max(at_ms, now_ms)))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / per_s * 1000) + 1000)
return {taken, tostring(points)}
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many points a bucket holds and how many flow back in a second."""

    name: str
    capacity: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether the points were there, what is left, and in how many seconds a refused wish could be met."""

    granted: bool
    remaining: int
    retry_after_s: int


class Buckets(Protocol):
    """Where points are counted; one count for all processes."""

    async def take(self, allowance: Allowance, key: str, points: int) -> Taken:
        """Take points out of the bucket of `key`, or none at all if there are too few."""
        ...


class ValkeyBuckets:
    """Counts in Valkey. While Valkey cannot be reached, everything is granted and each refusal to answer is logged: a lost counter
    must not lock everybody out."""

    def __init__(self, valkey: "Redis", now_ms: Callable[[], int]) -> None:
        self._take = valkey.register_script(_TAKE)
        self._now_ms = now_ms

    async def take(self, allowance: Allowance, key: str, points: int) -> Taken:
        arguments = [allowance.capacity, allowance.per_s, points, self._now_ms()]
        try:
            granted, left = await self._take(keys=[f"incubator:bucket:{allowance.name}:{key}"], args=arguments)
        except (RedisError, OSError) as error:
            logger.warning("bucket not counted", extra={"bucket": allowance.name, "reason": str(error)})
            return Taken(True, allowance.capacity, 0)
        remaining = int(float(left))
        missing = max(0, points - remaining)
        return Taken(bool(granted), remaining, 0 if granted else max(1, round(missing / allowance.per_s + 0.5)))
