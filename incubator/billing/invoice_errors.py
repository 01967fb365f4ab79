"""Refusals about invoices, credit notes, deposits and the books."""

from datetime import date, datetime

from incubator.kernel.errors import DomainError, InvalidValue, refusal


@refusal
class InvoiceNotOpen(DomainError):
    """The invoice is a draft, void, or paid."""

    state: str
    text = {
        "en": "This invoice cannot be paid: it is {state}.",
        "de": "Diese Rechnung kann nicht bezahlt werden: Zustand {state}.",
        "zh-CN": "该账单无法支付:状态为 {state}。",
    }


@refusal
class NotADeposit(DomainError):
    """The document asks for no deposit, or nothing of it is left to return."""

    kind: str
    text = {
        "en": "There is no deposit to return here ({kind}).",
        "de": "Hier ist keine Kaution zurückzugeben ({kind}).",
        "zh-CN": "此处没有需退还的押金({kind})。",
    }


@refusal
class DepositSettled(DomainError):
    """It was decided about the deposit before, or it was paid out."""

    settled_at: datetime
    text = {
        "en": "The deposit was settled at {settled_at}.",
        "de": "Die Kaution wurde um {settled_at} abgerechnet.",
        "zh-CN": "押金已于 {settled_at} 结算。",
    }


@refusal
class BuyerWithoutAddress(DomainError):
    """An invoice must name the buyer's address, and there is none."""

    customer: str
    field: str = "address"
    text = {
        "en": "{customer} has no complete address (street and city). An invoice must name it.",
        "de": "Für {customer} fehlt die vollständige Anschrift (Straße und Ort). Eine Rechnung muss sie nennen.",
        "zh-CN": "{customer} 缺少完整地址(街道和城市),发票必须载明地址。",
    }


@refusal
class BooksClosed(DomainError):
    """The day lies in a period that the legal entity has closed."""

    until: date
    text = {
        "en": "The books are closed up to {until}. Nothing can be booked on a day before the one after.",
        "de": "Die Bücher sind bis {until} geschlossen. Auf Tage bis dahin kann nichts gebucht werden.",
        "zh-CN": "账簿已结账至 {until},不能再记入该日及之前的日期。",
    }


@refusal
class InvoiceNotDraft(DomainError):
    """The invoice is no draft any more."""

    state: str
    number: str
    at: str
    text = {
        "en": "This invoice is no draft: {number} was finalised at {at}.",
        "de": "Diese Rechnung ist kein Entwurf mehr: {number} wurde um {at} fertiggestellt.",
        "zh-CN": "该账单已不是草稿:{number} 已于 {at} 定稿。",
    }


@refusal
class InvoiceNotFinalised(DomainError):
    """Only what was finalised, is no deposit and is not void can be credited."""

    state: str
    kind: str
    text = {
        "en": "This cannot be credited: {kind}, {state}.",
        "de": "Das kann nicht gutgeschrieben werden: {kind}, {state}.",
        "zh-CN": "无法对其开具贷记单:{kind},{state}。",
    }


@refusal
class CreditAboveLine(InvalidValue):
    """More would be credited of a line than is left of it."""

    line: int
    left_minor: int
    left: str
    currency: str
    field: str = "amountMinor"
    rule: str = "at_most_what_is_left"
    text = {
        "en": "Line {line}: only {left} is left to credit.",
        "de": "Position {line}: Nur noch {left} können gutgeschrieben werden.",
        "zh-CN": "第 {line} 行:最多还可贷记 {left}。",
    }


@refusal
class NothingToCredit(DomainError):
    """Nothing is left to credit, or nothing was asked for."""

    text = {
        "en": "Nothing is left to credit on this invoice.",
        "de": "Auf dieser Rechnung ist nichts mehr gutzuschreiben.",
        "zh-CN": "该账单已无可贷记的金额。",
    }


@refusal
class SettlementNeeded(DomainError):
    """A part of the credit was paid already, so it must be refunded or kept as a balance."""

    paid_minor: int
    paid: str
    currency: str
    field: str = "settlement"
    text = {
        "en": "{paid} of this was paid already. Choose a refund or a balance for it.",
        "de": "{paid} davon sind schon bezahlt. Bitte Rückzahlung oder Guthaben wählen.",
        "zh-CN": "其中 {paid} 已支付,请选择退款或转为余额。",
    }


@refusal
class RefundSettled(DomainError):
    """The refund was paid out before, or nothing is to be refunded."""

    at: str
    text = {
        "en": "There is no refund to pay out here (paid out: {at}).",
        "de": "Hier ist keine Rückzahlung offen (ausgezahlt: {at}).",
        "zh-CN": "此处没有待支付的退款(支付时间:{at})。",
    }


@refusal
class BooksWrong(DomainError):
    """The hourly check of the books found something; a person must look."""

    problems: int
    first: str
    text = {
        "en": "The check of the books found {problems} problems, first: {first}",
        "de": "Die Prüfung der Bücher fand {problems} Fehler, zuerst: {first}",
        "zh-CN": "账簿检查发现 {problems} 个问题,首个:{first}",
    }
