"""Plans as the API shows them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import views
from incubator.billing.scope import visible_plans
from incubator.billing.terms import Per as PlanPer
from incubator.billing.views import PhaseView, PlanView
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Page
from incubator_graphql.fields import SIGNED_IN, Info, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, register_node
from incubator_graphql.outputs import entity, enum, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@enum
class PlanPeriod(StrEnum):
    """How often an amount of a plan falls due."""

    MONTH = "month"
    YEAR = "year"


enum(PlanPer, "PlanPer")


@value
class PlanPhase:
    """A priced stretch of a plan."""

    months: int | None = strawberry.field(description="How long it lasts; null until the end.")
    per: PlanPer = strawberry.field(description="What the amount is for each of.")
    amount: Money
    period: PlanPeriod

    @classmethod
    def of(cls, row: PhaseView) -> Self:
        return cls(
            months=row.months, per=PlanPer(row.per), amount=Money.minor(row.amount_minor, row.currency), period=PlanPeriod(row.period)
        )


@entity(visible_plans)
class Plan(Node):
    """Priced phases of a membership, such as a first year free, then 300 euros a year."""

    plan_id: strawberry.Private[UUID]
    name: str
    currency: str = strawberry.field(description="ISO 4217.")
    price_includes_tax: bool
    version: int

    @classmethod
    def of(cls, row: PlanView) -> Self:
        return cls(
            id=strawberry.ID(encode("Plan", row.id)),
            plan_id=row.id,
            name=row.name,
            currency=row.currency,
            price_includes_tax=row.price_includes_tax,
            version=row.version,
        )

    @resolved
    async def phases(self, info: Info) -> list[PlanPhase]:
        """The phases in order."""
        return [PlanPhase.of(row) for row in await info.context.loaders.of(PHASES).load(self.plan_id)]


async def _phases(actor: Actor, plan_ids: Sequence[UUID]) -> list[list[PhaseView]]:
    found = await views.phases_of(plan_ids)
    return [found.get(plan_id, []) for plan_id in plan_ids]


PHASES: Relation[UUID, list[PhaseView]] = Relation("phases", _phases)
PLANS = register_node("Plan", views.plans_by_id, Plan.of)


@strawberry.type
class PlansQuery:
    """Reading plans."""

    @query(SIGNED_IN)
    async def plans(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Plan]:
        """List the operator's plans by name, for a startup those it was offered; with a site those that can be offered there."""
        found = await views.list_plans(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            with_total=wants_total(info),
        )
        return Connection[Plan].of(found, lambda row: Plan.of(PlanView(**row)))
