"""A site that closes, the part of the country it is in, and the codes at its doors, through the API and by their addresses."""

from datetime import date, timedelta
from typing import Any

import pytest

from incubator import db
from incubator.config import settings
from incubator.kernel import clock
from incubator.kernel.ids import new_id
from incubator.spaces import service
from incubator.spaces.service import BookingTerms
from incubator_graphql.ids import encode
from incubator_graphql.qr_codes import draw_code
from tests.graphql_api.test_spaces_api import tomorrow
from tests.support import callers, make, schooling
from tests.support.callers import CALLERS
from tests.support.web import Web, run, session_of
from tests.support.written import contents


def in_days(days: int) -> date:
    """A day of the house's calendar."""
    return clock.today("Europe/Berlin") + timedelta(days=days)


def codes(payload: dict[str, Any]) -> list[str]:
    """Name the refusals."""
    return [error["code"] for error in payload["errors"]]


async def test_a_closing_is_previewed_said_shown_and_taken_back(web: Web) -> None:
    house = await make.house(opening_hours="24/7")
    manager, reader = await session_of(house.manager), await session_of(await make.startup_owner())
    room, site = await make.unit(house), encode("Site", house.site_id)
    at = tomorrow() + timedelta(days=10)
    await service.create_booking(house.manager, BookingTerms(room, at, at + timedelta(hours=1), "Board"), "booked-key-1")
    day = {"siteId": site, "closesOn": str(in_days(10))}

    preview = (await run(web, manager, "SiteClosingPreview", **day))["siteClosingPreview"]
    closed = await run(web, manager, "CloseSite", input={**day, "reason": "The lease ends", "expectedVersion": 1})
    stale = await run(web, manager, "CloseSite", input={**day, "reason": "Again", "expectedVersion": 1})
    listed = (await run(web, reader, "BookableSites"))["sites"]["nodes"]
    shown = [(await run(web, manager, "SiteDay", siteId=site, on=str(in_days(day))))["siteDay"]["isClosed"] for day in (9, 10)]
    starts = {"unitId": encode("Unit", room), "startsAt": at.isoformat(), "endsAt": (at + timedelta(hours=1)).isoformat()}
    staff = {**starts, "title": "Run", "idempotencyKey": "past-key-1", "overrideReason": "The director asks", "organizationId": None}
    before = await contents()
    refused = await run(web, manager, "CreateBooking", input=staff)
    untouched = await contents() == before
    reopened = await run(web, manager, "ReopenSite", input={"siteId": site, "expectedVersion": 2})
    booked = await run(web, manager, "CreateBooking", input={**staff, "idempotencyKey": "past-key-2"})

    assert preview == {
        "bookingCount": 1,
        "waitingEntryCount": 0,
        "sessionCount": 0,
        "seatCount": 0,
        "rentalHoldCount": 0,
        "rentalCount": 0,
        "residencyCount": 0,
    }
    assert (codes(closed), closed["site"]["closesOn"], closed["site"]["closingReason"]) == ([], str(in_days(10)), "The lease ends")
    assert codes(stale) == ["Stale"]
    assert {one["id"]: (one["closesOn"], one["closingReason"]) for one in listed}[site] == (str(in_days(10)), "The lease ends")
    assert shown == [False, True]
    assert [(error["code"], str(in_days(10)) in error["message"]) for error in refused["errors"]] == [("SiteClosed", True)]
    assert untouched
    assert (codes(reopened), reopened["site"]["closesOn"], codes(booked)) == ([], None, [])


@pytest.mark.parametrize(
    ("country", "subdivision", "refused", "kept"),
    [
        ("DE", "HH", [], "HH"),
        ("DE", " BY ", [], "BY"),
        ("DE", "", [], ""),
        ("DE", "XX", ["UnknownSubdivision"], ""),
        ("DE", "hh", ["UnknownSubdivision"], ""),
        ("SG", "01", ["UnknownSubdivision"], ""),
        ("SG", "", [], ""),
    ],
)
async def test_a_site_is_in_a_part_that_its_country_has(web: Web, country: str, subdivision: str, refused: list[str], kept: str) -> None:
    house = await make.house(country=country)
    manager, site = await session_of(house.manager), encode("Site", house.site_id)

    answered = await run(web, manager, "SetSubdivision", input={"siteId": site, "subdivision": subdivision, "expectedVersion": 1})

    assert codes(answered) == refused
    assert await db.value("SELECT subdivision FROM site WHERE id = $1", house.site_id) == kept
    assert all(f"“{subdivision}”" in error["message"] and error["path"] == ["input", "subdivision"] for error in answered["errors"])


async def test_the_parts_of_a_country_are_listed_with_their_names(web: Web) -> None:
    reader = await session_of(await make.startup_owner())

    found = {country: (await run(web, reader, "Subdivisions", country=country))["subdivisions"] for country in ("DE", "CH", "SG")}

    assert {"code": "BW", "name": "Baden-Württemberg"} in found["DE"]
    assert {"code": "ZH", "name": "Zürich"} in found["CH"]
    assert found["SG"] == []


async def test_codes_of_units_and_areas_are_for_who_may_hang_them(web: Web) -> None:
    known = await callers.world()
    unit, room = await make.unit(known.house), await schooling.room(known.house)
    manager = await session_of(known.house.manager)
    site = encode("Site", known.house.site_id)
    floors = (await run(web, manager, "Floors", siteId=site))["floors"]
    units = (await run(web, manager, "DoorCodes", siteId=site))["units"]["nodes"]
    addresses = [floors[0]["rooms"][0]["codeUrl"], *(one["codeUrl"] for one in units if str(unit) in one["codeUrl"])]
    async with web.client(**(manager or {})) as client:
        pictures = [(await client.get(address)) for address in addresses]
    answers: dict[str, list[int]] = {}
    for name in ("manager", "front desk", "owner", "manager elsewhere", "anonymous", "ended session"):
        async with web.client(**(await CALLERS[name](known) or {})) as client:
            given = (*addresses, f"/codes/area/{new_id()}.svg", f"/codes/door/{room}.svg")
            answers[name] = [(await client.get(address)).status_code for address in given]

    nobody = [404] * 4
    assert answers == {
        "manager": [200, 200, 404, 404],
        "front desk": [200, 200, 404, 404],
        **dict.fromkeys(("owner", "manager elsewhere", "anonymous", "ended session"), nobody),
    }
    assert [one.headers["content-type"] for one in pictures] == ["image/svg+xml"] * 2
    assert [one.text for one in pictures] == [
        draw_code(f"{settings().public_url}/area/{room}"),
        draw_code(f"{settings().public_url}/here/{unit}"),
    ]
