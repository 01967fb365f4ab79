"""A client of graphql-transport-ws for tests: it says what it is told to, right or wrong."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

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


async def receive_of(socket: ClientConnection, *ids: str) -> dict[str, Any]:
    """Receive the next message of one of the operations named, passing over what others tell meanwhile."""
    async with asyncio.timeout(PATIENCE_S):
        while (message := await receive(socket)).get("id") not in ids:
            pass
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


async def is_alive(socket: ClientConnection, *, passing_over: str = "") -> bool:
    """Tell whether the server answers a ping, after what it was still telling of the operation named."""
    await send(socket, {"type": "ping"})
    async with asyncio.timeout(PATIENCE_S):
        while (message := await receive(socket)).get("id") == passing_over != "":
            pass
    return message == {"type": "pong"}
