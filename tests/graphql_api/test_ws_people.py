"""Who may hold a socket, from where, how many, and for how long."""

import pytest
from websockets.exceptions import InvalidStatus

from incubator_graphql.ws import Sockets
from tests.graphql_api.small_world import FakeAdmission, Server, SmallWorld, serving
from tests.graphql_api.ws_client import INIT, begin, closed, receive, send, subscribe
from tests.support.processes import until


async def test_an_anonymous_socket_is_closed_with_4403(small_server: Server) -> None:
    async with small_server.ws(token=None) as socket:
        await send(socket, INIT)

        assert await closed(socket) == (4403, "Forbidden")


async def test_a_token_may_come_in_the_init_payload(small_server: Server) -> None:
    async with small_server.ws(token=None) as socket:
        await send(socket, {"type": "connection_init", "payload": {"authorization": "Bearer bob"}})
        assert await receive(socket) == {"type": "connection_ack"}
        await send(socket, subscribe("{ secret }"))

        assert (await receive(socket))["payload"]["data"] == {"secret": "Bob"}


@pytest.mark.parametrize("payload", [{"authorization": "Bearer nobody"}, {"authorization": 1}, {"authorization": {}}])
async def test_a_wrong_token_in_the_init_payload_is_closed_with_4403(small_server: Server, payload: object) -> None:
    async with small_server.ws(token=None) as socket:
        await send(socket, {"type": "connection_init", "payload": payload})

        assert (await closed(socket))[0] == 4403


async def test_a_page_of_another_site_is_refused_at_the_handshake(small_server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await small_server.ws(origin="https://evil.example").__aenter__()

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://app.example", "same"])
async def test_our_own_pages_are_let_in(small_server: Server, origin: str) -> None:
    async with small_server.ws(origin=small_server.url if origin == "same" else origin) as socket:
        await begin(socket)


async def test_each_person_has_a_limited_number_of_sockets() -> None:
    async with serving(SmallWorld(sockets=Sockets(per_person=2))) as server:
        async with server.ws() as one, server.ws() as two, server.ws() as three, server.ws(token="bob") as other:
            for socket in (one, two, other):
                await begin(socket)
            await send(three, INIT)
            assert await closed(three) == (4403, "Forbidden")

        async def gone() -> bool:
            return len(server.world.sockets) == 0

        await until(gone, "the sockets' ends")


async def test_a_revoked_token_loses_the_socket_at_its_next_operation() -> None:
    async with serving(SmallWorld(admission=FakeAdmission())) as server, server.ws() as socket:
        await begin(socket)
        server.world.admission.revoked.add("alice")
        await send(socket, subscribe("{ hello }"))

        assert await closed(socket) == (4403, "Forbidden")
