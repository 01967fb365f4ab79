"""What a document says where there is no ordinary tax: in its own language, and reverse charge in the words of the seller's law as well.

Source: Directive 2006/112/EC, Art. 226 (11) and (11a); § 14a (5) UStG; momsbekendtgørelsen § 58, stk. 1, nr. 10.
"""

from collections.abc import Mapping
from types import MappingProxyType

from incubator.billing.tax_rules import Case, rule_by_id
from incubator.billing.terms import TaxCategory

DEPOSIT = "security deposit, no supply"
_NATIONAL = MappingProxyType({"DE": "de", "DK": "da", "CH": "de", "CN": "zh-CN"})
_REVERSE_CHARGE = {
    "en": "Reverse charge",
    "de": "Steuerschuldnerschaft des Leistungsempfängers",
    "da": "Omvendt betalingspligt",
    "zh-CN": "反向征税:由服务接受方缴纳增值税",
}
_LETTING = {
    "en": "Letting of rooms, exempt from tax",
    "de": "Vermietung von Räumen, steuerfrei",
    "da": "Udlejning af lokaler, momsfri",
    "zh-CN": "房屋租赁,免税",
}
_CERTIFICATE = {
    "en": "Exempt by the customer's certificate",
    "de": "Steuerfrei nach Bescheinigung des Kunden",
    "da": "Fritaget efter kundens attest",
    "zh-CN": "凭客户免税证明免税",
}
_EXEMPT = {"en": "Exempt from tax", "de": "Steuerfrei", "da": "Momsfri", "zh-CN": "免税"}
_ABROAD = {
    "en": "Not taxable here: the recipient is abroad",
    "de": "Nicht steuerbar: Leistungsort beim Empfänger im Ausland",
    "da": "Leveringsstedet er i udlandet, ingen moms",
    "zh-CN": "境外接受服务,不征税",
}
_OUTSIDE = {"en": "Outside the scope of tax", "de": "Nicht steuerbar", "da": "Uden for momslovens område", "zh-CN": "不征税"}
_ZERO = {"en": "Zero-rated", "de": "Steuersatz null", "da": "Nulsats", "zh-CN": "适用零税率"}
_DEPOSIT = {
    "en": DEPOSIT,
    "de": "Kaution, keine Leistung",
    "da": "depositum, ingen levering",
    "zh-CN": "押金,不属于应税交易",
}
_BY_CATEGORY: Mapping[TaxCategory, Mapping[str, str]] = MappingProxyType(
    {
        TaxCategory.AE: _REVERSE_CHARGE,
        TaxCategory.E: _EXEMPT,
        TaxCategory.O: _OUTSIDE,
        TaxCategory.Z: _ZERO,
        TaxCategory.G: _ZERO,
        TaxCategory.K: _ZERO,
    }
)
_BY_CASE: Mapping[Case, Mapping[str, str]] = MappingProxyType(
    {Case.LETTING: _LETTING, Case.CERTIFICATE: _CERTIFICATE, Case.ABROAD: _ABROAD, Case.EXPORT_FILED: _ZERO}
)


def national_language(country: str) -> str:
    """Return the language of a seller's own law, English where the product has no words of it."""
    return _NATIONAL.get(country, "en")


def note_of(rule_id: str, category: TaxCategory, seller_country: str, language: str) -> str:
    """Say what the document must say about a line of a rule and category, in a language; nothing where there is ordinary tax.

    An unknown language is answered in English. Reverse charge begins in the words of the seller's law.
    """
    if category is TaxCategory.S:
        return ""
    if rule_id == "deposit":
        return _DEPOSIT.get(language, _DEPOSIT["en"])
    rule = rule_by_id(rule_id)
    words = _BY_CATEGORY[category]
    if rule is not None and category is not TaxCategory.Z:
        words = _BY_CASE.get(rule.case, words)
    said = words.get(language, words["en"])
    if category is TaxCategory.AE:
        said = " / ".join(dict.fromkeys((words[national_language(seller_country)], said)))
    law = rule.law if rule is not None else _REVERSE_LAW if category is TaxCategory.AE else ""
    return f"{said} ({law})" if law else said


_REVERSE_LAW = "Directive 2006/112/EC, Art. 196"
