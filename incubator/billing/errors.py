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
class VatIdWrong(DomainError):
    """The buyer's VAT id has not the form of one."""

    customer: str
    value: str
    field: str = "vatId"
    text = {
        "en": "The VAT ID “{value}” of {customer} has not the right form.",
        "de": "Die USt-IdNr. „{value}“ von {customer} hat nicht die richtige Form.",
        "zh-CN": "{customer} 的增值税号“{value}”格式不正确。",
    }


@refusal
class TaxUndecided(DomainError):
    """A line's tax is not decided; carries why."""

    line: int
    why: str
    text = {
        "en": "Line {line}: {why}",
        "de": "Position {line}: {why}",
        "zh-CN": "第 {line} 行:{why}",
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
class BillingRunDecided(DomainError):
    """The billing run is not held (any more)."""

    state: str
    text = {
        "en": "This billing run cannot be decided about or resumed: it is {state}.",
        "de": "Über diesen Abrechnungslauf ist nicht zu entscheiden: Zustand {state}.",
        "zh-CN": "该计费批次无法审批或恢复:状态为 {state}。",
    }


@refusal
class TaxesMixed(DomainError):
    """Supplies outside the scope of tax share a draft with others, which EN 16931 forbids; it came of a later decision."""

    text = {
        "en": "Some lines are outside the scope of tax now and cannot share a document with the others. Discard the draft; the next run makes two.",
        "de": "Einige Positionen sind jetzt nicht steuerbar und dürfen nicht mit den anderen auf einem Beleg stehen. Bitte den Entwurf verwerfen; der nächste Lauf macht zwei.",
        "zh-CN": "部分项目现不属于征税范围,不能与其他项目列于同一单据。请作废草稿,下次计费将生成两份。",
    }


@refusal
class PauseOverlaps(DomainError):
    """The contract is paused on some of the days already."""

    text = {
        "en": "The contract is paused on some of these days already.",
        "de": "Der Vertrag ruht an einigen dieser Tage schon.",
        "zh-CN": "合同在其中某些日期已暂停。",
    }


@refusal
class TermOver(InvalidValue):
    """The price does not hold on that day."""

    field: str = "startsOn"
    rule: str = "within_term"
    limit: str
    text = {
        "en": "This price holds on {limit} only.",
        "de": "Dieser Preis gilt nur {limit}.",
        "zh-CN": "该价格仅适用于 {limit}。",
    }


@refusal
class PlanRetired(DomainError):
    """The plan is offered no more."""

    text = {
        "en": "This plan is retired: it can no longer be offered.",
        "de": "Dieser Tarif ist eingestellt und kann nicht mehr angeboten werden.",
        "zh-CN": "该方案已停用,不能再用于录取通知。",
    }


@refusal
class NothingToWaive(DomainError):
    """Nothing is left of the charge."""

    text = {
        "en": "Nothing is left of this charge to waive.",
        "de": "Von diesem Posten ist nichts mehr übrig, das erlassen werden könnte.",
        "zh-CN": "该费用已无可免除的金额。",
    }


@refusal
class IndexValueKept(DomainError):
    """The index has another value for that month, and prices may follow it already."""

    value: str
    text = {
        "en": "The index has the value {value} for that month already; a published value is not changed.",
        "de": "Für diesen Monat hat der Index schon den Wert {value}; ein veröffentlichter Wert wird nicht geändert.",
        "zh-CN": "该指数在该月已有数值 {value};已公布的数值不再更改。",
    }


@refusal
class MinimumTaken(DomainError):
    """Another contract of the customer promises a minimum already."""

    text = {
        "en": "Another contract of this customer promises a minimum already.",
        "de": "Ein anderer Vertrag dieses Kunden sieht schon einen Mindestumsatz vor.",
        "zh-CN": "该客户的另一份合同已约定最低消费。",
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
