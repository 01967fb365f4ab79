"""One worker process: relays facts, calls for due work, does it, sweeps each minute, and says every few seconds that it lives."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import asyncpg
import psutil
from redis.asyncio import Redis
from redis.exceptions import RedisError

from incubator import db, valkey
from incubator.config import Settings
from incubator.kernel import clock, doorbell, outbox, work
from incubator.kernel.ids import new_id
from incubator_workers import settings as queue_settings
from incubator_workers.settings import Queue

logger = logging.getLogger(__name__)

JOBS_AT_ONCE = 8
BULK_AT_ONCE = 4
"""Of all processes together; below JOBS_AT_ONCE, so that even one process has room for what cannot wait."""
LEADER_S = 3
LOOK_EVERY_S = 1.0
BEAT_EVERY_S = 5.0
SILENT_AFTER_S = 30
PUT_OUT = (asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError)
AWAY = (RedisError, OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, *PUT_OUT, TimeoutError)
"""What PostgreSQL or Valkey being away looks like; loops wait and look again."""


class WorkerProcess:
    """Everything one process of `incubator worker` runs, from start to a clean stop."""

    def __init__(self, settings: Settings, database_url: str, redis_url: str) -> None:
        self._settings = settings
        self._database_url = database_url
        self._redis_url = redis_url
        self.id = new_id()
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is under way is put back on the list."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stopping.set)
        await db.connect(self._database_url, pool_size=JOBS_AT_ONCE + 6)
        redis = valkey.client(self._redis_url)
        bell = valkey.ValkeyDoorbell(redis)
        doorbell.connect(bell)
        queue = await queue_settings.open_queue(self._redis_url)
        await self._begin(queue)
        worker = queue_settings.make_worker(queue, lambda item: work.run(item, self.id), jobs_at_once=JOBS_AT_ONCE)
        tasks = [
            loop.create_task(worker.async_run(), name="arq"),
            loop.create_task(self._listen(redis), name="listen"),
            loop.create_task(self._every(LOOK_EVERY_S, lambda: self._dispatch(redis, queue)), name="dispatch"),
            loop.create_task(self._every(BEAT_EVERY_S, lambda: self._beat(queue)), name="beat"),
            loop.create_task(self._every(20, lambda: self._sweep(redis)), name="sweep"),
            loop.create_task(self._wait_for_stop(), name="stop"),
        ]
        logger.info("worker started", extra={"worker": str(self.id)})
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._end(worker, tasks, bell, redis)

    async def _wait_for_stop(self) -> None:
        await self._stopping.wait()

    async def _end(self, worker: object, tasks: list["asyncio.Task[None]"], bell: valkey.ValkeyDoorbell, redis: Redis) -> None:
        self._stopping.set()
        for running in list(getattr(worker, "tasks", {}).values()):
            running.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=10)
        with contextlib.suppress(*AWAY):
            await work.release(self.id)
            await db.execute("DELETE FROM process_heartbeat WHERE id = $1", self.id)
        await bell.close()
        await redis.aclose()
        await db.close()
        logger.info("worker stopped", extra={"worker": str(self.id)})

    async def _begin(self, queue: Queue) -> None:
        """Say that this process lives, and free what processes of this machine held that are gone."""
        now = clock.now()
        await db.execute(
            "INSERT INTO process_heartbeat (id, kind, host, pid, started_at, seen_at) VALUES ($1, 'worker', $2, $3, $4, $4)",
            self.id,
            socket.gethostname(),
            os.getpid(),
            now,
        )
        others = await db.rows("SELECT id, pid FROM process_heartbeat WHERE host = $1 AND id <> $2", socket.gethostname(), self.id)
        await self._bury(queue, [one["id"] for one in others if not psutil.pid_exists(one["pid"]) or one["pid"] == os.getpid()])

    @staticmethod
    async def _bury(queue: Queue, process_ids: Sequence[UUID]) -> None:
        """Put what processes held that are gone back on the list."""
        for process_id in process_ids:
            async with db.transaction():
                await work.release(process_id)
                await db.execute("DELETE FROM process_heartbeat WHERE id = $1", process_id)
        if process_ids:
            await queue_settings.free_calls(queue)

    async def _every(self, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
        """Do something again and again; while PostgreSQL or Valkey is away, wait and try again."""
        while not self._stopping.is_set():
            try:
                await action()
            except AWAY as error:
                logger.warning("waiting for a server", extra={"reason": str(error)})
                await asyncio.sleep(1)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait() if seconds > LOOK_EVERY_S else self._woken.wait(), seconds)

    async def _listen(self, redis: Redis) -> None:
        async for _ in valkey.listen(redis, valkey.RING):
            self._woken.set()

    async def _dispatch(self, redis: Redis, queue: Queue) -> None:
        """As the one leader of all processes, relay facts and call for due work until there is none."""
        self._woken.clear()
        me = str(self.id)
        if not await redis.set("incubator:leader", me, nx=True, px=LEADER_S * 1000):
            if (await redis.get("incubator:leader") or b"").decode() != me:
                return
            await redis.pexpire("incubator:leader", LEADER_S * 1000)
        while await outbox.relay():
            await redis.pexpire("incubator:leader", LEADER_S * 1000)
        bulk = work.bulk_kinds()
        found = await work.due(500, leave=bulk)
        room = BULK_AT_ONCE - await work.under_way(bulk)
        if room > 0:
            found += await work.due(room, kinds=bulk)
        for item_id, fence in found:
            await queue_settings.wake(queue, item_id, fence)

    async def _beat(self, queue: Queue) -> None:
        now = clock.now()
        await db.execute("UPDATE process_heartbeat SET seen_at = $2 WHERE id = $1", self.id, now)
        silent = await db.rows("SELECT id FROM process_heartbeat WHERE seen_at < $1", clock.later(seconds=-SILENT_AFTER_S))
        await self._bury(queue, [one["id"] for one in silent])

    async def _sweep(self, redis: Redis) -> None:
        """Run the sweeps once a minute of UTC over all processes; a lost lock costs a repeat, which changes nothing."""
        minute = clock.now().strftime("%Y-%m-%dT%H:%M")
        if await redis.set(f"incubator:sweep:{minute}", str(self.id), nx=True, ex=120):
            for name, action in work.SWEEPS.items():
                try:
                    await action()
                except AWAY:
                    raise
                except Exception:
                    logger.exception("sweep failed", extra={"sweep": name})
