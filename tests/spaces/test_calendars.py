"""Calendars: what they show is what their person may see at each read, as RFC 5545 has it, right across clock changes."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, NotSignedIn, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.spaces import service
from incubator.spaces.calendar_feeds import Reading
from incubator.spaces.calendar_writing import write_calendar, write_zone
from incubator.spaces.outage_errors import TooManyFeeds
from incubator.spaces.service import BookingTerms, FeedTerms, MoveTerms, OutageTerms
from tests.spaces.reading_ics import Component, instants, read
from tests.support import make
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Shanghai", "America/Santiago"]


async def booked(who: Actor, unit: UUID, hours: float = 0, title: str = "Run") -> UUID:
    """Book an hour."""
    terms = BookingTerms(unit, TEN + hours * HOUR, TEN + (hours + 1) * HOUR, title)
    return await service.create_booking(who, terms, make.fresh("calendar-key-"))


async def shown(who: Actor, terms: FeedTerms) -> tuple[bytes, Component]:
    """Make a calendar and read it."""
    _, secret = await service.create_feed(who, terms)
    content = write_calendar(await reading(secret))
    icalendar.Calendar.from_ical(content)
    return content, read(content)


async def reading(secret: str) -> Reading:
    """Read a calendar that works."""
    found = await service.read_feed(secret)
    assert found is not None
    return found


async def test_a_person_s_calendar_has_their_bookings_with_stable_ids_versions_and_what_became_of_them() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        room, asked = await make.unit(house), await make.unit(house, needs_approval=True)
        kept, moved, cancelled, pending = (
            await booked(owner, room, title="Zellkultur, 第一次会议; Raum “Elbe”: " + "很长的标题" * 12),
            await booked(owner, room, 1),
            await booked(owner, room, 2),
            await booked(owner, asked, 3),
        )
        heir = await service.move_booking(owner, MoveTerms(moved, TEN + 5 * HOUR, TEN + 6 * HOUR), 1, "move-key-1")
        await service.cancel_booking(owner, cancelled, 1)
        await booked(await make.resident(house), room, 8)

        content, calendar = await shown(owner, FeedTerms())

    events = {event.one("UID"): event for event in calendar.all("VEVENT")}
    assert {uid: (event.one("STATUS"), event.one("SEQUENCE")) for uid, event in events.items()} == {
        f"{kept}@booking.incubator": ("CONFIRMED", "0"),
        f"{moved}@booking.incubator": ("CANCELLED", "1"),
        f"{heir}@booking.incubator": ("CONFIRMED", "0"),
        f"{cancelled}@booking.incubator": ("CANCELLED", "1"),
        f"{pending}@booking.incubator": ("TENTATIVE", "0"),
    }
    event = events[f"{kept}@booking.incubator"]
    assert event.one("SUMMARY") == "Zellkultur, 第一次会议; Raum “Elbe”: " + "很长的标题" * 12
    assert (event.one("DTSTAMP"), event.one("LAST-MODIFIED")) == ("20260310T090000Z",) * 2
    assert instants(content, event) == (TEN, TEN + HOUR)
    assert ("DTSTART;TZID=Europe/Berlin", "20260311T100000") in event.lines
    assert events[f"{moved}@booking.incubator"].one("RELATED-TO") == f"{heir}@booking.incubator"
    assert [calendar.one(name) for name in ("VERSION", "METHOD")] == ["2.0", "PUBLISH"]
    assert [zone.one("TZID") for zone in calendar.all("VTIMEZONE")] == ["Europe/Berlin"]


async def test_a_unit_s_calendar_tells_titles_to_who_may_know_them_and_shows_outages() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, neighbour = await make.resident(house), await make.resident(house)
        suite, bench = await make.unit(house, "lab suite"), await make.unit(house, "bench")
        await service.put_unit_into(house.manager, bench, suite)
        await booked(owner, bench, title="Secret work")
        await service.announce_outage(house.manager, OutageTerms(suite, TEN + 3 * HOUR, TEN + 4 * HOUR, "Yearly service", "Ms Weber"))
        gone = await service.announce_outage(house.manager, OutageTerms(suite, TEN + 5 * HOUR, TEN + 6 * HOUR, "Not needed"))
        await service.cancel_outage(house.manager, gone, 1)
        stranger = await make.startup_owner()

        seen = {
            name: [(event.one("SUMMARY"), event.one("STATUS")) for event in (await shown(who, FeedTerms(bench)))[1].all("VEVENT")]
            for name, who in (("owner", owner), ("neighbour", neighbour), ("manager", house.manager), ("stranger", stranger))
        }
        content, _ = await shown(house.manager, FeedTerms(site_id=house.site_id))

    outages = [("Out of order: Yearly service", "CONFIRMED"), ("Out of order: Not needed", "CANCELLED")]
    assert seen == {
        "owner": [("Secret work", "CONFIRMED"), *outages],
        "neighbour": [("Busy", "CONFIRMED"), *outages],
        "manager": [("Secret work", "CONFIRMED"), *outages],
        "stranger": outages,
    }
    assert b"Ms Weber" not in content
    assert b"Secret work" in content


async def test_what_a_calendar_shows_follows_rights_and_ends_with_them() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        await booked(owner, room, title="Board")
        neighbour = await make.resident(house)
        _, secret = await service.create_feed(neighbour, FeedTerms(room))
        before = len((await reading(secret)).calendar.entries)
        await db.execute("DELETE FROM rental WHERE organization_id = $1", neighbour.organization_id)
        after = len((await reading(secret)).calendar.entries)
        await db.execute("DELETE FROM role_assignment WHERE person_id = $1", neighbour.person_id)
        left = await service.read_feed(secret)

    assert (before, after, left) == (1, 0, None)


async def test_a_revoked_wrong_or_malformed_secret_reads_nothing_and_only_its_hash_is_kept() -> None:
    with clock.travel_to(NOW):
        owner = await make.startup_owner()
        feed_id, secret = await service.create_feed(owner, FeedTerms())
        works = await service.read_feed(secret)
        await service.revoke_feed(owner, feed_id)
        found = [await service.read_feed(one) for one in (secret, "cal_" + "x" * 43, "", "x", "inc_" + secret[4:], secret + "x" * 1000)]
        with pytest.raises(NotFound):
            await service.revoke_feed(owner, feed_id)

    assert works is not None
    assert found == [None] * 6
    row = await db.row("SELECT * FROM calendar_feed")
    assert row is not None
    assert secret not in str(tuple(row.values()))
    assert secret not in str([tuple(entry.values()) for entry in await db.rows("SELECT * FROM audit_entry")])


async def test_busy_times_name_nobody_and_merge_what_touches() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        suite, bench = await make.unit(house, "lab suite"), await make.unit(house, "bench")
        await service.put_unit_into(house.manager, bench, suite)
        for hours in (0, 1, 4):
            await booked(owner, bench, hours, "Secret work")
        await service.announce_outage(house.manager, OutageTerms(bench, TEN + 8 * HOUR, TEN + 9 * HOUR, "Service"))

        content, calendar = await shown(await make.startup_owner(), FeedTerms(suite, content="busy"))
        _, whole = await shown(owner, FeedTerms(site_id=house.site_id, content="busy"))

    [busy] = calendar.all("VFREEBUSY")
    assert [line for line in busy.lines if line[0].startswith("FREEBUSY")] == [
        ("FREEBUSY;FBTYPE=BUSY;VALUE=PERIOD", "20260311T090000Z/20260311T110000Z"),
        ("FREEBUSY;FBTYPE=BUSY;VALUE=PERIOD", "20260311T130000Z/20260311T140000Z"),
        ("FREEBUSY;FBTYPE=BUSY-UNAVAILABLE;VALUE=PERIOD", "20260311T170000Z/20260311T180000Z"),
    ]
    assert b"Secret" not in content
    assert len(whole.all("VFREEBUSY")) == 3


async def test_it_says_since_when_it_has_shown_what_it_shows() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        booking = await booked(owner, room)
        _, secret = await service.create_feed(owner, FeedTerms())
        first = await reading(secret)
    with clock.travel_to(NOW + HOUR):
        again = await reading(secret)
        await service.leave_note(owner, booking, "The lamp is warm")
        changed = await reading(secret)

    assert (first.changed_at, again.changed_at, changed.changed_at) == (NOW, NOW, NOW + HOUR)
    assert first.fingerprint == again.fingerprint != changed.fingerprint
    assert write_calendar(first) == write_calendar(again)


async def test_an_outage_without_an_end_goes_to_the_end_of_the_window_and_old_things_are_left_out() -> None:
    with clock.travel_to(NOW - 100 * DAY):
        house = await make.house()
        owner = await make.resident(house)
        room = await make.unit(house)
        old = await service.create_booking(
            owner, BookingTerms(room, NOW - 99 * DAY, NOW - 99 * DAY + HOUR, "Old"), make.fresh("calendar-key-")
        )
    with clock.travel_to(NOW):
        await service.announce_outage(house.manager, OutageTerms(room, None, None, "Broken"))
        content, calendar = await shown(owner, FeedTerms(room))

    [event] = calendar.all("VEVENT")
    assert str(old) not in content.decode()
    assert instants(content, event) == (NOW, NOW.replace(hour=0) + 400 * DAY)


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_is_right_at_every_hour_of_two_years_as_another_library_reads_it(name: str) -> None:
    first, last = datetime(2025, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)
    written = icalendar.Calendar()
    written.add("PRODID", "test")
    written.add("VERSION", "2.0")
    written.add_component(write_zone(name, first, last))
    content = written.to_ical()

    theirs, ours = tzical(StringIO(content.decode())).get(name), ZoneInfo(name)
    hours = [first + number * HOUR for number in range(2 * 365 * 24)]
    local = [hour.astimezone(ours) for hour in hours]
    wrong = [one for one in local if one.fold == 0 and one.replace(tzinfo=theirs).utcoffset() != one.utcoffset()]

    assert theirs is not None
    assert wrong == []


@pytest.mark.parametrize("name", ZONES)
async def test_bookings_around_both_clock_changes_keep_their_instants(name: str) -> None:
    changes = [datetime(2026, month, day, 12, tzinfo=UTC) for month, day in ((3, 8), (3, 29), (4, 5), (9, 6), (10, 4), (10, 25), (11, 1))]
    with clock.travel_to(datetime(2026, 3, 1, tzinfo=UTC)):
        house = await make.house(time_zone=name)
        owner = await make.resident(house)
        room = await make.unit(house, horizon_days=None, longest_minutes=None, step_minutes=None)
        expected = {}
        for at in changes:
            for hours in range(-22, 14, 4):
                start = at + hours * HOUR
                booking = await service.create_booking(owner, BookingTerms(room, start, start + HOUR, "Run"), make.fresh("calendar-key-"))
                expected[f"{booking}@booking.incubator"] = (start, start + HOUR)
        content, calendar = await shown(owner, FeedTerms())

    found = {event.one("UID"): instants(content, event) for event in calendar.all("VEVENT")}
    assert found == expected


async def test_who_makes_what_calendar_and_nothing_is_written_on_refusal() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        other = await make.startup_owner()
        feed_id, _ = await service.create_feed(other, FeedTerms())
        for _ in range(20):
            await service.create_feed(owner, FeedTerms())
        token = Actor(person_id=other.person_id, organization_id=other.organization_id, memberships=other.memberships, via="token")
        before = await contents()
        attempts = [
            (service.create_feed(owner, FeedTerms()), TooManyFeeds),
            (service.create_feed(other, FeedTerms(new_id())), NotFound),
            (service.create_feed(other, FeedTerms(site_id=new_id())), NotFound),
            (service.create_feed(other, FeedTerms(content="busy")), PatternMismatch),
            (service.create_feed(Actor(), FeedTerms()), NotSignedIn),
            (service.create_feed(token, FeedTerms()), NotSignedIn),
        ]

        for attempt, expected in attempts:
            with pytest.raises(expected):
                await attempt
        with pytest.raises(NotFound):
            await service.revoke_feed(owner, feed_id)

    assert await contents() == before
