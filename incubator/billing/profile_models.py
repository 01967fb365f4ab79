"""Tables of who sells and who buys, as invoices and their taxes need them: profiles, checks of VAT ids, exchange rates."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import LegalEntity, Organization, Person


class SellerProfile(Model):
    """What a legal entity's invoices say besides its name and address, and how it bills.

    A draft waits `grace_days` before it is finalised; an invoice is due after `payment_days`; a run that strays by more than
    `hold_percent` from the month before is held; nothing is booked on a day up to `locked_until`.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    legal_entity: fields.OneToOneRelation[LegalEntity] = fields.OneToOneField(
        "incubator.LegalEntity", related_name="seller_profile", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    city = fields.CharField(max_length=120, default="")
    postal_code = fields.CharField(max_length=20, default="")
    register_number = fields.CharField(max_length=120, default="")
    contact_name = fields.CharField(max_length=120, default="")
    email = fields.CharField(max_length=254, default="")
    phone = fields.CharField(max_length=40, default="")
    bank_name = fields.CharField(max_length=120, default="")
    iban = fields.CharField(max_length=40, default="")
    bic = fields.CharField(max_length=11, default="")
    endpoint_scheme = fields.CharField(max_length=4, default="")
    endpoint_id = fields.CharField(max_length=120, default="")
    grace_days = fields.IntField(default=0)
    payment_days = fields.IntField(default=14)
    hold_percent = fields.IntField(default=50)
    locked_until: date | None = fields.DateField(null=True)
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "seller_profile"


class BuyerProfile(Model):
    """What invoices to an organisation need besides its name and address: where it takes e-invoices, and what its fapiao say.

    `format` is what it wants: `pdf` (with the XML inside where the country has it), `xrechnung` or `peppol`. `reference` is BT-10, of a
    public body in Germany its Leitweg-ID.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.OneToOneRelation[Organization] = fields.OneToOneField(
        "incubator.Organization", related_name="buyer_profile", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    postal_code = fields.CharField(max_length=20, default="")
    register_number = fields.CharField(max_length=120, default="")
    email = fields.CharField(max_length=254, default="")
    reference = fields.CharField(max_length=120, default="")
    endpoint_scheme = fields.CharField(max_length=4, default="")
    endpoint_id = fields.CharField(max_length=120, default="")
    format = fields.CharField(max_length=10, default="pdf")
    tax_number = fields.CharField(max_length=40, default="")
    fapiao_kind = fields.CharField(max_length=10, default="ordinary")
    phone = fields.CharField(max_length=40, default="")
    bank_name = fields.CharField(max_length=120, default="")
    bank_account = fields.CharField(max_length=60, default="")
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "buyer_profile"


class TaxStatus(Model):
    """Something about a buyer that the tax rules ask, with its proof and its days (both included): kinds in `tax_terms.TaxStatusKind`."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="tax_statuses", on_delete=fields.RESTRICT
    )
    organization_id: UUID
    country = fields.CharField(max_length=2)
    region = fields.CharField(max_length=10, default="")
    kind = fields.CharField(max_length=30)
    value = fields.CharField(max_length=60, default="")
    proof = fields.CharField(max_length=300)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    recorded_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="tax_statuses", null=True, on_delete=fields.SET_NULL
    )
    recorded_by_id: UUID | None
    recorded_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "tax_status"
        indexes = (Index(fields=("organization_id",)),)


class VatCheck(Model):
    """What the register of VAT ids answered when it was asked about an id; kept as it came, never changed."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    vat_id = fields.CharField(max_length=40)
    asked_by_vat_id = fields.CharField(max_length=40, default="")
    is_valid = fields.BooleanField()
    name = fields.CharField(max_length=300, default="")
    address = fields.TextField(default="")
    consultation = fields.CharField(max_length=60, default="")
    source = fields.CharField(max_length=40)
    answer: dict[str, Any] = fields.JSONField(default=dict)
    checked_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "vat_check"
        indexes = (Index(fields=("vat_id", "checked_at")),)


class ExchangeRate(Model):
    """The European Central Bank's reference rate of a day: so many units of a currency for one euro."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    day = fields.DateField()
    currency = fields.CharField(max_length=3)
    per_euro: Decimal = fields.DecimalField(max_digits=18, decimal_places=8)
    source = fields.CharField(max_length=60)

    class Meta(Model.Meta):
        table = "exchange_rate"
        unique_together = (("currency", "day"),)
