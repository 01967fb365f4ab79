"""What customers have to their credit, and invoices that are paid from it."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.ledger import Account, Posting, Side, post_all
from incubator.kernel import clock
from incubator.kernel.ids import new_id


async def add_to_balance(customer_id: UUID, legal_entity_id: UUID, currency: str, amount_minor: int) -> None:
    """Raise what a customer has to its credit, inside the running transaction; the caller books it."""
    await db.execute(
        "INSERT INTO customer_account (id, customer_id, legal_entity_id, currency, balance_minor) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (customer_id, legal_entity_id, currency) DO UPDATE SET balance_minor = customer_account.balance_minor + excluded.balance_minor",
        new_id(),
        customer_id,
        legal_entity_id,
        currency,
        amount_minor,
    )


async def use_balances(invoices: Sequence[asyncpg.Record], issued_on: Mapping[UUID, date]) -> None:
    """Pay invoices that are being finalised from what their customers have to their credit, the first first, and book it."""
    accounts = await db.rows(
        "SELECT a.id, a.customer_id, a.legal_entity_id, a.currency, a.balance_minor FROM customer_account a"
        " WHERE a.balance_minor > 0 AND a.customer_id = ANY($1::uuid[]) ORDER BY a.id FOR UPDATE",
        list({row["customer_id"] for row in invoices}),
    )
    left = {(a["customer_id"], a["legal_entity_id"], a["currency"]): a["balance_minor"] for a in accounts}
    used = []
    for row in invoices:
        key = (row["customer_id"], row["legal_entity_id"], row["currency"])
        amount = min(left.get(key, 0), row["gross_minor"])
        if amount > 0:
            left[key] -= amount
            used.append((row, amount))
    if not used:
        return
    await db.execute(
        "INSERT INTO payment (id, invoice_id, amount_minor, currency, method, reference, received_at)"
        " SELECT p.id, p.invoice, p.amount, p.currency, 'balance', 'balance:' || p.invoice, $5"
        " FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS p(id, invoice, amount, currency)",
        [new_id() for _ in used],
        [row["id"] for row, _ in used],
        [amount for _, amount in used],
        [row["currency"] for row, _ in used],
        clock.now(),
    )
    await db.execute(
        "UPDATE invoice i SET paid_minor = i.paid_minor + p.amount FROM unnest($1::uuid[], $2::bigint[]) AS p(id, amount) WHERE i.id = p.id",
        [row["id"] for row, _ in used],
        [amount for _, amount in used],
    )
    await db.execute(
        'UPDATE customer_account a SET balance_minor = u.left FROM unnest($1::uuid[], $2::bigint[]) AS u(id, "left") WHERE a.id = u.id',
        [a["id"] for a in accounts],
        [left[a["customer_id"], a["legal_entity_id"], a["currency"]] for a in accounts],
    )
    await post_all([_posting(row, amount, issued_on[row["id"]]) for row, amount in used])


def _posting(row: asyncpg.Record, amount: int, on: date) -> Posting:
    sides = [Side(Account.CUSTOMER_BALANCE, amount, row["customer_id"]), Side(Account.RECEIVABLE, -amount, row["customer_id"])]
    return Posting("balance used", row["id"], row["legal_entity_id"], on, row["currency"], sides)
