"""Every read and lock of admissions and residencies, within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like
from incubator.residencies.scope import visible_applications, visible_offers, visible_residencies


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call; `state` is planned, open or closed today in its zone; `site_ids` in order of their names."""

    id: UUID
    operator_id: UUID
    title: str
    summary: str
    programme: str
    opens_on: date
    closes_on: date
    time_zone: str
    state: str
    site_ids: list[UUID]
    version: int


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application as it was written; `startup_id` and `offer_id` are None until there is one."""

    id: UUID
    call_id: UUID
    site_id: UUID
    startup_id: UUID | None
    startup_name: str
    country: str
    city: str
    sector: str
    headcount: int
    pitch: str
    wishes: str
    contact_name: str
    contact_email: str
    language: str
    state: str
    submitted_at: datetime
    offer_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer; `state` is open, accepted, withdrawn or expired today at the site."""

    id: UUID
    application_id: UUID
    startup_id: UUID
    site_id: UUID
    plan_id: UUID
    unit_id: UUID
    starts_on: date
    ends_on: date
    monthly_minor: int
    deposit_minor: int
    currency: str
    terms: str
    terms_hash: str
    expires_on: date
    state: str
    stored_state: str
    time_zone: str
    version: int


@dataclass(frozen=True, slots=True)
class ResidencyRow:
    """A residency; `state` is pending, active or ended today at the site."""

    id: UUID
    startup_id: UUID
    site_id: UUID
    plan_id: UUID
    starts_on: date
    ends_on: date
    headcount: int
    state: str
    version: int


def _call_columns(n: int) -> str:
    return (
        "c.id, c.operator_id, c.title, c.summary, c.programme, c.opens_on, c.closes_on, c.time_zone, CASE"
        f" WHEN (${n}::timestamptz AT TIME ZONE c.time_zone)::date < c.opens_on THEN 'planned'"
        f" WHEN (${n}::timestamptz AT TIME ZONE c.time_zone)::date <= c.closes_on THEN 'open' ELSE 'closed' END AS state,"
        " ARRAY(SELECT cs.site_id FROM call_site cs JOIN site s ON s.id = cs.site_id WHERE cs.call_id = c.id ORDER BY s.name) AS site_ids, c.version"
    )


APPLICATION = (
    "a.id, a.call_id, a.site_id, a.startup_id, a.startup_name, a.country, a.city, a.sector, a.headcount, a.pitch, a.wishes, a.contact_name,"
    " a.contact_email, a.language, a.state, a.submitted_at,"
    " (SELECT o.id FROM offer o WHERE o.application_id = a.id ORDER BY o.id DESC LIMIT 1) AS offer_id, a.version"
)


def _offer_columns(n: int) -> str:
    return (
        "o.id, o.application_id, o.startup_id, o.site_id, o.plan_id, o.unit_id, o.starts_on, o.ends_on, o.monthly_minor, o.deposit_minor,"
        f" o.currency, o.terms, o.terms_hash, o.expires_on, CASE WHEN o.state = 'open' AND (${n}::timestamptz AT TIME ZONE s.time_zone)::date"
        " > o.expires_on THEN 'expired' ELSE o.state END AS state, o.state AS stored_state, s.time_zone, o.version"
    )


def _residency_columns(n: int) -> str:
    return (
        "r.id, r.startup_id, r.site_id, r.plan_id, r.starts_on, r.ends_on, r.headcount, CASE"
        f" WHEN (${n}::timestamptz AT TIME ZONE s.time_zone)::date < r.starts_on THEN 'pending'"
        f" WHEN (${n}::timestamptz AT TIME ZONE s.time_zone)::date <= r.ends_on THEN 'active' ELSE 'ended' END AS state, r.version"
    )


NEWEST = (Order("id", "uuid", is_descending=True),)
CALLS_BY_DAY = (Order("closes_on", "date"), Order("id", "uuid"))
RESIDENCIES_BY_START = (Order("starts_on", "date", is_descending=True), Order("id", "uuid"))


async def list_calls(page: Page, *, site_id: UUID | None = None, state: str | None = None, with_total: bool = False) -> Slice:
    """List calls, the one that closes first in front; calls are public."""
    sql = (
        f"SELECT * FROM (SELECT {_call_columns(1)} FROM call c) AS calls"
        " WHERE ($2::uuid IS NULL OR $2 = ANY(site_ids)) AND ($3::text IS NULL OR state = $3)"
    )
    return await paginate(sql, [clock.now(), site_id, state], CALLS_BY_DAY, page, with_total=with_total)


async def calls_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, CallRow]:
    """Return calls, which are public."""
    found = await db.rows_as(CallRow, f"SELECT {_call_columns(1)} FROM call c WHERE c.id = ANY($2::uuid[])", clock.now(), list(ids))
    return {row.id: row for row in found}


