"""Turn charges into numbered invoices, inside the running transaction; the number comes last."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import ledger, queries
from incubator.billing.events import InvoiceIssued
from incubator.billing.ledger import Account, Side
from incubator.billing.policy import TaxedLine, TaxGroup, documents, tax_groups
from incubator.billing.queries import ChargeRow, Parties
from incubator.billing.tax import DEPOSIT
from incubator.billing.terms import Supply, TaxCategory
from incubator.kernel import audit, clock, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.periods import Period

PAYMENT_DAYS = 14
INVOICE = "invoice"
DEPOSIT_REQUEST = "deposit request"


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on one line of a document; `charge_id` is empty on a deposit request."""

    charge_id: UUID | None
    site_id: UUID
    description: str
    basis: str
    quantity: Decimal
    unit_price_minor: int
    taxed: TaxedLine
    supply: str
    tax_rule: str
    tax_note: str
    rule_note: str
    supplied_from: date
    supplied_to: date


@dataclass(frozen=True, slots=True)
class Header:
    """What stands over the lines of a document."""

    kind: str
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    period: Period
    run_id: UUID | None = None


async def invoice_charges(actor: Actor, header: Header, charges: Sequence[ChargeRow]) -> list[UUID]:
    """Make the invoices of one customer, legal entity and currency out of charges, and finalise them; returns their ids.

    The caller holds the locks of the charges; each stands on one invoice only, which a unique index makes sure of.
    """
    lines = [_line(charge) for charge in charges]
    made = []
    for indexes in documents([line.taxed for line in lines]):
        made.append(await issue(actor, header, [lines[index] for index in indexes]))
    return made


def _line(charge: ChargeRow) -> Line:
    return Line(
        charge_id=charge.id,
        site_id=charge.site_id,
        description=charge.description,
        basis=charge.basis,
        quantity=charge.quantity,
        unit_price_minor=charge.unit_price_minor,
        taxed=TaxedLine(charge.amount_minor, charge.price_includes_tax, TaxCategory[charge.tax_category], charge.tax_rate),
        supply=charge.supply,
        tax_rule=charge.tax_rule,
        tax_note=charge.tax_note,
        rule_note=charge.rule_note,
        supplied_from=charge.supplied_from,
        supplied_to=charge.supplied_to,
    )


def deposit_line(site_id: UUID, description: str, amount_minor: int, on: date) -> Line:
    """Return the one line of a deposit request: no supply, so outside the scope of tax."""
    return Line(
        charge_id=None,
        site_id=site_id,
        description=description,
        basis="once",
        quantity=Decimal(1),
        unit_price_minor=amount_minor,
        taxed=TaxedLine(amount_minor, False, TaxCategory.O, Decimal(0)),
        supply=Supply.DEPOSIT.value,
        tax_rule="deposit",
        tax_note=DEPOSIT,
        rule_note="",
        supplied_from=on,
        supplied_to=on,
    )


async def issue(actor: Actor, header: Header, lines: Sequence[Line]) -> UUID:
    """Write a document with its lines, taxes and ledger transaction, then give it the next number of its series."""
    parties = await queries.parties(header.customer_id, header.legal_entity_id, lines[0].site_id)
    groups = tax_groups([line.taxed for line in lines])
    net, tax = sum(group.net_minor for group in groups), sum(group.tax_minor for group in groups)
    invoice_id, issued_on = new_id(), clock.today(parties.time_zone)
    await db.execute(
        "INSERT INTO invoice (id, kind, state, customer_id, legal_entity_id, run_id, currency, language, period_start, period_end, net_minor,"
        " tax_minor, gross_minor, seller, buyer, created_at, paid_minor, version)"
        " VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 1)",
        invoice_id,
        header.kind,
        header.customer_id,
        header.legal_entity_id,
        header.run_id,
        header.currency,
        parties.language,
        header.period.first,
        header.period.last,
        net,
        tax,
        net + tax,
        dumps(parties.seller),
        dumps(parties.buyer),
        clock.now(),
    )
    await _write_lines(invoice_id, lines, groups)
    await _write_taxes(invoice_id, groups, lines)
    await ledger.post(header.kind, invoice_id, header.legal_entity_id, issued_on, header.currency, _sides(header, net, tax))
    await audit.record(actor, f"issue {header.kind}", "Invoice", invoice_id, after={"gross_minor": net + tax, "currency": header.currency})
    await outbox.record(InvoiceIssued(invoice_id, header.customer_id))
    await _number(invoice_id, header, parties, issued_on)
    return invoice_id


