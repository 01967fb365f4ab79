"""Rentals through the documents that the client ships: who sees what of them, and the whole life of one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incubator import db
from incubator.billing.documents import MAKE_DOCUMENT
from incubator.kernel import clock
from incubator.spaces import service
from incubator.spaces.service import AssignTerms, Found, HoldTerms, IssueTerms
from incubator_graphql.ids import encode
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.drain import drain
from tests.support.sides import some
from tests.support.web import Web, run, session_of, uuid_of


def today() -> date:
    """The day at the site; asked anew, for a run of tests may go past midnight."""
    return clock.today("Europe/Berlin")


def last() -> date:
    """The last day of a year from today."""
    return today() + timedelta(days=364)


async def let(known: callers.World, deposit_minor: int = 0) -> str:
    """Let a bench to the startup; returns the rental's global id."""
    bench = await make.unit(known.house, "bench", hourly_minor=None, monthly_minor=62_000)
    terms = AssignTerms(None, bench, known.startup_id, today(), last(), deposit_minor)
    return encode("Rental", await service.assign_rental(known.house.manager, terms, make.fresh("assign-key-")))


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["code"] for error in answer["errors"]]


MONEY = {"owner", "billing contact", "manager", "auditor", "reading token"}
UNIT_ONLY = {"member", "front desk"}


async def test_members_and_the_front_desk_see_unit_and_days_and_only_who_pays_or_manages_the_money(web: Web) -> None:
    known = await callers.world()
    rental = await let(known, 50_000)
    seen = {}

    for who, caller in CALLERS.items():
        node = (await run(web, await caller(known), "RentalDetails", id=rental))["node"]
        seen[who] = node and (
            node["unit"]["kind"],
            node["monthlyPrice"],
            node["discountPercent"],
            node["deposit"] and node["deposit"]["asked"],
        )

    price, deposit = {"amountMinor": 62_000, "currency": "EUR"}, {"amountMinor": 50_000, "currency": "EUR"}
    assert {who for who, found in seen.items() if found == ("BENCH", price, "0.00", deposit)} == MONEY
    assert {who for who, found in seen.items() if found == ("BENCH", None, None, None)} == UNIT_ONLY
    assert {who for who, found in seen.items() if found is None} == CALLERS.keys() - MONEY - UNIT_ONLY


async def test_what_money_means_in_a_preview_is_for_whom_it_is(web: Web) -> None:
    known = await callers.world()
    rental = await let(known)

    shown = {
        who: (await run(web, await CALLERS[who](known), "NoticePreview", rentalId=rental))["noticePreview"] for who in ("owner", "manager")
    }

    assert {who: found["spared"] is not None and found["due"][0]["unitPrice"]["amountMinor"] for who, found in shown.items()} == {
        "owner": 62_000,
        "manager": 62_000,
    }


async def test_a_rental_is_quoted_held_let_and_ended_through_the_clients_documents(web: Web) -> None:
    known = await callers.world()
    bench = encode("Unit", await make.unit(known.house, "bench", hourly_minor=None, monthly_minor=62_000))
    manager, owner = await session_of(known.house.manager), await session_of(known.owner)
    wish = {"unitId": bench, "organizationId": encode("Organization", known.startup_id), "startsOn": str(today()), "endsOn": str(last())}

    quote = (await run(web, manager, "RentalQuote", **wish, discountPercent="10"))["quoteRental"]
    kept = {**wish, "expiresAt": clock.later(days=2).isoformat(), "idempotencyKey": "hold-key-1"}
    hold = (await run(web, manager, "HoldUnit", input=kept))["hold"]
    taken = await run(web, manager, "HoldUnit", input={**kept, "idempotencyKey": "hold-key-2"})
    let_now = {
        "rentalHoldId": hold["id"],
        "discountPercent": "10",
        "noticeCount": 14,
        "noticeUnit": "DAYS",
        "idempotencyKey": "assign-key-1",
    }
    rental = (await run(web, manager, "AssignRental", input=let_now))["rental"]
    again = (await run(web, manager, "AssignRental", input=let_now))["rental"]
    early = {"rentalId": rental["id"], "endsOn": str(today() + timedelta(days=13)), "expectedVersion": 1}
    refused = await run(web, owner, "GiveNotice", input=early)
    ended = await run(web, owner, "GiveNotice", input={**early, "endsOn": str(today() + timedelta(days=14))})
    [listed] = (await run(web, owner, "Rentals", state="ENDING"))["rentals"]["nodes"]

    assert (quote["monthlyPrice"]["amountMinor"], quote["taken"], quote["totals"]["net"]) == (55_800, [], quote["amount"])
    assert (codes(taken), taken["errors"][0]["days"]) == (["DaysTaken"], [f"{today()} – {last()}"])
    assert (again["id"], listed["id"]) == (rental["id"], rental["id"])
    assert (codes(refused), refused["errors"][0]["limit"], refused["errors"][0]["mayOverride"]) == (
        ["RentalNoticeTooShort"],
        str(today() + timedelta(days=14)),
        False,
    )
    assert (ended["rental"]["state"], listed["monthlyPrice"]["amountMinor"]) == ("ENDING", 55_800)


