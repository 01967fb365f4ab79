"""Refusals of credits that customers were given."""

from incubator.kernel.errors import DomainError, refusal


@refusal
class CreditClosed(DomainError):
    """Nothing of the credit is left to withdraw: it was withdrawn, is used up or has expired."""

    state: str
    field: str = "creditId"
    rule: str = "credit_is_open"
    limit: str = "open"
    text = {
        "en": "Nothing is left to withdraw of this credit: it is {state}.",
        "de": "Von diesem Guthaben ist nichts mehr zurückzunehmen: Zustand {state}.",
        "zh-CN": "该抵扣额度已无可撤回的余额:状态为 {state}。",
    }
