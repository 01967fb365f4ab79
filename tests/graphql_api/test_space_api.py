"""Places, rates, changes of bookings, days and usage through the API, by the documents that ship."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.spaces import service
from incubator.spaces.service import BookingTerms
from incubator_graphql.ids import encode
from tests.graphql_api.test_spaces_api import tomorrow
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.drain import drain
from tests.support.web import Web, document, run, session_of, statements, uuid_of

HOUR = timedelta(hours=1)


async def booked(known: callers.World, unit: UUID, at: datetime | None = None) -> UUID:
    """Book for the startup, tomorrow at ten."""
    at = at or tomorrow()
    return await service.create_booking(known.owner, BookingTerms(unit, at, at + HOUR, "Board"), make.fresh("booked-key-"))


def codes(payload: dict[str, Any]) -> list[str]:
    """Name the refusals."""
    return [error["code"] for error in payload["errors"]]


MANAGED = callers.table("manager")


async def written() -> int:
    """Count what the mutations below would write."""
    return int(
        await db.value(
            "SELECT (SELECT count(*) FROM building) + (SELECT count(*) FROM pool) + (SELECT count(*) FROM rate)"
            " + (SELECT count(*) FROM unit WHERE owner_id IS NOT NULL OR version > 1)"
        )
    )


@pytest.mark.parametrize("operation", ["AddBuilding", "AddPool", "AddRate", "SetUnitOwner", "SetBookingPolicy", "PutUnitInto"])
async def test_only_the_sites_managers_set_up_space(web: Web, operation: str) -> None:
    known = await callers.world()
    site, unit, whole = known.house.site_id, await make.unit(known.house), await make.unit(known.house)
    given = {
        "AddBuilding": {"siteId": encode("Site", site), "name": "House"},
        "AddPool": {"siteId": encode("Site", site), "name": "Any"},
        "AddRate": {
            "siteId": encode("Site", site),
            "basis": "DAY",
            "amountMinor": 1,
            "startsOn": "2026-01-01",
            "unitId": encode("Unit", unit),
        },
        "SetUnitOwner": {"unitId": encode("Unit", unit), "ownerId": encode("Organization", known.startup_id), "sharePercent": "12.5"},
        "SetBookingPolicy": {"unitId": encode("Unit", unit), "expectedVersion": 1, "gapMinutes": 5},
        "PutUnitInto": {"unitId": encode("Unit", unit), "wholeId": encode("Unit", whole)},
    }[operation]
    before = await written()

    refused = await callers.refusals(known, MANAGED, lambda who: run(web, who, operation, input=given))
    nothing = await written() - before
    done = await run(web, await CALLERS["manager"](known), operation, input=given)

    assert (refused, nothing, codes(done)) == (MANAGED.refused, 0, [])
    assert await written() > before


async def test_a_site_is_built_and_its_plan_is_clean(web: Web) -> None:
    known = await callers.world()
    manager = await session_of(known.house.manager)
    site, unit = encode("Site", known.house.site_id), encode("Unit", await make.unit(known.house))

    building = (await run(web, manager, "AddBuilding", input={"siteId": site, "name": "House"}))["id"]
    floor = (await run(web, manager, "AddFloor", input={"buildingId": building, "name": "Ground"}))["floor"]["id"]
    await run(web, manager, "AddRoom", input={"floorId": floor, "name": "Room 2", "biosafetyLevel": 2})
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><rect id="{unit}" onclick="x()"/><script>x()</script></svg>'
    await run(web, manager, "SetFloorPlan", input={"floorId": floor, "planSvg": svg, "expectedVersion": 1})
    [seen] = (await run(web, await session_of(known.owner), "Floors", siteId=site))["floors"]

    assert (seen["building"], seen["version"], seen["rooms"][0]["biosafetyLevel"]) == ("House", 2, 2)
    assert unit in seen["planSvg"]
    assert "x()" not in seen["planSvg"]


async def test_a_quote_has_lines_credit_and_tax(web: Web) -> None:
    known = await callers.world()
    room, beamer = await make.unit(known.house), await make.unit(known.house, "accessory", hourly_minor=500)
    times = {"startsAt": tomorrow(), "endsAt": tomorrow() + 2 * HOUR}
    variables = {key: value.isoformat() for key, value in times.items()} | {"accessoryIds": [encode("Unit", beamer)]}

    found = await run(web, await session_of(known.owner), "BookingQuote", unitId=encode("Unit", room), **variables)

    quote = found["bookingQuote"]
    assert [(line["what"], line["quantity"], line["amount"]["amountMinor"]) for line in quote["lines"]] == [
        ("time", 120, 9000),
        ("time", 120, 1000),
    ]
    assert {key: money["amountMinor"] for key, money in quote["totals"].items()} == {"net": 10000, "tax": 1900, "gross": 11900}


async def test_a_booking_is_moved_handed_over_and_cancelled_by_its_owner(web: Web) -> None:
    known = await callers.world()
    room, session = await make.unit(known.house, no_show_fee_percent=50), await session_of(known.owner)
    colleague = await make.person(known.startup_id, Role.MEMBER)
    assert colleague.person_id is not None
    booking = encode("Booking", await booked(known, room))
    moved_to = {"startsAt": (tomorrow() + HOUR / 2).isoformat(), "endsAt": (tomorrow() + 2 * HOUR).isoformat()}

    move = {"bookingId": booking, "expectedVersion": 1, "idempotencyKey": "move-key-1", **moved_to}
    heir = (await run(web, session, "MoveBooking", input=move))["booking"]
    person = encode("Person", colleague.person_id)
    handed = await run(web, session, "HandOverBooking", input={"bookingId": heir["id"], "personId": person, "expectedVersion": 1})
    noted = await run(web, session, "LeaveNote", input={"bookingId": heir["id"], "note": "Mind the step."})
    fees = (await run(web, session, "BookingFees", bookingId=heir["id"]))["bookingFees"]
    cancelled = await run(web, session, "CancelBooking", input={"bookingId": heir["id"], "expectedVersion": 3})

    assert (heir["state"], handed["errors"], noted["booking"]["noteForNext"], cancelled["errors"]) == (
        "CONFIRMED",
        [],
        "Mind the step.",
        [],
    )
    assert (fees["cancelFee"]["amountMinor"], fees["noShowFee"]["amountMinor"]) == (0, 3375)
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 0


CHANGERS = callers.table(
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
DECIDERS = callers.table("manager", "front desk", manager_elsewhere="NotFound")


@pytest.mark.parametrize("operation", ["MoveBooking", "HandOverBooking", "LeaveNote", "CheckIn"])
async def test_who_may_not_change_a_booking_is_refused_and_nothing_changes(web: Web, operation: str) -> None:
    known = await callers.world()
    booking = encode("Booking", await booked(known, await make.unit(known.house)))
    assert known.owner.person_id is not None
    later = {"startsAt": (tomorrow() + HOUR).isoformat(), "endsAt": (tomorrow() + 2 * HOUR).isoformat()}
    inputs: dict[str, dict[str, Any]] = {
        "MoveBooking": {"expectedVersion": 1, "idempotencyKey": "move-key-1", **later},
        "HandOverBooking": {"personId": encode("Person", known.owner.person_id), "expectedVersion": 1},
        "LeaveNote": {"note": "x"},
        "CheckIn": {},
    }
    given = {"bookingId": booking, **inputs[operation]}

    refused = await callers.refusals(known, CHANGERS, lambda who: run(web, who, operation, input=given))

    assert refused == CHANGERS.refused
    assert await db.value("SELECT count(*) FROM booking WHERE version > 1 OR heir_id IS NOT NULL") == 0
    assert await db.value("SELECT count(*) FROM usage") == 0


async def test_only_the_sites_staff_decide_what_waits_for_approval(web: Web) -> None:
    known = await callers.world()
    given = {
        "bookingId": encode("Booking", await booked(known, await make.unit(known.house, needs_approval=True))),
        "isApproved": True,
        "expectedVersion": 1,
    }

    refused = await callers.refusals(known, DECIDERS, lambda who: run(web, who, "DecideBooking", input=given))
    state = await db.value("SELECT state FROM booking")
    done = await run(web, await CALLERS["front desk"](known), "DecideBooking", input=given)

    assert (refused, state, done["booking"]["state"]) == (DECIDERS.refused, "pending", "CONFIRMED")


async def test_a_series_is_previewed_then_booked_with_a_report(web: Web) -> None:
    known = await callers.world()
    room, session = await make.unit(known.house, horizon_days=20, step_minutes=15), await session_of(known.owner)
    given = {
        "unitId": encode("Unit", room),
        "startsAt": tomorrow().isoformat(),
        "endsAt": (tomorrow() + HOUR).isoformat(),
        "title": "Jour fixe",
        "rule": "FREQ=WEEKLY;COUNT=4",
    }

    preview = (await run(web, session, "SeriesPreview", input=given))["seriesPreview"]
    done = (await run(web, session, "CreateSeries", input={**given, "idempotencyKey": "series-key-1"}))["report"]
    endless = await run(web, session, "CreateSeries", input={**given, "rule": "FREQ=WEEKLY", "idempotencyKey": "series-key-2"})

    assert [failure["code"] for failure in preview["failures"]] == ["BookingTooFarAhead"]
    assert (preview["seriesId"], done["failures"], len(done["bookingIds"])) == (None, preview["failures"], 3)
    assert (codes(endless), endless["report"]) == (["SeriesUnbounded"], None)
    assert await db.value("SELECT count(*) FROM booking") == 3


async def test_free_times_are_found_beside_what_is_taken(web: Web) -> None:
    known = await callers.world()
    site, session = encode("Site", known.house.site_id), await session_of(known.owner)
    first, second = (
        await make.unit(known.house, "instrument", buffer_minutes=15),
        await make.unit(known.house, "instrument", shortest_minutes=300),
    )
    await booked(known, first, tomorrow(2))
    window = {"from": tomorrow(0).isoformat(), "until": tomorrow(6).isoformat()}

    found = (await run(web, session, "FreeSlots", siteIds=[site], minutes=120, kind="INSTRUMENT", **window))["freeSlots"]
    none = (await run(web, session, "FreeSlots", siteIds=[site], minutes=180, equipment=["cryostat"], **window))["freeSlots"]
    longer = (await run(web, session, "FreeSlots", siteIds=[site], minutes=300, kind="INSTRUMENT", **window))["freeSlots"]

    assert [(slot["unit"]["id"], slot["startsAt"]) for slot in found] == [
        (encode("Unit", first), tomorrow(3).strftime("%Y-%m-%dT%H:15:00Z"))
    ]
    assert none == []
    assert [slot["unit"]["id"] for slot in longer] == [encode("Unit", second)]


async def test_the_day_of_a_site_takes_four_statements_for_30_units_and_200_bookings(web: Web) -> None:
    known = await callers.world()
    session, site = await session_of(known.owner), encode("Site", known.house.site_id)
    units = [await make.unit(known.house) for _ in range(30)]
    for number in range(200):
        await booked(known, units[number % 30], tomorrow(0) + timedelta(hours=number // 30))
    on = tomorrow().date().isoformat()

    day = (await run(web, session, "SiteDay", siteId=site, on=on))["siteDay"]
    count = await statements(web, session, document("SiteDay"), siteId=site, on=on)

    assert sum(len(unit["bookings"]) for unit in day["units"]) >= 170
    assert {booking["title"] for unit in day["units"] for booking in unit["bookings"]} == {"Board"}
    assert count <= 4


async def test_a_day_tells_a_neighbour_times_only_and_what_a_whole_takes(web: Web) -> None:
    known = await callers.world()
    neighbour = await session_of(await make.resident(known.house))
    suite, bench = await make.unit(known.house, "lab suite"), await make.unit(known.house, "bench")
    await service.put_unit_into(known.house.manager, bench, suite)
    await booked(known, suite)

    day = (await run(web, neighbour, "SiteDay", siteId=encode("Site", known.house.site_id), on=tomorrow().date().isoformat()))["siteDay"]

    by_id = {uuid_of(one["unit"]["id"]): one for one in day["units"]}
    assert [(b["title"], b["isMine"]) for b in by_id[suite]["bookings"]] == [(None, False)]
    assert (by_id[bench]["bookings"], [held["kind"] for held in by_id[bench]["taken"]]) == ([], ["booking"])


async def test_utilisation_is_for_staff_and_for_the_owner_of_a_unit(web: Web) -> None:
    known = await callers.world()
    unit, university = await make.unit(known.house), await make.person(await make.organization("university"), Role.REPRESENTATIVE)
    assert university.organization_id is not None
    await service.set_owner(known.house.manager, unit, service.OwnerTerms(university.organization_id))
    await booked(known, unit)
    period = {"siteId": encode("Site", known.house.site_id), "from": tomorrow().date().isoformat(), "until": tomorrow().date().isoformat()}

    owners = (await run(web, await session_of(university), "Utilization", **period))["utilization"]
    staffs = (await run(web, await session_of(known.house.manager), "Utilization", **period))["utilization"]
    residents = (await run(web, await session_of(known.owner), "Utilization", **period))["utilization"]

    assert [(row["bookedMinutes"], row["openMinutes"], row["letMinutes"]) for row in owners] == [(60, 1440, 0)]
    assert sorted(row["letMinutes"] for row in staffs) == [0, 1440]
    assert residents == []


async def test_a_machine_tells_its_use_with_a_token_and_staff_see_the_problem(web: Web) -> None:
    known = await callers.world()
    scope = await make.unit(known.house, "instrument")
    told = {"unitId": encode("Unit", scope), "eventId": "m-1", "kind": "STOP", "at": clock.now().isoformat()}
    machines = callers.table("manager", "front desk")

    refused = await callers.refusals(known, machines, lambda who: run(web, who, "RecordMachineEvent", input=told))
    desk = await CALLERS["front desk"](known)
    first = await run(web, desk, "RecordMachineEvent", input=told)
    again = await run(web, desk, "RecordMachineEvent", input=told)
    [problem] = (await run(web, await session_of(known.house.manager), "Usages", problemsOnly=True))["usages"]["nodes"]
    resolve = {"usageId": problem["id"], "minutes": 0, "reason": "test run", "expectedVersion": problem["version"]}
    resolved = await run(web, desk, "ResolveUsage", input=resolve)

    assert refused == machines.refused
    assert (first["usage"]["problem"], again) == ("no start", {"errors": [], "usage": None})
    assert (problem["state"], resolved["usage"]["state"]) == ("PROBLEM", "RESOLVED")


async def test_rates_are_listed_for_a_unit_with_those_of_its_kind(web: Web) -> None:
    known = await callers.world()
    manager, site, room = await session_of(known.house.manager), encode("Site", known.house.site_id), await make.unit(known.house)
    given = {"siteId": site, "kind": "MEETING_ROOM", "basis": "HOUR", "amountMinor": 3000, "startsOn": "2026-01-01", "audience": "ACADEMIC"}
    rate = (await run(web, manager, "AddRate", input=given))["rate"]

    listed = (await run(web, manager, "Rates", siteId=site, unitId=encode("Unit", room)))["rates"]
    ended = await run(web, manager, "EndRate", input={"rateId": rate["id"], "endsOn": date(2026, 12, 31).isoformat(), "expectedVersion": 1})

    assert [(node["audience"], node["amount"]["amountMinor"]) for node in listed["nodes"]] == [("ACADEMIC", 3000), ("EVERYBODY", 4500)]
    assert ended["rate"]["endsOn"] == "2026-12-31"


async def test_who_waits_is_offered_a_slot_that_comes_free_and_books_it(web: Web) -> None:
    known = await callers.world()
    room, neighbour = await make.unit(known.house), await make.resident(known.house)
    booking, session = await booked(known, room), await session_of(neighbour)
    given = {
        "unitId": encode("Unit", room),
        "startsAt": tomorrow().isoformat(),
        "endsAt": (tomorrow() + HOUR).isoformat(),
        "title": "Me too",
    }

    entry = (await run(web, session, "JoinWaitingList", input=given))["entry"]
    await service.cancel_booking(known.owner, booking, 1)
    await drain()
    [offered] = (await run(web, session, "WaitingList"))["waitingList"]["nodes"]
    accept = {"waitingEntryId": entry["id"], "idempotencyKey": "accept-key-1"}
    stranger = await run(web, await session_of(known.owner), "AcceptSlot", input=accept)
    taken = await run(web, session, "AcceptSlot", input=accept)
    late = await run(web, session, "LeaveWaitingList", input={"waitingEntryId": entry["id"]})

    assert (entry["state"], offered["state"], offered["insteadOf"], taken["booking"]["title"]) == ("WAITING", "OFFERED", None, "Me too")
    assert (codes(stranger), codes(late)) == (["NotFound"], ["SlotNotOffered"])
