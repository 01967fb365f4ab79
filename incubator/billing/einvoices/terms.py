"""The facts of an invoice as business terms of EN 16931 (BT and BG numbers), the way factur-x takes them: texts and days only.

factur-x cuts floats and refuses decimals, so that all numbers are given as texts.
"""

from typing import Any

from incubator.billing.document_facts import FactsLine, FactsTax, InvoiceFacts
from incubator.billing.einvoices.measures import measure
from incubator.billing.policy import plain
from incubator.kernel.money import round_half_up, to_decimal

Terms = dict[str, Any]

INVOICE_CODE, CREDIT_NOTE_CODE = "380", "381"
"""UNTDID 1001."""
REASON_CODES = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O", "G": "VATEX-EU-G", "K": "VATEX-EU-IC"}
"""VATEX codes of the Directive, so only for sellers in the EU; an exemption (E) is said by its national law, in words."""
LEGAL_ID_SCHEMES = {"DK": "0184", "SG": "0195", "CH": "0183"}
"""ISO 6523: CVR, UEN, UID. Germany's register numbers have none."""
DISCOUNT = "95"
"""UNTDID 5189."""
SEPA_TRANSFER, TRANSFER, DANISH_TRANSFER, NO_MEANS = "58", "30", "31", "1"
"""UNTDID 4461. Danish sellers may name 31, never 30 (DK-R-005)."""


def business_terms(facts: InvoiceFacts, *, in_eu: bool) -> Terms:
    """Return an invoice or credit note as business terms.

    Outside the scope of tax (O) there are no VAT ids and no rates (BR-O-02 to -05); the seller has its tax number then.
    """
    is_outside = "O" in facts.categories
    first, last = min(line.supplied_from for line in facts.lines), max(line.supplied_to for line in facts.lines)
    terms: Terms = {
        "BT-1": facts.number,
        "BT-2": facts.issued_on,
        "BT-3": CREDIT_NOTE_CODE if facts.is_credit_note else INVOICE_CODE,
        "BT-5": facts.currency,
        "BT-9": facts.due_on,
        "BT-10": facts.buyer.get("reference", ""),
        "BT-72": last,
        "BT-73": first,
        "BT-74": last,
        "BG-4": _seller(facts, is_outside),
        "BG-7": _buyer(facts, is_outside),
        "BG-23": [_tax(tax, facts.currency, in_eu) for tax in facts.taxes],
        "BG-25": [_line(line, facts.currency) for line in facts.lines],
        **_payment(facts),
        **_totals(facts),
    }
    note = "\n".join(_notes(facts))
    if note:
        terms["BG-1"] = [{"BT-22": note}]
    if "K" in facts.categories:
        terms["BG-13"] = {key: value for key, value in _party(facts.buyer).items() if not key.startswith("einvoicing")}  # BR-IC-12
    if facts.is_credit_note:
        terms["BG-3"] = [{"BT-25": facts.corrects_number, "BT-26": facts.corrects_issued_on}]
    return {key: value for key, value in terms.items() if value != ""}


def _notes(facts: InvoiceFacts) -> list[str]:
    """What has no term of its own; one note, since Peppol takes no second (PEPPOL-EN16931-R002)."""
    notes = [facts.reason] if facts.reason else []
    if facts.is_credit_note and not notes:
        notes.append(f"{facts.corrects_number}, {facts.corrects_issued_on}")
    notes += [tax.note for tax in facts.taxes if tax.note and tax.tax_category == "Z"]
    if facts.home_rate is not None:
        notes.append(f"1 {facts.currency} = {plain(facts.home_rate)} {facts.home_currency} ({facts.home_rate_on}, European Central Bank)")
    return notes


def _party(side: dict[str, str]) -> Terms:
    street = street_of(side)
    return {
        "name": side["name"],
        "addr_l1": street[0] if street else "",
        "addr_l2": ", ".join(street[1:]),
        "postcode": side.get("postal_code", ""),
        "city": side.get("city", ""),
        "country_code": side["country"],
        "einvoicing_addr": side.get("endpoint_id", ""),
        "einvoicing_addr_schemeid": side.get("endpoint_scheme", ""),
    }


def street_of(side: dict[str, str]) -> list[str]:
    """Return the lines of an address without the one that says postal code and city, when those are known apart."""
    city, code = side.get("city", ""), side.get("postal_code", "")
    rows = [row.strip() for row in side.get("address", "").splitlines()]
    return [row for row in rows if row and row not in {f"{code} {city}".strip(), f"{city} {code}".strip(), city}]


