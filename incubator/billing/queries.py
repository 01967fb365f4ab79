"""Every read and row lock that the use cases of billing need; what people look at is in `views`."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel.actor import Role
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.kernel.periods import Period

_MONEY_ROLES = [Role.BILLING_CONTACT.value, Role.OWNER.value, Role.CORPORATE_ADMIN.value, Role.REPRESENTATIVE.value]
_LANGUAGES = {"DE": "de", "AT": "de", "CH": "de", "LI": "de", "CN": "zh-CN"}


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """What the tax rules ask about both sides."""

    seller_country: str
    taxes_letting: bool
    buyer_country: str
    buyer_vat_id: str


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge that stands on no invoice yet."""

    id: UUID
    site_id: UUID
    description: str
    basis: str
    quantity: Decimal
    unit_price_minor: int
    amount_minor: int
    price_includes_tax: bool
    supplied_from: date
    supplied_to: date
    supply: str
    tax_category: str
    tax_rate: Decimal
    tax_rule: str
    tax_note: str
    rule_note: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Seller and buyer as they are now, with what a document needs of them."""

    seller: dict[str, str]
    buyer: dict[str, str]
    series: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Counter:
    """A locked counter of a series."""

    id: UUID
    last_sequence: int
    last_hash: str


@dataclass(frozen=True, slots=True)
class RunItem:
    """A locked customer of a billing run."""

    id: UUID
    run_id: UUID
    month: date
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    state: str


@dataclass(frozen=True, slots=True)
class LockedInvoice:
    """An invoice whose row is locked."""

    id: UUID
    state: str
    kind: str
    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    gross_minor: int
    paid_minor: int
    number: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment attempt with what the gateway needs."""

    id: UUID
    invoice_id: UUID
    legal_entity_id: UUID
    amount_minor: int
    currency: str
    language: str
    state: str
    session_id: str | None
    checkout_url: str
    number: str
    created_at: datetime
    checks: int


async def tax_facts(customer_id: UUID, legal_entity_id: UUID, on: date) -> TaxFacts:
    """Return what the tax rules ask, as of a day.

    Raises:
        NotFound: there is no such customer or legal entity.
    """
    found = await db.row(
        "SELECT e.country AS seller_country, o.country AS buyer_country, o.vat_id AS buyer_vat_id,"
        " coalesce((SELECT r.taxes_letting FROM tax_registration r WHERE r.legal_entity_id = e.id AND r.valid_from <= $3"
        " AND (r.valid_to IS NULL OR r.valid_to >= $3) ORDER BY r.valid_from DESC LIMIT 1), FALSE) AS taxes_letting"
        " FROM legal_entity e, organization o WHERE e.id = $2 AND o.id = $1",
        customer_id,
        legal_entity_id,
        on,
    )
    if found is None:
        raise NotFound(kind="Organization")
    return TaxFacts(**found)


async def charge_of(source_kind: str, source_id: UUID, period: str) -> asyncpg.Record:
    """Return the charge of a source and period that is known to be there."""
    found = await db.row(
        "SELECT id, amount_minor, currency, customer_id, tax_category, tax_rate FROM charge WHERE source_kind = $1 AND source_id = $2 AND period = $3",
        source_kind,
        source_id,
        period,
    )
    assert found is not None
    return found


_CUSTOMER = "customer_id = $1 AND legal_entity_id = $2 AND currency = $3"


async def due_terms(customer_id: UUID, legal_entity_id: UUID, currency: str, month: Period) -> list[asyncpg.Record]:
    """Return the terms of a customer's contracts that touch a month and were not charged for it, in the order they were agreed.

    They stay as they are until the transaction ends, so that no day is charged which a term loses meanwhile.
    """
    return await db.rows(
        "SELECT t.id, c.customer_id, c.legal_entity_id, c.site_id, c.currency, t.description, t.basis, t.quantity, t.unit_price_minor,"
        " t.price_includes_tax, t.supply, t.tax_category, t.tax_rate, t.is_waived, t.starts_on, t.ends_on"
        f" FROM contract c JOIN contract_term t ON t.contract_id = c.id WHERE {_CUSTOMER} AND {TERM_FALLS_DUE.format(month=4, end=5)}"
        " ORDER BY t.id FOR SHARE OF t",
        customer_id,
        legal_entity_id,
        currency,
        month.first,
        month.end,
    )


