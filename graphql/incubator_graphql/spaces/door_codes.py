"""The pictures of codes that hang at units and areas: who scans one comes to the page for who stands there."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from incubator.config import settings
from incubator.kernel.errors import DomainError
from incubator.spaces import place_queries
from incubator_graphql.context import Edge, credentials_of
from incubator_graphql.qr_codes import draw_code

PAGES = {"unit": "here", "area": "area"}
"""The client's page behind the code of each kind of place."""


def code_url(kind: str, place_id: UUID) -> str:
    """Return where the picture of a place's code is."""
    return f"/codes/{kind}/{place_id}.svg"


class CodeRoutes:
    """Gives the pictures to who lets the space of the site or checks people in there; to others they are not there."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def routes(self) -> list[BaseRoute]:
        """Return the routes, the units' and the areas'."""
        return [Route("/codes/{kind:str}/{id:uuid}.svg", self._give, methods=["GET"])]

    async def _give(self, request: Request) -> Response:
        kind, place_id = request.path_params["kind"], request.path_params["id"]
        try:
            actor = await self._edge.admission.actor_for(credentials_of(request), request)
        except DomainError:
            actor = None
        if actor is None or kind not in PAGES or not await place_queries.may_print_code(actor, kind, place_id):
            return Response("Not found\n", 404, {"cache-control": "no-store"}, media_type="text/plain")
        content = draw_code(f"{settings().public_url}/{PAGES[kind]}/{place_id}")
        return Response(content, media_type="image/svg+xml", headers={"cache-control": "private, max-age=86400"})
