"""A small schema behind the real surface: what the wire does is tested apart from what the product does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from incubator.kernel.actor import ANONYMOUS, READ_SCOPE, Actor
from incubator.kernel.errors import DomainError, NotFound, NotSignedIn, OutOfRange, Refusals
from incubator.kernel.language import negotiate
from incubator_graphql.access_log import AccessLog
from incubator_graphql.budget import Allowance, Taken
from incubator_graphql.change_feed import ChangeFeed
from incubator_graphql.context import Credentials, Edge
from incubator_graphql.documents import Documents
from incubator_graphql.execution import OperationSchema
from incubator_graphql.fields import ANYONE, SIGNED_IN, Info, Payload, mutation, query, subscription
from incubator_graphql.http import CONNECTION_INIT_WAIT, GraphQLEndpoint
from incubator_graphql.limits import Gate
from incubator_graphql.loaders import Relation
from incubator_graphql.measure import Bounds
from incubator_graphql.security_headers import SecurityHeaders
from incubator_graphql.ws import Sockets

ALICE = Actor(person_id=UUID(int=1), name="Alice", via="token")
BOB = Actor(person_id=UUID(int=2), name="Bob", via="token")
READER = Actor(person_id=UUID(int=3), name="Reader", via="token", scopes=frozenset({READ_SCOPE}))
LOADED: list[list[int]] = []


async def _load_squares(actor: Actor, numbers: Any) -> list[int]:
    LOADED.append(list(numbers))
    return [number * number for number in numbers]


SQUARES: Relation[int, int] = Relation("squares", _load_squares)


@strawberry.type
class Item:
    number: int

    @strawberry.field
    async def square(self, info: Info) -> int:
        return await info.context.loaders.of(SQUARES).load(self.number)

    @strawberry.field
    async def children(self, first: int = 25) -> "ItemConnection":
        return ItemConnection.filled(first)


@strawberry.type
class ItemConnection:
    nodes: list[Item]

    @classmethod
    def filled(cls, count: int) -> "ItemConnection":
        if not 0 <= count <= 100:
            raise OutOfRange(field="first", limit="0 – 100", path=("first",))
        return cls(nodes=[Item(number=number) for number in range(count)])


@strawberry.type
class RenamePayload(Payload):
    name: str | None = None


@strawberry.input
class RenameInput:
    name: str
    tags: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    @query(ANYONE)
    async def hello(self, name: str = "world") -> str:
        """Greet.

        Raises:
            Nothing: this section is for readers of the code.
        """
        return f"hello {name}"

    @query(SIGNED_IN)
    async def secret(self, info: Info) -> str:
        """Tell who asks."""
        return info.context.actor.name

    @query(ANYONE)
    async def thing(self, id: strawberry.ID) -> str:
        """Name a thing."""
        return f"thing {id}"

    @query(ANYONE)
    async def items(self, first: int = 25) -> ItemConnection:
        """List items."""
        return ItemConnection.filled(first)

    @query(ANYONE)
    async def total(self, numbers: list[int]) -> int:
        """Add up."""
        return sum(numbers)

    @query(ANYONE)
    async def defect(self) -> str:
        """Break."""
        raise ZeroDivisionError("the password is swordfish")

    @query(ANYONE)
    async def refused(self) -> str:
        """Refuse."""
        raise NotFound(kind="Item", path=("id",))

    @query(ANYONE)
    async def slow(self, seconds: float) -> str:
        """Take a while."""
        await asyncio.sleep(seconds)
        return "done"


@strawberry.type
class Mutation:
    @mutation(SIGNED_IN)
    async def rename(self, input: RenameInput) -> RenamePayload:
        """Rename."""
        if input.name == "both":
            raise Refusals("broken", [NotFound(kind="Item"), OutOfRange(field="name", limit="1 – 9")])
        if input.name == "missing":
            raise NotFound(kind="Item", path=("input", "name"))
        if input.name == "defect":
            raise ZeroDivisionError("the password is swordfish")
        return RenamePayload(name=input.name)


@strawberry.type
class Subscription:
    @subscription(SIGNED_IN)
    async def count(self, to: int) -> AsyncIterator[int]:
        """Count from 1."""
        for number in range(1, to + 1):
            yield number
            await asyncio.sleep(0)

    @subscription(SIGNED_IN)
    async def ticks(self) -> AsyncIterator[int]:
        """Tick until stopped."""
        number = 0
        try:
            while True:
                number += 1
                yield number
                await asyncio.sleep(0.01)
        finally:
            STOPPED.append(number)

    @subscription(SIGNED_IN)
    async def breaking(self) -> AsyncIterator[int]:
        """Tell one thing and break."""
        yield 1
        raise ZeroDivisionError("the password is swordfish")


STOPPED: list[int] = []


@dataclass
class FakeAdmission:
    """Knows three tokens and a cookie; tokens in `revoked` are known no more."""

    revoked: set[str] = field(default_factory=set)

    async def actor_for(self, credentials: Credentials, connection: HTTPConnection) -> Actor:
        people = {"alice": ALICE, "bob": BOB, "reader": READER}
        shown = credentials.token or credentials.session or ""
        actor = None if shown in self.revoked else people.get(shown)
        if actor is not None:
            return actor
        if credentials.token is not None:
            raise NotSignedIn()
        return replace(ANONYMOUS, language=negotiate(connection.headers.get("accept-language", "")))


@dataclass
class FakeBuckets:
    """Grants everything until `left` is set."""

    left: int | None = None
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    async def take(self, allowance: Allowance, key: str, points: int) -> Taken:
        self.asked.append((allowance.name, key, points))
        if self.left is None:
            return Taken(True, allowance.capacity, 0)
        if points > self.left:
            return Taken(False, self.left, 7)
        self.left -= points
        return Taken(True, self.left, 0)


@dataclass
class SmallWorld:
    """The small schema's app and what tests turn in it."""

    admission: FakeAdmission = field(default_factory=FakeAdmission)
    buckets: FakeBuckets = field(default_factory=FakeBuckets)
    documents: Documents = field(default_factory=Documents)
    sockets: Sockets = field(default_factory=Sockets)
    limit_s: float = 10.0
    init_wait: timedelta = CONNECTION_INIT_WAIT

    def schema(self) -> OperationSchema:
        return OperationSchema(Query, Mutation, Subscription, gate=Gate(Bounds(), self.documents, self.buckets), limit_s=self.limit_s)

    def app(self) -> Starlette:
        edge = Edge(self.admission, ChangeFeed())
        endpoint = GraphQLEndpoint(self.schema(), edge, self.sockets, allowed_origins=["https://app.example"])
        endpoint.connection_init_wait_timeout = self.init_wait
        return Starlette(
            routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)],
            middleware=[Middleware(AccessLog), Middleware(SecurityHeaders, is_https=False)],
            max_body_size=1_000_000,
        )


@dataclass(frozen=True)
class Server:
    """A running server on loopback."""

    port: int
    world: SmallWorld

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def http(self, token: str | None = "alice") -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20, verify=False)

    def ws(self, protocol: str | None = "graphql-transport-ws", token: str | None = "alice", origin: str | None = None) -> connect:
        return connect(
            f"ws://127.0.0.1:{self.port}/graphql",
            subprotocols=[Subprotocol(protocol)] if protocol else None,
            additional_headers={"authorization": f"Bearer {token}"} if token else None,
            origin=Origin(origin) if origin else None,
            open_timeout=10,
        )


@asynccontextmanager
async def serving(world: SmallWorld) -> AsyncIterator[Server]:
    """Serve a small world by uvicorn, as in production, on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        world.app(), log_config=None, ws="websockets-sansio", ws_max_size=65_536, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving_task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Server(listener.getsockname()[1], world)
    finally:
        server.should_exit = True
        await serving_task
        listener.close()


__all__ = ["ALICE", "BOB", "ClientConnection", "DomainError", "Server", "SmallWorld", "serving"]
