"""The address that calendar programs read. Its secret is a password: it is in no log, and a wrong one is answered as any unknown address."""

import asyncio
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from incubator.spaces import service
from incubator.spaces.calendar_writing import write_calendar
from incubator_graphql.budget import Allowance, Buckets
from incubator_graphql.context import address_of

READS = Allowance("calendar", capacity=120, per_s=2)
PREFIX = "/calendar/"
MEDIA_TYPE = "text/calendar; charset=utf-8"


def address_of_feed(secret: str) -> str:
    """Return the path at which a calendar is read."""
    return f"{PREFIX}{secret}.ics"


class CalendarRoutes:
    """Answers calendar programs."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    def routes(self) -> list[BaseRoute]:
        """Return the route; the secret in it is the credential."""
        return [Route(PREFIX + "{secret}.ics", self.read, methods=["GET"])]

    async def read(self, request: Request) -> Response:
        """Answer with the calendar as its person may see it now, or that it is what the program has already."""
        taken = await self._buckets.take(READS, address_of(request), 1)
        if not taken.granted:
            headers = {"retry-after": str(taken.retry_after_s), "cache-control": "no-store"}
            return PlainTextResponse("Too many requests\n", 429, headers)
        reading = await service.read_feed(request.path_params["secret"])
        if reading is None:
            return PlainTextResponse("Not found\n", 404, {"cache-control": "no-store"})
        changed_at = reading.changed_at.replace(microsecond=0)
        headers = {
            "etag": f'"{reading.fingerprint[:32]}"',
            "last-modified": format_datetime(changed_at, usegmt=True),
            "cache-control": "private, max-age=300",
            "content-disposition": 'inline; filename="calendar.ics"',
            "x-robots-tag": "noindex",
        }
        if _has_it(request, headers["etag"], changed_at):
            return Response(status_code=304, headers=headers)
        return Response(await asyncio.to_thread(write_calendar, reading), media_type=MEDIA_TYPE, headers=headers)


def _has_it(request: Request, etag: str, changed_at: datetime) -> bool:
    """Tell whether the program has this content (RFC 9110, sections 13.1.2 and 13.1.3: a tag counts before a time)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return etag in (tag.strip().removeprefix("W/") for tag in tags.split(",")) or tags.strip() == "*"
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return changed_at <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
