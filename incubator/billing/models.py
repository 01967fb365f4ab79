"""Tables of what is sold and charged: plans, contracts, charges, billing runs."""

from decimal import Decimal
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from incubator.kernel.ids import new_id
from incubator.organizations.models import LegalEntity, Organization, Person, Site


class Plan(Model):
    """Priced phases of a membership that an operator sells. `supply` is what kind of thing it is for tax.

    Contracts opened from it are billed by `timing`; each calendar month comes to `minimum_minor` at least, and with `index_key` the price
    follows that index every `index_months` months. `deposit_minor` is what offers ask for. A retired plan is offered no more.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    operator: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="plans", on_delete=fields.RESTRICT
    )
    operator_id: UUID
    name = fields.CharField(max_length=200)
    currency = fields.CharField(max_length=3)
    price_includes_tax = fields.BooleanField()
    supply = fields.CharField(max_length=20)
    timing = fields.CharField(max_length=10, default="advance")
    deposit_minor = fields.BigIntField(null=True)
    minimum_minor = fields.BigIntField(null=True)
    index_key = fields.CharField(max_length=40, default="")
    index_months = fields.IntField(null=True)
    retired_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "plan"
        unique_together = (("operator", "name", "currency"),)


class PlanPhase(Model):
    """One phase of a plan: `amount_minor` for each month or year and each of `per`, for `months` months or, when null, until the end.

    `discount_percent` is taken off for the phase's first `discount_months` months, or all of it when null.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    plan: fields.ForeignKeyRelation[Plan] = fields.ForeignKeyField("incubator.Plan", related_name="phases", on_delete=fields.CASCADE)
    plan_id: UUID
    ordinal = fields.IntField()
    months = fields.IntField(null=True)
    amount_minor = fields.BigIntField()
    period = fields.CharField(max_length=5)
    per = fields.CharField(max_length=10, default="contract")
    discount_percent: Decimal = fields.DecimalField(max_digits=7, decimal_places=4, default=Decimal(0))
    discount_months = fields.IntField(null=True)

    class Meta(Model.Meta):
        table = "plan_phase"
        unique_together = (("plan", "ordinal"),)


class Contract(Model):
    """What a customer agreed to pay a legal entity at a site; `subject_id` is the residency it belongs to, if any.

    `minimum_minor` is what each calendar month comes to at least, as priced; months up to `minimum_billed_until` were looked at.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    customer: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="contracts", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="contracts", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="contracts", on_delete=fields.RESTRICT)
    site_id: UUID
    currency = fields.CharField(max_length=3)
    subject_id = fields.UUIDField(null=True)
    minimum_minor = fields.BigIntField(null=True)
    minimum_billed_until = fields.DateField(null=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta(Model.Meta):
        table = "contract"
        indexes = (Index(fields=("customer_id",)), Index(fields=("subject_id",)))


class ContractTerm(Model):
    """One recurring price of a contract. Days are the site's, both ends belong to it; without an end it goes on. One that was charged and of
    which no day is kept stays, for its charges, and ends on the day before its first.

    A monthly term is charged for the days of each month, a yearly one for the year from its anniversary; `timing` says whether at the
    period's start or after its end, and `next_period_start` is the first day that is not charged yet. Years are counted from `anchor_on`, the
    first day of the term that it goes on from. `discount_percent` holds up to
    `discount_until` (included; none: always). With `index_key` the price follows that index from the value of `index_base`, looked at
    every `index_months` months, next on `adapts_on`. `tax_category` and `tax_rate` are there when the agreement fixes them; else the tax rules decide.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "incubator.Contract", related_name="terms", on_delete=fields.RESTRICT
    )
    contract_id: UUID
    kind = fields.CharField(max_length=20)
    source_id = fields.UUIDField(null=True)
    description = fields.CharField(max_length=300)
    basis = fields.CharField(max_length=5)
    quantity: Decimal = fields.DecimalField(max_digits=14, decimal_places=4)
    unit_price_minor = fields.BigIntField()
    price_includes_tax = fields.BooleanField()
    supply = fields.CharField(max_length=20)
    tax_category = fields.CharField(max_length=2, default="")
    tax_rate: Decimal | None = fields.DecimalField(max_digits=7, decimal_places=4, null=True)
    is_waived = fields.BooleanField(default=False)
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)
    timing = fields.CharField(max_length=10, default="advance")
    next_period_start = fields.DateField()
    anchor_on = fields.DateField()
    discount_percent: Decimal = fields.DecimalField(max_digits=7, decimal_places=4, default=Decimal(0))
    discount_until = fields.DateField(null=True)
    index_key = fields.CharField(max_length=40, default="")
    index_base = fields.DateField(null=True)
    index_months = fields.IntField(null=True)
    adapts_on = fields.DateField(null=True)

    class Meta(Model.Meta):
        table = "contract_term"
        indexes = (Index(fields=("contract_id",)), Index(fields=("source_id",)), Index(fields=("next_period_start",)))


