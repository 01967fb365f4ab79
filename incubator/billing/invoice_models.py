"""Tables of what is owed and paid: invoices, numbers, documents, the ledger, payments."""

from decimal import Decimal
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.billing.models import BillingRun, Charge
from incubator.kernel.ids import new_id
from incubator.organizations.models import LegalEntity, Organization, Person, Site


class Invoice(Model):
    """An invoice, a credit note or a deposit request. Once finalised, only what is paid or credited, the void mark and the version change (a
    trigger sees to it).

    `period_end` is the last day. `seller` and `buyer` are the parties as they were when it was finalised. A draft is finalised by itself
    after `finalise_after`, unless `blockers` say what is missing and who must act. A credit note `corrects` an invoice, in positive amounts,
    and `settlement` says what becomes of them. With another currency than the seller's, `home_tax_minor` is the tax in `home_currency` at
    `home_rate` (units of it for one of the invoice's) of `home_rate_on`.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    kind = fields.CharField(max_length=15)
    state = fields.CharField(max_length=10, default="draft")
    customer: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="invoices", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="invoices", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    run: fields.ForeignKeyNullableRelation[BillingRun] = fields.ForeignKeyField(
        "incubator.BillingRun", related_name="invoices", null=True, on_delete=fields.RESTRICT
    )
    run_id: UUID | None
    currency = fields.CharField(max_length=3)
    language = fields.CharField(max_length=10)
    period_start = fields.DateField()
    period_end = fields.DateField()
    net_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    gross_minor = fields.BigIntField()
    seller: dict[str, str] = fields.JSONField(default=dict)
    buyer: dict[str, str] = fields.JSONField(default=dict)
    series = fields.CharField(max_length=24, null=True)
    year = fields.IntField(null=True)
    sequence = fields.IntField(null=True)
    number = fields.CharField(max_length=40, null=True)
    issued_on = fields.DateField(null=True)
    due_on = fields.DateField(null=True)
    previous_hash = fields.CharField(max_length=64, null=True)
    content_hash = fields.CharField(max_length=64, null=True)
    finalised_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    paid_minor = fields.BigIntField(default=0)
    credited_minor = fields.BigIntField(default=0)
    version = fields.IntField(default=1)
    finalise_after = fields.DatetimeField(null=True)
    blockers: list[dict[str, str]] = fields.JSONField(default=list)
    corrects: fields.ForeignKeyNullableRelation["Invoice"] = fields.ForeignKeyField(
        "incubator.Invoice", related_name="credit_notes", null=True, on_delete=fields.RESTRICT
    )
    corrects_id: UUID | None
    settlement = fields.CharField(max_length=10, default="")
    reason = fields.CharField(max_length=500, default="")
    home_currency = fields.CharField(max_length=3, default="")
    home_rate: Decimal | None = fields.DecimalField(max_digits=18, decimal_places=8, null=True)
    home_rate_on = fields.DateField(null=True)
    home_tax_minor = fields.BigIntField(null=True)

    class Meta(Model.Meta):
        table = "invoice"
        unique_together = (("legal_entity", "series", "year", "sequence"),)
        indexes = (Index(fields=("customer_id", "id")), Index(fields=("run_id",)), Index(fields=("corrects_id",)))


class InvoiceLine(Model):
    """One charge on an invoice, or what a credit note takes back of a line. `net_minor` is the line's share of the net; the shares of a tax
    group sum to the group's net. `tax_evidence` is what the tax decision was made with.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "incubator.Invoice", related_name="lines", on_delete=fields.RESTRICT
    )
    invoice_id: UUID
    ordinal = fields.IntField()
    charge: fields.OneToOneNullableRelation[Charge] = fields.OneToOneField(
        "incubator.Charge", related_name="invoice_line", null=True, on_delete=fields.RESTRICT
    )
    charge_id: UUID | None
    credits_line: fields.ForeignKeyNullableRelation["InvoiceLine"] = fields.ForeignKeyField(
        "incubator.InvoiceLine", related_name="credited_by", null=True, on_delete=fields.RESTRICT
    )
    credits_line_id: UUID | None
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField(
        "incubator.Site", related_name="invoice_lines", on_delete=fields.RESTRICT
    )
    site_id: UUID
    description = fields.CharField(max_length=300)
    basis = fields.CharField(max_length=6)
    quantity: Decimal = fields.DecimalField(max_digits=14, decimal_places=4)
    unit_price_minor = fields.BigIntField()
    amount_minor = fields.BigIntField()
    discount_minor = fields.BigIntField(default=0)
    net_minor = fields.BigIntField()
    price_includes_tax = fields.BooleanField()
    supply = fields.CharField(max_length=20)
    tax_category = fields.CharField(max_length=2)
    tax_rate: Decimal = fields.DecimalField(max_digits=7, decimal_places=4)
    tax_rule = fields.CharField(max_length=40)
    tax_note = fields.CharField(max_length=300)
    tax_evidence: dict[str, str] = fields.JSONField(default=dict)
    rule_note = fields.CharField(max_length=300)
    supplied_from = fields.DateField()
    supplied_to = fields.DateField()

    class Meta(Model.Meta):
        table = "invoice_line"
        unique_together = (("invoice", "ordinal"),)
        indexes = (Index(fields=("site_id",)), Index(fields=("credits_line_id",)))


