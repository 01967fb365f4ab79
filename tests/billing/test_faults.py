"""Billing by real worker processes while the power goes, Valkey is emptied and away, and PostgreSQL restarts: the result is always that of
an undisturbed run, and every check of the books finds nothing."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import redis.asyncio

from incubator import db, jobs
from incubator.billing import books, checks, service
from incubator.billing.documents import MAKE_DOCUMENT
from incubator.billing.finalising import FINALISE
from incubator.billing.run_batches import BILL_CUSTOMER
from incubator.billing.runs import BILL_BATCH, ESTIMATE
from incubator.kernel import faults, work
from incubator.kernel.faults import Point
from tests.billing.worlds import MARCH, customers_with_a_desk
from tests.support import make
from tests.support.evidence import is_proving, record, sized
from tests.support.make import House
from tests.support.own_servers import OwnServers, own_servers
from tests.support.processes import Process, start, until, worker, worker_environment

CUSTOMERS, KILLS, RESTARTS, AWAY_S = (5_000, 100, 5, 30) if is_proving() else (320, 3, 1, 2)
PATIENCE_S = 600 if is_proving() else 90
STARTING = (Point.RUN_STARTED, Point.RUN_LISTED)
Disturb = Callable[["Running"], Awaitable[None]]


@dataclass
class Running:
    """What a disturbance needs."""

    servers: OwnServers
    folder: Path
    house: House

    def worker(self) -> AbstractAsyncContextManager[Process]:
        """Run a worker process."""
        return worker(self.servers.url, self.servers.redis_url, self.folder)

    @asynccontextmanager
    async def supervisor(self) -> AsyncIterator[None]:
        """Run `incubator worker`: a worker process may end when a server goes away, and is started again until it lives."""
        environment = worker_environment(self.servers.url, self.servers.redis_url, self.folder)
        process = await start("incubator", environment, self.folder, "worker")
        try:
            yield
        finally:
            await process.stop()

    async def connected(self) -> None:
        """Connect anew, after the server was away."""
        await db.close()
        await db.connect(self.servers.url)


async def _progress() -> int:
    count: int = await db.value("SELECT count(*) FROM work_item WHERE state = 'done'")
    return count


async def _more_than(before: int) -> bool:
    return await _progress() > before


async def _all_done() -> bool:
    """Tell whether everything but documents is done: the run, the numbers, and who was told."""
    return not await db.value(
        "SELECT EXISTS (SELECT 1 FROM billing_run WHERE state <> 'finished') OR EXISTS (SELECT 1 FROM invoice WHERE state = 'draft')"
        " OR EXISTS (SELECT 1 FROM outbox_message WHERE relayed_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM work_item WHERE state IN ('ready', 'leased') AND kind = ANY($1::text[]))",
        [ESTIMATE, BILL_BATCH, BILL_CUSTOMER, FINALISE, "consume"],
    )


async def _undisturbed(servers: OwnServers) -> str:
    """Do the same work in a copy of the database, by nobody who could be disturbed."""
    await db.connect(await servers.clone("twin"))
    jobs.load()
    await work.drain(leave={MAKE_DOCUMENT})
    found = await books.fingerprint(with_numbers=False)
    await db.close()
    return found


async def _prove(folder: Path, disturb: Disturb) -> None:
    """Start a run, let somebody disturb its workers, let it end, and compare."""
    async with own_servers(folder) as servers:
        await db.connect(servers.url)
        house = await make.house()
        await customers_with_a_desk(house, CUSTOMERS)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await db.close()
        expected = await _undisturbed(servers)
        running = Running(servers, folder, house)
        await running.connected()

        await disturb(running)
        async with running.worker():
            await until(_all_done, "the work was not done", PATIENCE_S)
        await _check(expected)


async def _check(expected: str) -> None:
    assert await books.fingerprint(with_numbers=False) == expected
    assert [*await checks.problems(), *await checks.unrelayed()] == []
    assert await db.value("SELECT array_agg(sequence ORDER BY sequence) FROM invoice") == list(range(1, CUSTOMERS + 1))
    assert await db.value("SELECT count(*) FROM billing_run_item WHERE state <> 'done'") == 0


async def _kill_again_and_again(running: Running) -> None:
    chance = random.Random(11)
    for _ in range(KILLS):
        before = await _progress()
        async with running.worker() as process:
            await until(partial(_more_than, before), "nothing was done", PATIENCE_S)
            await asyncio.sleep(chance.random() / 5)  # the moment of a power cut is nobody's choice
            await process.kill()


async def _empty_and_stop_valkey(running: Running) -> None:
    async with running.supervisor():
        await until(partial(_more_than, await _progress()), "nothing was done", PATIENCE_S)
        client = redis.asyncio.from_url(running.servers.redis_url)  # type: ignore[no-untyped-call]
        await client.flushall()
        await client.aclose()
        running.servers.valkey.stop()
        await asyncio.sleep(AWAY_S)  # as long as it is said to be away
        running.servers.valkey.start()
        await until(_all_done, "the work was not done after Valkey came back", PATIENCE_S)


async def _restart_postgresql(running: Running) -> None:
    async with running.supervisor():
        for _ in range(RESTARTS):
            await until(partial(_more_than, await _progress()), "nothing was done", PATIENCE_S)
            await db.close()
            running.servers.postgres.stop()
            running.servers.postgres.start()
            await running.connected()


async def _die_at_every_point(running: Running) -> None:
    for point in Point:
        if point in STARTING:
            continue
        environment = worker_environment(running.servers.url, running.servers.redis_url, running.folder) | {faults.VARIABLE: point.value}
        process = await start("incubator_workers", environment, running.folder)
        assert await process.ended(PATIENCE_S) == 86, f"no worker ever came to: {point}"


PROOFS = [
    pytest.param(_kill_again_and_again, f"{KILLS} kill -9 of workers", id="kills"),
    pytest.param(_empty_and_stop_valkey, f"Valkey emptied and stopped for {AWAY_S} s", id="valkey"),
    pytest.param(_restart_postgresql, f"PostgreSQL restarted {RESTARTS} times", id="postgresql"),
    pytest.param(_die_at_every_point, "death at every named fault point", id="points"),
]


@sized()
@pytest.mark.parametrize(("disturb", "what"), PROOFS)
async def test_a_disturbed_run_gives_what_an_undisturbed_one_gives(tmp_path: Path, disturb: Disturb, what: str) -> None:
    await _prove(tmp_path, disturb)
    record(f"{what} in a run of {CUSTOMERS} contracts: as undisturbed, all checks 0", "equal, no gap, C1 to C8: 0")


@pytest.mark.parametrize("point", STARTING)
async def test_a_run_whose_start_died_was_never_started(tmp_path: Path, database_url: str, point: Point) -> None:
    await db.connect(database_url)
    house = await make.house()
    await customers_with_a_desk(house, 3)
    environment = {"INCUBATOR_DATABASE_URL": database_url, "PERSON": str(house.manager.person_id), "OPERATOR": str(house.operator_id)}

    died = await start("tests.support.start_billing_run", environment | {faults.VARIABLE: point.value}, tmp_path)
    code = await died.ended(30)
    written = await db.value("SELECT (SELECT count(*) FROM billing_run) + (SELECT count(*) FROM work_item)")
    again = await start("tests.support.start_billing_run", environment, tmp_path)
    code_again = await again.ended(30)
    started = await db.value("SELECT count(*) FROM billing_run_item")
    await db.close()

    assert (code, written) == (86, 0)
    assert (code_again, started) == (0, 3)