async def test_rentals_are_ordered_searched_and_filtered_on_the_server(web: Web) -> None:
    known = await callers.world()
    manager = await session_of(known.house.manager)
    rental = await let(known)
    await service.give_notice(known.house.manager, uuid_of(rental), today() + timedelta(days=20), 1, "moves out")

    async def found(**arguments: Any) -> list[str]:
        nodes = (await run(web, manager, "Rentals", **arguments))["rentals"]["nodes"]
        return [node["unit"]["name"].partition(" ")[0] for node in nodes]

    by_end = [await found(orderBy={"field": "ENDS_ON", "direction": direction}) for direction in ("ASC", "DESC")]

    assert by_end == [["bench", "desk"], ["desk", "bench"]]
    assert await found(search="bench") == await found(endsWithinDays=30) == await found(state="ENDING") == ["bench"]
    assert await found(state="ENDED") == await found(search="nothing like it") == []


async def test_a_checklist_is_filled_by_the_desk_and_confirmed_by_the_tenant_in_their_language(web: Web) -> None:
    known = await callers.world()
    rental = await let(known)
    desk, owner = await CALLERS["front desk"](known), await session_of(known.owner)
    await db.execute("UPDATE person SET language = 'de' WHERE id = $1", known.owner.person_id)

    begun = (await run(web, desk, "StartChecklist", input={"rentalId": rental, "purpose": "HAND_OVER"}))["checklist"]
    items = [{"position": position, "state": "OK"} for position in range(5)] + [{"position": 5, "state": "MISSING", "note": "one key"}]
    await run(web, desk, "FillChecklist", input={"checklistId": begun["id"], "items": items, "expectedVersion": 1})
    await run(web, desk, "SignChecklist", input={"checklistId": begun["id"]})
    [shown] = (await run(web, owner, "RentalDetails", id=rental))["node"]["checklists"]
    done = await run(web, owner, "SignChecklist", input={"checklistId": begun["id"], "contentHash": shown["contentHash"], "remark": "ja"})
    late = await run(web, desk, "FillChecklist", input={"checklistId": begun["id"], "items": items, "expectedVersion": 4})

    assert (shown["items"][5]["text"], shown["items"][5]["state"], shown["items"][5]["note"]) == (
        "Schlüssel und Ausweise",
        "MISSING",
        "one key",
    )
    assert (codes(done), done["checklist"]["closedAt"] is not None, codes(late)) == ([], True, ["ChecklistSigned"])


async def test_badges_are_found_by_holder_and_their_history_stays_with_the_house(web: Web) -> None:
    known = await callers.world()
    other = await make.resident(known.house)
    badge = await service.add_badge(known.house.manager, known.house.site_id, "key", "K-7")
    for who in (other, known.owner):
        await service.issue_badge(known.house.manager, IssueTerms(badge, some(who.person_id), some(who.organization_id)))
        await service.lose_badge(known.house.manager, badge, 2_500)
        await service.return_badge(known.house.manager, badge)
    desk, owner = await CALLERS["front desk"](known), await session_of(known.owner)
    holders = (await run(web, desk, "BadgeHolders", siteId=encode("Site", known.house.site_id), search=known.owner.name))["badgeHolders"]
    given = {"badgeId": encode("Badge", badge), "personId": holders[0]["person"]["id"], "organizationId": holders[0]["organization"]["id"]}
    issued = await run(web, desk, "IssueBadge", input=given)
    out = await run(web, desk, "IssueBadge", input=given)

    history = {
        who: [(one["outcome"], one["fee"]) for one in (await run(web, session, "BadgeDetails", id=given["badgeId"]))["node"]["history"]]
        for who, session in {"desk": desk, "owner": owner, "manager": await session_of(known.house.manager)}.items()
    }

    fee = {"amountMinor": 2_500, "currency": "EUR"}
    free = {"amountMinor": 0, "currency": "EUR"}
    assert (issued["badge"]["state"], codes(out)) == ("OUT", ["BadgeOut"])
    assert history == {
        "desk": [("OUT", None), ("LOST", None), ("LOST", None)],
        "owner": [("OUT", free), ("LOST", fee)],
        "manager": [("OUT", free), ("LOST", fee), ("LOST", fee)],
    }


