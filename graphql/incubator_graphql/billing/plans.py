"""Reading, making and retiring plans."""

from decimal import Decimal
from uuid import UUID

import strawberry

from incubator.billing import plan_views, service
from incubator.billing.plan_views import PlanView
from incubator.billing.terms import Basis, PhaseTerms, PlanConditions, Supply, Timing
from incubator.billing.terms import Per as PlanPer
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator_graphql.billing.plan_types import PLANS, BillingTiming, Plan, PlanPeriod, SupplyKind
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.scalars import MinorUnits


def own_operator(actor: Actor) -> UUID:
    """Return the operator that somebody with a grant of its staff stands in."""
    assert actor.organization_id is not None
    return actor.organization_id


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
        found = await plan_views.list_plans(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            with_total=wants_total(info),
        )
        return Connection[Plan].of(found, lambda row: Plan.of(PlanView(**row)))


@given
class PlanPhaseInput:
    """A priced stretch: all but the last have months."""

    amount_minor: MinorUnits
    period: PlanPeriod
    months: int | None = None
    per: PlanPer = PlanPer.CONTRACT
    discount_percent: Decimal = strawberry.field(default=Decimal(0), description="0 to 100.")
    discount_months: int | None = None


@given
class CreatePlanInput:
    """A plan of the operator one works for. Amounts are in minor units of the currency."""

    name: str
    currency: str
    price_includes_tax: bool
    phases: list[PlanPhaseInput]
    idempotency_key: str
    supply: SupplyKind = SupplyKind.SERVICE
    timing: BillingTiming = BillingTiming.ADVANCE
    deposit_minor: MinorUnits | None = None
    minimum_minor: MinorUnits | None = None
    index_key: str = ""
    index_months: int | None = None


@value
class CreatePlanPayload(Payload):
    """The plan."""

    plan: Plan | None = None


@given
class RetirePlanInput:
    """A plan that is to be offered no more."""

    plan_id: strawberry.ID
    expected_version: int


@value
class RetirePlanPayload(Payload):
    """The plan."""

    plan: Plan | None = None


@strawberry.type
class PlansMutation:
    """Making and retiring plans."""

    @mutation(granted(Grant.MANAGE_PROGRAMMES))
    async def create_plan(self, info: Info, input: CreatePlanInput) -> CreatePlanPayload:
        """Make a plan. Plans are never changed, since contracts were opened from them: retire one and make another."""
        actor = info.context.actor
        plan_id = await service.create_plan(
            actor,
            own_operator(actor),
            input.name,
            input.currency,
            [
                PhaseTerms(
                    phase.months,
                    phase.amount_minor,
                    Basis(phase.period.value),
                    phase.per,
                    phase.discount_percent,
                    phase.discount_months,
                )
                for phase in input.phases
            ],
            price_includes_tax=input.price_includes_tax,
            supply=Supply(input.supply.value),
            conditions=PlanConditions(
                Timing(input.timing.value), input.deposit_minor, input.minimum_minor, input.index_key, input.index_months
            ),
            idempotency_key=input.idempotency_key,
        )
        return CreatePlanPayload(plan=await shown(info, PLANS, plan_id, Plan.of))

    @mutation(granted(Grant.MANAGE_PROGRAMMES))
    async def retire_plan(self, info: Info, input: RetirePlanInput) -> RetirePlanPayload:
        """Offer a plan no more. Contracts and offers that name it go on."""
        plan_id = decode(input.plan_id, "Plan", "input", "planId")
        await service.retire_plan(info.context.actor, plan_id, input.expected_version)
        return RetirePlanPayload(plan=await shown(info, PLANS, plan_id, Plan.of))
