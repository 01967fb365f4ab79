"""Every read of space, within what the actor may see; what others hold is told as busy, without title, person or price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.jsonable import dumps
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like
from incubator.spaces.scope import RESIDENTS, STAFF, visible_bookings, visible_units


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit with today's prices for everybody in minor units of the site's currency, and its own or the site's opening hours."""

    id: UUID
    site_id: UUID
    name: str
    kind: str
    capacity: int
    opening_hours: str
    monthly_minor: int | None
    hourly_minor: int | None
    price_includes_tax: bool
    currency: str
    version: int
    room_id: UUID | None
    pool_id: UUID | None
    whole_id: UUID | None
    owner_id: UUID | None
    biosafety_level: int
    equipment: list[str]
    policy: str


@dataclass(frozen=True, slots=True)
class BookableUnit:
    """Everything that a booking decision needs of a unit and its site, in one row."""

    id: UUID
    site_id: UUID
    name: str
    kind: str
    opening_hours: str
    has_own_hours: bool
    price_includes_tax: bool
    policy: str
    country: str
    subdivision: str
    time_zone: str
    currency: str
    closed_on_holidays: bool
    operator_id: UUID
    legal_entity_id: UUID
    monthly_minor: int | None
    closes_on: date | None


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking; title, organisation, person and price are None when it is somebody else's."""

    id: UUID
    unit_id: UUID
    site_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: str
    is_mine: bool
    organization_id: UUID | None
    booked_by_id: UUID | None
    booked_by_name: str | None
    title: str | None
    price_minor: int | None
    currency: str
    price_includes_tax: bool
    version: int
    lines: str | None
    credit_minutes: int | None
    note_for_next: str | None
    heir_id: UUID | None
    series_id: UUID | None
    accessory_ids: str
    expires_at: datetime | None
    companion_id: UUID | None
    companion_name: str | None
    outage_id: UUID | None


def base_price(basis: str, on: str) -> str:
    """Return the subquery for what a unit costs everybody on a day of its site."""
    return (
        f"(SELECT r.amount_minor FROM rate r WHERE r.basis = '{basis}' AND r.audience = '' AND r.starts_on <= {on}"
        f" AND coalesce(r.ends_on, 'infinity') >= {on} AND r.site_id = u.site_id AND (r.unit_id = u.id OR (r.unit_id IS NULL AND r.kind = u.kind))"
        " ORDER BY r.unit_id IS NULL LIMIT 1)"
    )


def unit_columns(now: str) -> str:
    """Return the columns of a `UnitRow`; `now` is the argument that holds the instant whose day's prices count."""
    on = f"({now}::timestamptz AT TIME ZONE s.time_zone)::date"
    return (
        "u.id, u.site_id, u.name, u.kind, u.capacity, coalesce(nullif(u.opening_hours, ''), s.opening_hours) AS opening_hours,"
        f" {base_price('month', on)} AS monthly_minor, {base_price('hour', on)} AS hourly_minor, u.price_includes_tax, s.currency, u.version,"
        " u.room_id, u.pool_id, u.whole_id, u.owner_id, u.biosafety_level,"
        " ARRAY(SELECT jsonb_array_elements_text(u.equipment)) AS equipment, u.policy"
    )


def _bookable_columns(now: str) -> str:
    on = f"({now}::timestamptz AT TIME ZONE s.time_zone)::date"
    return (
        "u.id, u.site_id, u.name, u.kind, coalesce(nullif(u.opening_hours, ''), s.opening_hours) AS opening_hours,"
        " u.opening_hours <> '' AS has_own_hours, u.price_includes_tax, u.policy, s.country, s.subdivision, s.time_zone,"
        f" s.currency, s.closed_on_holidays, s.operator_id, s.legal_entity_id, {base_price('month', on)} AS monthly_minor, s.closes_on"
    )


