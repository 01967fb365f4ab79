"""Half-open ranges of days and instants, and the one place where local time becomes an instant."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from incubator.kernel.errors import NonexistentTime, PeriodInverted, UnknownZone

_ZONES = frozenset(available_timezones())


def check_zone(name: str, field: str = "timeZone") -> str:
    """Return `name` when it is an IANA zone.

    Raises:
        UnknownZone: it is not.
    """
    if name not in _ZONES:
        raise UnknownZone(field=field, value=name[:40])
    return name


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days `[first, end)`: `first` belongs to it, `end` does not. Whose calendar is said by whoever holds it."""

    first: date
    end: date

    @classmethod
    def of(cls, first: date, last: date, field: str = "period") -> "Period":
        """Make a period from its first and last day, both inclusive, as people say it.

        Raises:
            PeriodInverted: `last` is before `first`.
        """
        if last < first:
            raise PeriodInverted(field=field, limit=f"{first} – {last}")
        return cls(first, last + timedelta(days=1))

    @property
    def last(self) -> date:
        """The last day that belongs to the period."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many calendar days it has."""
        return (self.end - self.first).days

    def intersection(self, other: "Period") -> "Period | None":
        """Return the days both have, or None."""
        first, end = max(self.first, other.first), min(self.end, other.end)
        return Period(first, end) if first < end else None

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end


@lru_cache(maxsize=4096)
def month_of(day: date) -> Period:
    """Return the calendar month that `day` lies in."""
    first = day.replace(day=1)
    return Period(first, first + timedelta(days=monthrange(day.year, day.month)[1]))


def months(period: Period) -> Iterator[Period]:
    """Yield the calendar months that touch `period`, in order, whole."""
    month = month_of(period.first)
    while month.first < period.end:
        yield month
        month = month_of(month.end)


def add_months(day: date, count: int) -> date:
    """Return the day `count` months on; the last day of the month where that month is shorter."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def local_instant(local: datetime, zone: str, field: str = "time") -> datetime:
    """Turn a naive local time of `zone` into an instant in UTC; of an ambiguous time the earlier one.

    Raises:
        NonexistentTime: the clock goes forward over it.
    """
    if local.tzinfo is not None:
        raise ValueError("local_instant takes a naive local time")
    instant = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise NonexistentTime(field=field, value=local.isoformat(timespec="minutes"), zone=zone)
    return instant


@lru_cache(maxsize=4096)
def start_of_day(day: date, zone: str) -> datetime:
    """Return the first instant of a calendar day in `zone`, also where midnight itself is skipped."""
    local = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a local time, made aware on the next line
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def elapsed_minutes(starts_at: datetime, ends_at: datetime) -> int:
    """Return the real minutes between two instants, whole, rounded down."""
    return int((ends_at - starts_at).total_seconds() // 60)
