"""Messages that are none of the protocol's: each closes its socket with 4400 and a reason that fits."""

import pytest

from tests.graphql_api.small_world import Server
from tests.graphql_api.ws_client import begin, closed, send

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
