"""Hamburg: laboratories of three providers, let by the cluster; each provider gets a statement of what its laboratories took in.

The part of the arrangement that has to do with space; its booster plan, introductions and test field belong to money, network and deals.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from incubator.kernel.actor import Role
from incubator_graphql.ids import decode, encode
from tests.scenarios.stage import Stage, let_workers_work
from tests.support import make
from tests.support.web import Web, run, session_of

HAMBURG = ZoneInfo("Europe/Berlin")
# Share, rent a month, first and last day of the startup's stay; March has 31 days.
PROVIDERS = {
    "Start-Up Labs": ("80", 310_000, "2027-03-01", "2027-12-31"),
    "Cellcolab": ("75", 248_000, "2027-03-16", "2027-12-31"),
    "tecHHub": ("70", 155_000, "2027-03-01", "2027-03-31"),
}


def at(month: int, day: int) -> datetime:
    """Ten o'clock of a day of 2027 in Hamburg."""
    return datetime(2027, month, day, 10, tzinfo=HAMBURG)


async def let(web: Web, manager: dict[str, str], site: str, name: str, owner: str, startup: str) -> str:
    """Add a provider's laboratory and let it to a startup; returns the rental's id."""
    share, rent, first, last = PROVIDERS[name]
    added = await run(
        web, manager, "AddUnit", input={"siteId": site, "name": f"Laboratory of {name}", "kind": "LAB_SUITE", "monthlyMinor": rent}
    )
    unit_id = added["unit"]["id"]
    await run(web, manager, "SetUnitOwner", input={"unitId": unit_id, "ownerId": owner, "sharePercent": share})
    assigned = await run(
        web,
        manager,
        "AssignRental",
        input={"unitId": unit_id, "organizationId": startup, "startsOn": first, "endsOn": last, "idempotencyKey": f"let-{name}"},
    )
    assert assigned["errors"] == []
    rental_id: str = assigned["rental"]["id"]
    return rental_id


async def test_each_of_three_providers_gets_the_share_of_its_own_laboratory(stage: Stage) -> None:
    async with stage(at(2, 20)) as web:
        house = await make.house()
        manager, site = await session_of(house.manager), encode("Site", house.site_id)
        owners = {name: await make.person(await make.organization("lab provider"), Role.REPRESENTATIVE) for name in PROVIDERS}
        rentals = {}
        for name, owner in owners.items():
            assert owner.organization_id is not None
            startup = encode("Organization", await make.organization("startup"))
            rentals[name] = await let(web, manager, site, name, encode("Organization", owner.organization_id), startup)
    async with stage(at(4, 1)) as web:
        manager = await session_of(house.manager)
        started = await run(web, manager, "StartBillingRun", input={"month": "2027-03-01", "idempotencyKey": "run-of-march-2027"})
        await let_workers_work()
    async with stage(at(4, 5)) as web:
        await let_workers_work()
        seen = {
            name: (await run(web, await session_of(owner), "OwnerStatements"))["ownerStatements"]["nodes"] for name, owner in owners.items()
        }
        all_of_them = (await run(web, await session_of(house.manager), "OwnerStatements"))["ownerStatements"]["nodes"]

    assert started["errors"] == []
    assert len({decode(rental, "Rental", "id") for rental in rentals.values()}) == len(PROVIDERS)
    sums = {
        name: [(one["month"], one["takings"]["amountMinor"], one["share"]["amountMinor"]) for one in found] for name, found in seen.items()
    }
    march = str(date(2027, 3, 1))
    assert sums == {
        "Start-Up Labs": [(march, 310_000, 248_000)],
        "Cellcolab": [(march, 248_000 * 16 // 31, 96_000)],
        "tecHHub": [(march, 155_000, 108_500)],
    }
    assert sum(one["share"]["amountMinor"] for one in all_of_them) == 248_000 + 96_000 + 108_500
