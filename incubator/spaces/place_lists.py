"""What a site is made of, for those who set it up: buildings, pools, and the credits that plans give there."""

from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor, Grant
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
    """Units of a site of which any will do; how many there are."""

    id: UUID
    name: str
    units: int


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What a plan gives of a kind of unit each month: minutes or days, the other is None."""

    plan_id: UUID
    plan_name: str
    kind: str
    minutes_per_month: int | None
    days_per_month: int | None


async def list_buildings(actor: Actor, site_id: UUID) -> list[BuildingRow]:
    """Return the buildings of a site by name."""
    condition, args = visible_units(actor)
    return await db.rows_as(
        BuildingRow,
        f"SELECT b.id, b.name, b.address FROM building b WHERE {condition} AND b.site_id = ${len(args) + 1} ORDER BY b.name LIMIT {MOST}",
        *args,
        site_id,
    )


async def list_pools(actor: Actor, site_id: UUID) -> list[PoolRow]:
    """Return the pools of a site by name."""
    condition, args = visible_units(actor)
    return await db.rows_as(
        PoolRow,
        "SELECT p.id, p.name, (SELECT count(*) FROM unit m WHERE m.pool_id = p.id)::int AS units FROM pool p"
        f" WHERE {condition} AND p.site_id = ${len(args) + 1} ORDER BY p.name LIMIT {MOST}",
        *args,
        site_id,
    )


async def list_credits(actor: Actor, site_id: UUID) -> list[CreditRow]:
    """Return what the plans of a site's operator give, by plan and kind; nothing to those who do not manage the site's space."""
    if not actor.may(Grant.MANAGE_SPACE, site_id):
        return []
    return await db.rows_as(
        CreditRow,
        "SELECT g.plan_id, p.name AS plan_name, g.kind, g.minutes_per_month, g.days_per_month FROM credit_grant g JOIN plan p ON p.id = g.plan_id"
        f" JOIN site s ON s.operator_id = p.operator_id WHERE s.id = $1 ORDER BY p.name, g.plan_id, g.kind LIMIT {MOST}",
        site_id,
    )
