"""Refusals of rentals, of checklists, and of keys and badges.

DaysTaken                   the unit is held on some of the days; names them
HoldOver, HoldTooLong       the unit is kept no more, or longer than its policy lets
RentalOver                  it has ended, or went on as its heir
AlreadyEnding               notice was given, or it ends by then anyway
RentalNoticeTooShort        the end lies before the notice; staff may waive it
SameUnit                    it would move to the unit it has
ChecklistSigned, ChecklistIncomplete, ChecklistChanged, ChecklistNotSigned
BadgeOut, BadgeNotOut, BadgeLost, BadgeNumberTaken, HolderUnknown
"""

from datetime import date, datetime
from uuid import UUID

from incubator.kernel.errors import DomainError, refusal


@refusal
class DaysTaken(DomainError):
    """Somebody holds the unit on some of the days."""

    unit_id: UUID
    days: list[str]
    text = {
        "en": "The unit is taken on these days: {days}. Choose other days or another unit.",
        "de": "Die Einheit ist an diesen Tagen belegt: {days}. Bitte andere Tage oder eine andere Einheit wählen.",
        "zh-CN": "该单元在以下日期已被占用:{days}。请选择其他日期或单元。",
    }


@refusal
class HoldOver(DomainError):
    """The unit is not kept any more."""

    state: str
    expires_at: datetime
    text = {
        "en": "The unit is not kept any more: {state}, it was kept until {expires_at}.",
        "de": "Die Einheit ist nicht mehr vorgemerkt: {state}, sie war es bis {expires_at}.",
        "zh-CN": "该单元已不再保留:状态 {state},保留至 {expires_at}。",
    }


@refusal
class HoldTooLong(DomainError):
    """The unit would be kept longer than is let, or not at all."""

    limit: datetime
    value: datetime
    text = {
        "en": "The unit can be kept until {limit} at most, not until {value}.",
        "de": "Die Einheit kann höchstens bis {limit} vorgemerkt werden, nicht bis {value}.",
        "zh-CN": "该单元最多可保留至 {limit},不能至 {value}。",
    }


@refusal
class RentalOver(DomainError):
    """The rental has ended, or went on as another."""

    state: str
    ends_on: date
    text = {
        "en": "The rental cannot be changed: it is {state}, its last day was {ends_on}.",
        "de": "Die Miete kann nicht geändert werden: sie ist {state}, ihr letzter Tag war {ends_on}.",
        "zh-CN": "无法更改该租用:状态 {state},最后一天为 {ends_on}。",
    }


@refusal
class AlreadyEnding(DomainError):
    """Notice was given before, or the rental ends by that day anyway."""

    ends_on: date
    value: date
    text = {
        "en": "The rental ends on {ends_on} already; notice to {value} changes nothing.",
        "de": "Die Miete endet bereits am {ends_on}; eine Kündigung zum {value} ändert nichts.",
        "zh-CN": "该租用已定于 {ends_on} 结束;通知至 {value} 不产生任何变化。",
    }


@refusal
class RentalNoticeTooShort(DomainError):
    """The end lies before the notice that was agreed."""

    limit: date
    value: date
    notice: str
    may_override: bool
    text = {
        "en": "With a notice of {notice} the rental ends on {limit} at the earliest, not on {value}.",
        "de": "Mit einer Frist von {notice} endet die Miete frühestens am {limit}, nicht am {value}.",
        "zh-CN": "通知期为 {notice},该租用最早于 {limit} 结束,不能是 {value}。",
    }


@refusal
class SameUnit(DomainError):
    """The rental has that unit already."""

    unit_id: UUID
    text = {
        "en": "The rental has this unit already. Choose another.",
        "de": "Die Miete hat diese Einheit bereits. Bitte eine andere wählen.",
        "zh-CN": "该租用已使用此单元,请选择其他单元。",
    }


@refusal
class ChecklistSigned(DomainError):
    """The checklist is signed, so it never changes."""

    closed_at: datetime
    text = {
        "en": "The checklist was signed at {closed_at} and cannot be changed.",
        "de": "Das Protokoll wurde um {closed_at} unterschrieben und kann nicht geändert werden.",
        "zh-CN": "该清单已于 {closed_at} 签署,无法更改。",
    }


@refusal
class ChecklistIncomplete(DomainError):
    """Some items of the checklist were not looked at."""

    open_count: int
    text = {
        "en": "{open_count} items of the checklist are still open.",
        "de": "{open_count} Punkte des Protokolls sind noch offen.",
        "zh-CN": "清单中还有 {open_count} 项未完成。",
    }


@refusal
class ChecklistChanged(DomainError):
    """What was shown is not what stands in the checklist."""

    current_hash: str
    text = {
        "en": "The checklist was changed meanwhile. Please read it again.",
        "de": "Das Protokoll wurde inzwischen geändert. Bitte erneut lesen.",
        "zh-CN": "清单已被更改,请重新阅读。",
    }


@refusal
class ChecklistNotSigned(DomainError):
    """The checklist has to be signed first: by staff, or by both sides."""

    purpose: str
    text = {
        "en": "The {purpose} checklist has to be signed first.",
        "de": "Zuerst muss das Protokoll ({purpose}) unterschrieben werden.",
        "zh-CN": "须先签署清单({purpose})。",
    }


@refusal
class BadgeOut(DomainError):
    """The key or badge is in somebody's hands."""

    badge_id: UUID
    number: str
    text = {
        "en": "{number} is out. It has to come back first.",
        "de": "{number} ist ausgegeben. Erst muss die Rückgabe erfolgen.",
        "zh-CN": "{number} 已借出,须先归还。",
    }


@refusal
class BadgeNotOut(DomainError):
    """The key or badge is in nobody's hands."""

    badge_id: UUID
    number: str
    text = {
        "en": "{number} is not out.",
        "de": "{number} ist nicht ausgegeben.",
        "zh-CN": "{number} 未借出。",
    }


@refusal
class BadgeLost(DomainError):
    """The key or badge was lost."""

    badge_id: UUID
    number: str
    text = {
        "en": "{number} was lost and cannot be issued.",
        "de": "{number} ging verloren und kann nicht ausgegeben werden.",
        "zh-CN": "{number} 已遗失,不能发放。",
    }


@refusal
class BadgeNumberTaken(DomainError):
    """The site has a key or badge of that number."""

    value: str
    text = {
        "en": "The site has a key or badge with the number {value} already.",
        "de": "Der Standort hat bereits einen Schlüssel oder Ausweis mit der Nummer {value}.",
        "zh-CN": "该站点已有编号为 {value} 的钥匙或门禁卡。",
    }


@refusal
class HolderUnknown(DomainError):
    """The person does not belong to the organisation, or the organisation has nothing to do with the site."""

    person_id: UUID
    text = {
        "en": "This person does not belong to an organisation at the site.",
        "de": "Diese Person gehört zu keiner Organisation am Standort.",
        "zh-CN": "此人不属于该站点的任何组织。",
    }
