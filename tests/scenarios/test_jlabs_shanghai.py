"""Shanghai: a company of four people signs, and its lab is rented the day after; a residency may be one single bench.

The part of the arrangement that has to do with space; its 15 secondees and the pilot belong to secondments and deals.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incubator.kernel.actor import Role
from incubator_graphql.ids import decode, encode
from tests.scenarios.stage import Stage
from tests.support import make
from tests.support.web import Web, run, session_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
SIGNED = datetime(2027, 3, 10, 16, tzinfo=SHANGHAI)


async def signed(web: Web, house: make.House, plan: str, unit: str, people: int, starts_on: str) -> dict[str, Any]:
    """Let a startup apply, be offered a unit and accept it; returns its residency with what it rents."""
    manager, site, name = await session_of(house.manager), encode("Site", house.site_id), make.fresh("Resident ")
    call = await run(
        web,
        manager,
        "OpenCall",
        input={
            "title": "Open labs",
            "summary": "Come in.",
            "programme": "Open labs",
            "siteIds": [site],
            "opensOn": "2027-03-01",
            "closesOn": "2027-03-31",
        },
    )
    applied = await run(
        web,
        None,
        "SubmitApplication",
        input={
            "callId": call["call"]["id"],
            "siteId": site,
            "startupName": name,
            "country": "CN",
            "city": "Shanghai",
            "sector": "medical devices",
            "headcount": people,
            "pitch": "We see a stroke coming an hour before it does.",
            "wishes": "A lab.",
            "contactName": "Li Wei",
            "contactEmail": f"{name.replace(' ', '').lower()}@startups.example",
            "language": "ZH_CN",
            "idempotencyKey": f"apply-{name}",
        },
    )
    made = await run(
        web,
        manager,
        "MakeOffer",
        input={
            "applicationId": applied["application"]["id"],
            "planId": plan,
            "unitId": unit,
            "startsOn": starts_on,
            "endsOn": "2028-03-09",
            "depositMinor": 0,
            "terms": "One unit for a year.",
            "expiresOn": "2027-03-20",
            "idempotencyKey": f"offer-{name}",
        },
    )
    shown = (await run(web, manager, "OfferDetails", id=made["offer"]["id"]))["node"]
    owner = await session_of(await make.person(decode(shown["startup"]["id"], "Organization", "id"), Role.OWNER))
    terms_hash = (await run(web, owner, "OfferDetails", id=made["offer"]["id"]))["node"]["termsHash"]
    await run(web, owner, "AcceptOffer", input={"offerId": made["offer"]["id"], "termsHash": terms_hash})
    [residency] = (await run(web, owner, "Space"))["residencies"]["nodes"]
    return dict(residency)


async def test_a_lab_is_rented_the_day_after_signing_and_a_single_bench_is_a_residency(stage: Stage) -> None:
    async with stage(SIGNED) as web:
        house = await make.house(time_zone="Asia/Shanghai", country="CN", currency="CNY")
        manager, site = await session_of(house.manager), encode("Site", house.site_id)
        plan = encode("Plan", await make.plan(house, currency="CNY"))
        units = {}
        for kind in ("LAB_SUITE", "BENCH"):
            added = await run(
                web, manager, "AddUnit", input={"siteId": site, "name": kind.title(), "kind": kind, "monthlyMinor": 1_680_000}
            )
            units[kind] = added["unit"]["id"]

        four = await signed(web, house, plan, units["LAB_SUITE"], 4, "2027-03-11")
        one = await signed(web, house, plan, units["BENCH"], 1, "2027-03-11")
        lines = (await run(web, manager, "Portfolio", month="2027-03-01"))["portfolio"]["nodes"]

    assert [(found["headcount"], found["rentals"][0]["unit"]["kind"], found["rentals"][0]["startsOn"]) for found in (four, one)] == [
        (4, "LAB_SUITE", "2027-03-11"),
        (1, "BENCH", "2027-03-11"),
    ]
    assert {(line["headcount"], *line["units"]) for line in lines} == {(4, "Lab_Suite"), (1, "Bench")}
    assert {line["rentPerMonth"]["amountMinor"] for line in lines} == {1_680_000}