class ContractPause(Model):
    """Days of the site, both included, in which the recurring terms of a contract are not charged; without an end until further notice."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "incubator.Contract", related_name="pauses", on_delete=fields.RESTRICT
    )
    contract_id: UUID
    first_on = fields.DateField()
    last_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=300)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "contract_pause"
        indexes = (Index(fields=("contract_id",)),)


class PriceIndex(Model):
    """The value of a price index in a month (its first day), with where it was published."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    operator: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="price_indexes", on_delete=fields.RESTRICT
    )
    operator_id: UUID
    key = fields.CharField(max_length=40)
    month = fields.DateField()
    value: Decimal = fields.DecimalField(max_digits=12, decimal_places=4)
    source = fields.CharField(max_length=300)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "price_index"
        unique_together = (("operator", "key", "month"),)


class Charge(Model):
    """One priced fact, never changed: from one source, for one period. `amount_minor` is as priced, with or without tax.

    `month` is the first day of the month it is billed in; `supplied_from` and `supplied_to` are days of the site, both included.
    `unit_id` is the unit whose use is charged, where it is one and no rental's, whose unit is known by its term. `discount_minor` was taken
    off before `amount_minor`. The tax decided for it stands with its rule (`agreed`: by the agreement, `undecided`: no rule covers it yet;
    the invoice decides anew unless it was agreed), and `rule_note` says how the amount came about.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    customer: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="charges", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="charges", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField("incubator.Site", related_name="charges", on_delete=fields.RESTRICT)
    site_id: UUID
    currency = fields.CharField(max_length=3)
    source_kind = fields.CharField(max_length=20)
    source_id = fields.UUIDField()
    period = fields.CharField(max_length=10)
    unit_id = fields.UUIDField(null=True)
    month = fields.DateField()
    description = fields.CharField(max_length=300)
    basis = fields.CharField(max_length=6)
    quantity: Decimal = fields.DecimalField(max_digits=14, decimal_places=4)
    unit_price_minor = fields.BigIntField()
    amount_minor = fields.BigIntField()
    discount_minor = fields.BigIntField(default=0)
    price_includes_tax = fields.BooleanField()
    is_waived = fields.BooleanField()
    supplied_from = fields.DateField()
    supplied_to = fields.DateField()
    supply = fields.CharField(max_length=20)
    tax_category = fields.CharField(max_length=2)
    tax_rate: Decimal = fields.DecimalField(max_digits=7, decimal_places=4)
    tax_rule = fields.CharField(max_length=40)
    tax_note = fields.CharField(max_length=300)
    rule_note = fields.CharField(max_length=300)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "charge"
        unique_together = (("source_kind", "source_id", "period"),)
        indexes = (Index(fields=("customer_id", "legal_entity_id", "currency", "month")),)


class ChargeReduction(Model):
    """What of a charge is not owed after all, as priced, with the reason: days of it fell away, it was waived, or a credit pays it; never changed.

    A charge that stands on no finalised invoice is invoiced for what is left; one that does is credited.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    charge: fields.ForeignKeyRelation[Charge] = fields.ForeignKeyField(
        "incubator.Charge", related_name="reductions", on_delete=fields.RESTRICT
    )
    charge_id: UUID
    amount_minor = fields.BigIntField()
    note = fields.CharField(max_length=300)
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "charge_reduction"
        indexes = (Index(fields=("charge_id",)),)


