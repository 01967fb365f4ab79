"""The one way to a transaction: commits, rolls back, nests, and never loses a connection."""

import asyncio
import random

import asyncpg
import pytest

from incubator import db
from incubator.kernel.ids import new_id

pytestmark = pytest.mark.usefixtures("database")
INSERT = "INSERT INTO sign_in_attempt (id, bucket, at) VALUES ($1, $2, '2026-03-01T00:00:00Z')"
COUNT = "SELECT count(*) FROM sign_in_attempt WHERE bucket = $1"


async def test_commits_what_was_written() -> None:
    async with db.transaction():
        await db.execute(INSERT, new_id(), "kept")

    assert await db.value(COUNT, "kept") == 1


async def test_rolls_back_on_an_error_and_keeps_the_pool_whole() -> None:
    free = db.pool_free()

    with pytest.raises(LookupError):
        async with db.transaction():
            await db.execute(INSERT, new_id(), "lost")
            raise LookupError

    assert (await db.value(COUNT, "lost"), db.pool_free()) == (0, free)


async def test_an_inner_block_is_a_savepoint() -> None:
    async with db.transaction():
        await db.execute(INSERT, new_id(), "outer")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with db.transaction():
                same = new_id()
                await db.execute(INSERT, same, "inner")
                await db.execute(INSERT, same, "inner")
        await db.execute(INSERT, new_id(), "outer")

    assert (await db.value(COUNT, "outer"), await db.value(COUNT, "inner")) == (2, 0)


async def test_callbacks_run_after_the_commit_and_not_after_a_rollback() -> None:
    told: list[str] = []

    async with db.transaction():
        db.on_commit(lambda: told.append("committed"))
        before_commit = list(told)
    with pytest.raises(LookupError):
        async with db.transaction():
            db.on_commit(lambda: told.append("rolled back"))
            raise LookupError

    assert (before_commit, told) == ([], ["committed"])


async def test_500_cancellations_at_random_points_lose_no_connection() -> None:
    free, chance, finished = db.pool_free(), random.Random(500), []

    async def use_case(number: int) -> None:
        async with db.transaction():
            await db.execute(INSERT, new_id(), f"cancel-{number}")
            async with db.transaction():
                await db.value("SELECT pg_sleep(0.0005)")
            await db.execute(INSERT, new_id(), f"cancel-{number}")
        finished.append(number)

    for number in range(500):
        task = asyncio.create_task(use_case(number))
        await asyncio.wait([task], timeout=chance.random() * 0.008)
        task.cancel()
        await asyncio.wait([task])
    await asyncio.gather(*db._cleanups)

    halves = await db.value("SELECT count(*) FROM (SELECT bucket FROM sign_in_attempt GROUP BY bucket HAVING count(*) <> 2) AS torn")
    assert (db.pool_free(), halves) == (free, 0)
    assert 0 < len(finished) < 500


async def test_a_deadlock_is_tried_again() -> None:
    one, other = new_id(), new_id()
    await db.execute(INSERT, one, "a")
    await db.execute(INSERT, other, "b")
    met = asyncio.Barrier(2)
    tries: list[str] = []

    @db.retried
    async def update(first: object, second: object) -> None:
        tries.append("try")
        async with db.transaction():
            await db.execute("UPDATE sign_in_attempt SET bucket = bucket || 'x' WHERE id = $1", first)
            if len(tries) <= 2:
                await met.wait()
            await db.execute("UPDATE sign_in_attempt SET bucket = bucket || 'x' WHERE id = $1", second)

    await asyncio.gather(update(one, other), update(other, one))

    assert len(tries) == 3
    assert {row["bucket"] for row in await db.rows("SELECT bucket FROM sign_in_attempt")} == {"axx", "bxx"}
