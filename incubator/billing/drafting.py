"""Drafts of documents: lines, taxes and sums, many documents in one statement a table; what is in them may change until they get a number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing.planned_lines import PlannedLine
from incubator.billing.policy import TaxedLine, TaxGroup, tax_groups
from incubator.billing.tax import DEPOSIT
from incubator.billing.terms import Supply, TaxCategory
from incubator.kernel import clock
from incubator.kernel.ids import new_id, new_ids
from incubator.kernel.jsonable import dumps
from incubator.kernel.periods import Period

INVOICE = "invoice"
CREDIT_NOTE = "credit note"
DEPOSIT_REQUEST = "deposit request"
NO_CHARGE = UUID(int=0)
"""Stands in for the charge of a line that has none."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be written: who, what for, and when it is finalised by itself (None: by a person)."""

    kind: str
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    language: str
    period: Period
    lines: Sequence[PlannedLine]
    finalise_after: datetime | None
    run_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


async def write_drafts(drafts: Sequence[Draft]) -> list[UUID]:
    """Write documents with their lines and taxes inside the running transaction; returns their ids in order."""
    if not drafts:
        return []
    groups = {draft.id: tax_groups([line.taxed for line in draft.lines]) for draft in drafts}
    nets = {draft_id: sum(group.net_minor for group in found) for draft_id, found in groups.items()}
    taxes = {draft_id: sum(group.tax_minor for group in found) for draft_id, found in groups.items()}
    await db.execute(
        "INSERT INTO invoice (id, kind, state, customer_id, legal_entity_id, run_id, currency, language, period_start, period_end, net_minor,"
        " tax_minor, gross_minor, finalise_after, seller, buyer, created_at, paid_minor, version)"
        " SELECT d.id, d.kind, 'draft', d.customer, d.entity, d.run, d.currency, d.language, d.first, d.last, d.net, d.tax, d.net + d.tax,"
        " d.finalise_after, '{}', '{}', $13, 0, 1 FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],"
        " $7::text[], $8::date[], $9::date[], $10::bigint[], $11::bigint[], $12::timestamptz[])"
        " AS d(id, kind, customer, entity, run, currency, language, first, last, net, tax, finalise_after)",
        [d.id for d in drafts],
        [d.kind for d in drafts],
        [d.customer_id for d in drafts],
        [d.legal_entity_id for d in drafts],
        [d.run_id for d in drafts],
        [d.currency for d in drafts],
        [d.language for d in drafts],
        [d.period.first for d in drafts],
        [d.period.last for d in drafts],
        [nets[d.id] for d in drafts],
        [taxes[d.id] for d in drafts],
        [d.finalise_after for d in drafts],
        clock.now(),
    )
    await _write_lines([(d.id, d.lines, groups[d.id]) for d in drafts])
    await _write_taxes([(d.id, d.lines, groups[d.id]) for d in drafts])
    return [d.id for d in drafts]


