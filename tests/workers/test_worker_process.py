"""Worker processes do what is on the list, whatever happens to them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from mailbox import Maildir
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from incubator import db
from incubator.billing.ecb import READ_RATES
from incubator.config import Settings
from incubator.kernel import clock, outbox, work
from incubator.kernel.actor import Role
from incubator.kernel.ids import new_id
from incubator.notifications.kinds import Kind
from incubator.notifications.service import write_mail
from incubator.organizations import service
from incubator.valkey import client
from incubator_workers import settings
from incubator_workers.process import WorkerProcess
from tests.support import make
from tests.support.evidence import record
from tests.support.processes import until, worker
from tests.support.servers import Servers

pytestmark = pytest.mark.usefixtures("database")
MAILS = 380
"""With those that a kill sends twice, up to eight at a time, below the 500 that the local mailbox keeps."""


async def unfinished() -> int:
    """Count work that is not done; the bank's rates are asked for again and again here, where there is no bank."""
    return int(await db.value("SELECT count(*) FROM work_item WHERE state <> 'done' AND kind <> $1", READ_RATES))


async def done(count: int) -> bool:
    """Tell whether that many pieces are done and none is left."""
    return await db.value("SELECT count(*) FROM work_item WHERE state = 'done'") >= count and await unfinished() == 0


async def write_mails(count: int) -> None:
    """Put mails on the work list."""
    for number in range(count):
        await write_mail(f"p{number}@people.example", f"P{number}", "en", "UTC", Kind.PASSWORD_CHANGED, {}, "/sign-in", f"mail-{number}")


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    """An emptied Valkey."""
    opened = client(servers.redis_url)
    await opened.flushall()
    yield opened
    await opened.aclose()


async def test_a_fact_becomes_a_mail_without_anybody_waiting(database: str, servers: Servers, redis: Redis, tmp_path: Path) -> None:
    async with worker(database, servers.redis_url, tmp_path):
        await service.invite_person(await make.startup_owner(), "new@people.example", "Newcomer", [Role.MEMBER])

        await until(lambda: done(2), "the invitation's mail")

    assert [message["To"] for message in Maildir(tmp_path / "mailbox")] == ["new@people.example"]


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.prove)])
async def test_killed_again_and_again_in_the_middle_loses_nothing(
    database: str, servers: Servers, redis: Redis, tmp_path: Path, kills: int
) -> None:
    await write_mails(MAILS)
    for kill in range(kills):
        async with worker(database, servers.redis_url, tmp_path):
            finished = int(await db.value("SELECT count(*) FROM work_item WHERE state = 'done'"))
            await until(lambda: done_beyond(finished), f"progress before kill {kill}")  # noqa: B023 - awaited in this round
    async with worker(database, servers.redis_url, tmp_path):
        await until(lambda: done(MAILS), "everything", 60)

    ids = Counter(message["Message-ID"] for message in Maildir(tmp_path / "mailbox"))
    assert len(ids) == MAILS, "a mail that is sent again bears the same id"
    assert await db.rows("SELECT kind, state, attempts, last_error FROM work_item WHERE state = 'parked' OR attempts > 0") == []
    record(f"{MAILS} mails with {kills} kills of the worker: none lost, none parked", f"all arrived, {ids.total() - MAILS} of them twice")


async def test_what_killed_processes_had_in_hand_hides_nothing_from_the_next(
    database: str, servers: Servers, redis: Redis, tmp_path: Path
) -> None:
    await write_mails(150)
    queue = await settings.open_queue(servers.redis_url)
    for item_id, fence in await work.due(150):
        await settings.wake(queue, item_id, fence)
    for call in await redis.zrange(settings.QUEUE, 0, 129):
        await redis.set(f"arq:in-progress:{call.decode()}", b"1", px=300_000)
    await queue.aclose()
    await db.execute(
        "INSERT INTO process_heartbeat (id, kind, host, pid, started_at, seen_at) VALUES ($1, 'worker', 'another', 1, $2, $2)",
        new_id(),
        clock.later(minutes=-5),
    )

    async with worker(database, servers.redis_url, tmp_path):
        await until(lambda: done(150), "all mails")

    assert len(list(Maildir(tmp_path / "mailbox"))) == 150


async def done_beyond(count: int) -> bool:
    """Tell whether something more is done, or all is."""
    return bool(await db.value("SELECT count(*) FROM work_item WHERE state = 'done'") > count or await unfinished() == 0)


async def test_a_clean_stop_puts_back_what_was_under_way_and_takes_the_heartbeat_down(
    database: str, servers: Servers, redis: Redis, tmp_path: Path
) -> None:
    async with worker(database, servers.redis_url, tmp_path) as process:
        await until(lambda: heartbeats(1), "the heartbeat")
        await write_mails(50)

        code = await process.stop()

    assert (code, await heartbeats(0)) == (0, True)
    assert await db.value("SELECT count(*) FROM work_item WHERE state = 'leased'") == 0


async def heartbeats(count: int) -> bool:
    """Tell whether that many processes say that they live."""
    return bool(await db.value("SELECT count(*) FROM process_heartbeat") == count)


async def test_flushing_valkey_costs_seconds_and_nothing_else(database: str, servers: Servers, redis: Redis, tmp_path: Path) -> None:
    async with worker(database, servers.redis_url, tmp_path):
        await until(lambda: heartbeats(1), "the heartbeat")
        await write_mails(100)
        await redis.flushall()
        await until(lambda: done(100), "all mails", 60)

    assert await unfinished() == 0


@pytest.mark.parametrize(
    "away",
    [
        ConnectionResetError("reset by peer"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CannotConnectNowError("the database system is shutting down"),
        asyncpg.ConnectionDoesNotExistError("connection was closed"),
    ],
)
async def test_a_loop_of_a_worker_goes_on_when_a_server_was_away(away: Exception, tmp_path: Path) -> None:
    process, said = WorkerProcess(Settings(data_dir=tmp_path), "", ""), [away]

    async def look() -> None:
        if said:
            raise said.pop()
        process._stopping.set()

    await asyncio.wait_for(process._every(0.01, look), 10)

    assert said == []


async def test_a_job_that_fails_five_times_is_parked_with_its_reason_and_can_be_freed() -> None:
    await work.schedule("no such job", "subject")
    [(item_id, _)] = await work.due()

    moment = clock.now()
    for attempt in range(5):
        with clock.travel_to(moment.replace(year=moment.year + 1 + attempt)):
            assert await work.run(item_id)
    parked = await db.row("SELECT state, attempts, last_error FROM work_item WHERE id = $1", item_id)
    freed = await work.unpark(item_id)

    assert parked is not None
    assert (parked["state"], parked["attempts"]) == ("parked", 5)
    assert "no job is registered" in parked["last_error"]
    assert freed


async def test_a_second_lease_makes_the_first_ones_outcome_void() -> None:
    await work.schedule("anything", "subject")
    [(item_id, _)] = await work.due()
    first = await work.lease(item_id)
    with clock.travel_to(clock.later(seconds=60)):
        second = await work.lease(item_id)
    assert first is not None
    assert second is not None

    async with db.transaction():
        with pytest.raises(work.LeaseLost):
            await work.require_lease(first)
        await work.require_lease(second)

    assert (first.fence, second.fence) == (1, 2)


async def test_a_fact_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        await outbox.record(outbox.Event())
