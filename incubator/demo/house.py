"""The demo world's places: units with prices in each site's currency, and plans."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, PhaseTerms
from incubator.kernel.actor import SYSTEM
from incubator.spaces import service as spaces

MONTHLY = {"EUR": (349, 620, 1450, 2900), "CHF": (420, 780, 2150, 3600), "SGD": (480, 890, 2100, 3400), "CNY": (1950, 4800, 9800, 16800)}
HOURLY = {"EUR": (38, 85), "CHF": (48, 110), "SGD": (45, 120), "CNY": (160, 380)}
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
            phases = [PhaseTerms(1, 0, Basis.YEAR), PhaseTerms(None, YEARLY[site["currency"]] * 100, Basis.YEAR)]
            plans[of] = await billing.create_plan(SYSTEM, of[0], "Start-up booster", of[1], phases, price_includes_tax=includes_tax)
        desk, bench, office, lab = (price * 100 for price in MONTHLY[site["currency"]])
        room, instrument = (price * 100 for price in HOURLY[site["currency"]])
        laboratory_id = await _laboratory(site["id"])
        units: dict[str, list[UUID]] = {}
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
                )
                units.setdefault(kind, []).append(await spaces.add_unit(SYSTEM, terms))
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


async def _laboratory(site_id: UUID) -> UUID:
    """Add the room that a site's instruments stand in."""
    building_id = await spaces.add_building(SYSTEM, site_id, "Main building")
    floor_id = await spaces.add_floor(SYSTEM, building_id, "Ground floor")
    return await spaces.add_room(SYSTEM, floor_id, "Core facility", biosafety_level=2, capacity=8)
