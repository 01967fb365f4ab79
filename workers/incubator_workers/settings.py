"""The one module that knows arq: a queue of wake-up calls, each the id of a row in PostgreSQL's work table."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import in_progress_key_prefix
from arq.worker import Worker, func

from incubator.kernel import clock

Queue = ArqRedis
QUEUE = "incubator:work"
JOB_TIMEOUT_S = 300
RING_AGAIN_S = 15
"""A wake-up that was lost is sent again after this time: its id changes then, so arq does not take it for a repeat."""


def redis_settings(url: str) -> RedisSettings:
    """Return arq's settings for the same address that everything else uses."""
    if url.startswith("unix://"):
        return RedisSettings(unix_socket_path=urlsplit(url).path, conn_retries=0)
    settings = RedisSettings.from_dsn(url)
    settings.conn_retries = 0
    return settings


async def open_queue(url: str) -> ArqRedis:
    """Open arq's connection."""
    return await create_pool(redis_settings(url), default_queue_name=QUEUE)


async def wake(queue: ArqRedis, item_id: UUID, fence: int) -> None:
    """Call for one piece of work, once for each lease it has had and each 15 s."""
    moment = int(clock.now().timestamp()) // RING_AGAIN_S
    await queue.enqueue_job("run_work", str(item_id), _job_id=f"{item_id}:{fence}:{moment}")


async def free_calls(queue: ArqRedis) -> None:
    """Let calls be taken again that a process had in hand when it was killed.

    arq skips them until their time limit, and a hundred of them hide everything behind them. A call that somebody has in hand may be
    taken twice so; the second finds the work leased and does nothing.
    """
    async for key in queue.scan_iter(match=f"{in_progress_key_prefix}*"):
        await queue.delete(key)


def make_worker(queue: ArqRedis, run: Callable[[UUID], Awaitable[bool]], *, jobs_at_once: int) -> Worker:
    """Make the arq worker of this process; it keeps no results and retries nothing, since the work table does both."""

    async def run_work(context: dict[Any, Any], item_id: str) -> None:
        await run(UUID(item_id))

    wake_up: Any = run_work

    return Worker(
        functions=[func(wake_up, name="run_work", keep_result=0, timeout=JOB_TIMEOUT_S, max_tries=1)],
        redis_pool=queue,
        queue_name=QUEUE,
        max_jobs=jobs_at_once,
        poll_delay=0.05,
        handle_signals=False,
        health_check_interval=60,
        job_completion_wait=0,
        retry_jobs=False,
    )
