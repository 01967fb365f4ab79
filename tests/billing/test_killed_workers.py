"""Billing by real worker processes that are killed in the middle: the result is that of an undisturbed run."""

from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import books, checks, service
from incubator.kernel import clock
from tests.billing.worlds import MARCH, charged, drain, rented
from tests.conftest import statement
from tests.support import make
from tests.support.evidence import record
from tests.support.processes import until, worker
from tests.support.servers import Servers


async def _world(customers: int) -> UUID:
    """Make customers with a desk and a fee each, and start a run that nobody has worked on."""
    house = await make.house()
    for number in range(customers):
        customer = await rented(house, unit_price_minor=10_000 + number)
        await charged(house, customer, 777)
    return await service.start_billing_run(house.manager, MARCH, "run-of-march")


async def _done() -> int:
    count: int = await db.value("SELECT count(*) FROM billing_run_item WHERE state = 'done'")
    return count


async def _killed_again_and_again(servers: Servers, url: str, folder: Path, kills: int) -> int:
    """Start a worker, kill it as soon as it has billed somebody, and so on; at last let one finish. Returns how often one was killed."""
    killed = 0
    while killed < kills:
        before = await _done()
        async with worker(url, servers.redis_url, folder) as process:
            await until(partial(_more_than, before), "no customer was billed")
            await process.kill()
            killed += 1
        if await db.value("SELECT count(*) FROM billing_run_item WHERE state = 'waiting'") == 0:
            break
    async with worker(url, servers.redis_url, folder):
        await until(_finished, "the run did not finish", 120)
    return killed


async def _more_than(before: int) -> bool:
    return await _done() > before


async def _finished() -> bool:
    return bool(await db.value("SELECT state = 'finished' FROM billing_run"))


async def _compare(servers: Servers, database_url: str, folder: Path, customers: int, kills: int) -> None:
    name = urlsplit(database_url).path.lstrip("/")
    twin = f"{name}_twin"
    await db.connect(database_url)
    await _world(customers)
    await db.close()
    await statement(servers, f"CREATE DATABASE {twin} TEMPLATE {name}")
    try:
        await db.connect(servers.database(twin))
        await drain()
        undisturbed = await books.fingerprint(with_numbers=False)
        await db.close()
        await db.connect(database_url)
        killed = await _killed_again_and_again(servers, database_url, folder, kills)
        disturbed = await books.fingerprint(with_numbers=False)
        problems = await checks.problems()
        numbers = await db.value("SELECT array_agg(sequence ORDER BY sequence) FROM invoice")
        await db.close()
    finally:
        await statement(servers, f"DROP DATABASE {twin} WITH (FORCE)")

    assert killed == kills
    assert disturbed == undisturbed
    assert problems == []
    assert numbers == list(range(1, customers + 1))


async def test_killing_workers_in_the_middle_changes_nothing(servers: Servers, database_url: str, tmp_path: Path) -> None:
    await _compare(servers, database_url, tmp_path, customers=80, kills=3)


@pytest.mark.prove
async def test_killing_workers_twenty_times_changes_nothing(servers: Servers, database_url: str, tmp_path: Path) -> None:
    await _compare(servers, database_url, tmp_path, customers=700, kills=20)
    record(
        "billing 700 customers with 20 kills of the worker gives what an undisturbed run gives", "equal; books without a problem; no gap"
    )


async def test_workers_bill_what_drain_bills(servers: Servers, database: str, tmp_path: Path) -> None:
    assert clock.now().tzinfo is not None
    await _world(5)

    async with worker(database, servers.redis_url, tmp_path):
        await until(_finished, "the run did not finish", 60)
        await until(_documented, "the documents were not made", 60)

    assert len(list((tmp_path / "files").rglob("*"))) >= 5


async def _documented() -> bool:
    return bool(await db.value("SELECT count(*) = 5 FROM invoice_document"))
