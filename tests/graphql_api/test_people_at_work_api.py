"""Secondments, time and pilot deals through the API."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.pilots import service as pilots
from incubator.pilots.policy import Stage
from incubator.secondments import service as secondments
from incubator.secondments.service import SecondmentTerms
from incubator_graphql.ids import encode
from tests.support import callers, make
from tests.support.callers import CALLERS, Credentials, World
from tests.support.web import Web, ask, run, session_of, statements

MANAGING = callers.table("manager")


async def counted(*tables: str) -> list[int]:
    return [int(await db.value(f"SELECT count(*) FROM {table}")) for table in tables]


def agreed(known: World, employer: UUID, **changed: Any) -> dict[str, Any]:
    today = clock.today("Europe/Berlin")
    return {
        "secondeeEmail": "mentor@corporate.example",
        "secondeeName": "Max Mentor",
        "employerId": encode("Organization", employer),
        "hostId": encode("Organization", known.startup_id),
        "siteId": encode("Site", known.house.site_id),
        "function": "regulatory affairs",
        "hoursPerWeek": 8,
        "startsOn": str(today - timedelta(days=7)),
        "endsOn": str(today + timedelta(days=90)),
        "costModel": "SPONSORED",
        "goals": "Get to the clinic.",
        **changed,
    }


async def seconded(known: World) -> tuple[UUID, Actor]:
    """Second somebody to the startup; returns the secondment and the mentor."""
    employer = await make.organization("corporate")
    mentor = await make.person(employer, Role.MENTOR)
    email = await db.value("SELECT email FROM person WHERE id = $1", mentor.person_id)
    today = clock.today("Europe/Berlin")
    terms = SecondmentTerms(
        email, "Max", employer, known.startup_id, known.house.site_id, "regulatory affairs", 8, today, today + timedelta(days=9), "shared"
    )
    return await secondments.second_person(known.house.manager, terms), mentor


async def test_a_manager_of_the_site_and_nobody_else_seconds_people(web: Web) -> None:
    known = await callers.world()
    given = agreed(known, await make.organization("corporate"))

    refused = await callers.refusals(known, MANAGING, lambda who: run(web, who, "CreateSecondment", input=given))
    nothing = await counted("secondment", "invitation")
    made = await run(web, await CALLERS["manager"](known), "CreateSecondment", input=given)

    assert (refused, nothing) == (MANAGING.refused, [0, 0])
    assert (made["errors"], made["secondment"]["secondee"]["name"]) == ([], "Max Mentor")
    assert await counted("secondment", "invitation") == [1, 1]


async def test_time_is_logged_once_for_each_key_and_taken_back(web: Web) -> None:
    known = await callers.world()
    secondment_id, mentor = await seconded(known)
    session, today = await session_of(mentor), str(clock.today("Europe/Berlin"))
    given = {
        "secondmentId": encode("Secondment", secondment_id),
        "workedOn": today,
        "minutes": 120,
        "category": "work",
        "note": "",
        "clientKey": "phone-1-000001",
    }

    first = await run(web, session, "LogTime", input=given)
    again = await run(web, session, "LogTime", input=given)
    too_long = await run(web, session, "LogTime", input={**given, "minutes": 1400, "clientKey": "phone-1-000002"})
    listed = (await run(web, session, "TimeLogs", **{"from": today, "until": str(clock.today("Europe/Berlin") + timedelta(days=1))}))[
        "timeLogs"
    ]
    stale = await run(web, session, "RemoveTimeLog", input={"timeLogId": first["timeLog"]["id"], "expectedVersion": 9})
    removed = await run(web, session, "RemoveTimeLog", input={"timeLogId": first["timeLog"]["id"], "expectedVersion": 1})

    assert first["timeLog"]["id"] == again["timeLog"]["id"]
    assert first["timeLog"]["secondment"]["loggedMinutes"] == 120
    assert [error["code"] for error in too_long["errors"]] == ["DayTooLong"]
    assert (listed["totalCount"], listed["nodes"][0]["minutes"]) == (1, 120)
    assert [error["code"] for error in stale["errors"]] == ["Stale"]
    assert removed["errors"] == []
    assert await db.value("SELECT count(*) FROM time_log WHERE removed_at IS NULL") == 0


LOGGING = callers.table(
    "mentor",
    owner="Forbidden",
    member="Forbidden",
    billing_contact="NotFound",
    another_startups_owner="NotFound",
    corporate_admin="NotFound",
    scout="NotFound",
    university="NotFound",
    manager="Forbidden",
    finance="NotFound",
    front_desk="NotFound",
    reviewer="NotFound",
    manager_elsewhere="NotFound",
)


async def test_the_secondee_and_nobody_else_logs_time(web: Web) -> None:
    known = await callers.world()
    secondment_id, mentor = await seconded(known)
    given = {
        "secondmentId": encode("Secondment", secondment_id),
        "workedOn": str(clock.today("Europe/Berlin")),
        "minutes": 60,
        "category": "work",
        "note": "",
        "clientKey": "phone-1-000001",
    }

    refused = await callers.refusals(known, LOGGING, lambda who: run(web, who, "LogTime", input=given))
    stranger = await run(web, await CALLERS["mentor"](known), "LogTime", input=given)
    nothing = await counted("time_log")
    logged = await run(web, await session_of(mentor), "LogTime", input=given)

    assert (refused, nothing) == (LOGGING.refused, [0])
    assert [error["code"] for error in stranger["errors"]] == ["NotFound"]
    assert logged["errors"] == []


async def test_time_of_each_secondment_comes_in_one_statement(web: Web) -> None:
    known = await callers.world()
    manager = await session_of(known.house.manager)
    nested = "{ secondments { nodes { secondee { name } timeLogs(first: 2) { totalCount nodes { minutes } pageInfo { hasNextPage endCursor } } } } }"

    async def one_more() -> None:
        secondment_id, mentor = await seconded(known)
        for number in range(3):
            await secondments.log_time(
                mentor, secondment_id, clock.today("Europe/Berlin"), 10 + number, "work", "", f"key-{secondment_id}-{number}"[-60:]
            )

    await one_more()
    few = await statements(web, manager, nested)
    for _ in range(3):
        await one_more()
    many = await statements(web, manager, nested)
    pages = (await ask(web, manager, nested))["data"]["secondments"]["nodes"]

    assert many == few
    assert [page["timeLogs"]["totalCount"] for page in pages] == [3] * 4
    assert all(len(page["timeLogs"]["nodes"]) == 2 and page["timeLogs"]["pageInfo"]["hasNextPage"] for page in pages)


async def test_a_page_of_time_goes_on_behind_its_cursor(web: Web) -> None:
    known = await callers.world()
    secondment_id, mentor = await seconded(known)
    for number in range(3):
        await secondments.log_time(mentor, secondment_id, clock.today("Europe/Berlin"), 10 + number, "work", "", f"key-{number:08}")
    document = """query($id: ID!, $after: String) { node(id: $id) { ... on Secondment { timeLogs(first: 2, after: $after) {
      nodes { minutes } pageInfo { endCursor hasNextPage } } } } }"""
    session, global_id = await session_of(mentor), encode("Secondment", secondment_id)

    first = (await ask(web, session, document, id=global_id))["data"]["node"]["timeLogs"]
    rest = (await ask(web, session, document, id=global_id, after=first["pageInfo"]["endCursor"]))["data"]["node"]["timeLogs"]

    assert [node["minutes"] for node in (*first["nodes"], *rest["nodes"])] == [12, 11, 10]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_who_sees_a_secondment_knows_the_secondees_name_and_no_more(web: Web) -> None:
    known = await callers.world()
    secondment_id, mentor = await seconded(known)
    document = "query($id: ID!) { node(id: $id) { ... on Secondment { secondee { id name email } } } }"

    async def seen(who: Credentials) -> Any:
        found = (await ask(web, who, document, id=encode("Secondment", secondment_id)))["data"]["node"]
        return found and (found["secondee"]["name"], found["secondee"]["email"] is not None)

    name = await db.value("SELECT name FROM person WHERE id = $1", mentor.person_id)
    assert await seen(await session_of(mentor)) == (name, True)
    assert await seen(await session_of(known.house.manager)) == (name, True)
    assert await seen(await session_of(known.owner)) == (name, False)
    assert await seen(await session_of(await make.startup_owner())) is None


def dealt(known: World, corporate: UUID, **changed: Any) -> dict[str, Any]:
    return {
        "title": "Target finding",
        "startupId": encode("Organization", known.startup_id),
        "corporateId": encode("Organization", corporate),
        "siteId": encode("Site", known.house.site_id),
        "valueMinor": 5_000_000,
        "currency": "EUR",
        **changed,
    }


async def test_a_manager_of_the_site_and_nobody_else_opens_deals(web: Web) -> None:
    known = await callers.world()
    given = dealt(known, await make.organization("corporate"))

    refused = await callers.refusals(known, MANAGING, lambda who: run(web, who, "OpenDeal", input=given))
    nothing = await counted("deal", "deal_move")
    opened = await run(web, await CALLERS["manager"](known), "OpenDeal", input=given)

    assert (refused, nothing) == (MANAGING.refused, [0, 0])
    assert (opened["errors"], opened["deal"]["stage"]) == ([], "INTRODUCTION")
    assert await counted("deal", "deal_move") == [1, 1]


async def test_a_wrong_party_is_named(web: Web) -> None:
    known = await callers.world()
    manager = await session_of(known.house.manager)

    answer = await run(web, manager, "OpenDeal", input=dealt(known, await make.organization("university")))
    odd = await run(web, manager, "OpenDeal", input=dealt(known, await make.organization("corporate"), currency="XXY"))

    assert [(error["code"], error["path"]) for error in answer["errors"]] == [("WrongParty", ["input", "corporateId"])]
    assert [error["code"] for error in odd["errors"]] == ["UnknownCurrency"]
    assert await counted("deal") == [0]


MOVE = """mutation($input: MoveDealInput!) { moveDeal(input: $input) { errors { code path }
  deal { stage version nextStages history { fromStage toStage reason movedBy } } } }"""


async def test_a_deal_moves_step_by_step_and_keeps_its_history(web: Web) -> None:
    known = await callers.world()
    corporate, manager = await make.organization("corporate"), known.house.manager
    deal_id = await pilots.open_deal(manager, "Target finding", known.startup_id, corporate, known.house.site_id, 0, "EUR")
    session = await session_of(manager)

    async def move(stage: Stage, version: int, reason: str = "") -> Any:
        given = {"dealId": encode("Deal", deal_id), "toStage": stage.name, "expectedVersion": version, "reason": reason}
        return (await ask(web, session, MOVE, input=given))["data"]["moveDeal"]

    skipped, stale = await move(Stage.SIGNED, 1), await move(Stage.NDA, 9)
    moved = await move(Stage.NDA, 1)
    silent = await move(Stage.LOST, 2)
    lost = await move(Stage.LOST, 2, "no budget")

    assert [error["code"] for answer in (skipped, stale, silent) for error in answer["errors"]] == [
        "StageNotReachable",
        "Stale",
        "LossNeedsReason",
    ]
    assert (moved["deal"]["stage"], moved["deal"]["nextStages"]) == ("NDA", ["SCOPING", "INTRODUCTION", "LOST"])
    assert [(step["fromStage"], step["toStage"], step["reason"]) for step in lost["deal"]["history"]] == [
        (None, "INTRODUCTION", ""),
        ("INTRODUCTION", "NDA", ""),
        ("NDA", "LOST", "no budget"),
    ]


async def test_the_number_of_statements_of_deals_does_not_depend_on_the_rows(web: Web) -> None:
    known = await callers.world()
    manager = known.house.manager
    session = await session_of(manager)
    listed = "{ deals { nodes { startup { id } corporate { id } site { id } manager { name } history { toStage } } } }"

    async def one_more() -> None:
        await pilots.open_deal(manager, "Deal", known.startup_id, await make.organization("corporate"), known.house.site_id, 0, "EUR")

    await one_more()
    few = await statements(web, session, listed)
    for _ in range(4):
        await one_more()

    assert await statements(web, session, listed) == few
