"""Gives each request an id, and writes one line of JSON about it when it has been answered."""

import logging
import re
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from incubator.kernel.actor import set_request_id
from incubator.kernel.ids import new_id
from incubator_graphql.metrics import DURATIONS, REQUESTS

logger = logging.getLogger("access")

REQUEST_ID_HEADER = "x-request-id"
SILENT_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
SECRET_PATHS = ("/calendar/",)
"""What follows these is a secret, whether a route answers or not."""

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """A request id from the proxy in front is kept when it has a harmless form; the answer carries the id.

    Paths are logged without their query, which may hold a mailed link's secret.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = given if _ACCEPTED.fullmatch(given) else str(new_id())
        set_request_id(request_id)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        status, size, began = 500, 0, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            route = route_of(scope)
            REQUESTS.labels(route, scope["method"] if scope["method"] in _METHODS else "other", status).inc()
            DURATIONS.labels(route).observe(seconds)
            if scope["path"] not in SILENT_PATHS:
                facts = {
                    "method": scope["method"][:10],
                    "path": loggable(scope["path"]),
                    "status": status,
                    "bytes": size,
                    "ms": round(seconds * 1000, 1),
                    "address": scope["client"][0] if scope.get("client") else None,
                }
                logger.info("request", extra=facts)


def loggable(path: str) -> str:
    """Return a path without the secret that may stand in it."""
    return next((prefix for prefix in SECRET_PATHS if path.startswith(prefix)), path[:200])


def route_of(scope: Scope) -> str:
    """Name the route that answered, so that a stranger's paths cannot become labels."""
    route = scope.get("route")
    return getattr(route, "path", None) or "unknown"
