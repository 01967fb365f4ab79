"""Reads of outages, within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.spaces.ending import WITHIN
from incubator.spaces.scope import OWNERS, STAFF, visible_outages


@dataclass(frozen=True, slots=True)
class OutageRow:
    """When a unit cannot be used; note and author are None to all but the site's staff and the unit's owner."""

    id: UUID
    unit_id: UUID
    site_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime | None
    cancelled_at: datetime | None
    reason: str
    note: str | None
    created_by_id: UUID | None
    created_by_name: str | None
    created_at: datetime
    version: int


def outage_columns(actor: Actor, n: int) -> tuple[str, list[object]]:
    """Return the columns of an outage with what is not for everybody blanked out, and their three arguments, numbered from `n`."""
    known = f"(o.site_id = ANY(${n}::uuid[]) OR u.owner_id = ANY(${n + 1}::uuid[]) OR ${n + 2})"
    columns = (
        f"o.id, o.unit_id, o.site_id, o.kind, o.starts_at, o.ends_at, o.cancelled_at, o.reason, CASE WHEN {known} THEN o.note END AS note,"
        f" CASE WHEN {known} THEN o.created_by_id END AS created_by_id, CASE WHEN {known} THEN p.name END AS created_by_name, o.created_at, o.version"
    )
    return columns, [list(actor.site_ids_as(*STAFF)), list(actor.organization_ids_as(*OWNERS)), actor.is_system]


FROM = "FROM outage o JOIN unit u ON u.id = o.unit_id LEFT JOIN person p ON p.id = o.created_by_id"
REACHES = "EXISTS (SELECT 1 FROM unit_atom a JOIN unit_atom b ON b.atom_id = a.atom_id WHERE a.unit_id = o.unit_id AND b.unit_id = {unit})"
"""Whether an outage reaches a unit: they share an atom."""
BY_START = (Order("starts_at", "timestamptz", is_descending=True), Order("id", "uuid"))


async def list_outages(
    actor: Actor, page: Page, *, site_id: UUID | None = None, unit_id: UUID | None = None, open_only: bool = False, with_total: bool = False
) -> Slice:
    """List outages, the latest start first; with a unit those that reach it; `open_only` those that go on or lie ahead."""
    condition, args = visible_outages(actor)
    columns, more = outage_columns(actor, len(args) + 1)
    values = [*args, *more]
    n = len(values)
    sql = (
        f"SELECT {columns} {FROM} WHERE {condition} AND (${n + 1}::uuid IS NULL OR o.site_id = ${n + 1})"
        f" AND (${n + 2}::uuid IS NULL OR {REACHES.format(unit=f'${n + 2}')})"
        f" AND (NOT ${n + 3} OR (o.cancelled_at IS NULL AND coalesce(o.ends_at, 'infinity') > ${n + 4}))"
    )
    return await paginate(sql, [*values, site_id, unit_id, open_only, clock.now()], BY_START, page, with_total=with_total)


async def outages_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, OutageRow]:
    """Return the outages among `ids` that the actor may see."""
    condition, args = visible_outages(actor)
    columns, more = outage_columns(actor, len(args) + 1)
    values = [*args, *more]
    found = await db.rows_as(
        OutageRow, f"SELECT {columns} {FROM} WHERE {condition} AND o.id = ANY(${len(values) + 1}::uuid[])", *values, list(ids)
    )
    return {row.id: row for row in found}


async def current_outages(actor: Actor, unit_ids: Iterable[UUID]) -> dict[UUID, OutageRow]:
    """Return the outage that goes on, by unit, of those among `unit_ids` that have one."""
    condition, args = visible_outages(actor)
    columns, more = outage_columns(actor, len(args) + 1)
    values = [*args, *more]
    n = len(values)
    found = await db.rows(
        f"SELECT DISTINCT ON (w.id) w.id AS of_unit, {columns} {FROM} CROSS JOIN unnest(${n + 1}::uuid[]) AS w(id) WHERE {condition}"
        f" AND o.cancelled_at IS NULL AND o.starts_at <= ${n + 2} AND coalesce(o.ends_at, 'infinity') > ${n + 2} AND {REACHES.format(unit='w.id')}"
        " ORDER BY w.id, coalesce(o.ends_at, 'infinity') DESC, o.id",
        *values,
        list(unit_ids),
        clock.now(),
    )
    return {row["of_unit"]: OutageRow(**{key: value for key, value in row.items() if key != "of_unit"}) for row in found}


async def is_out_of_order(unit_id: UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether an outage reaches a unit in `[starts_at, ends_at)`."""
    return bool(
        await db.value(
            "SELECT EXISTS (SELECT 1 FROM outage o WHERE o.cancelled_at IS NULL AND tstzrange(o.starts_at, o.ends_at) && tstzrange($2, $3)"
            f" AND {REACHES.format(unit='$1')})",
            unit_id,
            starts_at,
            ends_at,
        )
    )


async def bookings_within(unit_id: UUID, starts_at: datetime, ends_at: datetime | None) -> list[UUID]:
    """Return the bookings that an outage would end, in order of their start."""
    rows = await db.rows(
        "SELECT b.id FROM booking b WHERE b.state IN ('pending', 'confirmed') AND tstzrange(b.starts_at, b.ends_at) && tstzrange($2, $3)"
        f" AND b.ends_at > $4 AND b.id IN {WITHIN} ORDER BY b.starts_at, b.id LIMIT 1000",
        unit_id,
        starts_at,
        ends_at,
        clock.now(),
    )
    return [row["id"] for row in rows]


async def rentals_within(unit_id: UUID, starts_at: datetime, ends_at: datetime | None) -> list[UUID]:
    """Return the rentals that an outage touches, in order of their start."""
    rows = await db.rows(
        f"SELECT r.id FROM rental r WHERE r.id IN {WITHIN} ORDER BY r.starts_on, r.id LIMIT 1000", unit_id, starts_at, ends_at
    )
    return [row["id"] for row in rows]
