"""Refusals of space, besides those of a booking's rules (`booking_errors`).

UnitTaken, PoolTaken        somebody holds the unit, or all units of the pool, then; never overridable
PoolDearer                  what is free of the pool costs more than was shown
UnitNotRentable             the unit has no monthly price
BookingNotCancellable       it has begun, or was cancelled
BookingNotPending           it waits for no approval
NotAColleague               the person does not book for the organisation
PartOfItself, OnAnotherSite, FloorPlanInvalid
RateOverlaps, RateUsed
RuleInvalid, SeriesUnbounded, SeriesTooLong
NotNow, UsageNotOpen
UnitIsFree, SlotNotOffered
PhotoInvalid, TooManyPhotos
UnitHasNoOwner              it is the house's own, nobody gets a share of it
"""

from datetime import date, datetime
from uuid import UUID

from incubator.kernel.errors import DomainError, refusal


@refusal
class UnitTaken(DomainError):
    """Somebody holds the unit in that time."""

    unit_id: UUID
    text = {
        "en": "The unit is taken in that time. Choose another time or unit.",
        "de": "Die Einheit ist in dieser Zeit belegt. Bitte eine andere Zeit oder Einheit wählen.",
        "zh-CN": "该时段单元已被占用,请选择其他时间或单元。",
    }


@refusal
class UnitNotRentable(DomainError):
    """The unit has no monthly price."""

    unit_id: UUID
    text = {
        "en": "This unit is booked by the hour, not rented.",
        "de": "Diese Einheit wird stundenweise gebucht, nicht vermietet.",
        "zh-CN": "该单元按小时预订,不可长期租用。",
    }


@refusal
class BookingNotCancellable(DomainError):
    """The booking has begun, or was cancelled already."""

    state: str
    starts_at: datetime
    text = {
        "en": "The booking cannot be cancelled: it is {state} and began or begins at {starts_at}.",
        "de": "Die Buchung kann nicht storniert werden: sie ist {state} und begann oder beginnt um {starts_at}.",
        "zh-CN": "无法取消预订:状态为 {state},开始时间 {starts_at}。",
    }


@refusal
class PoolTaken(DomainError):
    """No unit of the pool is free in that time."""

    pool_id: UUID
    size: int
    text = {
        "en": "All {size} units of the pool are taken in that time.",
        "de": "Alle {size} Einheiten des Pools sind in dieser Zeit belegt.",
        "zh-CN": "该时段内该组合的 {size} 个单元均已被占用。",
    }


@refusal
class PoolDearer(DomainError):
    """What is free of the pool costs more than was shown; the least of it is told, as priced."""

    pool_id: UUID
    price_minor: int
    currency: str
    text = {
        "en": "The unit whose price you saw was taken meanwhile, and the others cost more. Look at the price again.",
        "de": "Die Einheit, deren Preis Sie sahen, wurde inzwischen vergeben, und die übrigen kosten mehr. Bitte sehen Sie den Preis noch einmal an.",
        "zh-CN": "您所见价格对应的单元已被占用,其余单元价格更高,请重新查看价格。",
    }


@refusal
class PartOfItself(DomainError):
    """A unit would become a part of itself."""

    unit_id: UUID
    text = {
        "en": "A unit cannot be a part of itself.",
        "de": "Eine Einheit kann nicht Teil ihrer selbst sein.",
        "zh-CN": "单元不能成为其自身的一部分。",
    }


@refusal
class OnAnotherSite(DomainError):
    """Things that belong together are at different sites."""

    field: str
    text = {
        "en": "{field}: not at the same site.",
        "de": "{field}: nicht am selben Standort.",
        "zh-CN": "{field}:不在同一站点。",
    }


@refusal
class FloorPlanInvalid(DomainError):
    """The floor plan is not a drawing that can be shown safely, or names units of elsewhere."""

    reason: str
    text = {
        "en": "The floor plan cannot be used: {reason}.",
        "de": "Der Grundriss kann nicht verwendet werden: {reason}.",
        "zh-CN": "无法使用该平面图:{reason}。",
    }


@refusal
class RateOverlaps(DomainError):
    """Another rate of the same unit or kind, audience and basis holds on one of the days."""

    starts_on: date
    ends_on: date | None
    text = {
        "en": "Another rate holds from {starts_on} to {ends_on}. End it first.",
        "de": "Vom {starts_on} bis {ends_on} gilt ein anderer Preis. Bitte diesen zuerst beenden.",
        "zh-CN": "自 {starts_on} 至 {ends_on} 已有其他价格生效,请先终止该价格。",
    }


@refusal
class RateUsed(DomainError):
    """A booking was priced by the rate, so only its last day can be set."""

    rate_id: UUID
    text = {
        "en": "Bookings were made at this rate, so it cannot be changed. End it and add another.",
        "de": "Zu diesem Preis wurde schon gebucht, er kann nicht mehr geändert werden. Bitte beenden und einen neuen anlegen.",
        "zh-CN": "已有预订使用该价格,无法更改。请终止后新建价格。",
    }


