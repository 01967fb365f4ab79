"""Refusals of space.

BookingRule                 a rule of the unit that a booking breaks; staff may override some
├── UnitClosed, BookingTooShort, BookingTooLong, BookingOffStep, BookingTooFarAhead, BookingInThePast
├── WeeklyQuotaUsed, NotAtSite
└── UnitNotBookable         never overridable
UnitTaken                   somebody holds the unit then; never overridable
BookingNotCancellable       it has begun, or was cancelled
"""

from datetime import datetime
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
class BookingRule(DomainError):
    """A rule of the unit that a booking breaks."""

    limit: str = ""
    may_override: bool = True
    text = {
        "en": "The booking breaks a rule: {limit}.",
        "de": "Die Buchung verletzt eine Regel: {limit}.",
        "zh-CN": "预订违反规则:{limit}。",
    }


@refusal
class UnitClosed(BookingRule):
    """Outside the opening hours of unit or site, or on a public holiday."""

    text = {
        "en": "The unit is closed in that time. Open: {limit}.",
        "de": "Die Einheit ist in dieser Zeit geschlossen. Geöffnet: {limit}.",
        "zh-CN": "该时段单元不开放。开放时间:{limit}。",
    }


@refusal
class BookingTooShort(BookingRule):
    """Shorter than the unit's shortest booking, in minutes."""

    text = {
        "en": "The shortest booking has {limit} minutes.",
        "de": "Die kürzeste Buchung hat {limit} Minuten.",
        "zh-CN": "最短预订时长为 {limit} 分钟。",
    }


@refusal
class BookingTooLong(BookingRule):
    """Longer than the unit's longest booking, in minutes."""

    text = {
        "en": "The longest booking has {limit} minutes.",
        "de": "Die längste Buchung hat {limit} Minuten.",
        "zh-CN": "最长预订时长为 {limit} 分钟。",
    }


@refusal
class BookingOffStep(BookingRule):
    """Not on the unit's grid of minutes, on the local clock."""

    text = {
        "en": "Bookings begin and end on steps of {limit} minutes.",
        "de": "Buchungen beginnen und enden in Schritten von {limit} Minuten.",
        "zh-CN": "预订须以 {limit} 分钟为单位开始和结束。",
    }


@refusal
class BookingTooFarAhead(BookingRule):
    """Further ahead than the unit's horizon, in days."""

    text = {
        "en": "The unit can be booked at most {limit} days ahead.",
        "de": "Die Einheit kann höchstens {limit} Tage im Voraus gebucht werden.",
        "zh-CN": "该单元最多可提前 {limit} 天预订。",
    }


@refusal
class BookingInThePast(BookingRule):
    """It begins before now."""

    text = {
        "en": "The booking would begin in the past; it is {limit} now.",
        "de": "Die Buchung würde in der Vergangenheit beginnen; jetzt ist {limit}.",
        "zh-CN": "预订开始时间已过;当前时间 {limit}。",
    }


@refusal
class WeeklyQuotaUsed(BookingRule):
    """More minutes in a week of the site than the unit allows one organisation."""

    text = {
        "en": "Your organisation may book {limit} minutes of this unit a week, and has used them.",
        "de": "Ihre Organisation darf {limit} Minuten dieser Einheit pro Woche buchen, und hat sie verbraucht.",
        "zh-CN": "贵组织每周最多可预订该单元 {limit} 分钟,现已用完。",
    }


@refusal
class NotAtSite(BookingRule):
    """The organisation rents nothing at the site in that time."""

    text = {
        "en": "Your organisation rents nothing at this site in that time.",
        "de": "Ihre Organisation mietet an diesem Standort zu dieser Zeit nichts.",
        "zh-CN": "贵组织在该时段未在此站点租用任何单元。",
    }


@refusal
class UnitNotBookable(BookingRule):
    """The unit is rented by the month only."""

    may_override: bool = False
    text = {
        "en": "This unit is rented, not booked.",
        "de": "Diese Einheit wird vermietet, nicht gebucht.",
        "zh-CN": "该单元仅供长期租用,不可预订。",
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
class OverrideNeedsReason(DomainError):
    """Staff may break a rule for a reason, which is kept."""

    text = {
        "en": "Say why the rule may be broken.",
        "de": "Bitte angeben, warum die Regel gebrochen werden darf.",
        "zh-CN": "请说明允许例外的原因。",
    }
