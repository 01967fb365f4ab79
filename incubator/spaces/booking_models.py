"""Tables of who holds what, and of what was used."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Person
from incubator.spaces.models import Unit
from incubator.spaces.outage_models import Outage
from incubator.spaces.rate_models import Rate


class Rental(Model):
    """A unit held for days of the site, first and last included; its id is the holder of its holds.

    Priced by the month, or for a short stay by weeks and days: then `monthly_minor` is null and `prices` has `[from which day or week,
    amount]` of each, both with the discount taken off, and `credit_days` are those of its days that credit pays, in order. `notice_count`
    of `notice_unit` (days, or months to the end of a month) is what must lie between a notice and the end. One that moved to another unit
    names its heir, and the heir its ancestor.
    """

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
    monthly_minor = fields.BigIntField(null=True)
    prices: dict[str, Any] = fields.JSONField(default=dict)
    credit_days: list[str] = fields.JSONField(default=list)
    rate: fields.ForeignKeyNullableRelation[Rate] = fields.ForeignKeyField(
        "incubator.Rate", related_name="rentals", null=True, on_delete=fields.RESTRICT
    )
    rate_id: UUID | None
    discount_percent: Decimal = fields.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    currency = fields.CharField(max_length=3)
    price_includes_tax = fields.BooleanField()
    contract_id = fields.UUIDField(null=True)
    deposit_id = fields.UUIDField(null=True)
    notice_count = fields.IntField(default=1)
    notice_unit = fields.CharField(max_length=6, default="months")
    notice_given_at = fields.DatetimeField(null=True)
    notice_by_id = fields.UUIDField(null=True)
    notice_waiver = fields.CharField(max_length=300, default="")
    heir_id = fields.UUIDField(null=True)
    ancestor_id = fields.UUIDField(null=True)
    charged_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "rental"
        indexes = (
            Index(fields=("organization_id",)),
            Index(fields=("site_id",)),
            Index(fields=("residency_id",)),
            Index(fields=("unit_id",)),
            Index(fields=("rate_id",)),
        )


class Booking(Model):
    """A unit held for instants; its id is the holder of its holds. The lines and the price are what was shown and agreed.

    `policy` is the unit's as it stood then. A moved booking names its heir; one of a series the series; one that an outage ended the outage.
    """

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
    companion: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="accompanied", null=True, on_delete=fields.SET_NULL
    )
    companion_id: UUID | None
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    title = fields.CharField(max_length=200)
    state = fields.CharField(max_length=12, default="confirmed")
    rate: fields.ForeignKeyNullableRelation[Rate] = fields.ForeignKeyField(
        "incubator.Rate", related_name="bookings", null=True, on_delete=fields.RESTRICT
    )
    rate_id: UUID | None
    lines: list[Any] = fields.JSONField(default=list)
    price_minor = fields.BigIntField()
    credit_minutes = fields.IntField(default=0)
    currency = fields.CharField(max_length=3)
    price_includes_tax = fields.BooleanField()
    policy: dict[str, Any] = fields.JSONField(default=dict)
    accessory_ids: list[str] = fields.JSONField(default=list)
    series_id = fields.UUIDField(null=True)
    heir_id = fields.UUIDField(null=True)
    outage: fields.ForeignKeyNullableRelation[Outage] = fields.ForeignKeyField(
        "incubator.Outage", related_name="bookings", null=True, on_delete=fields.RESTRICT
    )
    outage_id: UUID | None
    note_for_next = fields.CharField(max_length=500, default="")
    override_reason = fields.CharField(max_length=300, default="")
    overridden_rules: list[str] = fields.JSONField(default=list)
    expires_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    cancelled_at = fields.DatetimeField(null=True)
    charged_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "booking"
        indexes = (
            Index(fields=("site_id", "starts_at")),
            Index(fields=("organization_id", "starts_at")),
            Index(fields=("unit_id", "starts_at")),
            Index(fields=("rate_id",)),
            Index(fields=("series_id",)),
            Index(fields=("outage_id",)),
            Index(fields=("booked_by_id", "starts_at")),
        )


class BookingSeries(Model):
    """Bookings made together by a rule of RFC 5545; local wall time of `time_zone`."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="series", on_delete=fields.RESTRICT)
    unit_id: UUID
    rule = fields.CharField(max_length=300)
    time_zone = fields.CharField(max_length=60)
    failed: list[Any] = fields.JSONField(default=list)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "booking_series"


class Usage(Model):
    """What was really used of a unit; `event_id` makes telling it twice harmless.

    Told as minutes of a day, or measured from `started_at` to `ended_at`, perhaps for a booking. What has no end, no beginning or
    nobody who pays is a problem for staff.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="usages", on_delete=fields.RESTRICT)
    unit_id: UUID
    site_id = fields.UUIDField()
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="usages", null=True, on_delete=fields.RESTRICT
    )
    organization_id: UUID | None
    booking: fields.ForeignKeyNullableRelation[Booking] = fields.ForeignKeyField(
        "incubator.Booking", related_name="usages", null=True, on_delete=fields.RESTRICT
    )
    booking_id: UUID | None
    person_id = fields.UUIDField(null=True)
    state = fields.CharField(max_length=10, default="closed")
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    used_on = fields.DateField()
    minutes = fields.IntField(default=0)
    hourly_minor = fields.BigIntField(default=0)
    problem = fields.CharField(max_length=20, default="")
    resolution = fields.CharField(max_length=300, default="")
    event_id = fields.CharField(max_length=120)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "usage"
        unique_together = (("unit", "event_id"),)
        indexes = (Index(fields=("organization_id", "used_on")), Index(fields=("site_id", "used_on")), Index(fields=("booking_id",)))


class UsageEvent(Model):
    """What a machine told: it started or stopped. Kept once for each event id, in whatever order it comes."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="usage_events", on_delete=fields.RESTRICT)
    unit_id: UUID
    event_id = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=10)
    at = fields.DatetimeField()
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "usage_event"
        unique_together = (("unit", "event_id"),)
        indexes = (Index(fields=("unit_id", "at")),)


class WaitingEntry(Model):
    """Somebody who waits for a time of a unit that is taken. While it is offered to them the entry's id is the holder of its holds.

    `instead_of` is the booking that an outage ended and that this slot is offered for, at `price_minor`.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="waiting", on_delete=fields.RESTRICT)
    unit_id: UUID
    site_id = fields.UUIDField()
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="waiting", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("incubator.Person", related_name="waiting", on_delete=fields.CASCADE)
    person_id: UUID
    companion_id = fields.UUIDField(null=True)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    title = fields.CharField(max_length=200)
    state = fields.CharField(max_length=10, default="waiting")
    offered_until = fields.DatetimeField(null=True)
    booking_id = fields.UUIDField(null=True)
    instead_of: fields.ForeignKeyNullableRelation[Booking] = fields.ForeignKeyField(
        "incubator.Booking", related_name="offered_instead", null=True, on_delete=fields.RESTRICT
    )
    instead_of_id: UUID | None
    accessory_ids: list[str] = fields.JSONField(default=list)
    price_minor = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "waiting_entry"
        indexes = (Index(fields=("organization_id",)), Index(fields=("site_id", "starts_at")), Index(fields=("instead_of_id",)))
