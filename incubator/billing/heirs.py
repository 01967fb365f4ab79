"""A term is never changed once it was charged: another one, its heir, goes on from a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing.fallen_away import Term
from incubator.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class NewPrice:
    """What a term costs from a day of the site on: what is None stays as it is. The discount holds up to `discount_until`."""

    term_id: UUID
    starts_on: date
    unit_price_minor: int | None = None
    quantity: Decimal | None = None
    discount_percent: Decimal | None = None
    discount_until: date | None = None


async def write_heir(term: Term, change: NewPrice) -> UUID:
    """Write the term that goes on: a yearly one keeps its anniversaries by a first period of its own."""
    heir_id = new_id()
    await db.execute(
        "INSERT INTO contract_term (id, contract_id, kind, source_id, description, basis, quantity, unit_price_minor, price_includes_tax, supply,"
        " tax_category, tax_rate, is_waived, starts_on, ends_on, timing, next_period_start, discount_percent, discount_until, index_key,"
        " index_base, index_months, adapts_on, anchor_on) SELECT $2, contract_id, kind, source_id, description, basis, coalesce($4, quantity), coalesce($5, unit_price_minor),"
        " price_includes_tax, supply, tax_category, tax_rate, is_waived AND $5::bigint IS NULL, $3, ends_on, timing, $3,"
        " coalesce($6, discount_percent), CASE WHEN $6::numeric IS NULL THEN discount_until ELSE $7::date END, index_key, index_base, index_months,"
        " adapts_on, anchor_on FROM contract_term WHERE id = $1",
        term["id"],
        heir_id,
        change.starts_on,
        change.quantity,
        change.unit_price_minor,
        change.discount_percent,
        change.discount_until,
    )
    return heir_id
