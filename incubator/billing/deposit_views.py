"""Deposits as they stand: asked for, paid, settled, paid out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator import db


@dataclass(frozen=True, slots=True)
class DepositView:
    """A deposit request in minor units of `currency`; what was settled is None while it was not."""

    invoice_id: UUID
    number: str | None
    currency: str
    asked_minor: int
    paid_minor: int
    kept_minor: int | None
    returned_minor: int | None
    released_minor: int | None
    reason: str | None
    settled_at: datetime | None
    paid_out_at: datetime | None
    reference: str | None


async def deposits_of(invoice_ids: Iterable[UUID]) -> dict[UUID, DepositView]:
    """Return deposits by their documents, for who may see them; the caller knows."""
    found = await db.rows_as(
        DepositView,
        "SELECT i.id AS invoice_id, i.number, i.currency, i.gross_minor AS asked_minor, i.paid_minor - coalesce(d.released_minor, 0) AS paid_minor,"
        " d.kept_minor, d.returned_minor, d.released_minor, d.reason, d.settled_at, d.paid_out_at, d.reference FROM invoice i"
        " LEFT JOIN deposit_settlement d ON d.invoice_id = i.id WHERE i.kind = 'deposit request' AND i.id = ANY($1::uuid[])",
        list(invoice_ids),
    )
    return {row.invoice_id: row for row in found}
