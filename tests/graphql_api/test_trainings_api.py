"""Trainings, sessions, qualifications and areas through the API: who may, who sees, and the whole way from a seat to a booking."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.spaces import service
from incubator_graphql.ids import encode
from tests.graphql_api.asking import ASKING, day
from tests.graphql_api.test_permissions import NOT_SIGNED_IN, NOTHING, codes, outcome, world_of
from tests.graphql_api.test_spaces_api import tomorrow, wish
from tests.graphql_api.walking import document_of
from tests.support import callers, make, schooling
from tests.support.callers import CALLERS, Table
from tests.support.sides import side, some
from tests.support.web import Web, ask, run, session_of, statements
from tests.support.written import contents

STAFF = ("manager", "front desk", "auditor", "reading token")

LISTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "trainings": ({}, dict.fromkeys(CALLERS, 5) | NOT_SIGNED_IN),
    "trainingSessions": ({}, NOTHING | dict.fromkeys((*STAFF, "owner", "member", "billing contact"), 4)),
    "qualifications": ({}, NOTHING | dict.fromkeys(STAFF, 4) | {"owner": 3}),
    "areaPresences": ({}, NOTHING | dict.fromkeys(STAFF, 1)),
}


@pytest.mark.parametrize("name", LISTS)
async def test_who_sees_how_much_of_a_list(web: Web, name: str) -> None:
    known = world_of(await side())
    arguments, expected = LISTS[name]

    found = {who: outcome(name, await ask(web, await caller(known), document_of(name), **arguments)) for who, caller in CALLERS.items()}

    assert found == expected


MANAGED = callers.table("manager")
FOREIGN = ("another_startups_owner", "university", "manager_elsewhere", "corporate_admin", "mentor", "scout")
UNSEEN = dict.fromkeys((*FOREIGN, "finance", "reviewer"), "NotFound")
MUTATIONS: dict[str, Table] = {
    **dict.fromkeys(
        ("addTraining", "changeTraining", "appointTrainer", "dismissTrainer", "scheduleSession", "requireQualification", "dropRequirement"),
        MANAGED,
    ),
    "grantQualification": MANAGED,
    **dict.fromkeys(("changeSession", "cancelSession"), callers.table("manager", manager_elsewhere="NotFound")),
    **dict.fromkeys(
        ("suspendQualification", "revokeQualification", "renewQualification"), callers.table("manager", manager_elsewhere="NotFound")
    ),
    "takeSeat": callers.table("manager", "front desk", **dict.fromkeys((*FOREIGN, "finance", "reviewer"), "NotFound")),
    "leaveSeat": callers.table("manager", "front desk", **UNSEEN, owner="NotFound", member="NotFound", billing_contact="NotFound"),
    "recordResults": callers.table("manager", **dict.fromkeys((*FOREIGN, "finance", "reviewer"), "NotFound")),
    "nameCompanion": callers.table("owner", "member", "manager", "front desk", **UNSEEN),
    "enterArea": callers.table("manager", "front desk", **dict.fromkeys(FOREIGN, "NotFound")),
    "leaveArea": callers.table("manager", "front desk", **UNSEEN, owner="NotFound", member="NotFound", billing_contact="NotFound"),
}


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_may_not_is_refused_and_nothing_is_written(web: Web, name: str) -> None:
    made, table = await side(), MUTATIONS[name]
    people = {who: await CALLERS[who](world_of(made)) for who in reversed(list(CALLERS))}  # the ended session ends those before it
    for person in people.values():
        await ask(web, person, "{ viewer { roles } }")  # a token's first use is written down
    before = await contents()

    refused = {who: await codes(web, made, name, people[who]) for who in table.refused}

    assert refused == table.refused
    assert await contents() == before


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_may_does_it(web: Web, name: str) -> None:
    own = await side()
    done = {"whose it is": await codes(web, own, name, await session_of(own.actors[ASKING[name].who]))}

    for who in MUTATIONS[name].allowed[:2]:
        made = await side()
        done[who] = await codes(web, made, name, await CALLERS[who](world_of(made)))

    assert done == dict.fromkeys(done, "")


async def test_from_a_session_on_a_person_may_book_and_is_told_what_was_missing(web: Web) -> None:
    known = await callers.world()
    manager, owner = await session_of(known.house.manager), await session_of(known.owner)
    site = encode("Site", known.house.site_id)
    fields = {"name": "Confocal", "kind": "TRAINING", "levels": ["Basic", "Trainer"], "trainerLevel": 2, "validDays": 365}
    training = (await run(web, manager, "AddTraining", input={**fields, "siteId": site, "isEverywhere": True}))["training"]["id"]
    unit = await schooling.scope(known.house)
    asked = {"unitId": encode("Unit", unit), "trainingId": training}
    await run(web, manager, "RequireQualification", input=asked)
    trainer = encode("Person", some(known.house.manager.person_id))
    await run(web, manager, "AppointTrainer", input={"trainingId": training, "personId": trainer})
    when = {"startsAt": tomorrow(8).isoformat(), "endsAt": tomorrow(9).isoformat(), "seats": 1, "trainerId": trainer, "place": "Lab 1"}
    session = (await run(web, manager, "ScheduleSession", input={**when, "trainingId": training, "siteId": site}))["session"]

    span = {"startsAt": tomorrow().isoformat(), "endsAt": (tomorrow() + timedelta(hours=1)).isoformat()}
    quote = (await run(web, owner, "BookingQuote", unitId=asked["unitId"], **span))["bookingQuote"]
    mine = await run(web, owner, "MyQualifications", now=clock.now().isoformat())
    await run(web, owner, "TakeSeat", input={"sessionId": session["id"]})
    with clock.travel_to(tomorrow(9)):
        details = (await run(web, manager, "TrainingSessionDetails", id=session["id"]))["node"]
    [seat] = details["seatsOfPeople"]
    await db.execute("UPDATE training_session SET starts_at = starts_at - interval '2 days', ends_at = ends_at - interval '2 days'")
    results = [{"seatId": seat["id"], "attended": True, "passedLevel": 1}]
    await run(web, manager, "RecordResults", input={"sessionId": session["id"], "results": results})
    booked = await run(web, owner, "CreateBooking", input=wish(unit, tomorrow()))
    held = await run(web, owner, "MyQualifications", now=clock.now().isoformat())

    assert [(rule["code"], rule["trainingId"], rule["mayOverride"]) for rule in quote["brokenRules"]] == [
        ("QualificationMissing", training, True)
    ]
    [lacked] = mine["openRequirements"]
    assert (lacked["training"]["id"], len(lacked["units"]), lacked["nextSession"]["id"]) == (training, 1, session["id"])
    assert [one["id"] for one in mine["trainingSessions"]["nodes"]] == [session["id"]]
    assert seat["person"]["id"] == encode("Person", some(known.owner.person_id))
    assert booked["errors"] == []
    assert ([one["level"] for one in held["myQualifications"]], held["openRequirements"]) == ([1], [])


async def test_the_reason_of_a_suspension_is_for_the_person_and_managers_and_auditors_only(web: Web) -> None:
    known = await callers.world()
    member = await make.person(known.startup_id, Role.MEMBER)
    qualification = await schooling.passed(member, await schooling.training(known.house))
    await service.suspend_qualification(known.house.manager, qualification, "a private matter", 1)
    people = {
        "member": await session_of(member),
        **{who: await CALLERS[who](known) for who in ("owner", "manager", "front desk", "auditor")},
    }
    query = "query($id: ID!) { node(id: $id) { ... on Qualification { state reason person { name } } } }"

    found = {
        who: (await ask(web, person, query, id=encode("Qualification", qualification)))["data"]["node"]["reason"]
        for who, person in people.items()
    }

    known_by = dict.fromkeys(("member", "manager", "auditor"), "a private matter")
    assert found == {"owner": None, "front desk": None, **known_by}


async def test_a_seats_name_is_for_its_person_the_trainer_and_staff(web: Web) -> None:
    known = await callers.world()
    training = await schooling.training(known.house)
    session = await schooling.session(known.house, training)
    neighbour = await make.resident(known.house)
    await service.take_seat(known.owner, session)

    found = {
        who: (await run(web, await session_of(actor), "TrainingSessionDetails", id=encode("TrainingSession", session)))["node"]
        for who, actor in {"owner": known.owner, "neighbour": neighbour, "manager": known.house.manager}.items()
    }

    assert {who: len(node["seatsOfPeople"]) for who, node in found.items()} == {"owner": 1, "neighbour": 0, "manager": 1}
    assert {node["seatsTaken"] for node in found.values()} == {1}


async def test_one_person_enters_and_leaves_by_the_code_at_the_door_and_the_desk_sees_it(web: Web) -> None:
    known = await callers.world()
    room, desk = encode("Room", await schooling.room(known.house)), await CALLERS["front desk"](known)
    owner = await session_of(known.owner)

    entered = (await run(web, owner, "EnterArea", input={"roomId": room}))["presence"]
    seen = (await run(web, desk, "AreaPresences", siteId=encode("Site", known.house.site_id)))["areaPresences"]
    await run(web, owner, "LeaveArea", input={"areaPresenceId": entered["id"]})
    here = await run(web, owner, "AreaHere", id=room)

    assert [(one["person"]["name"], one["room"]["id"]) for one in seen["nodes"]] == [(known.owner.name, room)]
    assert (here["node"]["name"], here["areaPresences"]["totalCount"]) == (entered["room"]["name"], 0)


async def trained_unit(known: callers.World, person: Actor) -> UUID:
    """Make a unit that asks for what a person holds."""
    training = await schooling.training(known.house)
    await schooling.passed(person, training)
    return await schooling.scope(known.house, training)


async def test_a_booking_that_asks_for_a_qualification_takes_no_statement_more(web: Web) -> None:
    known = await callers.world()
    session = await session_of(known.owner)
    plain, asking = await make.unit(known.house), await trained_unit(known, known.owner)
    text = document_of("createBooking", "{ errors { code } }")
    counts = []

    for unit in (plain, asking):
        seen: list[str] = []
        await ask(web, session, text, input=wish(unit, tomorrow(1), make.fresh("warm-key-")))
        stop = db.observe(lambda sql, seconds: seen.append(sql))  # noqa: B023 - stopped before the next turn
        answer = await ask(web, session, text, input=wish(unit, tomorrow(3), make.fresh("count-key-")))
        stop()
        assert answer["data"]["createBooking"]["errors"] == []
        counts.append(len(seen))

    assert counts[0] == counts[1]


async def test_qualifications_are_found_by_their_end(web: Web) -> None:
    known = await callers.world()
    training = await schooling.training(known.house)
    await schooling.passed(known.owner, training, 1, clock.today("UTC") + timedelta(days=5))
    await schooling.passed(await make.resident(known.house), training)
    manager = await session_of(known.house.manager)

    soon = (await run(web, manager, "Qualifications", endsBy=day(10), search=""))["qualifications"]
    later = (await run(web, manager, "Qualifications", endsBy=day(2)))["qualifications"]
    named = (await run(web, manager, "Qualifications", search=known.owner.name))["qualifications"]

    assert [len(found["nodes"]) for found in (soon, later, named)] == [1, 0, 1]
    assert await statements(web, manager, document_of("myQualifications")) <= 3
