"""Refusals of billing."""

from uuid import UUID

from incubator.kernel.errors import DomainError, InvalidValue, refusal


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
class BillingRunDecided(DomainError):
    """The billing run is not held (any more)."""

    state: str
    text = {
        "en": "This billing run cannot be decided about or resumed: it is {state}.",
        "de": "Über diesen Abrechnungslauf ist nicht zu entscheiden: Zustand {state}.",
        "zh-CN": "该计费批次无法审批或恢复:状态为 {state}。",
    }
