"""Add buildings, floors, rooms, pools and units, and say what is a part of what."""

from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.organizations.opening_hours import OpeningHours
from incubator.spaces.ending import end_bookings_around
from incubator.spaces.errors import OnAnotherSite, PartOfItself, UnitTaken
from incubator.spaces.events import UnitChanged
from incubator.spaces.policies import check_policy
from incubator.spaces.policy import Policy
from incubator.spaces.rates import BEGINNING, RateTerms, write_rate

UNIT_KINDS = ("desk", "bench", "office", "lab suite", "meeting room", "instrument", "storage", "accessory")


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """What a unit is added with; prices in minor units of the site's currency, empty for none. The limits are those of `Policy`."""

    site_id: UUID
    name: str
    kind: str
    capacity: int = 1
    monthly_minor: int | None = None
    hourly_minor: int | None = None
    price_includes_tax: bool = False
    opening_hours: str = ""
    shortest_minutes: int | None = 15
    longest_minutes: int | None = 480
    step_minutes: int | None = 15
    horizon_days: int | None = 90
    buffer_minutes: int = 0
    weekly_minutes: int | None = None
    room_id: UUID | None = None
    pool_id: UUID | None = None
    biosafety_level: int = 0
    equipment: tuple[str, ...] = ()

    def policy(self) -> Policy:
        """Return the limits as a policy."""
        return Policy(
            self.shortest_minutes,
            self.longest_minutes,
            self.step_minutes,
            self.horizon_days,
            self.buffer_minutes,
            self.weekly_minutes,
        )


async def add_unit(actor: Actor, terms: UnitTerms) -> UUID:
    """Add a unit to a site, with its prices as rates from the beginning.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        NotFound: there is no such site, room or pool.
        OnAnotherSite: room or pool are not at the site.
        InvalidValue: a field breaks its rule.
    """
    actor.require(Grant.MANAGE_SPACE, terms.site_id, path=("input", "siteId"))
    name, equipment = _checked(terms)
    async with db.transaction():
        if not await db.value("SELECT 1 FROM site WHERE id = $1 FOR SHARE", terms.site_id):  # a closing waits, so that it misses no unit
            raise NotFound(kind="Site", path=("input", "siteId"))
        await _require_same_site(terms)
        unit_id = new_id()
        added = await db.execute(
            "INSERT INTO unit (id, site_id, name, kind, capacity, opening_hours, price_includes_tax, policy, room_id, pool_id, biosafety_level,"
            " equipment, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1) ON CONFLICT (site_id, name) DO NOTHING",
            unit_id,
            terms.site_id,
            name,
            terms.kind,
            terms.capacity,
            terms.opening_hours,
            terms.price_includes_tax,
            dumps(terms.policy()),
            terms.room_id,
            terms.pool_id,
            terms.biosafety_level,
            dumps(equipment),
            clock.now(),
        )
        if not added:
            raise PatternMismatch(field="name", limit="a name that the site does not have yet", path=("input", "name"))
        await db.execute("INSERT INTO unit_atom (id, unit_id, atom_id) VALUES ($1, $2, $2)", new_id(), unit_id)
        for basis, amount in (("month", terms.monthly_minor), ("hour", terms.hourly_minor)):
            if amount is not None:
                await write_rate(RateTerms(terms.site_id, basis, amount, BEGINNING, unit_id=unit_id))
        await audit.record(actor, "add unit", "Unit", unit_id, after={"site": terms.site_id, "name": name})
        await outbox.record(UnitChanged(unit_id, 1))
    return unit_id


def _checked(terms: UnitTerms) -> tuple[str, list[str]]:
    """Return the name and the equipment when every field keeps its rule."""
    if terms.kind not in UNIT_KINDS:
        raise PatternMismatch(field="kind", limit=", ".join(UNIT_KINDS), path=("input", "kind"))
    checks.between(terms.capacity, "capacity", 1, 10_000, path=("input", "capacity"))
    checks.between(terms.biosafety_level, "biosafetyLevel", 0, 4, path=("input", "biosafetyLevel"))
    for field_name, amount in (("monthlyMinor", terms.monthly_minor), ("hourlyMinor", terms.hourly_minor)):
        if amount is not None:
            checks.between(amount, field_name, 0, MAX_AMOUNT_MINOR, path=("input", field_name))
    check_policy(terms.policy())
    if terms.opening_hours:
        OpeningHours.parse(terms.opening_hours, path=("input", "openingHours"))
    if len(terms.equipment) > 50:
        raise OutOfRange(field="equipment", limit="0 – 50", path=("input", "equipment"))
    equipment = sorted({checks.text(one, "equipment", at_most=80, path=("input", "equipment")).lower() for one in terms.equipment})
    return checks.text(terms.name, "name", at_most=120, path=("input", "name")), equipment


