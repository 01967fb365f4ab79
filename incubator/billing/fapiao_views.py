"""Fapiao as they stand, for who may see their invoices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incubator import db


@dataclass(frozen=True, slots=True)
class FapiaoView:
    """What the tax platform knows of an invoice; amounts in minor units of `currency`, None until it is issued."""

    invoice_id: UUID
    kind: str
    state: str
    number: str | None
    issued_on: date | None
    net_minor: int | None
    tax_minor: int | None
    currency: str
    file_sha256: str
    confirmation: str
    requested_at: datetime
    version: int


async def fapiaos_of(invoice_ids: Iterable[UUID]) -> dict[UUID, FapiaoView]:
    """Return the fapiao of invoices that the caller has been shown, by invoice."""
    found = await db.rows_as(
        FapiaoView,
        "SELECT f.invoice_id, f.kind, f.state, f.number, f.issued_on, f.net_minor, f.tax_minor, i.currency, f.file_sha256, f.confirmation,"
        " f.requested_at, f.version FROM fapiao f JOIN invoice i ON i.id = f.invoice_id WHERE f.invoice_id = ANY($1::uuid[])",
        list(invoice_ids),
    )
    return {row.invoice_id: row for row in found}
