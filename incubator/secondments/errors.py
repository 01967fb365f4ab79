"""Refusals of secondments."""

from datetime import date

from incubator.kernel.errors import DomainError, refusal


@refusal
class DayOutsideSecondment(DomainError):
    """Time on a day that the secondment does not have."""

    starts_on: date
    ends_on: date
    text = {
        "en": "The secondment runs from {starts_on} to {ends_on}; time can be logged for those days only.",
        "de": "Die Entsendung läuft vom {starts_on} bis zum {ends_on}; nur für diese Tage kann Zeit erfasst werden.",
        "zh-CN": "派驻期为 {starts_on} 至 {ends_on},只能登记该期间的工时。",
    }


@refusal
class DayInTheFuture(DomainError):
    """Time on a day that has not come yet at the site."""

    today: date
    text = {
        "en": "Time cannot be logged ahead; at the site it is {today}.",
        "de": "Zeit kann nicht im Voraus erfasst werden; am Standort ist der {today}.",
        "zh-CN": "不能提前登记工时;站点当前日期为 {today}。",
    }


@refusal
class DayTooLong(DomainError):
    """More than 24 hours on one day, over all of the secondee's work."""

    logged_minutes: int
    limit_minutes: int = 1440
    text = {
        "en": "A day has {limit_minutes} minutes; {logged_minutes} are logged already.",
        "de": "Ein Tag hat {limit_minutes} Minuten; {logged_minutes} sind schon erfasst.",
        "zh-CN": "一天只有 {limit_minutes} 分钟,已登记 {logged_minutes} 分钟。",
    }


@refusal
class WrongKindOfOrganization(DomainError):
    """The employer must be a corporate, the host a startup."""

    expected: str
    text = {
        "en": "This has to be a {expected}.",
        "de": "Das muss eine Organisation der Art {expected} sein.",
        "zh-CN": "该组织类型必须为 {expected}。",
    }
