"""What people look at of credits: what was given, used and left, and until when, within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incubator import db
from incubator.billing.scope import visible_customer_credits
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, paginate

ZONE = "coalesce((SELECT s.time_zone FROM site s WHERE s.legal_entity_id = e.id ORDER BY s.id LIMIT 1), 'UTC')"
"""Whose day it is for a legal entity (e): that of its first site."""
STATE = (
    "CASE WHEN c.withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN c.used_minor >= c.amount_minor THEN 'used up'"
    f" WHEN c.usable_until < ({{now}}::timestamptz AT TIME ZONE {ZONE})::date THEN 'expired' ELSE 'open' END"
)
"""Where a credit (c) of a legal entity (e) stands at an instant."""
EXPIRING_FIRST = (Order("usable_until", "date"), Order("id", "uuid"))


@dataclass(frozen=True, slots=True)
class CustomerCreditView:
    """A credit, in minor units of `currency`, as priced. `state`: open, used up, expired or withdrawn; in both of these what is left is lost."""

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    amount_minor: int
    used_minor: int
    supply: str
    reason: str
    usable_from: date
    usable_until: date
    state: str
    withdrawn_reason: str
    created_at: datetime
    version: int


def _facts(now: str) -> str:
    return (
        "SELECT c.id, c.customer_id, c.legal_entity_id, c.currency, c.amount_minor, c.used_minor, c.supply, c.reason, c.usable_from,"
        f" c.usable_until, {STATE.format(now=now)} AS state, c.withdrawn_reason, c.created_at, c.version"
        " FROM customer_credit c JOIN legal_entity e ON e.id = c.legal_entity_id"
    )


async def list_customer_credits(
    actor: Actor,
    page: Page,
    *,
    customer_id: UUID | None = None,
    legal_entity_id: UUID | None = None,
    currency: str | None = None,
    state: str | None = None,
    with_total: bool = False,
) -> Slice:
    """List credits, the one that expires first first: one's own, and those of legal entities whose money one sees."""
    condition, args = visible_customer_credits(actor)
    n = len(args)
    sql = (
        f"SELECT * FROM ({_facts(f'${n + 1}')} WHERE {condition} AND (${n + 2}::uuid IS NULL OR c.customer_id = ${n + 2})"
        f" AND (${n + 3}::uuid IS NULL OR c.legal_entity_id = ${n + 3}) AND (${n + 4}::text IS NULL OR c.currency = ${n + 4})) AS credits"
        f" WHERE (${n + 5}::text IS NULL OR state = ${n + 5})"
    )
    given = [*args, clock.now(), customer_id, legal_entity_id, currency, state]
    return await paginate(sql, given, EXPIRING_FIRST, page, with_total=with_total)


async def customer_credits_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, CustomerCreditView]:
    """Return the credits among `ids` that the actor may see."""
    condition, args = visible_customer_credits(actor)
    n = len(args)
    found = await db.rows_as(
        CustomerCreditView, f"{_facts(f'${n + 1}')} WHERE {condition} AND c.id = ANY(${n + 2}::uuid[])", *args, clock.now(), list(ids)
    )
    return {row.id: row for row in found}