TERM_FALLS_DUE = (
    "t.starts_on < ${end} AND (t.ends_on IS NULL OR t.ends_on >= ${month})"
    " AND (t.basis = 'month' OR extract(month FROM t.starts_on) = extract(month FROM ${month}::date))"
    " AND NOT EXISTS (SELECT 1 FROM charge done WHERE done.source_kind = 'contract term' AND done.source_id = t.id"
    " AND done.period = to_char(${month}::date, 'YYYY-MM'))"
)
"""A term (t) touches the month [month, end) and has no charge for it. A yearly one can only fall due in the month it began in."""


async def lock_open_charges(customer_id: UUID, legal_entity_id: UUID, currency: str, month: Period) -> list[ChargeRow]:
    """Lock and return a customer's charges up to a month that stand on no invoice, by site and day."""
    return await db.rows_as(
        ChargeRow,
        "SELECT c.id, c.site_id, c.description, c.basis, c.quantity, c.unit_price_minor, c.amount_minor, c.price_includes_tax,"
        " c.supplied_from, c.supplied_to, c.supply, c.tax_category, c.tax_rate, c.tax_rule, c.tax_note, c.rule_note"
        f" FROM charge c WHERE {_CUSTOMER} AND c.month < $4"
        " AND NOT EXISTS (SELECT 1 FROM invoice_line l WHERE l.charge_id = c.id)"
        " ORDER BY c.site_id, c.supplied_from, c.id FOR UPDATE OF c",
        customer_id,
        legal_entity_id,
        currency,
        month.end,
    )


async def parties(customer_id: UUID, legal_entity_id: UUID, site_id: UUID) -> Parties:
    """Return seller and buyer; the language is that of the customer's first billing person, else the country's."""
    found = await db.row(
        "SELECT e.name AS seller, e.address AS seller_address, e.country AS seller_country, e.tax_number, e.series,"
        " coalesce((SELECT r.vat_id FROM tax_registration r WHERE r.legal_entity_id = e.id ORDER BY r.valid_from DESC LIMIT 1), '') AS vat_id,"
        " o.name AS buyer, o.address AS buyer_address, o.city AS buyer_city, o.country AS buyer_country, o.vat_id AS buyer_vat_id,"
        " (SELECT p.language FROM role_assignment a JOIN person p ON p.id = a.person_id WHERE a.organization_id = o.id"
        " AND a.role = ANY($4::text[]) ORDER BY array_position($4::text[], a.role::text), a.id LIMIT 1) AS language,"
        " s.time_zone FROM legal_entity e, organization o, site s WHERE e.id = $2 AND o.id = $1 AND s.id = $3",
        customer_id,
        legal_entity_id,
        site_id,
        _MONEY_ROLES,
    )
    if found is None:
        raise NotFound(kind="Organization")
    return Parties(
        seller={
            "name": found["seller"],
            "address": found["seller_address"],
            "country": found["seller_country"],
            "tax_number": found["tax_number"],
            "vat_id": found["vat_id"],
        },
        buyer={
            "name": found["buyer"],
            "address": found["buyer_address"],
            "city": found["buyer_city"],
            "country": found["buyer_country"],
            "vat_id": found["buyer_vat_id"],
        },
        series=found["series"],
        language=found["language"] or _LANGUAGES.get(found["buyer_country"], "en"),
        time_zone=found["time_zone"],
    )


async def lock_counter(legal_entity_id: UUID, series: str, year: int) -> Counter:
    """Lock the counter of a series, made when missing."""
    await db.execute(
        "INSERT INTO invoice_counter (id, legal_entity_id, series, year, last_sequence, last_hash) VALUES ($1, $2, $3, $4, 0, '')"
        " ON CONFLICT (legal_entity_id, series, year) DO NOTHING",
        new_id(),
        legal_entity_id,
        series,
        year,
    )
    found = await db.row(
        "SELECT id, last_sequence, last_hash FROM invoice_counter WHERE legal_entity_id = $1 AND series = $2 AND year = $3 FOR UPDATE",
        legal_entity_id,
        series,
        year,
    )
    assert found is not None
    return Counter(**found)


