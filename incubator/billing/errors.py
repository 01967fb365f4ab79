"""Refusals of billing."""

from datetime import date, datetime
from uuid import UUID

from incubator.kernel.errors import DomainError, InvalidValue, refusal


@refusal
class TaxCategoryUnknown(InvalidValue):
    """Not a tax category of EN 16931."""

    value: str
    rule: str = "en_16931"
    limit: str = "S, Z, E, AE, G, K, O"
    text = {
        "en": "{field}: “{value}” is none of the tax categories {limit}.",
        "de": "{field}: „{value}“ ist keine der Steuerkategorien {limit}.",
        "zh-CN": "{field}:“{value}”不是税收类别({limit})。",
    }


@refusal
class TaxRateImpossible(InvalidValue):
    """A rate that the category cannot have."""

    value: str
    category: str
    rule: str = "tax_rate"
    text = {
        "en": "{field}: {value} % is impossible in category {category}: S has a rate above 0 and up to 100, all others have 0.",
        "de": "{field}: {value} % geht in Kategorie {category} nicht: S hat einen Satz über 0 bis 100, alle anderen haben 0.",
        "zh-CN": "{field}:类别 {category} 不可能为 {value}%:S 的税率大于 0 且不超过 100,其他类别为 0。",
    }


@refusal
class NoTaxRule(DomainError):
    """No rule says how a supply is taxed there and then; a person must decide."""

    country: str
    supply: str
    on: date
    text = {
        "en": "There is no tax rule for {supply} in {country} on {on}. Fix the tax in the agreement.",
        "de": "Für {supply} in {country} am {on} gibt es keine Steuerregel. Bitte die Steuer im Vertrag festlegen.",
        "zh-CN": "{on} 在 {country} 没有适用于 {supply} 的税务规则,请在合同中约定税率。",
    }


@refusal
class VatIdUnconfirmed(DomainError):
    """The tax hangs on a VAT id of right form that its register has not confirmed, or not lately.

    `responsible` is the role that has it checked at the customer; finance of the legal entity may do it as well.
    """

    vat_id: str
    country: str
    on: date
    responsible: str = "billing contact"
    text = {
        "en": "The VAT ID {vat_id} ({country}) is not confirmed for {on}. The customer's {responsible}, or finance, has it checked first.",
        "de": "Die USt-IdNr. {vat_id} ({country}) ist für {on} nicht bestätigt. Zuerst lässt sie der Kunde ({responsible}) oder die Buchhaltung"
        " prüfen.",
        "zh-CN": "增值税号 {vat_id}({country})在 {on} 尚未得到确认,请先由客户({responsible})或财务人员进行核验。",
    }


@refusal
class RateMissing(DomainError):
    """There is no exchange rate of a currency on a day, nor on the seven before; finance enters it or waits for the bank's."""

    currency: str
    on: date
    text = {
        "en": "There is no exchange rate of {currency} for {on}. Finance can enter it.",
        "de": "Für {currency} am {on} gibt es keinen Wechselkurs. Die Buchhaltung kann ihn eintragen.",
        "zh-CN": "没有 {currency} 在 {on} 的汇率,可由财务人员录入。",
    }


@refusal
class RatePublished(InvalidValue):
    """The central bank publishes rates of the currency, so nobody enters others."""

    currency: str
    rule: str = "published"
    text = {
        "en": "{field}: the European Central Bank publishes rates of {currency}; they cannot be entered by hand.",
        "de": "{field}: Kurse von {currency} veröffentlicht die Europäische Zentralbank; von Hand geht das nicht.",
        "zh-CN": "{field}:{currency} 的汇率由欧洲中央银行公布,不能手工录入。",
    }


@refusal
class NumberMalformed(InvalidValue):
    """An account, bank code, electronic address or Leitweg-ID whose form or check digits are wrong; `limit` is what is expected."""

    value: str
    rule: str = "form"
    text = {
        "en": "{field}: “{value}” is not right. Expected: {limit}.",
        "de": "{field}: „{value}“ stimmt nicht. Erwartet: {limit}.",
        "zh-CN": "{field}:“{value}”不正确。应为:{limit}。",
    }


@refusal
class RegistrationAlreadyEnded(DomainError):
    """A registration, or what a customer has shown, ended already."""

    ended_on: date
    text = {
        "en": "This ended on {ended_on} already.",
        "de": "Das ist schon am {ended_on} ausgelaufen.",
        "zh-CN": "该项已于 {ended_on} 终止。",
    }


