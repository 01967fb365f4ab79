"""Tables of credits: money that a customer need not pay for charges of some days."""

from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.billing.models import Charge, ChargeReduction
from incubator.kernel.ids import new_id
from incubator.organizations.models import LegalEntity, Organization, Person


class CustomerCredit(Model):
    """Money that a legal entity gives a customer as a lower price: it is no payment, and is taken off before tax is decided.

    It is taken off what charges cost as they are priced: off a price without tax as a net amount, off one that includes tax as a gross one.
    It pays for what begins to be supplied from `usable_from` to `usable_until`, both included, whenever that is billed; with a `supply`
    for that kind only. `used_minor` is the sum of its uses, kept by the database. The customer reads the reason on its invoices.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    customer: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="credits", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="credits", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    currency = fields.CharField(max_length=3)
    amount_minor = fields.BigIntField()
    used_minor = fields.BigIntField(default=0)
    supply = fields.CharField(max_length=20, default="")
    reason = fields.CharField(max_length=120)
    usable_from = fields.DateField()
    usable_until = fields.DateField()
    given_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="credits_given", null=True, on_delete=fields.SET_NULL
    )
    given_by_id: UUID | None
    told_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    withdrawn_reason = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "customer_credit"
        indexes = (Index(fields=("customer_id", "legal_entity_id")), Index(fields=("legal_entity_id",)))


class CustomerCreditUse(Model):
    """What a credit paid of a charge: the reduction beside the charge, which never changes, and how much of it the credit got back since.

    It gets back what the charge does not need any more, because days of it fell away, or it was waived or credited.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    credit: fields.ForeignKeyRelation[CustomerCredit] = fields.ForeignKeyField(
        "incubator.CustomerCredit", related_name="uses", on_delete=fields.RESTRICT
    )
    credit_id: UUID
    charge: fields.ForeignKeyRelation[Charge] = fields.ForeignKeyField(
        "incubator.Charge", related_name="credit_uses", on_delete=fields.RESTRICT
    )
    charge_id: UUID
    reduction: fields.OneToOneRelation[ChargeReduction] = fields.OneToOneField(
        "incubator.ChargeReduction", related_name="credit_use", on_delete=fields.RESTRICT
    )
    reduction_id: UUID
    amount_minor = fields.BigIntField()
    given_back_minor = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "customer_credit_use"
        indexes = (Index(fields=("credit_id",)), Index(fields=("charge_id",)))
