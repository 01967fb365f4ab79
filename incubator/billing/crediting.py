"""Credit notes: a finalised invoice is never edited; what it asks too much is taken back line by line, and settled.

What is outstanding on the invoice falls away first; what was paid already is refunded or kept as the customer's balance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import credit_uses, party_facts
from incubator.billing.balances import add_to_balance
from incubator.billing.credit_policy import CreditedGroup, CreditedLine, Settled, settle, tax_now
from incubator.billing.drafting import CREDIT_NOTE, INVOICE
from incubator.billing.events import InvoiceCredited
from incubator.billing.finalising import finalise_drafts
from incubator.billing.invoice_errors import CreditAboveLine, InvoiceNotFinalised, NothingToCredit, SettlementNeeded
from incubator.billing.ledger import Account, Posting, Side, post_all
from incubator.billing.terms import TaxCategory
from incubator.billing.views import require_invoice
from incubator.kernel import audit, checks, clock, idempotency, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import DomainError, NotFound, Refusals
from incubator.kernel.ids import new_id
from incubator.kernel.money import Money


class Settlement(StrEnum):
    """What becomes of a credited amount that was paid already: paid back, or kept for the next invoices; `offset`: nothing was paid."""

    OFFSET = "offset"
    REFUND = "refund"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """What to credit of an invoice: minor units as priced, by the line's place on it. Without lines all that is left of each."""

    invoice_id: UUID
    lines: Mapping[int, int] | None
    settlement: Settlement
    reason: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What crediting lines of an invoice comes to, before anything is written: the invoice's rows, its lines by their place, tax by group."""

    rows: Sequence[asyncpg.Record]
    lines: Mapping[int, CreditedLine]
    taxes: Mapping[tuple[TaxCategory, Decimal], int]
    net_minor: int
    tax_minor: int
    settled: Settled

    @property
    def gross_minor(self) -> int:
        """The sum with tax."""
        return self.net_minor + self.tax_minor


async def create_credit_note(actor: Actor, terms: CreditTerms, idempotency_key: str) -> UUID:
    """Credit some of an invoice; returns the credit note, which has its number at once.

    Of a line of which nothing is left, what a customer's credit paid goes back to that credit.

    Raises:
        NotFound: the actor sees no such invoice, or a line is not on it.
        NotSignedIn, Forbidden: the actor does not look after the legal entity's money.
        TooShort, TooLong: the reason.
        IdempotencyMismatch: the key was used with other input.
        Stale: somebody credited, paid or voided meanwhile.
        InvoiceNotFinalised: a draft, void, or no invoice.
        OutOfRange, CreditAboveLine: less than 1, or more than is left of a line.
        NothingToCredit: nothing is left.
        SettlementNeeded: some of it was paid, and it is to be neither refunded nor kept.
        BooksClosed, BuyerWithoutAddress: the credit note cannot be finalised; several as Refusals.
    """
    seen = await require_invoice(actor, terms.invoice_id)
    actor.require(Grant.RECORD_PAYMENT, seen.legal_entity_id, path=("input", "invoiceId"))
    checks.text(terms.reason, "reason", at_most=500, path=("input", "reason"))
    async with db.transaction():
        claim = await idempotency.claim(actor, idempotency_key, "createCreditNote", terms)
        if claim.answer is not None:
            return UUID(claim.answer["credit_note_id"])
        await credit_uses.lock_paid_charges(terms.invoice_id)
        invoice = await _lock(terms.invoice_id)
        checks.version(terms.expected_version, invoice["version"])
        credit_note_id = await credit(actor, invoice, terms.lines, terms.settlement, terms.reason)
        await credit_uses.give_back_of(terms.invoice_id, terms.lines)
        await idempotency.store(claim, {"credit_note_id": credit_note_id})
    return credit_note_id


