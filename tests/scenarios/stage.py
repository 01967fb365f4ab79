"""A stage for scenarios: the product's web process at one moment of the world, and time that passes between two."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

import pytest

from incubator import jobs
from incubator.kernel import clock, work
from tests.support.servers import Servers
from tests.support.web import Web, serving

Stage = Callable[[datetime], AbstractAsyncContextManager[Web]]


def stage_on(servers: Servers, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return what serves the product at a moment, on one database."""

    @asynccontextmanager
    async def stage(moment: datetime) -> AsyncIterator[Web]:
        with clock.travel_to(moment):
            async with serving(servers, database_url) as web:
                monkeypatch.setattr("incubator.organizations.access.settings", lambda: web.settings)
                yield web

    return stage


async def let_workers_work() -> None:
    """Run the sweeps and do all due work, as workers do by themselves."""
    jobs.load()
    sweeps: list[Callable[[], Awaitable[None]]] = list(work.SWEEPS.values())
    for sweep in sweeps:
        await sweep()
    await work.drain()
