"""The `changes` subscription on the real product: told what one may see, checked each time, ended when rights end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection

from incubator import db, valkey
from incubator.kernel import doorbell, outbox
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.ids import new_id
from incubator.kernel.outbox import Touched
from incubator.organizations import service, sign_in
from incubator_graphql import changes
from incubator_graphql.change_feed import MAX_WAITING, ChangeFeed, FeedEnded
from incubator_graphql.ids import encode
from tests.support import make
from tests.support.processes import until
from tests.support.servers import Servers
from tests.support.web import Web, run, session_of

PATIENCE_S = 5
CHANGES = "subscription { changes { typeName id version } }"


@asynccontextmanager
async def listening(web: Web, session: dict[str, str]) -> AsyncIterator[ClientConnection]:
    """Open a socket that listens; what is told before it listens is lost, so wait until the process counts it."""
    before = await listeners(web)
    async with web.socket(session["session"]) as socket:
        await socket.send('{"type": "connection_init"}')
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": CHANGES}}))

        async def listens() -> bool:
            return await listeners(web) > before

        await until(listens, "the subscription")
        yield socket


async def listeners(web: Web) -> float:
    """Return how many subscriptions the process says it has."""
    async with web.client() as client:
        figures = (await client.get("/metrics")).text
    return float(next(line for line in figures.splitlines() if line.startswith("incubator_change_listeners ")).split()[1])


async def receive(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))
    return found


async def told(socket: ClientConnection) -> tuple[str, str, int]:
    change = (await receive(socket))["payload"]["data"]["changes"]
    return change["typeName"], change["id"], change["version"]


def announce(*touched: Touched) -> None:
    doorbell.announce(touched)


def person_id(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id


async def test_tells_what_one_may_see_and_nothing_else(web: Web) -> None:
    owner, other = await make.startup_owner(), await make.startup_owner()
    async with listening(web, await session_of(owner)) as socket:
        announce(Touched("Person", person_id(other), 7), Touched("Nothing", new_id(), 1), Touched("Person", new_id(), 1))
        announce(Touched("Person", person_id(owner), 3))

        assert await told(socket) == ("Person", encode("Person", person_id(owner)), 3)


async def test_a_fact_reaches_the_screen_through_outbox_and_valkey(web: Web) -> None:
    owner = await make.startup_owner()
    session = await session_of(owner)
    async with listening(web, session) as socket:
        await run(web, session, "UpdatePreferences", input={"timeZone": "Asia/Tokyo", "expectedVersion": 1})
        await outbox.relay()

        assert await told(socket) == ("Person", encode("Person", person_id(owner)), 2)


async def test_a_row_that_changed_many_times_is_told_once_with_its_newest_version(web: Web) -> None:
    owner = await make.startup_owner()
    async with listening(web, await session_of(owner)) as socket:
        announce(*(Touched("Person", person_id(owner), version) for version in range(1, 50)))

        assert await told(socket) == ("Person", encode("Person", person_id(owner)), 49)


async def test_no_connection_of_the_pool_is_held_while_waiting(web: Web) -> None:
    owner = await make.startup_owner()
    session = await session_of(owner)
    before = db.pool_free()
    async with listening(web, session), listening(web, session), listening(web, session):
        assert db.pool_free() == before


async def ended(socket: ClientConnection) -> bool:
    """Tell whether the stream ends, without telling anything more."""
    return bool((await receive(socket))["type"] == "complete")


async def test_a_revoked_session_ends_the_stream(web: Web) -> None:
    owner = await make.startup_owner()
    session = await session_of(owner)
    async with listening(web, session) as socket:
        await sign_in.sign_out(session["session"])
        announce(Touched("Person", person_id(owner), 3))

        assert await ended(socket)


async def test_a_lost_membership_ends_the_stream(web: Web) -> None:
    owner = await make.startup_owner()
    async with listening(web, await session_of(owner)) as socket:
        await db.execute("DELETE FROM role_assignment WHERE person_id = $1", person_id(owner))
        announce(Touched("Person", person_id(owner), 3))

        assert await ended(socket)


async def test_standing_elsewhere_ends_the_stream(web: Web) -> None:
    owner, other = await make.startup_owner(), await make.organization("corporate")
    await service.give_role(SYSTEM, person_id(owner), other, Role.SCOUT)
    session = await session_of(owner)
    async with listening(web, session) as socket:
        await run(web, session, "SwitchOrganization", input={"organizationId": encode("Organization", other)})
        announce(Touched("Person", person_id(owner), 3))

        assert await ended(socket)


async def test_without_any_change_rights_are_looked_at_again(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LOOK_AGAIN_S", 0.1)
    session = await session_of(await make.startup_owner())
    async with listening(web, session) as socket:
        await sign_in.sign_out(session["session"])

        assert await ended(socket)


async def test_two_processes_hear_the_same(servers: Servers) -> None:
    redis = valkey.client(servers.redis_url)
    feeds = [ChangeFeed(), ChangeFeed()]
    following = [asyncio.create_task(feed.follow(redis)) for feed in feeds]

    async def followed() -> bool:
        return dict(await redis.pubsub_numsub(valkey.CHANGES)) == {valkey.CHANGES.encode(): 2}

    await until(followed, "both to listen")
    row = new_id()
    with feeds[0].listening() as one, feeds[1].listening() as two:
        valkey.ValkeyDoorbell(redis).announce([Touched("Site", row, 2)])
        heard = [await one.changes(PATIENCE_S), await two.changes(PATIENCE_S)]
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    await redis.aclose()

    assert heard == [[Touched("Site", row, 2)]] * 2
    assert len(feeds[0]) == 0


async def test_who_falls_too_far_behind_is_ended_rather_than_told_half() -> None:
    feed = ChangeFeed()
    with feed.listening() as listener:
        feed.tell([Touched("Site", new_id(), 1) for _ in range(MAX_WAITING + 1)])

        with pytest.raises(FeedEnded):
            await listener.changes(PATIENCE_S)


async def test_after_a_broken_connection_all_are_ended() -> None:
    feed = ChangeFeed()
    with feed.listening() as one, feed.listening() as two:
        feed.end_all()

        for listener in (one, two):
            with pytest.raises(FeedEnded):
                await listener.changes(PATIENCE_S)


async def test_without_changes_the_wait_ends_with_nothing() -> None:
    with ChangeFeed().listening() as listener:
        assert await listener.changes(0.01) == []
