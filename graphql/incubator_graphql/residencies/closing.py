"""Closing a site from a day on, and opening it again, in the API."""

from datetime import date
from typing import Annotated

import strawberry

from incubator.kernel.actor import Grant
from incubator.residencies import closing
from incubator_graphql.fields import Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.organizations.types import SITES, Site
from incubator_graphql.outputs import given, value


@value
class SiteClosingPreview:
    """What reaches past the day on which a site would close. Rentals and residencies stand in the way; the rest would end without any cost."""

    booking_count: int
    waiting_entry_count: int
    session_count: int = strawberry.field(description="Sessions of trainings that would be cancelled.")
    seat_count: int = strawberry.field(description="Seats taken in them.")
    rental_hold_count: int = strawberry.field(description="Units that would be kept no more.")
    rental_count: int
    residency_count: int


@given
class CloseSiteInput:
    """From which day of the site's calendar on it is closed, and why. A closing that was said before is changed."""

    site_id: strawberry.ID
    closes_on: date
    reason: str = strawberry.field(description="For everybody who sees the site.")
    expected_version: int | None = None


@given
class ReopenSiteInput:
    """The site that stays open, or is open again."""

    site_id: strawberry.ID
    expected_version: int | None = None


@value
class SitePayload(Payload):
    """The site."""

    site: Site | None = None


@strawberry.type
class ClosingQuery:
    """Looking at a closing before it is decided."""

    @query(granted(Grant.MANAGE_SPACE))
    async def site_closing_preview(
        self,
        info: Info,
        site_id: strawberry.ID,
        closes_on: Annotated[date, strawberry.argument(description="A day of the site's calendar, today at the earliest.")],
    ) -> SiteClosingPreview:
        """Count what reaches past a day of a site, before anybody decides."""
        found = await closing.preview_closing(info.context.actor, decode(site_id, "Site", "siteId"), closes_on)
        return SiteClosingPreview(
            booking_count=found.reaching.bookings,
            waiting_entry_count=found.reaching.waiting_entries,
            session_count=found.reaching.sessions,
            seat_count=found.reaching.seats,
            rental_hold_count=found.reaching.rental_holds,
            rental_count=found.reaching.rentals,
            residency_count=found.residencies,
        )


@strawberry.type
class ClosingMutation:
    """Closing sites, and opening them again."""

    @mutation(granted(Grant.MANAGE_SPACE))
    async def close_site(self, info: Info, input: CloseSiteInput) -> SitePayload:
        """Close a site from a day on. What is booked past it ends without any fee, and who booked is told; rentals and residencies past it refuse it."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        await closing.close_site(info.context.actor, site_id, input.closes_on, input.reason, input.expected_version)
        return SitePayload(site=await shown(info, SITES, site_id, Site.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def reopen_site(self, info: Info, input: ReopenSiteInput) -> SitePayload:
        """Take a closing back, before or after its day. What it ended stays ended."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        await closing.reopen_site(info.context.actor, site_id, input.expected_version)
        return SitePayload(site=await shown(info, SITES, site_id, Site.of))
