"""The rules of a booking, evaluated once for every door: values in, all broken rules out."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from incubator.kernel.periods import elapsed_minutes, start_of_day
from incubator.organizations.opening_hours import OpeningHours
from incubator.spaces.booking_errors import (
    BookingInThePast,
    BookingOffStep,
    BookingRule,
    BookingTooFarAhead,
    BookingTooLong,
    BookingTooShort,
    ChangeNoticePassed,
    GapTooShort,
    NotAtSite,
    NoticeTooShort,
    PersonDayUsed,
    SiteClosed,
    TooManyFutureBookings,
    TooManyFutureMinutes,
    UnitClosed,
    UnitNotBookable,
    UnitOutOfOrder,
    WeeklyQuotaUsed,
)
from incubator.spaces.qualifying import Asked, broken_by

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a unit asks of bookings. Minutes, days and percent of the price; None is no limit.

    Person limits count one person's bookings of the unit. In `off_peak_hours` (notation of opening hours, the site's clock) limits of
    length and amount do not apply, and what lies there is not counted. Without a notice for changes the one for cancelling holds. A cancellation after its notice costs `cancel_fee_percent`, or is
    refused when that is None. An owner may keep it for a rental for `hold_minutes`; 0: staff only.
    """

    shortest_minutes: int | None = 15
    longest_minutes: int | None = 480
    step_minutes: int | None = 15
    horizon_days: int | None = 90
    buffer_minutes: int = 0
    weekly_minutes: int | None = None
    person_day_minutes: int | None = None
    future_count: int | None = None
    future_minutes: int | None = None
    gap_minutes: int | None = None
    create_notice_minutes: int | None = None
    change_notice_minutes: int | None = None
    cancel_notice_minutes: int | None = None
    off_peak_hours: str = ""
    cancel_fee_percent: int | None = None
    no_show_fee_percent: int = 0
    grace_minutes: int | None = None
    charge_on: str = "reserved"
    needs_approval: bool = False
    approval_minutes: int = 2880
    offer_minutes: int = 60
    hold_minutes: int = 0

    @staticmethod
    @lru_cache(maxsize=4096)
    def read(text: str) -> "Policy":
        """Make it again from what stands in the database."""
        return Policy(**json.loads(text))