def _seller(facts: InvoiceFacts, is_outside: bool) -> Terms:
    seller = facts.seller
    legal_id = legal_id_of(seller)
    party = _party(seller) | {
        "legal_identifier": legal_id,
        "legal_identifier_schemeid": LEGAL_ID_SCHEMES.get(seller["country"], "") if legal_id else "",
        "vat_identifier": "" if is_outside else seller.get("vat_id", ""),
        "tax_identifier": seller.get("tax_number", ""),
        "contacts": [{"name": seller.get("contact_name", ""), "phone": seller.get("phone", ""), "email": seller.get("email", "")}],
    }
    if not legal_id and not party["vat_identifier"] and seller.get("tax_number"):
        party["identifiers"] = {None: seller["tax_number"]}  # BR-CO-26 wants an identifier of the seller
    return party


def legal_id_of(side: dict[str, str]) -> str:
    """Return the identifier of the register as e-invoices write it: the number alone for Denmark, Singapore and Switzerland."""
    found = side.get("register_number", "")
    if side["country"] == "DK":
        return "".join(sign for sign in found or side.get("vat_id", "") or side.get("tax_number", "") if sign.isdigit())
    if side["country"] == "SG":
        return found or side.get("tax_number", "")
    return found


def _buyer(facts: InvoiceFacts, is_outside: bool) -> Terms:
    buyer = facts.buyer
    legal_id = legal_id_of(buyer) if buyer.get("register_number") else ""
    return _party(buyer) | {
        "legal_identifier": legal_id,
        "legal_identifier_schemeid": LEGAL_ID_SCHEMES.get(buyer["country"], "") if legal_id else "",
        "vat_identifier": "" if is_outside else buyer.get("vat_id", ""),
    }


def _payment(facts: InvoiceFacts) -> Terms:
    iban, bic = facts.seller.get("iban", "").replace(" ", ""), facts.seller.get("bic", "")
    if facts.is_credit_note or not iban:
        return {"BT-81": NO_MEANS}
    if facts.currency == "EUR":
        code = SEPA_TRANSFER
    elif facts.country == "DK":
        code = DANISH_TRANSFER if bic else NO_MEANS
    else:
        code = TRANSFER
    return {"BT-81": code, "BT-83": facts.number, "BT-84": iban, "BT-85": facts.seller["name"], "BT-86": bic}


def _totals(facts: InvoiceFacts) -> Terms:
    currency = facts.currency
    totals = {
        "BT-106": amount(sum(line.net_minor for line in facts.lines), currency),
        "BT-109": amount(facts.net_minor, currency),
        "BT-110": amount(facts.tax_minor, currency),
        "BT-112": amount(facts.gross_minor, currency),
        "BT-115": amount(facts.gross_minor, currency),
    }
    if facts.home_tax_minor is None:
        return totals
    return totals | {"BT-6": facts.home_currency, "BT-111": amount(facts.home_tax_minor, facts.home_currency)}


def _tax(tax: FactsTax, currency: str, in_eu: bool) -> Terms:
    has_reason = tax.tax_category not in {"S", "Z"}
    return {
        "BT-116": amount(tax.net_minor, currency),
        "BT-117": amount(tax.tax_minor, currency),
        "BT-118": tax.tax_category,
        "BT-119": None if tax.tax_category == "O" else plain(tax.tax_rate),
        "BT-120": (tax.note or tax.tax_category) if has_reason else "",
        "BT-121": REASON_CODES.get(tax.tax_category, "") if in_eu and has_reason else "",
    }


def _line(line: FactsLine, currency: str) -> Terms:
    found = measure(line, currency)
    terms: Terms = {
        "BT-126": str(line.ordinal),
        "BT-129": plain(found.quantity),
        "BT-130": found.unit,
        "BT-131": amount(line.net_minor, currency),
        "BT-134": line.supplied_from,
        "BT-135": line.supplied_to,
        "BT-146": str(found.price),
        "BT-151": line.tax_category,
        "BT-152": None if line.tax_category == "O" else plain(line.tax_rate),
        "BT-153": line.description,
    }
    if found.base_quantity != 1:
        terms["BT-149"] = str(found.base_quantity)
    if line.rule_note:
        terms["BT-127-00"] = [{"BT-127": line.rule_note}]
    if found.allowance_minor:
        allowance = {"amount": amount(found.allowance_minor, currency), "reason": "Discount", "reason_code": DISCOUNT}
        terms["BG-27"] = [allowance | {"base_amount": amount(line.net_minor + found.allowance_minor, currency)}]
    return terms


def amount(minor: int, currency: str) -> str:
    """Write an amount with the decimals of its currency."""
    return str(to_decimal(minor, currency))


def at_home(minor: int, facts: InvoiceFacts) -> int:
    """Return an amount in the seller's currency at the rate of the invoice, in minor units, half up."""
    assert facts.home_rate is not None
    return round_half_up(to_decimal(minor, facts.currency) * facts.home_rate, facts.home_currency)
