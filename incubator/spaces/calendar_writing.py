"""Write a calendar as RFC 5545 has it. The zones are written by us: icalendar 7.3 puts the onset of summer time into the new offset.

Source: RFC 5545 (September 2009), sections 3.6.1, 3.6.4, 3.6.5; RFC 7986 (October 2016) for NAME and REFRESH-INTERVAL.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
from icalendar import Event, FreeBusy, Timezone, TimezoneDaylight, TimezoneStandard, vPeriod

from incubator.kernel.language import Language
from incubator.spaces.calendar_feeds import Calendar, Reading
from incubator.spaces.calendar_reads import Busy, Entry

PRODUCT = "-//Incubator//Space 1//EN"
STATUS = {"pending": "TENTATIVE", "confirmed": "CONFIRMED"}
"""Of what stands; everything else is CANCELLED."""
BUSY = {Language.EN: "Busy", Language.DE: "Belegt", Language.ZH_CN: "已占用"}
OUT = {Language.EN: "Out of order: {}", Language.DE: "Außer Betrieb: {}", Language.ZH_CN: "停用:{}"}
BOOKED_BY = {Language.EN: "Booked by: {}", Language.DE: "Gebucht von: {}", Language.ZH_CN: "预订人:{}"}
STEP = timedelta(days=1)


def write_calendar(reading: Reading) -> bytes:
    """Return a calendar in UTF-8, with CRLF and lines of at most 75 octets."""
    calendar = reading.calendar
    written = icalendar.Calendar()
    for name, value in (
        ("PRODID", PRODUCT),
        ("VERSION", "2.0"),
        ("METHOD", "PUBLISH"),
        ("NAME", calendar.name),
        ("X-WR-CALNAME", calendar.name),
    ):
        written.add(name, value)
    written.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    written.add("X-PUBLISHED-TTL", "PT1H")
    if calendar.busy is not None:
        for busy in calendar.busy:
            written.add_component(_free_busy(busy, calendar, reading.changed_at))
        return bytes(written.to_ical())
    first = min((calendar.starts_at, *(entry.starts_at for entry in calendar.entries)))
    last = max((calendar.ends_at, *(entry.ends_at for entry in calendar.entries)))
    for zone in sorted({entry.time_zone for entry in calendar.entries}):
        written.add_component(write_zone(zone, first, last))
    for entry in calendar.entries:
        written.add_component(_event(entry, calendar.language))
    return bytes(written.to_ical())


def uid(entry_id: UUID, kind: str) -> str:
    """Return the id of an entry that stays the same in every calendar and for ever."""
    return f"{entry_id}@{kind}.incubator"


def _event(entry: Entry, language: Language) -> Event:
    event = Event()
    title = BUSY[language] if entry.title is None else entry.title
    status = STATUS.get(entry.state, "CANCELLED")
    event.add("UID", uid(entry.id, entry.kind))
    event.add("DTSTAMP", _second(entry.changed_at))
    event.add("CREATED", _second(entry.created_at))
    event.add("LAST-MODIFIED", _second(entry.changed_at))
    event.add("SEQUENCE", entry.version - 1)
    for name, moment in zip(("DTSTART", "DTEND"), _on_the_wall(entry), strict=True):
        event.add(name, moment)
    event.add("SUMMARY", OUT[language].format(title) if entry.kind == "outage" else title)
    event.add("LOCATION", f"{entry.unit}, {entry.site}")
    event.add("STATUS", status)
    event.add("TRANSP", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    if entry.by is not None:
        event.add("DESCRIPTION", BOOKED_BY[language].format(entry.by))
    if entry.heir_id is not None:
        event.add("RELATED-TO", uid(entry.heir_id, entry.kind))
    return event


def _on_the_wall(entry: Entry) -> tuple[datetime, datetime]:
    """Return start and end on the site's clock; in UTC when one lies in the hour that autumn repeats, where a local time means the first."""
    zone = ZoneInfo(entry.time_zone)
    local = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
    return (entry.starts_at, entry.ends_at) if any(moment.fold for moment in local) else local


def _free_busy(busy: Busy, calendar: Calendar, changed_at: datetime) -> FreeBusy:
    written = FreeBusy()
    written.add("UID", uid(busy.unit_id, "unit"))
    written.add("DTSTAMP", _second(changed_at))
    written.add("DTSTART", _second(calendar.starts_at))
    written.add("DTEND", _second(calendar.ends_at))
    written.add("COMMENT", busy.unit)
    for kind, spans in (("BUSY", busy.held), ("BUSY-UNAVAILABLE", busy.out)):
        for a, b in spans:
            written.add("FREEBUSY", vPeriod((_second(a), _second(b))), parameters={"FBTYPE": kind})
    return written


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def write_zone(name: str, first: datetime, last: datetime) -> Timezone:
    """Return a zone as it is between two instants: what holds at the first, and each change until the last, by its local time before it."""
    zone, written = ZoneInfo(name), Timezone()
    written.add("TZID", name)
    begin = (first - STEP).replace(microsecond=0)
    written.add_component(_observance(zone, begin, begin.astimezone(zone).utcoffset() or timedelta(0)))
    for change in _changes(zone, begin, last + STEP):
        written.add_component(_observance(zone, change, (change - timedelta(seconds=1)).astimezone(zone).utcoffset() or timedelta(0)))
    return written


def _observance(zone: ZoneInfo, since: datetime, offset_before: timedelta) -> TimezoneStandard | TimezoneDaylight:
    local = since.astimezone(zone)
    part = TimezoneDaylight() if local.dst() else TimezoneStandard()
    part.add("DTSTART", (since + offset_before).replace(tzinfo=None))
    part.add("TZOFFSETFROM", offset_before)
    part.add("TZOFFSETTO", local.utcoffset() or timedelta(0))
    part.add("TZNAME", local.tzname() or zone.key)
    return part


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the instants, to the second, at which the offset of a zone changes."""
    day = first
    while day < last:
        if day.astimezone(zone).utcoffset() != (day + STEP).astimezone(zone).utcoffset():
            yield _change_within(zone, day)
        day += STEP


def _change_within(zone: ZoneInfo, day: datetime) -> datetime:
    """Return the second of the day from an instant on at which the offset changes: halve it until nothing is left."""
    old, low, high = day.astimezone(zone).utcoffset(), 0, int(STEP.total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (day + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return day + timedelta(seconds=high)
