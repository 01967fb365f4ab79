"""Refusals of outages and calendars.

OutageOverlaps      the unit has another outage then
OutageNotOpen       it is over or was cancelled; or it goes on, and cannot be cancelled
TooManyFeeds        a person has only so many calendars
FeeChanged          cancelling costs more by now than was shown
"""

from datetime import datetime
from uuid import UUID

from incubator.kernel.errors import DomainError, refusal


@refusal
class OutageOverlaps(DomainError):
    """The unit has another outage in that time."""

    outage_id: UUID
    limit: str
    value: str
    text = {
        "en": "The unit has another outage then: {limit}. Change that one instead of adding {value}.",
        "de": "Die Einheit hat dann schon einen Ausfall: {limit}. Bitte diesen ändern, statt {value} hinzuzufügen.",
        "zh-CN": "该单元在该时段已有停用安排:{limit}。请更改该安排,而非新增 {value}。",
    }


@refusal
class OutageNotOpen(DomainError):
    """What is asked does not fit how the outage stands: ahead, under way, over or cancelled."""

    state: str
    limit: str
    starts_at: datetime
    ends_at: datetime | None
    text = {
        "en": "The outage is {state}; this can be done only while it is {limit}.",
        "de": "Der Ausfall ist {state}; das geht nur, solange er {limit} ist.",
        "zh-CN": "该停用安排状态为 {state};仅在 {limit} 状态下可执行此操作。",
    }


@refusal
class TooManyFeeds(DomainError):
    """A person has as many calendar feeds as they may have."""

    limit: str
    value: str
    text = {
        "en": "You have {value} calendar feeds; at most {limit}. Revoke one first.",
        "de": "Sie haben {value} Kalender-Abos; höchstens {limit}. Bitte zuerst eines widerrufen.",
        "zh-CN": "您已有 {value} 个日历订阅;最多 {limit} 个。请先撤销一个。",
    }


@refusal
class FeeChanged(DomainError):
    """Cancelling costs more now than what was shown."""

    limit: str
    value: str
    text = {
        "en": "Cancelling costs {value} by now, not {limit}. Look at it again.",
        "de": "Das Stornieren kostet inzwischen {value}, nicht {limit}. Bitte noch einmal ansehen.",
        "zh-CN": "取消费用现为 {value},而非 {limit}。请重新查看。",
    }
