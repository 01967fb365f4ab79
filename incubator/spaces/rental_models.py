"""Tables around rentals: units kept for a while, checklists, keys and badges."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Person, Site
from incubator.spaces.booking_models import Rental
from incubator.spaces.models import Unit


class RentalHold(Model):
    """A unit kept for an organisation for days of the site, first and last included, until an instant.

    While it is `held` its id is the holder of its holds.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="rental_holds", on_delete=fields.RESTRICT)
    unit_id: UUID
    site_id = fields.UUIDField()
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="rental_holds", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    held_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="rental_holds", null=True, on_delete=fields.SET_NULL
    )
    held_by_id: UUID | None
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    expires_at = fields.DatetimeField()
    note = fields.CharField(max_length=300, default="")
    state = fields.CharField(max_length=10, default="held")
    rental_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "rental_hold"
        indexes = (Index(fields=("organization_id",)), Index(fields=("site_id", "expires_at")), Index(fields=("unit_id",)))


class ChecklistTemplate(Model):
    """What is gone through when a kind of unit is handed over or comes back, at a site; `items` are texts by language, `""` for all."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField(
        "incubator.Site", related_name="checklist_templates", on_delete=fields.RESTRICT
    )
    site_id: UUID
    kind = fields.CharField(max_length=20)
    purpose = fields.CharField(max_length=10)
    items: list[Any] = fields.JSONField(default=list)
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "checklist_template"
        unique_together = (("site", "kind", "purpose"),)


class Checklist(Model):
    """What was found when a rental's unit was handed over or came back; signed by staff, then by the tenant, then never changed.

    `items` are objects of `texts`, `state` (empty, ok, defect, missing) and `note`. `content_hash` is the SHA-256 of what staff signed.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    rental: fields.ForeignKeyRelation[Rental] = fields.ForeignKeyField(
        "incubator.Rental", related_name="checklists", on_delete=fields.RESTRICT
    )
    rental_id: UUID
    site_id = fields.UUIDField()
    purpose = fields.CharField(max_length=10)
    items: list[Any] = fields.JSONField(default=list)
    content_hash = fields.CharField(max_length=64, default="")
    staff_signed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="checklists_signed_for_staff", null=True, on_delete=fields.SET_NULL
    )
    staff_signed_by_id: UUID | None
    staff_signed_at = fields.DatetimeField(null=True)
    tenant_signed_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="checklists_signed_for_tenant", null=True, on_delete=fields.SET_NULL
    )
    tenant_signed_by_id: UUID | None
    tenant_remark = fields.CharField(max_length=500, default="")
    absence_reason = fields.CharField(max_length=300, default="")
    closed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "checklist"
        unique_together = (("rental", "purpose"),)
        indexes = (Index(fields=("site_id",)),)


class Badge(Model):
    """A key, a badge or a card of a site, known by its number. Whether it is out says its open issue."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="badges", on_delete=fields.RESTRICT)
    site_id: UUID
    kind = fields.CharField(max_length=5)
    number = fields.CharField(max_length=40)
    opens = fields.CharField(max_length=120, default="")
    lost_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "badge"
        unique_together = (("site", "number"),)


class BadgeIssue(Model):
    """A badge in a person's hands from `issued_at` until it ended: given back or lost. `due_on` is the site's day it is wanted back."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    badge: fields.ForeignKeyRelation[Badge] = fields.ForeignKeyField("incubator.Badge", related_name="issues", on_delete=fields.RESTRICT)
    badge_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="badge_issues", on_delete=fields.RESTRICT
    )
    person_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="badge_issues", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    rental: fields.ForeignKeyNullableRelation[Rental] = fields.ForeignKeyField(
        "incubator.Rental", related_name="badge_issues", null=True, on_delete=fields.RESTRICT
    )
    rental_id: UUID | None
    issued_at = fields.DatetimeField()
    issued_by_id = fields.UUIDField(null=True)
    due_on = fields.DateField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by_id = fields.UUIDField(null=True)
    outcome = fields.CharField(max_length=10, default="")
    fee_minor = fields.BigIntField(default=0)
    overdue_told_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "badge_issue"
        indexes = (
            Index(fields=("badge_id",)),
            Index(fields=("organization_id",)),
            Index(fields=("rental_id",)),
            Index(fields=("person_id",)),
        )