async def _write_lines(documents: Sequence[tuple[UUID, Sequence[PlannedLine], Sequence[TaxGroup]]]) -> None:
    rows: list[tuple[UUID, int, PlannedLine, int]] = []
    for invoice_id, lines, groups in documents:
        nets = nets_of(groups)
        rows.extend((invoice_id, number, line, nets[number - 1]) for number, line in enumerate(lines, start=1))
    evidence = {id(line.tax_evidence): line.tax_evidence for _, _, line, _ in rows}
    shown = {key: dumps(value) for key, value in evidence.items()}
    await db.execute(
        "INSERT INTO invoice_line (id, invoice_id, ordinal, charge_id, site_id, description, basis, quantity, unit_price_minor, amount_minor,"
        " discount_minor, net_minor, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, tax_evidence, rule_note,"
        " supplied_from, supplied_to)"
        " SELECT l.id, l.invoice, l.ordinal, nullif(l.charge, '00000000-0000-0000-0000-000000000000'), l.site, l.description, l.basis,"
        " l.quantity, l.unit_price, l.amount, l.discount, l.net, l.includes, l.supply, l.category, l.rate, l.rule, l.note, l.evidence::jsonb,"
        " l.rule_note, l.first, l.last FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::text[], $7::text[],"
        " $8::numeric[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bool[], $14::text[], $15::text[], $16::numeric[],"
        " $17::text[], $18::text[], $19::text[], $20::text[], $21::date[], $22::date[]) AS l(id, invoice, ordinal, charge, site, description,"
        " basis, quantity, unit_price, amount, discount, net, includes, supply, category, rate, rule, note, evidence, rule_note, first, last)",
        new_ids(len(rows)),
        [invoice_id for invoice_id, _, _, _ in rows],
        [ordinal for _, ordinal, _, _ in rows],
        [line.charge_id for _, _, line, _ in rows],
        [line.site_id for _, _, line, _ in rows],
        [line.description for _, _, line, _ in rows],
        [line.basis for _, _, line, _ in rows],
        [line.quantity for _, _, line, _ in rows],
        [line.unit_price_minor for _, _, line, _ in rows],
        [line.taxed.amount_minor for _, _, line, _ in rows],
        [line.discount_minor for _, _, line, _ in rows],
        [net for _, _, _, net in rows],
        [line.taxed.includes_tax for _, _, line, _ in rows],
        [line.supply for _, _, line, _ in rows],
        [line.taxed.category.value if line.taxed.category else "" for _, _, line, _ in rows],
        [line.taxed.rate for _, _, line, _ in rows],
        [line.tax_rule for _, _, line, _ in rows],
        [line.tax_note for _, _, line, _ in rows],
        [shown[id(line.tax_evidence)] for _, _, line, _ in rows],
        [line.rule_note for _, _, line, _ in rows],
        [line.supplied_from for _, _, line, _ in rows],
        [line.supplied_to for _, _, line, _ in rows],
    )


def nets_of(groups: Sequence[TaxGroup]) -> dict[int, int]:
    """Return each line's share of the net by its index."""
    return {index: net for group in groups for index, net in zip(group.lines, group.nets, strict=True)}


async def _write_taxes(documents: Sequence[tuple[UUID, Sequence[PlannedLine], Sequence[TaxGroup]]]) -> None:
    rows = [
        (invoice_id, ordinal, group, "; ".join(dict.fromkeys(lines[i].tax_note for i in group.lines if lines[i].tax_note))[:300])
        for invoice_id, lines, groups in documents
        for ordinal, group in enumerate(groups, start=1)
    ]
    await write_tax_rows(rows)


async def write_tax_rows(rows: Sequence[tuple[UUID, int, TaxGroup, str]]) -> None:
    """Write tax groups: each with its document, its place in it, and what the document must say about it."""
    await db.execute(
        "INSERT INTO invoice_tax (id, invoice_id, ordinal, tax_category, tax_rate, net_minor, tax_minor, gross_minor, note)"
        " SELECT t.id, t.invoice, t.ordinal, t.category, t.rate, t.net, t.tax, t.net + t.tax, t.note FROM unnest($1::uuid[], $2::uuid[],"
        " $3::int[], $4::text[], $5::numeric[], $6::bigint[], $7::bigint[], $8::text[]) AS t(id, invoice, ordinal, category, rate, net, tax, note)",
        new_ids(len(rows)),
        [invoice_id for invoice_id, _, _, _ in rows],
        [ordinal for _, ordinal, _, _ in rows],
        [group.category.value if group.category else "" for _, _, group, _ in rows],
        [group.rate for _, _, group, _ in rows],
        [group.net_minor for _, _, group, _ in rows],
        [group.tax_minor for _, _, group, _ in rows],
        [note for _, _, _, note in rows],
    )


def deposit_line(site_id: UUID, description: str, amount_minor: int, on: date) -> PlannedLine:
    """Return the one line of a deposit request: no supply, so outside the scope of tax."""
    return PlannedLine(
        charge_id=NO_CHARGE,
        site_id=site_id,
        description=description,
        basis="once",
        quantity=Decimal(1),
        unit_price_minor=amount_minor,
        discount_minor=0,
        taxed=TaxedLine(amount_minor, False, TaxCategory.O, Decimal(0)),
        supply=Supply.DEPOSIT.value,
        tax_rule="deposit",
        tax_note=DEPOSIT,
        tax_evidence={},
        rule_note="",
        supplied_from=on,
        supplied_to=on,
    )
