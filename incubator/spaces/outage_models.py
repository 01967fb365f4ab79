"""Table of the times in which units cannot be used."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Person
from incubator.spaces.models import Unit


class Outage(Model):
    """`[starts_at, ends_at)` in which a unit, and whatever shares an atom with it, cannot be used; without an end until it is resolved.

    `reason` is for all who see the unit, `note` for staff and the unit's owner. A cancelled one never counts.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="outages", on_delete=fields.RESTRICT)
    unit_id: UUID
    site_id = fields.UUIDField()
    kind = fields.CharField(max_length=10)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=300)
    note = fields.CharField(max_length=1000, default="")
    created_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="outages", null=True, on_delete=fields.SET_NULL
    )
    created_by_id: UUID | None
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    cancelled_at = fields.DatetimeField(null=True)
    resolved_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "outage"
        indexes = (Index(fields=("site_id", "starts_at")), Index(fields=("unit_id", "starts_at")))