class BillingRun(Model):
    """One run over the customers of an operator for a month (its first day). Without an operator: over all, by the system.

    A run whose total strays from the last one's is held until somebody approves or cancels it.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    operator: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="billing_runs", null=True, on_delete=fields.RESTRICT
    )
    operator_id: UUID | None
    month = fields.DateField()
    state = fields.CharField(max_length=10)
    started_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="billing_runs", null=True, on_delete=fields.SET_NULL
    )
    started_by_id: UUID | None
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="billing_runs_decided", null=True, on_delete=fields.SET_NULL
    )
    decided_by_id: UUID | None
    decided_at = fields.DatetimeField(null=True)
    resumes = fields.IntField(default=0)

    class Meta(Model.Meta):
        table = "billing_run"
        indexes = (Index(fields=("operator_id", "started_at")),)


class BillingRunEstimate(Model):
    """What a run expects of a legal entity in a currency, as priced, beside what the month before came to; minor units."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    run: fields.ForeignKeyRelation[BillingRun] = fields.ForeignKeyField(
        "incubator.BillingRun", related_name="estimates", on_delete=fields.RESTRICT
    )
    run_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="billing_run_estimates", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    currency = fields.CharField(max_length=3)
    customers = fields.IntField()
    expected_minor = fields.BigIntField()
    before_minor = fields.BigIntField(null=True)
    strays = fields.BooleanField()

    class Meta(Model.Meta):
        table = "billing_run_estimate"
        unique_together = (("run", "legal_entity", "currency"),)


class BillingRunItem(Model):
    """A customer of a run, for one legal entity and currency: waiting, done, or parked with the reason and whose it is to mend.

    `batch` numbers the pieces of work that the run's customers are done in; `late_periods` counts periods that were due before the run's month.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    run: fields.ForeignKeyRelation[BillingRun] = fields.ForeignKeyField(
        "incubator.BillingRun", related_name="items", on_delete=fields.RESTRICT
    )
    run_id: UUID
    customer: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "incubator.Organization", related_name="billing_run_items", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="billing_run_items", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    currency = fields.CharField(max_length=3)
    state = fields.CharField(max_length=10, default="waiting")
    reason = fields.CharField(max_length=500, default="")
    code = fields.CharField(max_length=60, default="")
    owner: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "incubator.Person", related_name="billing_run_items", null=True, on_delete=fields.SET_NULL
    )
    owner_id: UUID | None
    batch = fields.IntField(default=0)
    late_periods = fields.IntField(default=0)
    finished_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "billing_run_item"
        unique_together = (("run", "customer", "legal_entity", "currency"),)
        indexes = (Index(fields=("run_id", "batch")),)


class TaxRegistration(Model):
    """What a legal entity is registered for: its VAT id, whether it has opted to tax the letting of rooms, and its scheme (`tax_terms.Scheme`)."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "incubator.LegalEntity", related_name="tax_registrations", on_delete=fields.RESTRICT
    )
    legal_entity_id: UUID
    vat_id = fields.CharField(max_length=40, default="")
    taxes_letting = fields.BooleanField(default=False)
    scheme = fields.CharField(max_length=20, default="standard")
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)

    class Meta(Model.Meta):
        table = "tax_registration"
        unique_together = (("legal_entity", "valid_from"),)