async def void_invoice(
    actor: Actor, invoice_id: UUID, settlement: Settlement, reason: str, expected_version: int, idempotency_key: str
) -> UUID:
    """Void an invoice: credit all that is left of it and mark it; returns the credit note. Its charges are billed no more.

    Raises:
        As `create_credit_note`.
    """
    seen = await require_invoice(actor, invoice_id)
    actor.require(Grant.RECORD_PAYMENT, seen.legal_entity_id, path=("input", "invoiceId"))
    checks.text(reason, "reason", at_most=500, path=("input", "reason"))
    async with db.transaction():
        claim = await idempotency.claim(
            actor, idempotency_key, "voidInvoice", {"invoice": invoice_id, "settlement": settlement, "reason": reason}
        )
        if claim.answer is not None:
            return UUID(claim.answer["credit_note_id"])
        await credit_uses.lock_paid_charges(invoice_id)
        invoice = await _lock(invoice_id)
        checks.version(expected_version, invoice["version"])
        credit_note_id = await credit(actor, invoice, None, settlement, reason)
        await credit_uses.give_back_of(invoice_id, None)
        await db.execute("UPDATE invoice SET state = 'void', version = version + 1 WHERE id = $1", invoice_id)
        await audit.record(actor, "void invoice", "Invoice", invoice_id, after={"credit_note": credit_note_id, "reason": reason})
        await idempotency.store(claim, {"credit_note_id": credit_note_id})
    return credit_note_id


async def _lock(invoice_id: UUID) -> asyncpg.Record:
    found = await db.row("SELECT * FROM invoice WHERE id = $1 FOR UPDATE", invoice_id)
    if found is None:
        raise NotFound(kind="Invoice", path=("input", "invoiceId"))
    return found


async def credit(actor: Actor, invoice: asyncpg.Record, wanted: Mapping[int, int] | None, settlement: Settlement, reason: str) -> UUID:
    """Credit lines of an invoice whose row is locked, inside the running transaction; whether the actor may is the caller's rule."""
    reckoned = await reckon(invoice, wanted)
    settled = reckoned.settled
    if settled.returned_minor and settlement is Settlement.OFFSET:
        raise SettlementNeeded(
            paid_minor=settled.returned_minor,
            currency=invoice["currency"],
            paid=str(Money(settled.returned_minor, invoice["currency"])),
            path=("input", "settlement"),
        )
    used = settlement if settled.returned_minor else Settlement.OFFSET
    credit_note_id = await _write(invoice, reckoned, used, reason)
    blocked = await finalise_drafts(actor, [credit_note_id])
    if blocked:
        raise _one_or_all(blocked[credit_note_id])
    if settled.offset_minor:
        await db.execute("UPDATE invoice SET credited_minor = credited_minor + $2 WHERE id = $1", invoice["id"], settled.offset_minor)
    await db.execute("UPDATE invoice SET version = version + 1 WHERE id = $1", invoice["id"])
    if settled.returned_minor:
        await _give_back(invoice, credit_note_id, settled.returned_minor, used)
    after = {"credit_note": credit_note_id, "gross_minor": reckoned.gross_minor, "settlement": used.value, "reason": reason}
    await audit.record(actor, "credit invoice", "Invoice", invoice["id"], after=after)
    await outbox.record(InvoiceCredited(invoice["id"], credit_note_id, invoice["version"] + 1))
    return credit_note_id


async def reckon(invoice: asyncpg.Record, wanted: Mapping[int, int] | None) -> Reckoned:
    """Reckon what crediting lines of an invoice comes to now; without lines all that is left.

    Raises:
        InvoiceNotFinalised: a draft, void, or no invoice.
        NotFound, OutOfRange, CreditAboveLine, NothingToCredit: as `create_credit_note`.
    """
    if invoice["state"] != "finalised" or invoice["kind"] != INVOICE:
        raise InvoiceNotFinalised(state=invoice["state"], kind=invoice["kind"], path=("input", "invoiceId"))
    rows = await _lines(invoice["id"])
    now = _amounts(rows, wanted, invoice["currency"])
    lines = {row["ordinal"]: _credited(row, now.get(row["ordinal"], 0)) for row in rows}
    groups = [(group, _of_group(group, lines)) for group in await _groups(invoice["id"])]
    taxes = {(group.category, group.rate): tax_now(group, of) for group, of in groups}
    net, tax = sum(line.net_now() for line in lines.values() if line.now_minor), sum(taxes.values())
    settled = settle(net + tax, invoice["gross_minor"] - invoice["paid_minor"] - invoice["credited_minor"])
    return Reckoned(rows, lines, taxes, net, tax, settled)


