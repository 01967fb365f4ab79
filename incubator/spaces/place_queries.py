"""Reads of places, rates and usage, within what the actor may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.spaces.scope import visible_units, visible_usages, visible_waiting


@dataclass(frozen=True, slots=True)
class FloorRow:
    """A floor with its building; the plan is clean SVG, empty for none."""

    id: UUID
    site_id: UUID
    building: str
    name: str
    level: int
    plan_svg: str
    version: int


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room of a floor."""

    id: UUID
    floor_id: UUID
    name: str
    biosafety_level: int
    capacity: int


@dataclass(frozen=True, slots=True)
class RateView:
    """A rate; amounts in minor units of the site's currency, steps and blocks as JSON."""

    id: UUID
    site_id: UUID
    unit_id: UUID | None
    kind: str
    audience: str
    basis: str
    amount_minor: int
    off_peak_minor: int | None
    off_peak_hours: str
    steps: str
    blocks: str
    minimum_minor: int
    day_cap_minor: int | None
    starts_on: date
    ends_on: date | None
    is_used: bool
    currency: str
    version: int


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What was used of a unit."""

    id: UUID
    unit_id: UUID
    site_id: UUID
    organization_id: UUID | None
    booking_id: UUID | None
    state: str
    problem: str
    started_at: datetime | None
    ended_at: datetime | None
    used_on: date
    minutes: int
    resolution: str
    version: int


FLOOR = "f.id, b.site_id, b.name AS building, f.name, f.level, f.plan_svg, f.version FROM floor f JOIN building b ON b.id = f.building_id"
ROOM = "r.id, r.floor_id, r.name, r.biosafety_level, r.capacity FROM room r"
RATE = (
    "r.id, r.site_id, r.unit_id, r.kind, r.audience, r.basis, r.amount_minor, r.off_peak_minor, r.off_peak_hours, r.steps, r.blocks,"
    " r.minimum_minor, r.day_cap_minor, r.starts_on, r.ends_on, EXISTS (SELECT 1 FROM booking b WHERE b.rate_id = r.id) AS is_used,"
    " s.currency, r.version FROM rate r JOIN site s ON s.id = r.site_id"
)
USAGE = (
    "g.id, g.unit_id, g.site_id, g.organization_id, g.booking_id, g.state, g.problem, g.started_at, g.ended_at, g.used_on, g.minutes,"
    " g.resolution, g.version, g.created_at FROM usage g"
)
RATES_BY_START = (Order("starts_on", "date", is_descending=True), Order("id", "uuid"))
USAGES_BY_TIME = (Order("created_at", "timestamptz", is_descending=True), Order("id", "uuid"))


async def list_floors(actor: Actor, site_id: UUID) -> list[FloorRow]:
    """Return the floors of a site, by building and level."""
    condition, args = visible_units(actor)
    return await db.rows_as(
        FloorRow,
        f"SELECT {FLOOR} WHERE {condition} AND b.site_id = ${len(args) + 1} ORDER BY b.name, f.level, f.name LIMIT 500",
        *args,
        site_id,
    )


async def floors_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, FloorRow]:
    """Return the floors among `ids` that the actor may see."""
    condition, args = visible_units(actor)
    found = await db.rows_as(FloorRow, f"SELECT {FLOOR} WHERE {condition} AND f.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def rooms_of_floors(actor: Actor, floor_ids: Iterable[UUID]) -> dict[UUID, list[RoomRow]]:
    """Return the rooms of floors by name, by floor."""
    condition, args = visible_units(actor)
    found = await db.rows_as(
        RoomRow, f"SELECT {ROOM} WHERE {condition} AND r.floor_id = ANY(${len(args) + 1}::uuid[]) ORDER BY r.name", *args, list(floor_ids)
    )
    return grouped(found, lambda row: row.floor_id)


async def rooms_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, RoomRow]:
    """Return the rooms among `ids` that the actor may see."""
    condition, args = visible_units(actor)
    found = await db.rows_as(RoomRow, f"SELECT {ROOM} WHERE {condition} AND r.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def list_rates(actor: Actor, page: Page, *, site_id: UUID, unit_id: UUID | None = None, with_total: bool = False) -> Slice:
    """List the rates of a site, the latest start first; with a unit those of it and of its kind."""
    condition, args = visible_units(actor)
    n = len(args)
    sql = (
        f"SELECT {RATE} WHERE {condition} AND r.site_id = ${n + 1} AND (${n + 2}::uuid IS NULL OR r.unit_id = ${n + 2}"
        f" OR r.kind = (SELECT u.kind FROM unit u WHERE u.id = ${n + 2}))"
    )
    return await paginate(sql, [*args, site_id, unit_id], RATES_BY_START, page, with_total=with_total)


async def rates_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, RateView]:
    """Return the rates among `ids` that the actor may see."""
    condition, args = visible_units(actor)
    found = await db.rows_as(RateView, f"SELECT {RATE} WHERE {condition} AND r.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def list_usages(
    actor: Actor, page: Page, *, site_id: UUID | None = None, problems_only: bool = False, with_total: bool = False
) -> Slice:
    """List usages, the latest told first."""
    condition, args = visible_usages(actor)
    n = len(args)
    sql = f"SELECT {USAGE} WHERE {condition} AND (${n + 1}::uuid IS NULL OR g.site_id = ${n + 1}) AND (NOT ${n + 2} OR g.state = 'problem')"
    return await paginate(sql, [*args, site_id, problems_only], USAGES_BY_TIME, page, with_total=with_total)


async def usages_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, UsageRow]:
    """Return the usages among `ids` that the actor may see."""
    condition, args = visible_usages(actor)
    found = await db.rows(f"SELECT {USAGE} WHERE {condition} AND g.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row["id"]: usage_row(row) for row in found}


def usage_row(found: asyncpg.Record) -> UsageRow:
    """Make a usage of a row of a list."""
    return UsageRow(**{key: value for key, value in found.items() if key != "created_at"})


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Somebody who waits for `[starts_at, ends_at)` of a unit."""

    id: UUID
    unit_id: UUID
    site_id: UUID
    organization_id: UUID
    starts_at: datetime
    ends_at: datetime
    title: str
    state: str
    offered_until: datetime | None
    booking_id: UUID | None
    instead_of_id: UUID | None
    price_minor: int | None
    currency: str
    version: int


