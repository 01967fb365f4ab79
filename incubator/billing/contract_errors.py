"""Refusals about plans, contracts and charges written by hand."""

from incubator.kernel.errors import DomainError, InvalidValue, refusal


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
class PlanRetired(DomainError):
    """The plan is offered no more."""

    text = {
        "en": "This plan is retired: it can no longer be offered.",
        "de": "Dieser Tarif ist eingestellt und kann nicht mehr angeboten werden.",
        "zh-CN": "该方案已停用,不能再用于录取通知。",
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
class NothingToWaive(DomainError):
    """Nothing is left of the charge."""

    text = {
        "en": "Nothing is left of this charge to waive.",
        "de": "Von diesem Posten ist nichts mehr übrig, das erlassen werden könnte.",
        "zh-CN": "该费用已无可免除的金额。",
    }
