"""Floors, rooms, pools, parts and owners of units in the API."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor, Grant
from incubator.spaces import place_queries, service
from incubator.spaces.place_queries import FloorRow, RoomRow
from incubator.spaces.scope import visible_units
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.nodes import Node, register_node, shown
from incubator_graphql.outputs import entity, given, value
from incubator_graphql.spaces.door_codes import code_url
from incubator_graphql.spaces.policy import SetBookingPolicyInput
from incubator_graphql.spaces.types import UNITS, Unit


@entity(visible_units)
class Room(Node):
    """A room of a floor."""

    name: str
    biosafety_level: int = strawberry.field(description="1 to 4, 0 for none.")
    capacity: int
    code_url: str = strawberry.field(
        description="The picture of the code at its door, for who manages the site's space or checks people in."
    )

    @classmethod
    def of(cls, row: RoomRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Room", row.id)),
            name=row.name,
            biosafety_level=row.biosafety_level,
            capacity=row.capacity,
            code_url=code_url("area", row.id),
        )


@entity(visible_units)
class Floor(Node):
    """A floor of a building."""

    row: strawberry.Private[FloorRow]
    building: str
    name: str
    level: int = strawberry.field(description="Orders the floors; 0 is the ground.")
    plan_svg: str = strawberry.field(description="Clean SVG whose shapes bear the ids of units; empty for none.")
    version: int

    @classmethod
    def of(cls, row: FloorRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Floor", row.id)),
            row=row,
            building=row.building,
            name=row.name,
            level=row.level,
            plan_svg=row.plan_svg,
            version=row.version,
        )

    @resolved
    async def rooms(self, info: Info) -> list[Room]:
        """Its rooms by name."""
        return [Room.of(row) for row in await info.context.loaders.of(ROOMS_OF_FLOOR).load(self.row.id)]


async def _rooms_of(actor: Actor, floor_ids: Sequence[UUID]) -> list[list[RoomRow]]:
    found = await place_queries.rooms_of_floors(actor, floor_ids)
    return [found.get(floor_id, []) for floor_id in floor_ids]


ROOMS_OF_FLOOR: Relation[UUID, list[RoomRow]] = Relation("rooms of floor", _rooms_of)
FLOORS = register_node("Floor", place_queries.floors_by_id, Floor.of)
ROOMS = register_node("Room", place_queries.rooms_by_id, Room.of)


@given
class AddBuildingInput:
    """A building of a site."""

    site_id: strawberry.ID
    name: str
    address: str = ""


@given
class AddFloorInput:
    """A floor of a building."""

    building_id: strawberry.ID
    name: str
    level: int = 0


@given
class AddRoomInput:
    """A room of a floor."""

    floor_id: strawberry.ID
    name: str
    biosafety_level: int = 0
    capacity: int = 1


@given
class AddPoolInput:
    """A pool of a site, for units of which any will do."""

    site_id: strawberry.ID
    name: str


@given
class SetFloorPlanInput:
    """A floor's plan as SVG; a shape stands for a unit when its id is the unit's."""

    floor_id: strawberry.ID
    plan_svg: str
    expected_version: int


@given
class PutUnitIntoInput:
    """A unit that becomes a part of another."""

    unit_id: strawberry.ID
    whole_id: strawberry.ID


@given
class SetUnitOwnerInput:
    """Whose a unit is; the house's own when nobody is named."""

    unit_id: strawberry.ID
    owner_id: strawberry.ID | None = None
    share_percent: Decimal = strawberry.field(default=Decimal(0), description="Of the unit's takings, 0 to 100 with two decimals.")


@value
class PlacePayload(Payload):
    """The id of what was added."""

    id: strawberry.ID | None = None


@value
class FloorPayload(Payload):
    """The floor."""

    floor: Floor | None = None


@value
class RoomPayload(Payload):
    """The room."""

    room: Room | None = None


