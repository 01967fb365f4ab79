"""Lines of documents to come: of charges that are there or will be, at what is left of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from incubator.billing import credit_uses
from incubator.billing.charge_writing import NewCharge, time_of_supply
from incubator.billing.credit_uses import CreditUse
from incubator.billing.policy import TaxedLine
from incubator.billing.tax_desk import TaxDesk
from incubator.billing.terms import Basis, Buyer, GivenTax, Supply, TaxCategory


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of a document to come, from a charge that is there or will be."""

    charge_id: UUID
    site_id: UUID
    description: str
    basis: str
    quantity: Decimal
    unit_price_minor: int
    discount_minor: int
    taxed: TaxedLine
    supply: str
    tax_rule: str
    tax_note: str
    tax_evidence: dict[str, str]
    rule_note: str
    supplied_from: date
    supplied_to: date


def line_of_new(charge: NewCharge) -> PlannedLine:
    """Return the line of a charge that will be written."""
    decided = charge.decided
    category = TaxCategory[decided.category] if decided.category else None
    return PlannedLine(
        charge_id=charge.id,
        site_id=charge.buyer.site_id,
        description=charge.description,
        basis=charge.price.basis.value,
        quantity=charge.price.quantity,
        unit_price_minor=charge.price.unit_price_minor,
        discount_minor=charge.discount_minor,
        taxed=TaxedLine(charge.priced.amount_minor, charge.price.includes_tax, category, decided.rate),
        supply=charge.supply.value,
        tax_rule=decided.rule,
        tax_note=decided.note,
        tax_evidence=decided.evidence,
        rule_note=charge.priced.note,
        supplied_from=charge.first,
        supplied_to=charge.last,
    )


def line_of_row(charge: asyncpg.Record, desk: TaxDesk) -> PlannedLine:
    """Return the line of a charge that was written before; its tax is decided anew unless the agreement fixed it."""
    given = GivenTax(TaxCategory[charge["tax_category"]], charge["tax_rate"]) if charge["tax_rule"] == "agreed" else None
    on = time_of_supply(Basis(charge["basis"]), charge["supplied_from"], charge["supplied_to"])
    buyer = Buyer(charge["customer_id"], charge["legal_entity_id"], charge["site_id"], charge["currency"])
    decided = desk.decide(buyer, Supply(charge["supply"]), on, given)
    category = TaxCategory[decided.category] if decided.category else None
    return PlannedLine(
        charge_id=charge["id"],
        site_id=charge["site_id"],
        description=charge["description"],
        basis=charge["basis"],
        quantity=charge["quantity"],
        unit_price_minor=charge["unit_price_minor"],
        discount_minor=charge["discount_minor"],
        taxed=TaxedLine(charge["amount_minor"] - charge["reduced_minor"], charge["price_includes_tax"], category, decided.rate),
        supply=charge["supply"],
        tax_rule=decided.rule,
        tax_note=decided.note,
        tax_evidence=decided.evidence,
        rule_note=charge["rule_note"],
        supplied_from=charge["supplied_from"],
        supplied_to=charge["supplied_to"],
    )


def with_credits(line: PlannedLine, before: Sequence[CreditUse], now: Sequence[CreditUse], currency: str) -> PlannedLine:
    """Return a line less what credits pay now; its discount and note name what they paid before as well."""
    uses = credit_uses.merged([*before, *now])
    return replace(
        line,
        taxed=replace(line.taxed, amount_minor=line.taxed.amount_minor - credit_uses.paid_by(now)),
        discount_minor=line.discount_minor + credit_uses.paid_by(uses),
        rule_note=credit_uses.noted(line.rule_note, uses, currency),
    )
