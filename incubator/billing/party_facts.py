"""Sellers and buyers as documents name them, read for many documents at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Role

MONEY_ROLES = [Role.BILLING_CONTACT.value, Role.OWNER.value, Role.CORPORATE_ADMIN.value, Role.REPRESENTATIVE.value]
_LANGUAGES = {"DE": "de", "AT": "de", "CH": "de", "LI": "de", "CN": "zh-CN"}
_SELLER = (
    "city",
    "postal_code",
    "register_number",
    "contact_name",
    "email",
    "phone",
    "bank_name",
    "iban",
    "bic",
    "endpoint_scheme",
    "endpoint_id",
)
_BUYER = (
    "postal_code",
    "register_number",
    "email",
    "reference",
    "endpoint_scheme",
    "endpoint_id",
    "format",
    "tax_number",
    "fapiao_kind",
    "phone",
    "bank_name",
    "bank_account",
)


_SELLER_COLUMNS = ", ".join(f"coalesce(p.{name}, '') AS {name}" for name in _SELLER)
_USUAL = {"format": "pdf", "fapiao_kind": "ordinary"}
_BUYER_COLUMNS = ", ".join(f"coalesce(p.{name}, '{_USUAL.get(name, '')}') AS {name}" for name in _BUYER)


@dataclass(frozen=True, slots=True)
class Seller:
    """A legal entity: what documents say of it (`shown`), its series and its ways of billing."""

    shown: dict[str, str]
    currency: str
    series: str
    grace_days: int
    payment_days: int
    locked_until: date | None


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer: what documents say of it (`shown`), and the language they are in."""

    shown: dict[str, str]
    language: str


async def sellers(ids: Sequence[UUID]) -> dict[UUID, Seller]:
    """Return legal entities by id."""
    found = await db.rows(
        "SELECT e.id, e.name, e.address, e.country, e.tax_number, e.series, e.currency,"
        " coalesce((SELECT r.vat_id FROM tax_registration r WHERE r.legal_entity_id = e.id ORDER BY r.valid_from DESC LIMIT 1), '') AS vat_id,"
        f" {_SELLER_COLUMNS}, coalesce(p.grace_days, 0) AS grace_days,"
        " coalesce(p.payment_days, 14) AS payment_days, p.locked_until"
        " FROM legal_entity e LEFT JOIN seller_profile p ON p.legal_entity_id = e.id WHERE e.id = ANY($1::uuid[])",
        list(ids),
    )
    return {
        row["id"]: Seller(
            {name: row[name] for name in ("name", "address", "country", "tax_number", "vat_id", *_SELLER)},
            row["currency"],
            row["series"],
            row["grace_days"],
            row["payment_days"],
            row["locked_until"],
        )
        for row in found
    }


async def buyers(ids: Sequence[UUID]) -> dict[UUID, Buyer]:
    """Return customers by id; the language is that of the first billing person, else the country's."""
    found = await db.rows(
        "SELECT o.id, o.name, o.address, o.city, o.country, o.vat_id,"
        f" {_BUYER_COLUMNS},"
        " (SELECT h.language FROM role_assignment a JOIN person h ON h.id = a.person_id WHERE a.organization_id = o.id"
        " AND a.role = ANY($2::text[]) ORDER BY array_position($2::text[], a.role::text), a.id LIMIT 1) AS language"
        " FROM organization o LEFT JOIN buyer_profile p ON p.organization_id = o.id WHERE o.id = ANY($1::uuid[])",
        list(ids),
        MONEY_ROLES,
    )
    return {
        row["id"]: Buyer(
            {name: row[name] for name in ("name", "address", "city", "country", "vat_id", *_BUYER)},
            row["language"] or _LANGUAGES.get(row["country"], "en"),
        )
        for row in found
    }


async def zones(site_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return sites' time zones by id."""
    return {
        row["id"]: row["time_zone"] for row in await db.rows("SELECT id, time_zone FROM site WHERE id = ANY($1::uuid[])", list(site_ids))
    }
