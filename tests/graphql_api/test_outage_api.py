"""Outages and cancelled series through the API, by the documents that ship; and that an open day hears of what others book."""

from datetime import timedelta
from typing import Any

import pytest

from incubator import db
from incubator.kernel.actor import Role
from incubator.spaces import service
from incubator.spaces.service import BookingTerms, SeriesTerms
from incubator_graphql.ids import encode
from tests.graphql_api.test_changes_api import listening, told
from tests.graphql_api.test_spaces_api import tomorrow
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.drain import drain
from tests.support.web import Web, ask, document, run, session_of, statements, uuid_of
from tests.support.written import contents

HOUR = timedelta(hours=1)
ELSEWHERE = {
    "owner": "NotFound",
    "another_startups_owner": "NotFound",
    "university": "NotFound",
    "manager_elsewhere": "NotFound",
}
STAFF = callers.table("manager", "front desk", **ELSEWHERE)
SERIES = callers.table(
    "owner",
    "member",
    "manager",
    "front desk",
    another_startups_owner="NotFound",
    corporate_admin="NotFound",
    mentor="NotFound",
    scout="NotFound",
    university="NotFound",
    finance="NotFound",
    reviewer="NotFound",
    manager_elsewhere="NotFound",
)


def codes(payload: dict[str, Any]) -> list[str]:
    """Name the refusals."""
    return [error["code"] for error in payload["errors"]]


def iso(hours: float) -> str:
    """Some hours after ten tomorrow."""
    return (tomorrow() + hours * HOUR).isoformat()


async def scene(known: callers.World) -> dict[str, dict[str, Any]]:
    """A room with an outage ahead, another with one under way; returns a valid input of each mutation."""
    rooms = [await make.unit(known.house) for _ in range(4)]
    ahead = await service.announce_outage(known.house.manager, service.OutageTerms(rooms[0], tomorrow(), tomorrow() + HOUR, "Service"))
    under_way = await service.announce_outage(known.house.manager, service.OutageTerms(rooms[1], None, None, "Broken"))
    report = await service.create_series(
        known.owner, SeriesTerms(rooms[3], tomorrow(), tomorrow() + HOUR, "Daily", "FREQ=DAILY;COUNT=3"), make.fresh("series-key-")
    )
    return {
        "AnnounceOutage": {"unitId": encode("Unit", rooms[2]), "startsAt": iso(0), "endsAt": iso(1), "reason": "Service"},
        "ChangeOutage": {"outageId": encode("Outage", ahead), "expectedVersion": 1, "reason": "Longer", "endsAt": iso(2)},
        "CancelOutage": {"outageId": encode("Outage", ahead), "expectedVersion": 1},
        "ResolveOutage": {"outageId": encode("Outage", under_way), "expectedVersion": 1},
        "CancelSeries": {"bookingId": encode("Booking", report.booking_ids[0]), "feeMinor": 0},
    }


@pytest.mark.parametrize("operation", ["AnnounceOutage", "ChangeOutage", "CancelOutage", "ResolveOutage", "CancelSeries"])
async def test_who_may_not_is_refused_writes_nothing_and_who_may_does_it(web: Web, operation: str) -> None:
    table = SERIES if operation == "CancelSeries" else STAFF
    known = await callers.world()
    given = (await scene(known))[operation]
    people = {who: await CALLERS[who](known) for who in reversed(list(CALLERS))}
    for person in people.values():
        await ask(web, person, "{ viewer { roles } }")  # a token's first use is written down
    before = await contents()

    refused = {who: ", ".join(codes(await run(web, people[who], operation, input=given))) for who in table.refused}
    nothing = await contents() == before
    done = await run(web, await CALLERS["front desk"](known), operation, input=given)

    assert refused == table.refused
    assert (nothing, codes(done)) == (True, [])


