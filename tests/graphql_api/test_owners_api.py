"""Units of other owners through the API: who may set a share, who sees statements and use, and that nobody learns of persons."""

from decimal import Decimal

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.spaces import service
from incubator_graphql.ids import decode, encode
from tests.support import callers, make, schooling
from tests.support.callers import CALLERS
from tests.support.web import Web, run, session_of

KEEPERS = callers.table("owner", "manager")
SEEING = {"owner", "billing contact", "manager", "finance", "auditor", "reading token"}


async def owned(known: callers.World) -> str:
    """An instrument that belongs to the startup."""
    unit = await make.unit(known.house, "instrument")
    await service.set_owner(known.house.manager, unit, service.OwnerTerms(known.startup_id, Decimal(50)))
    return encode("Unit", unit)


async def test_only_the_owner_and_the_sites_managers_set_a_share(web: Web) -> None:
    known = await callers.world()
    given = {"unitId": await owned(known), "sharePercent": "70.25", "expectedVersion": 2}

    refused = await callers.refusals(known, KEEPERS, lambda who: run(web, who, "SetOwnerShare", input=given))
    nothing = await db.value("SELECT count(*) FROM unit_ownership")
    done = await run(web, await session_of(known.owner), "SetOwnerShare", input=given)

    share = done["unit"]["ownerShare"]
    assert (refused, nothing) == (KEEPERS.refused, 1)
    assert (share["percent"], share["nextPercent"], share["nextFrom"][-2:]) == ("50.00", "70.25", "01")


@pytest.mark.parametrize("operation", ["RequireQualification", "DropRequirement"])
async def test_the_owner_and_the_sites_managers_say_what_a_unit_asks_for_and_nobody_else(web: Web, operation: str) -> None:
    known = await callers.world()
    unit, foreign = await owned(known), encode("Unit", await make.unit(known.house, "instrument"))
    training, manager = encode("Training", await schooling.training(known.house)), await session_of(known.house.manager)
    given = {"unitId": unit, "trainingId": training}
    for one in (unit, foreign):
        await run(web, manager, "RequireQualification", input={**given, "unitId": one})
    written = (
        "SELECT json_agg(r ORDER BY r.id)::text || (SELECT count(*) FROM audit_entry WHERE type_name = 'Unit') FROM unit_requirement r"
    )
    before = await db.value(written)

    refused = await callers.refusals(known, KEEPERS, lambda who: run(web, who, operation, input=given))
    of_another = await run(web, await session_of(known.owner), operation, input={**given, "unitId": foreign})

    assert (refused, [error["code"] for error in of_another["errors"]]) == (KEEPERS.refused, ["Forbidden"])
    assert await db.value(written) == before
    for name, asked in (("DropRequirement", []), ("RequireQualification", [training])):
        done = await run(web, await session_of(known.owner), name, input=given)
        assert [one["trainingId"] for one in done["unit"]["requirements"]] == asked


async def test_a_former_owner_and_an_owner_that_speaks_of_an_approval_are_refused(web: Web) -> None:
    known = await callers.world()
    unit, owner = await owned(known), await session_of(known.owner)
    training, approval = [encode("Training", one) for one in (await schooling.training(known.house), await schooling.approval(known.house))]
    await run(web, await session_of(known.house.manager), "RequireQualification", input={"unitId": unit, "trainingId": approval})

    spoken = [
        await run(web, owner, operation, input={"unitId": unit, "trainingId": approval})
        for operation in ("RequireQualification", "DropRequirement")
    ]
    await service.set_owner(known.house.manager, decode(unit, "Unit"), None)
    former = await run(web, owner, "RequireQualification", input={"unitId": unit, "trainingId": training})

    assert [answer["errors"][0]["code"] for answer in spoken] == ["ApprovalIsTheHouses"] * 2
    assert [error["code"] for error in former["errors"]] == ["Forbidden"]
    assert await db.value("SELECT count(*) FROM unit_requirement") == 1


async def test_who_sees_a_share_a_statement_and_the_use(web: Web) -> None:
    known = await callers.world()
    tenant = await make.resident(known.house)
    assert tenant.organization_id is not None
    statement = encode("OwnerStatement", await make.owner_statement(known.house, known.startup_id, tenant.organization_id))
    unit = encode("Unit", await db.value("SELECT id FROM unit WHERE owner_id = $1", known.startup_id))
    today = str(clock.today("Europe/Berlin"))

    seen: dict[str, set[str]] = {"share": set(), "list": set(), "node": set(), "use": set()}
    for name in CALLERS.keys() - {"anonymous", "ended session"}:
        who = await CALLERS[name](known)
        answers = {
            "share": (await run(web, who, "UnitDetails", id=unit))["node"]["ownerShare"],
            "list": (await run(web, who, "OwnerStatements"))["ownerStatements"]["nodes"],
            "node": (await run(web, who, "OwnerStatementDetails", id=statement))["node"],
            "use": (await run(web, who, "OwnedUnitUses", **{"from": today, "until": today}))["ownedUnitUses"],
        }
        for what, answer in answers.items():
            seen[what] |= {name} if answer else set()

    # The front desk sees how much units are used, and no money.
    assert seen == {"share": SEEING, "list": SEEING, "node": SEEING, "use": SEEING - {"finance"} | {"front desk"}}


async def test_a_statement_tells_units_and_organisations_in_whole_sums(web: Web) -> None:
    known = await callers.world()
    tenant = await make.resident(known.house)
    assert tenant.organization_id is not None
    statement = await make.owner_statement(known.house, known.startup_id, tenant.organization_id)

    found = (await run(web, await session_of(known.owner), "OwnerStatementDetails", id=encode("OwnerStatement", statement)))["node"]

    [use] = found["uses"]
    assert (found["takings"]["amountMinor"], found["share"]["amountMinor"], len(found["sha256"])) == (10_000, 6_250, 64)
    assert (use["organization"]["id"], use["charges"], use["sharePercent"]) == (encode("Organization", tenant.organization_id), 1, "62.50")
    assert (use["takings"], use["share"]) == (found["takings"], found["share"])


async def test_the_units_of_an_owner_are_listed_by_owner(web: Web) -> None:
    known = await callers.world()
    unit = await owned(known)
    await make.unit(known.house, "instrument")

    found = await run(web, await session_of(known.owner), "Units", ownerId=encode("Organization", known.startup_id))

    assert [one["id"] for one in found["units"]["nodes"]] == [unit]
