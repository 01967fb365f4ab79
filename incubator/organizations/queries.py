"""Every read of organisations, places, people and credentials, each within what the actor may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.scope import visible_organizations, visible_people, visible_sites


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """An organisation's public profile; `country` is ISO 3166-1 alpha-2."""

    id: UUID
    key: str
    name: str
    local_name: str
    kind: str
    country: str
    city: str
    district: str
    sector: str
    version: int


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site; `opening_hours` are local to `time_zone`, prices are in `currency`. It is closed from `closes_on` on, a day of its calendar."""

    id: UUID
    key: str
    name: str
    operator_id: UUID
    legal_entity_id: UUID
    country: str
    subdivision: str
    city: str
    time_zone: str
    currency: str
    locale: str
    opening_hours: str
    closed_on_holidays: bool
    closes_on: date | None
    closing_reason: str
    version: int


@dataclass(frozen=True, slots=True)
class LegalEntityRow:
    """A company of the operator; `series` is the prefix of its invoice numbers."""

    id: UUID
    operator_id: UUID
    name: str
    country: str
    currency: str
    address: str
    tax_number: str
    series: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as others of the organisation see them."""

    id: UUID
    name: str
    email: str
    language: str
    time_zone: str
    version: int


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One role of a person in an organisation."""

    person_id: UUID
    organization_id: UUID
    role: str
    site_id: UUID | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser of the actor; the current one is that of the request."""

    id: UUID
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class ApiTokenRow:
    """A token of the actor, without its secret; `scopes` is a JSON list."""

    id: UUID
    name: str
    scopes: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An open invitation of the actor's organisation; `roles` is a JSON list."""

    id: UUID
    email: str
    name: str
    roles: str
    created_at: datetime
    expires_at: datetime


ORGANIZATION = "o.id, o.key, o.name, o.local_name, o.kind, o.country, o.city, o.district, o.sector, o.version"
SITE = (
    "s.id, s.key, s.name, s.operator_id, s.legal_entity_id, s.country, s.subdivision, s.city, s.time_zone, s.currency, s.locale,"
    " s.opening_hours, s.closed_on_holidays, s.closes_on, s.closing_reason, s.version"
)
PERSON = "p.id, p.name, p.email, p.language, p.time_zone, p.version"
BY_NAME = (Order("name", "text"), Order("id", "uuid"))
NEWEST = (Order("id", "uuid", is_descending=True),)

T = TypeVar("T")


def like(search: str) -> str:
    """Return the pattern of a search text for ILIKE, its wildcards taken literally."""
    escaped = search.strip()[:100].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def list_organizations(
    actor: Actor, page: Page, *, search: str = "", kind: str | None = None, order: tuple[Order, ...] = BY_NAME, with_total: bool = False
) -> Slice:
    """List organisations by name, or in the order given."""
    condition, args = visible_organizations(actor)
    n = len(args)
    sql = (
        f"SELECT {ORGANIZATION} FROM organization o WHERE {condition}"
        f" AND (o.name ILIKE ${n + 1} OR o.local_name ILIKE ${n + 1} OR o.key ILIKE ${n + 1} OR o.sector ILIKE ${n + 1})"
        f" AND (${n + 2}::text IS NULL OR o.kind = ${n + 2})"
    )
    return await paginate(sql, [*args, like(search), kind], order, page, with_total=with_total)


async def organizations_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, OrganizationRow]:
    """Return the organisations among `ids` that the actor may see."""
    condition, args = visible_organizations(actor)
    found = await db.rows_as(
        OrganizationRow,
        f"SELECT {ORGANIZATION} FROM organization o WHERE {condition} AND o.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
    )
    return {row.id: row for row in found}


async def list_sites(actor: Actor, page: Page, *, search: str = "", with_total: bool = False) -> Slice:
    """List sites by name."""
    condition, args = visible_sites(actor)
    n = len(args)
    sql = f"SELECT {SITE} FROM site s WHERE {condition} AND (s.name ILIKE ${n + 1} OR s.city ILIKE ${n + 1} OR s.key ILIKE ${n + 1})"
    return await paginate(sql, [*args, like(search)], BY_NAME, page, with_total=with_total)


async def sites_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, SiteRow]:
    """Return the sites among `ids` that the actor may see."""
    condition, args = visible_sites(actor)
    found = await db.rows_as(
        SiteRow, f"SELECT {SITE} FROM site s WHERE {condition} AND s.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids)
    )
    return {row.id: row for row in found}


async def legal_entities_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, LegalEntityRow]:
    """Return legal entities; their names stand on public calls and every invoice."""
    found = await db.rows_as(
        LegalEntityRow,
        "SELECT id, operator_id, name, country, currency, address, tax_number, series FROM legal_entity WHERE id = ANY($1::uuid[])",
        list(ids),
    )
    return {row.id: row for row in found}


async def people_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, PersonRow]:
    """Return the people among `ids` that the actor may see."""
    condition, args = visible_people(actor)
    found = await db.rows_as(
        PersonRow,
        f"SELECT {PERSON} FROM person p WHERE {condition} AND p.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
    )
    return {row.id: row for row in found}


