"""Reading organisations, people and places."""

import json
from enum import Enum

import strawberry

from incubator.kernel import checks
from incubator.kernel.paging import Order, Page
from incubator.organizations import queries as organizations
from incubator.organizations.opening_hours import subdivisions_of
from incubator.organizations.queries import ApiTokenRow, InvitationRow, OrganizationRow, PersonRow, SessionRow, SiteRow
from incubator_graphql.fields import ANYONE, SIGNED_IN, Info, query
from incubator_graphql.nodes import Node, find_node, find_nodes
from incubator_graphql.ordering import OrderDirection
from incubator_graphql.organizations.enums import OrganizationKind, Role
from incubator_graphql.organizations.types import ApiToken, Invitation, MembershipPerson, Organization, Person, Session, Site, Subdivision
from incubator_graphql.organizations.viewer import Viewer
from incubator_graphql.outputs import enum, given
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@enum
class OrganizationOrderField(Enum):
    """What organisations can be ordered by."""

    NAME = "name"
    KIND = "kind"
    CITY = "city"


@given
class OrganizationOrder:
    """An order of organisations; ties stand by name."""

    field: OrganizationOrderField
    direction: OrderDirection

    def columns(self) -> tuple[Order, ...]:
        is_descending = self.direction is OrderDirection.DESC
        chosen = dict.fromkeys((self.field.value, "name", "id"))
        return tuple(Order(column, "uuid" if column == "id" else "text", is_descending) for column in chosen)


@strawberry.type
class OrganizationsQuery:
    """Reading organisations, people and places."""

    @query(ANYONE)
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """Find anything by its id. Null when there is no such thing for the viewer."""
        return await find_node(info, id)

    @query(ANYONE)
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """Find up to 100 things by their ids, in their order."""
        return await find_nodes(info, ids)

    @query(ANYONE)
    async def viewer(self, info: Info) -> Viewer | None:
        """Who asks. Null when nobody is signed in."""
        actor = info.context.actor
        return None if actor.person_id is None else Viewer.of(actor)

    @query(ANYONE)
    async def sites(
        self, info: Info, search: str | None = None, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Site]:
        """List the operator's sites by name; `search` looks in name, city and key."""
        page = Page(first, after, last, before)
        found = await organizations.list_sites(info.context.actor, page, search=search or "", with_total=wants_total(info))
        return Connection[Site].of(found, lambda row: Site.of(SiteRow(**row)))

    @query(SIGNED_IN)
    async def subdivisions(self, info: Info, country: str) -> list[Subdivision]:
        """List the parts of a country (ISO 3166-1 alpha-2) that have public holidays of their own, by code. None for many countries."""
        found = subdivisions_of(checks.country(country, path=("country",)))
        return [Subdivision(code=code, name=name) for code, name in found.items()]

    @query(SIGNED_IN)
    async def organizations(
        self,
        info: Info,
        search: str | None = None,
        kind: OrganizationKind | None = None,
        order_by: OrganizationOrder | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Organization]:
        """List organisations, by name unless ordered otherwise; `search` looks in names, key and sector."""
        found = await organizations.list_organizations(
            info.context.actor,
            Page(first, after, last, before),
            search=search or "",
            kind=kind.value if kind else None,
            order=order_by.columns() if order_by else organizations.BY_NAME,
            with_total=wants_total(info),
        )
        return Connection[Organization].of(found, lambda row: Organization.of(OrganizationRow(**row)))

    @query(SIGNED_IN)
    async def people(
        self, info: Info, search: str | None = None, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[MembershipPerson]:
        """List the people of the organisation the viewer stands in, by name."""
        page = Page(first, after, last, before)
        found = await organizations.list_people(info.context.actor, page, search=search or "", with_total=wants_total(info))
        return Connection[MembershipPerson].of(found, lambda row: _member(dict(row)))

    @query(SIGNED_IN)
    async def invitations(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Invitation]:
        """List the open invitations into the organisation the viewer stands in, newest first."""
        found = await organizations.list_invitations(info.context.actor, Page(first, after, last, before), with_total=wants_total(info))
        return Connection[Invitation].of(found, lambda row: Invitation.of(InvitationRow(**row)))

    @query(SIGNED_IN)
    async def sessions(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Session]:
        """List the browsers in which the viewer is signed in, newest first."""
        found = await organizations.list_sessions(info.context.actor, Page(first, after, last, before), with_total=wants_total(info))
        return Connection[Session].of(found, lambda row: Session.of(SessionRow(**row)))

    @query(SIGNED_IN)
    async def api_tokens(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[ApiToken]:
        """List the viewer's API tokens that still work, newest first."""
        found = await organizations.list_api_tokens(info.context.actor, Page(first, after, last, before), with_total=wants_total(info))
        return Connection[ApiToken].of(found, lambda row: ApiToken.of(ApiTokenRow(**row)))


def _member(row: dict[str, object]) -> MembershipPerson:
    roles, is_pending = json.loads(str(row.pop("roles"))), bool(row.pop("is_pending"))
    return MembershipPerson(person=Person.of(PersonRow(**row)), roles=[Role(role) for role in roles], is_pending=is_pending)  # type: ignore[arg-type]
