"""Tables of prices: rates with their days, and the credit that plans give each month."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.billing.models import Plan
from incubator.kernel.ids import new_id
from incubator.organizations.models import Site
from incubator.spaces.models import Unit


class Rate(Model):
    """What a unit, or all units of a kind at a site, cost from `starts_on` to `ends_on`, both included; in the site's currency.

    `amount_minor` is for one of `basis`; `minute` is the hourly price of machine time. `steps` are `[minutes or days, amount, off-peak
    amount]` from which on another price holds, `blocks` are `[minutes, amount]`. Empty audience: everybody at the site.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="rates", on_delete=fields.RESTRICT)
    site_id: UUID
    unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "incubator.Unit", related_name="rates", null=True, on_delete=fields.RESTRICT
    )
    unit_id: UUID | None
    kind = fields.CharField(max_length=20, default="")
    audience = fields.CharField(max_length=20, default="")
    basis = fields.CharField(max_length=6)
    amount_minor = fields.BigIntField()
    off_peak_minor = fields.BigIntField(null=True)
    off_peak_hours = fields.CharField(max_length=200, default="")
    steps: list[Any] = fields.JSONField(default=list)
    blocks: list[Any] = fields.JSONField(default=list)
    minimum_minor = fields.BigIntField(default=0)
    day_cap_minor = fields.BigIntField(null=True)
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "rate"
        indexes = (Index(fields=("unit_id",)), Index(fields=("site_id", "kind")))


class CreditGrant(Model):
    """What a plan gives its customers of a kind of unit in each month of the site: minutes for bookings, or days for short stays.

    What is unused can be used in the `carries_months` after it, of months since `created_at`; `allowances` says how.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    plan: fields.ForeignKeyRelation[Plan] = fields.ForeignKeyField(
        "incubator.Plan", related_name="credit_grants", on_delete=fields.RESTRICT
    )
    plan_id: UUID
    kind = fields.CharField(max_length=20)
    minutes_per_month = fields.IntField(null=True)
    days_per_month = fields.IntField(null=True)
    carries_months = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "credit_grant"
        unique_together = (("plan", "kind"),)
