"""Refusals of pilot deals."""

from incubator.kernel.errors import DomainError, refusal


@refusal
class StageNotReachable(DomainError):
    """A move that skips stages or leaves an ended deal."""

    stage: str
    allowed: list[str]
    text = {
        "en": "From {stage} the deal can move to: {allowed}.",
        "de": "Von {stage} kann das Projekt wechseln nach: {allowed}.",
        "zh-CN": "当前阶段 {stage} 可转入:{allowed}。",
    }


@refusal
class LossNeedsReason(DomainError):
    """A deal is lost for a reason, which is kept."""

    text = {
        "en": "Say why the deal is lost.",
        "de": "Bitte angeben, warum das Projekt verloren ging.",
        "zh-CN": "请说明项目失败的原因。",
    }


@refusal
class WrongParty(DomainError):
    """A deal is between a startup and a corporate."""

    expected: str
    text = {
        "en": "This party has to be a {expected}.",
        "de": "Diese Partei muss eine Organisation der Art {expected} sein.",
        "zh-CN": "该方的组织类型必须为 {expected}。",
    }
