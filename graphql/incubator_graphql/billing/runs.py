"""Billing runs as the API shows them, and starting one."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing import service, views
from incubator.billing.scope import visible_billing_runs
from incubator.billing.views import ParkedCustomer, RunView
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator_graphql.fields import Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, Organization
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@enum
class BillingRunState(StrEnum):
    """Whether a run still has customers before it."""

    RUNNING = "running"
    FINISHED = "finished"


@value
class ParkedCustomerOfRun:
    """A customer that a run could not bill."""

    row: strawberry.Private[ParkedCustomer]
    reason: str

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))


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
    started_at: datetime
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
            started_at=row.started_at,
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
        return [ParkedCustomerOfRun(row=row, reason=row.reason) for row in found]


async def _invoiced(actor: Actor, run_ids: Sequence[UUID]) -> list[list[tuple[int, str]]]:
    found = await views.invoiced_by(run_ids)
    return [found.get(run_id, []) for run_id in run_ids]


async def _parked(actor: Actor, run_ids: Sequence[UUID]) -> list[list[ParkedCustomer]]:
    found = await views.parked_by(run_ids)
    return [found.get(run_id, []) for run_id in run_ids]


INVOICED: Relation[UUID, list[tuple[int, str]]] = Relation("invoiced by a run", _invoiced)
PARKED: Relation[UUID, list[ParkedCustomer]] = Relation("parked by a run", _parked)
BILLING_RUNS = register_node("BillingRun", views.billing_runs_by_id, BillingRun.of)


@strawberry.type
class BillingRunsQuery:
    """Reading billing runs."""

    @query(granted(Grant.RUN_BILLING, Grant.SEE_MONEY))
    async def billing_runs(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[BillingRun]:
        """List billing runs, the latest first."""
        found = await views.list_billing_runs(info.context.actor, Page(first, after, last, before), with_total=wants_total(info))
        return Connection[BillingRun].of(found, lambda row: BillingRun.of(RunView(**row)))


@given
class StartBillingRunInput:
    """A month to be billed: any day of it."""

    month: date
    idempotency_key: str


@value
class StartBillingRunPayload(Payload):
    """The run."""

    billing_run: BillingRun | None = None


@strawberry.type
class BillingRunsMutation:
    """Starting billing runs."""

    @mutation(granted(Grant.RUN_BILLING))
    async def start_billing_run(self, info: Info, input: StartBillingRunInput) -> StartBillingRunPayload:
        """Bill a month: every customer with something to pay gets an invoice. Workers do it; the run shows how far they are."""
        run_id = await service.start_billing_run(info.context.actor, input.month, input.idempotency_key)
        return StartBillingRunPayload(billing_run=BillingRun.of(await one(info, BILLING_RUNS, run_id)))