def _sides(header: Header, net: int, tax: int) -> list[Side]:
    credit = Account.DEPOSITS_HELD if header.kind == DEPOSIT_REQUEST else Account.REVENUE
    return [
        Side(Account.RECEIVABLE, net + tax, header.customer_id),
        Side(credit, -net, header.customer_id if header.kind == DEPOSIT_REQUEST else None),
        Side(Account.TAX_PAYABLE, -tax),
    ]


async def _write_lines(invoice_id: UUID, lines: Sequence[Line], groups: Sequence[TaxGroup]) -> None:
    nets = {index: net for group in groups for index, net in zip(group.lines, group.nets, strict=True)}
    columns = [
        [new_id() for _ in lines],
        list(range(1, len(lines) + 1)),
        [line.charge_id for line in lines],
        [line.site_id for line in lines],
        [line.description for line in lines],
        [line.basis for line in lines],
        [line.quantity for line in lines],
        [line.unit_price_minor for line in lines],
        [line.taxed.amount_minor for line in lines],
        [nets[index] for index in range(len(lines))],
        [line.taxed.includes_tax for line in lines],
        [line.taxed.category.value for line in lines],
        [line.taxed.rate for line in lines],
        [line.tax_rule for line in lines],
        [line.tax_note for line in lines],
        [line.rule_note for line in lines],
        [line.supplied_from for line in lines],
        [line.supplied_to for line in lines],
        [line.supply for line in lines],
    ]
    await db.execute(
        "INSERT INTO invoice_line (id, invoice_id, ordinal, charge_id, site_id, description, basis, quantity, unit_price_minor,"
        " amount_minor, net_minor, price_includes_tax, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from, supplied_to, supply)"
        " SELECT l.id, $1, l.ordinal, l.charge_id, l.site_id, l.description, l.basis, l.quantity, l.unit_price_minor, l.amount_minor,"
        " l.net_minor, l.price_includes_tax, l.tax_category, l.tax_rate, l.tax_rule, l.tax_note, l.rule_note, l.supplied_from, l.supplied_to, l.supply"
        " FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::numeric[], $9::bigint[], $10::bigint[],"
        " $11::bigint[], $12::bool[], $13::text[], $14::numeric[], $15::text[], $16::text[], $17::text[], $18::date[], $19::date[], $20::text[])"
        " AS l(id, ordinal, charge_id, site_id, description, basis, quantity, unit_price_minor, amount_minor, net_minor,"
        " price_includes_tax, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from, supplied_to, supply)",
        invoice_id,
        *columns,
    )


async def _write_taxes(invoice_id: UUID, groups: Sequence[TaxGroup], lines: Sequence[Line]) -> None:
    for ordinal, group in enumerate(groups, start=1):
        await db.execute(
            "INSERT INTO invoice_tax (id, invoice_id, ordinal, tax_category, tax_rate, net_minor, tax_minor, gross_minor, note)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            new_id(),
            invoice_id,
            ordinal,
            group.category.value,
            group.rate,
            group.net_minor,
            group.tax_minor,
            group.gross_minor,
            "; ".join(dict.fromkeys(lines[index].tax_note for index in group.lines if lines[index].tax_note))[:300],
        )


async def _number(invoice_id: UUID, header: Header, parties: Parties, issued_on: date) -> None:
    """Give the next number without a gap: the counter's row stays locked from here until the commit, which follows at once."""
    series = f"{parties.series}-D" if header.kind == DEPOSIT_REQUEST else parties.series
    counter = await queries.lock_counter(header.legal_entity_id, series, issued_on.year)
    sequence = counter.last_sequence + 1
    number = f"{series}-{issued_on.year}-{sequence:05d}"
    given = {
        "series": series,
        "year": issued_on.year,
        "sequence": sequence,
        "number": number,
        "issued_on": issued_on,
        "due_on": issued_on + timedelta(days=PAYMENT_DAYS),
        "previous_hash": counter.last_hash,
    }
    content_hash = content_hash_of(await queries.legal_content(invoice_id) | given)
    await db.execute(
        "UPDATE invoice SET state = 'finalised', series = $2, year = $3, sequence = $4, number = $5, issued_on = $6, due_on = $7,"
        " previous_hash = $8, content_hash = $9, finalised_at = $10 WHERE id = $1",
        invoice_id,
        *given.values(),
        content_hash,
        clock.now(),
    )
    await db.execute("UPDATE invoice_counter SET last_sequence = $2, last_hash = $3 WHERE id = $1", counter.id, sequence, content_hash)


def content_hash_of(content: dict[str, object]) -> str:
    """Return the SHA-256 over everything that is legally in an invoice, the hash of the one before included."""
    return hashlib.sha256(dumps(content).encode()).hexdigest()
