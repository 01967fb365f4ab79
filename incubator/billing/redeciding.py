"""Decide the tax of drafts once more before they are finalised: what their parties are registered for may have changed meanwhile."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from incubator import db
from incubator.billing import credit_uses
from incubator.billing.charge_writing import time_of_supply
from incubator.billing.drafting import nets_of, write_tax_rows
from incubator.billing.policy import TaxedLine, TaxGroup, tax_groups
from incubator.billing.tax_desk import Decided, TaxDesk
from incubator.billing.tax_errors import TaxesMixed, TaxUndecided
from incubator.billing.terms import Basis, Buyer, GivenTax, Supply, TaxCategory
from incubator.kernel.errors import DomainError
from incubator.kernel.jsonable import dumps

Line = Mapping[str, Any]
"""A row of `invoice_line` with its parties, and what it says now: `due_minor`, `discount_now_minor` and `note_now`."""


async def redecide(invoice_ids: Sequence[UUID]) -> dict[UUID, list[DomainError]]:
    """Bring lines, taxes and sums of locked drafts up to date; returns the lines of each whose tax nothing decides.

    What was taken off a charge since is taken off its line, and what credits got back is no discount any more. Credit notes and deposit requests stay as they are.
    """
    lines = await _lines(invoice_ids)
    desk = await TaxDesk.open(
        {line["legal_entity_id"] for line in lines}, {line["customer_id"] for line in lines}, {line["site_id"] for line in lines}
    )
    decided = {line["id"]: _decide(line, desk) for line in lines}
    refusals: dict[UUID, list[DomainError]] = {}
    for line in lines:
        refusal = decided[line["id"]].refusal
        if refusal is not None:
            found = refusal if refusal.code != "NoTaxRule" else TaxUndecided(line=line["ordinal"], why=refusal.message())
            refusals.setdefault(line["invoice_id"], []).append(found)
    _refuse_mixed(lines, decided, refusals)
    changed = {line["invoice_id"] for line in lines if _differs(line, decided[line["id"]])}
    await _rewrite([line for line in lines if line["invoice_id"] in changed], decided)
    return refusals


async def _lines(invoice_ids: Sequence[UUID]) -> list[Line]:
    rows = await db.rows(
        "SELECT l.*, i.customer_id, i.legal_entity_id, i.currency, coalesce(h.amount_minor - (SELECT coalesce(sum(r.amount_minor), 0) FROM charge_reduction r"
        " WHERE r.charge_id = h.id), l.amount_minor)::bigint AS due_minor, coalesce(h.discount_minor, l.discount_minor) AS own_discount_minor,"
        " coalesce(h.rule_note, l.rule_note) AS own_note FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id"
        " LEFT JOIN charge h ON h.id = l.charge_id WHERE i.kind = 'invoice' AND i.id = ANY($1::uuid[]) ORDER BY l.invoice_id, l.ordinal",
        list(invoice_ids),
    )
    paid = await credit_uses.uses_of([row["charge_id"] for row in rows if row["charge_id"]])
    found: list[Line] = []
    for row in rows:
        uses = paid.get(row["charge_id"], [])
        now = row["own_discount_minor"] + credit_uses.paid_by(uses)
        found.append({**row, "discount_now_minor": now, "note_now": credit_uses.noted(row["own_note"], uses, row["currency"])})
    return found


def _refuse_mixed(lines: Sequence[Line], decided: dict[UUID, Decided], refusals: dict[UUID, list[DomainError]]) -> None:
    kinds: dict[UUID, set[bool]] = {}
    for line in lines:
        kinds.setdefault(line["invoice_id"], set()).add(decided[line["id"]].category == "O")
    for invoice_id, found in kinds.items():
        if len(found) > 1:
            refusals.setdefault(invoice_id, []).append(TaxesMixed())


def _decide(line: Line, desk: TaxDesk) -> Decided:
    given = GivenTax(TaxCategory[line["tax_category"]], line["tax_rate"]) if line["tax_rule"] == "agreed" else None
    on = time_of_supply(Basis(line["basis"]), line["supplied_from"], line["supplied_to"])
    buyer = Buyer(line["customer_id"], line["legal_entity_id"], line["site_id"], line["currency"])
    return desk.decide(buyer, Supply(line["supply"]), on, given)


def _differs(line: Line, decided: Decided) -> bool:
    now = (decided.category, decided.rate, decided.rule, decided.note, dumps(decided.evidence))
    before = (line["tax_category"], line["tax_rate"], line["tax_rule"], line["tax_note"], dumps(json.loads(line["tax_evidence"])))
    amounts = (line["due_minor"], line["discount_now_minor"], line["note_now"])
    return now != before or amounts != (line["amount_minor"], line["discount_minor"], line["rule_note"])


async def _rewrite(lines: Sequence[Line], decided: dict[UUID, Decided]) -> None:
    """Write the lines, taxes and sums of some drafts anew."""
    documents: dict[UUID, list[Line]] = {}
    for line in lines:
        documents.setdefault(line["invoice_id"], []).append(line)
    for invoice_id, found in documents.items():
        groups = tax_groups([_taxed(line, decided[line["id"]]) for line in found])
        await _write(invoice_id, found, decided, groups)


def _taxed(line: Line, decided: Decided) -> TaxedLine:
    category = TaxCategory[decided.category] if decided.category else None
    return TaxedLine(line["due_minor"], line["price_includes_tax"], category, decided.rate)


async def _write(invoice_id: UUID, lines: Sequence[Line], decided: dict[UUID, Decided], groups: Sequence[TaxGroup]) -> None:
    nets = nets_of(groups)
    found = [decided[line["id"]] for line in lines]
    await db.execute(
        "UPDATE invoice_line l SET amount_minor = n.amount, net_minor = n.net, tax_category = n.category, tax_rate = n.rate, tax_rule = n.rule,"
        " tax_note = n.note, tax_evidence = n.evidence::jsonb, discount_minor = n.discount, rule_note = n.rule_note FROM unnest($1::uuid[],"
        " $2::bigint[], $3::bigint[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[])"
        " AS n(id, amount, net, category, rate, rule, note, evidence, discount, rule_note) WHERE l.id = n.id",
        [line["id"] for line in lines],
        [line["due_minor"] for line in lines],
        [nets[index] for index in range(len(lines))],
        [one.category for one in found],
        [one.rate for one in found],
        [one.rule for one in found],
        [one.note for one in found],
        [dumps(one.evidence) for one in found],
        [line["discount_now_minor"] for line in lines],
        [line["note_now"] for line in lines],
    )
    await db.execute("DELETE FROM invoice_tax WHERE invoice_id = $1", invoice_id)
    notes = ["; ".join(dict.fromkeys(found[i].note for i in group.lines if found[i].note)) for group in groups]
    await write_tax_rows([(invoice_id, ordinal, group, notes[ordinal - 1][:300]) for ordinal, group in enumerate(groups, start=1)])
    net, tax = sum(group.net_minor for group in groups), sum(group.tax_minor for group in groups)
    await db.execute(
        "UPDATE invoice SET net_minor = $2, tax_minor = $3, gross_minor = $4, version = version + 1 WHERE id = $1",
        invoice_id,
        net,
        tax,
        net + tax,
    )
