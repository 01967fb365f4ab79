"""The double-entry ledger: append-only, each transaction once for its reference, its sides summing to zero in each currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.invoice_errors import BooksClosed
from incubator.kernel import clock
from incubator.kernel.ids import new_id


class Account(StrEnum):
    """What stands in the books of a legal entity."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    TAX_PAYABLE = "tax payable"
    DEPOSITS_HELD = "deposits held"
    DEPOSITS_TO_RETURN = "deposits to return"
    COMPENSATION = "compensation"
    STRIPE_CLEARING = "stripe clearing"
    BANK = "bank"
    CUSTOMER_BALANCE = "customer balance"
    REFUNDS_TO_PAY = "refunds to pay"


@dataclass(frozen=True, slots=True)
class Side:
    """One side: debit positive, credit negative, in minor units. Sides of nothing are left out."""

    account: Account
    amount_minor: int
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """Something to be booked: a kind and what it is for, once; its sides must sum to zero."""

    kind: str
    reference_id: UUID
    legal_entity_id: UUID
    booked_on: date
    currency: str
    sides: Sequence[Side]


async def post(kind: str, reference_id: UUID, legal_entity_id: UUID, booked_on: date, currency: str, sides: Sequence[Side]) -> bool:
    """Book one thing; see `post_all`."""
    return await post_all([Posting(kind, reference_id, legal_entity_id, booked_on, currency, sides)]) == 1


async def post_all(postings: Sequence[Posting]) -> int:
    """Write transactions inside the running one, but those whose reference stands in the books already; returns how many were new.

    The database refuses the commit when the sides do not sum to zero.

    Raises:
        BooksClosed: a day lies in a period that its legal entity has closed.
    """
    given = [(new_id(), posting) for posting in postings if any(side.amount_minor for side in posting.sides)]
    if not given:
        return 0
    try:
        written = await db.rows(
            "INSERT INTO ledger_transaction (id, legal_entity_id, kind, reference_id, booked_on, created_at)"
            " SELECT t.*, $6::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::date[]) AS t"
            " ON CONFLICT (kind, reference_id) DO NOTHING RETURNING id",
            [transaction_id for transaction_id, _ in given],
            [posting.legal_entity_id for _, posting in given],
            [posting.kind for _, posting in given],
            [posting.reference_id for _, posting in given],
            [posting.booked_on for _, posting in given],
            clock.now(),
        )
    except asyncpg.IntegrityConstraintViolationError as error:
        if error.constraint_name != "ledger_day_is_open":
            raise
        raise BooksClosed(until=date.fromisoformat(str(error.detail))) from error
    new = {row["id"] for row in written}
    sides = [(t, posting.currency, side) for t, posting in given if t in new for side in posting.sides if side.amount_minor]
    await db.execute(
        "INSERT INTO ledger_entry (id, transaction_id, currency, account, customer_id, amount_minor)"
        " SELECT s.* FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::bigint[]) AS s",
        [new_id() for _ in sides],
        [transaction_id for transaction_id, _, _ in sides],
        [currency for _, currency, _ in sides],
        [side.account.value for _, _, side in sides],
        [side.customer_id for _, _, side in sides],
        [side.amount_minor for _, _, side in sides],
    )
    return len(new)
