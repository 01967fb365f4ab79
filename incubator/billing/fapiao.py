"""Fapiao of China: our billing statement is none, so that what is to be issued is asked for and what was issued is written down.

The fully digital e-fapiao gets its 20-digit number from the tax platform. A credit note takes it back in red letters, which waits for a
confirmation sheet that the buyer agrees to. Each step is taken once, on the version of the fapiao that the person saw.
"""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing.document_errors import ContentMissing, FapiaoAtAnotherStep, FapiaoMismatch, FapiaoNumberTaken, NoFapiao
from incubator.billing.document_facts import CREDIT_NOTE, INVOICE, InvoiceFacts, invoice_facts
from incubator.billing.events import FapiaoMoved
from incubator.billing.fapiao_request import missing_for_request
from incubator.billing.views import InvoiceView, require_invoice
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import OutOfRange, PatternMismatch, Refusals
from incubator.kernel.ids import new_id
from incubator.kernel.money import to_decimal

REQUESTED, ISSUED, WAITING, RED = "requested", "issued", "red letter waiting", "red letter issued"
_NUMBER = re.compile(r"\d{20}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FapiaoResult:
    """What the tax platform gave: the 20-digit number, the day, amounts in minor units, the SHA-256 of the XML that is the original."""

    number: str
    issued_on: date
    net_minor: int
    tax_minor: int
    file_sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Locked:
    """A fapiao whose row is locked."""

    id: UUID
    state: str
    version: int


async def request_fapiao(actor: Actor, invoice_id: UUID) -> None:
    """Ask for the fapiao of a billing statement, once; `fapiao_request.request_of` is what to hand to the tax platform.

    Raises:
        NotFound: the actor sees no such invoice.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
        NoFapiao: a draft, another kind of document, or a seller elsewhere.
        FapiaoAtAnotherStep: it was asked for before.
        Refusals: of ContentMissing, for each thing that the fapiao needs of seller or buyer.
    """
    facts = await _chinese(actor, invoice_id, INVOICE)
    missing = missing_for_request(facts)
    if missing:
        raise Refusals("the fapiao lacks contents", [ContentMissing(field=one.field, rule=one.rule, who=one.who) for one in missing])
    await _begin(actor, facts, REQUESTED, "request fapiao")


async def record_fapiao(actor: Actor, invoice_id: UUID, result: FapiaoResult, expected_version: int) -> None:
    """Write down the fapiao that the tax platform issued for a billing statement.

    Raises:
        NotFound: the actor sees no such invoice.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
        NoFapiao: a draft, another kind of document, or a seller elsewhere.
        PatternMismatch, OutOfRange: not 20 digits, not a SHA-256, or a day to come.
        FapiaoAtAnotherStep: it was not asked for, or is there already.
        Stale: somebody was faster.
        FapiaoMismatch: net or tax is not the invoice's; names both amounts.
        FapiaoNumberTaken: another invoice has the number.
    """
    await _record(actor, invoice_id, INVOICE, result, expected_version, (REQUESTED, ISSUED), "record fapiao")


async def start_red_letter(actor: Actor, invoice_id: UUID, confirmation: str) -> None:
    """Let a credit note wait for the buyer, under the number of its confirmation sheet (红字信息确认单).

    Raises:
        NotFound: the actor sees no such credit note.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
        TooShort, TooLong, PatternMismatch: the number breaks its rule.
        NoFapiao: a draft, another kind of document, or a seller elsewhere.
        FapiaoAtAnotherStep: it was begun before, or the credited invoice has no fapiao that could be taken back.
    """
    facts = await _chinese(actor, invoice_id, CREDIT_NOTE)
    shown = checks.text(confirmation, "confirmation", at_most=40, path=("input", "confirmation"))
    original = await db.value(
        "SELECT f.state FROM invoice c JOIN fapiao f ON f.invoice_id = c.corrects_id WHERE c.id = $1",
        invoice_id,
    )
    if original != ISSUED:
        raise FapiaoAtAnotherStep(state=original or "not requested", path=("input", "invoiceId"))
    await _begin(actor, facts, WAITING, "start red letter", shown)


async def record_red_letter(actor: Actor, invoice_id: UUID, result: FapiaoResult, expected_version: int) -> None:
    """Write down the red-letter fapiao that takes a credit note's amount back; amounts are positive here, as on the credit note.

    Raises:
        NotFound: the actor sees no such credit note.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
        NoFapiao: a draft, another kind of document, or a seller elsewhere.
        PatternMismatch, OutOfRange: not 20 digits, not a SHA-256, or a day to come.
        FapiaoAtAnotherStep: it does not wait.
        Stale: somebody was faster.
        FapiaoMismatch: net or tax is not the credit note's; names both amounts.
        FapiaoNumberTaken: another invoice has the number.
    """
    await _record(actor, invoice_id, CREDIT_NOTE, result, expected_version, (WAITING, RED), "record red letter")


async def _chinese(actor: Actor, invoice_id: UUID, kind: str) -> InvoiceFacts:
    found: InvoiceView = await require_invoice(actor, invoice_id)
    actor.require(Grant.RECORD_PAYMENT, found.legal_entity_id, path=("input", "invoiceId"))
    facts = await invoice_facts(invoice_id)
    assert facts is not None
    if facts.finalised_at is None or facts.kind != kind or facts.country != "CN":
        raise NoFapiao(kind=facts.kind, country=facts.country, path=("input", "invoiceId"))
    return facts


async def _begin(actor: Actor, facts: InvoiceFacts, state: str, action: str, confirmation: str = "") -> None:
    async with db.transaction():
        if not await db.execute(
            "INSERT INTO fapiao (id, invoice_id, kind, state, file_sha256, confirmation, requested_at, version)"
            " VALUES ($1, $2, $3, $4, '', $5, $6, 1) ON CONFLICT (invoice_id) DO NOTHING",
            new_id(),
            facts.id,
            facts.buyer.get("fapiao_kind") or "ordinary",
            state,
            confirmation,
            clock.now(),
        ):
            before = await db.value("SELECT state FROM fapiao WHERE invoice_id = $1", facts.id)
            raise FapiaoAtAnotherStep(state=before, path=("input", "invoiceId"))
        await audit.record(actor, action, "Invoice", facts.id, after={"state": state, "confirmation": confirmation})
        await outbox.record(FapiaoMoved(facts.id))


async def _record(
    actor: Actor, invoice_id: UUID, kind: str, result: FapiaoResult, expected_version: int, states: tuple[str, str], action: str
) -> None:
    facts = await _chinese(actor, invoice_id, kind)
    _check(result)
    before, after = states
    async with db.transaction():
        locked = await _lock(invoice_id)
        if locked is None or locked.state != before:
            raise FapiaoAtAnotherStep(state=locked.state if locked else "not requested", path=("input", "invoiceId"))
        checks.version(expected_version, locked.version)
        for field, expected, found in (("netMinor", facts.net_minor, result.net_minor), ("taxMinor", facts.tax_minor, result.tax_minor)):
            if expected != found:
                raise _mismatch(field, expected, found, facts.currency)
        try:
            await db.execute(
                "UPDATE fapiao SET state = $2, number = $3, issued_on = $4, net_minor = $5, tax_minor = $6, file_sha256 = $7,"
                " version = version + 1 WHERE id = $1",
                locked.id,
                after,
                result.number,
                result.issued_on,
                result.net_minor,
                result.tax_minor,
                result.file_sha256,
            )
        except asyncpg.UniqueViolationError as error:
            raise FapiaoNumberTaken(field="number", value=result.number, path=("input", "number")) from error
        await audit.record(actor, action, "Invoice", invoice_id, before={"state": before}, after={"state": after, "number": result.number})
        await outbox.record(FapiaoMoved(invoice_id))


def _check(result: FapiaoResult) -> None:
    if not _NUMBER.fullmatch(result.number):
        raise PatternMismatch(field="number", limit="20 digits", path=("input", "number"))
    if result.file_sha256 and not _SHA256.fullmatch(result.file_sha256):
        raise PatternMismatch(field="fileSha256", limit="64 hexadecimal digits", path=("input", "fileSha256"))
    today = clock.today("Asia/Shanghai")
    if result.issued_on > today:
        raise OutOfRange(field="issuedOn", limit=f"≤ {today}", path=("input", "issuedOn"))


def _mismatch(field: str, expected: int, found: int, currency: str) -> FapiaoMismatch:
    return FapiaoMismatch(
        field=field,
        expected_minor=expected,
        found_minor=found,
        currency=currency,
        expected=f"{to_decimal(expected, currency)} {currency}",
        found=f"{to_decimal(found, currency)} {currency}",
        path=("input", field),
    )


async def _lock(invoice_id: UUID) -> _Locked | None:
    found = await db.row("SELECT id, state, version FROM fapiao WHERE invoice_id = $1 FOR UPDATE", invoice_id)
    return _Locked(**found) if found else None
