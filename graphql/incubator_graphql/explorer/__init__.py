"""The explorer at GET /graphql: writes, runs and looks up operations in a browser, for people who are signed in. No file comes from
elsewhere, and it runs under the same strict policy as the client."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from incubator.kernel.errors import DomainError
from incubator_graphql.context import Edge, credentials_of

FOLDER = Path(__file__).parent
_FILES = {"explorer.js": "text/javascript", "explorer.css": "text/css"}
_FRESH = {"cache-control": "no-cache"}


class Explorer:
    """The page and its two files."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def page(self, request: Request) -> Response:
        """Answer with the page to people who are signed in, and to nobody else."""
        try:
            actor = await self._edge.admission.actor_for(credentials_of(request), request)
        except DomainError:
            return Response("Not found\n", 404, media_type="text/plain")
        if actor.person_id is None or request.query_params:
            return Response("Not found\n", 404, media_type="text/plain")
        return FileResponse(FOLDER / "index.html", headers=_FRESH, media_type="text/html; charset=utf-8")

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the page's own files, which hold nothing secret."""
        return [Route(f"/explorer/{name}", self._file(name, kind), methods=["GET"]) for name, kind in _FILES.items()]

    @staticmethod
    def _file(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return FileResponse(FOLDER / name, headers=_FRESH, media_type=f"{media_type}; charset=utf-8")

        return endpoint
