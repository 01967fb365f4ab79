"""Reading calls, applications, offers and residencies."""

import strawberry

from incubator.kernel.paging import Page
from incubator.residencies import queries as residencies
from incubator.residencies.queries import ApplicationRow, CallRow, OfferRow, ResidencyRow
from incubator_graphql.fields import ANYONE, SIGNED_IN, Info, query
from incubator_graphql.ids import decode
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.residencies.enums import ApplicationState, CallState, OfferState, ResidencyState
from incubator_graphql.residencies.residency import Residency
from incubator_graphql.residencies.types import Application, Call, Offer


@strawberry.type
class ResidenciesQuery:
    """Reading calls, applications, offers and residencies."""

    @query(ANYONE)
    async def open_calls(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Call]:
        """List the calls that take applications today, the one that closes first in front. Public."""
        found = await residencies.list_calls(Page(first, after, last, before), state=CallState.OPEN.value, with_total=wants_total(info))
        return Connection[Call].of(found, lambda row: Call.of(CallRow(**row)))

    @query(ANYONE)
    async def calls(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        state: CallState | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Call]:
        """List calls, the one that closes first in front. Public."""
        found = await residencies.list_calls(
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            state=state.value if state else None,
            with_total=wants_total(info),
        )
        return Connection[Call].of(found, lambda row: Call.of(CallRow(**row)))

    @query(SIGNED_IN)
    async def applications(
        self,
        info: Info,
        state: ApplicationState | None = None,
        site_id: strawberry.ID | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Application]:
        """List applications, newest first; `search` looks at startup, sector and contact."""
        found = await residencies.list_applications(
            info.context.actor,
            Page(first, after, last, before),
            state=state.value if state else None,
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Application].of(found, lambda row: Application.of(ApplicationRow(**row)))

    @query(SIGNED_IN)
    async def offers(
        self,
        info: Info,
        state: OfferState | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Offer]:
        """List offers, newest first."""
        page = Page(first, after, last, before)
        found = await residencies.list_offers(info.context.actor, page, state=state.value if state else None, with_total=wants_total(info))
        return Connection[Offer].of(found, lambda row: Offer.of(OfferRow(**row)))

    @query(SIGNED_IN)
    async def residencies(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        state: ResidencyState | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Residency]:
        """List residencies, the latest start first; `search` looks at the startup."""
        found = await residencies.list_residencies(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            state=state.value if state else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Residency].of(found, lambda row: Residency.of(ResidencyRow(**row)))
