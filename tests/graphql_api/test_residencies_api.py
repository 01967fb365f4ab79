"""From a public call to a residency, through the API."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.kernel.ids import new_id
from incubator.residencies.policy import terms_hash
from incubator_graphql.ids import encode
from tests.support import callers, make
from tests.support.callers import CALLERS, World
from tests.support.web import Web, ask, run, session_of, statements, uuid_of


async def written(*tables: str) -> list[int]:
    return [int(await db.value(f"SELECT count(*) FROM {table}")) for table in tables]


async def told(kind: str) -> int:
    return int(await db.value("SELECT count(*) FROM outbox_message WHERE kind = $1", kind))


def application(call_id: UUID, site_id: UUID, **changed: Any) -> dict[str, Any]:
    return {
        "callId": encode("Call", call_id),
        "siteId": encode("Site", site_id),
        "startupName": "Cellwerk",
        "country": "DE",
        "city": "Hamburg",
        "sector": "cell therapy",
        "headcount": 4,
        "pitch": "We grow cells faster than anybody else.",
        "wishes": "one bench",
        "contactName": "Ada Applicant",
        "contactEmail": "ada@cellwerk.example",
        "language": "DE",
        "idempotencyKey": "application-1",
        **changed,
    }


async def test_the_whole_way_by_the_clients_own_operations(web: Web) -> None:
    house = await make.house()
    manager, today = await session_of(house.manager), clock.today("Europe/Berlin")
    bench, plan_id = await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000), await make.plan(house)
    opened = await run(
        web,
        manager,
        "OpenCall",
        input={
            "title": "Booster",
            "summary": "Come and build with us.",
            "programme": "Start-up booster",
            "siteIds": [encode("Site", house.site_id)],
            "opensOn": str(today),
            "closesOn": str(today + timedelta(days=30)),
        },
    )
    call_id = uuid_of(opened["call"]["id"])

    public = await run(web, None, "OpenCalls")
    sent = await run(web, None, "SubmitApplication", input=application(call_id, house.site_id))
    [listed] = (await run(web, manager, "Applications", state="SUBMITTED"))["applications"]["nodes"]
    offered = await run(
        web,
        manager,
        "MakeOffer",
        input={
            "applicationId": listed["id"],
            "planId": encode("Plan", plan_id),
            "unitId": encode("Unit", bench),
            "startsOn": str(today + timedelta(days=1)),
            "endsOn": str(today + timedelta(days=365)),
            "depositMinor": 100_000,
            "terms": "One bench, twelve months.",
            "expiresOn": str(today + timedelta(days=14)),
            "idempotencyKey": "offer-12345",
        },
    )
    startup_id = await db.value("SELECT startup_id FROM application")
    owner = await session_of(await make.person(startup_id, Role.OWNER))
    shown = (await run(web, owner, "OfferDetails", id=offered["offer"]["id"]))["node"]
    accepted = await run(web, owner, "AcceptOffer", input={"offerId": shown["id"], "termsHash": shown["termsHash"]})
    space = (await run(web, owner, "Space"))["residencies"]["nodes"]

    assert [node["id"] for node in public["openCalls"]["nodes"]] == [opened["call"]["id"]]
    assert (sent["errors"], sent["application"]["contactEmail"]) == ([], "ada@cellwerk.example")
    assert (listed["startup"]["name"], listed["state"]) == ("Cellwerk", "SUBMITTED")
    assert (shown["state"], shown["deposit"], shown["plan"]["phases"][0]["amount"]["amountMinor"]) == (
        "OPEN",
        {"amountMinor": 100_000, "currency": "EUR"},
        0,
    )
    assert accepted["errors"] == []
    assert (space[0]["id"], space[0]["state"], space[0]["headcount"]) == (accepted["residency"]["id"], "PENDING", 4)
    assert [rental["unit"]["id"] for rental in space[0]["rentals"]] == [encode("Unit", bench)]


async def test_a_second_acceptance_is_refused_and_changes_nothing(web: Web) -> None:
    offered = await make.offer()
    owner = await session_of(offered.owner)
    given = {"offerId": encode("Offer", offered.offer_id), "termsHash": terms_hash(offered.terms)}

    clicks = await asyncio.gather(*(run(web, owner, "AcceptOffer", input=given) for _ in range(8)))
    late = await run(web, owner, "AcceptOffer", input=given)

    assert sorted(error["code"] for click in clicks for error in click["errors"]) == ["OfferClosed"] * 7
    assert [error["code"] for error in late["errors"]] == ["OfferClosed"]
    assert await written("residency", "agreement", "rental") == [1, 1, 1]


async def test_terms_that_changed_are_told_with_their_hash(web: Web) -> None:
    offered = await make.offer()
    accept = """mutation($id: ID!) { acceptOffer(input: {offerId: $id, termsHash: "old"}) {
      residency { id } errors { __typename ... on TermsChanged { currentHash } } } }"""

    answer = (await ask(web, await session_of(offered.owner), accept, id=encode("Offer", offered.offer_id)))["data"]["acceptOffer"]

    assert answer == {"residency": None, "errors": [{"__typename": "TermsChanged", "currentHash": terms_hash(offered.terms)}]}
    assert await written("residency", "agreement") == [0, 0]


async def test_a_stranger_applies_once_for_each_key(web: Web) -> None:
    house = await make.house()
    call_id = await make.call(house)

    first = await run(web, None, "SubmitApplication", input=application(call_id, house.site_id))
    again = await run(web, None, "SubmitApplication", input=application(call_id, house.site_id))
    other = await run(web, None, "SubmitApplication", input=application(call_id, house.site_id, headcount=5))

    assert first["application"]["id"] == again["application"]["id"]
    assert [error["code"] for error in other["errors"]] == ["IdempotencyMismatch"]
    assert await written("application") == [1]


WRONG: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "country": ({"country": "Germany"}, "UnknownCountry", ["input", "country"]),
    "headcount": ({"headcount": 0}, "OutOfRange", ["input", "headcount"]),
    "pitch": ({"pitch": "short"}, "TooShort", ["input", "pitch"]),
    "e-mail": ({"contactEmail": "nobody"}, "PatternMismatch", ["input", "contactEmail"]),
    "key": ({"idempotencyKey": "short"}, "TooShort", ["input", "idempotencyKey"]),
    "unknown call": ({"callId": encode("Call", new_id())}, "NotFound", ["input", "callId"]),
    "malformed call": ({"callId": "x"}, "NotFound", ["input", "callId"]),
    "a site as call": ({"callId": encode("Site", new_id())}, "NotFound", ["input", "callId"]),
    "another site": ({"siteId": encode("Site", new_id())}, "SiteNotOfCall", ["input", "siteId"]),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_application_names_field_and_rule_and_writes_nothing(web: Web, name: str) -> None:
    house = await make.house()
    changed, code, path = WRONG[name]

    answer = await run(web, None, "SubmitApplication", input=application(await make.call(house), house.site_id, **changed))

    assert [(error["code"], error["path"]) for error in answer["errors"]] == [(code, path)]
    assert answer["application"] is None
    assert await written("application", "idempotency_key") == [0, 0]


async def prepared() -> tuple[World, make.Offered]:
    """Make a world whose startup has an open offer."""
    house = await make.house()
    owner = await make.startup_owner()
    return World(house, owner), await make.offer(house, owner=owner)


ACCEPTERS = callers.table(
    "owner",
    member="NotFound",
    another_startups_owner="NotFound",
    corporate_admin="NotFound",
    mentor="NotFound",
    scout="NotFound",
    university="NotFound",
    finance="NotFound",
    front_desk="NotFound",
    reviewer="NotFound",
    manager_elsewhere="NotFound",
)


async def test_an_owner_and_nobody_else_accepts(web: Web) -> None:
    known, offered = await prepared()
    given = {"offerId": encode("Offer", offered.offer_id), "termsHash": terms_hash(offered.terms)}

    refused = await callers.refusals(known, ACCEPTERS, lambda who: run(web, who, "AcceptOffer", input=given))
    nothing = await written("residency", "agreement", "rental") + [await told("OfferAccepted")]
    accepted = await run(web, await CALLERS["owner"](known), "AcceptOffer", input=given)

    assert refused == ACCEPTERS.refused
    assert nothing == [0, 0, 0, 0]
    assert accepted["errors"] == []
    assert await written("residency", "agreement", "rental") + [await told("OfferAccepted")] == [1, 1, 1, 1]


MANAGING = callers.table("manager")
MANAGING_BY_ID = callers.table("manager", manager_elsewhere="NotFound")


async def test_a_manager_of_the_site_and_nobody_else_withdraws(web: Web) -> None:
    known, offered = await prepared()
    given = {"offerId": encode("Offer", offered.offer_id), "expectedVersion": 1}

    refused = await callers.refusals(known, MANAGING_BY_ID, lambda who: run(web, who, "WithdrawOffer", input=given))
    before = await db.value("SELECT state FROM offer")
    withdrawn = await run(web, await CALLERS["manager"](known), "WithdrawOffer", input=given)

    assert (refused, before) == (MANAGING_BY_ID.refused, "open")
    assert withdrawn["errors"] == []
    assert await db.value("SELECT state FROM offer") == "withdrawn"


async def test_a_manager_of_the_site_and_nobody_else_declines(web: Web) -> None:
    known = await callers.world()
    sent = await run(web, None, "SubmitApplication", input=application(await make.call(known.house), known.house.site_id))
    given = {"applicationId": sent["application"]["id"], "expectedVersion": 1}

    refused = await callers.refusals(known, MANAGING_BY_ID, lambda who: run(web, who, "DeclineApplication", input=given))
    before = await db.value("SELECT state FROM application")
    declined = await run(web, await CALLERS["manager"](known), "DeclineApplication", input=given)

    assert (refused, before) == (MANAGING_BY_ID.refused, "submitted")
    assert declined["errors"] == []
    assert await db.value("SELECT state FROM application") == "declined"


async def test_a_manager_of_the_site_and_nobody_else_offers(web: Web) -> None:
    known = await callers.world()
    today = clock.today("Europe/Berlin")
    sent = await run(web, None, "SubmitApplication", input=application(await make.call(known.house), known.house.site_id))
    bench = await make.unit(known.house, "bench", hourly_minor=None, monthly_minor=62_000)
    given = {
        "applicationId": sent["application"]["id"],
        "planId": encode("Plan", await make.plan(known.house)),
        "unitId": encode("Unit", bench),
        "startsOn": str(today),
        "endsOn": str(today + timedelta(days=30)),
        "depositMinor": 0,
        "terms": "One bench, a month.",
        "expiresOn": str(today),
        "idempotencyKey": "offer-12345",
    }

    refused = await callers.refusals(known, MANAGING_BY_ID, lambda who: run(web, who, "MakeOffer", input=given))
    before = await written("offer") + [await told("OfferMade")]
    made = await run(web, await CALLERS["manager"](known), "MakeOffer", input=given)

    assert (refused, before) == (MANAGING_BY_ID.refused, [0, 0])
    assert made["errors"] == []
    assert await written("offer") + [await told("OfferMade")] == [1, 1]


async def test_a_manager_of_the_site_and_nobody_else_opens_calls(web: Web) -> None:
    known, today = await callers.world(), clock.today("Europe/Berlin")
    given = {
        "title": "Booster",
        "summary": "Come and build with us.",
        "programme": "Start-up booster",
        "siteIds": [encode("Site", known.house.site_id)],
        "opensOn": str(today),
        "closesOn": str(today),
    }

    refused = await callers.refusals(known, MANAGING, lambda who: run(web, who, "OpenCall", input=given))
    before = await written("call", "call_site")
    opened = await run(web, await CALLERS["manager"](known), "OpenCall", input=given)

    assert (refused, before) == (MANAGING.refused, [0, 0])
    assert opened["errors"] == []
    assert await written("call", "call_site") == [1, 1]


async def test_an_old_version_is_refused(web: Web) -> None:
    _, offered = await prepared()
    manager = await session_of(offered.house.manager)

    withdrawn = await run(web, manager, "WithdrawOffer", input={"offerId": encode("Offer", offered.offer_id), "expectedVersion": 7})
    declined = await run(
        web, manager, "DeclineApplication", input={"applicationId": encode("Application", offered.application_id), "expectedVersion": 7}
    )

    assert [error["code"] for error in (*withdrawn["errors"], *declined["errors"])] == ["Stale", "Stale"]
    assert await db.value("SELECT state FROM offer") == "open"


SEEING = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"


async def test_who_sees_applications_offers_and_residencies(web: Web) -> None:
    known, offered = await prepared()
    accept = {"offerId": encode("Offer", offered.offer_id), "termsHash": terms_hash(offered.terms)}
    accepted = await run(web, await session_of(known.owner), "AcceptOffer", input=accept)
    ids = [encode("Application", offered.application_id), accept["offerId"], accepted["residency"]["id"]]
    seen: dict[str, str] = {}

    for name, caller in CALLERS.items():
        found = (await ask(web, await caller(known), SEEING, ids=ids))["data"]["nodes"]
        seen[name] = "".join(node["__typename"][0] if node else "-" for node in found)

    assert seen == {
        **dict.fromkeys(CALLERS, "---"),
        "owner": "AOR",
        "member": "--R",
        "billing contact": "-OR",
        "manager": "AOR",
        "auditor": "AOR",
        "finance": "--R",
        "front desk": "--R",
        "reading token": "AOR",
    }


LISTS = {
    "calls": "{ calls(first: 100) { nodes { id sites { id legalEntity { id } } } } }",
    "applications": "{ applications(first: 100) { nodes { id call { id } site { id } startup { organization { id } } offer { id unit { id } } } } }",
    "offers": "{ offers(first: 100) { nodes { id application { id } startup { id } site { id } plan { phases { months } } unit { id } } } }",
    "residencies": "{ residencies(first: 100) { nodes { id startup { id } site { id } plan { phases { months } } rentals { unit { id } residency { id } } } } }",
    "rentals": "{ rentals(first: 100) { nodes { id unit { id } organization { id } residency { id } } } }",
}


@pytest.mark.parametrize("name", LISTS)
async def test_the_number_of_statements_does_not_depend_on_the_rows(web: Web, name: str) -> None:
    house = await make.house()
    manager = await session_of(house.manager)

    async def one_more() -> None:
        offered = await make.offer(house)
        accept = {"offerId": encode("Offer", offered.offer_id), "termsHash": terms_hash(offered.terms)}
        assert (await run(web, await session_of(offered.owner), "AcceptOffer", input=accept))["errors"] == []

    await one_more()
    few = await statements(web, manager, LISTS[name])
    for _ in range(4):
        await one_more()

    assert await statements(web, manager, LISTS[name]) == few
