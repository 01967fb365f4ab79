"""Table of the calendars that people subscribe to."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Person, Site
from incubator.spaces.models import Unit


class CalendarFeed(Model):
    """A calendar that a calendar program reads by a secret address: of the person's own bookings, of a unit, or of a site.

    It shows what the person may see at each read, standing in the organisation they made it in. Of the secret only the SHA-256 is kept.
    `content_hash` and `content_changed_at` tell since when it has shown what it shows.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    token_hash = fields.CharField(max_length=64, unique=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="calendar_feeds", on_delete=fields.CASCADE
    )
    person_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="calendar_feeds", on_delete=fields.CASCADE
    )
    organization_id: UUID
    unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "incubator.Unit", related_name="calendar_feeds", null=True, on_delete=fields.CASCADE
    )
    unit_id: UUID | None
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "incubator.Site", related_name="calendar_feeds", null=True, on_delete=fields.CASCADE
    )
    site_id: UUID | None
    content = fields.CharField(max_length=10)
    content_hash = fields.CharField(max_length=64, default="")
    content_changed_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "calendar_feed"
        indexes = (Index(fields=("person_id",)),)