Outage = tuple[datetime, datetime | None]
"""`[start, end)`; without an end until somebody says it is over."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A unit's policy with what its site adds: hours, zone, the holidays it is closed on, the day from which it is closed for good; and
    when the unit cannot be used.
    """

    policy: Policy
    opening_hours: str
    time_zone: str
    closed_on: frozenset[date] = frozenset()
    is_bookable: bool = True
    outages: Sequence[Outage] = ()
    closes_on: date | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """Another booking of the unit by the same organisation, `[starts_at, ends_at)`; `is_own`: by the same person."""

    starts_at: datetime
    ends_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking as it is asked for, `[starts_at, ends_at)`, and what is known of who asks. `moved_from`: where it began before a move.

    `asked` is what the unit asks of who uses it, with what they and a second person hold.
    """

    starts_at: datetime
    ends_at: datetime
    is_at_site: bool = True
    others: Sequence[Other] = ()
    moved_from: datetime | None = None
    asked: Sequence[Asked] = ()


def broken_rules(rules: Rules, wish: Wish, now: datetime) -> list[BookingRule]:
    """Return every rule that the wish breaks, in a fixed order."""
    is_limited = not is_off_peak(rules, wish.starts_at, wish.ends_at)
    return [
        *_of_place(rules, wish),
        *_of_notice(rules, wish, now),
        *(_of_length(rules.policy, wish) if is_limited else ()),
        *_of_clock(rules, wish),
        *(_of_amount(rules, wish, now) if is_limited else ()),
        *broken_by(wish.asked, wish.starts_at.astimezone(ZoneInfo(rules.time_zone)).date()),
    ]


def _of_place(rules: Rules, wish: Wish) -> Iterator[BookingRule]:
    if not rules.is_bookable:
        yield UnitNotBookable(path=("input", "unitId"))
    if rules.closes_on is not None and wish.ends_at > start_of_day(rules.closes_on, rules.time_zone):
        yield SiteClosed(limit=str(rules.closes_on), value=_local(wish.ends_at, rules.time_zone), path=("input", "endsAt"))
    for starts_at, ends_at in rules.outages:
        if starts_at < wish.ends_at and (ends_at is None or wish.starts_at < ends_at):
            value = _span(wish.starts_at, wish.ends_at, rules.time_zone)
            yield UnitOutOfOrder(limit=_span(starts_at, ends_at, rules.time_zone), value=value, path=("input", "startsAt"))
    if not wish.is_at_site:
        yield NotAtSite(path=("input", "unitId"))


def _of_notice(rules: Rules, wish: Wish, now: datetime) -> Iterator[BookingRule]:
    policy, zone = rules.policy, rules.time_zone
    if wish.starts_at < now:
        yield BookingInThePast(limit=_local(now, zone), value=_local(wish.starts_at, zone), path=("input", "startsAt"))
    elif policy.create_notice_minutes is not None and wish.starts_at < now + policy.create_notice_minutes * MINUTE:
        begins = _local(wish.starts_at, zone)
        yield NoticeTooShort(limit=str(policy.create_notice_minutes), value=begins, path=("input", "startsAt"))
    change = policy.change_notice_minutes if policy.change_notice_minutes is not None else policy.cancel_notice_minutes
    if wish.moved_from is not None and change is not None and wish.moved_from < now + change * MINUTE:
        yield ChangeNoticePassed(limit=str(change), value=_local(wish.moved_from, zone), path=("input", "bookingId"))
    if policy.horizon_days is not None and wish.starts_at > now + timedelta(days=policy.horizon_days):
        yield BookingTooFarAhead(limit=str(policy.horizon_days), value=_local(wish.starts_at, zone), path=("input", "startsAt"))


def _of_length(policy: Policy, wish: Wish) -> Iterator[BookingRule]:
    length = elapsed_minutes(wish.starts_at, wish.ends_at)
    if policy.shortest_minutes is not None and length < policy.shortest_minutes:
        yield BookingTooShort(limit=str(policy.shortest_minutes), value=str(length), path=("input", "endsAt"))
    if policy.longest_minutes is not None and length > policy.longest_minutes:
        yield BookingTooLong(limit=str(policy.longest_minutes), value=str(length), path=("input", "endsAt"))


def _of_clock(rules: Rules, wish: Wish) -> Iterator[BookingRule]:
    if rules.policy.step_minutes is not None:
        for moment, field in ((wish.starts_at, "startsAt"), (wish.ends_at, "endsAt")):
            if not is_on_step(moment, rules.policy.step_minutes, rules.time_zone):
                yield BookingOffStep(limit=str(rules.policy.step_minutes), value=_local(moment, rules.time_zone), path=("input", field))
    if not OpeningHours.parse(rules.opening_hours).covers(wish.starts_at, wish.ends_at, rules.time_zone, rules.closed_on):
        yield UnitClosed(limit=rules.opening_hours, value=_span(wish.starts_at, wish.ends_at, rules.time_zone), path=("input", "startsAt"))


def _of_amount(rules: Rules, wish: Wish, now: datetime) -> Iterator[BookingRule]:
    policy, zone, length = rules.policy, rules.time_zone, elapsed_minutes(wish.starts_at, wish.ends_at)
    counted = [other for other in wish.others if not is_off_peak(rules, other.starts_at, other.ends_at)]
    own = [other for other in counted if other.is_own]
    if policy.weekly_minutes is not None:
        first, end = week_of(wish.starts_at, zone)
        weekly = length + sum(elapsed_minutes(o.starts_at, o.ends_at) for o in counted if first <= o.starts_at < end)
        if weekly > policy.weekly_minutes:
            yield WeeklyQuotaUsed(limit=str(policy.weekly_minutes), value=str(weekly), path=("input", "unitId"))
    if policy.person_day_minutes is not None:
        most = max(_minutes_on(day, wish, own, zone) for day in _days(wish.starts_at, wish.ends_at, zone))
        if most > policy.person_day_minutes:
            yield PersonDayUsed(limit=str(policy.person_day_minutes), value=str(most), path=("input", "unitId"))
    future = [other for other in own if other.starts_at > now]
    if policy.future_count is not None and len(future) + 1 > policy.future_count:
        yield TooManyFutureBookings(limit=str(policy.future_count), value=str(len(future) + 1), path=("input", "unitId"))
    ahead = length + sum(elapsed_minutes(other.starts_at, other.ends_at) for other in future)
    if policy.future_minutes is not None and ahead > policy.future_minutes:
        yield TooManyFutureMinutes(limit=str(policy.future_minutes), value=str(ahead), path=("input", "unitId"))
    gap = policy.gap_minutes
    if gap is not None:
        apart = min((max(o.starts_at - wish.ends_at, wish.starts_at - o.ends_at) for o in own), default=gap * MINUTE)
        if apart < gap * MINUTE:
            yield GapTooShort(limit=str(gap), value=str(int(apart / MINUTE)), path=("input", "startsAt"))


def is_off_peak(rules: Rules, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether a time lies wholly where limits do not apply."""
    hours = rules.policy.off_peak_hours
    return bool(hours) and OpeningHours.parse(hours).covers(starts_at, ends_at, rules.time_zone)


def _minutes_on(day: date, wish: Wish, own: Sequence[Other], zone: str) -> int:
    """Return the real minutes of a local day that the wish and the person's other bookings take."""
    first, end = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    taken = [(wish.starts_at, wish.ends_at), *((other.starts_at, other.ends_at) for other in own)]
    return sum(max(0, elapsed_minutes(max(a, first), min(b, end))) for a, b in taken if a < end and b > first)


def _days(starts_at: datetime, ends_at: datetime, zone: str) -> Iterator[date]:
    day, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (starts_at, ends_at - timedelta(microseconds=1)))
    while day <= last:
        yield day
        day += timedelta(days=1)


def is_on_step(moment: datetime, step_minutes: int, zone: str) -> bool:
    """Tell whether an instant lies on the grid of minutes of the local clock."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.second == local.microsecond == 0 and (local.hour * 60 + local.minute) % step_minutes == 0


def week_of(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the instants `[Monday, next Monday)` of the local week that a moment lies in."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    monday = day - timedelta(days=day.weekday())
    return start_of_day(monday, zone), start_of_day(monday + timedelta(days=7), zone)


def _local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _span(starts_at: datetime, ends_at: datetime | None, zone: str) -> str:
    return f"{_local(starts_at, zone)} – {_local(ends_at, zone) if ends_at else ''}".strip()
