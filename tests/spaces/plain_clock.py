"""The wall clock the slow way, minute by minute: what the plain models of rules and prices are written with."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Asia/Shanghai": (datetime(1991, 4, 13, 18, tzinfo=UTC), datetime(1991, 9, 14, 17, tzinfo=UTC)),
    "Pacific/Auckland": (datetime(2026, 9, 26, 14, tzinfo=UTC), datetime(2026, 4, 4, 14, tzinfo=UTC)),
    "America/Sao_Paulo": (datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2018, 2, 18, 2, tzinfo=UTC)),
    "Asia/Kathmandu": (datetime(1985, 12, 31, 18, 30, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)),
}
"""The instant in which the clock goes forward and the one in which it goes back, the last there was. Kathmandu went forward by 15 minutes
in 1986 and never back: its second instant is any."""


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and an instant on the quarter hour within two days of one of its changes."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = draw(st.sampled_from(CHANGES[zone]))
    return zone, change + draw(st.integers(-192, 192)) * 15 * MINUTE


def wall(moment: datetime, zone: str) -> datetime:
    """What the clock on the wall shows."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@cache
def first_showing(day: date, minute: int, zone: str) -> datetime:
    """The first instant at which the wall shows a minute of a day; of a minute that is skipped, as far after the jump as it lies in the gap.

    Walks every quarter of an hour of three days, so it takes quarters of an hour only.
    """
    if minute == 1440:
        day, minute = day + timedelta(days=1), 0
    wanted = datetime(day.year, day.month, day.day) + minute * MINUTE  # noqa: DTZ001 - what a wall shows
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    before = wall(start, zone)
    for step in range(1, 3 * 96):
        now = wall(start + step * QUARTER, zone)
        if now == wanted:
            return start + step * QUARTER
        if before < wanted < now:
            return start + step * QUARTER + (wanted - before - QUARTER)
        before = now
    raise AssertionError("a day has its minutes within three days")


class Windows:
    """Open spans a weekday, told minute by minute; the notation is that of opening hours."""

    def __init__(self, spans: dict[int, list[tuple[int, int]]], zone: str) -> None:
        self.spans, self.zone = spans, zone
        self._known: dict[date, list[tuple[datetime, datetime]]] = {}

    @property
    def notation(self) -> str:
        """The spans as people write them."""
        return "; ".join(
            f"{DAY_NAMES[day]} {a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}"
            for day, found in sorted(self.spans.items())
            for a, b in found
        )

    def __contains__(self, moment: datetime) -> bool:
        day = wall(moment, self.zone).date()
        for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
            if near not in self._known:
                self._known[near] = [
                    (first_showing(near, a, self.zone), first_showing(near, b, self.zone)) for a, b in self.spans.get(near.weekday(), [])
                ]
        return any(a <= moment < b for near in (day - timedelta(days=1), day, day + timedelta(days=1)) for a, b in self._known[near])


@st.composite
def windows(draw: st.DrawFn, zone: str) -> Windows:
    """One or two spans on some weekdays, on the quarter hour."""
    found: dict[int, list[tuple[int, int]]] = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
        found[day] = [(a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    return Windows(found, zone)
