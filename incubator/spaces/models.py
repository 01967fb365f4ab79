"""Tables of space. `unit_hold` is where overlap is refused: every rental and booking has its row there, under one exclusion constraint."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Person, Site


class Unit(Model):
    """Anything that can be assigned or booked. Prices are in the site's currency; an empty price is no price, an empty limit no limit."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="units", on_delete=fields.RESTRICT)
    site_id: UUID
    name = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=20)
    capacity = fields.IntField(default=1)
    opening_hours = fields.CharField(max_length=200, default="")
    monthly_minor = fields.BigIntField(null=True)
    hourly_minor = fields.BigIntField(null=True)
    price_includes_tax = fields.BooleanField(default=False)
    shortest_minutes = fields.IntField(default=15)
    longest_minutes = fields.IntField(default=480)
    step_minutes = fields.IntField(default=15)
    horizon_days = fields.IntField(default=90)
    buffer_minutes = fields.IntField(default=0)
    weekly_minutes = fields.IntField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "unit"
        unique_together = (("site", "name"),)


class UnitHold(Model):
    """A unit taken for instants `[starts_at, ends_at)` by one rental or booking; gone when that ends or is cancelled."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="holds", on_delete=fields.RESTRICT)
    unit_id: UUID
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    kind = fields.CharField(max_length=10)

    class Meta(Model.Meta):
        table = "unit_hold"


class Rental(Model):
    """A unit held for days of the site, first and last included; its id is its hold's id."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="rentals", on_delete=fields.RESTRICT)
    unit_id: UUID
    site_id = fields.UUIDField()
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="rentals", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    residency_id = fields.UUIDField(null=True)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    monthly_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    price_includes_tax = fields.BooleanField()
    contract_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "rental"
        indexes = (Index(fields=("organization_id",)), Index(fields=("site_id",)), Index(fields=("residency_id",)))


class Booking(Model):
    """A unit held for instants; its id is its hold's id. The price is what was shown and agreed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="bookings", on_delete=fields.RESTRICT)
    unit_id: UUID
    site_id = fields.UUIDField()
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="bookings", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    booked_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="bookings", null=True, on_delete=fields.SET_NULL
    )
    booked_by_id: UUID | None
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    title = fields.CharField(max_length=200)
    state = fields.CharField(max_length=12, default="confirmed")
    hourly_minor = fields.BigIntField()
    price_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    price_includes_tax = fields.BooleanField()
    override_reason = fields.CharField(max_length=300, default="")
    overridden_rules: list[str] = fields.JSONField(default=list)
    created_at = fields.DatetimeField()
    cancelled_at = fields.DatetimeField(null=True)
    charged_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "booking"
        indexes = (
            Index(fields=("site_id", "starts_at")),
            Index(fields=("organization_id", "starts_at")),
            Index(fields=("unit_id", "starts_at")),
        )


class Usage(Model):
    """What was really used of a unit, in minutes of one day of the site; `event_id` makes telling it twice harmless."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="usages", on_delete=fields.RESTRICT)
    unit_id: UUID
    site_id = fields.UUIDField()
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="usages", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    used_on = fields.DateField()
    minutes = fields.IntField()
    hourly_minor = fields.BigIntField()
    event_id = fields.CharField(max_length=120)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "usage"
        unique_together = (("unit", "event_id"),)
        indexes = (Index(fields=("organization_id", "used_on")), Index(fields=("site_id", "used_on")))
