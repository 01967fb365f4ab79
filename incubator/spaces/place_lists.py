"""What a site is made of: buildings, pools, and the credits that plans give there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import PeriodInverted
from incubator.spaces.pools import IS_HELD, IS_OUT
from incubator.spaces.queries import base_price
from incubator.spaces.scope import visible_units

MOST = 500


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building of a site."""

    id: UUID
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PoolRow:
    """Units of a site of which any will do; how many there are, and whether one has a price an hour now.

    `free` are neither held nor out of order in the time that is asked about, None where none is.
    """

    id: UUID
    name: str
    units: int
    is_booked: bool
    free: int | None


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What a plan gives of a kind of unit each month: minutes or days, the other is None; in how many later months the rest can be used."""

    plan_id: UUID
    plan_name: str
    kind: str
    minutes_per_month: int | None
    days_per_month: int | None
    carries_months: int


async def list_buildings(actor: Actor, site_id: UUID) -> list[BuildingRow]:
    """Return the buildings of a site by name."""
    condition, args = visible_units(actor)
    return await db.rows_as(
        BuildingRow,
        f"SELECT b.id, b.name, b.address FROM building b WHERE {condition} AND b.site_id = ${len(args) + 1} ORDER BY b.name LIMIT {MOST}",
        *args,
        site_id,
    )


async def list_pools(actor: Actor, site_id: UUID, span: tuple[datetime, datetime] | None = None) -> list[PoolRow]:
    """Return the pools of a site by name; with `span`, half-open, how many of each are free in it. One statement.

    Raises:
        PeriodInverted: the span has no length.
    """
    first, last = span or (None, None)
    if first is not None and last is not None and last <= first:
        raise PeriodInverted(field="until", limit=f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M} UTC", path=("until",))
    condition, args = visible_units(actor)
    n = len(args)
    where = {"unit": "u", "first": f"${n + 2}::timestamptz", "last": f"${n + 3}::timestamptz"}
    return await db.rows_as(
        PoolRow,
        "SELECT p.id, p.name, count(m.id)::int AS units, coalesce(bool_or(m.is_booked), false) AS is_booked,"
        f" CASE WHEN ${n + 2}::timestamptz IS NOT NULL THEN count(m.id) FILTER (WHERE NOT m.is_held AND NOT m.is_out)::int END AS free"
        f" FROM pool p LEFT JOIN LATERAL (SELECT u.id, {base_price('hour', f'(${n + 4}::timestamptz AT TIME ZONE s.time_zone)::date')} IS NOT NULL AS is_booked,"
        f" {IS_HELD.format(**where)} AS is_held, {IS_OUT.format(**where)} AS is_out FROM unit u JOIN site s ON s.id = u.site_id WHERE u.pool_id = p.id) m ON true"
        f" WHERE {condition} AND p.site_id = ${n + 1} GROUP BY p.id ORDER BY p.name LIMIT {MOST}",
        *args,
        site_id,
        first,
        last,
        clock.now(),
    )


async def list_credits(actor: Actor, site_id: UUID) -> list[CreditRow]:
    """Return what the plans of a site's operator give, by plan and kind; nothing to those who do not manage the site's space."""
    if not actor.may(Grant.MANAGE_SPACE, site_id):
        return []
    return await db.rows_as(
        CreditRow,
        "SELECT g.plan_id, p.name AS plan_name, g.kind, g.minutes_per_month, g.days_per_month, g.carries_months FROM credit_grant g JOIN plan p ON p.id = g.plan_id"
        f" JOIN site s ON s.operator_id = p.operator_id WHERE s.id = $1 ORDER BY p.name, g.plan_id, g.kind LIMIT {MOST}",
        site_id,
    )
