"""Tables of places. `unit_hold` is where overlap is refused: a rental or booking has a row there for each atom of space it covers."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Site


class Building(Model):
    """A building of a site."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="buildings", on_delete=fields.RESTRICT)
    site_id: UUID
    name = fields.CharField(max_length=120)
    address = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "building"
        unique_together = (("site", "name"),)


class Floor(Model):
    """A floor of a building; `level` orders them, 0 is the ground. `plan_svg` is sanitised, ids of its shapes are ids of units."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    building: fields.ForeignKeyRelation[Building] = fields.ForeignKeyField(
        "incubator.Building", related_name="floors", on_delete=fields.RESTRICT
    )
    building_id: UUID
    name = fields.CharField(max_length=120)
    level = fields.IntField(default=0)
    plan_svg = fields.TextField(default="")
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "floor"
        unique_together = (("building", "name"),)


class Room(Model):
    """A room of a floor; biosafety level 1 to 4, 0 for none; `capacity` in people."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    floor: fields.ForeignKeyRelation[Floor] = fields.ForeignKeyField("incubator.Floor", related_name="rooms", on_delete=fields.RESTRICT)
    floor_id: UUID
    name = fields.CharField(max_length=120)
    biosafety_level = fields.IntField(default=0)
    capacity = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "room"
        unique_together = (("floor", "name"),)


class Pool(Model):
    """Units of a site of which any will do."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="pools", on_delete=fields.RESTRICT)
    site_id: UUID
    name = fields.CharField(max_length=120)

    class Meta(Model.Meta):
        table = "pool"
        unique_together = (("site", "name"),)


class Unit(Model):
    """Anything that can be assigned or booked. Its prices are rates; `policy` is `policy.Policy` as JSON.

    `owner_id` is whose it is now, None for the house's own; since when and for which share stands in `UnitOwnership`.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="units", on_delete=fields.RESTRICT)
    site_id: UUID
    room: fields.ForeignKeyNullableRelation[Room] = fields.ForeignKeyField(
        "incubator.Room", related_name="units", null=True, on_delete=fields.RESTRICT
    )
    room_id: UUID | None
    pool: fields.ForeignKeyNullableRelation[Pool] = fields.ForeignKeyField(
        "incubator.Pool", related_name="units", null=True, on_delete=fields.RESTRICT
    )
    pool_id: UUID | None
    whole: fields.ForeignKeyNullableRelation["Unit"] = fields.ForeignKeyField(
        "incubator.Unit", related_name="parts", null=True, on_delete=fields.RESTRICT
    )
    whole_id: UUID | None
    owner: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="owned_units", null=True, on_delete=fields.RESTRICT
    )
    owner_id: UUID | None
    name = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=20)
    capacity = fields.IntField(default=1)
    biosafety_level = fields.IntField(default=0)
    equipment: list[str] = fields.JSONField(default=list)
    opening_hours = fields.CharField(max_length=200, default="")
    price_includes_tax = fields.BooleanField(default=False)
    policy: dict[str, Any] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "unit"
        unique_together = (("site", "name"),)
        indexes = (Index(fields=("room_id",)), Index(fields=("pool_id",)), Index(fields=("whole_id",)), Index(fields=("owner_id",)))


class UnitPhoto(Model):
    """A photo of a unit, in the order in which they were added; the pictures are files, WebP, by their hash."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="photos", on_delete=fields.RESTRICT)
    unit_id: UUID
    caption = fields.CharField(max_length=200, default="")
    width = fields.IntField()
    height = fields.IntField()
    large_sha256 = fields.CharField(max_length=64)
    small_sha256 = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "unit_photo"
        indexes = (Index(fields=("unit_id",)),)


class UnitAtom(Model):
    """What a unit covers: itself, and each unit that is a part of it at any depth."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="atoms", on_delete=fields.RESTRICT)
    unit_id: UUID
    atom: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="covered_by", on_delete=fields.RESTRICT)
    atom_id: UUID

    class Meta(Model.Meta):
        table = "unit_atom"
        unique_together = (("unit", "atom"),)
        indexes = (Index(fields=("atom_id",)),)


class UnitHold(Model):
    """An atom of space taken for instants `[starts_at, ends_at)` by one rental or booking, `holder_id`; gone when that is cancelled."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    holder_id = fields.UUIDField()
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="holds", on_delete=fields.RESTRICT)
    unit_id: UUID
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    kind = fields.CharField(max_length=10)

    class Meta(Model.Meta):
        table = "unit_hold"
        indexes = (Index(fields=("holder_id",)),)
