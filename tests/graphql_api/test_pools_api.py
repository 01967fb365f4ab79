"""Pools through the API, by the documents that ship: who sees and books them, what they cost, and in how many statements."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from incubator import db
from incubator.spaces import service
from incubator_graphql.ids import encode
from tests.graphql_api.test_spaces_api import tomorrow
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.servers import Servers
from tests.support.web import Web, ask, document, refill, run, session_of, statements, uuid_of
from tests.support.written import contents

HOUR = timedelta(hours=1)


def span() -> dict[str, str]:
    """An hour of tomorrow."""
    return {"startsAt": tomorrow().isoformat(), "endsAt": (tomorrow() + HOUR).isoformat()}


async def benches(house: make.House, count: int) -> tuple[str, list[UUID]]:
    """A pool of so many benches, by the name of which they are told."""
    pool = await service.add_pool(house.manager, house.site_id, make.fresh("Benches "))
    return encode("Pool", pool), [await make.unit(house, "bench", hourly_minor=1000, pool_id=pool) for _ in range(count)]


def wish(pool: str, **more: Any) -> dict[str, Any]:
    """What is booked."""
    return {"poolId": pool, **span(), "title": "Pipetting", "idempotencyKey": make.fresh("pool-key-"), **more}


async def test_who_asks_for_a_pool_sees_the_price_books_and_is_told_the_unit(web: Web) -> None:
    known = await callers.world()
    pool, [first, second] = await benches(known.house, 2)
    site, session = encode("Site", known.house.site_id), await session_of(known.owner)
    times = {"from": span()["startsAt"], "until": span()["endsAt"]}

    quote = (await run(web, session, "PoolQuote", poolId=pool, **span()))["poolQuote"]
    booked = [
        await run(web, session, "CreatePoolBooking", input=wish(pool, mostMinor=quote["quote"]["price"]["amountMinor"])) for _ in range(2)
    ]
    [listed] = (await run(web, session, "Pools", siteId=site, **times))["pools"]
    before = await contents()
    late = (await run(web, session, "PoolQuote", poolId=pool, **span()))["poolQuote"]
    taken = await run(web, session, "CreatePoolBooking", input=wish(pool))

    assert (uuid_of(quote["unit"]["id"]), quote["free"], quote["units"]) == (first, 2, 2)
    assert quote["quote"]["totals"]["gross"] == {"amountMinor": 1190, "currency": "EUR"}
    assert {uuid_of(one["booking"]["unit"]["id"]) for one in booked} == {first, second}
    assert (listed["id"], listed["free"], listed["units"], listed["isBooked"]) == (pool, 0, 2, True)
    assert [rule["code"] for rule in late["quote"]["brokenRules"]] == ["PoolTaken"]
    assert ([error["code"] for error in taken["errors"]], taken["booking"]) == (["PoolTaken"], None)
    assert await contents() == before


async def test_a_price_that_has_risen_is_a_typed_refusal_and_nothing_is_written(web: Web) -> None:
    known = await callers.world()
    pool, _ = await benches(known.house, 1)
    text = "mutation($input: CreatePoolBookingInput!) { createPoolBooking(input: $input) { errors { __typename path ... on PoolDearer { priceMinor currency } } } }"
    session = await session_of(known.owner)
    before = await contents()

    answer = await ask(web, session, text, input=wish(pool, mostMinor=999))

    assert answer["data"]["createPoolBooking"]["errors"] == [
        {"__typename": "PoolDearer", "path": ["input", "mostMinor"], "priceMinor": 1000, "currency": "EUR"}
    ]
    assert await contents() == before


BOOKERS = callers.table("owner", "member", "manager", "front desk", another_startups_owner="NotAtSite", manager_elsewhere="NotAtSite")


async def test_who_may_not_book_any_of_a_pool_is_refused_and_nothing_is_written(web: Web) -> None:
    known = await callers.world()
    pool, _ = await benches(known.house, 4)
    held = "SELECT count(*) FROM unit_hold WHERE kind = 'booking'"

    refused = await callers.refusals(known, BOOKERS, lambda who: run(web, who, "CreatePoolBooking", input=wish(pool)))
    nothing = await db.value(held)
    done = [await run(web, await CALLERS[who](known), "CreatePoolBooking", input=wish(pool)) for who in BOOKERS.allowed]

    assert refused == BOOKERS.refused
    assert (nothing, [one["errors"] for one in done]) == (0, [[]] * 4)


async def test_pools_and_their_prices_are_known_to_who_is_signed_in(web: Web) -> None:
    known = await callers.world()
    pool, _ = await benches(known.house, 1)
    site = encode("Site", known.house.site_id)
    seen = {}

    for name, caller in CALLERS.items():
        who = await caller(known)
        listed = await ask(web, who, document("Pools"), siteId=site)
        quoted = await ask(web, who, document("PoolQuote"), poolId=pool, **span())
        seen[name] = (len((listed["data"] or {}).get("pools", [])), len((quoted["data"] or {}).get("poolQuote", {})))

    assert seen == dict.fromkeys(CALLERS, (1, 4)) | {"anonymous": (0, 0), "ended session": (0, 0)}


async def test_many_pools_and_units_take_as_many_statements_as_few(servers: Servers, web: Web) -> None:
    known = await callers.world()
    pool, _ = await benches(known.house, 2)
    site, session = encode("Site", known.house.site_id), await session_of(known.owner)
    times = {"from": span()["startsAt"], "until": span()["endsAt"]}

    async def counted() -> tuple[int, int]:
        await refill(servers)
        listed = await statements(web, session, document("Pools"), siteId=site, **times)
        return listed, await statements(web, session, document("PoolQuote"), poolId=pool, **span())

    few = await counted()
    for _ in range(20):
        await benches(known.house, 1)
        await make.unit(known.house, "bench", hourly_minor=1000, pool_id=uuid_of(pool))
    many = await counted()

    assert many == few