@refusal
class PlanNameTaken(InvalidValue):
    """The operator has a plan of that name."""

    value: str
    field: str = "name"
    rule: str = "unique"
    text = {
        "en": "There is a plan called “{value}” already.",
        "de": "Einen Plan namens „{value}“ gibt es schon.",
        "zh-CN": "已存在名为“{value}”的方案。",
    }


@refusal
class PlanWithoutEnd(DomainError):
    """The phases of a plan do not fit together: only the last may go on until the end, and it must."""

    text = {
        "en": "Only the last phase of a plan goes on until the end; each other needs its months.",
        "de": "Nur die letzte Phase eines Plans läuft bis zum Ende; jede andere braucht ihre Monate.",
        "zh-CN": "方案中只有最后一个阶段可持续到期末,其他阶段必须指定月数。",
    }


@refusal
class CurrencyMismatch(DomainError):
    """Two amounts that belong together are in two currencies."""

    expected: str
    found: str
    text = {
        "en": "This is in {found}, but must be in {expected}.",
        "de": "Das ist in {found}, muss aber in {expected} sein.",
        "zh-CN": "币种为 {found},应为 {expected}。",
    }


@refusal
class ChargeMismatch(DomainError):
    """The same source was charged before with another amount, customer or tax; a charge is never changed."""

    source_kind: str
    charge_id: UUID
    text = {
        "en": "This {source_kind} has been charged already on other terms. Credit it instead.",
        "de": "Das ({source_kind}) wurde schon zu anderen Bedingungen berechnet. Bitte stattdessen gutschreiben.",
        "zh-CN": "该项({source_kind})已按其他条件计费,请改为开具贷记单。",
    }


@refusal
class BillingRunUnderWay(DomainError):
    """Another billing run has not finished."""

    billing_run_id: UUID
    text = {
        "en": "A billing run is under way. Wait until it has finished.",
        "de": "Ein Abrechnungslauf ist im Gange. Bitte warten, bis er fertig ist.",
        "zh-CN": "计费批次正在进行,请等待其完成。",
    }


@refusal
class MonthNotOver(InvalidValue):
    """A month that has not begun cannot be billed."""

    value: str
    field: str = "month"
    rule: str = "begun"
    text = {
        "en": "{value} has not begun yet.",
        "de": "{value} hat noch nicht begonnen.",
        "zh-CN": "{value} 尚未开始。",
    }


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
class AmountTooSmall(DomainError):
    """Less than the payment provider takes."""

    minimum_minor: int
    currency: str
    text = {
        "en": "The amount is too small for an online payment. Please pay by bank transfer.",
        "de": "Der Betrag ist für eine Onlinezahlung zu klein. Bitte überweisen Sie.",
        "zh-CN": "金额过小,无法在线支付,请通过银行转账支付。",
    }


@refusal
class TransferOnly(DomainError):
    """The legal entity takes bank transfers only."""

    legal_entity: str
    text = {
        "en": "{legal_entity} takes bank transfers only.",
        "de": "{legal_entity} nimmt nur Überweisungen an.",
        "zh-CN": "{legal_entity} 仅接受银行转账。",
    }


@refusal
class PaymentProviderAway(DomainError):
    """The payment provider gave no clear answer; the same request may be sent again."""

    text = {
        "en": "The payment provider does not answer. Please try again in a moment; nothing is paid twice.",
        "de": "Der Zahlungsdienst antwortet nicht. Bitte gleich noch einmal versuchen; nichts wird doppelt bezahlt.",
        "zh-CN": "支付服务商暂无响应,请稍后重试;不会重复扣款。",
    }


@refusal
class PaymentRefused(DomainError):
    """The payment provider refused to open a payment page."""

    reason: str
    text = {
        "en": "The payment provider refused: {reason}",
        "de": "Der Zahlungsdienst hat abgelehnt: {reason}",
        "zh-CN": "支付服务商拒绝:{reason}",
    }


@refusal
class SignatureInvalid(DomainError):
    """A webhook that the payment provider did not sign."""

    text = {
        "en": "The signature is missing, wrong or too old.",
        "de": "Die Signatur fehlt, ist falsch oder zu alt.",
        "zh-CN": "签名缺失、错误或已过期。",
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
