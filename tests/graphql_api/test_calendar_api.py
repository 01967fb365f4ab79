"""The address of a calendar: read with its secret alone, the same 404 for everything else, and in no log."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from incubator import db
from incubator.spaces import service
from incubator.spaces.service import BookingTerms, FeedTerms
from incubator_graphql.ids import encode
from incubator_graphql.spaces.calendar_routes import READS
from tests.graphql_api.test_spaces_api import tomorrow
from tests.spaces.reading_ics import read
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.web import Web, run, session_of

HOUR = timedelta(hours=1)
MAKERS = callers.table(*(who for who in CALLERS if who not in ("anonymous", "ended session", "reading token")))


async def feed_of(known: callers.World) -> str:
    """Make a calendar of the owner's bookings, with one in it; returns its path."""
    room = await make.unit(known.house)
    await service.create_booking(known.owner, BookingTerms(room, tomorrow(), tomorrow() + HOUR, "Board"), make.fresh("booked-key-"))
    _, secret = await service.create_feed(known.owner, FeedTerms())
    return f"/calendar/{secret}.ics"


def codes(payload: dict[str, Any]) -> list[str]:
    """Name the refusals."""
    return [error["code"] for error in payload["errors"]]


async def test_one_makes_subscribes_sees_and_revokes_a_calendar(web: Web) -> None:
    known = await callers.world()
    session, site = await session_of(known.owner), encode("Site", known.house.site_id)

    made = await run(web, session, "CreateCalendarFeed", input={"subjectId": site})
    busy = await run(web, session, "CreateCalendarFeed", input={"subjectId": site, "content": "BUSY"})
    path = made["address"][made["address"].index("/calendar/") :]
    async with web.client() as client:
        before = await client.get(path)
        listed = (await run(web, session, "CalendarFeeds"))["calendarFeeds"]["nodes"]
        gone = await run(web, session, "RevokeCalendarFeed", input={"calendarFeedId": made["calendarFeed"]["id"]})
        after = await client.get(path)
    left = (await run(web, session, "CalendarFeeds"))["calendarFeeds"]["nodes"]

    assert path.startswith("/calendar/cal_")
    assert (before.status_code, after.status_code) == (200, 404)
    assert [(feed["content"], feed["site"]["id"], feed["lastUsedAt"] is not None) for feed in listed] == [
        ("BUSY", site, False),
        ("EVENTS", site, True),
    ]
    assert codes(gone) == []
    assert [feed["id"] for feed in left] == [busy["calendarFeed"]["id"]]


async def test_it_is_answered_as_a_calendar_once_and_then_as_unchanged(web: Web) -> None:
    path = await feed_of(await callers.world())
    async with web.client() as client:
        full = await client.get(path)
        head = await client.head(path)
        tagged = await client.get(path, headers={"if-none-match": f'"other", W/{full.headers["etag"]}'})
        dated = await client.get(path, headers={"if-modified-since": full.headers["last-modified"]})
        older = await client.get(path, headers={"if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT"})
        both = await client.get(path, headers={"if-none-match": '"other"', "if-modified-since": full.headers["last-modified"]})
        odd = await client.get(path, headers={"if-modified-since": "yesterday"})

    assert [one.status_code for one in (full, head, tagged, dated, older, both, odd)] == [200, 200, 304, 304, 200, 200, 200]
    assert full.headers["content-type"] == "text/calendar; charset=utf-8"
    assert full.headers["cache-control"] == "private, max-age=300"
    assert (head.content, tagged.content) == (b"", b"")
    assert head.headers["etag"] == full.headers["etag"] == tagged.headers["etag"]
    [event] = read(full.content).all("VEVENT")
    assert event.one("SUMMARY") == "Board"


async def test_wrong_revoked_and_malformed_addresses_are_answered_alike(web: Web) -> None:
    known = await callers.world()
    path = await feed_of(known)
    await service.revoke_feed(known.owner, await db.value("SELECT id FROM calendar_feed"))
    wrong = [
        path,
        f"/calendar/cal_{'x' * 43}.ics",
        "/calendar/x.ics",
        "/calendar/x",
        "/calendar/",
        path + "x",
        f"/calendar/{'x' * 5000}.ics",
    ]

    async with web.client() as client:
        answers = [await client.get(one) for one in wrong]

    hidden = {"date", "x-request-id"}
    found = {(one.status_code, one.text, tuple(sorted(item for item in one.headers.items() if item[0] not in hidden))) for one in answers}
    assert len(found) == 1
    assert (answers[0].status_code, answers[0].text) == (404, "Not found\n")


async def test_the_secret_is_in_no_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    path = await feed_of(await callers.world())
    secret = path.removeprefix("/calendar/").removesuffix(".ics")

    with caplog.at_level(logging.DEBUG):
        async with web.client() as client:
            await client.get(path)
            await client.get(f"/calendar/{secret}")

    lines = [str(vars(record)) for record in caplog.records if record.name == "access"]
    assert len(lines) == 2
    assert [line for line in lines if secret in line] == []
    assert all("'path': '/calendar/'" in line for line in lines)


async def test_reading_takes_as_many_statements_for_many_bookings_as_for_one(web: Web) -> None:
    known = await callers.world()
    path = await feed_of(known)
    room = await make.unit(known.house)
    counts = []
    seen: list[str] = []
    stop = db.observe(lambda sql, seconds: seen.append(sql))

    async with web.client() as client:
        for number in range(2):
            seen.clear()
            await client.get(path)
            counts.append(len(seen))
            for n in range(30):
                at = tomorrow(0) + timedelta(hours=n, days=1 + 2 * number)
                await service.create_booking(known.owner, BookingTerms(room, at, at + HOUR, "Run"), make.fresh("booked-key-"))

    stop()
    assert counts == [5, 5]


async def test_who_asks_too_often_waits(web: Web) -> None:
    async with web.client() as client:
        answers = [await client.get("/calendar/cal_x.ics") for _ in range(READS.capacity + 20)]

    refused = [one for one in answers if one.status_code == 429]
    assert [one.status_code for one in answers[:100]] == [404] * 100
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1


async def test_everybody_signed_in_makes_calendars_for_themselves_only(web: Web) -> None:
    known = await callers.world()
    unit = encode("Unit", await make.unit(known.house))
    people = {who: await CALLERS[who](known) for who in reversed(list(CALLERS))}
    refused = {who: codes(await run(web, people[who], "CreateCalendarFeed", input={"subjectId": unit})) for who in MAKERS.refused}
    before = await db.value("SELECT count(*) FROM calendar_feed")
    made = {who: codes(await run(web, people[who], "CreateCalendarFeed", input={"subjectId": unit})) for who in MAKERS.allowed}
    seen = {who: (await run(web, people[who], "CalendarFeeds"))["calendarFeeds"]["totalCount"] for who in MAKERS.allowed}

    assert {who: ", ".join(found) for who, found in refused.items()} == MAKERS.refused
    assert before == 0
    assert made == {who: [] for who in MAKERS.allowed}
    assert seen == dict.fromkeys(MAKERS.allowed, 1)
