"""All that documents of an invoice say, as one frozen value; it is read from columns that never change after finalising."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel.grouping import grouped

INVOICE, CREDIT_NOTE, DEPOSIT_REQUEST = "invoice", "credit note", "deposit request"
PDF, XRECHNUNG, UBL = "pdf", "xrechnung", "ubl"


@dataclass(frozen=True, slots=True)
class FactsLine:
    """A line: amounts in minor units; `amount_minor` is as priced, after `discount_minor`; `net_minor` is without tax; both days are included."""

    ordinal: int
    description: str
    basis: str
    quantity: Decimal
    unit_price_minor: int
    amount_minor: int
    discount_minor: int
    net_minor: int
    price_includes_tax: bool
    supply: str
    tax_category: str
    tax_rate: Decimal
    tax_note: str
    rule_note: str
    supplied_from: date
    supplied_to: date


@dataclass(frozen=True, slots=True)
class FactsTax:
    """The tax of one category and rate, worked out on the sum of its lines; `note` is the law where there is no ordinary tax."""

    tax_category: str
    tax_rate: Decimal
    net_minor: int
    tax_minor: int
    note: str


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What the documents of an invoice say. A draft has no number, and the last day of its period in place of its days.

    `seller` and `buyer` have texts only; what is not known is missing or empty. `home_rate` is units of `home_currency` for one of
    `currency`, of the day `home_rate_on`; all of home is empty when the invoice is in the seller's own currency.
    """

    id: UUID
    kind: str
    number: str
    language: str
    currency: str
    seller: dict[str, str]
    buyer: dict[str, str]
    issued_on: date
    due_on: date
    period_start: date
    period_end: date
    net_minor: int
    tax_minor: int
    gross_minor: int
    finalised_at: datetime | None
    reason: str
    corrects_number: str
    corrects_issued_on: date | None
    home_currency: str
    home_rate: Decimal | None
    home_rate_on: date | None
    home_tax_minor: int | None
    lines: tuple[FactsLine, ...]
    taxes: tuple[FactsTax, ...]

    @property
    def is_credit_note(self) -> bool:
        """Whether it takes back what an invoice asked for."""
        return self.kind == CREDIT_NOTE

    @property
    def is_deposit(self) -> bool:
        """Whether it asks for a deposit, which is no supply."""
        return self.kind == DEPOSIT_REQUEST

    @property
    def country(self) -> str:
        """The seller's country, whose law the document follows."""
        return self.seller["country"]

    @property
    def categories(self) -> frozenset[str]:
        """The tax categories on it."""
        return frozenset(tax.tax_category for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A file that was made of an invoice: `pdf`, `xrechnung` or `ubl`."""

    invoice_id: UUID
    kind: str
    sha256: str
    size_bytes: int


async def invoice_facts(invoice_id: UUID) -> InvoiceFacts | None:
    """Return what the documents of an invoice or draft say."""
    return (await invoice_facts_of([invoice_id])).get(invoice_id)


async def invoice_facts_of(invoice_ids: Iterable[UUID]) -> dict[UUID, InvoiceFacts]:
    """Return what the documents of invoices or drafts say, in three statements for any number of them."""
    ids = list(invoice_ids)
    heads = await db.rows(
        "SELECT i.id, i.kind, coalesce(i.number, '') AS number, i.language, i.currency, i.seller, i.buyer,"
        " coalesce(i.issued_on, i.period_end) AS issued_on, coalesce(i.due_on, i.period_end) AS due_on, i.period_start, i.period_end,"
        " i.net_minor, i.tax_minor, i.gross_minor, i.finalised_at, i.reason, coalesce(c.number, '') AS corrects_number,"
        " c.issued_on AS corrects_issued_on, i.home_currency, i.home_rate, i.home_rate_on, i.home_tax_minor"
        " FROM invoice i LEFT JOIN invoice c ON c.id = i.corrects_id WHERE i.id = ANY($1::uuid[])",
        ids,
    )
    lines: dict[UUID, list[FactsLine]] = {}
    for row in await db.rows(
        "SELECT invoice_id, ordinal, description, basis, quantity, unit_price_minor, amount_minor, discount_minor, net_minor,"
        " price_includes_tax, supply, tax_category, tax_rate, tax_note, rule_note, supplied_from, supplied_to FROM invoice_line"
        " WHERE invoice_id = ANY($1::uuid[]) ORDER BY invoice_id, ordinal",
        ids,
    ):
        values = dict(row)
        lines.setdefault(values.pop("invoice_id"), []).append(FactsLine(**values))
    taxes: dict[UUID, list[FactsTax]] = {}
    for row in await db.rows(
        "SELECT invoice_id, tax_category, tax_rate, net_minor, tax_minor, note FROM invoice_tax WHERE invoice_id = ANY($1::uuid[])"
        " ORDER BY invoice_id, ordinal",
        ids,
    ):
        values = dict(row)
        taxes.setdefault(values.pop("invoice_id"), []).append(FactsTax(**values))
    return {head["id"]: _facts(head, lines.get(head["id"], []), taxes.get(head["id"], [])) for head in heads}


def _facts(head: asyncpg.Record, lines: list[FactsLine], taxes: list[FactsTax]) -> InvoiceFacts:
    sides = {"seller": json.loads(head["seller"]), "buyer": json.loads(head["buyer"])}
    return InvoiceFacts(**{**dict(head), **sides}, lines=tuple(lines), taxes=tuple(taxes))


async def documents_of(invoice_ids: Iterable[UUID]) -> dict[UUID, list[KeptDocument]]:
    """Return the files of invoices that the caller has been shown, the PDF first."""
    found = await db.rows_as(
        KeptDocument,
        "SELECT invoice_id, kind, sha256, size_bytes FROM invoice_document WHERE invoice_id = ANY($1::uuid[])"
        " ORDER BY invoice_id, kind <> 'pdf', kind",
        list(invoice_ids),
    )
    return grouped(found, lambda document: document.invoice_id)
