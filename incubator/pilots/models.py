"""Tables of pilot deals."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Person, Site


class Deal(Model):
    """A pilot deal; `manager` is the operator's person who looks after it, `value_minor` what it is expected to be worth."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    title = fields.CharField(max_length=200)
    startup: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="deals_as_startup", on_delete=fields.RESTRICT
    )
    startup_id: UUID
    corporate: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="deals_as_corporate", on_delete=fields.RESTRICT
    )
    corporate_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="deals", on_delete=fields.RESTRICT)
    site_id: UUID
    manager: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="deals", null=True, on_delete=fields.SET_NULL
    )
    manager_id: UUID | None
    stage = fields.CharField(max_length=20)
    value_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    opened_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "deal"
        indexes = (Index(fields=("startup_id",)), Index(fields=("corporate_id",)), Index(fields=("site_id",)))


class DealMove(Model):
    """One move of a deal, kept with its time and person; append-only by trigger."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    deal: fields.ForeignKeyRelation[Deal] = fields.ForeignKeyField("incubator.Deal", related_name="moves", on_delete=fields.RESTRICT)
    deal_id: UUID
    from_stage = fields.CharField(max_length=20, default="")
    to_stage = fields.CharField(max_length=20)
    reason = fields.CharField(max_length=500, default="")
    moved_at = fields.DatetimeField()
    moved_by_id = fields.UUIDField(null=True)

    class Meta(Model.Meta):
        table = "deal_move"
        indexes = (Index(fields=("deal_id", "id")),)
