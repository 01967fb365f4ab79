"""Tables of organisations, places, people and their credentials."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id


class Organization(Model):
    """A company, university, investor …; `key` is its short name in imported files, `district` a part of the city."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    key = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    local_name = fields.CharField(max_length=200, default="")
    kind = fields.CharField(max_length=30)
    country = fields.CharField(max_length=2)
    city = fields.CharField(max_length=120)
    district = fields.CharField(max_length=120, default="")
    sector = fields.CharField(max_length=200, default="")
    address = fields.TextField(default="")
    vat_id = fields.CharField(max_length=40, default="")
    source = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "organization"


class LegalEntity(Model):
    """A company of the operator that sells and invoices."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    operator: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "incubator.Organization", related_name="legal_entities", on_delete=fields.RESTRICT
    )
    operator_id: UUID
    name = fields.CharField(max_length=200, unique=True)
    country = fields.CharField(max_length=2)
    currency = fields.CharField(max_length=3)
    address = fields.TextField(default="")
    tax_number = fields.CharField(max_length=40, default="")
    series = fields.CharField(max_length=20, unique=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "legal_entity"


class Site(Model):
    """A place: its zone, opening hours, holidays' region and legal entity. `currency` is what its prices are in."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    key = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    operator: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "incubator.Organization", related_name="sites", on_delete=fields.RESTRICT
    )
    operator_id: UUID
    legal_entity: fields.ForeignKeyRelation["LegalEntity"] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="sites", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    country = fields.CharField(max_length=2)
    subdivision = fields.CharField(max_length=10, default="")
    city = fields.CharField(max_length=120)
    time_zone = fields.CharField(max_length=60)
    currency = fields.CharField(max_length=3)
    locale = fields.CharField(max_length=20)
    opening_hours = fields.CharField(max_length=200)
    closed_on_holidays = fields.BooleanField(default=True)
    closes_on = fields.DateField(null=True)
    closing_reason = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "site"


class Person(Model):
    """A human being; `email` is lower case and unique. Without a password hash the person was invited and has not come yet."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    email = fields.CharField(max_length=254, unique=True)
    name = fields.CharField(max_length=200)
    language = fields.CharField(max_length=10, default="en")
    time_zone = fields.CharField(max_length=60, default="UTC")
    password_hash = fields.CharField(max_length=200, default="")
    totp_secret = fields.CharField(max_length=64, default="")
    totp_confirmed_at = fields.DatetimeField(null=True)
    totp_last_step = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "person"


class RoleAssignment(Model):
    """One role of a person in an organisation; at an operator for one site or one legal entity, or for all when both are empty."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    person: fields.ForeignKeyRelation["Person"] = fields.ForeignKeyField("incubator.Person", related_name="roles", on_delete=fields.CASCADE)
    person_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "incubator.Organization", related_name="roles", on_delete=fields.CASCADE
    )
    organization_id: UUID
    role = fields.CharField(max_length=30)
    site: fields.ForeignKeyNullableRelation["Site"] = fields.ForeignKeyField(
        "incubator.Site", related_name="roles", null=True, on_delete=fields.CASCADE
    )
    site_id: UUID | None
    legal_entity: fields.ForeignKeyNullableRelation["LegalEntity"] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="roles", null=True, on_delete=fields.CASCADE
    )
    legal_entity_id: UUID | None
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "role_assignment"
        indexes = (Index(fields=("person_id",)), Index(fields=("organization_id",)))


class Invitation(Model):
    """A mailed, single-use, expiring link into an organisation; only the hash of its secret is kept."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "incubator.Organization", related_name="invitations", on_delete=fields.CASCADE
    )
    organization_id: UUID
    email = fields.CharField(max_length=254)
    name = fields.CharField(max_length=200)
    roles: list[str] = fields.JSONField()
    language = fields.CharField(max_length=10)
    token_hash = fields.CharField(max_length=64, unique=True, null=True)
    invited_by: fields.ForeignKeyNullableRelation["Person"] = fields.ForeignKeyField(
        "incubator.Person", related_name="invitations_sent", null=True, on_delete=fields.SET_NULL
    )
    invited_by_id: UUID | None
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "invitation"
        indexes = (Index(fields=("organization_id",)),)


class PasswordReset(Model):
    """A mailed, single-use, expiring link to a new password; only the hash of its secret is kept."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    person: fields.ForeignKeyRelation["Person"] = fields.ForeignKeyField(
        "incubator.Person", related_name="password_resets", on_delete=fields.CASCADE
    )
    person_id: UUID
    token_hash = fields.CharField(max_length=64, unique=True, null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "password_reset"


class Session(Model):
    """A signed-in browser; the cookie holds the secret, the row its hash, and revoking the row ends it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    token_hash = fields.CharField(max_length=64, unique=True)
    person: fields.ForeignKeyRelation["Person"] = fields.ForeignKeyField(
        "incubator.Person", related_name="sessions", on_delete=fields.CASCADE
    )
    person_id: UUID
    organization: fields.ForeignKeyNullableRelation["Organization"] = fields.ForeignKeyField(
        "incubator.Organization", related_name="sessions", null=True, on_delete=fields.SET_NULL
    )
    organization_id: UUID | None
    user_agent = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "session"
        indexes = (Index(fields=("person_id",)),)


class ApiToken(Model):
    """A script's credential: shown once, kept as a hash, with scopes and an end."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    token_hash = fields.CharField(max_length=64, unique=True)
    person: fields.ForeignKeyRelation["Person"] = fields.ForeignKeyField(
        "incubator.Person", related_name="api_tokens", on_delete=fields.CASCADE
    )
    person_id: UUID
    organization: fields.ForeignKeyRelation["Organization"] = fields.ForeignKeyField(
        "incubator.Organization", related_name="api_tokens", on_delete=fields.CASCADE
    )
    organization_id: UUID
    name = fields.CharField(max_length=100)
    scopes: list[str] = fields.JSONField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "api_token"
        indexes = (Index(fields=("person_id",)),)


class RecoveryCode(Model):
    """A single-use way in for who lost the second factor; only its hash is kept."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    person: fields.ForeignKeyRelation["Person"] = fields.ForeignKeyField(
        "incubator.Person", related_name="recovery_codes", on_delete=fields.CASCADE
    )
    person_id: UUID
    code_hash = fields.CharField(max_length=64)
    used_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "recovery_code"
        indexes = (Index(fields=("person_id",)),)


class SignInAttempt(Model):
    """A failed sign-in or reset request, by address and by caller, so that guessing is slowed down on every process alike."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    bucket = fields.CharField(max_length=100)
    at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "sign_in_attempt"
        indexes = (Index(fields=("bucket", "at")),)
