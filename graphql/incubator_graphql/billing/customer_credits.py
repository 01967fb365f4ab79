"""Credits of customers as the API shows them, giving one, and withdrawing what is left of one."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.billing import customer_credit_views, service
from incubator.billing.customer_credit_views import CustomerCreditView
from incubator.billing.scope import visible_customer_credits
from incubator.billing.terms import Supply
from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator_graphql.billing.plan_types import SupplyKind
from incubator_graphql.fields import Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node, shown
from incubator_graphql.organizations.types import LEGAL_ENTITIES, ORGANIZATIONS, LegalEntity, Organization
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.scalars import MinorUnits


@enum
class CustomerCreditState(StrEnum):
    """Where a credit stands: something is left, all of it is used, its days are over, or what was left was taken back."""

    OPEN = "open"
    USED_UP = "used up"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@entity(visible_customer_credits)
class CustomerCredit(Node):
    """Money that a legal entity gives a customer as a lower price, taken off charges as they are priced, before tax. It is no payment."""

    row: strawberry.Private[CustomerCreditView]
    amount: Money
    used: Money
    left: Money = strawberry.field(description="What was not used; of a credit that expired or was withdrawn it is lost.")
    reason: str = strawberry.field(description="The customer reads it on its invoices.")
    supply: SupplyKind | None = strawberry.field(description="The only kind of supply that it pays for; null: any.")
    usable_from: date = strawberry.field(description="It pays for what begins to be supplied on this day or later,")
    usable_until: date = strawberry.field(description="and on this day or earlier, whenever that is billed.")
    state: CustomerCreditState
    withdrawn_reason: str = strawberry.field(description="Empty unless it was withdrawn.")
    given_at: datetime
    version: int

    @classmethod
    def of(cls, row: CustomerCreditView) -> Self:
        return cls(
            row=row,
            id=strawberry.ID(encode("CustomerCredit", row.id)),
            amount=Money.minor(row.amount_minor, row.currency),
            used=Money.minor(row.used_minor, row.currency),
            left=Money.minor(row.amount_minor - row.used_minor, row.currency),
            reason=row.reason,
            supply=SupplyKind(row.supply) if row.supply else None,
            usable_from=row.usable_from,
            usable_until=row.usable_until,
            state=CustomerCreditState(row.state),
            withdrawn_reason=row.withdrawn_reason,
            given_at=row.created_at,
            version=row.version,
        )

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who has it."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Whose charges it pays for."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))


CUSTOMER_CREDITS = register_node("CustomerCredit", customer_credit_views.customer_credits_by_id, CustomerCredit.of)


@strawberry.type
class CustomerCreditsQuery:
    """Reading credits of customers."""

    @query(granted(Grant.SEE_MONEY))
    async def customer_credits(
        self,
        info: Info,
        customer_id: strawberry.ID | None = None,
        legal_entity_id: strawberry.ID | None = None,
        currency: str | None = None,
        state: CustomerCreditState | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[CustomerCredit]:
        """List credits, the one that expires first first: one's own, and those of legal entities whose money one sees."""
        found = await customer_credit_views.list_customer_credits(
            info.context.actor,
            Page(first, after, last, before),
            customer_id=decode(customer_id, "Organization", "customerId") if customer_id else None,
            legal_entity_id=decode(legal_entity_id, "LegalEntity", "legalEntityId") if legal_entity_id else None,
            currency=currency,
            state=state.value if state else None,
            with_total=wants_total(info),
        )
        return Connection[CustomerCredit].of(found, lambda row: CustomerCredit.of(CustomerCreditView(**row)))


@given
class GiveCustomerCreditInput:
    """What a customer is given: an amount in minor units as its charges are priced, for days of supply that are both included."""

    customer_id: strawberry.ID
    legal_entity_id: strawberry.ID
    currency: str
    amount_minor: MinorUnits
    reason: str
    usable_from: date
    usable_until: date
    idempotency_key: str
    supply: SupplyKind | None = None


@value
class GiveCustomerCreditPayload(Payload):
    """The credit."""

    customer_credit: CustomerCredit | None = None


@given
class WithdrawCustomerCreditInput:
    """A credit of which what is left is taken back, and why."""

    credit_id: strawberry.ID
    reason: str
    expected_version: int
    idempotency_key: str


@value
class WithdrawCustomerCreditPayload(Payload):
    """The credit."""

    customer_credit: CustomerCredit | None = None


@strawberry.type
class CustomerCreditsMutation:
    """Giving and withdrawing credits."""

    @mutation(granted(Grant.RUN_BILLING))
    async def give_customer_credit(self, info: Info, input: GiveCustomerCreditInput) -> GiveCustomerCreditPayload:
        """Give a customer a credit. It lowers the price of what is billed from now on, the credit that expires first being used first."""
        terms = service.GivenCredit(
            decode(input.customer_id, "Organization", "input", "customerId"),
            decode(input.legal_entity_id, "LegalEntity", "input", "legalEntityId"),
            input.currency,
            input.amount_minor,
            input.reason,
            input.usable_from,
            input.usable_until,
            Supply(input.supply.value) if input.supply else None,
        )
        credit_id = await service.give_credit(info.context.actor, terms, input.idempotency_key)
        return GiveCustomerCreditPayload(customer_credit=await shown(info, CUSTOMER_CREDITS, credit_id, CustomerCredit.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def withdraw_customer_credit(self, info: Info, input: WithdrawCustomerCreditInput) -> WithdrawCustomerCreditPayload:
        """Take back what is left of a credit. What it paid stays paid."""
        credit_id = decode(input.credit_id, "CustomerCredit", "input", "creditId")
        await service.withdraw_credit(info.context.actor, credit_id, input.reason, input.expected_version, input.idempotency_key)
        return WithdrawCustomerCreditPayload(customer_credit=await shown(info, CUSTOMER_CREDITS, credit_id, CustomerCredit.of))
