"""The pages of a document: what the template shows, in the invoice's language; texts only."""

from decimal import Decimal

from stdnum import iban

from incubator.billing.document_facts import FactsLine, FactsTax, InvoiceFacts
from incubator.billing.einvoices.terms import at_home, street_of
from incubator.billing.policy import plain
from incubator.billing.wording import (
    country,
    customer_vat_label,
    day,
    figure,
    money,
    number,
    short_day,
    tax_name,
    tax_number_label,
    vat_id,
    vat_id_label,
)
from incubator.billing.words import WORDS, Words
from incubator.kernel.language import Language

FONTS = ["Noto Sans CJK SC", "Noto Sans CJK JP"]
_REGIONS = {Language.EN: ("en", "GB"), Language.DE: ("de", "DE"), Language.ZH_CN: ("zh", "CN")}
Rows = list[list[str]]


def title_of(facts: InvoiceFacts) -> str:
    """Name the document as the seller's country does, with its number. A German credit note is never called Gutschrift (§ 14 Abs. 2 UStG)."""
    return f"{_kind(facts, WORDS[Language(facts.language)])} {facts.number}"


def page_data(facts: InvoiceFacts) -> dict[str, object]:
    """Turn an invoice into what the template shows."""
    language = Language(facts.language)
    words = WORDS[language]
    lang, region = _REGIONS[language]
    has_tax = _has_tax(facts)
    return {
        "title": title_of(facts),
        "kind": _kind(facts, words),
        "date": [facts.issued_on.year, facts.issued_on.month, facts.issued_on.day],
        "lang": lang,
        "region": region,
        "fonts": FONTS,
        "page": words.page,
        "seller": _seller(facts, words, language),
        "buyer": {"name": facts.buyer["name"], "rows": _address(facts.buyer, facts.seller["country"], language)},
        "facts": _facts(facts, words, language),
        "hasTax": has_tax,
        "columns": [column for column in words.columns if has_tax or column != words.columns[4]],
        "currency": facts.currency,
        "lines": [_line(line, facts, words, language) for line in facts.lines],
        "sums": _sums(facts, words, language, has_tax),
        "total": [words.credited if facts.is_credit_note else words.total, money(facts.gross_minor, facts.currency, language)],
        "taxes": {"head": list(words.taxes), "rows": [_tax(tax, facts, words, language) for tax in facts.taxes]} if has_tax else None,
        "home": _home(facts, words, language),
        "notes": _notes(facts, words),
        "payment": _payment(facts, words, language),
    }


def _kind(facts: InvoiceFacts, words: Words) -> str:
    if facts.is_deposit:
        return words.deposit
    if facts.is_credit_note:
        return words.credit_note
    return {"CN": words.statement, "SG": words.tax_invoice}.get(facts.country, words.invoice)


def _has_tax(facts: InvoiceFacts) -> bool:
    """Nothing is said about tax on a request for a deposit, nor where there is none: in the United States."""
    return not facts.is_deposit and not (facts.country == "US" and facts.tax_minor == 0)


def _address(side: dict[str, str], from_country: str, language: Language) -> list[str]:
    code, town = side.get("postal_code", ""), side.get("city", "")
    city = f"{town} {code}".strip() if side["country"] in {"SG", "US"} else f"{code} {town}".strip()
    rows = [*street_of(side), city if city and city not in side.get("address", "") else ""]
    if city and city in side.get("address", "") and not any(city in row for row in rows):
        rows.append(city)
    abroad = country(side["country"], language) if side["country"] != from_country or not any(rows) else ""
    return [row for row in (*rows, abroad) if row]


def _seller(facts: InvoiceFacts, words: Words, language: Language) -> dict[str, object]:
    seller, at = facts.seller, facts.country
    numbers = [
        [vat_id_label(at, language), vat_id(at, seller.get("vat_id", ""))],
        [tax_number_label(at, language), seller.get("tax_number", "")],
        [words.register, seller.get("register_number", "")],
    ]
    contact = [seller.get(key, "") for key in ("contact_name", "phone", "email")]
    address = _address(seller, "", language)
    return {
        "name": seller["name"],
        "rows": address,
        "line": " · ".join([seller["name"], *_address(seller, at, language)]),
        "numbers": [pair for index, pair in enumerate(numbers) if pair[1] and pair[1] not in {known for _, known in numbers[:index]}],
        "contact": [row for row in contact if row],
    }


def _facts(facts: InvoiceFacts, words: Words, language: Language) -> Rows:
    rows = [
        [words.number, facts.number],
        [words.issued, day(facts.issued_on, language)],
        [words.period, f"{short_day(facts.period_start, language)} – {short_day(facts.period_end, language)}"],
    ]
    if facts.is_credit_note:
        on = short_day(facts.corrects_issued_on, language) if facts.corrects_issued_on else ""
        rows += [[words.corrects, f"{facts.corrects_number}, {on}"]]
    else:
        rows += [[words.due, day(facts.due_on, language)]]
    buyer = facts.buyer
    theirs = [
        [words.customer_vat.format(label=customer_vat_label(buyer["country"], language)), buyer.get("vat_id", "")],
        [words.customer_tax_number, buyer.get("tax_number", "") if facts.country == "CN" else ""],
        [words.reference, buyer.get("reference", "")],
    ]
    return rows + [pair for pair in theirs if pair[1]]