async def _require_same_site(terms: UnitTerms) -> None:
    for kind, key, wanted, sql in (
        ("Room", "roomId", terms.room_id, SITE_OF_ROOM),
        ("Pool", "poolId", terms.pool_id, "SELECT site_id FROM pool WHERE id = $1"),
    ):
        if wanted is None:
            continue
        site_id = await db.value(sql, wanted)
        if site_id is None:
            raise NotFound(kind=kind, path=("input", key))
        if site_id != terms.site_id:
            raise OnAnotherSite(field=key, path=("input", key))


SITE_OF_ROOM = "SELECT b.site_id FROM room r JOIN floor f ON f.id = r.floor_id JOIN building b ON b.id = f.building_id WHERE r.id = $1"
SITE_OF_FLOOR = "SELECT b.site_id FROM floor f JOIN building b ON b.id = f.building_id WHERE f.id = $1"


async def add_building(actor: Actor, site_id: UUID, name: str, address: str = "") -> UUID:
    """Add a building to a site.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        TooShort, TooLong, PatternMismatch: name or address break their rule, or the site has the name already.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    sql = "INSERT INTO building (id, site_id, name, address, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site_id, name) DO NOTHING"
    where = checks.text(address, "address", at_least=0, at_most=300, path=("input", "address"))
    return await _added(actor, "Building", sql, site_id, _name(name), where, clock.now())


async def add_floor(actor: Actor, building_id: UUID, name: str, level: int = 0) -> UUID:
    """Add a floor to a building; `level` orders floors, 0 is the ground.

    Raises:
        NotFound: there is no such building.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        TooShort, TooLong, PatternMismatch, OutOfRange: name or level break their rule, or the building has the name already.
    """
    await _require_place(actor, "Building", "buildingId", "SELECT site_id FROM building WHERE id = $1", building_id)
    checks.between(level, "level", -20, 200, path=("input", "level"))
    sql = "INSERT INTO floor (id, building_id, name, level, plan_svg, version) VALUES ($1, $2, $3, $4, '', 1) ON CONFLICT (building_id, name) DO NOTHING"
    return await _added(actor, "Floor", sql, building_id, _name(name), level)


async def add_room(actor: Actor, floor_id: UUID, name: str, *, biosafety_level: int = 0, capacity: int = 1) -> UUID:
    """Add a room to a floor.

    Raises:
        NotFound: there is no such floor.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        TooShort, TooLong, PatternMismatch, OutOfRange: a field breaks its rule, or the floor has the name already.
    """
    await _require_place(actor, "Floor", "floorId", SITE_OF_FLOOR, floor_id)
    checks.between(biosafety_level, "biosafetyLevel", 0, 4, path=("input", "biosafetyLevel"))
    checks.between(capacity, "capacity", 1, 10_000, path=("input", "capacity"))
    sql = "INSERT INTO room (id, floor_id, name, biosafety_level, capacity) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (floor_id, name) DO NOTHING"
    return await _added(actor, "Room", sql, floor_id, _name(name), biosafety_level, capacity)


async def add_pool(actor: Actor, site_id: UUID, name: str) -> UUID:
    """Add a pool to a site, for units of which any will do.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        TooShort, TooLong, PatternMismatch: the name breaks its rule, or the site has it already.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    return await _added(
        actor,
        "Pool",
        "INSERT INTO pool (id, site_id, name) VALUES ($1, $2, $3) ON CONFLICT (site_id, name) DO NOTHING",
        site_id,
        _name(name),
    )


