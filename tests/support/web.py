"""The product's web process on a test's own database, driven from outside: by the operations that the client ships, and raw."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from incubator import db, valkey
from incubator.config import Settings
from incubator.kernel.actor import Actor
from incubator.organizations import service, sign_in
from incubator_graphql.app import WebProcess
from incubator_graphql.ids import parse
from tests.support.servers import Servers

OPERATIONS = Path(__file__).parent.parent.parent / "graphql" / "operations"
OWN = {"x-requested-with": "incubator"}


@cache
def document(name: str) -> str:
    """Return the document that the client ships under this name."""
    return (OPERATIONS / f"{name}.graphql").read_text("utf-8")


@dataclass(frozen=True)
class Web:
    """A running web process."""

    port: int
    settings: Settings

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str | None = None, session: str | None = None) -> httpx.AsyncClient:
        """Open a client that shows these credentials."""
        headers = dict(OWN)
        if token:
            headers["authorization"] = f"Bearer {token}"
        cookies = {"incubator_session": session} if session else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, cookies=cookies, timeout=30, verify=False)

    def socket(self, session: str) -> connect:
        """Open a WebSocket with a session's cookie."""
        return connect(
            f"ws://127.0.0.1:{self.port}/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            additional_headers={"cookie": f"incubator_session={session}"},
        )


@asynccontextmanager
async def serving(
    servers: Servers, database_url: str, *, is_demo: bool = False, client_folder: Path | None = None, public_url: str = ""
) -> AsyncIterator[Web]:
    """Serve the product by uvicorn, as in production, on a free port."""
    await refill(servers)  # what other tests have spent of an address's allowance is not this one's
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = Settings(
        data_dir=servers.folder, public_url=public_url or f"http://127.0.0.1:{port}", is_demo=is_demo, requires_two_factor=False
    )
    process = WebProcess(settings, database_url, servers.redis_url)
    if client_folder is not None:
        process = replace(process, client_folder=client_folder)
    config = uvicorn.Config(process.app(), log_config=None, ws="websockets-sansio", ws_max_size=65_536, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    try:
        yield Web(port, settings)
    finally:
        server.should_exit = True
        await task
        listener.close()


async def refill(servers: Servers) -> None:
    """Give everybody a full allowance again."""
    redis = valkey.client(servers.redis_url)
    await redis.flushdb()
    await redis.aclose()


async def session_of(actor: Actor) -> dict[str, str]:
    """Sign an actor's person in where the actor stands; returns the credentials for `Web.client`, `run` and `ask`."""
    assert actor.person_id is not None
    async with db.transaction():
        return {"session": await sign_in.start_session(actor.person_id, "tests", actor.organization_id)}


async def token_of(actor: Actor, *scopes: str) -> dict[str, str]:
    """Make an API token of an actor's person, which may read and write unless `scopes` say less."""
    _, secret = await service.create_api_token(actor, "tests", scopes or ("read", "write"), None)
    return {"token": secret}


async def run(web: Web, credentials: dict[str, str] | None, operation: str, **variables: Any) -> dict[str, Any]:
    """Run an operation of the client and return its data; for a mutation with one field, that field's payload.

    Raises:
        AssertionError: the answer has errors outside of a payload.
    """
    answer = await ask(web, credentials, document(operation), **variables)
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return next(iter(data.values())) if re.match(r"\s*mutation", document(operation)) else data


async def ask(web: Web, credentials: dict[str, str] | None, text: str, **variables: Any) -> dict[str, Any]:
    """Send a document with variables; UUIDs and dates go as texts."""
    async with web.client(**(credentials or {})) as client:
        body = json.dumps({"query": text, "variables": variables}, default=str)
        response = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
        found: dict[str, Any] = response.json()
        return found


def uuid_of(global_id: str) -> UUID:
    """Read a global id's UUID."""
    found = parse(global_id)
    assert found is not None
    return found[1]


async def statements(web: Web, credentials: dict[str, str] | None, text: str, **variables: Any) -> int:
    """Count the SQL statements of one operation, after one that warms it up; the fewest of three tries.

    Two relations that lead to the same third one ask for it together only when their own answers come together, so a busy machine
    may take a statement more. What grows with the rows does so each time. The driver asks for a type that a connection has not met by
    statements of its own; then the count would be of the pool, not of the operation: such a type belongs into `db.LISTS_OF`.
    """
    await ask(web, credentials, text, **variables)
    return min([await _counted(web, credentials, text, variables) for _ in range(3)])


async def _counted(web: Web, credentials: dict[str, str] | None, text: str, variables: dict[str, Any]) -> int:
    seen: list[str] = []
    stop = db.observe(lambda sql, seconds: seen.append(sql))
    try:
        answer = await ask(web, credentials, text, **variables)
    finally:
        stop()
    assert "errors" not in answer, answer["errors"]
    assert [sql for sql in seen if "typeinfo_tree" in sql] == []
    return len(seen)
