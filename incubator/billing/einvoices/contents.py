"""What an invoice must say: by the law of the seller's country, and by the format that the buyer wants. Asked before it is finalised.

Sources, as of November 2026: § 14 and § 14a UStG; momsbekendtgørelsen § 61; Art. 26 MWSTG; GST (General) Regulations, reg. 11;
Directive 2006/112/EC, Art. 226 and 230; XRechnung 3.0 (BR-DE); Peppol BIS Billing 3 and IRAS's rules for PINT-SG (IRASC5).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from incubator.billing.document_errors import ContentMissing
from incubator.billing.document_facts import InvoiceFacts
from incubator.billing.einvoices.terms import legal_id_of, street_of
from incubator.kernel.errors import Refusals
from incubator.kernel.money import digits
from incubator.organizations.vat_ids import EU

FINANCE, CUSTOMER = "finance", "customer"
HOME_CURRENCIES = {"DE": "EUR", "DK": "DKK", "CH": "CHF", "SG": "SGD", "CN": "CNY", "US": "USD"}


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing (`seller.vat_id`, `lines.1.description`), the rule that asks for it, and who must act: finance or customer."""

    field: str
    rule: str
    who: str


Ask = tuple[str, str]
"""A key of a party, and the rule that asks for it."""

_PARTIES: dict[str, tuple[tuple[Ask, ...], tuple[Ask, ...]]] = {
    "DE": (
        (("name", "§ 14 Abs. 4 Nr. 1 UStG"), ("address", "§ 14 Abs. 4 Nr. 1 UStG")),
        (("name", "§ 14 Abs. 4 Nr. 1 UStG"), ("address", "§ 14 Abs. 4 Nr. 1 UStG")),
    ),
    "DK": (
        (("name", "momsbekendtgørelsen § 61, stk. 1, nr. 4"), ("address", "momsbekendtgørelsen § 61, stk. 1, nr. 4")),
        (("name", "momsbekendtgørelsen § 61, stk. 1, nr. 5"), ("address", "momsbekendtgørelsen § 61, stk. 1, nr. 5")),
    ),
    "CH": (
        (("name", "Art. 26 Abs. 2 Bst. a MWSTG"), ("address", "Art. 26 Abs. 2 Bst. a MWSTG")),
        (("name", "Art. 26 Abs. 2 Bst. b MWSTG"), ("city", "Art. 26 Abs. 2 Bst. b MWSTG")),
    ),
    "SG": (
        (("name", "GST (General) Regulations, reg. 11(1)"), ("address", "GST (General) Regulations, reg. 11(1)")),
        (("name", "GST (General) Regulations, reg. 11(1)"), ("address", "GST (General) Regulations, reg. 11(1)")),
    ),
    "CN": ((("name", "发票管理办法"), ("tax_number", "发票管理办法")), (("name", "发票管理办法"),)),
    "US": ((("name", "invoice"), ("address", "invoice")), (("name", "invoice"),)),
}
_IN_EU = ((("name", "2006/112/EC Art. 226"), ("address", "2006/112/EC Art. 226")),) * 2


def missing_contents(facts: InvoiceFacts) -> list[Missing]:
    """Return all that is missing on an invoice or credit note, in the order it is read; nothing is asked of a deposit request but names.

    The number and the days that finalising gives are not asked for, so a draft can be judged.
    """
    if facts.is_deposit:
        return [found for found in _parties(facts) if found.field.endswith(".name")]
    return [*_parties(facts), *_numbers(facts), *_lines(facts), *_home(facts), *_format(facts)]


def require_contents(facts: InvoiceFacts) -> None:
    """Refuse an invoice that lacks something.

    Raises:
        Refusals: of ContentMissing, one for each thing that is missing.
    """
    missing = missing_contents(facts)
    if missing:
        raise Refusals("the invoice lacks contents", [ContentMissing(field=one.field, rule=one.rule, who=one.who) for one in missing])


def _parties(facts: InvoiceFacts) -> Iterator[Missing]:
    sellers, buyers = _PARTIES.get(facts.country, _IN_EU)
    yield from (Missing(f"seller.{key}", rule, FINANCE) for key, rule in sellers if not facts.seller.get(key))
    yield from (Missing(f"buyer.{key}", rule, CUSTOMER) for key, rule in buyers if not facts.buyer.get(key))


def _numbers(facts: InvoiceFacts) -> Iterator[Missing]:
    seller, categories = facts.seller, facts.categories
    has_number = seller.get("vat_id") or seller.get("tax_number")
    if facts.country == "DE" and not has_number:
        yield Missing("seller.tax_number", "§ 14 Abs. 4 Nr. 2 UStG", FINANCE)
    elif facts.country == "DK" and not has_number:
        yield Missing("seller.vat_id", "momsbekendtgørelsen § 61, stk. 1, nr. 3", FINANCE)
    elif facts.country in EU and not has_number:
        yield Missing("seller.vat_id", "2006/112/EC Art. 226 (3)", FINANCE)
    elif facts.country == "CH" and "S" in categories and not seller.get("vat_id"):
        yield Missing("seller.vat_id", "Art. 26 Abs. 2 Bst. a MWSTG", FINANCE)
    elif facts.country == "SG" and categories & {"S", "Z"} and not seller.get("vat_id"):
        yield Missing("seller.vat_id", "GST (General) Regulations, reg. 11(1)", FINANCE)
    if categories & {"AE", "G", "K"} and not seller.get("vat_id"):
        yield Missing("seller.vat_id", _both_ids(facts), FINANCE)
    if categories & {"AE", "K"} and not facts.buyer.get("vat_id"):
        yield Missing("buyer.vat_id", _both_ids(facts), CUSTOMER)
    if facts.is_credit_note and not facts.corrects_number:
        yield Missing("corrects.number", "EN 16931 BG-3", FINANCE)