async def test_an_outage_is_previewed_announced_listed_and_offers_another_slot(web: Web) -> None:
    known = await callers.world()
    session, desk = await session_of(known.owner), await CALLERS["front desk"](known)
    room, other = await make.unit(known.house), await make.unit(known.house)
    booking = await service.create_booking(known.owner, BookingTerms(room, tomorrow(), tomorrow() + HOUR, "Board"), "booked-key-1")
    given = {"unitId": encode("Unit", room), "startsAt": iso(-1), "endsAt": iso(3)}

    preview = (await run(web, desk, "OutagePreview", **given))["outagePreview"]
    done = await run(web, desk, "AnnounceOutage", input={**given, "reason": "New lamp", "note": "Ms Weber"})
    await drain()
    seen = {
        who: (await run(web, who_is, "Outages", unitId=given["unitId"]))["outages"] for who, who_is in (("owner", session), ("desk", desk))
    }
    details = (await run(web, desk, "OutageDetails", id=done["outage"]["id"]))["node"]
    [entry] = (await run(web, session, "WaitingList"))["waitingList"]["nodes"]
    [same] = (await run(web, desk, "WaitingList"))["waitingList"]["nodes"]
    taken = await run(web, session, "AcceptSlot", input={"waitingEntryId": entry["id"], "idempotencyKey": "accept-key-1"})

    assert (preview["bookingCount"], preview["rentalCount"], [b["title"] for b in preview["bookings"]]) == (1, 0, ["Board"])
    assert (done["outage"]["state"], done["outage"]["kind"]) == ("AHEAD", "PLANNED")
    assert {who: (found["totalCount"], found["nodes"][0]["note"]) for who, found in seen.items()} == {
        "owner": (1, None),
        "desk": (1, "Ms Weber"),
    }
    assert [(b["state"], uuid_of(b["id"])) for b in details["bookings"]] == [("CANCELLED", booking)]
    assert (uuid_of(entry["unit"]["id"]), entry["startsAt"], uuid_of(entry["insteadOfId"])) == (
        other,
        iso(0).replace("+00:00", "Z"),
        booking,
    )
    assert (
        entry["insteadOf"]
        == same["insteadOf"]
        == {
            "id": entry["insteadOfId"],
            "startsAt": entry["startsAt"],
            "endsAt": entry["endsAt"],
            "unit": {"id": given["unitId"], "name": await db.value("SELECT name FROM unit WHERE id = $1", room)},
        }
    )
    assert entry["price"] == {"amountMinor": 4500, "currency": "EUR"}
    assert (codes(taken), taken["booking"]["state"]) == ([], "CONFIRMED")


async def test_what_is_no_outage_is_refused_by_name_and_nothing_is_written(web: Web) -> None:
    known = await callers.world()
    desk = await CALLERS["front desk"](known)
    inputs = await scene(known)
    good, resolved = inputs["AnnounceOutage"], inputs["ResolveOutage"]
    await run(web, desk, "ResolveOutage", input=resolved)
    before = await contents()

    answers = {
        "inverted": await run(web, desk, "AnnounceOutage", input={**good, "endsAt": iso(-1)}),
        "ten years": await run(web, desk, "AnnounceOutage", input={**good, "endsAt": iso(10 * 366 * 24)}),
        "foreign": await run(web, desk, "AnnounceOutage", input={**good, "unitId": encode("Unit", await make.unit(await make.house()))}),
        "resolved": await run(web, desk, "ResolveOutage", input={**resolved, "expectedVersion": 2}),
        "stale": await run(web, desk, "CancelOutage", input={**inputs["CancelOutage"], "expectedVersion": 9}),
    }
    outages = await db.value("SELECT count(*) FROM outage")

    assert {name: codes(answer) for name, answer in answers.items()} == {
        "inverted": ["PeriodInverted"],
        "ten years": ["PeriodTooLong"],
        "foreign": ["NotFound"],
        "resolved": ["OutageNotOpen"],
        "stale": ["Stale"],
    }
    assert outages == 2
    assert await contents() != before  # the foreign house was made meanwhile


