"""Refusals about documents: contents that the law or a format asks for, and fapiao that do not match."""

from incubator.kernel.errors import DomainError, InvalidValue, refusal


@refusal
class ContentMissing(DomainError):
    """Something that the law or the wished format asks for is not on the invoice; `who` must act: finance or customer."""

    field: str
    rule: str
    who: str
    text = {
        "en": "{field} is missing ({rule}).",
        "de": "{field} fehlt ({rule}).",
        "zh-CN": "缺少 {field}({rule})。",
    }


@refusal
class NoFapiao(DomainError):
    """The document gets no fapiao: it is a draft or a deposit request, or its seller is not in China."""

    kind: str
    country: str
    text = {
        "en": "There is no fapiao for this document ({kind}, {country}).",
        "de": "Für dieses Dokument gibt es kein Fapiao ({kind}, {country}).",
        "zh-CN": "该单据不开具发票({kind},{country})。",
    }


@refusal
class FapiaoAtAnotherStep(DomainError):
    """The fapiao is at another step, so this one cannot be taken."""

    state: str
    text = {
        "en": "This step does not fit: the fapiao is “{state}”.",
        "de": "Dieser Schritt passt nicht: Das Fapiao ist „{state}“.",
        "zh-CN": "无法执行此操作:发票状态为“{state}”。",
    }


@refusal
class FapiaoNumberTaken(InvalidValue):
    """Another invoice has this fapiao number."""

    value: str
    rule: str = "unique"
    text = {
        "en": "Another invoice has the fapiao number {value}.",
        "de": "Eine andere Rechnung hat schon die Fapiao-Nummer {value}.",
        "zh-CN": "发票号码 {value} 已用于其他账单。",
    }


@refusal
class FapiaoMismatch(DomainError):
    """An amount of the fapiao is not the invoice's; both in minor units of `currency`."""

    field: str
    expected_minor: int
    found_minor: int
    currency: str
    expected: str
    found: str
    text = {
        "en": "{field}: the fapiao says {found}, the invoice {expected}.",
        "de": "{field}: Das Fapiao nennt {found}, die Rechnung {expected}.",
        "zh-CN": "{field}:发票为 {found},账单为 {expected}。",
    }
