"""The double-entry ledger: append-only, each transaction once for its reference, its sides summing to zero in each currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from incubator import db
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


@dataclass(frozen=True, slots=True)
class Side:
    """One side: debit positive, credit negative, in minor units. Sides of nothing are left out."""

    account: Account
    amount_minor: int
    customer_id: UUID | None = None


async def post(kind: str, reference_id: UUID, legal_entity_id: UUID, booked_on: date, currency: str, sides: Sequence[Side]) -> bool:
    """Write a transaction inside the running one, unless its reference stands in the books already; returns whether it was new.

    The database refuses the commit when the sides do not sum to zero.
    """
    transaction_id = new_id()
    written = [side for side in sides if side.amount_minor]
    if not written:
        return False
    if not await db.execute(
        "INSERT INTO ledger_transaction (id, legal_entity_id, kind, reference_id, booked_on, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (kind, reference_id) DO NOTHING",
        transaction_id,
        legal_entity_id,
        kind,
        reference_id,
        booked_on,
        clock.now(),
    ):
        return False
    await db.execute(
        "INSERT INTO ledger_entry (id, transaction_id, account, customer_id, currency, amount_minor)"
        " SELECT id, $2, account, customer, $3, amount FROM unnest($1::uuid[], $4::text[], $5::uuid[], $6::bigint[])"
        " AS side(id, account, customer, amount)",
        [new_id() for _ in written],
        transaction_id,
        currency,
        [side.account.value for side in written],
        [side.customer_id for side in written],
        [side.amount_minor for side in written],
    )
    return True
