"""Tables of notifications: what a person was told in the product, and what they chose to be told."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Person


class Notification(Model):
    """One thing told to one person in the product; `params` fill the kind's template, in whatever language it is read."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="notifications", on_delete=fields.CASCADE
    )
    person_id: UUID
    source = fields.UUIDField()
    kind = fields.CharField(max_length=60)
    params: dict[str, object] = fields.JSONField()
    path = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "notification"
        unique_together = (("person", "source", "kind"),)
        indexes = (Index(fields=("person_id", "id")),)


class NotificationPreference(Model):
    """What a person chose for one kind; without a row both channels are on."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="preferences", on_delete=fields.CASCADE
    )
    person_id: UUID
    kind = fields.CharField(max_length=60)
    by_email = fields.BooleanField()
    in_app = fields.BooleanField()

    class Meta(Model.Meta):
        table = "notification_preference"
        unique_together = (("person", "kind"),)