def _one_or_all(missing: Sequence[DomainError]) -> DomainError | Refusals:
    return missing[0] if len(missing) == 1 else Refusals("the credit note is not complete", missing)


async def _lines(invoice_id: UUID) -> list[asyncpg.Record]:
    return await db.rows(
        "SELECT l.*, coalesce(c.amount, 0)::bigint AS before_minor, coalesce(c.net, 0)::bigint AS before_net_minor FROM invoice_line l"
        " LEFT JOIN LATERAL (SELECT sum(amount_minor) AS amount, sum(net_minor) AS net FROM invoice_line WHERE credits_line_id = l.id) c"
        " ON TRUE WHERE l.invoice_id = $1 ORDER BY l.ordinal",
        invoice_id,
    )


def _amounts(rows: Sequence[asyncpg.Record], wanted: Mapping[int, int] | None, currency: str) -> dict[int, int]:
    """Return what to credit of each line by its place, checked against what is left."""
    left = {row["ordinal"]: row["amount_minor"] - row["before_minor"] for row in rows}
    if wanted is None:
        now = {place: amount for place, amount in left.items() if amount}
    else:
        for place, amount in wanted.items():
            if place not in left:
                raise NotFound(kind="InvoiceLine", path=("input", "lines"))
            checks.between(amount, "amountMinor", 1, max(amount, 1), ("input", "lines"))
            if amount > left[place]:
                raise CreditAboveLine(
                    line=place, left_minor=left[place], currency=currency, left=str(Money(left[place], currency)), path=("input", "lines")
                )
        now = dict(wanted)
    if not now:
        raise NothingToCredit(path=("input", "invoiceId"))
    return now


def _credited(row: asyncpg.Record, now_minor: int) -> CreditedLine:
    return CreditedLine(
        row["amount_minor"],
        row["net_minor"],
        row["price_includes_tax"],
        TaxCategory[row["tax_category"]],
        row["tax_rate"],
        row["before_minor"],
        row["before_net_minor"],
        now_minor,
    )


async def _groups(invoice_id: UUID) -> list[CreditedGroup]:
    found = await db.rows(
        "SELECT t.tax_category, t.tax_rate, t.net_minor, t.tax_minor, coalesce((SELECT sum(c.tax_minor) FROM invoice_tax c JOIN invoice n"
        " ON n.id = c.invoice_id WHERE n.corrects_id = $1 AND c.tax_category = t.tax_category AND c.tax_rate = t.tax_rate), 0)::bigint AS before"
        " FROM invoice_tax t WHERE t.invoice_id = $1 ORDER BY t.ordinal",
        invoice_id,
    )
    return [
        CreditedGroup(TaxCategory[row["tax_category"]], row["tax_rate"], row["net_minor"], row["tax_minor"], row["before"]) for row in found
    ]


def _of_group(group: CreditedGroup, lines: Mapping[int, CreditedLine]) -> list[CreditedLine]:
    return [line for line in lines.values() if (line.category, line.rate) == (group.category, group.rate)]