def _both_ids(facts: InvoiceFacts) -> str:
    if facts.country == "DE" and facts.categories & {"AE", "K"}:
        return "§ 14a Abs. 1 UStG" if "AE" in facts.categories else "§ 14a Abs. 3 UStG"
    return "2006/112/EC Art. 226 (4), (11a)" if "AE" in facts.categories else "EN 16931 BR-G-02"


def _lines(facts: InvoiceFacts) -> Iterator[Missing]:
    if not facts.lines:
        yield Missing("lines", "EN 16931 BR-16", FINANCE)
    yield from (
        Missing(f"lines.{line.ordinal}.description", "EN 16931 BR-25", FINANCE) for line in facts.lines if not line.description.strip()
    )
    for tax in facts.taxes:
        if tax.tax_category not in {"S", "Z", "O"} and not tax.note:
            yield Missing(f"taxes.{tax.tax_category}.note", f"EN 16931 BR-{tax.tax_category}-10", FINANCE)


def _home(facts: InvoiceFacts) -> Iterator[Missing]:
    """The tax in the seller's currency: where there is tax; in Singapore always, since all goes to its network."""
    own = HOME_CURRENCIES.get(facts.country)
    is_asked = facts.tax_minor != 0 or facts.country == "SG"
    if own is None or facts.currency == own or not is_asked or facts.country in {"CN", "US"} or facts.home_tax_minor is not None:
        return
    rule = {"SG": "GST (General) Regulations, reg. 11(2)", "CH": "Art. 45 MWSTV"}.get(facts.country, "2006/112/EC Art. 230")
    yield Missing("home_rate", rule, FINANCE)


def _format(facts: InvoiceFacts) -> Iterator[Missing]:
    wished = facts.buyer.get("format", "pdf")
    if wished == "pdf" or facts.country == "CN":
        return
    if digits(facts.currency) > 2:
        yield Missing("currency", "EN 16931 BR-DEC", CUSTOMER)
    if wished == "xrechnung":
        yield from _xrechnung(facts)
    elif facts.country == "SG":
        yield from _pint_sg(facts)
    else:
        yield from _peppol(facts)


def _xrechnung(facts: InvoiceFacts) -> Iterator[Missing]:
    seller, buyer = facts.seller, facts.buyer
    asked = (("contact_name", "5"), ("phone", "6"), ("email", "7"), ("city", "3"), ("postal_code", "4"))
    yield from (Missing(f"seller.{key}", f"XRechnung BR-DE-{rule}", FINANCE) for key, rule in asked if not seller.get(key))
    if not (seller.get("vat_id") or seller.get("tax_number")):
        yield Missing("seller.tax_number", "XRechnung BR-DE-16", FINANCE)
    theirs = (("reference", "15"), ("city", "8"), ("postal_code", "9"))
    yield from (Missing(f"buyer.{key}", f"XRechnung BR-DE-{rule}", CUSTOMER) for key, rule in theirs if not buyer.get(key))
    if not (buyer.get("endpoint_id") or buyer.get("email")):
        yield Missing("buyer.endpoint_id", "XRechnung PEPPOL-EN16931-R010", CUSTOMER)


def _peppol(facts: InvoiceFacts) -> Iterator[Missing]:
    yield from _endpoints(facts, "PEPPOL-EN16931-R020", "PEPPOL-EN16931-R010")
    if not facts.buyer.get("reference"):
        yield Missing("buyer.reference", "PEPPOL-EN16931-R003", CUSTOMER)
    if facts.country == "DK" and not legal_id_of(facts.seller):
        yield Missing("seller.register_number", "DK-R-014", FINANCE)


def _pint_sg(facts: InvoiceFacts) -> Iterator[Missing]:
    yield from _endpoints(facts, "IRASC5-017", "IRASC5-027")
    seller, buyer = facts.seller, facts.buyer
    asked = (("seller.register_number", legal_id_of(seller), "026"), ("buyer.register_number", buyer.get("register_number"), "034"))
    streets = (("seller.address", street_of(seller), "020"), ("buyer.address", street_of(buyer), "029"))
    codes = (("seller.postal_code", seller.get("postal_code"), "021"), ("buyer.postal_code", buyer.get("postal_code"), "030"))
    for field, value, rule in (*asked, *streets, *codes):
        if not value:
            yield Missing(field, f"IRASC5-{rule}", FINANCE if field.startswith("seller") else CUSTOMER)


def _endpoints(facts: InvoiceFacts, sellers_rule: str, buyers_rule: str) -> Iterator[Missing]:
    for side, name, rule, who in ((facts.seller, "seller", sellers_rule, FINANCE), (facts.buyer, "buyer", buyers_rule, CUSTOMER)):
        if not (side.get("endpoint_scheme") and side.get("endpoint_id")):
            yield Missing(f"{name}.endpoint_id", rule, who)