WAITING = (
    "w.id, w.unit_id, w.site_id, w.organization_id, w.starts_at, w.ends_at, w.title, w.state, w.offered_until, w.booking_id,"
    " w.instead_of_id, w.price_minor, s.currency, w.version FROM waiting_entry w JOIN site s ON s.id = w.site_id"
)
WAITING_BY_START = (Order("starts_at", "timestamptz", is_descending=True), Order("id", "uuid"))


async def list_waiting(actor: Actor, page: Page, *, site_id: UUID | None = None, with_total: bool = False) -> Slice:
    """List who waits and waited, the latest start first."""
    condition, args = visible_waiting(actor)
    n = len(args) + 1
    sql = f"SELECT {WAITING} WHERE {condition} AND (${n}::uuid IS NULL OR w.site_id = ${n})"
    return await paginate(sql, [*args, site_id], WAITING_BY_START, page, with_total=with_total)


async def waiting_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, WaitingRow]:
    """Return the entries among `ids` that the actor may see."""
    condition, args = visible_waiting(actor)
    found = await db.rows_as(WaitingRow, f"SELECT {WAITING} WHERE {condition} AND w.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo of a unit; `width` and `height` in points."""

    id: UUID
    unit_id: UUID
    caption: str
    width: int
    height: int


async def photos_of(actor: Actor, unit_ids: Sequence[UUID]) -> list[list[PhotoRow]]:
    """Return the photos of each unit, the first added first; none of units that the actor may not see."""
    condition, args = visible_units(actor)
    found = await db.rows_as(
        PhotoRow,
        "SELECT f.id, f.unit_id, f.caption, f.width, f.height FROM unit_photo f JOIN unit u ON u.id = f.unit_id"
        f" WHERE {condition} AND f.unit_id = ANY(${len(args) + 1}::uuid[]) ORDER BY f.id",
        *args,
        list(unit_ids),
    )
    photos: dict[UUID, list[PhotoRow]] = {one: [] for one in unit_ids}
    for row in found:
        photos[row.unit_id].append(row)
    return [photos[one] for one in unit_ids]


SITE_OF_PLACE = {
    "unit": "SELECT site_id FROM unit WHERE id = $1",
    "area": "SELECT b.site_id FROM room r JOIN floor f ON f.id = r.floor_id JOIN building b ON b.id = f.building_id WHERE r.id = $1",
}


async def may_print_code(actor: Actor, kind: str, place_id: UUID) -> bool:
    """Tell whether the actor may hang the code of a unit or area: who manages the space of its site, or checks people in there."""
    site_id: UUID | None = await db.value(SITE_OF_PLACE[kind], place_id)
    return site_id is not None and (actor.may(Grant.MANAGE_SPACE, site_id) or actor.may(Grant.CHECK_IN, site_id))
