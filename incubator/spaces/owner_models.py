"""Tables of what belongs to others: whose a unit is from when to when, and what its owners were told they get."""

from decimal import Decimal
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.billing.models import Charge
from incubator.kernel.ids import new_id
from incubator.organizations.models import LegalEntity, Organization
from incubator.spaces.models import Unit


class UnitOwnership(Model):
    """Whose a unit is on days of its site, both included, and what share of its takings the owner gets, in percent."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="ownerships", on_delete=fields.RESTRICT)
    unit_id: UUID
    owner: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="ownerships", on_delete=fields.RESTRICT
    )
    owner_id: UUID
    share_percent: Decimal = fields.DecimalField(max_digits=5, decimal_places=2)
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "unit_ownership"
        indexes = (Index(fields=("owner_id",)), Index(fields=("unit_id",)))


class OwnerStatement(Model):
    """What the units of an owner took in until the end of a month (its first day), and the owner's share of it; never changed.

    Net of tax, in minor units. `sha256` is that of the statement and its lines as canonical JSON.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    owner: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="owner_statements", on_delete=fields.RESTRICT
    )
    owner_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="owner_statements", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    currency = fields.CharField(max_length=3)
    month = fields.DateField()
    takings_minor = fields.BigIntField()
    share_minor = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    made_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "owner_statement"
        unique_together = (("owner", "legal_entity", "currency", "month"),)


class OwnerStatementLine(Model):
    """What a charge of a unit adds to an owner's statement: in its first one all that it came to, in a later one what fell away since (below 0).

    `amount_minor` is as priced, `net_minor` without tax.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    statement: fields.ForeignKeyRelation[OwnerStatement] = fields.ForeignKeyField(
        "incubator.OwnerStatement", related_name="lines", on_delete=fields.RESTRICT
    )
    statement_id: UUID
    charge: fields.ForeignKeyRelation[Charge] = fields.ForeignKeyField(
        "incubator.Charge", related_name="owner_lines", on_delete=fields.RESTRICT
    )
    charge_id: UUID
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("incubator.Unit", related_name="owner_lines", on_delete=fields.RESTRICT)
    unit_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="owner_lines", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    supplied_from = fields.DateField()
    amount_minor = fields.BigIntField()
    net_minor = fields.BigIntField()
    share_percent: Decimal = fields.DecimalField(max_digits=5, decimal_places=2)
    share_minor = fields.BigIntField()

    class Meta(Model.Meta):
        table = "owner_statement_line"
        unique_together = (("charge", "statement"),)
        indexes = (Index(fields=("statement_id",)),)
