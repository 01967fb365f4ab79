"""The demo world's places: units with prices in each site's currency, and plans."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, PhaseTerms
from incubator.kernel.actor import SYSTEM
from incubator.kernel.ids import global_id
from incubator.spaces import service as spaces

MONTHLY = {"EUR": (349, 620, 1450, 2900), "CHF": (420, 780, 2150, 3600), "SGD": (480, 890, 2100, 3400), "CNY": (1950, 4800, 9800, 16800)}
HOURLY = {"EUR": (38, 85), "CHF": (48, 110), "SGD": (45, 120), "CNY": (160, 380)}
WIDTH = 900
KEPT_MINUTES = 2 * 24 * 60
"""How long an owner may have an office kept."""
POOLS = {"bench": "Benches", "meeting room": "Meeting rooms", "office": "Offices"}
"""Of which kinds any will do, and how their pools are called."""
YEARLY = {"EUR": 300, "CHF": 400, "SGD": 450, "CNY": 2400}


@dataclass(frozen=True, slots=True)
class Place:
    """A site of the world with what can be let and booked there."""

    site_id: UUID
    key: str
    name: str
    operator_id: UUID
    operator_key: str
    time_zone: str
    currency: str
    plan_id: UUID
    benches: tuple[UUID, ...]
    rooms: tuple[UUID, ...]
    instruments: tuple[UUID, ...]


OWNERS = {
    "hamburg": ("sulh", "cellcolab", "techhub"),
    "nanshan": ("sustech", "szu"),
    "zurich": ("uzh",),
}
"""Whose instruments and laboratories they are, where not the house's own, in turn."""
SHARES = (Decimal("62.5"), Decimal(70), Decimal(55))


async def _build(site_id: UUID) -> tuple[UUID, UUID]:
    """Add a building with one floor and two rooms; returns the floor, and the room that instruments stand in."""
    building_id = await spaces.add_building(SYSTEM, site_id, "Main building")
    floor_id = await spaces.add_floor(SYSTEM, building_id, "Ground floor")
    await spaces.add_room(SYSTEM, floor_id, "Open lab", biosafety_level=1, capacity=16)
    return floor_id, await spaces.add_room(SYSTEM, floor_id, "Core facility", biosafety_level=2, capacity=8)


async def _draw(floor_id: UUID, units: dict[str, list[UUID]]) -> None:
    """Draw a floor's plan: a row of shapes for each kind."""
    shapes = []
    for row, (kind, ids) in enumerate(units.items()):
        width = (WIDTH - 140) // max(len(ids), 1)
        top = 10 + row * 62
        shapes.append(f'<text x="8" y="{top + 30}" font-size="13">{kind.capitalize()}</text>')
        for column, unit_id in enumerate(ids):
            left = 130 + column * width
            shapes.append(f'<rect id="{global_id("Unit", unit_id)}" x="{left}" y="{top}" width="{width - 8}" height="50" rx="4"/>')
            shapes.append(f'<text x="{left + 8}" y="{top + 30}" font-size="12">{column + 1:02}</text>')
    plan = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {20 + 62 * len(units)}">{"".join(shapes)}</svg>'
    await spaces.set_floor_plan(SYSTEM, floor_id, plan, 1)


async def furnish() -> list[Place]:
    """Add units to every site and a plan for every operator and currency."""
    sites = await db.rows(
        "SELECT s.id, s.key, s.name, s.operator_id, o.key AS operator_key, s.time_zone, s.currency, s.country FROM site s"
        " JOIN organization o ON o.id = s.operator_id ORDER BY s.key"
    )
    plans: dict[tuple[UUID, str], UUID] = {}
    found = []
    for site in sites:
        includes_tax = site["country"] == "CN"
        of = (site["operator_id"], site["currency"])
        if of not in plans:
            phases = [PhaseTerms(12, 0, Basis.YEAR), PhaseTerms(None, YEARLY[site["currency"]] * 100, Basis.YEAR)]
            plans[of] = await billing.create_plan(SYSTEM, of[0], "Start-up booster", of[1], phases, price_includes_tax=includes_tax)
        desk, bench, office, lab = (price * 100 for price in MONTHLY[site["currency"]])
        room, instrument = (price * 100 for price in HOURLY[site["currency"]])
        floor_id, laboratory_id = await _build(site["id"])
        units: dict[str, list[UUID]] = {}
        pools = {kind: await spaces.add_pool(SYSTEM, site["id"], name) for kind, name in POOLS.items()}
        for kind, count, capacity, monthly, hourly in (
            ("desk", 8, 1, desk, None),
            ("bench", 8, 1, bench, None),
            ("office", 2, 4, office, None),
            ("lab suite", 2, 6, lab, None),
            ("meeting room", 3, 8, None, room),
            ("instrument", 2, 1, None, instrument),
        ):
            for number in range(1, count + 1):
                terms = spaces.UnitTerms(
                    site["id"],
                    f"{kind.capitalize()} {number:02}",
                    kind,
                    capacity,
                    monthly,
                    hourly,
                    includes_tax,
                    horizon_days=120,
                    room_id=laboratory_id if kind == "instrument" else None,
                    pool_id=pools.get(kind),
                )
                units.setdefault(kind, []).append(await spaces.add_unit(SYSTEM, terms))
            if kind == "office":
                for unit_id in units[kind]:
                    await spaces.set_policy(SYSTEM, unit_id, replace(terms.policy(), hold_minutes=KEPT_MINUTES))
        await _draw(floor_id, units)
        for number, (unit_id, owner) in enumerate(zip(units["instrument"] + units["lab suite"], OWNERS.get(site["key"], ()), strict=False)):
            owner_id = await db.value("SELECT id FROM organization WHERE key = $1", owner)
            await spaces.set_owner(SYSTEM, unit_id, spaces.OwnerTerms(owner_id, SHARES[number]))
        found.append(
            Place(
                site["id"],
                site["key"],
                site["name"],
                site["operator_id"],
                site["operator_key"],
                site["time_zone"],
                site["currency"],
                plans[of],
                tuple(units["bench"] + units["desk"]),
                tuple(units["meeting room"]),
                tuple(units["instrument"]),
            )
        )
    return found
