"""What a pooled connection has learnt before the first request comes over it."""

import asyncio

import pytest

from incubator import db
from incubator.kernel.ids import new_id

pytestmark = pytest.mark.usefixtures("database")


async def test_no_request_pays_for_what_a_new_connection_has_to_learn() -> None:
    seen: list[str] = []
    stop = db.observe(lambda sql, seconds: seen.append(sql))
    ids = [new_id() for _ in range(8)]

    found = await asyncio.gather(*(db.value("SELECT ($1::uuid[])[1] FROM pg_sleep(0.01)", [one]) for one in ids))
    stop()

    assert found == ids
    assert seen == ["SELECT ($1::uuid[])[1] FROM pg_sleep(0.01)"] * 8
