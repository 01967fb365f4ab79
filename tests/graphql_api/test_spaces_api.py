"""Units and bookings through the API."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.kernel.ids import new_id
from incubator.spaces import service
from incubator.spaces.service import BookingTerms
from incubator_graphql.ids import encode
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.servers import Servers
from tests.support.web import Web, ask, refill, session_of, statements

CREATE = """mutation($input: CreateBookingInput!) { createBooking(input: $input) { errors { __typename code message path ... on UnitTaken { unitId } }
  booking { id title state isMine price { amountMinor currency } unit { id } organization { id } bookedBy { id name } } } }"""
CANCEL = "mutation($input: CancelBookingInput!) { cancelBooking(input: $input) { errors { code path } booking { state version } } }"
LIST = """query($from: DateTime!, $until: DateTime!, $mine: Boolean) { bookings(from: $from, until: $until, mineOnly: $mine, first: 100) {
  totalCount nodes { id title isMine price { amountMinor } organization { id } bookedBy { name } unit { id name site { id } } } } }"""
HOUR = timedelta(hours=1)


def tomorrow(hour: int = 10) -> datetime:
    day = clock.today("Europe/Berlin") + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def wish(unit_id: UUID, at: datetime, key: str = "key-12345678", **more: Any) -> dict[str, Any]:
    return {
        "unitId": encode("Unit", unit_id),
        "startsAt": at.isoformat(),
        "endsAt": (at + HOUR).isoformat(),
        "title": "Board",
        "idempotencyKey": key,
        **more,
    }


async def book(web: Web, credentials: dict[str, str] | None, given: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await ask(web, credentials, CREATE, input=given))["data"]["createBooking"]
    return answer


async def held() -> int:
    return int(await db.value("SELECT (SELECT count(*) FROM unit_hold WHERE kind = 'booking') + (SELECT count(*) FROM booking)"))


async def test_a_member_books_and_sees_what_was_booked(web: Web) -> None:
    known = await callers.world()
    room, member = await make.unit(known.house), await make.person(known.startup_id, Role.MEMBER)

    answer = await book(web, await session_of(member), wish(room, tomorrow()))

    assert answer["errors"] == []
    assert answer["booking"] | {"id": None, "bookedBy": None} == {
        "id": None,
        "title": "Board",
        "state": "CONFIRMED",
        "isMine": True,
        "price": {"amountMinor": 4500, "currency": "EUR"},
        "unit": {"id": encode("Unit", room)},
        "organization": {"id": encode("Organization", known.startup_id)},
        "bookedBy": None,
    }
    assert answer["booking"]["bookedBy"]["id"] == encode("Person", some(member.person_id))


async def test_the_same_key_books_once_and_other_input_is_refused(web: Web) -> None:
    known = await callers.world()
    room, session = await make.unit(known.house), await session_of(known.owner)

    first = await book(web, session, wish(room, tomorrow()))
    second = await book(web, session, wish(room, tomorrow()))
    other = await book(web, session, wish(room, tomorrow(12)))

    assert first["booking"]["id"] == second["booking"]["id"]
    assert [error["code"] for error in other["errors"]] == ["IdempotencyMismatch"]
    assert await held() == 2


async def test_a_taken_unit_is_a_typed_refusal_and_nothing_is_written(web: Web) -> None:
    known = await callers.world()
    room, neighbour = await make.unit(known.house), await make.resident(known.house)
    await book(web, await session_of(known.owner), wish(room, tomorrow()))

    answer = await book(web, await session_of(neighbour), wish(room, tomorrow() + HOUR / 2, "key-87654321"))

    assert answer == {
        "errors": [
            {
                "__typename": "UnitTaken",
                "code": "UnitTaken",
                "message": "The unit is taken in that time. Choose another time or unit.",
                "path": ["input", "startsAt"],
                "unitId": encode("Unit", room),
            }
        ],
        "booking": None,
    }
    assert await held() == 2


async def test_all_broken_rules_come_together(web: Web) -> None:
    house = await make.house(opening_hours="Mo-Fr 08:00-18:00")
    room, stranger = await make.unit(house), await make.startup_owner()
    sunday = tomorrow(9) + timedelta(days=(6 - tomorrow(9).weekday()) % 7 + 7)

    answer = await book(web, await session_of(stranger), wish(room, sunday + timedelta(minutes=7)))

    assert [error["code"] for error in answer["errors"]] == ["NotAtSite", "BookingOffStep", "BookingOffStep", "UnitClosed"]
    assert await held() == 0


async def test_a_quote_tells_price_and_rules_before_anything_is_held(web: Web) -> None:
    known = await callers.world()
    room, session = await make.unit(known.house), await session_of(known.owner)
    quote = """query($u: ID!, $a: DateTime!, $b: DateTime!) { bookingQuote(unitId: $u, startsAt: $a, endsAt: $b) {
      price { amountMinor } priceIncludesTax brokenRules { code path } } }"""
    unit = encode("Unit", room)

    free = await ask(web, session, quote, u=unit, a=tomorrow().isoformat(), b=(tomorrow() + 2 * HOUR).isoformat())
    await book(web, session, wish(room, tomorrow()))
    taken = await ask(web, session, quote, u=unit, a=tomorrow().isoformat(), b=(tomorrow() + HOUR).isoformat())
    inverted = await ask(web, session, quote, u=unit, a=tomorrow().isoformat(), b=tomorrow().isoformat())
    unknown = await ask(web, session, quote, u=encode("Unit", new_id()), a=tomorrow().isoformat(), b=tomorrow().isoformat())

    assert free["data"]["bookingQuote"] == {"price": {"amountMinor": 9000}, "priceIncludesTax": False, "brokenRules": []}
    assert taken["data"]["bookingQuote"]["brokenRules"] == [{"code": "UnitTaken", "path": ["input", "startsAt"]}]
    assert [rule["code"] for rule in inverted["data"]["bookingQuote"]["brokenRules"]] == ["PeriodInverted"]
    assert unknown["errors"][0]["extensions"]["code"] == "NotFound"
    assert await held() == 2


async def test_others_bookings_are_busy_times_only(web: Web) -> None:
    known = await callers.world()
    room, neighbour = await make.unit(known.house), await make.resident(known.house)
    await book(web, await session_of(known.owner), wish(room, tomorrow()))
    window = {"from": tomorrow(0).isoformat(), "until": (tomorrow(0) + timedelta(days=1)).isoformat()}

    mine = (await ask(web, await session_of(known.owner), LIST, **window))["data"]["bookings"]["nodes"]
    seen = (await ask(web, await session_of(neighbour), LIST, **window))["data"]["bookings"]["nodes"]
    staff = (await ask(web, await session_of(known.house.manager), LIST, **window))["data"]["bookings"]["nodes"]
    stranger = (await ask(web, await session_of(await make.startup_owner()), LIST, **window))["data"]["bookings"]

    assert (mine[0]["title"], mine[0]["isMine"]) == ("Board", True)
    assert (seen[0]["title"], seen[0]["isMine"], seen[0]["organization"], seen[0]["bookedBy"], seen[0]["price"]) == (
        None,
        False,
        None,
        None,
        None,
    )
    assert (staff[0]["title"], staff[0]["isMine"]) == ("Board", False)
    assert stranger == {"totalCount": 0, "nodes": []}


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.prove)])
async def test_rounds_of_16_at_once_through_the_api_have_one_winner_each(servers: Servers, web: Web, rounds: int) -> None:
    known = await callers.world()
    room, session = await make.unit(known.house), await session_of(known.owner)
    outcomes: set[tuple[str, ...]] = set()

    for number in range(rounds):
        at = tomorrow(0) + number * HOUR
        await refill(servers)
        found = await asyncio.gather(*(book(web, session, wish(room, at, f"race-{number:04}-{n:04}")) for n in range(16)))
        outcomes.add(tuple(sorted(error["code"] for answer in found for error in answer["errors"])))

    assert outcomes == {("UnitTaken",) * 15}
    assert await held() == 2 * rounds


BOOKERS = callers.table(
    "owner",
    "member",
    "manager",
    "front desk",
    another_startups_owner="NotAtSite",
    manager_elsewhere="NotAtSite",
)


async def test_who_may_not_book_is_refused_and_nothing_is_written(web: Web) -> None:
    known = await callers.world()
    room = await make.unit(known.house)

    refused = await callers.refusals(known, BOOKERS, lambda who: book(web, who, wish(room, tomorrow())))

    assert refused == BOOKERS.refused
    assert await held() == 0
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'BookingCreated'") == 0


@pytest.mark.parametrize("caller", BOOKERS.allowed)
async def test_who_may_book(web: Web, caller: str) -> None:
    known = await callers.world()
    room = await make.unit(known.house)

    answer = await book(web, await CALLERS[caller](known), wish(room, tomorrow()))

    assert answer["errors"] == []
    assert await held() == 2


CANCELLERS = callers.table(
    "owner",
    "member",
    "manager",
    "front desk",
    another_startups_owner="NotFound",
    corporate_admin="NotFound",
    mentor="NotFound",
    scout="NotFound",
    university="NotFound",
    finance="NotFound",
    reviewer="NotFound",
    manager_elsewhere="NotFound",
)


async def booked(known: callers.World) -> dict[str, Any]:
    """Book for the startup; returns what cancelling it takes."""
    room = await make.unit(known.house)
    booking_id = await service.create_booking(known.owner, BookingTerms(room, tomorrow(), tomorrow() + HOUR, "Board"), "key-12345678")
    return {"bookingId": encode("Booking", booking_id), "expectedVersion": 1}


async def cancel(web: Web, credentials: dict[str, str] | None, given: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = (await ask(web, credentials, CANCEL, input=given))["data"]["cancelBooking"]
    return answer


async def test_who_may_not_cancel_is_refused_and_nothing_changes(web: Web) -> None:
    known = await callers.world()
    given = await booked(known)

    refused = await callers.refusals(known, CANCELLERS, lambda who: cancel(web, who, given))

    assert refused == CANCELLERS.refused
    assert await db.value("SELECT state FROM booking") == "confirmed"
    assert await held() == 2


@pytest.mark.parametrize("caller", CANCELLERS.allowed)
async def test_who_may_cancel(web: Web, caller: str) -> None:
    known = await callers.world()
    given = await booked(known)

    answer = await cancel(web, await CALLERS[caller](known), given)

    assert answer["errors"] == []
    assert await db.value("SELECT state FROM booking") == "cancelled"
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 0


async def test_cancelling_again_and_with_an_old_version_is_refused(web: Web) -> None:
    known = await callers.world()
    room, session = await make.unit(known.house), await session_of(known.owner)
    booking = (await book(web, session, wish(room, tomorrow())))["booking"]

    stale, done, again = [await cancel(web, session, {"bookingId": booking["id"], "expectedVersion": version}) for version in (7, 1, 2)]

    assert (stale["errors"][0]["code"], stale["booking"]) == ("Stale", None)
    assert done == {"errors": [], "booking": {"state": "CANCELLED", "version": 2}}
    assert again["errors"][0]["code"] == "BookingNotCancellable"


ADDERS = callers.table("manager")
ADD = "mutation($input: AddUnitInput!) { addUnit(input: $input) { errors { code } unit { id name kind hourlyPrice { amountMinor } } } }"


async def test_a_manager_of_the_site_and_nobody_else_adds_units(web: Web) -> None:
    known = await callers.world()
    before = await db.value("SELECT count(*) FROM unit")
    given = {"siteId": encode("Site", known.house.site_id), "name": "Room", "kind": "MEETING_ROOM", "hourlyMinor": 100}

    async def add(who: callers.Credentials) -> Any:
        return (await ask(web, who, ADD, input=given))["data"]["addUnit"]

    refused = await callers.refusals(known, ADDERS, add)
    nothing = await db.value("SELECT count(*) FROM unit") - before
    added = await add(await CALLERS["manager"](known))

    assert (refused, nothing) == (ADDERS.refused, 0)
    assert (added["errors"], added["unit"]["hourlyPrice"]) == ([], {"amountMinor": 100})
    assert await db.value("SELECT count(*) FROM unit") == before + 1


async def test_the_number_of_statements_does_not_depend_on_the_rows(web: Web) -> None:
    known = await callers.world()
    session = await session_of(known.owner)
    window = {"from": tomorrow(0).isoformat(), "until": (tomorrow(0) + timedelta(days=1)).isoformat()}
    units = "{ units(first: 100) { nodes { id name site { id legalEntity { id } } } } }"
    await book(web, session, wish(await make.unit(known.house), tomorrow()))
    few = (await statements(web, session, LIST, **window), await statements(web, session, units))

    for number in range(6):
        await book(web, session, wish(await make.unit(known.house), tomorrow(number), f"more-{number:06}"))

    assert (await statements(web, session, LIST, **window), await statements(web, session, units)) == few


def some(value: UUID | None) -> UUID:
    assert value is not None
    return value
