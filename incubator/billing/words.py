"""The words of documents in the product's languages; figures and days are written as the language does."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from incubator.kernel.language import Language
from incubator.kernel.money import to_decimal

LOCALES = {Language.EN: "en_GB", Language.DE: "de_DE", Language.ZH_CN: "zh_Hans_CN"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a document says besides its data."""

    invoice: str
    statement: str
    tax_invoice: str
    deposit: str
    number: str
    issued: str
    due: str
    period: str
    customer_vat: str
    columns: tuple[str, str, str, str, str]
    net: str
    tax: str
    total: str
    page: str
    vat_id: str
    tax_number: str
    includes_tax: str
    pay: str
    nothing: str
    fapiao: str
    deposit_note: str


WORDS = {
    Language.EN: Words(
        invoice="Invoice",
        statement="Billing statement",
        tax_invoice="Tax Invoice",
        deposit="Request for a deposit",
        number="Number",
        issued="Date of issue",
        due="Due on",
        period="Period",
        customer_vat="Your VAT ID",
        columns=("No.", "Description", "Unit price", "Tax", "Amount"),
        net="Net, {category} {rate} %",
        tax="Tax {rate} %",
        total="Total",
        page="Page",
        vat_id="VAT ID",
        tax_number="Tax number",
        includes_tax="Prices include tax.",
        pay="Please pay {amount} by {due} and name {number}.",
        nothing="There is nothing to pay.",
        fapiao="This is a billing statement. The fapiao is issued through the tax platform.",
        deposit_note="A deposit is held for you and paid back; it is not a supply and bears no tax.",
    ),
    Language.DE: Words(
        invoice="Rechnung",
        statement="Abrechnung",
        tax_invoice="Rechnung (Tax Invoice)",
        deposit="Kautionsanforderung",
        number="Nummer",
        issued="Rechnungsdatum",
        due="Fällig am",
        period="Leistungszeitraum",
        customer_vat="Ihre USt-IdNr.",
        columns=("Nr.", "Leistung", "Einzelpreis", "Steuer", "Betrag"),
        net="Netto, {category} {rate} %",
        tax="Umsatzsteuer {rate} %",
        total="Gesamtbetrag",
        page="Seite",
        vat_id="USt-IdNr.",
        tax_number="Steuernummer",
        includes_tax="Die Preise enthalten die Steuer.",
        pay="Bitte zahlen Sie {amount} bis zum {due} und nennen Sie {number}.",
        nothing="Es ist nichts zu zahlen.",
        fapiao="Dies ist eine Abrechnung. Das Fapiao wird über die Steuerplattform ausgestellt.",
        deposit_note="Die Kaution wird für Sie verwahrt und zurückgezahlt; sie ist kein Entgelt und trägt keine Steuer.",
    ),
    Language.ZH_CN: Words(
        invoice="账单",
        statement="账单",
        tax_invoice="税务发票（Tax Invoice）",
        deposit="押金通知",
        number="编号",
        issued="开具日期",
        due="付款期限",
        period="服务期间",
        customer_vat="贵方增值税号",
        columns=("序号", "项目", "单价", "税率", "金额"),
        net="不含税金额，{category} {rate}%",
        tax="税额 {rate}%",
        total="合计",
        page="页",
        vat_id="增值税号",
        tax_number="税号",
        includes_tax="价格已含税。",
        pay="请于 {due} 前支付 {amount}，并注明编号 {number}。",
        nothing="无需付款。",
        fapiao="本文件为账单，发票将通过税务平台开具。",
        deposit_note="押金由我方代为保管并将退还，不构成应税收入，不计税。",
    ),
}


def money(amount_minor: int, currency: str, language: Language) -> str:
    """Write an amount with its currency's code, as the language does."""
    return format_currency(to_decimal(amount_minor, currency), currency, format="#,##0.00 ¤¤", locale=LOCALES[language])


def day(value: date, language: Language) -> str:
    """Write a day."""
    return format_date(value, format="long", locale=LOCALES[language])


def country(code: str, language: Language) -> str:
    """Name a country."""
    return str(Locale.parse(LOCALES[language]).territories.get(code, code))


def number(value: Decimal, language: Language) -> str:
    """Write a plain number without needless zeros."""
    return format_decimal(value.normalize(), locale=LOCALES[language])
