"""The explorer at GET /graphql: GraphiQL, built with the web client and served by us, for people who are signed in."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from incubator.kernel.errors import DomainError
from incubator_graphql.client_files import EXPLORER_PAGE
from incubator_graphql.context import Edge, credentials_of

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""GraphiQL writes style elements of its own and carries its fonts in its stylesheet, so this one page allows both; scripts come from us alone, as everywhere."""


class Explorer:
    """The page; its scripts and styles are files of the client, and hold nothing secret."""

    def __init__(self, edge: Edge, client_folder: Path) -> None:
        self._edge = edge
        self._page = client_folder / EXPLORER_PAGE

    async def page(self, request: Request) -> Response:
        """Answer with the page to people who are signed in, and to nobody else."""
        try:
            actor = await self._edge.admission.actor_for(credentials_of(request), request)
        except DomainError:
            return PlainTextResponse("Not found\n", 404)
        if actor.person_id is None or request.query_params:
            return PlainTextResponse("Not found\n", 404)
        if not self._page.is_file():
            return PlainTextResponse("The explorer is not built: run make client.\n", 503)
        headers = {"cache-control": "no-cache", "content-security-policy": CONTENT_SECURITY_POLICY}
        return FileResponse(self._page, headers=headers, media_type="text/html; charset=utf-8")
