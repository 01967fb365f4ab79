"""Tables of secondments and their time."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Person, Site


class Secondment(Model):
    """A person of a corporate who works with a startup; first and last day are the site's, both belong to it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    secondee: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="secondments", on_delete=fields.RESTRICT
    )
    secondee_id: UUID
    employer: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="secondments_out", on_delete=fields.RESTRICT
    )
    employer_id: UUID
    host: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="secondments_in", on_delete=fields.RESTRICT
    )
    host_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="secondments", on_delete=fields.RESTRICT)
    site_id: UUID
    function = fields.CharField(max_length=120)
    hours_per_week = fields.IntField()
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    cost_model = fields.CharField(max_length=20)
    goals = fields.TextField(default="")
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "secondment"
        indexes = (Index(fields=("employer_id",)), Index(fields=("host_id",)), Index(fields=("secondee_id",)), Index(fields=("site_id",)))


class TimeLog(Model):
    """Time worked on one day in the zone of the secondment's site; `client_key` makes sending it twice harmless."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    secondment: fields.ForeignKeyRelation[Secondment] = fields.ForeignKeyField(
        "incubator.Secondment", related_name="time_logs", on_delete=fields.RESTRICT
    )
    secondment_id: UUID
    worked_on = fields.DateField()
    minutes = fields.IntField()
    category = fields.CharField(max_length=60)
    note = fields.CharField(max_length=500, default="")
    client_key = fields.CharField(max_length=80)
    created_at = fields.DatetimeField()
    removed_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "time_log"
        unique_together = (("secondment", "client_key"),)
        indexes = (Index(fields=("secondment_id", "worked_on")),)