@value
class UnitPayload(Payload):
    """The unit."""

    unit: Unit | None = None


@strawberry.type
class PlacesQuery:
    """Reading places."""

    @query(SIGNED_IN)
    async def floors(self, info: Info, site_id: strawberry.ID) -> list[Floor]:
        """List the floors of a site with their plans, by building and level."""
        return [Floor.of(row) for row in await place_queries.list_floors(info.context.actor, decode(site_id, "Site", "siteId"))]


@strawberry.type
class PlacesMutation:
    """Adding places and saying what belongs together."""

    @mutation(granted(Grant.MANAGE_SPACE))
    async def add_building(self, info: Info, input: AddBuildingInput) -> PlacePayload:
        """Add a building to a site."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        building_id = await service.add_building(info.context.actor, site_id, input.name, input.address)
        return PlacePayload(id=strawberry.ID(encode("Building", building_id)))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def add_floor(self, info: Info, input: AddFloorInput) -> FloorPayload:
        """Add a floor to a building."""
        building_id = decode(input.building_id, "Building", "input", "buildingId")
        floor_id = await service.add_floor(info.context.actor, building_id, input.name, input.level)
        return FloorPayload(floor=await shown(info, FLOORS, floor_id, Floor.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def add_room(self, info: Info, input: AddRoomInput) -> RoomPayload:
        """Add a room to a floor."""
        floor_id = decode(input.floor_id, "Floor", "input", "floorId")
        room_id = await service.add_room(
            info.context.actor, floor_id, input.name, biosafety_level=input.biosafety_level, capacity=input.capacity
        )
        return RoomPayload(room=await shown(info, ROOMS, room_id, Room.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def add_pool(self, info: Info, input: AddPoolInput) -> PlacePayload:
        """Add a pool to a site."""
        pool_id = await service.add_pool(info.context.actor, decode(input.site_id, "Site", "input", "siteId"), input.name)
        return PlacePayload(id=strawberry.ID(encode("Pool", pool_id)))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def set_floor_plan(self, info: Info, input: SetFloorPlanInput) -> FloorPayload:
        """Keep a floor's plan; everything that is no shape or text is taken out of it."""
        floor_id = decode(input.floor_id, "Floor", "input", "floorId")
        await service.set_floor_plan(info.context.actor, floor_id, input.plan_svg, input.expected_version)
        return FloorPayload(floor=await shown(info, FLOORS, floor_id, Floor.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def put_unit_into(self, info: Info, input: PutUnitIntoInput) -> UnitPayload:
        """Make a unit a part of another: from then on only one of the two can be held at a time."""
        unit_id = decode(input.unit_id, "Unit", "input", "unitId")
        await service.put_unit_into(info.context.actor, unit_id, decode(input.whole_id, "Unit", "input", "wholeId"))
        return UnitPayload(unit=await shown(info, UNITS, unit_id, Unit.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def set_unit_owner(self, info: Info, input: SetUnitOwnerInput) -> UnitPayload:
        """Say whose a unit is, and which share of its takings the owner gets."""
        unit_id = decode(input.unit_id, "Unit", "input", "unitId")
        owner = decode(input.owner_id, "Organization", "input", "ownerId") if input.owner_id else None
        await service.set_owner(info.context.actor, unit_id, service.OwnerTerms(owner, input.share_percent) if owner else None)
        return UnitPayload(unit=await shown(info, UNITS, unit_id, Unit.of))

    @mutation(granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS))
    async def set_booking_policy(self, info: Info, input: SetBookingPolicyInput) -> UnitPayload:
        """Set what a unit asks of bookings from now on; those that stand keep the policy they were made under."""
        unit_id = decode(input.unit_id, "Unit", "input", "unitId")
        await service.set_policy(info.context.actor, unit_id, input.policy(), input.expected_version)
        return UnitPayload(unit=await shown(info, UNITS, unit_id, Unit.of))
