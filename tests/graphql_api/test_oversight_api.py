"""Parked work and the audit trail through the API: for those who answer for what they concern, and nobody else."""

import ast
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import incubator
from incubator import db
from incubator.kernel import audit, clock, work
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.ids import new_id
from incubator.organizations import service as organizations
from incubator.pilots import service as pilots
from incubator_graphql.ids import encode
from tests.support import callers, make
from tests.support.callers import CALLERS, Credentials
from tests.support.drain import drain
from tests.support.web import Web, ask, run, session_of

LOOKING_AFTER_WORK = callers.table("manager", "finance", manager_elsewhere="NotFound")
SEEN = "query($id: ID!) { node(id: $id) { id } }"


async def parked(concerns: UUID | None) -> str:
    """Park a piece of work; returns its id."""
    await work.schedule("test work", new_id(), concerns=concerns)
    item_id = await db.value(
        "UPDATE work_item SET state = 'parked', attempts = 5, last_error = 'no route' WHERE state = 'ready' RETURNING id"
    )
    return encode("WorkItem", item_id)


async def state_of_all() -> set[str]:
    return {row["state"] for row in await db.rows("SELECT state FROM work_item WHERE kind = 'test work'")}


async def test_managers_and_finance_of_the_operator_and_nobody_else_put_parked_work_back(web: Web) -> None:
    known = await callers.world()
    item = await parked(known.house.site_id)

    refused = await callers.refusals(known, LOOKING_AFTER_WORK, lambda who: run(web, who, "UnparkWork", input={"workItemId": item}))
    nothing = await state_of_all()
    finance = await CALLERS["finance"](known)
    [listed] = (await run(web, finance, "ParkedWork"))["parkedWork"]["nodes"]
    freed = await run(web, finance, "UnparkWork", input={"workItemId": item})
    again = await run(web, finance, "UnparkWork", input={"workItemId": item})

    assert (refused, nothing) == (LOOKING_AFTER_WORK.refused, {"parked"})
    assert (listed["id"], listed["state"], listed["attempts"], listed["lastError"]) == (item, "parked", 5, "no route")
    assert (freed["errors"], freed["workItem"]["state"]) == ([], "ready")
    assert [error["code"] for error in again["errors"]] == ["NotFound"]


async def listed(web: Web, who: Credentials) -> set[str]:
    return {node["id"] for node in (await run(web, who, "ParkedWork"))["parkedWork"]["nodes"]}


async def test_parked_work_of_another_operator_is_as_unknown_as_none(web: Web) -> None:
    mine, theirs = await make.house(), await make.house()
    own = {await parked(concerned) for concerned in (mine.site_id, mine.legal_entity_id, mine.operator_id)}
    foreign = [
        await parked(theirs.site_id),
        await parked(theirs.legal_entity_id),
        await parked(await make.organization()),
        await parked(None),
    ]
    session = await session_of(mine.manager)

    refused = [await run(web, session, "UnparkWork", input={"workItemId": one}) for one in (*foreign, encode("WorkItem", new_id()), "x")]
    nodes = [(await ask(web, session, SEEN, id=one))["data"]["node"] for one in (*own, *foreign)]

    assert await listed(web, session) == own
    assert [node is not None for node in nodes] == [True] * len(own) + [False] * len(foreign)
    assert refused == [refused[-1]] * len(refused)
    assert [error["code"] for error in refused[0]["errors"]] == ["NotFound"]
    assert await state_of_all() == {"parked"}


async def test_a_site_managers_grant_ends_at_the_site(web: Web) -> None:
    house = await make.house()
    other_site = await make.house(operator=await db.value("SELECT key FROM organization WHERE id = $1", house.operator_id))
    person = await make.person(await make.organization(), Role.MEMBER)
    assert person.person_id is not None
    await organizations.give_role(SYSTEM, person.person_id, house.operator_id, Role.MANAGER, site_id=house.site_id)
    session = await session_of(Actor(person_id=person.person_id, organization_id=house.operator_id))

    item = await parked(house.site_id)
    for concerned in (other_site.site_id, house.legal_entity_id, None):
        await parked(concerned)

    assert await listed(web, session) == {item}


async def test_work_of_the_whole_installation_is_for_a_grant_over_all_of_it(web: Web) -> None:
    house = await make.house()
    items = {await parked(None), await parked(house.site_id)}
    session = await session_of(house.manager)

    alone = await listed(web, session)
    other = await make.house()
    beside = await listed(web, session)
    assert house.manager.person_id is not None
    await organizations.give_role(SYSTEM, house.manager.person_id, other.operator_id, Role.MANAGER)
    over_all = await listed(web, session)

    assert (alone, len(beside), over_all) == (items, 1, items)


async def test_work_concerns_whom_the_fact_it_comes_of_concerns(web: Web) -> None:
    known, corporate = await callers.world(), await make.person(await make.organization("corporate"), Role.SCOUT)
    assert corporate.organization_id is not None
    await drain()
    await db.execute("DELETE FROM work_item")
    await pilots.open_deal(known.house.manager, "Targets", known.startup_id, corporate.organization_id, known.house.site_id, 0, "EUR")
    await organizations.invite_person(known.owner, "new@people.example", "New", [Role.MEMBER])

    await drain()

    found = {(row["kind"], row["period"]): row["concerns_id"] for row in await db.rows("SELECT kind, period, concerns_id FROM work_item")}
    assert found == {
        ("consume", "tell of a deal"): known.house.site_id,
        ("send mail", "deal_opened"): known.house.site_id,
        ("consume", "mail the invitation"): known.startup_id,
        ("send mail", "invitation"): known.startup_id,
    }


