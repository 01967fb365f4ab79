"""Documents of `papers` written into the database as finalised invoices of a house."""

from itertools import count
from uuid import UUID

from incubator import db
from incubator.billing.document_facts import CREDIT_NOTE, InvoiceFacts
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from tests.support.make import House

_SEQUENCE = count(1)


async def filed(house: House, customer_id: UUID, facts: InvoiceFacts, corrects: UUID | None = None) -> UUID:
    """Write a document with its lines and taxes, then finalise it as it is; returns its id."""
    invoice_id, sequence = new_id(), next(_SEQUENCE)
    await db.execute(
        "INSERT INTO invoice (id, kind, state, customer_id, legal_entity_id, currency, language, period_start, period_end, net_minor, tax_minor,"
        " gross_minor, seller, buyer, created_at, paid_minor, version, corrects_id, settlement, reason, home_currency, home_rate, home_rate_on,"
        " home_tax_minor) VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 1, $15, $16, $17, $18, $19, $20, $21)",
        invoice_id,
        facts.kind,
        customer_id,
        house.legal_entity_id,
        facts.currency,
        facts.language,
        facts.period_start,
        facts.period_end,
        facts.net_minor,
        facts.tax_minor,
        facts.gross_minor,
        dumps(facts.seller),
        dumps(facts.buyer),
        facts.finalised_at,
        corrects,
        "refund" if facts.kind == CREDIT_NOTE else "",
        facts.reason,
        facts.home_currency,
        facts.home_rate,
        facts.home_rate_on,
        facts.home_tax_minor,
    )
    for line in facts.lines:
        await db.execute(
            "INSERT INTO invoice_line (id, invoice_id, ordinal, site_id, description, basis, quantity, unit_price_minor, amount_minor,"
            " discount_minor, net_minor, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from,"
            " supplied_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'agreed', $16, $17, $18, $19)",
            new_id(),
            invoice_id,
            line.ordinal,
            house.site_id,
            line.description,
            line.basis,
            line.quantity,
            line.unit_price_minor,
            line.amount_minor,
            line.discount_minor,
            line.net_minor,
            line.price_includes_tax,
            line.supply,
            line.tax_category,
            line.tax_rate,
            line.tax_note,
            line.rule_note,
            line.supplied_from,
            line.supplied_to,
        )
    for ordinal, tax in enumerate(facts.taxes, start=1):
        await db.execute(
            "INSERT INTO invoice_tax (id, invoice_id, ordinal, tax_category, tax_rate, net_minor, tax_minor, gross_minor, note)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            new_id(),
            invoice_id,
            ordinal,
            tax.tax_category,
            tax.tax_rate,
            tax.net_minor,
            tax.tax_minor,
            tax.net_minor + tax.tax_minor,
            tax.note,
        )
    await db.execute(
        "UPDATE invoice SET state = 'finalised', series = 'F', year = 2026, sequence = $2, number = $3, issued_on = $4, due_on = $5,"
        " previous_hash = '', content_hash = 'filed', finalised_at = $6 WHERE id = $1",
        invoice_id,
        sequence,
        f"{facts.country}-F-{sequence:05d}",
        facts.issued_on,
        facts.due_on,
        facts.finalised_at,
    )
    return invoice_id
