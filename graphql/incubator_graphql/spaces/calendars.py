"""Calendar feeds in the API: made, listed and revoked; what they show is read by its own address."""

from datetime import datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.config import settings
from incubator.kernel.errors import NotFound
from incubator.kernel.paging import Page
from incubator.spaces import calendar_feeds, service
from incubator.spaces.calendar_feeds import FeedRow, FeedTerms
from incubator.spaces.scope import visible_feeds
from incubator_graphql.fields import SIGNED_IN, Info, Payload, mutation, query, resolved
from incubator_graphql.ids import decode, encode, parse
from incubator_graphql.nodes import Node, maybe, register_node, shown
from incubator_graphql.organizations.types import SITES, Site
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.calendar_routes import address_of_feed
from incubator_graphql.spaces.types import UNITS, Unit


@enum
class CalendarContent(StrEnum):
    """Whether a calendar shows events with what their reader may know of them, or only when units are busy."""

    EVENTS = "events"
    BUSY = "busy"


@entity(visible_feeds)
class CalendarFeed(Node):
    """A calendar that a calendar program reads by a secret address. It shows what its person may see at each read."""

    row: strawberry.Private[FeedRow]
    content: CalendarContent
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: FeedRow) -> Self:
        return cls(
            id=strawberry.ID(encode("CalendarFeed", row.id)),
            row=row,
            content=CalendarContent(row.content),
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )

    @resolved
    async def unit(self, info: Info) -> Unit | None:
        """The unit that it is of; null for a site or one's own bookings."""
        row = await maybe(info, UNITS, self.row.unit_id)
        return Unit.of(row) if row else None

    @resolved
    async def site(self, info: Info) -> Site | None:
        """The site that it is of; null for a unit or one's own bookings."""
        row = await maybe(info, SITES, self.row.site_id)
        return Site.of(row) if row else None


FEEDS = register_node("CalendarFeed", calendar_feeds.feeds_by_id, CalendarFeed.of)


@given
class CreateCalendarFeedInput:
    """A calendar of a unit or of a site, or, without a subject, of one's own bookings."""

    subject_id: strawberry.ID | None = strawberry.field(default=None, description="A unit's or a site's.")
    content: CalendarContent = CalendarContent.EVENTS


@given
class RevokeCalendarFeedInput:
    """The calendar that ends at once."""

    calendar_feed_id: strawberry.ID


@value
class CreateCalendarFeedPayload(Payload):
    """The calendar and its address, which is a secret and shown this once."""

    calendar_feed: CalendarFeed | None = None
    address: str | None = strawberry.field(default=None, description="Whoever has it reads the calendar.")


@value
class RevokeCalendarFeedPayload(Payload):
    """The calendar that ended."""

    calendar_feed: CalendarFeed | None = None


def _terms(given: CreateCalendarFeedInput) -> FeedTerms:
    """Return them as the domain takes them.

    Raises:
        NotFound: the subject is neither a unit nor a site.
    """
    if given.subject_id is None:
        return FeedTerms(content=given.content.value)
    match parse(given.subject_id):
        case ("Unit", unit_id):
            return FeedTerms(unit_id, content=given.content.value)
        case ("Site", site_id):
            return FeedTerms(site_id=site_id, content=given.content.value)
        case _:
            raise NotFound(kind="CalendarSubject", path=("input", "subjectId"))


@strawberry.type
class CalendarQuery:
    """Reading which calendars one has."""

    @query(SIGNED_IN)
    async def calendar_feeds(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[CalendarFeed]:
        """List one's own calendars that work, the newest first."""
        found = await calendar_feeds.list_feeds(info.context.actor, Page(first, after, last, before), with_total=wants_total(info))
        return Connection[CalendarFeed].of(found, lambda row: CalendarFeed.of(FeedRow(**row)))


@strawberry.type
class CalendarMutation:
    """Making and revoking calendars."""

    @mutation(SIGNED_IN)
    async def create_calendar_feed(self, info: Info, input: CreateCalendarFeedInput) -> CreateCalendarFeedPayload:
        """Make a calendar that a calendar program can subscribe to."""
        terms = _terms(input)
        feed_id, secret = await service.create_feed(info.context.actor, terms)
        address = f"{settings().public_url}{address_of_feed(secret)}"
        return CreateCalendarFeedPayload(calendar_feed=await shown(info, FEEDS, feed_id, CalendarFeed.of), address=address)

    @mutation(SIGNED_IN)
    async def revoke_calendar_feed(self, info: Info, input: RevokeCalendarFeedInput) -> RevokeCalendarFeedPayload:
        """End one of one's own calendars at once."""
        feed_id = decode(input.calendar_feed_id, "CalendarFeed", "input", "calendarFeedId")
        row = await info.context.loaders.of(FEEDS).load(feed_id)
        await service.revoke_feed(info.context.actor, feed_id)
        return RevokeCalendarFeedPayload(calendar_feed=CalendarFeed.of(row) if row else None)