def _line(line: FactsLine, facts: InvoiceFacts, words: Words, language: Language) -> dict[str, object]:
    unit, per = words.units.get(line.basis, ""), words.prices_per.get(line.basis, "")
    price = figure(line.unit_price_minor, facts.currency, language)
    supplied = short_day(line.supplied_from, language)
    if line.supplied_to != line.supplied_from:
        supplied += f" – {short_day(line.supplied_to, language)}"
    discount = f"{words.discount} −{figure(line.discount_minor, facts.currency, language)}" if line.discount_minor else ""
    is_mixed = len({other.price_includes_tax for other in facts.lines}) > 1
    with_tax = words.line_includes_tax if line.price_includes_tax and is_mixed else ""
    notes = [supplied if not facts.is_deposit else "", line.rule_note, discount, with_tax]
    return {
        "number": line.ordinal,
        "description": line.description,
        "notes": [note for note in notes if note],
        "quantity": f"{number(line.quantity, language)} {unit}".strip(),
        "price": f"{price} / {per}" if per else price,
        "tax": _category(line.tax_category, line.tax_rate, language) if _has_tax(facts) else "",
        "amount": figure(line.amount_minor, facts.currency, language),
    }


def _category(category: str, rate: Decimal, language: Language) -> str:
    blank = "" if language is Language.ZH_CN else " "
    return f"{number(rate, language)}{blank}%" if category == "S" else category


def _sums(facts: InvoiceFacts, words: Words, language: Language, has_tax: bool) -> Rows:
    if not has_tax:
        return []
    name = tax_name(facts.country, language)
    rows = [[words.net, figure(facts.net_minor, facts.currency, language)]]
    for tax in facts.taxes:
        if tax.tax_category == "S":
            rows.append([words.tax.format(name=name, rate=number(tax.tax_rate, language)), figure(tax.tax_minor, facts.currency, language)])
    return rows


def _tax(tax: FactsTax, facts: InvoiceFacts, words: Words, language: Language) -> dict[str, object]:
    name = tax_name(facts.country, language)
    label = words.categories[tax.tax_category].format(name=name, rate=number(tax.tax_rate, language))
    amounts = (tax.net_minor, tax.tax_minor, tax.net_minor + tax.tax_minor)
    code = "" if tax.tax_category == "S" else f" ({tax.tax_category})"
    return {"row": [label + code, *(figure(minor, facts.currency, language) for minor in amounts)], "reason": tax.note}


def _home(facts: InvoiceFacts, words: Words, language: Language) -> dict[str, object] | None:
    """The tax in the seller's currency, with its rate; in Singapore net and total as well (reg. 11(2))."""
    if facts.home_tax_minor is None or facts.home_rate is None or facts.home_rate_on is None:
        return None
    home = facts.home_currency
    rows = [[tax_name(facts.country, language), money(facts.home_tax_minor, home, language)]]
    if facts.country == "SG":
        net = at_home(facts.net_minor, facts)
        rows = [
            [words.home_net, money(net, home, language)],
            *rows,
            [words.home_total, money(net + facts.home_tax_minor, home, language)],
        ]
    rate = words.rate.format(currency=facts.currency, rate=plain(facts.home_rate), home=home, day=short_day(facts.home_rate_on, language))
    return {"title": words.home.format(currency=home), "rows": rows, "rate": rate}


def _notes(facts: InvoiceFacts, words: Words) -> list[str]:
    if facts.is_deposit:
        return [words.deposit_note]
    notes = [f"{words.reason}: {facts.reason}"] if facts.reason else []
    if "AE" in facts.categories:
        notes.append(words.reverse_charge)
    if all(line.price_includes_tax for line in facts.lines):
        notes.append(words.includes_tax)
    if facts.country == "CN":
        notes.append(words.fapiao)
    return notes


def _payment(facts: InvoiceFacts, words: Words, language: Language) -> dict[str, object]:
    amount = money(facts.gross_minor, facts.currency, language)
    if facts.is_credit_note:
        return {"title": words.payment, "text": words.credit.format(amount=amount), "rows": []}
    if facts.gross_minor == 0:
        return {"title": words.payment, "text": words.nothing, "rows": []}
    seller = facts.seller
    account = seller.get("iban", "")
    is_iban = iban.is_valid(account)
    values = (
        seller["name"] if account else "",
        seller.get("bank_name", ""),
        iban.format(account) if is_iban else account,
        seller.get("bic", ""),
    )
    labels = words.account if is_iban else (*words.account[:2], words.account_number, words.account[3])
    rows = [[label, value] for label, value in zip(labels, values, strict=True) if value]
    purpose = [[words.purpose, facts.number]] if rows else []
    text = words.pay.format(amount=amount, due=day(facts.due_on, language), number=facts.number)
    return {"title": words.payment, "text": text, "rows": rows + purpose}