@refusal
class NotAColleague(DomainError):
    """The person may not book for the organisation."""

    person_id: UUID
    text = {
        "en": "This person does not book for your organisation.",
        "de": "Diese Person bucht nicht für Ihre Organisation.",
        "zh-CN": "此人不能代表贵组织预订。",
    }


@refusal
class BookingNotPending(DomainError):
    """The booking does not wait for approval."""

    state: str
    text = {
        "en": "The booking does not wait for approval: it is {state}.",
        "de": "Die Buchung wartet auf keine Freigabe: sie ist {state}.",
        "zh-CN": "该预订不在等待批准:状态为 {state}。",
    }


@refusal
class RuleInvalid(DomainError):
    """The rule of a series is none that can be understood."""

    value: str
    limit: str
    text = {
        "en": "The rule {value} cannot be used. Use {limit}.",
        "de": "Die Regel {value} kann nicht verwendet werden. Möglich sind {limit}.",
        "zh-CN": "无法使用规则 {value}。可用:{limit}。",
    }


@refusal
class SeriesUnbounded(DomainError):
    """The rule of a series has no end."""

    value: str
    limit: str = "COUNT, UNTIL"
    text = {
        "en": "The rule {value} has no end. Add one of {limit}.",
        "de": "Die Regel {value} hat kein Ende. Bitte eines von {limit} angeben.",
        "zh-CN": "规则 {value} 没有结束。请添加 {limit} 之一。",
    }


@refusal
class SeriesTooLong(DomainError):
    """The series has too many bookings, or reaches too far."""

    value: str
    limit: str
    text = {
        "en": "The series is too long: {value}; at most {limit}.",
        "de": "Die Serie ist zu lang: {value}; höchstens {limit}.",
        "zh-CN": "系列过长:{value};最多 {limit}。",
    }


@refusal
class NotNow(DomainError):
    """The booking cannot be checked in or out now."""

    state: str
    starts_at: datetime
    ends_at: datetime
    text = {
        "en": "The booking is {state}, from {starts_at} to {ends_at}: it cannot be checked in or out now.",
        "de": "Die Buchung ist {state}, von {starts_at} bis {ends_at}: An- oder Abmelden geht jetzt nicht.",
        "zh-CN": "该预订状态为 {state},时间 {starts_at} 至 {ends_at}:现在无法签到或签退。",
    }


@refusal
class UsageNotOpen(DomainError):
    """The usage is no problem that waits for staff."""

    state: str
    text = {
        "en": "There is nothing to resolve: the usage is {state}.",
        "de": "Es gibt nichts zu klären: Die Nutzung ist {state}.",
        "zh-CN": "无需处理:该使用记录状态为 {state}。",
    }


@refusal
class PhotoInvalid(DomainError):
    """The file is no picture of a kind that is taken, or too large a one."""

    limit: str
    text = {
        "en": "This file is no picture that can be taken: {limit}.",
        "de": "Diese Datei ist kein Bild, das angenommen wird: {limit}.",
        "zh-CN": "该文件不是可接受的图片:{limit}。",
    }


@refusal
class TooManyPhotos(DomainError):
    """The unit has as many photos as it may."""

    limit: str
    text = {
        "en": "The unit has {limit} photos. Remove one first.",
        "de": "Die Einheit hat {limit} Fotos. Bitte zuerst eines entfernen.",
        "zh-CN": "该单元已有 {limit} 张照片,请先删除一张。",
    }


@refusal
class UnitHasNoOwner(DomainError):
    """The unit is the house's own."""

    unit_id: UUID
    text = {
        "en": "The unit is the house's own: there is no owner who could have a share of its takings.",
        "de": "Die Einheit gehört dem Haus selbst: Es gibt niemanden, der einen Anteil an ihren Einnahmen haben könnte.",
        "zh-CN": "该单元归园区自有,没有可分成的所有者。",
    }


@refusal
class UnitIsFree(DomainError):
    """Nobody holds the unit in that time, so there is nothing to wait for."""

    unit_id: UUID
    text = {
        "en": "The unit is free in that time. Book it.",
        "de": "Die Einheit ist in dieser Zeit frei. Bitte direkt buchen.",
        "zh-CN": "该时段单元空闲,请直接预订。",
    }


@refusal
class SlotNotOffered(DomainError):
    """The slot is not offered to who waits, or not any more."""

    state: str
    text = {
        "en": "The slot is not offered to you now: your entry is {state}.",
        "de": "Der Termin wird Ihnen gerade nicht angeboten: Ihr Eintrag ist {state}.",
        "zh-CN": "该时段目前未提供给您:您的候补状态为 {state}。",
    }
