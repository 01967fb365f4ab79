"""Reads over everything, for the system itself: the month's result, and a print of the books to compare two runs by."""

import json
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from incubator import db


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
    """Return the tax groups of all invoices, drafts included."""
    return await db.rows_as(
        TaxGroupView,
        "SELECT t.invoice_id, i.customer_id, i.legal_entity_id, i.currency, t.tax_category, t.tax_rate, t.net_minor, t.tax_minor"
        " FROM invoice_tax t JOIN invoice i ON i.id = t.invoice_id WHERE i.kind = 'invoice' ORDER BY i.id, t.ordinal",
    )


async def charged_lines_of_all() -> list[ChargedLine]:
    """Return the lines of all invoices that come from a charge, drafts included."""
    return await db.rows_as(
        ChargedLine,
        "SELECT l.invoice_id, l.tax_category, l.tax_rate, l.amount_minor, c.source_id FROM invoice_line l"
        " JOIN charge c ON c.id = l.charge_id ORDER BY l.invoice_id, l.ordinal",
    )


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