async def test_the_day_shows_an_outage_within_its_four_statements(web: Web) -> None:
    known = await callers.world()
    session, site = await session_of(known.owner), encode("Site", known.house.site_id)
    for _ in range(10):
        room = await make.unit(known.house)
        await service.announce_outage(known.house.manager, service.OutageTerms(room, tomorrow(), tomorrow() + HOUR, "Service"))
    on = tomorrow().date().isoformat()

    day = (await run(web, session, "SiteDay", siteId=site, on=on))["siteDay"]

    found = [out for unit in day["units"] for out in unit["outages"]]
    assert [(out["kind"], out["reason"]) for out in found] == [("PLANNED", "Service")] * 10
    assert await statements(web, session, document("SiteDay"), siteId=site, on=on) <= 4


async def test_a_series_is_shown_with_its_fees_and_cancelled(web: Web) -> None:
    known = await callers.world()
    session, room = await session_of(known.owner), await make.unit(known.house, cancel_notice_minutes=3 * 1440, cancel_fee_percent=10)
    report = await service.create_series(
        known.owner, SeriesTerms(room, tomorrow(), tomorrow() + HOUR, "Daily", "FREQ=DAILY;COUNT=4"), "series-key-1"
    )
    booking = encode("Booking", report.booking_ids[1])

    preview = await run(web, session, "SeriesCancellation", bookingId=booking, followingOnly=True, overrideReason="")
    shown = preview["seriesCancellation"]
    cheaper = await run(web, session, "CancelSeries", input={"bookingId": booking, "followingOnly": True, "feeMinor": 0})
    done = await run(
        web, session, "CancelSeries", input={"bookingId": booking, "followingOnly": True, "feeMinor": shown["fee"]["amountMinor"]}
    )

    assert shown["cancelledCount"] == 3
    assert shown["fee"]["amountMinor"] == sum(one["fee"]["amountMinor"] for one in shown["cancellations"]) > 0
    assert (codes(cheaper), codes(done), done["report"]["cancelledCount"]) == (["FeeChanged"], [], 3)


async def test_an_open_day_hears_of_what_others_book_there_while_one_is_at_the_site_and_no_longer(web: Web) -> None:
    known = await callers.world()
    neighbour = await make.resident(known.house)
    site_manager = await make.person(known.house.operator_id, Role.FRONT_DESK)
    room = await make.unit(known.house)
    await drain()
    async with listening(web, await session_of(neighbour)) as beside, listening(web, await session_of(site_manager)) as desk:
        first = await service.create_booking(known.owner, BookingTerms(room, tomorrow(), tomorrow() + HOUR, "Board"), "booked-key-1")
        await drain()
        heard = [await told(socket) for socket in (beside, desk)]
        await db.execute("DELETE FROM rental WHERE organization_id = $1", neighbour.organization_id)
        second = await service.create_booking(
            known.owner, BookingTerms(room, tomorrow() + HOUR, tomorrow() + 2 * HOUR, "B"), "booked-key-2"
        )
        await drain()
        still = await told(desk)
        outage = await service.announce_outage(known.house.manager, service.OutageTerms(room, None, None, "Broken"))
        await drain()
        after = {(await told(beside))[:2] for _ in range(2)}

    assert heard == [("Booking", encode("Booking", first), 1)] * 2
    assert still == ("Booking", encode("Booking", second), 1)
    assert after == {("Outage", encode("Outage", outage)), ("Unit", encode("Unit", room))}


async def test_whom_an_outage_would_affect_is_for_who_may_announce_it(web: Web) -> None:
    known = await callers.world()
    unit = encode("Unit", await make.unit(known.house))
    people = {who: await CALLERS[who](known) for who in reversed(list(CALLERS))}
    found = {}

    for who, person in people.items():
        answer = await ask(web, person, document("OutagePreview"), unitId=unit)
        found[who] = ", ".join(error["extensions"]["code"] for error in answer.get("errors", []))

    assert {who: code for who, code in found.items() if code} == STAFF.refused
