"""Billing runs as the API shows them, and starting one."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import run_views, service
from incubator.billing.run_views import EstimateView, LateCustomer, ParkedCustomer, RunView
from incubator.billing.scope import visible_billing_runs
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator_graphql.fields import Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node, shown
from incubator_graphql.organizations.types import LEGAL_ENTITIES, ORGANIZATIONS, LegalEntity, Organization
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@enum
class BillingRunState(StrEnum):
    """How far a run is: it is estimated first, held when it strays from the month before, then run; a held one may be cancelled."""

    ESTIMATING = "estimating"
    HELD = "held"
    CANCELLED = "cancelled"
    RUNNING = "running"
    FINISHED = "finished"


@value
class ParkedCustomerOfRun:
    """A customer that a run could not bill."""

    row: strawberry.Private[ParkedCustomer]
    id: strawberry.ID
    code: str = strawberry.field(description="The refusal's name.")
    reason: str
    owner_name: str | None = strawberry.field(description="Whose it is to mend.")

    @classmethod
    def of(cls, row: ParkedCustomer) -> Self:
        return cls(
            row=row,
            id=strawberry.ID(encode("ParkedCustomer", row.id)),
            code=row.code,
            reason=row.reason,
            owner_name=row.owner_name,
        )

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Who would have invoiced."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))


@value
class LateCustomerOfRun:
    """A customer that a run billed for more than its month."""

    row: strawberry.Private[LateCustomer]
    late_periods: int = strawberry.field(description="Periods that were due before the run's month.")

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Who invoices."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))


@value
class BillingRunEstimate:
    """What a run expects of a legal entity in a currency, as priced, beside what the month before came to."""

    row: strawberry.Private[EstimateView]
    customers: int
    expected: Money
    before: Money | None
    strays: bool = strawberry.field(description="Whether it strays from the month before by more than the legal entity's share.")

    @classmethod
    def of(cls, row: EstimateView) -> Self:
        return cls(
            row=row,
            customers=row.customers,
            expected=Money.minor(row.expected_minor, row.currency),
            before=Money.maybe(row.before_minor, row.currency),
            strays=row.strays,
        )

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Who invoices."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))


@entity(visible_billing_runs)
class BillingRun(Node):
    """One run over an operator's customers for a month; what was billed before is left alone."""

    run_id: strawberry.Private[UUID]
    operator_id: strawberry.Private[UUID]
    month: date = strawberry.field(description="The month's first day.")
    state: BillingRunState
    total: int = strawberry.field(description="Customers to be billed, each legal entity and currency for itself.")
    done: int
    parked: int = strawberry.field(description="Customers that could not be billed; see `parkedCustomers`.")
    late: int = strawberry.field(description="Customers with periods that were due before the run's month, and were billed oldest first.")
    started_at: datetime
    decided_by_name: str | None = strawberry.field(description="Who approved or cancelled it.")
    decided_at: datetime | None = strawberry.field(description="When it was approved or cancelled.")
    finished_at: datetime | None
    version: int = strawberry.field(description="Grows with each customer.")

    @classmethod
    def of(cls, row: RunView) -> Self:
        return cls(
            id=strawberry.ID(encode("BillingRun", row.id)),
            run_id=row.id,
            operator_id=row.operator_id,
            month=row.month,
            state=BillingRunState(row.state),
            total=row.total,
            done=row.done,
            parked=row.parked,
            late=row.late,
            started_at=row.started_at,
            decided_by_name=row.decided_by_name,
            decided_at=row.decided_at,
            finished_at=row.finished_at,
            version=row.version,
        )

    @resolved
    async def operator(self, info: Info) -> Organization:
        """Whose customers are billed."""
        return Organization.of(await one(info, ORGANIZATIONS, self.operator_id))

    @resolved
    async def invoiced_gross(self, info: Info) -> list[Money]:
        """What the run has invoiced so far, by currency."""
        return [Money.minor(gross, currency) for gross, currency in await info.context.loaders.of(INVOICED).load(self.run_id)]

    @resolved
    async def parked_customers(self, info: Info) -> list[ParkedCustomerOfRun]:
        """Who could not be billed, and why; the next run takes them up again."""
        found = await info.context.loaders.of(PARKED).load(self.run_id)
        return [ParkedCustomerOfRun.of(row) for row in found]

    @resolved
    async def late_customers(self, info: Info) -> list[LateCustomerOfRun]:
        """Who was billed for periods of earlier months too, the latest first; at most a hundred."""
        found = await info.context.loaders.of(LATE).load(self.run_id)
        return [LateCustomerOfRun(row=row, late_periods=row.late_periods) for row in found]

    @resolved
    async def estimates(self, info: Info) -> list[BillingRunEstimate]:
        """What was expected before anything was written, by legal entity and currency."""
        return [BillingRunEstimate.of(row) for row in await info.context.loaders.of(ESTIMATES).load(self.run_id)]


async def _invoiced(actor: Actor, run_ids: Sequence[UUID]) -> list[list[tuple[int, str]]]:
    found = await run_views.invoiced_by(run_ids)
    return [found.get(run_id, []) for run_id in run_ids]


