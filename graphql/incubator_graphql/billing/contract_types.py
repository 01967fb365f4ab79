"""Contracts as the API shows them."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import contract_views
from incubator.billing.contract_views import ContractView, NextPeriod, PauseView, TermView, next_periods
from incubator.billing.policy import plain
from incubator.billing.scope import visible_contracts
from incubator.kernel.actor import Actor
from incubator_graphql.billing.plan_types import BillingTiming, PlanPeriod
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node
from incubator_graphql.organizations.types import LEGAL_ENTITIES, ORGANIZATIONS, SITES, LegalEntity, Organization, Site
from incubator_graphql.outputs import entity, enum, value


@enum
class ContractState(StrEnum):
    """How a contract stands today at its site."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


@value
class ContractTerm:
    """A recurring price of a contract; days of the site, both included."""

    id: strawberry.ID
    kind: str = strawberry.field(description="plan or rental.")
    description: str
    period: PlanPeriod
    quantity: str
    unit_price: Money
    price_includes_tax: bool
    is_waived: bool = strawberry.field(description="Free: it is shown on invoices at 0.")
    starts_on: date
    ends_on: date | None
    timing: BillingTiming
    billed_until: date | None = strawberry.field(description="The last day that was billed; null before the first.")
    discount_percent: str
    discount_until: date | None
    index_key: str
    adapts_on: date | None = strawberry.field(description="When the price follows its index next.")

    @classmethod
    def of(cls, row: TermView) -> Self:
        billed_until = date.fromordinal(row.next_period_start.toordinal() - 1) if row.next_period_start > row.starts_on else None
        return cls(
            id=strawberry.ID(encode("ContractTerm", row.id)),
            kind=row.kind,
            description=row.description,
            period=PlanPeriod(row.basis),
            quantity=plain(row.quantity),
            unit_price=Money.minor(row.unit_price_minor, row.currency),
            price_includes_tax=row.price_includes_tax,
            is_waived=row.is_waived,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            timing=BillingTiming(row.timing),
            billed_until=billed_until,
            discount_percent=plain(row.discount_percent),
            discount_until=row.discount_until,
            index_key=row.index_key,
            adapts_on=row.adapts_on,
        )


@value
class ContractPause:
    """Days of the site, both included, that cost nothing; without a last day until further notice."""

    id: strawberry.ID
    first_on: date
    last_on: date | None
    reason: str


@value
class ContractPeriod:
    """A period to come, as things stand: its days, when it is billed, and what it will cost, as priced."""

    description: str
    first: date
    last: date
    billed_on: date
    amount: Money


@entity(visible_contracts)
class Contract(Node):
    """What a customer agreed to pay a legal entity at a site, again and again."""

    row: strawberry.Private[ContractView]
    currency: str
    state: ContractState
    starts_on: date
    ends_on: date | None = strawberry.field(description="Null: until further notice.")
    minimum: Money | None = strawberry.field(description="What each calendar month comes to at least, as priced.")
    version: int

    @classmethod
    def of(cls, row: ContractView) -> Self:
        return cls(
            row=row,
            id=strawberry.ID(encode("Contract", row.id)),
            currency=row.currency,
            state=ContractState(row.state),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            minimum=Money.maybe(row.minimum_minor, row.currency),
            version=row.version,
        )

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who pays."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Who invoices."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """Where; its zone's days count."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def terms(self, info: Info) -> list[ContractTerm]:
        """Its prices, one after the other for each thing."""
        return [ContractTerm.of(row) for row in await info.context.loaders.of(TERMS).load(self.row.id)]

    @resolved
    async def pauses(self, info: Info) -> list[ContractPause]:
        """Its pauses in order."""
        return [
            ContractPause(id=strawberry.ID(encode("ContractPause", row.id)), first_on=row.first_on, last_on=row.last_on, reason=row.reason)
            for row in await info.context.loaders.of(PAUSES).load(self.row.id)
        ]

    @resolved
    async def next_periods(self, info: Info) -> list[ContractPeriod]:
        """What is billed next, the earliest first."""
        return [
            ContractPeriod(
                description=period.description,
                first=period.first,
                last=period.last,
                billed_on=period.billed_on,
                amount=Money.minor(period.amount_minor, self.currency),
            )
            for period in await _next(info, self.row.id)
        ]

    @resolved
    async def next_billing_on(self, info: Info) -> date | None:
        """The day from which the next period is billed; null when nothing is to come."""
        return next((period.billed_on for period in await _next(info, self.row.id)), None)


async def _next(info: Info, contract_id: UUID) -> list[NextPeriod]:
    terms = await info.context.loaders.of(TERMS).load(contract_id)
    return next_periods(terms, await info.context.loaders.of(PAUSES).load(contract_id))


async def _terms(actor: Actor, contract_ids: Sequence[UUID]) -> list[list[TermView]]:
    found = await contract_views.terms_of(contract_ids)
    return [found.get(contract_id, []) for contract_id in contract_ids]


async def _pauses(actor: Actor, contract_ids: Sequence[UUID]) -> list[list[PauseView]]:
    found = await contract_views.pauses_by_contract(contract_ids)
    return [found.get(contract_id, []) for contract_id in contract_ids]


TERMS: Relation[UUID, list[TermView]] = Relation("terms of a contract", _terms)
PAUSES: Relation[UUID, list[PauseView]] = Relation("pauses of a contract", _pauses)
CONTRACTS = register_node("Contract", contract_views.contracts_by_id, Contract.of)