class InvoiceTax(Model):
    """The tax of one category and rate on an invoice, worked out once on the sum of its lines."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "incubator.Invoice", related_name="taxes", on_delete=fields.RESTRICT
    )
    invoice_id: UUID
    ordinal = fields.IntField()
    tax_category = fields.CharField(max_length=2)
    tax_rate: Decimal = fields.DecimalField(max_digits=7, decimal_places=4)
    net_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    gross_minor = fields.BigIntField()
    note = fields.CharField(max_length=300)

    class Meta(Model.Meta):
        table = "invoice_tax"
        unique_together = (("invoice", "tax_category", "tax_rate"),)


class InvoiceCounter(Model):
    """The last number of a series in a year, and the hash of the invoice that has it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="invoice_counters", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    series = fields.CharField(max_length=24)
    year = fields.IntField()
    last_sequence = fields.IntField(default=0)
    last_hash = fields.CharField(max_length=64, default="")

    class Meta(Model.Meta):
        table = "invoice_counter"
        unique_together = (("legal_entity", "series", "year"),)


class InvoiceDocument(Model):
    """A file of a finalised invoice, as it was made: `pdf` for people, `xrechnung` and `ubl` for machines; found by its hash."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "incubator.Invoice", related_name="documents", on_delete=fields.RESTRICT
    )
    invoice_id: UUID
    kind = fields.CharField(max_length=12, default="pdf")
    sha256 = fields.CharField(max_length=64)
    size_bytes = fields.IntField()
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "invoice_document"
        unique_together = (("invoice", "kind"),)


class Fapiao(Model):
    """What the tax platform of China knows of a billing statement: requested, issued with its 20-digit number, or taken back in red letters.

    States: requested, issued, `red letter waiting` (a credit note waits for the buyer's confirmation), `red letter issued`.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.OneToOneRelation[Invoice] = fields.OneToOneField("incubator.Invoice", related_name="fapiao", on_delete=fields.RESTRICT)
    invoice_id: UUID
    kind = fields.CharField(max_length=10)
    state = fields.CharField(max_length=20)
    number = fields.CharField(max_length=20, null=True, unique=True)
    issued_on = fields.DateField(null=True)
    net_minor = fields.BigIntField(null=True)
    tax_minor = fields.BigIntField(null=True)
    file_sha256 = fields.CharField(max_length=64, default="")
    confirmation = fields.CharField(max_length=40, default="")
    requested_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "fapiao"


class LedgerTransaction(Model):
    """Something that moved money or debt, written once for its reference; its entries sum to zero in each currency."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="ledger_transactions", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    kind = fields.CharField(max_length=20)
    reference_id = fields.UUIDField()
    booked_on = fields.DateField()
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "ledger_transaction"
        unique_together = (("kind", "reference_id"),)


class LedgerEntry(Model):
    """One side of a transaction: debit positive, credit negative."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    transaction: fields.ForeignKeyRelation[LedgerTransaction] = fields.ForeignKeyField(
        "incubator.LedgerTransaction", related_name="entries", on_delete=fields.RESTRICT
    )
    transaction_id: UUID
    account = fields.CharField(max_length=30)
    customer: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="ledger_entries", null=True, on_delete=fields.RESTRICT
    )
    customer_id: UUID | None
    currency = fields.CharField(max_length=3)
    amount_minor = fields.BigIntField()

    class Meta(Model.Meta):
        table = "ledger_entry"
        indexes = (Index(fields=("transaction_id",)), Index(fields=("account", "currency")), Index(fields=("customer_id",)))


