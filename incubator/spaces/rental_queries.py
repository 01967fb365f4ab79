"""Every read of rentals and of units that are kept for somebody, within what the actor may see; prices only for whom money is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import like
from incubator.spaces.rental_scope import knows_money, visible_rental_holds
from incubator.spaces.scope import visible_rentals


@dataclass(frozen=True, slots=True)
class RentalRow:
    """A unit held for days of the site, both ends included. What it costs is None for whom money is not.

    `prices` are those of a short stay, as JSON, `credit_days` how many of its days credit pays. `state` is upcoming, running, ending (notice was given, or an heir follows), moved or ended.
    """

    id: UUID
    unit_id: UUID
    site_id: UUID
    organization_id: UUID
    residency_id: UUID | None
    starts_on: date
    ends_on: date
    state: str
    knows_money: bool
    monthly_minor: int | None
    prices: str | None
    credit_days: int | None
    discount_percent: Decimal | None
    currency: str
    price_includes_tax: bool
    deposit_id: UUID | None
    notice_count: int
    notice_unit: str
    notice_given_at: datetime | None
    notice_waiver: str
    heir_id: UUID | None
    ancestor_id: UUID | None
    version: int
    unit_name: str
    organization_name: str


@dataclass(frozen=True, slots=True)
class RentalHoldRow:
    """A unit kept for an organisation until an instant; days of the site, both ends included."""

    id: UUID
    unit_id: UUID
    site_id: UUID
    organization_id: UUID
    held_by_id: UUID | None
    held_by_name: str | None
    starts_on: date
    ends_on: date
    expires_at: datetime
    note: str
    state: str
    rental_id: UUID | None
    version: int


TODAY = "({now}::timestamptz AT TIME ZONE s.time_zone)::date"
STATE = (
    "CASE WHEN r.ends_on < {today} THEN CASE WHEN r.heir_id IS NULL THEN 'ended' ELSE 'moved' END WHEN r.starts_on > {today} THEN 'upcoming'"
    " WHEN r.notice_given_at IS NOT NULL OR r.heir_id IS NOT NULL THEN 'ending' ELSE 'running' END"
)
FROM = "rental r JOIN site s ON s.id = r.site_id JOIN unit u ON u.id = r.unit_id JOIN organization o ON o.id = r.organization_id"
SORTS = {
    "starts_on": (Order("starts_on", "date"), Order("id", "uuid")),
    "ends_on": (Order("ends_on", "date"), Order("id", "uuid")),
    "unit": (Order("unit_name", "text"), Order("id", "uuid")),
    "organization": (Order("organization_name", "text"), Order("id", "uuid")),
}
BY_EXPIRY = (Order("expires_at", "timestamptz", is_descending=True), Order("id", "uuid"))
HOLD = (
    "h.id, h.unit_id, h.site_id, h.organization_id, h.held_by_id, p.name AS held_by_name, h.starts_on, h.ends_on, h.expires_at, h.note,"
    " CASE WHEN h.state = 'held' AND h.expires_at <= {now} THEN 'expired' ELSE h.state END AS state, h.rental_id, h.version"
)


@dataclass(frozen=True, slots=True)
class RentalFilter:
    """Which rentals: of a site, unit or organisation, in a state, that end within so many days; `search` looks at unit and organisation."""

    site_id: UUID | None = None
    unit_id: UUID | None = None
    organization_id: UUID | None = None
    state: str | None = None
    ends_within_days: int | None = None
    search: str = ""


def rental_columns(actor: Actor, n: int) -> tuple[str, list[object]]:
    """Return the columns of a `RentalRow` and their three arguments, numbered from `n`."""
    money, args = knows_money(actor, "r", n)
    state = STATE.format(today=TODAY.format(now=f"${n + 2}"))
    columns = (
        f"r.id, r.unit_id, r.site_id, r.organization_id, r.residency_id, r.starts_on, r.ends_on, {state} AS state, {money} AS knows_money,"
        f" CASE WHEN {money} THEN r.monthly_minor END AS monthly_minor, CASE WHEN {money} THEN r.prices END AS prices,"
        f" CASE WHEN {money} THEN jsonb_array_length(r.credit_days) END AS credit_days,"
        f" CASE WHEN {money} THEN r.discount_percent END AS discount_percent, r.currency, r.price_includes_tax,"
        f" CASE WHEN {money} THEN r.deposit_id END AS deposit_id, r.notice_count, r.notice_unit, r.notice_given_at, r.notice_waiver,"
        " r.heir_id, r.ancestor_id, r.version, u.name AS unit_name, o.name AS organization_name"
    )
    return columns, [*args, clock.now()]


async def list_rentals(
    actor: Actor,
    page: Page,
    wanted: RentalFilter | None = None,
    *,
    sort: str = "starts_on",
    is_descending: bool = True,
    with_total: bool = False,
) -> Slice:
    """List rentals, the latest start first unless told otherwise."""
    wanted = wanted or RentalFilter()
    condition, args = visible_rentals(actor)
    columns, more = rental_columns(actor, len(args) + 1)
    values = [*args, *more]
    n = len(values)
    today = TODAY.format(now=f"${n}")
    sql = (
        f"SELECT {columns} FROM {FROM} WHERE {condition}"
        f" AND (${n + 1}::uuid IS NULL OR r.site_id = ${n + 1}) AND (${n + 2}::uuid IS NULL OR r.unit_id = ${n + 2})"
        f" AND (${n + 3}::uuid IS NULL OR r.organization_id = ${n + 3}) AND (${n + 4}::text IS NULL OR {STATE.format(today=today)} = ${n + 4})"
        f" AND (${n + 5}::int IS NULL OR r.ends_on BETWEEN {today} AND {today} + ${n + 5}) AND (u.name ILIKE ${n + 6} OR o.name ILIKE ${n + 6})"
    )
    values += [wanted.site_id, wanted.unit_id, wanted.organization_id, wanted.state, wanted.ends_within_days, like(wanted.search)]
    first, last = SORTS[sort]
    order = (Order(first.column, first.sql_type, is_descending=is_descending), last)
    return await paginate(sql, values, order, page, with_total=with_total)


async def rentals_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, RentalRow]:
    """Return the rentals among `ids` that the actor may see."""
    return {row.id: row for row in await _rentals(actor, "r.id", ids)}


async def rentals_of_residencies(actor: Actor, residency_ids: Iterable[UUID]) -> dict[UUID, list[RentalRow]]:
    """Return the rentals of residencies that the actor may see, by residency, in order of their start."""
    grouped: dict[UUID, list[RentalRow]] = {}
    for row in await _rentals(actor, "r.residency_id", residency_ids):
        assert row.residency_id is not None
        grouped.setdefault(row.residency_id, []).append(row)
    return grouped


async def _rentals(actor: Actor, column: str, ids: Iterable[UUID]) -> list[RentalRow]:
    condition, args = visible_rentals(actor)
    columns, more = rental_columns(actor, len(args) + 1)
    values = [*args, *more]
    return await db.rows_as(
        RentalRow,
        f"SELECT {columns} FROM {FROM} WHERE {condition} AND {column} = ANY(${len(values) + 1}::uuid[]) ORDER BY r.starts_on, r.id",
        *values,
        list(ids),
    )


async def list_rental_holds(
    actor: Actor, page: Page, *, site_id: UUID | None = None, open_only: bool = False, with_total: bool = False
) -> Slice:
    """List units that are or were kept for somebody, the latest expiry first."""
    condition, args = visible_rental_holds(actor)
    n = len(args)
    sql = (
        f"SELECT {HOLD.format(now=f'${n + 1}')} FROM rental_hold h LEFT JOIN person p ON p.id = h.held_by_id WHERE {condition}"
        f" AND (${n + 2}::uuid IS NULL OR h.site_id = ${n + 2}) AND (NOT ${n + 3}::bool OR (h.state = 'held' AND h.expires_at > ${n + 1}))"
    )
    return await paginate(sql, [*args, clock.now(), site_id, open_only], BY_EXPIRY, page, with_total=with_total)


async def rental_holds_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, RentalHoldRow]:
    """Return those among `ids` that the actor may see."""
    condition, args = visible_rental_holds(actor)
    n = len(args)
    found = await db.rows_as(
        RentalHoldRow,
        f"SELECT {HOLD.format(now=f'${n + 1}')} FROM rental_hold h LEFT JOIN person p ON p.id = h.held_by_id"
        f" WHERE {condition} AND h.id = ANY(${n + 2}::uuid[])",
        *args,
        clock.now(),
        list(ids),
    )
    return {row.id: row for row in found}
