"""Organisations, people and places as the API shows them."""

import json
from datetime import date, datetime
from typing import Self
from uuid import UUID

import strawberry

from incubator.organizations import queries
from incubator.organizations.queries import (
    ApiTokenRow,
    InvitationRow,
    LegalEntityRow,
    OrganizationRow,
    PersonRow,
    SessionRow,
    SiteRow,
)
from incubator.organizations.scope import visible_organizations, visible_people, visible_sites
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.nodes import Node, maybe, one, register_node
from incubator_graphql.organizations.enums import Language, OrganizationKind, Role
from incubator_graphql.outputs import OWN_ROWS, entity, value


@entity(visible_organizations)
class Organization(Node):
    """A company, university, hospital, investor, public body or operator: its public profile."""

    name: str
    local_name: str | None = strawberry.field(description="The name in the country's own script.")
    kind: OrganizationKind
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    city: str
    district: str = strawberry.field(description="A part of the city; empty where nobody wrote it down.")
    sector: str
    version: int

    @classmethod
    def of(cls, row: OrganizationRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Organization", row.id)),
            name=row.name,
            local_name=row.local_name or None,
            kind=OrganizationKind(row.kind),
            country=row.country,
            city=row.city,
            district=row.district,
            sector=row.sector,
            version=row.version,
        )


@entity(visible_sites)
class LegalEntity(Node):
    """A company of the operator that sells and invoices."""

    name: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    currency: str = strawberry.field(description="ISO 4217.")

    @classmethod
    def of(cls, row: LegalEntityRow) -> Self:
        return cls(id=strawberry.ID(encode("LegalEntity", row.id)), name=row.name, country=row.country, currency=row.currency)


@entity(visible_sites)
class Site(Node):
    """A place of the operator."""

    row: strawberry.Private[SiteRow]
    key: str = strawberry.field(description="The short name in imported files.")
    name: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    city: str
    time_zone: str = strawberry.field(description="IANA name; opening hours and days of the site are in it.")
    currency: str = strawberry.field(description="ISO 4217; prices of the site are in it.")
    opening_hours: str = strawberry.field(description="In the site's zone, `Mo-Fr 08:00-18:00; Sa 09:00-12:00` or `24/7`.")
    subdivision: str = strawberry.field(description="The part of the country whose public holidays count; empty for the whole country's.")
    closes_on: date | None = strawberry.field(
        description="The day of the site from which it is closed, past or ahead; null while none is set."
    )
    closing_reason: str
    version: int

    @classmethod
    def of(cls, row: SiteRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Site", row.id)),
            row=row,
            key=row.key,
            name=row.name,
            country=row.country,
            city=row.city,
            time_zone=row.time_zone,
            currency=row.currency,
            opening_hours=row.opening_hours,
            subdivision=row.subdivision,
            closes_on=row.closes_on,
            closing_reason=row.closing_reason,
            version=row.version,
        )

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """The company that sells and invoices at the site."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))


@value
class Subdivision:
    """A part of a country that has public holidays of its own."""

    code: str
    name: str


@entity(visible_people)
class Person(Node):
    """A person: oneself, people of one's organisation, and for staff those of the organisations at their sites. Of others whom one has to do with only the
    name is told: `email` is null, `language` and `timeZone` are the product's defaults, `version` is 0.
    """

    name: str
    email: str | None
    language: Language
    time_zone: str = strawberry.field(description="IANA name.")
    version: int

    @classmethod
    def of(cls, row: PersonRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Person", row.id)),
            name=row.name,
            email=row.email,
            language=Language(row.language),
            time_zone=row.time_zone,
            version=row.version,
        )

    @classmethod
    def named(cls, person_id: UUID, name: str) -> Self:
        """Show a person of whom the viewer may know the name and no more."""
        return cls(id=strawberry.ID(encode("Person", person_id)), name=name, email=None, language=Language.EN, time_zone="UTC", version=0)


@value
class MembershipPerson:
    """A person in the viewer's organisation."""

    person: Person
    roles: list[Role]
    is_pending: bool = strawberry.field(description="Invited, but never here.")


@entity(OWN_ROWS)
class Session(Node):
    """A browser in which the viewer is signed in."""

    user_agent: str
    created_at: datetime
    last_seen_at: datetime = strawberry.field(description="To within five minutes.")
    is_current: bool

    @classmethod
    def of(cls, row: SessionRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Session", row.id)),
            user_agent=row.user_agent,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.is_current,
        )


@entity(OWN_ROWS)
class ApiToken(Node):
    """A script's credential of the viewer; the secret is shown once, when it is made."""

    name: str
    scopes: list[str] = strawberry.field(description="`read`, or `read` and `write`.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = strawberry.field(description="To within five minutes.")

    @classmethod
    def of(cls, row: ApiTokenRow) -> Self:
        return cls(
            id=strawberry.ID(encode("ApiToken", row.id)),
            name=row.name,
            scopes=json.loads(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )


@entity(queries.list_invitations)
class Invitation(Node):
    """An open invitation into the viewer's organisation."""

    email: str
    name: str
    roles: list[Role]
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: InvitationRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Invitation", row.id)),
            email=row.email,
            name=row.name,
            roles=[Role(role) for role in json.loads(row.roles)],
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


async def person_known_by_name(info: Info, person_id: UUID, name: str) -> Person:
    """Show a person as far as the viewer may see them."""
    row = await maybe(info, PEOPLE, person_id)
    return Person.of(row) if row else Person.named(person_id, name)


ORGANIZATIONS = register_node("Organization", queries.organizations_by_id, Organization.of)
LEGAL_ENTITIES = register_node("LegalEntity", queries.legal_entities_by_id, LegalEntity.of)
SITES = register_node("Site", queries.sites_by_id, Site.of)
PEOPLE = register_node("Person", queries.people_by_id, Person.of)
SESSIONS = register_node("Session", queries.sessions_by_id, Session.of)
API_TOKENS = register_node("ApiToken", queries.api_tokens_by_id, ApiToken.of)
INVITATIONS = register_node("Invitation", queries.invitations_by_id, Invitation.of)
