"""What is left of credit, through the documents that the client ships: given with months to carry it into, seen by whom it is for."""

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, Price, RecurringTerm, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM
from incubator.kernel.periods import add_months, month_of
from incubator_graphql.ids import encode
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.web import Web, ask, document, run, session_of, statements

SEEN_BY = {"owner", "member", "billing contact", "manager", "front desk", "auditor", "reading token"}


async def give(web: Web, known: callers.World, kind: str, **more: int) -> None:
    """Let the manager give the startup's plan credit, and the startup have the plan since the first of the month before."""
    plan = await make.plan(known.house)
    answer = await run(
        web, await session_of(known.house.manager), "GrantCredit", input={"planId": encode("Plan", plan), "kind": kind, **more}
    )
    assert answer["errors"] == []
    today = clock.today("Europe/Berlin")
    term = RecurringTerm("plan", "Plan", Price(0, Basis.MONTH, False), Supply.SERVICE, add_months(today.replace(day=1), -1), None, plan)
    async with db.transaction():
        buyer = Buyer(known.startup_id, known.house.legal_entity_id, known.house.site_id, "EUR")
        await billing.open_contract(SYSTEM, buyer, [term])


def months_on(count: int) -> str:
    """The last day of the month so many months from now."""
    return str(month_of(add_months(clock.today("Europe/Berlin").replace(day=1), count)).last)


async def test_what_is_left_and_until_when_is_shown_to_the_tenant_and_the_sites_staff_alone(web: Web) -> None:
    known = await callers.world()
    await give(web, known, "MEETING_ROOM", minutesPerMonth=60, carriesMonths=1)
    await give(web, known, "DESK", daysPerMonth=5)
    organization, seen = encode("Organization", known.startup_id), {}

    for who, caller in CALLERS.items():
        answer = await ask(web, await caller(known), document("Allowances"), organizationId=organization)
        seen[who] = (answer["data"] or {}).get("allowances") or [error["extensions"]["code"] for error in answer.get("errors", [])]

    site = {"siteId": encode("Site", known.house.site_id), "siteName": seen["owner"][0]["siteName"]}
    shown = [
        site | {"kind": "DESK", "unit": "DAYS", "perMonth": 5, "left": 5, "parts": [{"amount": 5, "usableUntil": months_on(0)}]},
        site
        | {"kind": "MEETING_ROOM", "unit": "MINUTES", "perMonth": 60, "left": 60, "parts": [{"amount": 60, "usableUntil": months_on(1)}]},
    ]
    nothing = {"anonymous": ["NotSignedIn"], "ended session": ["NotSignedIn"]}
    assert seen == {who: [] for who in CALLERS} | dict.fromkeys(SEEN_BY, shown) | nothing


async def test_the_credits_of_a_site_say_for_how_many_months_they_are_carried(web: Web) -> None:
    known = await callers.world()
    manager = await session_of(known.house.manager)
    await give(web, known, "MEETING_ROOM", minutesPerMonth=60, carriesMonths=24)
    plan = encode("Plan", await make.plan(known.house))

    refused = await run(web, manager, "GrantCredit", input={"planId": plan, "kind": "DESK", "daysPerMonth": 1, "carriesMonths": 25})
    places = await run(web, manager, "SitePlaces", siteId=encode("Site", known.house.site_id))

    assert [(error["code"], error["path"]) for error in refused["errors"]] == [("OutOfRange", ["input", "carriesMonths"])]
    assert [(one["kind"], one["carriesMonths"]) for one in places["planCredits"]] == [("MEETING_ROOM", 24)]


async def test_what_is_left_takes_as_many_statements_for_many_kinds_as_for_one(web: Web) -> None:
    known = await callers.world()
    owner, organization = await session_of(known.owner), encode("Organization", known.startup_id)
    await give(web, known, "MEETING_ROOM", minutesPerMonth=60, carriesMonths=1)

    one = await statements(web, owner, document("Allowances"), organizationId=organization)
    for kind in ("DESK", "BENCH", "INSTRUMENT", "OFFICE"):
        await give(web, known, kind, minutesPerMonth=60, carriesMonths=2)
    many = await statements(web, owner, document("Allowances"), organizationId=organization)

    assert one == many
