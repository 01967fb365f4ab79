"""Plans as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import plan_views
from incubator.billing.plan_views import PhaseView, PlanView
from incubator.billing.policy import plain
from incubator.billing.scope import visible_plans
from incubator.billing.terms import Per as PlanPer
from incubator.kernel.actor import Actor
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, register_node
from incubator_graphql.outputs import entity, enum, value


@enum
class PlanPeriod(StrEnum):
    """How often an amount of a plan falls due."""

    MONTH = "month"
    YEAR = "year"


@enum
class BillingTiming(StrEnum):
    """When a period is billed: when it begins, or when it is over."""

    ADVANCE = "advance"
    ARREARS = "arrears"


@enum
class SupplyKind(StrEnum):
    """What kind of thing is sold, as far as tax asks: a room of one's own, a workplace with services, an instrument, other services."""

    ROOM = "room"
    WORKPLACE = "workplace"
    INSTRUMENT = "instrument"
    SERVICE = "service"


enum(PlanPer, "PlanPer")


@value
class PlanPhase:
    """A priced stretch of a plan."""

    months: int | None = strawberry.field(description="How long it lasts; null until the end.")
    per: PlanPer = strawberry.field(description="What the amount is for each of.")
    amount: Money
    period: PlanPeriod
    discount_percent: str = strawberry.field(description="What is taken off in the phase's first `discountMonths` months; 0 for nothing.")
    discount_months: int | None = strawberry.field(description="Null: for all of the phase.")

    @classmethod
    def of(cls, row: PhaseView) -> Self:
        return cls(
            months=row.months,
            per=PlanPer(row.per),
            amount=Money.minor(row.amount_minor, row.currency),
            period=PlanPeriod(row.period),
            discount_percent=plain(row.discount_percent),
            discount_months=row.discount_months,
        )


@entity(visible_plans)
class Plan(Node):
    """Priced phases of a membership, such as a first year free, then 300 euros a year."""

    plan_id: strawberry.Private[UUID]
    name: str
    currency: str = strawberry.field(description="ISO 4217.")
    price_includes_tax: bool
    supply: SupplyKind
    timing: BillingTiming
    deposit: Money | None = strawberry.field(description="What offers ask for; each offer may agree on another one.")
    minimum: Money | None = strawberry.field(description="What each calendar month of a contract comes to at least, as priced.")
    index_key: str = strawberry.field(description="The price index that paid phases follow; empty for none.")
    index_months: int | None = strawberry.field(description="Every how many months prices follow the index.")
    retired_at: datetime | None = strawberry.field(description="Since when it is offered no more.")
    version: int

    @classmethod
    def of(cls, row: PlanView) -> Self:
        return cls(
            id=strawberry.ID(encode("Plan", row.id)),
            plan_id=row.id,
            name=row.name,
            currency=row.currency,
            price_includes_tax=row.price_includes_tax,
            supply=SupplyKind(row.supply),
            timing=BillingTiming(row.timing),
            deposit=Money.maybe(row.deposit_minor, row.currency),
            minimum=Money.maybe(row.minimum_minor, row.currency),
            index_key=row.index_key,
            index_months=row.index_months,
            retired_at=row.retired_at,
            version=row.version,
        )

    @resolved
    async def phases(self, info: Info) -> list[PlanPhase]:
        """The phases in order."""
        return [PlanPhase.of(row) for row in await info.context.loaders.of(PHASES).load(self.plan_id)]


async def _phases(actor: Actor, plan_ids: Sequence[UUID]) -> list[list[PhaseView]]:
    found = await plan_views.phases_of(plan_ids)
    return [found.get(plan_id, []) for plan_id in plan_ids]


PHASES: Relation[UUID, list[PhaseView]] = Relation("phases", _phases)
PLANS = register_node("Plan", plan_views.plans_by_id, Plan.of)
