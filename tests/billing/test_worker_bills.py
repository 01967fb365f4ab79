"""Billing by a real worker process, documents included."""

from pathlib import Path
from uuid import UUID

from incubator import db
from incubator.billing import service
from incubator.kernel import clock
from tests.billing.worlds import MARCH, charged, rented
from tests.support import make
from tests.support.processes import until, worker
from tests.support.servers import Servers


async def _world(customers: int) -> UUID:
    """Make customers with a desk and a fee each, and start a run that nobody has worked on."""
    house = await make.house()
    for number in range(customers):
        customer = await rented(house, unit_price_minor=10_000 + number)
        await charged(house, customer, 777)
    return await service.start_billing_run(house.manager, MARCH, "run-of-march")


async def _finished() -> bool:
    return bool(await db.value("SELECT state = 'finished' FROM billing_run"))


async def test_workers_bill_what_drain_bills(servers: Servers, database: str, tmp_path: Path) -> None:
    assert clock.now().tzinfo is not None
    await _world(5)

    async with worker(database, servers.redis_url, tmp_path):
        await until(_finished, "the run did not finish", 60)
        await until(_documented, "the documents were not made", 60)

    assert len(list((tmp_path / "files").rglob("*"))) >= 5


async def _documented() -> bool:
    return bool(await db.value("SELECT count(*) = 5 FROM invoice_document"))
