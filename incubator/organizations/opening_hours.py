"""Opening hours in a site's own zone: the part of the OpenStreetMap notation that people write, and public holidays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

from incubator.kernel.periods import start_of_day
from incubator.organizations.errors import OpeningHoursInvalid

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_RULE = re.compile(
    r"(?:(?P<first>Mo|Tu|We|Th|Fr|Sa|Su)(?:-(?P<last>Mo|Tu|We|Th|Fr|Sa|Su))?\s+)?(?P<spans>\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)"
)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Open spans per weekday, Monday first: minutes `[from, until)` of the local day, ascending, 1440 for its end."""

    week: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    @lru_cache(maxsize=512)
    def parse(cls, text: str, path: tuple[str, ...] = ()) -> "OpeningHours":
        """Read `Mo-Fr 08:00-18:00; Sa 09:00-12:00`, or `24/7`.

        Raises:
            OpeningHoursInvalid: it cannot be read, spans are inverted or overlap.
        """
        if text.strip() == "24/7":
            return cls((((0, 1440),),) * 7)
        week: list[list[tuple[int, int]]] = [[] for _ in DAYS]
        for part in filter(None, (rule.strip() for rule in text.split(";"))):
            match = _RULE.fullmatch(part)
            if match is None:
                raise OpeningHoursInvalid(value=text[:80], path=path)
            first = DAYS.index(match["first"]) if match["first"] else 0
            last = DAYS.index(match["last"]) if match["last"] else (first if match["first"] else 6)
            spans = [_span(span, text, path) for span in match["spans"].split(",")]
            for offset in range((last - first) % 7 + 1):
                week[(first + offset) % 7].extend(spans)
        ordered = tuple(tuple(sorted(day)) for day in week)
        if not any(ordered) or any(a[1] > b[0] for day in ordered for a, b in pairwise(day)):
            raise OpeningHoursInvalid(value=text[:80], path=path)
        return cls(ordered)

    def spans(self, day: date) -> tuple[tuple[int, int], ...]:
        """Return the open spans of a calendar day, in minutes of the local clock."""
        return self.week[day.weekday()]

    def covers(self, starts_at: datetime, ends_at: datetime, zone: str, closed_on: frozenset[date] = frozenset()) -> bool:
        """Tell whether `[starts_at, ends_at)` lies wholly in open hours of `zone`; a span to 24:00 goes on at the next day's 00:00."""
        reached, day = starts_at, starts_at.astimezone(ZoneInfo(zone)).date()
        while reached < ends_at:
            spans = () if day in closed_on else self.spans(day)
            advanced = reached
            for begin, finish in spans:
                if _at(day, begin, zone) <= advanced < _at(day, finish, zone):
                    advanced = _at(day, finish, zone)
            if advanced == reached:
                return False
            reached = advanced
            day = reached.astimezone(ZoneInfo(zone)).date()
        return True


def _at(day: date, minute: int, zone: str) -> datetime:
    """Return the instant of a local clock minute: on days with a clock change what the clock on the wall shows counts."""
    if minute == 1440:
        return start_of_day(day + timedelta(days=1), zone)
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60)  # noqa: DTZ001 - made aware on the next line
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _span(text: str, whole: str, path: tuple[str, ...]) -> tuple[int, int]:
    begin, finish = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
    if not (0 <= begin < finish <= 1440) or any(int(clock[3:]) > 59 for clock in text.split("-")):
        raise OpeningHoursInvalid(value=whole[:80], path=path)
    return begin, finish


@lru_cache(maxsize=256)
def subdivisions_of(country: str) -> Mapping[str, str]:
    """Return the parts of a country with public holidays of their own: names by code, ordered by code (source: the package `holidays`).

    Empty for a country without such parts, and for one that the package does not know.
    """
    parts = holidays.list_supported_countries(include_aliases=False).get(country)
    if not parts:
        return MappingProxyType({})
    names = holidays.country_holidays(country).get_subdivision_aliases()
    return MappingProxyType({code: max(names.get(code) or [code], key=len) for code in sorted(parts)})


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Return the public holidays of a year (source: the package `holidays`).

    Empty for a country that the package does not know; for a part of a country that it does not know, those of the country.
    """
    parts = holidays.list_supported_countries().get(country)
    if parts is None:
        return frozenset()
    found = holidays.country_holidays(country, subdiv=subdivision if subdivision in parts else None, years=year)
    return frozenset(found.keys())


def open_spans(hours: OpeningHours, starts_at: datetime, ends_at: datetime, zone: str) -> list[tuple[datetime, datetime]]:
    """Return the open spans within `[starts_at, ends_at)` as instants, ascending."""
    day, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (starts_at, ends_at))
    found = []
    while day <= last:
        for begin, finish in hours.spans(day):
            span = max(_at(day, begin, zone), starts_at), min(_at(day, finish, zone), ends_at)
            if span[0] < span[1]:
                found.append(span)
        day += timedelta(days=1)
    return found
