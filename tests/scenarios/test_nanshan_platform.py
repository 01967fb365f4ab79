"""Nanshan: instruments of universities shared with companies of the district and from elsewhere. Machine hours grow by 109 %.

The part of the arrangement that has to do with space; its talks, experts and hospitals belong to the network.
"""

from base64 import b64encode
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from incubator.kernel.actor import Actor, Role
from incubator_graphql.ids import decode, encode
from tests.scenarios.stage import Stage, let_workers_work
from tests.support import make
from tests.support.web import Web, run, session_of

SHENZHEN = ZoneInfo("Asia/Shanghai")
USERS = """key,name_en,name_local,kind,country,city,sector,source,district
nanshan_cells,Nanshan Cells,南山细胞,startup,CN,Shenzhen,cell therapy,made up,Nanshan
nanshan_optics,Nanshan Optics,南山光学,startup,CN,Shenzhen,medical devices,made up,Nanshan
futian_gene,Futian Gene,福田基因,startup,CN,Shenzhen,genomics,made up,Futian
hk_imaging,Hong Kong Imaging,,startup,HK,Hong Kong,imaging,made up,
sustech,Southern University of Science and Technology,南方科技大学,university,CN,Shenzhen,instrument platform,made up,Nanshan
szu,Shenzhen University,深圳大学,university,CN,Shenzhen,instrument platform,made up,Nanshan
"""
# (user, instrument, day, hours and minutes of use), first the month before, then the month of the report.
MARCH = [("nanshan_cells", 0, 3, (5, 0)), ("futian_gene", 1, 4, (5, 0))]
APRIL = [
    ("nanshan_cells", 0, 6, (7, 0)),
    ("nanshan_optics", 1, 7, (5, 30)),
    ("futian_gene", 0, 8, (4, 24)),
    ("hk_imaging", 1, 9, (4, 0)),
]


def at(month: int, day: int, hour: int = 8) -> datetime:
    """An instant of 2027 in Shenzhen."""
    return datetime(2027, month, day, hour, tzinfo=SHENZHEN)


def told(month: int, day: int, hour: int = 8, minutes: int = 0) -> str:
    """The same as the API takes it, some minutes later."""
    return (at(month, day, hour) + timedelta(minutes=minutes)).isoformat()


async def imported(web: Web, manager: dict[str, str]) -> dict[str, Any]:
    """Import the platform's users and the universities, and return their ids by key."""
    content = b64encode(USERS.encode()).decode()
    batch = await run(web, manager, "PreviewImport", input={"kind": "ORGANIZATIONS", "fileName": "users.csv", "content": content})
    applied = await run(web, manager, "ApplyImport", input={"importBatchId": batch["importBatch"]["id"]})
    assert (batch["importBatch"]["errors"], applied["importBatch"]["newCount"]) == ([], 6)
    found = await run(web, manager, "OrganizationChoices", first=100)
    names = {line.split(",")[1]: line.split(",")[0] for line in USERS.splitlines()[1:]}
    return {names[one["name"]]: one["id"] for one in found["organizations"]["nodes"] if one["name"] in names}


async def shared_instrument(web: Web, manager: dict[str, str], site: str, owner: str, share: str) -> str:
    """Add an instrument that belongs to a university; everybody may book it, and what is used is charged."""
    unit = await run(web, manager, "AddUnit", input={"siteId": site, "name": make.fresh("Confocal microscope "), "kind": "INSTRUMENT"})
    unit_id: str = unit["unit"]["id"]
    for audience, amount in (("RESIDENT", 30_000), ("OUTSIDE_COMPANY", 60_000)):
        await run(
            web,
            manager,
            "AddRate",
            input={
                "siteId": site,
                "unitId": unit_id,
                "basis": "HOUR",
                "amountMinor": amount,
                "audience": audience,
                "startsOn": "2027-01-01",
            },
        )
    owned = await run(web, manager, "SetUnitOwner", input={"unitId": unit_id, "ownerId": owner, "sharePercent": share})
    await run(
        web,
        manager,
        "SetBookingPolicy",
        input={"unitId": unit_id, "expectedVersion": owned["unit"]["version"], "chargeOn": "USED", "longestMinutes": 600},
    )
    return unit_id


