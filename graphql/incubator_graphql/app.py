"""The web process: its routes, what stands around them, and what it opens and closes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from incubator import db, valkey
from incubator.config import Settings
from incubator.kernel import clock, doorbell
from incubator.kernel.actor import current_request_id
from incubator_graphql import wire
from incubator_graphql.access_log import AccessLog
from incubator_graphql.admission import SignedInPeople
from incubator_graphql.auth import Auth
from incubator_graphql.billing.routes import MoneyRoutes
from incubator_graphql.budget import ValkeyBuckets
from incubator_graphql.change_feed import ChangeFeed
from incubator_graphql.client_files import Client
from incubator_graphql.context import Edge
from incubator_graphql.documents import Documents
from incubator_graphql.explorer import Explorer
from incubator_graphql.failures import MASKED
from incubator_graphql.health import Health
from incubator_graphql.http import GraphQLEndpoint
from incubator_graphql.mail_view import mail_routes
from incubator_graphql.metrics import metrics
from incubator_graphql.schema import make_schema
from incubator_graphql.security_headers import SecurityHeaders
from incubator_graphql.spaces.calendar_routes import CalendarRoutes
from incubator_graphql.spaces.door_codes import CodeRoutes
from incubator_graphql.spaces.photos import PhotoRoutes
from incubator_graphql.ws import Sockets

MAX_BODY = 1_000_000
COMPRESSED_FROM = 1_000
CLIENT_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True)
class WebProcess:
    """One web process on one database and one Valkey."""

    settings: Settings
    database_url: str
    redis_url: str
    pool_size: int = 10
    client_folder: Path = CLIENT_FOLDER

    def app(self) -> Starlette:
        """Make the application; it opens its connections when it starts."""
        redis = valkey.client(self.redis_url)
        feed = ChangeFeed()
        buckets = ValkeyBuckets(redis, _now_ms)
        edge = Edge(SignedInPeople(), feed)
        origins = (self.settings.public_url,)
        endpoint = GraphQLEndpoint(make_schema(buckets, Documents()), edge, Sockets(), allowed_origins=origins)
        explorer = Explorer(edge, self.client_folder)
        health = Health(redis)
        routes: list[BaseRoute] = [
            Route("/healthz", health.lives, methods=["GET"]),
            Route("/readyz", health.ready, methods=["GET"]),
            Route("/metrics", metrics, methods=["GET"]),
            Route("/graphql", explorer.page, methods=["GET"]),
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            *MoneyRoutes(edge).routes(),
            *CalendarRoutes(buckets).routes(),
            *PhotoRoutes(edge).routes(),
            *CodeRoutes(edge).routes(),
            *Auth(buckets, self.settings.is_https, origins).routes(),
            *(mail_routes(self.settings) if self.settings.is_demo else ()),
            Route("/{path:path}", Client(self.client_folder).serve, methods=["GET"]),
        ]

        @contextlib.asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            async with self._connected(redis, feed):
                yield

        return Starlette(
            routes=routes,
            middleware=[
                Middleware(AccessLog),
                Middleware(SecurityHeaders, is_https=self.settings.is_https),
                Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY),
                Middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=5),
            ],
            exception_handlers={Exception: _defect},
            lifespan=lifespan,
        )

    @contextlib.asynccontextmanager
    async def _connected(self, redis: Redis, feed: ChangeFeed) -> AsyncIterator[None]:
        await db.connect(self.database_url, pool_size=self.pool_size)
        bell = valkey.ValkeyDoorbell(redis)
        doorbell.connect(bell)
        following = asyncio.get_running_loop().create_task(feed.follow(redis), name="change feed")
        try:
            yield
        finally:
            feed.end_all()
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
            doorbell.connect(None)
            await bell.close()
            await redis.aclose()
            await db.close()


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


async def _defect(request: Request, error: Exception) -> Response:
    """Answer a defect outside of GraphQL; the server logs it with its traceback."""
    body = {"code": "Defect", "message": MASKED, "traceId": current_request_id()}
    return Response(wire.encode(body), 500, {"cache-control": "no-store"}, media_type="application/json")