async def list_people(actor: Actor, page: Page, *, search: str = "", with_total: bool = False) -> Slice:
    """List the people of the organisation the actor stands in, by name, with their roles as a JSON list and whether they never came."""
    actor.require_person()
    sql = (
        f"SELECT {PERSON}, p.password_hash = '' AS is_pending, (SELECT json_agg(DISTINCT r.role) FROM role_assignment r"
        " WHERE r.person_id = p.id AND r.organization_id = $1) AS roles"
        " FROM person p WHERE EXISTS (SELECT 1 FROM role_assignment r WHERE r.person_id = p.id AND r.organization_id = $1)"
        " AND (p.name ILIKE $2 OR p.email ILIKE $2)"
    )
    standing = actor.organization_id if actor.memberships else None
    return await paginate(sql, [standing, like(search)], BY_NAME, page, with_total=with_total)


async def memberships_of(actor: Actor) -> list[MembershipRow]:
    """Return all roles of the actor's person, everywhere, ordered by organisation."""
    return await db.rows_as(
        MembershipRow,
        "SELECT r.person_id, r.organization_id, r.role, r.site_id FROM role_assignment r JOIN organization o ON o.id = r.organization_id"
        " WHERE r.person_id = $1 ORDER BY o.name, r.role",
        actor.require_person(),
    )


async def has_two_factor(actor: Actor) -> bool:
    """Tell whether the actor's second factor is in force."""
    return bool(await db.value("SELECT totp_confirmed_at IS NOT NULL FROM person WHERE id = $1", actor.require_person()))


def _own_sessions(actor: Actor) -> tuple[str, list[object]]:
    sql = (
        "SELECT id, user_agent, created_at, last_seen_at, id = $3 AS is_current FROM session"
        " WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2"
    )
    return sql, [actor.require_person(), clock.now(), actor.credential_id or actor.person_id]


def _own_tokens(actor: Actor) -> tuple[str, list[object]]:
    sql = (
        "SELECT id, name, scopes, created_at, expires_at, last_used_at FROM api_token WHERE person_id = $1 AND revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > $2)"
    )
    return sql, [actor.require_person(), clock.now()]


def _open_invitations(actor: Actor) -> tuple[str, list[object]]:
    sql = (
        "SELECT id, email, name, roles, created_at, expires_at FROM invitation WHERE organization_id = $1 AND accepted_at IS NULL"
        " AND revoked_at IS NULL AND expires_at > $2"
    )
    return sql, [actor.organization_id if actor.memberships else None, clock.now()]


async def list_sessions(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List the actor's own running sessions, newest first."""
    return await paginate(*_own_sessions(actor), NEWEST, page, with_total=with_total)


async def sessions_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, SessionRow]:
    """Return the sessions among `ids` that are the actor's and run."""
    return {row.id: row for row in await _of_actor(SessionRow, actor, _own_sessions, ids)}


async def list_api_tokens(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List the actor's own tokens that still work, newest first."""
    return await paginate(*_own_tokens(actor), NEWEST, page, with_total=with_total)


async def api_tokens_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ApiTokenRow]:
    """Return the tokens among `ids` that are the actor's and still work."""
    return {row.id: row for row in await _of_actor(ApiTokenRow, actor, _own_tokens, ids)}


async def list_invitations(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List the open invitations of the organisation the actor stands in, newest first."""
    return await paginate(*_open_invitations(actor), NEWEST, page, with_total=with_total)


async def invitations_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, InvitationRow]:
    """Return the open invitations among `ids` of the organisation the actor stands in."""
    return {row.id: row for row in await _of_actor(InvitationRow, actor, _open_invitations, ids)}


async def _of_actor(cls: type[T], actor: Actor, own: Callable[[Actor], tuple[str, list[object]]], ids: Iterable[UUID]) -> list[T]:
    if actor.person_id is None:
        return []
    sql, args = own(actor)
    return await db.rows_as(cls, f"SELECT * FROM ({sql}) AS own WHERE id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))


async def contacts(organization_id: UUID, roles: Iterable[str]) -> list[PersonRow]:
    """Return the people who have one of `roles` in an organisation, for telling them something; not for showing."""
    return await db.rows_as(
        PersonRow,
        f"SELECT DISTINCT {PERSON} FROM person p JOIN role_assignment r ON r.person_id = p.id"
        " WHERE r.organization_id = $1 AND r.role = ANY($2::text[])",
        organization_id,
        list(roles),
    )


async def site_staff(site_id: UUID, roles: Iterable[str]) -> list[PersonRow]:
    """Return the operator's people whose role covers a site, for telling them something."""
    return await db.rows_as(
        PersonRow,
        f"SELECT DISTINCT {PERSON} FROM site s JOIN role_assignment r ON r.organization_id = s.operator_id"
        " AND (r.site_id IS NULL OR r.site_id = s.id) AND (r.legal_entity_id IS NULL OR r.legal_entity_id = s.legal_entity_id)"
        " JOIN person p ON p.id = r.person_id WHERE s.id = $1 AND r.role = ANY($2::text[])",
        site_id,
        list(roles),
    )


async def entity_staff(legal_entity_id: UUID, roles: Iterable[str]) -> list[PersonRow]:
    """Return the operator's people whose role covers a legal entity, for telling them something."""
    return await db.rows_as(
        PersonRow,
        f"SELECT DISTINCT {PERSON} FROM legal_entity e JOIN role_assignment r ON r.organization_id = e.operator_id AND r.site_id IS NULL"
        " AND (r.legal_entity_id IS NULL OR r.legal_entity_id = e.id) JOIN person p ON p.id = r.person_id"
        " WHERE e.id = $1 AND r.role = ANY($2::text[])",
        legal_entity_id,
        list(roles),
    )