async def _added(actor: Actor, kind: str, sql: str, *values: object) -> UUID:
    place_id = new_id()
    async with db.transaction():
        if not await db.execute(sql, place_id, *values):
            raise PatternMismatch(field="name", limit="a name that is not there yet", path=("input", "name"))
        await audit.record(actor, f"add {kind.lower()}", kind, place_id, after={"within": str(values[0]), "name": values[1]})
    return place_id


def _name(name: str) -> str:
    return checks.text(name, "name", at_most=120, path=("input", "name"))


async def _require_place(actor: Actor, kind: str, key: str, sql: str, place_id: UUID) -> None:
    site_id = await db.value(sql, place_id)
    if site_id is None:
        raise NotFound(kind=kind, path=("input", key))
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", key))


@db.retried
async def put_unit_into(actor: Actor, part_id: UUID, whole_id: UUID) -> None:
    """Make a unit a part of another, so that the two are never let at once.

    Holds of the whole that stand now or later cover the part from here on. Who holds a whole at the same moment waits, and then covers it.

    Raises:
        NotFound: there is no such unit.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        OnAnotherSite: the two are at different sites.
        PartOfItself: the whole is the part, or a part of it; or the part has a whole already.
        UnitTaken: both are held at one time.
    """
    async with db.transaction():
        found = {
            row["id"]: row
            for row in await db.rows(
                "SELECT id, site_id, whole_id FROM unit WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", [part_id, whole_id]
            )
        }
        for unit_id, key in ((part_id, "unitId"), (whole_id, "wholeId")):
            if unit_id not in found:
                raise NotFound(kind="Unit", path=("input", key))
            actor.require(Grant.MANAGE_SPACE, found[unit_id]["site_id"], path=("input", key))
        if found[part_id]["site_id"] != found[whole_id]["site_id"]:
            raise OnAnotherSite(field="wholeId", path=("input", "wholeId"))
        is_within = await db.value("SELECT 1 FROM unit_atom WHERE unit_id = $1 AND atom_id = $2", part_id, whole_id)
        if is_within or found[part_id]["whole_id"] is not None:
            raise PartOfItself(unit_id=part_id, path=("input", "wholeId"))
        await db.rows(
            "SELECT u.id FROM unit u JOIN unit_atom a ON a.unit_id = u.id WHERE a.atom_id = $1 ORDER BY u.id FOR UPDATE OF u", whole_id
        )
        await _cover(part_id, whole_id)
        await end_bookings_around(actor, part_id)
        await db.execute("UPDATE unit SET whole_id = $2, version = version + 1 WHERE id = $1", part_id, whole_id)
        await audit.record(actor, "put unit into", "Unit", part_id, after={"whole": whole_id})
        await outbox.record(UnitChanged(part_id, 0), UnitChanged(whole_id, 0))


async def _cover(part_id: UUID, whole_id: UUID) -> None:
    """Let who holds the whole, now or later, hold the part's atoms too; then let all that covers the whole cover them."""
    is_free = await db.value(
        "WITH wanted AS (SELECT h.holder_id, p.atom_id, h.starts_at, h.ends_at, h.kind FROM unit_hold h CROSS JOIN unit_atom p"
        " WHERE h.unit_id = $2 AND h.ends_at > $3 AND p.unit_id = $1),"
        " held AS (INSERT INTO unit_hold (id, holder_id, unit_id, starts_at, ends_at, kind) SELECT gen_random_uuid(), w.holder_id, w.atom_id,"
        " w.starts_at, w.ends_at, w.kind FROM wanted w ORDER BY w.atom_id, w.starts_at ON CONFLICT DO NOTHING RETURNING 1)"
        " SELECT (SELECT count(*) FROM held) = (SELECT count(*) FROM wanted)",
        part_id,
        whole_id,
        clock.now(),
    )
    if not is_free:
        raise UnitTaken(unit_id=part_id, path=("input", "unitId"))
    await db.execute(
        "INSERT INTO unit_atom (id, unit_id, atom_id) SELECT gen_random_uuid(), w.unit_id, p.atom_id FROM unit_atom w CROSS JOIN unit_atom p"
        " WHERE w.atom_id = $2 AND p.unit_id = $1",
        part_id,
        whole_id,
    )