ENTRIES = "query($id: ID) { auditTrail(nodeId: $id, first: 100) { totalCount nodes { action nodeId } } }"


async def trail(web: Web, who: Credentials, node_id: str | None = None) -> set[str]:
    found = await ask(web, who, ENTRIES, id=node_id)
    return {node["nodeId"] for node in found["data"]["auditTrail"]["nodes"]}


def announced(house: make.House) -> dict[str, Any]:
    today = str(clock.today("UTC"))
    site = encode("Site", house.site_id)
    return {"title": "Booster", "summary": "Come.", "programme": "Booster", "siteIds": [site], "opensOn": today, "closesOn": today}


async def test_the_audit_trail_is_for_those_who_answer_for_the_house(web: Web) -> None:
    known = await callers.world()
    manager = await session_of(known.house.manager)
    opened = await run(web, manager, "OpenCall", input=announced(known.house))

    [entry] = (await run(web, manager, "AuditTrail", nodeId=opened["call"]["id"]))["auditTrail"]["nodes"]
    seen = {
        name: opened["call"]["id"] in await trail(web, await CALLERS[name](known)) for name in ("manager", "auditor", "manager elsewhere")
    }
    unknown = await ask(web, manager, ENTRIES, id=encode("Call", new_id()))

    assert (entry["action"], entry["typeName"], entry["nodeId"]) == ("open call", "Call", opened["call"]["id"])
    assert entry["person"]["id"] == encode("Person", known.house.manager.person_id or new_id())
    assert entry["requestId"]
    assert seen == {"manager": True, "auditor": True, "manager elsewhere": False}
    assert unknown["errors"][0]["extensions"]["code"] == "NotFound"


SEEING_THE_TRAIL = callers.table("manager", "auditor", "manager elsewhere", "reading token")


async def test_nobody_else_sees_the_audit_trail(web: Web) -> None:
    known = await callers.world()

    async def attempt(who: Credentials) -> dict[str, Any]:
        return {"errors": [error["extensions"] for error in (await ask(web, who, ENTRIES)).get("errors", [])]}

    assert await callers.refusals(known, SEEING_THE_TRAIL, attempt) == SEEING_THE_TRAIL.refused


async def test_what_startups_do_at_a_site_is_seen_by_those_who_answer_for_it(web: Web) -> None:
    offered = await make.offer()
    elsewhere = await session_of((await make.house()).manager)
    offer, application = encode("Offer", offered.offer_id), encode("Application", offered.application_id)

    assert {offer, application} <= await trail(web, await session_of(offered.house.manager))
    assert not {offer, application} & await trail(web, elsewhere)


async def test_public_things_of_another_operator_show_nothing_of_who_did_what(web: Web) -> None:
    mine, theirs = await make.house(), await make.house()
    call_id, unit_id = await make.call(theirs), await make.unit(theirs)
    ids = [
        encode("Call", call_id),
        encode("Unit", unit_id),
        encode("Site", theirs.site_id),
        encode("LegalEntity", theirs.legal_entity_id),
        encode("Organization", theirs.operator_id),
    ]
    written = {row["subject_id"] for row in await db.rows("SELECT subject_id FROM audit_entry")}

    assert {call_id, unit_id, theirs.site_id, theirs.legal_entity_id, theirs.operator_id} <= written
    assert [await trail(web, await session_of(mine.manager), one) for one in ids] == [set()] * len(ids)
    assert all([await trail(web, await session_of(theirs.manager), one) for one in ids])


async def test_an_entry_belongs_to_whom_the_row_belongs_to_wherever_the_person_stands(web: Web) -> None:
    mine, theirs = await make.house(), await make.house()
    both = mine.manager
    assert both.person_id is not None
    await organizations.give_role(SYSTEM, both.person_id, theirs.operator_id, Role.MANAGER)
    unit_id = await db.value("SELECT $1::uuid", await make.unit(theirs))
    await audit.record(both, "change unit", "Unit", unit_id)
    auditor = await session_of(await make.person(mine.operator_id, Role.AUDITOR))
    their_auditor = await session_of(await make.person(theirs.operator_id, Role.AUDITOR))

    assert await db.value("SELECT organization_id FROM audit_entry WHERE action = 'change unit'") == mine.operator_id
    assert encode("Unit", unit_id) not in await trail(web, auditor)
    assert encode("Unit", unit_id) in await trail(web, their_auditor)


async def test_a_role_without_the_grant_elsewhere_shows_nothing_of_elsewhere(web: Web) -> None:
    mine, theirs = await make.house(), await make.house()
    assert mine.manager.person_id is not None
    await organizations.give_role(SYSTEM, mine.manager.person_id, theirs.operator_id, Role.FRONT_DESK)
    unit_id = await make.unit(theirs)

    assert encode("Unit", unit_id) not in await trail(web, await session_of(mine.manager))


OF_NO_PLACE = {"Notification", "Person", "World", "ExchangeRate"}
"""What is a person's own (it concerns the organisation they stood in), the demo's mark, or everybody's."""


async def test_the_database_knows_whose_matter_every_type_is() -> None:
    package = Path(incubator.__file__).parent
    calls = [node for path in package.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    named = {ast.unparse(node.args[2]) for node in calls if ast.unparse(node.func) == "audit.record"}
    touched = {ast.unparse(node.args[0]) for node in calls if ast.unparse(node.func) == "Touched"}
    lines = (package / "migrations" / "sql" / "oversight.sql").read_text("utf-8").splitlines()
    known = {name for line in lines if "THEN RETURN" in line for name in re.findall(r"'(\w+)'", line)}

    types = {name.strip("'") for name in named | touched if name.startswith("'")}
    assert types - known == OF_NO_PLACE