UNITS_BY_NAME = (Order("name", "text"), Order("id", "uuid"))
BY_START = (Order("starts_at", "timestamptz"), Order("id", "uuid"))


async def list_units(
    actor: Actor,
    page: Page,
    *,
    site_id: UUID | None = None,
    kind: str | None = None,
    search: str = "",
    equipment: Sequence[str] = (),
    owner_id: UUID | None = None,
    with_total: bool = False,
) -> Slice:
    """List units by name; with `equipment` those that have all of it, with `owner_id` those that are theirs."""
    condition, args = visible_units(actor)
    n = len(args)
    sql = (
        f"SELECT {unit_columns(f'${n + 5}')} FROM unit u JOIN site s ON s.id = u.site_id WHERE {condition}"
        f" AND (${n + 1}::uuid IS NULL OR u.site_id = ${n + 1}) AND (${n + 2}::text IS NULL OR u.kind = ${n + 2}) AND u.name ILIKE ${n + 3}"
        f" AND u.equipment @> ${n + 4}::jsonb AND (${n + 6}::uuid IS NULL OR u.owner_id = ${n + 6})"
    )
    values = [*args, site_id, kind, like(search), dumps([one.lower() for one in equipment]), clock.now(), owner_id]
    return await paginate(sql, values, UNITS_BY_NAME, page, with_total=with_total)


async def units_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, UnitRow]:
    """Return the units among `ids` that the actor may see."""
    condition, args = visible_units(actor)
    found = await db.rows_as(
        UnitRow,
        f"SELECT {unit_columns(f'${len(args) + 2}')} FROM unit u JOIN site s ON s.id = u.site_id"
        f" WHERE {condition} AND u.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
        clock.now(),
    )
    return {row.id: row for row in found}


async def bookable_unit(actor: Actor, unit_id: UUID, *, to_hold: bool = False) -> BookableUnit:
    """Return what a booking decision needs of a unit. `to_hold`: nothing may become a part of it, and no outage of it
    may begin to be known, until the transaction ends.

    Raises:
        NotFound: the actor sees no such unit.
    """
    condition, args = visible_units(actor)
    n = len(args)
    found = await db.rows_as(
        BookableUnit,
        f"SELECT {_bookable_columns(f'${n + 2}')} FROM unit u JOIN site s ON s.id = u.site_id WHERE {condition} AND u.id = ${n + 1}"
        + (" FOR SHARE OF u" if to_hold else ""),
        *args,
        unit_id,
        clock.now(),
    )
    if not found:
        raise NotFound(kind="Unit", path=("input", "unitId"))
    return found[0]


async def lock_credit(organization_id: UUID) -> None:
    """Lock an organisation's credit until the running transaction ends; what is left of it is read after that, by another statement."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"credit {organization_id}")


def booking_columns(actor: Actor, n: int) -> tuple[str, list[object]]:
    """Return the columns of a booking with what is others' blanked out, and their two arguments, numbered from `n`."""
    own = f"(b.organization_id = ANY(${n}::uuid[]))"
    known = f"({own} OR b.site_id = ANY(${n + 1}::uuid[]) OR ${n + 2})"
    columns = (
        f"b.id, b.unit_id, b.site_id, b.starts_at, b.ends_at, b.state, {own} AS is_mine,"
        f" CASE WHEN {known} THEN b.organization_id END AS organization_id, CASE WHEN {known} THEN b.booked_by_id END AS booked_by_id,"
        f" CASE WHEN {known} THEN p.name END AS booked_by_name, CASE WHEN {known} THEN b.title END AS title,"
        f" CASE WHEN {known} THEN b.price_minor END AS price_minor, b.currency, b.price_includes_tax, b.version,"
        f" CASE WHEN {known} THEN b.lines END AS lines, CASE WHEN {known} THEN b.credit_minutes END AS credit_minutes,"
        f" CASE WHEN {known} THEN b.note_for_next END AS note_for_next, b.heir_id, b.series_id, b.accessory_ids, b.expires_at, b.outage_id,"
        f" CASE WHEN {known} THEN b.companion_id END AS companion_id,"
        f" CASE WHEN {known} THEN (SELECT c.name FROM person c WHERE c.id = b.companion_id) END AS companion_name"
    )
    return columns, [list(actor.organization_ids_as(*RESIDENTS)), list(actor.site_ids_as(*STAFF)), actor.is_system]


