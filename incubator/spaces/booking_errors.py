"""Refusals of bookings by the rules of their unit.

BookingRule                 a rule of the unit that a booking breaks; staff may override some
├── UnitClosed, BookingTooShort, BookingTooLong, BookingOffStep, BookingTooFarAhead, BookingInThePast
├── NoticeTooShort, ChangeNoticePassed, CancelNoticePassed
├── WeeklyQuotaUsed, PersonDayUsed, TooManyFutureBookings, TooManyFutureMinutes, GapTooShort
├── NotAtSite, UnitOutOfOrder
└── UnitNotBookable, SiteClosed     never overridable
OverrideNeedsReason         staff may break rules for a reason
"""

from incubator.kernel.errors import DomainError, refusal


@refusal
class BookingRule(DomainError):
    """A rule of the unit that a booking breaks."""

    limit: str = ""
    value: str = ""
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
        "en": "The shortest booking has {limit} minutes; this one has {value}.",
        "de": "Die kürzeste Buchung hat {limit} Minuten; diese hat {value}.",
        "zh-CN": "最短预订时长为 {limit} 分钟;此预订为 {value} 分钟。",
    }


@refusal
class BookingTooLong(BookingRule):
    """Longer than the unit's longest booking, in minutes."""

    text = {
        "en": "The longest booking has {limit} minutes; this one has {value}.",
        "de": "Die längste Buchung hat {limit} Minuten; diese hat {value}.",
        "zh-CN": "最长预订时长为 {limit} 分钟;此预订为 {value} 分钟。",
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
class NoticeTooShort(BookingRule):
    """It begins sooner than the unit's notice for new bookings, in minutes."""

    text = {
        "en": "New bookings need {limit} minutes of notice; this one begins at {value}.",
        "de": "Neue Buchungen brauchen {limit} Minuten Vorlauf; diese beginnt um {value}.",
        "zh-CN": "新预订须提前 {limit} 分钟;此预订开始于 {value}。",
    }


@refusal
class ChangeNoticePassed(BookingRule):
    """The booking begins sooner than the unit's notice for changes, in minutes."""

    text = {
        "en": "Changes need {limit} minutes of notice; the booking begins at {value}.",
        "de": "Änderungen brauchen {limit} Minuten Vorlauf; die Buchung beginnt um {value}.",
        "zh-CN": "更改须提前 {limit} 分钟;该预订开始于 {value}。",
    }


@refusal
class CancelNoticePassed(BookingRule):
    """The booking begins sooner than the unit's notice for cancelling, in minutes."""

    text = {
        "en": "Cancelling needs {limit} minutes of notice; the booking begins at {value}.",
        "de": "Stornieren braucht {limit} Minuten Vorlauf; die Buchung beginnt um {value}.",
        "zh-CN": "取消须提前 {limit} 分钟;该预订开始于 {value}。",
    }


@refusal
class PersonDayUsed(BookingRule):
    """More minutes of the unit on one day of the site than a person may book."""

    text = {
        "en": "You may book {limit} minutes of this unit a day; it would be {value}.",
        "de": "Sie dürfen {limit} Minuten dieser Einheit am Tag buchen; es wären {value}.",
        "zh-CN": "您每天最多可预订该单元 {limit} 分钟;此次将达 {value} 分钟。",
    }


@refusal
class TooManyFutureBookings(BookingRule):
    """More bookings ahead than a person may have of the unit."""

    text = {
        "en": "You may have {limit} bookings of this unit ahead; this would be number {value}.",
        "de": "Sie dürfen {limit} künftige Buchungen dieser Einheit haben; das wäre die Nummer {value}.",
        "zh-CN": "您最多可有 {limit} 个该单元的未来预订;这将是第 {value} 个。",
    }


@refusal
class TooManyFutureMinutes(BookingRule):
    """More minutes ahead than a person may have booked of the unit."""

    text = {
        "en": "You may have {limit} minutes of this unit booked ahead; it would be {value}.",
        "de": "Sie dürfen {limit} Minuten dieser Einheit im Voraus gebucht haben; es wären {value}.",
        "zh-CN": "您最多可提前预订该单元共 {limit} 分钟;此次将达 {value} 分钟。",
    }


@refusal
class GapTooShort(BookingRule):
    """Too close to another booking of the same person, in minutes."""

    text = {
        "en": "Your bookings of this unit must be {limit} minutes apart; these are {value}.",
        "de": "Zwischen Ihren Buchungen dieser Einheit müssen {limit} Minuten liegen; hier sind es {value}.",
        "zh-CN": "您对该单元的两次预订须相隔 {limit} 分钟;此处相隔 {value} 分钟。",
    }


@refusal
class UnitOutOfOrder(BookingRule):
    """The unit cannot be used in that time: an outage, planned or sudden. One without an end goes on until staff say it is over."""

    text = {
        "en": "The unit is out of order in that time: {limit}.",
        "de": "Die Einheit ist in dieser Zeit außer Betrieb: {limit}.",
        "zh-CN": "该时段单元停用:{limit}。",
    }


@refusal
class SiteClosed(BookingRule):
    """The site is closed from a day of its calendar on, `limit`; what is asked for, `value`, lies past it. Rentals, offers and sessions too."""

    may_override: bool = False
    text = {
        "en": "The site is closed from {limit} on; this would last until {value}.",
        "de": "Der Standort ist ab dem {limit} geschlossen; dies würde bis {value} dauern.",
        "zh-CN": "该站点自 {limit} 起关闭;所请求的时间至 {value}。",
    }


@refusal
class OverrideNeedsReason(DomainError):
    """Staff may break a rule for a reason, which is kept."""

    text = {
        "en": "Say why the rule may be broken.",
        "de": "Bitte angeben, warum die Regel gebrochen werden darf.",
        "zh-CN": "请说明允许例外的原因。",
    }