async def test_machine_hours_grow_by_109_percent_and_universities_get_their_shares(stage: Stage) -> None:
    async with stage(at(2, 25)) as web:
        house = await make.house(time_zone="Asia/Shanghai", country="CN", currency="CNY")
        site = encode("Site", house.site_id)
        manager = await session_of(house.manager)
        ids = await imported(web, manager)
        people: dict[str, Actor] = {
            key: await make.person(decode(ids[key], "Organization", "id"), Role.REPRESENTATIVE if key in ("sustech", "szu") else Role.OWNER)
            for key in ids
        }
        units = [
            await shared_instrument(web, manager, site, ids["sustech"], "70"),
            await shared_instrument(web, manager, site, ids["szu"], "55"),
        ]
        for month, uses in ((3, MARCH), (4, APRIL)):
            for user, unit, day, _ in uses:
                booked = await run(
                    web,
                    await session_of(people[user]),
                    "CreateBooking",
                    input={
                        "unitId": units[unit],
                        "startsAt": told(month, day, 8),
                        "endsAt": told(month, day, 18),
                        "title": "Imaging",
                        "idempotencyKey": f"book-{user}-{month}-{day}",
                    },
                )
                assert booked["booking"]["price"] == {"amountMinor": 600_000, "currency": "CNY"}

    for month, uses in ((3, MARCH), (4, APRIL)):
        async with stage(at(month, 28)) as web:
            manager = await session_of(house.manager)
            for user, unit, day, (hours, minutes) in uses:
                for kind, moment in (("START", told(month, day)), ("STOP", told(month, day, 8 + hours, minutes))):
                    event = {"unitId": units[unit], "eventId": f"{user}-{day}-{kind}", "kind": kind, "at": moment}
                    await run(web, manager, "RecordMachineEvent", input=event)
        async with stage(at(month + 1, 5)) as web:
            await let_workers_work()

    async with stage(at(5, 6)) as web:
        manager = await session_of(house.manager)
        hours = (await run(web, manager, "MachineHours", siteId=site, **{"from": "2027-04-01", "until": "2027-04-30"}))["machineHours"]
        statements = {
            key: (await run(web, await session_of(people[key]), "OwnerStatements"))["ownerStatements"]["nodes"]
            for key in ("sustech", "szu")
        }
        seen = await run(web, await session_of(people["szu"]), "OwnedUnitUses", **{"from": "2027-04-01", "until": "2027-04-30"})

    # 20 h 54 min against 10 h.
    assert (hours["minutes"], hours["minutesBefore"], hours["changePercent"], hours["organizations"]) == (1254, 600, "109.0", 4)
    by_district = {(use["city"], use["district"]): (use["organizations"], use["external"], use["minutes"]) for use in hours["byDistrict"]}
    assert by_district == {("Shenzhen", "Nanshan"): (2, 2, 750), ("Shenzhen", "Futian"): (1, 1, 264), ("Hong Kong", ""): (1, 1, 240)}
    from_district = Decimal(by_district["Shenzhen", "Nanshan"][2]) / hours["minutes"]
    assert round(from_district * 100, 1) == Decimal("59.8")

    # CNY 600 an hour, 70 % and 55 %: April 11 h 24 min and 9 h 30 min, March 5 h each.
    sums = {
        key: [(one["month"], one["takings"]["amountMinor"], one["share"]["amountMinor"]) for one in found]
        for key, found in statements.items()
    }
    assert sums["sustech"] == [("2027-04-01", 684_000, 478_800), ("2027-03-01", 300_000, 210_000)]
    assert sums["szu"] == [("2027-04-01", 570_000, 313_500), ("2027-03-01", 300_000, 165_000)]
    assert [(use["organization"]["name"], use["usedMinutes"]) for use in seen["ownedUnitUses"]] == [
        ("Hong Kong Imaging", 240),
        ("Nanshan Optics", 330),
    ]
