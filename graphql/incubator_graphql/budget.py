"""A bucket of points per user: what a client may spend on queries, or how often a stranger may try a password."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MAX_CALLERS = 10_000

_TAKE = """
local kept = redis.call('HMGET', KEYS[1], 'points', 'at_ms')
local capacity, per_s, wanted, now_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local points, at_ms = tonumber(kept[1] or capacity), tonumber(kept[2] or now_ms)
points = math.min(capacity, points + math.max(0, now_ms - at_ms) * per_s / 1000)
local taken, ahead = 0, tonumber(ARGV[5])
if points >= wanted + ahead then taken = wanted + ahead elseif points >= wanted then taken = wanted end
points = points - taken
redis.call('HSET', KEYS[1], 'points', tostring(points), 'at_ms', tostring(math.max(at_ms, now_ms)))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / per_s * 1000) + 1000)
return {taken, tostring(points)}
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many points a bucket holds and how many flow back in a second.

    `ahead`: how many a process may take beyond what it needs and spend without asking again; 0 counts each wish exactly.
    """

    name: str
    capacity: int
    per_s: float
    ahead: int = 0


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
    must not lock everybody out. Points taken ahead are kept for so many callers; who is forgotten loses at most `ahead`."""

    def __init__(self, valkey: "Redis", now_ms: Callable[[], int]) -> None:
        self._take = valkey.register_script(_TAKE)
        self._now_ms = now_ms
        self._ahead: OrderedDict[str, _Ahead] = OrderedDict()

    async def take(self, allowance: Allowance, key: str, points: int) -> Taken:
        bucket = f"incubator:bucket:{allowance.name}:{key}"
        held = self._ahead.get(bucket)
        if held is not None and held.points >= points:
            held.points -= points
            return Taken(True, held.left + held.points, 0)
        arguments = [allowance.capacity, allowance.per_s, points, self._now_ms(), allowance.ahead]
        try:
            taken, left = await self._take(keys=[bucket], args=arguments)
        except (RedisError, OSError) as error:
            logger.warning("bucket not counted", extra={"bucket": allowance.name, "reason": str(error)})
            return Taken(True, allowance.capacity, 0)
        remaining = int(float(left))
        if taken < points:
            missing = points - remaining
            return Taken(False, remaining, max(1, round(missing / allowance.per_s + 0.5)))
        spare = taken - points
        if spare:
            self._keep(bucket, spare, remaining)
        return Taken(True, remaining + spare, 0)

    def _keep(self, bucket: str, spare: int, left: int) -> None:
        held = self._ahead.setdefault(bucket, _Ahead(0, left))
        held.points, held.left = held.points + spare, left
        self._ahead.move_to_end(bucket)
        while len(self._ahead) > MAX_CALLERS:
            self._ahead.popitem(last=False)


@dataclass(slots=True)
class _Ahead:
    """Points of a bucket that this process has taken and not spent, and what was left in it then."""

    points: int
    left: int
