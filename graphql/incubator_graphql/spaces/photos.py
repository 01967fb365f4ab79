"""Photos of units in the API, and the route that gives the pictures."""

from collections.abc import Awaitable, Callable

import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from incubator.kernel.actor import Grant
from incubator.kernel.errors import DomainError
from incubator.spaces import service
from incubator_graphql.context import Edge, credentials_of
from incubator_graphql.fields import Info, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given
from incubator_graphql.scalars import Base64
from incubator_graphql.spaces.places import UnitPayload
from incubator_graphql.spaces.types import UNITS, Unit

KEEPS = granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS)


@given
class AddUnitPhotoInput:
    """A PNG, JPEG or WebP picture of a unit. It is drawn anew: what else the file holds, such as the place it was taken at, is left out."""

    unit_id: strawberry.ID
    content: Base64
    caption: str = ""


@given
class RemoveUnitPhotoInput:
    """The photo to take away."""

    photo_id: strawberry.ID


@strawberry.type
class PhotosMutation:
    """Showing what units look like."""

    @mutation(KEEPS)
    async def add_unit_photo(self, info: Info, input: AddUnitPhotoInput) -> UnitPayload:
        """Add a photo of a unit, at most eight; its owner may, and who manages the site's space."""
        unit_id = decode(input.unit_id, "Unit", "input", "unitId")
        await service.add_photo(info.context.actor, unit_id, input.content, input.caption)
        return UnitPayload(unit=await shown(info, UNITS, unit_id, Unit.of))

    @mutation(KEEPS)
    async def remove_unit_photo(self, info: Info, input: RemoveUnitPhotoInput) -> UnitPayload:
        """Take a photo of a unit away."""
        unit_id = await service.remove_photo(info.context.actor, decode(input.photo_id, "UnitPhoto", "input", "photoId"))
        return UnitPayload(unit=await shown(info, UNITS, unit_id, Unit.of))


class PhotoRoutes:
    """Gives the pictures to whoever is signed in; to others they are not there."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def routes(self) -> list[BaseRoute]:
        """Return the routes, the large picture's and the small one's."""
        return [
            Route("/photos/{id:uuid}.webp", self._give(is_small=False), methods=["GET"]),
            Route("/photos/{id:uuid}-small.webp", self._give(is_small=True), methods=["GET"]),
        ]

    def _give(self, *, is_small: bool) -> Callable[[Request], Awaitable[Response]]:
        async def give(request: Request) -> Response:
            try:
                actor = await self._edge.admission.actor_for(credentials_of(request), request)
            except DomainError:
                actor = None
            content = await service.read_photo(actor, request.path_params["id"], is_small=is_small) if actor else None
            if content is None:
                return Response("Not found\n", 404, {"cache-control": "no-store"}, media_type="text/plain")
            return Response(content, media_type="image/webp", headers={"cache-control": "private, max-age=31536000, immutable"})

        return give