async def list_applications(
    actor: Actor, page: Page, *, state: str | None = None, site_id: UUID | None = None, search: str = "", with_total: bool = False
) -> Slice:
    """List applications, newest first; `search` looks at startup, sector and contact."""
    condition, args = visible_applications(actor)
    n = len(args)
    sql = (
        f"SELECT {APPLICATION} FROM application a WHERE {condition} AND (${n + 1}::text IS NULL OR a.state = ${n + 1})"
        f" AND (${n + 2}::uuid IS NULL OR a.site_id = ${n + 2})"
        f" AND (a.startup_name ILIKE ${n + 3} OR a.sector ILIKE ${n + 3} OR a.contact_name ILIKE ${n + 3})"
    )
    return await paginate(sql, [*args, state, site_id, like(search)], NEWEST, page, with_total=with_total)


async def applications_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ApplicationRow]:
    """Return the applications among `ids` that the actor may see."""
    condition, args = visible_applications(actor)
    found = await db.rows_as(
        ApplicationRow,
        f"SELECT {APPLICATION} FROM application a WHERE {condition} AND a.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
    )
    return {row.id: row for row in found}


async def submitted_application(application_id: UUID) -> ApplicationRow:
    """Return an application to whoever has written it a moment ago, signed in or not."""
    [found] = await db.rows_as(ApplicationRow, f"SELECT {APPLICATION} FROM application a WHERE a.id = $1", application_id)
    return found


async def lock_application(actor: Actor, application_id: UUID) -> ApplicationRow:
    """Return an application, locked until commit.

    Raises:
        NotFound: the actor sees no such application.
    """
    await db.rows("SELECT id FROM application WHERE id = $1 FOR UPDATE", application_id)
    found = (await applications_by_id(actor, [application_id])).get(application_id)
    if found is None:
        raise NotFound(kind="Application", path=("input", "applicationId"))
    return found


async def list_offers(actor: Actor, page: Page, *, state: str | None = None, with_total: bool = False) -> Slice:
    """List offers, newest first."""
    condition, args = visible_offers(actor)
    n = len(args)
    sql = (
        f"SELECT * FROM (SELECT {_offer_columns(n + 1)} FROM offer o JOIN site s ON s.id = o.site_id WHERE {condition}) AS offers"
        f" WHERE (${n + 2}::text IS NULL OR state = ${n + 2})"
    )
    return await paginate(sql, [*args, clock.now(), state], NEWEST, page, with_total=with_total)


async def offers_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, OfferRow]:
    """Return the offers among `ids` that the actor may see."""
    condition, args = visible_offers(actor)
    n = len(args)
    found = await db.rows_as(
        OfferRow,
        f"SELECT {_offer_columns(n + 1)} FROM offer o JOIN site s ON s.id = o.site_id WHERE {condition} AND o.id = ANY(${n + 2}::uuid[])",
        *args,
        clock.now(),
        list(ids),
    )
    return {row.id: row for row in found}


async def lock_offer(actor: Actor, offer_id: UUID) -> OfferRow:
    """Return an offer, locked until commit, so that two clicks make one residency.

    Raises:
        NotFound: the actor sees no such offer.
    """
    await db.rows("SELECT id FROM offer WHERE id = $1 FOR UPDATE", offer_id)
    found = (await offers_by_id(actor, [offer_id])).get(offer_id)
    if found is None:
        raise NotFound(kind="Offer", path=("input", "offerId"))
    return found


async def list_residencies(
    actor: Actor, page: Page, *, site_id: UUID | None = None, state: str | None = None, search: str = "", with_total: bool = False
) -> Slice:
    """List residencies, the latest start first; `search` looks at the startup."""
    condition, args = visible_residencies(actor)
    n = len(args)
    sql = (
        f"SELECT * FROM (SELECT {_residency_columns(n + 1)} FROM residency r JOIN site s ON s.id = r.site_id"
        f" JOIN organization g ON g.id = r.startup_id WHERE {condition} AND (${n + 2}::uuid IS NULL OR r.site_id = ${n + 2})"
        f" AND (g.name ILIKE ${n + 3} OR g.local_name ILIKE ${n + 3})) AS residencies WHERE (${n + 4}::text IS NULL OR state = ${n + 4})"
    )
    return await paginate(sql, [*args, clock.now(), site_id, like(search), state], RESIDENCIES_BY_START, page, with_total=with_total)


async def residencies_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ResidencyRow]:
    """Return the residencies among `ids` that the actor may see."""
    condition, args = visible_residencies(actor)
    n = len(args)
    found = await db.rows_as(
        ResidencyRow,
        f"SELECT {_residency_columns(n + 1)} FROM residency r JOIN site s ON s.id = r.site_id WHERE {condition} AND r.id = ANY(${n + 2}::uuid[])",
        *args,
        clock.now(),
        list(ids),
    )
    return {row.id: row for row in found}
