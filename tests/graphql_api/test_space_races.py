"""Sixteen at once through every door: exactly one holder, and no error but that the unit is taken."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel.actor import SYSTEM
from incubator.spaces import service
from incubator.spaces.service import BookingTerms, RentalTerms, SeriesTerms
from tests.graphql_api.test_spaces_api import book, tomorrow, wish
from tests.support import callers, make
from tests.support.evidence import record
from tests.support.servers import Servers
from tests.support.web import Web, refill, session_of

HOUR = timedelta(hours=1)
REASON = "a race"
ROUNDS = pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.prove)])


async def through_api(web: Web, session: dict[str, str], unit: UUID, at: datetime, key: str) -> str:
    """Book as the client does; returns won, or the refusal's code."""
    answer = await book(web, session, wish(unit, at, key))
    return "won" if answer["booking"] else ",".join(error["code"] for error in answer["errors"])


async def outcome(attempt: Awaitable[object]) -> str:
    """Return won, or what was refused."""
    [found] = await asyncio.gather(attempt, return_exceptions=True)
    return type(found).__name__ if isinstance(found, BaseException) else "won"


async def in_series(known: callers.World, unit: UUID, at: datetime, key: str) -> str:
    """Book as a series of one; returns won, or why its instance failed."""
    terms = SeriesTerms(unit, at, at + HOUR, "Race", "FREQ=DAILY;COUNT=1")
    report = await service.create_series(known.owner, terms, key)
    return "won" if report.booking_ids else ",".join(failure.code for failure in report.failures)


async def rent(known: callers.World, unit: UUID, at: datetime) -> None:
    """Let a unit for the day."""
    async with db.transaction():
        await service.start_rental(SYSTEM, RentalTerms(unit, known.startup_id, at.date(), at.date(), 1))


async def raced(tries: Sequence[Awaitable[str]]) -> tuple[tuple[str, int], ...]:
    """Run all at once; returns how often each outcome was."""
    return tuple(sorted(Counter(await asyncio.gather(*tries)).items()))


@ROUNDS
async def test_api_importer_series_and_staff_meet_and_one_wins(web: Web, rounds: int) -> None:
    known = await callers.world()
    room, session = await make.unit(known.house), await session_of(known.owner)
    outcomes: Counter[tuple[tuple[str, int], ...]] = Counter()

    for number in range(rounds):
        at = tomorrow(0) + number * HOUR
        api = [through_api(web, session, room, at, f"api-race-{number}-{n}") for n in range(4)]
        terms = BookingTerms(room, at, at + HOUR, "Race", known.startup_id, REASON)
        importer = [outcome(service.create_booking(SYSTEM, terms, f"importer-{number}-{n}")) for n in range(4)]
        staff = [outcome(service.create_booking(known.house.manager, terms, f"staff-race-{number}-{n}")) for n in range(4)]
        series = [in_series(known, room, at, f"series-{number}-{n}") for n in range(4)]
        outcomes[await raced([*api, *importer, *staff, *series])] += 1

    assert outcomes == {(("UnitTaken", 15), ("won", 1)): rounds}
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == rounds
    record(f"{rounds} rounds of 16 at once through API, importer, series and staff: one holder each", "0 unexpected errors")


@ROUNDS
async def test_a_rental_meets_bookings_and_one_wins(servers: Servers, web: Web, rounds: int) -> None:
    known = await callers.world()
    bench, session = await make.unit(known.house, "bench", monthly_minor=1, horizon_days=None), await session_of(known.owner)
    outcomes: Counter[tuple[tuple[str, int], ...]] = Counter()

    for number in range(rounds):
        at = tomorrow(10) + timedelta(days=number)
        await refill(servers)
        api = [through_api(web, session, bench, at, f"rent-race-{number}-{n}") for n in range(8)]
        outcomes[await raced([*(outcome(rent(known, bench, at)) for _ in range(8)), *api])] += 1

    assert outcomes == {(("UnitTaken", 15), ("won", 1)): rounds}
    assert await db.value("SELECT count(*) FROM unit_hold WHERE unit_id = $1", bench) == rounds
    record(f"{rounds} rounds of 8 rentals and 8 bookings at once: one holder each", "0 unexpected errors")


@ROUNDS
async def test_a_suite_meets_its_benches_and_one_side_wins(servers: Servers, web: Web, rounds: int) -> None:
    known = await callers.world()
    suite, session = await make.unit(known.house, "lab suite"), await session_of(known.owner)
    benches = [await make.unit(known.house, "bench") for _ in range(3)]
    for bench in benches:
        await service.put_unit_into(known.house.manager, bench, suite)
    outcomes: Counter[tuple[str, ...]] = Counter()

    for number in range(rounds):
        at = tomorrow(0) + number * HOUR
        await refill(servers)
        tries = [through_api(web, session, unit, at, f"suite-race-{number}-{n}") for n, unit in enumerate([suite, *benches] * 4)]
        found = await asyncio.gather(*tries)
        by_unit = ["".join(sorted(set(found[n::4]))) for n in range(4)]
        outcomes["suite" if "won" in by_unit[0] else "benches", ",".join(sorted({one for one in found if one != "won"}))] += found.count(
            "won"
        )

    assert set(outcomes) <= {("suite", "UnitTaken"), ("benches", "UnitTaken")}
    assert outcomes["suite", "UnitTaken"] + outcomes["benches", "UnitTaken"] // 3 == rounds
    assert await db.value(
        "SELECT count(*) FROM (SELECT DISTINCT unit_id, starts_at FROM unit_hold WHERE kind = 'booking') h"
    ) == await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'")
    record(f"{rounds} rounds of a suite against its three benches, 16 at once: one side each", "0 unexpected errors")