async def test_a_deposit_is_settled_by_managers_and_paid_out_by_finance(web: Web) -> None:
    known = await callers.world()
    rental = await let(known, 40_000)
    manager, finance = await session_of(known.house.manager), await CALLERS["finance"](known)
    checklist = await service.start_checklist(known.house.manager, uuid_of(rental), "return")
    await service.fill_checklist(known.house.manager, checklist, [Found(position, "ok") for position in range(6)], 1)
    await service.sign_checklist(known.house.manager, checklist, absence_reason="gone")
    deposit = (await run(web, manager, "RentalDetails", id=rental))["node"]["deposit"]

    settle = {"rentalId": rental, "keptMinor": 0, "idempotencyKey": "settle-key-1"}
    settled = await run(web, manager, "SettleDeposit", input=settle)
    nothing = await run(web, finance, "RecordDepositReturn", input={"invoiceId": deposit["invoiceId"], "reference": "out-1"})

    assert settled["rental"]["deposit"]["settledAt"] is not None
    assert codes(nothing) == ["NotADeposit"]
    shown = (await run(web, finance, "InvoiceDetails", id=deposit["invoiceId"]))["node"]
    assert (shown["deposit"]["released"]["amountMinor"], shown["outstanding"]["amountMinor"]) == (40_000, 0)


@pytest.mark.parametrize("how", ["until is past", "too long"])
async def test_a_hold_until_an_impossible_instant_is_refused(web: Web, how: str) -> None:
    known = await callers.world()
    bench = await make.unit(known.house, "bench", hourly_minor=None, monthly_minor=62_000)
    until = {"until is past": clock.later(hours=-1), "too long": clock.later(days=91)}[how]
    given = {
        "unitId": encode("Unit", bench),
        "organizationId": encode("Organization", known.startup_id),
        "startsOn": str(today()),
        "endsOn": str(last()),
        "expiresAt": until.isoformat(),
        "idempotencyKey": "hold-key-1",
    }

    refused = await run(web, await session_of(known.house.manager), "HoldUnit", input=given)

    assert codes(refused) == ["HoldTooLong"]
    assert await db.value("SELECT count(*) FROM rental_hold") == 0


async def test_who_waits_for_a_held_unit_is_asked_when_it_is_let_go(web: Web) -> None:
    known = await callers.world()
    bench = await make.unit(known.house, "bench", monthly_minor=62_000)
    day = today() + timedelta(days=3)
    terms = HoldTerms(day, day, clock.later(days=1), bench, None, known.startup_id)
    hold = await service.hold_unit(known.house.manager, terms, "hold-key-1")
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    waiting = await service.join_waiting_list(
        await make.resident(known.house), service.BookingTerms(bench, at, at + timedelta(hours=1), "Me")
    )

    given = {"rentalHoldId": encode("RentalHold", hold), "expectedVersion": 1}
    released = await run(web, await session_of(known.owner), "ReleaseHold", input=given)
    await drain(leave=(MAKE_DOCUMENT,))

    assert released["hold"]["state"] == "RELEASED"
    assert await db.value("SELECT state FROM waiting_entry WHERE id = $1", waiting) == "offered"


async def test_only_who_manages_the_space_gives_credit_which_is_minutes_or_days(web: Web) -> None:
    known = await callers.world()
    table = callers.table("manager", manager_elsewhere="NotFound")
    given = {"planId": encode("Plan", await make.plan(known.house)), "kind": "DESK"}

    refused = await callers.refusals(known, table, lambda who: run(web, who, "GrantCredit", input={**given, "daysPerMonth": 5}))
    manager = await session_of(known.house.manager)
    wrong = [await run(web, manager, "GrantCredit", input={**given, **more}) for more in ({}, {"daysPerMonth": 5, "minutesPerMonth": 60})]
    nothing = await db.value("SELECT count(*) FROM credit_grant")
    done = await run(web, manager, "GrantCredit", input={**given, "daysPerMonth": 5})
    again = await run(web, manager, "GrantCredit", input={**given, "minutesPerMonth": 60})
    places = await run(web, manager, "SitePlaces", siteId=encode("Site", known.house.site_id))

    assert (refused, nothing, done["errors"]) == (table.refused, 0, [])
    assert [(answer["errors"][0]["code"], answer["errors"][0]["path"]) for answer in wrong] == [
        ("PatternMismatch", ["input", "minutesPerMonth"])
    ] * 2
    assert [error["path"] for error in again["errors"]] == [["input", "kind"]]
    assert [(one["kind"], one["daysPerMonth"], one["minutesPerMonth"]) for one in places["planCredits"]] == [("DESK", 5, None)]
