"""The rules of graphql-transport-ws (enisdenjo/graphql-ws, PROTOCOL.md), each against a real server."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from incubator_graphql import http
from incubator_graphql.ws import Sockets
from tests.graphql_api.small_world import LOADED, STOPPED, FakeAdmission, Server, SmallWorld, serving

INIT = {"type": "connection_init"}
PATIENCE_S = 5


def subscribe(query: str, id: str = "1", **rest: object) -> dict[str, object]:
    return {"id": id, "type": "subscribe", "payload": {"query": query, **rest}}


async def send(socket: ClientConnection, message: object) -> None:
    await socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))


async def receive(socket: ClientConnection) -> dict[str, Any]:
    raw = await asyncio.wait_for(socket.recv(), PATIENCE_S)
    assert isinstance(raw, str), "messages are text frames"
    message: dict[str, Any] = json.loads(raw)
    return message


async def begin(socket: ClientConnection) -> None:
    await send(socket, INIT)
    assert await receive(socket) == {"type": "connection_ack"}


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """Wait for the server's close, passing over what it still had to say."""
    with pytest.raises(ConnectionClosed) as ended:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await socket.recv()
    assert ended.value.rcvd is not None, "the server said good-bye"
    return ended.value.rcvd.code, ended.value.rcvd.reason


async def is_alive(socket: ClientConnection) -> bool:
    await send(socket, {"type": "ping"})
    return (await receive(socket)) == {"type": "pong"}


async def test_the_server_chooses_the_protocol(small_server: Server) -> None:
    async with small_server.ws() as socket:
        assert socket.subprotocol == "graphql-transport-ws"


@pytest.mark.parametrize("protocol", ["graphql-ws", "graphql-sse", None], ids=["legacy", "sse", "none"])
async def test_another_protocol_is_closed_with_4406(small_server: Server, protocol: str | None) -> None:
    async with small_server.ws(None) as socket:
        assert (await closed(socket))[0] == 4406


async def test_init_is_acknowledged(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)


@pytest.mark.parametrize("payload", [{}, None, {"any": "thing"}])
async def test_init_takes_an_object_or_null_as_payload(small_server: Server, payload: object) -> None:
    async with small_server.ws() as socket:
        await send(socket, {"type": "connection_init", "payload": payload})

        assert await receive(socket) == {"type": "connection_ack"}


@pytest.mark.parametrize("payload", ["text", 1, True, [1]])
async def test_init_with_another_payload_is_closed_with_4400(small_server: Server, payload: object) -> None:
    async with small_server.ws() as socket:
        await send(socket, {"type": "connection_init", "payload": payload})

        assert (await closed(socket))[0] == 4400


async def test_a_second_init_is_closed_with_4429(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, INIT)

        assert await closed(socket) == (4429, "Too many initialisation requests")


async def test_no_init_within_the_wait_is_closed_with_4408() -> None:

    assert timedelta(seconds=8) == http.CONNECTION_INIT_WAIT
    async with serving(SmallWorld(init_wait=timedelta(milliseconds=50))) as server, server.ws() as socket:
        assert await closed(socket) == (4408, "Connection initialisation timeout")


async def test_subscribe_before_the_acknowledgement_is_closed_with_4401(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await send(socket, subscribe("{ hello }"))

        assert await closed(socket) == (4401, "Unauthorized")


@pytest.mark.parametrize("payload", [None, {}, {"at": 1}])
async def test_ping_is_answered_with_pong(small_server: Server, payload: object) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, {"type": "ping", **({"payload": payload} if payload is not None else {})})

        assert await receive(socket) == {"type": "pong"}


async def test_ping_is_answered_before_init(small_server: Server) -> None:
    async with small_server.ws() as socket:
        assert await is_alive(socket)


async def test_an_unasked_pong_is_ignored(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, {"type": "pong", "payload": {"a": 1}})

        assert await is_alive(socket)


async def test_a_query_gives_next_and_complete(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("{ hello }"))

        answer, end = await receive(socket), await receive(socket)

    assert (answer["type"], answer["id"], answer["payload"]["data"]) == ("next", "1", {"hello": "hello world"})
    assert end == {"type": "complete", "id": "1"}


