"""Charges on their way into the database: priced facts with their tax, many in one statement, each source and period once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator import db
from incubator.billing.errors import ChargeMismatch
from incubator.billing.policy import Priced
from incubator.billing.tax_desk import Decided, TaxDesk
from incubator.billing.terms import Basis, Buyer, GivenTax, Price, Source, Supply
from incubator.kernel import checks, clock
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.kernel.periods import month_of


@dataclass(frozen=True, slots=True)
class NewCharge:
    """A priced fact that is to be written, with the tax decided for it."""

    id: UUID
    source: Source
    buyer: Buyer
    description: str
    price: Price
    supply: Supply
    first: date
    last: date
    priced: Priced
    decided: Decided
    discount_minor: int = 0
    unit_id: UUID | None = None


def time_of_supply(basis: Basis, first: date, last: date) -> date:
    """Return the day whose tax rules hold: of a year in advance the first, else the last."""
    return first if basis is Basis.YEAR else last


def new_charge(
    desk: TaxDesk,
    source: Source,
    buyer: Buyer,
    description: str,
    price: Price,
    supply: Supply,
    given: GivenTax | None,
    days: tuple[date, date],
    priced: Priced,
    *,
    discount_minor: int = 0,
    unit_id: UUID | None = None,
) -> NewCharge:
    """Check a fact and decide its tax; without a rule for it the tax stays undecided, which the invoice will wait for.

    Raises:
        TooShort, TooLong, OutOfRange: description or amount break their rule.
        NotFound: there is no such customer or legal entity.
    """
    shown = checks.text(description, "description", at_most=300)
    checks.between(priced.amount_minor, "amountMinor", 0, MAX_AMOUNT_MINOR)
    decided = desk.decide(buyer, supply, time_of_supply(price.basis, *days), given)
    return NewCharge(new_id(), source, buyer, shown, price, supply, *days, priced, decided, discount_minor, unit_id)


async def write_charges(charges: Sequence[NewCharge]) -> set[UUID]:
    """Write charges inside the running transaction; returns the ids of those whose source and period were not charged before."""
    if not charges:
        return set()
    columns = [
        [c.id for c in charges],
        [c.buyer.customer_id for c in charges],
        [c.buyer.legal_entity_id for c in charges],
        [c.buyer.site_id for c in charges],
        [c.buyer.currency for c in charges],
        [c.source.kind for c in charges],
        [c.source.id for c in charges],
        [c.source.period for c in charges],
        [month_of(c.first).first for c in charges],
        [c.description for c in charges],
        [c.price.basis.value for c in charges],
        [c.price.quantity for c in charges],
        [c.price.unit_price_minor for c in charges],
        [c.priced.amount_minor for c in charges],
        [c.discount_minor for c in charges],
        [c.price.includes_tax for c in charges],
        [c.price.is_waived for c in charges],
        [c.first for c in charges],
        [c.last for c in charges],
        [c.supply.value for c in charges],
        [c.decided.category for c in charges],
        [c.decided.rate for c in charges],
        [c.decided.rule for c in charges],
        [c.decided.note for c in charges],
        [c.priced.note for c in charges],
        [c.unit_id for c in charges],
    ]
    written = await db.rows(
        "INSERT INTO charge (id, customer_id, legal_entity_id, site_id, currency, source_kind, source_id, period, month, description, basis,"
        " quantity, unit_price_minor, amount_minor, discount_minor, price_includes_tax, is_waived, supplied_from, supplied_to, supply,"
        " tax_category, tax_rate, tax_rule, tax_note, rule_note, unit_id, created_at)"
        " SELECT c.*, $27::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::text[],"
        " $9::date[], $10::text[], $11::text[], $12::numeric[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bool[], $17::bool[],"
        " $18::date[], $19::date[], $20::text[], $21::text[], $22::numeric[], $23::text[], $24::text[], $25::text[], $26::uuid[]) AS c"
        " ON CONFLICT (source_kind, source_id, period) DO NOTHING RETURNING id",
        *columns,
        clock.now(),
    )
    return {row["id"] for row in written}


async def write_charge(charge: NewCharge) -> UUID:
    """Write one charge inside the running transaction; returns its id, or that of the same charge written before.

    Raises:
        ChargeMismatch: the source was charged before with another amount, currency or customer.
    """
    if await write_charges([charge]):
        return charge.id
    found = await db.row(
        "SELECT id, amount_minor, currency, customer_id FROM charge WHERE source_kind = $1 AND source_id = $2 AND period = $3",
        charge.source.kind,
        charge.source.id,
        charge.source.period,
    )
    assert found is not None
    before = (found["amount_minor"], found["currency"], found["customer_id"])
    if before != (charge.priced.amount_minor, charge.buyer.currency, charge.buyer.customer_id):
        raise ChargeMismatch(source_kind=charge.source.kind, charge_id=found["id"])
    charge_id: UUID = found["id"]
    return charge_id
