"""The rules of a booking, evaluated once for every door: values in, all broken rules out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from incubator.kernel.money import round_half_up, to_decimal
from incubator.kernel.periods import elapsed_minutes, start_of_day
from incubator.organizations.opening_hours import OpeningHours
from incubator.spaces.errors import (
    BookingInThePast,
    BookingOffStep,
    BookingRule,
    BookingTooFarAhead,
    BookingTooLong,
    BookingTooShort,
    NotAtSite,
    UnitClosed,
    UnitNotBookable,
    WeeklyQuotaUsed,
)

LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Rules:
    """A unit's rules, with its site's zone and the holidays it is closed on. Minutes and days; None is no limit."""

    opening_hours: str
    time_zone: str
    closed_on: frozenset[date]
    is_bookable: bool
    shortest_minutes: int
    longest_minutes: int
    step_minutes: int
    horizon_days: int
    weekly_minutes: int | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking as it is asked for, `[starts_at, ends_at)`, and what is known of who asks."""

    starts_at: datetime
    ends_at: datetime
    is_at_site: bool
    minutes_used_this_week: int


def broken_rules(rules: Rules, wish: Wish, now: datetime) -> list[BookingRule]:
    """Return every rule that the wish breaks, in a fixed order."""
    length = elapsed_minutes(wish.starts_at, wish.ends_at)
    broken: list[BookingRule] = []
    if not rules.is_bookable:
        broken.append(UnitNotBookable(path=("input", "unitId")))
    if not wish.is_at_site:
        broken.append(NotAtSite(path=("input", "unitId")))
    if wish.starts_at < now:
        broken.append(BookingInThePast(limit=_local(now, rules.time_zone), path=("input", "startsAt")))
    if wish.starts_at > now + timedelta(days=rules.horizon_days):
        broken.append(BookingTooFarAhead(limit=str(rules.horizon_days), path=("input", "startsAt")))
    if length < rules.shortest_minutes:
        broken.append(BookingTooShort(limit=str(rules.shortest_minutes), path=("input", "endsAt")))
    if length > rules.longest_minutes:
        broken.append(BookingTooLong(limit=str(rules.longest_minutes), path=("input", "endsAt")))
    for moment, field in ((wish.starts_at, "startsAt"), (wish.ends_at, "endsAt")):
        if not is_on_step(moment, rules.step_minutes, rules.time_zone):
            broken.append(BookingOffStep(limit=str(rules.step_minutes), path=("input", field)))
    if not OpeningHours.parse(rules.opening_hours).covers(wish.starts_at, wish.ends_at, rules.time_zone, rules.closed_on):
        broken.append(UnitClosed(limit=rules.opening_hours, path=("input", "startsAt")))
    if rules.weekly_minutes is not None and wish.minutes_used_this_week + length > rules.weekly_minutes:
        broken.append(WeeklyQuotaUsed(limit=str(rules.weekly_minutes), path=("input", "unitId")))
    return broken


def is_on_step(moment: datetime, step_minutes: int, zone: str) -> bool:
    """Tell whether an instant lies on the grid of minutes of the local clock."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.second == local.microsecond == 0 and (local.hour * 60 + local.minute) % step_minutes == 0


def week_of(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the instants `[Monday, next Monday)` of the local week that a moment lies in."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    monday = day - timedelta(days=day.weekday())
    return start_of_day(monday, zone), start_of_day(monday + timedelta(days=7), zone)


def price_minor(hourly_minor: int, starts_at: datetime, ends_at: datetime, currency: str) -> int:
    """Return what the real time between two instants costs, rounded half up once."""
    seconds = Decimal(int((ends_at - starts_at).total_seconds()))
    return round_half_up(to_decimal(hourly_minor, currency) * seconds / 3600, currency)


def _local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