async def legal_content(invoice_id: UUID) -> dict[str, object]:
    """Return everything of an invoice that must never change, lines and taxes included, without its number."""
    head = await db.row(
        "SELECT kind, customer_id, legal_entity_id, currency, language, period_start, period_end, net_minor, tax_minor, gross_minor,"
        " seller, buyer FROM invoice WHERE id = $1",
        invoice_id,
    )
    lines = await db.rows(
        "SELECT ordinal, charge_id, site_id, description, basis, quantity, unit_price_minor, amount_minor, net_minor, price_includes_tax,"
        " supply, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from, supplied_to FROM invoice_line WHERE invoice_id = $1"
        " ORDER BY ordinal",
        invoice_id,
    )
    taxes = await db.rows(
        "SELECT ordinal, tax_category, tax_rate, net_minor, tax_minor, gross_minor, note FROM invoice_tax WHERE invoice_id = $1"
        " ORDER BY ordinal",
        invoice_id,
    )
    assert head is not None
    sides = {"seller": json.loads(head["seller"]), "buyer": json.loads(head["buyer"])}
    return {**dict(head), **sides, "lines": [dict(line) for line in lines], "taxes": [dict(tax) for tax in taxes]}


async def lock_run_item(item_id: UUID) -> RunItem | None:
    """Lock a customer of a billing run."""
    found = await db.row(
        "SELECT i.id, i.run_id, r.month, i.customer_id, i.legal_entity_id, i.currency, i.state FROM billing_run_item i"
        " JOIN billing_run r ON r.id = i.run_id WHERE i.id = $1 FOR UPDATE OF i",
        item_id,
    )
    return RunItem(**found) if found else None


async def lock_run(run_id: UUID) -> dict[str, Any] | None:
    """Lock a billing run; with how many customers wait."""
    found = await db.row("SELECT id, month, state FROM billing_run WHERE id = $1 FOR UPDATE", run_id)
    if found is None:
        return None
    waiting = await db.value("SELECT count(*) FROM billing_run_item WHERE run_id = $1 AND state = 'waiting'", run_id)
    return {**dict(found), "waiting": waiting}


async def lock_invoice(invoice_id: UUID) -> LockedInvoice:
    """Lock an invoice that is known to be there."""
    found = await db.row(
        "SELECT id, state, kind, customer_id, legal_entity_id, currency, gross_minor, paid_minor, number, version FROM invoice"
        " WHERE id = $1 FOR UPDATE",
        invoice_id,
    )
    assert found is not None
    return LockedInvoice(**found)


_ATTEMPT = (
    "SELECT a.id, a.invoice_id, i.legal_entity_id, a.amount_minor, a.currency, a.language, a.state, a.session_id, a.checkout_url, i.number,"
    " a.created_at, a.checks FROM payment_attempt a JOIN invoice i ON i.id = a.invoice_id"
)


async def attempt(attempt_id: UUID, *, lock: bool = False) -> Attempt | None:
    """Return a payment attempt, locked when asked."""
    found = await db.row(f"{_ATTEMPT} WHERE a.id = $1" + (" FOR UPDATE OF a" if lock else ""), attempt_id)
    return Attempt(**found) if found else None


async def open_attempt(invoice_id: UUID) -> Attempt | None:
    """Return the attempt of an invoice whose outcome is not known, if there is one."""
    found = await db.row(f"{_ATTEMPT} WHERE a.invoice_id = $1 AND a.state IN ('started', 'open')", invoice_id)
    return Attempt(**found) if found else None


async def attempt_of_reference(reference: str) -> UUID | None:
    """Return the attempt with this session or payment of Stripe's."""
    found: UUID | None = await db.value("SELECT id FROM payment_attempt WHERE session_id = $1 OR payment_intent = $1", reference)
    return found


async def attempts_to_check(now: datetime, limit: int = 200) -> list[tuple[UUID, int, UUID]]:
    """Return the attempts without an outcome that are due to be read again, with how often they were, and their legal entities."""
    found = await db.rows(
        "SELECT a.id, a.checks, i.legal_entity_id FROM payment_attempt a JOIN invoice i ON i.id = a.invoice_id"
        " WHERE a.state IN ('started', 'open') AND a.check_after <= $1 ORDER BY a.check_after LIMIT $2",
        now,
        limit,
    )
    return [(row["id"], row["checks"], row["legal_entity_id"]) for row in found]
