"""A customer's account with a legal entity: what was invoiced, credited and paid, in the order it was booked, and what is owed at each end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing import party_facts
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, PeriodInverted


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One thing that changed what is owed: positive owes more. `number` is the invoice's or credit note's, `balance_minor` what is owed after."""

    booked_on: date
    kind: str
    number: str
    invoice_id: UUID | None
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """What a customer owes a legal entity in a currency at the start and the end of some days (both included), and what came between."""

    opening_minor: int
    closing_minor: int
    currency: str
    entries: Sequence[StatementEntry]


_BOOKED = (
    " FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id WHERE e.account = 'receivable' AND e.customer_id = $1"
    " AND t.legal_entity_id = $2 AND e.currency = $3"
)


async def account_statement(
    actor: Actor, customer_id: UUID, legal_entity_id: UUID, currency: str, first: date, last: date
) -> AccountStatement:
    """Return a customer's account.

    Raises:
        NotSignedIn, Forbidden: the actor neither sees the customer's money nor the legal entity's.
        NotFound: there is no such customer or legal entity.
        PeriodInverted: the last day is before the first.
    """
    if not actor.may(Grant.SEE_MONEY, customer_id):
        actor.require(Grant.SEE_MONEY, legal_entity_id, path=("legalEntityId",))
    if last < first:
        raise PeriodInverted(field="last", limit=f"{first} – {last}", path=("last",))
    if not await party_facts.buyers([customer_id]):
        raise NotFound(kind="Organization", path=("customerId",))
    if not await party_facts.sellers([legal_entity_id]):
        raise NotFound(kind="LegalEntity", path=("legalEntityId",))
    opening = int(
        await db.value(
            f"SELECT coalesce(sum(e.amount_minor), 0)::bigint{_BOOKED} AND t.booked_on < $4", customer_id, legal_entity_id, currency, first
        )
    )
    rows = await db.rows(
        "SELECT b.*, i.number, i.id AS invoice_id FROM (SELECT t.id, t.booked_on, t.kind, t.reference_id, sum(e.amount_minor)::bigint AS amount_minor"
        f"{_BOOKED} AND t.booked_on BETWEEN $4 AND $5 GROUP BY t.id) b LEFT JOIN payment p ON p.id = b.reference_id"
        " LEFT JOIN deposit_settlement d ON d.id = b.reference_id LEFT JOIN invoice i ON i.id = coalesce(p.invoice_id, d.invoice_id, b.reference_id)"
        " WHERE b.amount_minor <> 0 ORDER BY b.booked_on, b.id",
        customer_id,
        legal_entity_id,
        currency,
        first,
        last,
    )
    balance, entries = opening, []
    for row in rows:
        balance += row["amount_minor"]
        entries.append(StatementEntry(row["booked_on"], row["kind"], row["number"] or "", row["invoice_id"], row["amount_minor"], balance))
    return AccountStatement(opening, balance, currency, entries)