async def test_a_mutation_gives_next_and_complete(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe('mutation { rename(input: {name: "x"}) { name } }'))

        assert (await receive(socket))["payload"]["data"] == {"rename": {"name": "x"}}
        assert (await receive(socket))["type"] == "complete"


async def test_a_subscription_gives_each_result_then_complete(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("subscription { count(to: 3) }"))

        messages = [await receive(socket) for _ in range(4)]

    assert [m["payload"]["data"]["count"] for m in messages[:3]] == [1, 2, 3]
    assert messages[3] == {"type": "complete", "id": "1"}


async def test_variables_and_operation_name_are_used(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        document = "query A($n: String!) { hello(name: $n) } query B { total(numbers: [1]) }"
        await send(socket, subscribe(document, variables={"n": "you"}, operationName="A", extensions={}))

        assert (await receive(socket))["payload"]["data"] == {"hello": "hello you"}


async def test_an_id_in_use_is_closed_with_4409(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("subscription { ticks }", "same"))
        await receive(socket)
        await send(socket, subscribe("{ hello }", "same"))

        assert await closed(socket) == (4409, "Subscriber for same already exists")


async def test_a_long_id_fits_into_the_reason_of_the_close(small_server: Server) -> None:
    long = "ü" * 128
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("subscription { ticks }", long))
        await receive(socket)
        await send(socket, subscribe("{ hello }", long))
        code, reason = await closed(socket)

    assert (code, reason) == (4409, "Subscriber for " + "ü" * 54)


async def test_an_id_is_free_again_after_completion(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        for _ in range(2):
            await send(socket, subscribe("{ hello }", "again"))
            assert [(await receive(socket))["type"], (await receive(socket))["type"]] == ["next", "complete"]


async def test_an_id_is_free_again_after_an_error(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("{ nothing }", "again"))
        assert (await receive(socket))["type"] == "error"
        await send(socket, subscribe("{ hello }", "again"))
        assert (await receive(socket))["type"] == "next"


async def test_complete_stops_a_stream_and_frees_what_it_held(small_server: Server) -> None:
    STOPPED.clear()
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("subscription { ticks }"))
        await receive(socket)
        await send(socket, {"type": "complete", "id": "1"})
        await send(socket, subscribe("{ hello }", "2"))
        while (await receive(socket)).get("id") != "2":
            pass
        await receive(socket)
        await send(socket, {"type": "ping"})

        assert await receive(socket) == {"type": "pong"}
    assert len(STOPPED) == 1


async def test_complete_of_an_unknown_operation_is_ignored(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, {"type": "complete", "id": "nobody"})

        assert await is_alive(socket)


async def test_operations_run_side_by_side(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("{ slow(seconds: 0.2) }", "slow"))
        await send(socket, subscribe("{ hello }", "quick"))

        first = await receive(socket)

    assert first["id"] == "quick"


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "{ nothing }",
        "query($x: Int!) { hello }",
        "subscription { count(to: 1) ticks }",
        "fragment F on Query { hello }",
        "type A { b: Int }",
    ],
    ids=["unparsable", "unknown field", "unused variable", "two root fields", "no operation", "type system"],
)
async def test_a_wrong_document_ends_only_its_operation(small_server: Server, document: str) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe(document))
        answer = await receive(socket)

        assert (answer["type"], answer["id"]) == ("error", "1")
        assert isinstance(answer["payload"], list)
        assert answer["payload"][0]["message"]
        assert await is_alive(socket)


async def test_variables_that_do_not_coerce_end_only_their_operation(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("query($n: String!) { hello(name: $n) }", variables={"n": 1}))

        assert (await receive(socket))["type"] == "error"
        assert await is_alive(socket)


async def test_a_defect_in_a_resolver_is_masked(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("{ defect }"))
        answer = await receive(socket)

    assert "swordfish" not in json.dumps(answer)
    assert answer["payload"]["errors"][0]["extensions"]["code"] == "Defect"