class PaymentAttempt(Model):
    """A payment page opened for an invoice; committed before Stripe is called, and followed until its outcome is known.

    States: started (Stripe may or may not know it), open, succeeded, failed, expired. `check_after` is when the sweep reads it again.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "incubator.Invoice", related_name="attempts", on_delete=fields.RESTRICT
    )
    invoice_id: UUID
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="payment_attempts", null=True, on_delete=fields.SET_NULL
    )
    person_id: UUID | None
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    language = fields.CharField(max_length=10)
    state = fields.CharField(max_length=10)
    session_id = fields.CharField(max_length=120, null=True, unique=True)
    payment_intent = fields.CharField(max_length=120, null=True, unique=True)
    checkout_url = fields.TextField(default="")
    last_error = fields.CharField(max_length=500, default="")
    created_at = fields.DatetimeField()
    check_after = fields.DatetimeField(null=True)
    checks = fields.IntField(default=0)
    resolved_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "payment_attempt"
        indexes = (Index(fields=("invoice_id",)),)


class Payment(Model):
    """Money that came in for an invoice; `reference` is the provider's id of it, which counts once."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "incubator.Invoice", related_name="payments", on_delete=fields.RESTRICT
    )
    invoice_id: UUID
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    method = fields.CharField(max_length=30)
    reference = fields.CharField(max_length=120, unique=True)
    received_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "payment"
        indexes = (Index(fields=("invoice_id",)),)


class DepositSettlement(Model):
    """What became of a deposit: so much is kept, with the reason, so much returned; what was never paid is asked for no more.

    `paid_out_at` is when the returned part left the bank, under `reference`.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    invoice: fields.OneToOneRelation[Invoice] = fields.OneToOneField(
        "incubator.Invoice", related_name="deposit_settlement", on_delete=fields.RESTRICT
    )
    invoice_id: UUID
    kept_minor = fields.BigIntField()
    returned_minor = fields.BigIntField()
    released_minor = fields.BigIntField()
    reason = fields.CharField(max_length=500, default="")
    settled_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="deposits_settled", null=True, on_delete=fields.SET_NULL
    )
    settled_by_id: UUID | None
    settled_at = fields.DatetimeField()
    paid_out_at = fields.DatetimeField(null=True)
    reference = fields.CharField(max_length=120, null=True)

    class Meta(Model.Meta):
        table = "deposit_settlement"


class CustomerAccount(Model):
    """What a customer has to its credit with a legal entity in a currency, from credit notes that were left as a balance; never below 0."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    customer: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="customer_accounts", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="customer_accounts", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    currency = fields.CharField(max_length=3)
    balance_minor = fields.BigIntField(default=0)

    class Meta(Model.Meta):
        table = "customer_account"
        unique_together = (("customer", "legal_entity", "currency"),)


class Refund(Model):
    """Money that a credit note gives back: owed until `paid_out_at`, when it left the bank under `reference`."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    credit_note: fields.OneToOneRelation[Invoice] = fields.OneToOneField(
        "incubator.Invoice", related_name="refund", on_delete=fields.RESTRICT
    )
    credit_note_id: UUID
    amount_minor = fields.BigIntField()
    paid_out_at = fields.DatetimeField(null=True)
    reference = fields.CharField(max_length=120, null=True)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "refund"


class StripeEvent(Model):
    """A webhook of Stripe's, kept by its id so that it counts once; a hint to read `object_id` again, never the truth."""

    id = fields.CharField(max_length=120, primary_key=True)
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="stripe_events", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    type = fields.CharField(max_length=100)
    object_id = fields.CharField(max_length=120)
    object_kind = fields.CharField(max_length=40)
    created_at = fields.DatetimeField()
    received_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "stripe_event"
