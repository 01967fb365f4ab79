"""Figures, days and names of taxes on documents, written as the language and the seller's country do."""

import re
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from incubator.kernel.language import Language
from incubator.kernel.money import to_decimal

LOCALES = {Language.EN: "en_GB", Language.DE: "de_DE", Language.ZH_CN: "zh_Hans_CN"}
_VAT = {Language.EN: "VAT", Language.DE: "Umsatzsteuer", Language.ZH_CN: "增值税"}
_VAT_ID = {Language.EN: "VAT ID", Language.DE: "USt-IdNr.", Language.ZH_CN: "增值税号"}
_TAX_NUMBER = {Language.EN: "Tax number", Language.DE: "Steuernummer", Language.ZH_CN: "税号"}
_VAT_IDS = {"SG": "GST Reg. No.", "DK": "CVR/SE"}
_TAX_NUMBERS = {"SG": "UEN", "CH": "UID", "US": "EIN", "DK": "CVR"}


def money(amount_minor: int, currency: str, language: Language) -> str:
    """Write an amount with its currency's code, as the language does."""
    return format_currency(to_decimal(amount_minor, currency), currency, format="#,##0.00 ¤¤", locale=LOCALES[language])


def figure(amount_minor: int, currency: str, language: Language) -> str:
    """Write an amount without its currency, which a table's head names once."""
    return money(amount_minor, currency, language).removesuffix(currency).strip()


def day(value: date, language: Language) -> str:
    """Write a day."""
    return format_date(value, format="long", locale=LOCALES[language])


def short_day(value: date, language: Language) -> str:
    """Write a day in short."""
    pattern = {Language.EN: "d MMM yyyy", Language.DE: "dd.MM.yyyy", Language.ZH_CN: "yyyy/MM/dd"}[language]
    return format_date(value, format=pattern, locale=LOCALES[language])


def country(code: str, language: Language) -> str:
    """Name a country."""
    return str(Locale.parse(LOCALES[language]).territories.get(code, code))


def number(value: Decimal, language: Language) -> str:
    """Write a plain number without needless zeros."""
    return format_decimal(value.normalize(), format="#,##0.##########", locale=LOCALES[language])


def tax_name(seller_country: str, language: Language) -> str:
    """Name the tax: GST in Singapore; MWST in Switzerland when German is spoken."""
    if seller_country == "SG":
        return "GST"
    return "MWST" if seller_country == "CH" and language is Language.DE else _VAT[language]


def vat_id_label(seller_country: str, language: Language) -> str:
    """Name the number a seller is registered for the tax under."""
    if seller_country == "CH":
        return "MWST-Nr." if language is Language.DE else "MWST/VAT No."
    return _VAT_IDS.get(seller_country, _VAT_ID[language])


def customer_vat_label(buyer_country: str, language: Language) -> str:
    """Name the number a buyer is registered for the tax under: the EU's own name, but where theirs is another."""
    return vat_id_label(buyer_country if buyer_country in {"CH", "SG"} else "", language)


def vat_id(seller_country: str, value: str) -> str:
    """Write the number; Switzerland's carries MWST, TVA or IVA (Art. 26 Abs. 2 MWSTG)."""
    if seller_country == "CH" and value and not re.search(r"MWST|TVA|IVA", value, re.IGNORECASE):
        return f"{value} MWST"
    return value


def tax_number_label(seller_country: str, language: Language) -> str:
    """Name a seller's other number."""
    if seller_country == "CN":
        return "统一社会信用代码" if language is Language.ZH_CN else "USCC"
    return _TAX_NUMBERS.get(seller_country, _TAX_NUMBER[language])
