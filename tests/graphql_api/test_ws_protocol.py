"""The rules of graphql-transport-ws (enisdenjo/graphql-ws, PROTOCOL.md), each against a real server."""

import asyncio
import json
from datetime import timedelta

import pytest

from incubator_graphql import http
from tests.graphql_api.small_world import LOADED, STOPPED, Server, SmallWorld, serving
from tests.graphql_api.ws_client import INIT, PATIENCE_S, begin, closed, is_alive, receive, send, subscribe


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


async def test_a_message_over_64_kib_is_closed_with_1009(small_server: Server) -> None:
    async with small_server.ws() as socket:
        await begin(socket)
        await send(socket, subscribe("{ hello }" + " " * 70_000))

        assert (await closed(socket))[0] == 1009


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