async def test_a_defect_in_a_stream_is_masked_and_ends_it(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("subscription { breaking }"))
        messages = [await receive(socket) for _ in range(3)]

        assert [m["type"] for m in messages] == ["next", "next", "complete"]
        assert "swordfish" not in json.dumps(messages)
        assert await is_alive(socket)


MALFORMED: dict[str, object] = {
    "not json": "{",
    "binary": b'{"type": "ping"}',
    "a text": '"ping"',
    "a number": "1",
    "null": "null",
    "a list": "[]",
    "no type": {"id": "1"},
    "type is no text": {"type": 1},
    "unknown type": {"type": "start"},
    "a server's type": {"type": "next", "id": "1"},
    "no id": {"type": "subscribe", "payload": {"query": "{ hello }"}},
    "id is no text": {"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}},
    "id is an object": {"type": "subscribe", "id": {}, "payload": {"query": "{ hello }"}},
    "id is empty": {"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}},
    "id is long": {"type": "subscribe", "id": "x" * 129, "payload": {"query": "{ hello }"}},
    "no payload": {"type": "subscribe", "id": "1"},
    "payload is a text": {"type": "subscribe", "id": "1", "payload": "{ hello }"},
    "no query": {"type": "subscribe", "id": "1", "payload": {}},
    "query is no text": {"type": "subscribe", "id": "1", "payload": {"query": 1}},
    "query is empty": {"type": "subscribe", "id": "1", "payload": {"query": " "}},
    "variables are a list": {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}},
    "extensions are a text": {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "extensions": "x"}},
    "operationName is a number": {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 1}},
    "complete without id": {"type": "complete"},
    "complete with an object as id": {"type": "complete", "id": {}},
    "ping with a text as payload": {"type": "ping", "payload": "x"},
    "deep": '{"type":"ping","payload":' + "[" * 20_000 + "]" * 20_000 + "}",
    "a long number": '{"type":"ping","payload":{"n":' + "1" * 5_000 + "}}",
    "lone surrogate": '{"type":"ping","payload":{"n":"\\ud800"}}',
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_message_is_closed_with_4400(small_server: Server, message: object) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, message)
        code, reason = await closed(socket)

    assert code == 4400
    assert 0 < len(reason.encode()) <= 123


async def test_a_message_over_64_kib_is_closed_with_1009(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("{ hello }" + " " * 70_000))

        assert (await closed(socket))[0] == 1009


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
        await asyncio.sleep(0.05)
        assert len(server.world.sockets) == 0


async def test_a_revoked_token_loses_the_socket_at_its_next_operation() -> None:
    async with serving(SmallWorld(admission=FakeAdmission())) as server, server.ws() as socket:
        await begin(socket)
        server.world.admission.revoked.add("alice")
        await send(socket, subscribe("{ hello }"))

        assert await closed(socket) == (4403, "Forbidden")


async def test_the_hundred_and_first_operation_is_refused_alone(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        for number in range(101):
            await send(socket, subscribe("{ slow(seconds: 0.5) }", str(number)))
        answer = await receive(socket)

    assert (answer["type"], answer["id"]) == ("error", "100")


async def test_a_hundred_abrupt_ends_leave_nothing_behind(small_server: Server) -> None:
    STOPPED.clear()
    before = len(asyncio.all_tasks())
    for _ in range(100):
        socket = await small_server.ws()
        await begin(socket)
        await send(socket, subscribe("subscription { ticks }"))
        await receive(socket)
        socket.transport.abort()
    async with asyncio.timeout(PATIENCE_S):
        while len(STOPPED) < 100 or len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.02)

    assert len(small_server.world.sockets) == 0


async def test_each_operation_has_loaders_of_its_own(small_server: Server) -> None:
    LOADED.clear()
    async with small_server.ws() as socket:
        await begin(socket)
        for number in range(2):
            await send(socket, subscribe("{ items(first: 3) { nodes { square } } }", str(number)))
            await receive(socket)
            await receive(socket)

    assert LOADED == [[0, 1, 2], [0, 1, 2]]
