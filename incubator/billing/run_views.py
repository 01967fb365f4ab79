"""Billing runs as people look at them: progress, estimates, who was parked or late, each within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incubator import db
from incubator.billing.scope import visible_billing_runs
from incubator.billing.views import LATEST
from incubator.kernel.actor import Actor
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Page, Slice, paginate


@dataclass(frozen=True, slots=True)
class RunView:
    """A billing run with its progress. `version` grows with each customer."""

    id: UUID
    operator_id: UUID
    month: date
    state: str
    total: int
    done: int
    parked: int
    late: int
    decided_by_id: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ParkedCustomer:
    """A customer that a run could not bill, with the reason, and whose it is to mend."""

    id: UUID
    run_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    code: str
    reason: str
    owner_id: UUID | None
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class LateCustomer:
    """A customer that a run billed for periods that were due before its month, and how many."""

    run_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    late_periods: int


@dataclass(frozen=True, slots=True)
class EstimateView:
    """What a run expected of a legal entity in a currency, as priced, and what the month before came to; minor units."""

    run_id: UUID
    legal_entity_id: UUID
    currency: str
    customers: int
    expected_minor: int
    before_minor: int | None
    strays: bool


RUN = (
    "r.id, r.operator_id, r.month, r.state, c.total, c.done, c.parked, c.late, r.decided_by_id,"
    " (SELECT p.name FROM person p WHERE p.id = r.decided_by_id) AS decided_by_name, r.decided_at, r.started_at,"
    " r.finished_at, (r.resumes * (c.total + 8) + c.done + c.parked + CASE r.state WHEN 'estimating' THEN 1 WHEN 'held' THEN 2 WHEN 'running' THEN 3 ELSE 4 END)::int"
    " AS version"
)
_RUN_FROM = (
    "billing_run r CROSS JOIN LATERAL (SELECT count(*)::int AS total, count(*) FILTER (WHERE b.state = 'done')::int AS done,"
    " count(*) FILTER (WHERE b.state = 'parked')::int AS parked, count(*) FILTER (WHERE b.late_periods > 0)::int AS late FROM billing_run_item b WHERE b.run_id = r.id) c"
)


async def list_billing_runs(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List billing runs, the latest first."""
    condition, args = visible_billing_runs(actor)
    return await paginate(f"SELECT {RUN} FROM {_RUN_FROM} WHERE {condition}", args, LATEST, page, with_total=with_total)


async def billing_runs_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, RunView]:
    """Return the billing runs among `ids` that the actor may see."""
    condition, args = visible_billing_runs(actor)
    sql = f"SELECT {RUN} FROM {_RUN_FROM} WHERE {condition} AND r.id = ANY(${len(args) + 1}::uuid[])"
    return {row.id: row for row in await db.rows_as(RunView, sql, *args, list(ids))}


async def invoiced_by(run_ids: Iterable[UUID]) -> dict[UUID, list[tuple[int, str]]]:
    """Return what runs the caller has been shown have invoiced: gross by currency, in the order of the currencies."""
    found = await db.rows(
        "SELECT run_id, currency, sum(gross_minor)::bigint AS gross FROM invoice WHERE run_id = ANY($1::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2",
        list(run_ids),
    )
    grouped: dict[UUID, list[tuple[int, str]]] = {}
    for row in found:
        grouped.setdefault(row["run_id"], []).append((row["gross"], row["currency"]))
    return grouped


async def parked_by(run_ids: Iterable[UUID]) -> dict[UUID, list[ParkedCustomer]]:
    """Return the customers that runs the caller has been shown could not bill."""
    found = await db.rows_as(
        ParkedCustomer,
        "SELECT i.id, i.run_id, i.customer_id, i.legal_entity_id, i.currency, i.code, i.reason, i.owner_id, p.name AS owner_name"
        " FROM billing_run_item i LEFT JOIN person p ON p.id = i.owner_id WHERE i.run_id = ANY($1::uuid[]) AND i.state = 'parked'"
        " ORDER BY i.run_id, i.id",
        list(run_ids),
    )
    return grouped(found, lambda row: row.run_id)


async def late_by(run_ids: Iterable[UUID]) -> dict[UUID, list[LateCustomer]]:
    """Return the customers that runs the caller has been shown billed late, the latest first; at most a hundred of each run."""
    found = await db.rows_as(
        LateCustomer,
        "SELECT run_id, customer_id, legal_entity_id, currency, late_periods FROM (SELECT *, row_number() OVER (PARTITION BY run_id"
        " ORDER BY late_periods DESC, id) AS place FROM billing_run_item WHERE run_id = ANY($1::uuid[]) AND late_periods > 0) late"
        " WHERE place <= 100 ORDER BY run_id, place",
        list(run_ids),
    )
    return grouped(found, lambda row: row.run_id)


async def estimates_of(run_ids: Iterable[UUID]) -> dict[UUID, list[EstimateView]]:
    """Return what runs the caller has been shown expected, by legal entity and currency."""
    found = await db.rows_as(
        EstimateView,
        "SELECT run_id, legal_entity_id, currency, customers, expected_minor, before_minor, strays FROM billing_run_estimate"
        " WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, expected_minor DESC, id",
        list(run_ids),
    )
    return grouped(found, lambda row: row.run_id)
