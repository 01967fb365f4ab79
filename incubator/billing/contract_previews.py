"""What a change of a contract comes to, before anybody confirms it: the change is made, looked at and undone, so it cannot differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.contract_changes import change_price, pause_contract, stop_contract
from incubator.billing.heirs import NewPrice
from incubator.billing.previews import InvoicePreview, preview_invoices
from incubator.billing.scope import visible_contracts
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound

SHOWN_ONLY = "Preview"


@dataclass(frozen=True, slots=True)
class NewPause:
    """Days of the site, both included, that are to cost nothing; without a last day until further notice."""

    first_on: date
    last_on: date | None


@dataclass(frozen=True, slots=True)
class NewEnd:
    """The last day of a contract."""

    ends_on: date


@dataclass(frozen=True, slots=True)
class CreditToCome:
    """A credit note that a change would make: of which invoice, and how much; minor units, with tax."""

    id: UUID
    invoice_id: UUID
    invoice_number: str
    gross_minor: int


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change takes back, as priced, what it credits, and what the site's running month would be invoiced after it; minor units."""

    currency: str
    taken_back_minor: int
    credits: Sequence[CreditToCome]
    invoices: Sequence[InvoicePreview]


class _Undone(Exception):
    """Ends the transaction of a preview, so that nothing of it stays."""

    def __init__(self, found: ChangePreview) -> None:
        super().__init__()
        self.found = found


async def preview_change(actor: Actor, contract_id: UUID, change: NewPrice | NewPause | NewEnd) -> ChangePreview:
    """Return what a change of a contract would come to now; nothing stays written.

    Raises:
        NotFound: the actor sees no such contract, or it has no such term.
        NotSignedIn, Forbidden: the actor does not run billing for the legal entity.
        DomainError: what the change itself would be refused with.
    """
    contract = await _seen(actor, contract_id)
    actor.require(Grant.RUN_BILLING, contract["legal_entity_id"], path=("contractId",))
    try:
        async with db.transaction():
            before = await _reduced(contract)
            known = await _credit_notes(contract)
            version: int = await db.value("SELECT version FROM contract WHERE id = $1 FOR UPDATE", contract_id)
            match change:
                case NewPrice():
                    await change_price(actor, contract_id, change, version)
                case NewPause():
                    await pause_contract(actor, contract_id, change.first_on, change.last_on, SHOWN_ONLY, version)
                case NewEnd():
                    await stop_contract(actor, contract_id, change.ends_on, version)
            made = [row for row in await _credit_notes(contract) if row not in known]
            month = clock.today(contract["time_zone"]).replace(day=1)
            invoices = await preview_invoices(actor, contract["customer_id"], contract["legal_entity_id"], contract["currency"], month)
            raise _Undone(ChangePreview(contract["currency"], await _reduced(contract) - before, made, invoices))
    except _Undone as undone:
        return undone.found


async def _seen(actor: Actor, contract_id: UUID) -> asyncpg.Record:
    condition, args = visible_contracts(actor)
    found = await db.row(
        "SELECT c.customer_id, c.legal_entity_id, c.currency, s.time_zone FROM contract c JOIN site s ON s.id = c.site_id"
        f" WHERE {condition} AND c.id = ${len(args) + 1}",
        *args,
        contract_id,
    )
    if found is None:
        raise NotFound(kind="Contract", path=("contractId",))
    return found


async def _reduced(contract: asyncpg.Record) -> int:
    found: int = await db.value(
        "SELECT coalesce(sum(r.amount_minor), 0)::bigint FROM charge h JOIN charge_reduction r ON r.charge_id = h.id"
        " WHERE h.customer_id = $1 AND h.legal_entity_id = $2 AND h.currency = $3",
        contract["customer_id"],
        contract["legal_entity_id"],
        contract["currency"],
    )
    return found


async def _credit_notes(contract: asyncpg.Record) -> list[CreditToCome]:
    return await db.rows_as(
        CreditToCome,
        "SELECT n.id, i.id AS invoice_id, i.number AS invoice_number, n.gross_minor FROM invoice n JOIN invoice i"
        " ON i.id = n.corrects_id WHERE n.customer_id = $1 AND n.legal_entity_id = $2 AND n.currency = $3 ORDER BY n.id",
        contract["customer_id"],
        contract["legal_entity_id"],
        contract["currency"],
    )
