"""Reads over everything, for the system itself: the month's result, and whether the books are right."""

import json
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import queries
from incubator.billing.invoicing import content_hash_of


@dataclass(frozen=True, slots=True)
class TaxGroupView:
    """One tax group of an invoice with its parties."""

    invoice_id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    tax_category: str
    tax_rate: Decimal
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """A line of an invoice with the source of its charge."""

    invoice_id: UUID
    tax_category: str
    tax_rate: Decimal
    amount_minor: int
    source_id: UUID


async def terms_of(contract_id: UUID) -> list[UUID]:
    """Return a contract's terms, in the order they were agreed."""
    found = await db.rows("SELECT id FROM contract_term WHERE contract_id = $1 ORDER BY id", contract_id)
    return [row["id"] for row in found]


async def tax_groups_of_all() -> list[TaxGroupView]:
    """Return the tax groups of all finalised invoices."""
    return await db.rows_as(
        TaxGroupView,
        "SELECT t.invoice_id, i.customer_id, i.legal_entity_id, i.currency, t.tax_category, t.tax_rate, t.net_minor, t.tax_minor"
        " FROM invoice_tax t JOIN invoice i ON i.id = t.invoice_id WHERE i.state = 'finalised' ORDER BY i.id, t.ordinal",
    )


async def charged_lines_of_all() -> list[ChargedLine]:
    """Return the lines of all finalised invoices that come from a charge."""
    return await db.rows_as(
        ChargedLine,
        "SELECT l.invoice_id, l.tax_category, l.tax_rate, l.amount_minor, c.source_id FROM invoice_line l"
        " JOIN charge c ON c.id = l.charge_id JOIN invoice i ON i.id = l.invoice_id WHERE i.state = 'finalised' ORDER BY l.invoice_id, l.ordinal",
    )


async def problems() -> list[str]:
    """Check the books: every ledger balances, numbers have no gap, the chain of hashes holds, sums agree. Returns what is wrong, one a line."""
    return [*await _unbalanced(), *await _gaps(), *await _broken_chain(), *await _wrong_sums(), *await _wrong_receivables()]


async def _unbalanced() -> list[str]:
    found = await db.rows(
        "SELECT transaction_id, currency, sum(amount_minor) AS left_over FROM ledger_entry GROUP BY 1, 2 HAVING sum(amount_minor) <> 0"
    )
    return [f"ledger transaction {row['transaction_id']} is off by {row['left_over']} {row['currency']}" for row in found]


async def _gaps() -> list[str]:
    found = await db.rows(
        "SELECT c.series, c.year, c.last_sequence, count(i.id) AS invoices, coalesce(max(i.sequence), 0) AS highest"
        " FROM invoice_counter c LEFT JOIN invoice i ON i.legal_entity_id = c.legal_entity_id AND i.series = c.series AND i.year = c.year"
        " GROUP BY c.id HAVING count(i.id) <> c.last_sequence OR coalesce(max(i.sequence), 0) <> c.last_sequence"
    )
    return [
        f"series {row['series']} {row['year']} has {row['invoices']} invoices up to {row['highest']}, its counter says {row['last_sequence']}"
        for row in found
    ]


async def _broken_chain() -> list[str]:
    found = await db.rows(
        "SELECT id, legal_entity_id, series, year, sequence, number, issued_on, due_on, previous_hash, content_hash FROM invoice"
        " WHERE number IS NOT NULL ORDER BY legal_entity_id, series, year, sequence"
    )
    wrong, before, chain = [], "", None
    for row in found:
        if (row["legal_entity_id"], row["series"], row["year"]) != chain:
            chain, before = (row["legal_entity_id"], row["series"], row["year"]), ""
        given = {key: row[key] for key in ("series", "year", "sequence", "number", "issued_on", "due_on", "previous_hash")}
        if row["previous_hash"] != before or content_hash_of(await queries.legal_content(row["id"]) | given) != row["content_hash"]:
            wrong.append(f"invoice {row['number']} does not follow from the one before, or was changed")
        before = row["content_hash"]
    return wrong


async def _wrong_sums() -> list[str]:
    found = await db.rows(
        "SELECT i.number FROM invoice i WHERE i.number IS NOT NULL AND"
        " ((SELECT coalesce(sum(t.net_minor), 0) FROM invoice_tax t WHERE t.invoice_id = i.id) <> i.net_minor"
        " OR (SELECT coalesce(sum(t.tax_minor), 0) FROM invoice_tax t WHERE t.invoice_id = i.id) <> i.tax_minor"
        " OR (SELECT coalesce(sum(l.net_minor), 0) FROM invoice_line l WHERE l.invoice_id = i.id) <> i.net_minor"
        " OR (SELECT coalesce(sum(p.amount_minor), 0) FROM payment p WHERE p.invoice_id = i.id) <> i.paid_minor) ORDER BY 1"
    )
    return [f"the sums of invoice {row['number']} do not agree" for row in found]


async def _wrong_receivables() -> list[str]:
    found = await db.rows(
        "SELECT o.currency, o.owed, coalesce(b.booked, 0) AS booked FROM"
        " (SELECT currency, sum(gross_minor - paid_minor) AS owed FROM invoice WHERE number IS NOT NULL GROUP BY 1) o"
        " LEFT JOIN (SELECT currency, sum(amount_minor) AS booked FROM ledger_entry WHERE account = 'receivable' GROUP BY 1) b"
        " USING (currency) WHERE o.owed <> coalesce(b.booked, 0)"
    )
    return [f"receivables are {row['booked']} {row['currency']} in the ledger, {row['owed']} on the invoices" for row in found]


async def fingerprint(*, with_numbers: bool = True) -> str:
    """Return everything that was charged, invoiced and booked as one text without ids and times, to see that a repeat changed nothing.

    Which customer gets which number depends on who is billed first, so two runs are compared without numbers.
    """
    invoices = await db.rows(
        "SELECT CASE WHEN $1 THEN i.number END, o.key, i.currency, i.net_minor, i.tax_minor, i.gross_minor, i.paid_minor,"
        " (SELECT json_agg(json_build_array(l.ordinal, l.description, l.amount_minor, l.rule_note) ORDER BY l.ordinal)::text"
        " FROM invoice_line l WHERE l.invoice_id = i.id) AS lines FROM invoice i JOIN organization o ON o.id = i.customer_id"
        " ORDER BY o.key, i.currency, i.gross_minor, i.number",
        with_numbers,
    )
    ledger = await db.rows("SELECT account, currency, sum(amount_minor)::text AS total FROM ledger_entry GROUP BY 1, 2 ORDER BY 1, 2")
    charges = await db.value("SELECT count(*) FROM charge")
    return json.dumps([[list(row.values()) for row in invoices], [list(row.values()) for row in ledger], charges])