async def _write(invoice: asyncpg.Record, reckoned: Reckoned, settlement: Settlement, reason: str) -> UUID:
    """Write the credit note as a draft: the credited lines as they were invoiced, in positive amounts."""
    credit_note_id, lines, taxes = new_id(), reckoned.lines, reckoned.taxes
    language = (await party_facts.buyers([invoice["customer_id"]]))[invoice["customer_id"]].language
    credited = [(row, lines[row["ordinal"]]) for row in reckoned.rows if lines[row["ordinal"]].now_minor]
    await db.execute(
        "INSERT INTO invoice (id, kind, state, customer_id, legal_entity_id, currency, language, period_start, period_end, net_minor, tax_minor,"
        " gross_minor, seller, buyer, created_at, paid_minor, version, corrects_id, settlement, reason)"
        " VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, '{}', '{}', $12, 0, 1, $13, $14, $15)",
        credit_note_id,
        CREDIT_NOTE,
        invoice["customer_id"],
        invoice["legal_entity_id"],
        invoice["currency"],
        language,
        invoice["period_start"],
        invoice["period_end"],
        reckoned.net_minor,
        reckoned.tax_minor,
        reckoned.gross_minor,
        clock.now(),
        invoice["id"],
        settlement.value,
        reason,
    )
    await db.execute(
        "INSERT INTO invoice_line (id, invoice_id, ordinal, credits_line_id, site_id, description, basis, quantity, unit_price_minor, amount_minor,"
        " discount_minor, net_minor, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, tax_evidence, rule_note,"
        " supplied_from, supplied_to) SELECT n.id, $5, n.ordinal, l.id, l.site_id, l.description, 'once', 1, n.amount, n.amount, 0, n.net,"
        " l.price_includes_tax, l.supply, l.tax_category, l.tax_rate, l.tax_rule, l.tax_note, l.tax_evidence, l.rule_note, l.supplied_from,"
        " l.supplied_to FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS n(id, line, amount, net, ordinal)"
        " JOIN invoice_line l ON l.id = n.line",
        [new_id() for _ in credited],
        [row["id"] for row, _ in credited],
        [line.now_minor for _, line in credited],
        [line.net_now() for _, line in credited],
        credit_note_id,
    )
    nets: dict[tuple[TaxCategory, Decimal], int] = {}
    for _, line in credited:
        nets[line.category, line.rate] = nets.get((line.category, line.rate), 0) + line.net_now()
    await db.execute(
        "INSERT INTO invoice_tax (id, invoice_id, ordinal, tax_category, tax_rate, net_minor, tax_minor, gross_minor, note)"
        " SELECT gen_random_uuid(), $1, g.ordinal, t.tax_category, t.tax_rate, g.net, g.tax, g.net + g.tax, t.note FROM unnest($2::text[],"
        " $3::numeric[], $4::bigint[], $5::bigint[]) WITH ORDINALITY AS g(category, rate, net, tax, ordinal) JOIN invoice_tax t"
        " ON t.invoice_id = $6 AND t.tax_category = g.category AND t.tax_rate = g.rate",
        credit_note_id,
        [category.value for category, _ in nets],
        [rate for _, rate in nets],
        list(nets.values()),
        [taxes[key] for key in nets],
        invoice["id"],
    )
    return credit_note_id


async def _give_back(invoice: asyncpg.Record, credit_note_id: UUID, amount_minor: int, settlement: Settlement) -> None:
    """Owe the customer what it had paid: as a refund to be paid out, or as a balance for its next invoices."""
    if settlement is Settlement.BALANCE:
        account = Account.CUSTOMER_BALANCE
        await add_to_balance(invoice["customer_id"], invoice["legal_entity_id"], invoice["currency"], amount_minor)
    else:
        account = Account.REFUNDS_TO_PAY
        await db.execute(
            "INSERT INTO refund (id, credit_note_id, amount_minor, created_at) VALUES ($1, $2, $3, $4)",
            new_id(),
            credit_note_id,
            amount_minor,
            clock.now(),
        )
    booked_on = await db.value("SELECT issued_on FROM invoice WHERE id = $1", credit_note_id)
    sides = [Side(Account.RECEIVABLE, amount_minor, invoice["customer_id"]), Side(account, -amount_minor, invoice["customer_id"])]
    await post_all([Posting("credit returned", credit_note_id, invoice["legal_entity_id"], booked_on, invoice["currency"], sides)])