async def list_bookings(
    actor: Actor,
    page: Page,
    *,
    starts_at: datetime,
    ends_at: datetime,
    site_id: UUID | None = None,
    unit_id: UUID | None = None,
    mine_only: bool = False,
    with_total: bool = False,
) -> Slice:
    """List bookings, confirmed or waiting for approval, that touch `[starts_at, ends_at)`, in order of their start."""
    condition, args = visible_bookings(actor)
    columns, more = booking_columns(actor, len(args) + 1)
    values = [*args, *more]
    n = len(values)
    sql = (
        f"SELECT {columns} FROM booking b LEFT JOIN person p ON p.id = b.booked_by_id WHERE {condition} AND b.state IN ('pending', 'confirmed')"
        f" AND b.starts_at < ${n + 2} AND b.ends_at > ${n + 1} AND (${n + 3}::uuid IS NULL OR b.site_id = ${n + 3})"
        f" AND (${n + 4}::uuid IS NULL OR b.unit_id = ${n + 4}) AND (NOT ${n + 5} OR b.organization_id = ANY(${n + 6}::uuid[]))"
    )
    values += [starts_at, ends_at, site_id, unit_id, mine_only, list(actor.organization_ids_as(*RESIDENTS))]
    return await paginate(sql, values, BY_START, page, with_total=with_total)


async def bookings_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, BookingRow]:
    """Return the bookings among `ids` that the actor may see, cancelled ones too."""
    condition, args = visible_bookings(actor)
    columns, more = booking_columns(actor, len(args) + 1)
    values = [*args, *more]
    found = await db.rows_as(
        BookingRow,
        f"SELECT {columns} FROM booking b LEFT JOIN person p ON p.id = b.booked_by_id WHERE {condition} AND b.id = ANY(${len(values) + 1}::uuid[])",
        *values,
        list(ids),
    )
    return {row.id: row for row in found}


async def bookings_of_outages(actor: Actor, outage_ids: Iterable[UUID]) -> dict[UUID, list[BookingRow]]:
    """Return the bookings that outages ended and the actor knows more of than their time, by outage, in order of their start."""
    condition, args = visible_bookings(actor)
    columns, more = booking_columns(actor, len(args) + 1)
    values = [*args, *more]
    found = await db.rows_as(
        BookingRow,
        f"SELECT {columns} FROM booking b LEFT JOIN person p ON p.id = b.booked_by_id WHERE {condition}"
        f" AND b.outage_id = ANY(${len(values) + 1}::uuid[]) ORDER BY b.starts_at, b.id LIMIT 1000",
        *values,
        list(outage_ids),
    )
    grouped: dict[UUID, list[BookingRow]] = {}
    for row in found:
        if row.outage_id is not None and row.organization_id is not None:
            grouped.setdefault(row.outage_id, []).append(row)
    return grouped


async def notes_before(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what the one before left for who has the unit next, by booking. For those who may see the booking; the caller knows."""
    found = await db.rows(
        "SELECT b.id, p.note_for_next FROM booking b JOIN LATERAL (SELECT n.note_for_next FROM booking n WHERE n.unit_id = b.unit_id"
        " AND n.ends_at <= b.starts_at AND n.state = 'confirmed' ORDER BY n.ends_at DESC LIMIT 1) p ON p.note_for_next <> ''"
        " WHERE b.id = ANY($1::uuid[])",
        list(ids),
    )
    return {row["id"]: row["note_for_next"] for row in found}
