"""What the tax platform of China is asked to issue for a billing statement: one JSON, by the fields of the fully digital e-fapiao.

The 19-digit codes are those of the catalogue of goods and services (商品和服务税收分类编码); which one fits a bundle of services is [?], to be
settled with the tax adviser, as are the particulars of a lease that we do not keep (area, title number): they go out empty.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from stdnum.cn import uscc

from incubator import db
from incubator.billing.document_facts import FactsLine, InvoiceFacts, invoice_facts
from incubator.billing.einvoices.contents import CUSTOMER, FINANCE, Missing
from incubator.billing.policy import plain
from incubator.billing.views import require_invoice
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.money import to_decimal

TAX_CLASSES = {
    "room": ("3040502020000000000", "经营租赁"),
    "workplace": ("3040801990000000000", "企业管理服务"),
    "instrument": ("3040502010000000000", "经营租赁"),
    "service": ("3040801990000000000", "企业管理服务"),
}
"""Code and short name by supply: letting of real estate, other management services, letting of movables."""
SPECIAL = "special"
_UNITS = {"month": "月", "year": "年", "hour": "小时", "minute": "分钟", "once": "项"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line's site is."""

    name: str
    city: str


def missing_for_request(facts: InvoiceFacts) -> list[Missing]:
    """Return what the fapiao needs and seller or buyer lack; a special one is for deducting and needs all of the buyer."""
    return list(_missing(facts))


def _missing(facts: InvoiceFacts) -> Iterator[Missing]:
    seller, buyer = facts.seller, facts.buyer
    if not seller.get("tax_number"):
        yield Missing("seller.tax_number", "发票: 销售方统一社会信用代码", FINANCE)
    if buyer["country"] == "CN" and not uscc.is_valid(buyer_code(buyer)):
        yield Missing("buyer.tax_number", "发票: 购买方统一社会信用代码", CUSTOMER)
    if buyer.get("fapiao_kind") == SPECIAL:
        for key in ("address", "phone", "bank_name", "bank_account"):
            if not buyer.get(key):
                yield Missing(f"buyer.{key}", "增值税专用发票", CUSTOMER)
    for line in facts.lines:
        if line.supply not in TAX_CLASSES:
            yield Missing(f"lines.{line.ordinal}.supply", "商品和服务税收分类编码", FINANCE)


def buyer_code(buyer: Mapping[str, str]) -> str:
    """Return the buyer's unified social credit code."""
    return buyer.get("tax_number") or buyer.get("vat_id", "")


def request_of(facts: InvoiceFacts, places: Mapping[int, Place]) -> dict[str, object]:
    """Return the request for a billing statement; `places` are the lines' sites by ordinal. Amounts are texts in yuan."""
    seller, buyer = facts.seller, facts.buyer
    return {
        "statement_number": facts.number,
        "statement_date": facts.issued_on.isoformat(),
        "fapiao_kind": buyer.get("fapiao_kind") or "ordinary",
        "currency": facts.currency,
        "seller": _party(seller, seller.get("tax_number", ""), seller.get("iban", "")),
        "buyer": _party(buyer, buyer_code(buyer), buyer.get("bank_account", "")),
        "lines": [_line(line, facts, places[line.ordinal]) for line in facts.lines],
        "net": _yuan(facts.net_minor, facts),
        "tax": _yuan(facts.tax_minor, facts),
        "total": _yuan(facts.gross_minor, facts),
        "remarks": facts.number,
    }


def _party(side: Mapping[str, str], code: str, account: str) -> dict[str, str]:
    return {
        "name": side["name"],
        "uscc": code,
        "address": " ".join(side.get("address", "").splitlines()),
        "phone": side.get("phone", ""),
        "bank": side.get("bank_name", ""),
        "bank_account": account,
    }


def _line(line: FactsLine, facts: InvoiceFacts, place: Place) -> dict[str, object]:
    code, short_name = TAX_CLASSES[line.supply]
    tax_minor = line.amount_minor - line.net_minor if line.price_includes_tax else None
    found: dict[str, object] = {
        "name": f"*{short_name}*{line.description}",
        "tax_class_code": code,
        "model": "",
        "unit": _UNITS[line.basis],
        "quantity": plain(line.quantity),
        "unit_price": _yuan(line.unit_price_minor, facts),
        "price_includes_tax": line.price_includes_tax,
        "discount": _yuan(line.discount_minor, facts),
        "amount": _yuan(line.amount_minor, facts),
        "net": _yuan(line.net_minor, facts),
        "tax": None if tax_minor is None else _yuan(tax_minor, facts),
        "tax_rate": plain(line.tax_rate),
    }
    if line.supply == "room":
        found["lease"] = {
            "property_address": f"{place.city} {place.name}",
            "property_detail": line.description,
            "from": line.supplied_from.isoformat(),
            "to": line.supplied_to.isoformat(),
            "is_in_another_city": facts.seller.get("city", place.city) != place.city,
            "area_unit": "平方米",
            "title_number": "",
        }
    return found


def _yuan(minor: int, facts: InvoiceFacts) -> str:
    return str(to_decimal(minor, facts.currency))


async def fapiao_request(actor: Actor, invoice_id: UUID) -> dict[str, object]:
    """Return what to hand to the tax platform for a billing statement whose fapiao was asked for.

    Raises:
        NotFound: the actor sees no such invoice, or its fapiao was not asked for.
        NotSignedIn, Forbidden: the actor records no payments of the legal entity.
    """
    found = await require_invoice(actor, invoice_id)
    actor.require(Grant.RECORD_PAYMENT, found.legal_entity_id)
    facts = await invoice_facts(invoice_id)
    is_asked = await db.value("SELECT EXISTS (SELECT 1 FROM fapiao f WHERE f.invoice_id = $1)", invoice_id)
    if facts is None or not is_asked or facts.is_credit_note:
        raise NotFound(kind="Fapiao")
    rows = await db.rows(
        "SELECT l.ordinal, s.name, s.city FROM invoice_line l JOIN site s ON s.id = l.site_id WHERE l.invoice_id = $1", invoice_id
    )
    return request_of(facts, {row["ordinal"]: Place(row["name"], row["city"]) for row in rows})
