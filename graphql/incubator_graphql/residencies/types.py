"""Calls, applications and offers as the API shows them."""

from datetime import date, datetime
from typing import Annotated, Self

import strawberry

from incubator.organizations.scope import visible_sites
from incubator.residencies import queries
from incubator.residencies.queries import ApplicationRow, CallRow, OfferRow
from incubator.residencies.scope import visible_applications, visible_offers
from incubator_graphql.billing.plan_types import PLANS, Plan
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, maybe, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Site
from incubator_graphql.outputs import entity, value
from incubator_graphql.residencies.enums import ApplicationState, CallState, OfferState
from incubator_graphql.spaces.types import UNITS, Unit


@entity(visible_sites)
class Call(Node):
    """A call for startups to apply; public. Both days belong to it, in the zone of its first site."""

    row: strawberry.Private[CallRow]
    title: str
    summary: str
    programme: str
    opens_on: date
    closes_on: date
    state: CallState
    version: int

    @classmethod
    def of(cls, row: CallRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Call", row.id)),
            row=row,
            title=row.title,
            summary=row.summary,
            programme=row.programme,
            opens_on=row.opens_on,
            closes_on=row.closes_on,
            state=CallState(row.state),
            version=row.version,
        )

    @resolved
    async def sites(self, info: Info) -> list[Site]:
        """Where one can apply for, by name."""
        found = await info.context.loaders.of(SITES).load_many(self.row.site_ids)
        return [Site.of(row) for row in found if row is not None]


@value
class Applicant:
    """The startup that applies, in its own words."""

    row: strawberry.Private[ApplicationRow]
    id: strawberry.ID = strawberry.field(description="The organisation's id once there is one, before that the application's.")
    name: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    city: str
    sector: str

    @classmethod
    def of(cls, row: ApplicationRow) -> Self:
        own = encode("Organization", row.startup_id) if row.startup_id else encode("Application", row.id)
        return cls(row=row, id=strawberry.ID(own), name=row.startup_name, country=row.country, city=row.city, sector=row.sector)

    @resolved
    async def organization(self, info: Info) -> Organization | None:
        """The startup as an organisation; a stranger becomes one with the first offer."""
        row = await maybe(info, ORGANIZATIONS, self.row.startup_id)
        return Organization.of(row) if row else None


@entity(visible_applications)
class Application(Node):
    """An application to a call, for one site, word for word as it was written."""

    row: strawberry.Private[ApplicationRow]
    startup: Applicant
    state: ApplicationState
    headcount: int
    pitch: str
    wishes: str
    contact_name: str
    contact_email: str
    submitted_at: datetime
    version: int

    @classmethod
    def of(cls, row: ApplicationRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Application", row.id)),
            row=row,
            startup=Applicant.of(row),
            state=ApplicationState(row.state),
            headcount=row.headcount,
            pitch=row.pitch,
            wishes=row.wishes,
            contact_name=row.contact_name,
            contact_email=row.contact_email,
            submitted_at=row.submitted_at,
            version=row.version,
        )

    @resolved
    async def call(self, info: Info) -> Call:
        """The call."""
        return Call.of(await one(info, CALLS, self.row.call_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """The site applied for."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def offer(self, info: Info) -> Annotated["Offer", strawberry.lazy("incubator_graphql.residencies.types")] | None:
        """The latest offer, if the viewer may see it."""
        row = await maybe(info, OFFERS, self.row.offer_id)
        return Offer.of(row) if row else None


@entity(visible_offers)
class Offer(Node):
    """An offer to an applicant. Days are the site's, first and last belong to it."""

    row: strawberry.Private[OfferRow]
    starts_on: date
    ends_on: date
    deposit: Money
    monthly_price: Money = strawberry.field(description="The unit's rent, as it was when the offer was made.")
    terms: str
    terms_hash: str = strawberry.field(description="SHA-256 of the terms' UTF-8 text, in hex; accepting names it.")
    state: OfferState
    expires_on: date = strawberry.field(description="The last day to accept, at the site.")
    version: int

    @classmethod
    def of(cls, row: OfferRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Offer", row.id)),
            row=row,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            deposit=Money.minor(row.deposit_minor, row.currency),
            monthly_price=Money.minor(row.monthly_minor, row.currency),
            terms=row.terms,
            terms_hash=row.terms_hash,
            state=OfferState(row.state),
            expires_on=row.expires_on,
            version=row.version,
        )

    @resolved
    async def application(self, info: Info) -> Application | None:
        """What it answers; only owners and the site's managers read applications."""
        row = await maybe(info, APPLICATIONS, self.row.application_id)
        return Application.of(row) if row else None

    @resolved
    async def startup(self, info: Info) -> Organization:
        """Whom it is made to."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.startup_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """Where."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def plan(self, info: Info) -> Plan:
        """The membership's prices."""
        return Plan.of(await one(info, PLANS, self.row.plan_id))

    @resolved
    async def unit(self, info: Info) -> Unit:
        """What is let."""
        return Unit.of(await one(info, UNITS, self.row.unit_id))


CALLS = register_node("Call", queries.calls_by_id, Call.of)
APPLICATIONS = register_node("Application", queries.applications_by_id, Application.of)
OFFERS = register_node("Offer", queries.offers_by_id, Offer.of)