async def _parked(actor: Actor, run_ids: Sequence[UUID]) -> list[list[ParkedCustomer]]:
    found = await run_views.parked_by(run_ids)
    return [found.get(run_id, []) for run_id in run_ids]


async def _late(actor: Actor, run_ids: Sequence[UUID]) -> list[list[LateCustomer]]:
    found = await run_views.late_by(run_ids)
    return [found.get(run_id, []) for run_id in run_ids]


async def _estimates(actor: Actor, run_ids: Sequence[UUID]) -> list[list[EstimateView]]:
    found = await run_views.estimates_of(run_ids)
    return [found.get(run_id, []) for run_id in run_ids]


ESTIMATES: Relation[UUID, list[EstimateView]] = Relation("estimates of a run", _estimates)
INVOICED: Relation[UUID, list[tuple[int, str]]] = Relation("invoiced by a run", _invoiced)
LATE: Relation[UUID, list[LateCustomer]] = Relation("billed late by a run", _late)
PARKED: Relation[UUID, list[ParkedCustomer]] = Relation("parked by a run", _parked)
BILLING_RUNS = register_node("BillingRun", run_views.billing_runs_by_id, BillingRun.of)


@strawberry.type
class BillingRunsQuery:
    """Reading billing runs."""

    @query(granted(Grant.RUN_BILLING, Grant.SEE_MONEY))
    async def billing_runs(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[BillingRun]:
        """List billing runs, the latest first."""
        found = await run_views.list_billing_runs(info.context.actor, Page(first, after, last, before), with_total=wants_total(info))
        return Connection[BillingRun].of(found, lambda row: BillingRun.of(RunView(**row)))


@given
class StartBillingRunInput:
    """A month to be billed: any day of it."""

    month: date
    idempotency_key: str
    hold: bool = strawberry.field(default=False, description="Wait for an approval after the estimate, whatever it says.")


@value
class StartBillingRunPayload(Payload):
    """The run."""

    billing_run: BillingRun | None = None


@given
class DecideBillingRunInput:
    """A held run, and whether it is approved or cancelled."""

    billing_run_id: strawberry.ID
    approve: bool


@value
class DecideBillingRunPayload(Payload):
    """The run."""

    billing_run: BillingRun | None = None


@given
class ResumeBillingRunInput:
    """A finished run with parked customers."""

    billing_run_id: strawberry.ID


@value
class ResumeBillingRunPayload(Payload):
    """The run, and how many customers are taken up again."""

    billing_run: BillingRun | None = None
    resumed: int | None = None


@given
class AssignParkedCustomerInput:
    """A parked customer of a run, and the person who is to mend it."""

    parked_customer_id: strawberry.ID
    person_id: strawberry.ID


@value
class AssignParkedCustomerPayload(Payload):
    """The run."""

    billing_run: BillingRun | None = None


@strawberry.type
class BillingRunsMutation:
    """Starting billing runs."""

    @mutation(granted(Grant.RUN_BILLING))
    async def start_billing_run(self, info: Info, input: StartBillingRunInput) -> StartBillingRunPayload:
        """Bill a month: every customer with something to pay gets an invoice. Workers do it; the run shows how far they are."""
        run_id = await service.start_billing_run(info.context.actor, input.month, input.idempotency_key, hold=input.hold)
        return StartBillingRunPayload(billing_run=await shown(info, BILLING_RUNS, run_id, BillingRun.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def decide_billing_run(self, info: Info, input: DecideBillingRunInput) -> DecideBillingRunPayload:
        """Approve a held run, so that it bills, or cancel it, so that nothing is billed."""
        run_id = decode(input.billing_run_id, "BillingRun", "input", "billingRunId")
        await service.decide_billing_run(info.context.actor, run_id, approve=input.approve)
        return DecideBillingRunPayload(billing_run=await shown(info, BILLING_RUNS, run_id, BillingRun.of))

    @mutation(granted(Grant.RUN_BILLING))
    async def resume_billing_run(self, info: Info, input: ResumeBillingRunInput) -> ResumeBillingRunPayload:
        """Take up the parked customers of a finished run once more."""
        run_id = decode(input.billing_run_id, "BillingRun", "input", "billingRunId")
        resumed = await service.resume_billing_run(info.context.actor, run_id)
        return ResumeBillingRunPayload(billing_run=await shown(info, BILLING_RUNS, run_id, BillingRun.of), resumed=resumed)

    @mutation(granted(Grant.RUN_BILLING))
    async def assign_parked_customer(self, info: Info, input: AssignParkedCustomerInput) -> AssignParkedCustomerPayload:
        """Make it somebody's matter to mend what parked a customer. The person works for the run's operator."""
        item_id = decode(input.parked_customer_id, "ParkedCustomer", "input", "parkedCustomerId")
        person_id = decode(input.person_id, "Person", "input", "personId")
        run_id = await service.assign_parked_customer(info.context.actor, item_id, person_id)
        return AssignParkedCustomerPayload(billing_run=await shown(info, BILLING_RUNS, run_id, BillingRun.of))
