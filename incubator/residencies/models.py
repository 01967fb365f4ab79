"""Tables of admissions and residencies. Days are the site's own."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.billing.models import Plan
from incubator.kernel.ids import new_id
from incubator.organizations.models import Organization, Site
from incubator.spaces.models import Unit


class Call(Model):
    """An invitation to apply to a programme at one or more sites, from its first to its last day in `time_zone`."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    operator: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="calls", on_delete=fields.RESTRICT
    )
    operator_id: UUID
    title = fields.CharField(max_length=200)
    summary = fields.TextField()
    programme = fields.CharField(max_length=120)
    opens_on = fields.DateField()
    closes_on = fields.DateField()
    time_zone = fields.CharField(max_length=60)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "call"


class CallSite(Model):
    """A site that a call is for."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("incubator.Call", related_name="call_sites", on_delete=fields.CASCADE)
    call_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="call_sites", on_delete=fields.RESTRICT)
    site_id: UUID

    class Meta(Model.Meta):
        table = "call_site"
        unique_together = (("call", "site"),)


class Application(Model):
    """What a startup wrote when it applied; `startup` is empty until an offer makes it an organisation of the house."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    call: fields.ForeignKeyRelation[Call] = fields.ForeignKeyField("incubator.Call", related_name="applications", on_delete=fields.RESTRICT)
    call_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="applications", on_delete=fields.RESTRICT)
    site_id: UUID
    startup: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="applications", null=True, on_delete=fields.RESTRICT
    )
    startup_id: UUID | None
    startup_name = fields.CharField(max_length=200)
    country = fields.CharField(max_length=2)
    city = fields.CharField(max_length=120)
    sector = fields.CharField(max_length=200)
    headcount = fields.IntField()
    pitch = fields.TextField()
    wishes = fields.TextField()
    contact_name = fields.CharField(max_length=200)
    contact_email = fields.CharField(max_length=254)
    language = fields.CharField(max_length=10)
    state = fields.CharField(max_length=12, default="submitted")
    submitted_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "application"
        indexes = (Index(fields=("site_id", "id")), Index(fields=("startup_id",)))


class Offer(Model):
    """Plan, unit, days, deposit and terms, word for word; `terms_hash` is the SHA-256 of the terms."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "incubator.Application", related_name="offers", on_delete=fields.RESTRICT
    )
    application_id: UUID
    startup: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="offers", on_delete=fields.RESTRICT
    )
    startup_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="offers", on_delete=fields.RESTRICT)
    site_id: UUID
    plan: fields.ForeignKeyRelation[Plan] = fields.ForeignKeyField("incubator.Plan", related_name="offers", on_delete=fields.RESTRICT)
    plan_id: UUID
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="offers", on_delete=fields.RESTRICT)
    unit_id: UUID
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    monthly_minor = fields.BigIntField()
    deposit_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    terms = fields.TextField()
    terms_hash = fields.CharField(max_length=64)
    expires_on = fields.DateField()
    state = fields.CharField(max_length=12, default="open")
    made_by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "offer"
        indexes = (Index(fields=("startup_id",)), Index(fields=("site_id", "id")))


class Agreement(Model):
    """What was accepted, word for word, with its hash, the time and the person; append-only by trigger."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    offer: fields.ForeignKeyRelation[Offer] = fields.ForeignKeyField(
        "incubator.Offer", related_name="agreements", on_delete=fields.RESTRICT
    )
    offer_id: UUID
    terms = fields.TextField()
    terms_hash = fields.CharField(max_length=64)
    accepted_at = fields.DatetimeField()
    accepted_by_id = fields.UUIDField()

    class Meta(Model.Meta):
        table = "agreement"
        unique_together = (("offer",),)


class Residency(Model):
    """A startup at a site from its first to its last day; whether it is pending, active or ended follows from the day."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    startup: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="residencies", on_delete=fields.RESTRICT
    )
    startup_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="residencies", on_delete=fields.RESTRICT)
    site_id: UUID
    offer: fields.OneToOneRelation[Offer] = fields.OneToOneField("incubator.Offer", related_name="residency", on_delete=fields.RESTRICT)
    offer_id: UUID
    plan: fields.ForeignKeyRelation[Plan] = fields.ForeignKeyField("incubator.Plan", related_name="residencies", on_delete=fields.RESTRICT)
    plan_id: UUID
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    headcount = fields.IntField()
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "residency"
        indexes = (Index(fields=("startup_id",)), Index(fields=("site_id", "id")))
