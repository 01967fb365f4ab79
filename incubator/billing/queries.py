"""Every read and row lock that the use cases of billing need; what people look at is in `views`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db
from incubator.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Counter:
    """A locked counter of a series."""

    id: UUID
    last_sequence: int
    last_hash: str


@dataclass(frozen=True, slots=True)
class LockedInvoice:
    """An invoice whose row is locked."""

    id: UUID
    state: str
    kind: str
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    gross_minor: int
    paid_minor: int
    credited_minor: int
    number: str | None
    version: int

    @property
    def outstanding_minor(self) -> int:
        """What is left to pay."""
        return self.gross_minor - self.paid_minor - self.credited_minor


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment attempt with what the gateway needs."""

    id: UUID
    invoice_id: UUID
    legal_entity_id: UUID
    amount_minor: int
    currency: str
    language: str
    state: str
    session_id: str | None
    checkout_url: str
    number: str
    created_at: datetime
    checks: int


async def lock_counter(legal_entity_id: UUID, series: str, year: int) -> Counter:
    """Lock the counter of a series, made when missing."""
    await db.execute(
        "INSERT INTO invoice_counter (id, legal_entity_id, series, year, last_sequence, last_hash) VALUES ($1, $2, $3, $4, 0, '')"
        " ON CONFLICT (legal_entity_id, series, year) DO NOTHING",
        new_id(),
        legal_entity_id,
        series,
        year,
    )
    found = await db.row(
        "SELECT id, last_sequence, last_hash FROM invoice_counter WHERE legal_entity_id = $1 AND series = $2 AND year = $3 FOR UPDATE",
        legal_entity_id,
        series,
        year,
    )
    assert found is not None
    return Counter(**found)


async def legal_contents(invoice_ids: Sequence[UUID]) -> dict[UUID, dict[str, object]]:
    """Return everything of invoices that must never change, lines and taxes included, without their numbers."""
    ids = list(invoice_ids)
    heads = await db.rows(
        "SELECT id, kind, customer_id, legal_entity_id, currency, language, period_start, period_end, net_minor, tax_minor, gross_minor,"
        " seller, buyer, corrects_id, settlement, reason, home_currency, home_rate, home_rate_on, home_tax_minor FROM invoice"
        " WHERE id = ANY($1::uuid[])",
        ids,
    )
    lines = await db.rows(
        "SELECT invoice_id, ordinal, charge_id, credits_line_id, site_id, description, basis, quantity, unit_price_minor, amount_minor,"
        " discount_minor, net_minor, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, tax_evidence, rule_note,"
        " supplied_from, supplied_to FROM invoice_line WHERE invoice_id = ANY($1::uuid[]) ORDER BY invoice_id, ordinal",
        ids,
    )
    taxes = await db.rows(
        "SELECT invoice_id, ordinal, tax_category, tax_rate, net_minor, tax_minor, gross_minor, note FROM invoice_tax"
        " WHERE invoice_id = ANY($1::uuid[]) ORDER BY invoice_id, ordinal",
        ids,
    )
    found: dict[UUID, dict[str, object]] = {}
    parts: dict[UUID, tuple[list[dict[str, object]], list[dict[str, object]]]] = {}
    for head in heads:
        content = {key: value for key, value in head.items() if key != "id"}
        parts[head["id"]] = ([], [])
        sides = {"seller": json.loads(head["seller"]), "buyer": json.loads(head["buyer"])}
        found[head["id"]] = {**content, **sides, "lines": parts[head["id"]][0], "taxes": parts[head["id"]][1]}
    for place, rows in enumerate((lines, taxes)):
        for row in rows:
            parts[row["invoice_id"]][place].append({key: value for key, value in row.items() if key != "invoice_id"})
    return found


async def lock_invoice(invoice_id: UUID) -> LockedInvoice:
    """Lock an invoice that is known to be there."""
    found = await db.row(
        "SELECT id, state, kind, customer_id, legal_entity_id, currency, gross_minor, paid_minor, credited_minor, number, version FROM invoice"
        " WHERE id = $1 FOR UPDATE",
        invoice_id,
    )
    assert found is not None
    return LockedInvoice(**found)


_ATTEMPT = (
    "SELECT a.id, a.invoice_id, i.legal_entity_id, a.amount_minor, a.currency, a.language, a.state, a.session_id, a.checkout_url, i.number,"
    " a.created_at, a.checks FROM payment_attempt a JOIN invoice i ON i.id = a.invoice_id"
)


async def attempt(attempt_id: UUID, *, lock: bool = False) -> Attempt | None:
    """Return a payment attempt, locked when asked."""
    found = await db.row(f"{_ATTEMPT} WHERE a.id = $1" + (" FOR UPDATE OF a" if lock else ""), attempt_id)
    return Attempt(**found) if found else None


async def open_attempt(invoice_id: UUID) -> Attempt | None:
    """Return the attempt of an invoice whose outcome is not known, if there is one."""
    found = await db.row(f"{_ATTEMPT} WHERE a.invoice_id = $1 AND a.state IN ('started', 'open')", invoice_id)
    return Attempt(**found) if found else None


async def attempt_of_reference(reference: str) -> UUID | None:
    """Return the attempt with this session or payment of Stripe's."""
    found: UUID | None = await db.value("SELECT id FROM payment_attempt WHERE session_id = $1 OR payment_intent = $1", reference)
    return found


async def attempts_to_check(now: datetime, limit: int = 200) -> list[tuple[UUID, int, UUID]]:
    """Return the attempts without an outcome that are due to be read again, with how often they were, and their legal entities."""
    found = await db.rows(
        "SELECT a.id, a.checks, i.legal_entity_id FROM payment_attempt a JOIN invoice i ON i.id = a.invoice_id"
        " WHERE a.state IN ('started', 'open') AND a.check_after <= $1 ORDER BY a.check_after LIMIT $2",
        now,
        limit,
    )
    return [(row["id"], row["checks"], row["legal_entity_id"]) for row in found]
