"""Charges as the API shows them, adding one by hand, and waiving one."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import charge_views, service
from incubator.billing.charge_views import ChargeView, ReductionView
from incubator.billing.policy import plain
from incubator.billing.scope import visible_charges
from incubator.billing.terms import GivenTax, Supply
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator_graphql.billing.invoices import INVOICES, Invoice
from incubator_graphql.billing.plan_types import SupplyKind
from incubator_graphql.fields import Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node, shown
from incubator_graphql.organizations.types import LEGAL_ENTITIES, ORGANIZATIONS, LegalEntity, Organization
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.scalars import MinorUnits


@enum
class ChargeState(StrEnum):
    """Where a charge stands: the next run invoices it, a draft has it, an invoice has it, it was credited, or nothing of it is asked."""

    OPEN = "open"
    ON_DRAFT = "on draft"
    INVOICED = "invoiced"
    CREDITED = "credited"
    WAIVED = "waived"


@value
class ChargeReduction:
    """What of a charge fell away or is paid by a credit, and why."""

    amount: Money
    reason: str
    at: datetime


@entity(visible_charges)
class Charge(Node):
    """One priced fact, never changed: from one source, billed once."""

    row: strawberry.Private[ChargeView]
    description: str
    source_kind: str = strawberry.field(description="contract term, booking, usage, fee, minimum, manual and the like.")
    quantity: str
    unit_price: Money
    amount: Money = strawberry.field(description="As priced, with or without tax, after a discount.")
    left: Money = strawberry.field(description="What of it is still asked, as priced.")
    paid_by_credits: Money = strawberry.field(description="What of it credits pay, as priced.")
    price_includes_tax: bool
    supplied_from: date
    supplied_to: date
    rule_note: str = strawberry.field(description="How the amount came about.")
    state: ChargeState

    @classmethod
    def of(cls, row: ChargeView) -> Self:
        return cls(
            row=row,
            id=strawberry.ID(encode("Charge", row.id)),
            description=row.description,
            source_kind=row.source_kind,
            quantity=plain(row.quantity),
            unit_price=Money.minor(row.unit_price_minor, row.currency),
            amount=Money.minor(row.amount_minor, row.currency),
            left=Money.minor(row.amount_minor - row.reduced_minor, row.currency),
            paid_by_credits=Money.minor(row.paid_minor, row.currency),
            price_includes_tax=row.price_includes_tax,
            supplied_from=row.supplied_from,
            supplied_to=row.supplied_to,
            rule_note=row.rule_note,
            state=ChargeState(row.state),
        )

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who owes it."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Whom it is owed."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))

    @resolved
    async def invoice(self, info: Info) -> Invoice | None:
        """The invoice that it is on; of a draft only the operator's people see it."""
        if self.row.invoice_id is None:
            return None
        found = await info.context.loaders.of(INVOICES).load(self.row.invoice_id)
        return Invoice.of(found) if found else None

    @resolved
    async def reductions(self, info: Info) -> list[ChargeReduction]:
        """What fell away of it: days that ended, paused or got another price, what was waived, or what a credit pays."""
        return [
            ChargeReduction(amount=Money.minor(row.amount_minor, self.row.currency), reason=row.note, at=row.created_at)
            for row in await info.context.loaders.of(REDUCTIONS).load(self.row.id)
        ]


async def _reductions(actor: Actor, charge_ids: Sequence[UUID]) -> list[list[ReductionView]]:
    found = await charge_views.reductions_of(charge_ids)
    return [found.get(charge_id, []) for charge_id in charge_ids]


REDUCTIONS: Relation[UUID, list[ReductionView]] = Relation("reductions of a charge", _reductions)
CHARGES = register_node("Charge", charge_views.charges_by_id, Charge.of)


@strawberry.type
class ChargesQuery:
    """Reading charges."""

    @query(granted(Grant.SEE_MONEY))
    async def charges(
        self,
        info: Info,
        customer_id: strawberry.ID | None = None,
        contract_id: strawberry.ID | None = None,
        state: ChargeState | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Charge]:
        """List charges, the latest first: of a customer, or of a contract's terms and minimum."""
        found = await charge_views.list_charges(
            info.context.actor,
            Page(first, after, last, before),
            customer_id=decode(customer_id, "Organization", "customerId") if customer_id else None,
            contract_id=decode(contract_id, "Contract", "contractId") if contract_id else None,
            state=state.value if state else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Charge].of(found, lambda row: Charge.of(ChargeView(**row)))


@given
class AddChargeInput:
    """What is charged: a number of things at a price each in minor units, for days of the site that are both included."""

    customer_id: strawberry.ID
    legal_entity_id: strawberry.ID
    site_id: strawberry.ID
    currency: str
    description: str
    unit_price_minor: MinorUnits
    price_includes_tax: bool
    supplied_from: date
    supplied_to: date
    idempotency_key: str
    quantity: Decimal = Decimal(1)
    supply: SupplyKind = SupplyKind.SERVICE
    tax_category: str | None = strawberry.field(default=None, description="EN 16931, when the tax is agreed; else the rules decide.")
    tax_rate: Decimal = strawberry.field(default=Decimal(0), description="In percent, with a tax category.")


@value
class AddChargePayload(Payload):
    """The charge."""

    charge: Charge | None = None


@given
class WaiveChargeInput:
    """A charge of which nothing more is to be asked, and why."""

    charge_id: strawberry.ID
    reason: str
    idempotency_key: str


@value
class WaiveChargePayload(Payload):
    """The charge."""

    charge: Charge | None = None


@strawberry.type
class ChargesMutation:
    """Adding and waiving charges."""

    @mutation(granted(Grant.RUN_BILLING))
    async def add_charge(self, info: Info, input: AddChargeInput) -> AddChargePayload:
        """Charge a customer by hand. The next billing run of its month invoices it."""
        tax = GivenTax.of(input.tax_category, input.tax_rate, ("input", "taxCategory")) if input.tax_category else None
        terms = service.ManualCharge(
            decode(input.customer_id, "Organization", "input", "customerId"),
            decode(input.legal_entity_id, "LegalEntity", "input", "legalEntityId"),
            decode(input.site_id, "Site", "input", "siteId"),
            input.currency,
            input.description,
            input.quantity,
            input.unit_price_minor,
            input.price_includes_tax,
            Supply(input.supply.value),
            input.supplied_from,
            input.supplied_to,
            tax,
        )
        charge_id = await service.add_charge(info.context.actor, terms, input.idempotency_key)
        return AddChargePayload(charge=await shown(info, CHARGES, charge_id, Charge.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def waive_charge(self, info: Info, input: WaiveChargeInput) -> WaiveChargePayload:
        """Ask nothing more of a charge: a draft asks less, and what is invoiced is credited."""
        charge_id = decode(input.charge_id, "Charge", "input", "chargeId")
        await service.waive_charge(info.context.actor, charge_id, input.reason, input.idempotency_key)
        return WaiveChargePayload(charge=await shown(info, CHARGES, charge_id, Charge.of))
