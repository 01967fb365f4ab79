"""Every read of keys and badges, within what the actor may see: staff all of their sites, others what is in their organisation's hands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like
from incubator.spaces.badges import DUE
from incubator.spaces.rental_scope import KEEPERS_OF_MONEY, PAYERS, visible_badges
from incubator.spaces.scope import RESIDENTS, STAFF


@dataclass(frozen=True, slots=True)
class BadgeRow:
    """A badge with who has it; `state` is in, out, overdue or lost. `due_on` is the site's day it is wanted back."""

    id: UUID
    site_id: UUID
    kind: str
    number: str
    opens: str
    state: str
    person_id: UUID | None
    person_name: str | None
    organization_id: UUID | None
    rental_id: UUID | None
    issued_at: datetime | None
    due_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A badge in somebody's hands, now or before; the fee is None for whom money is not."""

    badge_id: UUID
    person_name: str
    organization_name: str
    issued_at: datetime
    ended_at: datetime | None
    outcome: str
    fee_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A person of an organisation at a site."""

    person_id: UUID
    person_name: str
    organization_id: UUID


_STATE = (
    "CASE WHEN i.id IS NOT NULL THEN CASE WHEN {due} < ({now}::timestamptz AT TIME ZONE s.time_zone)::date THEN 'overdue' ELSE 'out' END"
    " WHEN b.lost_at IS NOT NULL THEN 'lost' ELSE 'in' END"
)
_FROM = (
    "badge b JOIN site s ON s.id = b.site_id LEFT JOIN badge_issue i ON i.badge_id = b.id AND i.ended_at IS NULL"
    " LEFT JOIN person p ON p.id = i.person_id LEFT JOIN rental r ON r.id = i.rental_id LEFT JOIN organization o ON o.id = i.organization_id"
)
BY_NUMBER = (Order("number", "text"), Order("id", "uuid"))
MOST_HOLDERS = 20


def _columns(now: str) -> str:
    return (
        f"b.id, b.site_id, b.kind, b.number, b.opens, {_STATE.format(due=DUE, now=now)} AS state, i.person_id, p.name AS person_name,"
        f" i.organization_id, i.rental_id, i.issued_at, {DUE} AS due_on, b.version"
    )


async def list_badges(
    actor: Actor, page: Page, *, site_id: UUID | None = None, state: str | None = None, search: str = "", with_total: bool = False
) -> Slice:
    """List badges by number; `search` looks at number, what it opens, holder and organisation. `out` has the overdue ones too."""
    condition, args = visible_badges(actor)
    n = len(args)
    found = _STATE.format(due=DUE, now=f"${n + 1}")
    sql = (
        f"SELECT {_columns(f'${n + 1}')} FROM {_FROM} WHERE {condition} AND (${n + 2}::uuid IS NULL OR b.site_id = ${n + 2})"
        f" AND (${n + 3}::text IS NULL OR {found} = ${n + 3} OR (${n + 3} = 'out' AND i.id IS NOT NULL))"
        f" AND (b.number ILIKE ${n + 4} OR b.opens ILIKE ${n + 4} OR p.name ILIKE ${n + 4} OR o.name ILIKE ${n + 4})"
    )
    return await paginate(sql, [*args, clock.now(), site_id, state, like(search)], BY_NUMBER, page, with_total=with_total)


async def badges_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, BadgeRow]:
    """Return the badges among `ids` that the actor may see."""
    return {row.id: row for row in await _badges(actor, "b.id", ids)}


async def badges_of_rentals(actor: Actor, rental_ids: Iterable[UUID]) -> dict[UUID, list[BadgeRow]]:
    """Return the badges that are out for rentals, by rental, in order of their numbers."""
    grouped: dict[UUID, list[BadgeRow]] = {}
    for row in await _badges(actor, "i.rental_id", rental_ids):
        assert row.rental_id is not None
        grouped.setdefault(row.rental_id, []).append(row)
    return grouped


async def _badges(actor: Actor, column: str, ids: Iterable[UUID]) -> list[BadgeRow]:
    condition, args = visible_badges(actor)
    n = len(args)
    return await db.rows_as(
        BadgeRow,
        f"SELECT {_columns(f'${n + 1}')} FROM {_FROM} WHERE {condition} AND {column} = ANY(${n + 2}::uuid[]) ORDER BY b.number, b.id",
        *args,
        clock.now(),
        list(ids),
    )


async def issues_of(actor: Actor, badge_ids: Iterable[UUID]) -> dict[UUID, list[IssueRow]]:
    """Return who had badges, by badge, the latest first: for staff all, for others what was their own organisation's."""
    found = await db.rows_as(
        IssueRow,
        "SELECT i.badge_id, p.name AS person_name, o.name AS organization_name, i.issued_at, i.ended_at, i.outcome,"
        " CASE WHEN $5 OR b.site_id = ANY($4::uuid[]) OR i.organization_id = ANY($6::uuid[]) THEN i.fee_minor END AS fee_minor, s.currency"
        " FROM badge_issue i JOIN badge b ON b.id = i.badge_id JOIN site s ON s.id = b.site_id JOIN person p ON p.id = i.person_id"
        " JOIN organization o ON o.id = i.organization_id WHERE i.badge_id = ANY($1::uuid[])"
        " AND ($5 OR b.site_id = ANY($2::uuid[]) OR i.organization_id = ANY($3::uuid[])) ORDER BY i.issued_at DESC, i.id",
        list(badge_ids),
        list(actor.site_ids_as(*STAFF)),
        list(actor.organization_ids_as(*RESIDENTS)),
        list(actor.site_ids_as(*KEEPERS_OF_MONEY)),
        actor.is_system,
        list(actor.organization_ids_as(*PAYERS)),
    )
    return grouped(found, lambda row: row.badge_id)


async def find_holders(actor: Actor, site_id: UUID, search: str) -> list[HolderRow]:
    """Find up to 20 people who may be given a badge of a site, by name of person or organisation: of its operator and of who is there.

    Raises:
        NotSignedIn, Forbidden: the actor is no staff of the site.
    """
    actor.require(Grant.CHECK_IN, site_id, path=("siteId",))
    return await db.rows_as(
        HolderRow,
        "SELECT DISTINCT p.id AS person_id, p.name AS person_name, o.id AS organization_id FROM role_assignment a"
        " JOIN person p ON p.id = a.person_id JOIN organization o ON o.id = a.organization_id"
        " WHERE (EXISTS (SELECT 1 FROM organization_at_site x WHERE x.organization_id = o.id AND x.site_id = $1)"
        " OR EXISTS (SELECT 1 FROM site s WHERE s.id = $1 AND s.operator_id = o.id)) AND (p.name ILIKE $2 OR o.name ILIKE $2)"
        f" ORDER BY p.name, p.id, o.id LIMIT {MOST_HOLDERS}",
        site_id,
        like(search),
    )
