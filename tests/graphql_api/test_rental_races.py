"""Sixteen at once for the same days: rentals, holds, changes of unit and bookings meet on one unit, and a suite meets its benches."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, Price, RecurringTerm, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM
from incubator.kernel.periods import add_months, month_of
from incubator.spaces import service
from incubator.spaces.service import AssignTerms, RateTerms
from incubator_graphql.ids import encode
from tests.graphql_api.test_space_races import raced, through_api
from tests.graphql_api.test_spaces_api import tomorrow
from tests.support import callers, make
from tests.support.evidence import record
from tests.support.web import Web, run, session_of

ROUNDS = pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.prove)])


async def tried(web: Web, session: dict[str, str], operation: str, result: str, **given: Any) -> str:
    """Do something as the client does; returns won, or the refusals' codes."""
    answer = await run(web, session, operation, input=given)
    return "won" if answer[result] else ",".join(error["code"] for error in answer["errors"])


def days_of(number: int) -> dict[str, str]:
    """The day of a round."""
    day = str(clock.today("Europe/Berlin") + timedelta(days=10 + number))
    return {"startsOn": day, "endsOn": day}


async def standing_of(known: callers.World, number: int, tenants: int) -> list[tuple[str, str]]:
    """Let units of their own to tenants, until the day of a round; returns each rental, and that day."""
    day = clock.today("Europe/Berlin") + timedelta(days=10 + number)
    terms = [
        AssignTerms(None, await make.unit(known.house, "bench", monthly_minor=1), known.startup_id, day - timedelta(days=1), day)
        for _ in range(tenants)
    ]
    made = [await service.assign_rental(known.house.manager, one, make.fresh("standing-key-")) for one in terms]
    return [(encode("Rental", one), str(day)) for one in made]


@ROUNDS
async def test_rentals_holds_changes_and_bookings_meet_on_one_unit_and_one_wins(web: Web, rounds: int) -> None:
    known = await callers.world()
    bench = await make.unit(known.house, "bench", monthly_minor=1, horizon_days=None)
    manager, owner = await session_of(known.house.manager), await session_of(known.owner)
    what = {"unitId": encode("Unit", bench), "organizationId": encode("Organization", known.startup_id)}
    outcomes: Counter[tuple[tuple[str, int], ...]] = Counter()

    for number in range(rounds):
        until, days = clock.later(hours=2).isoformat(), days_of(number)
        keys = [f"meet-{number}-{n}" for n in range(4)]
        standing = await standing_of(known, number, 4)
        found = await raced(
            [
                *(tried(web, manager, "AssignRental", "rental", **what, **days, idempotencyKey=f"let-{key}") for key in keys),
                *(tried(web, manager, "HoldUnit", "hold", **what, **days, expiresAt=until, idempotencyKey=f"hold-{key}") for key in keys),
                *(
                    tried(
                        web,
                        manager,
                        "ChangeRentalUnit",
                        "rental",
                        rentalId=one,
                        unitId=what["unitId"],
                        startsOn=day,
                        expectedVersion=1,
                        idempotencyKey=f"change-{one}",
                    )
                    for one, day in standing
                ),
                *(through_api(web, owner, bench, tomorrow(10) + timedelta(days=9 + number), f"book-{key}") for key in keys),
            ]
        )
        outcomes[tuple(_joined(found))] += 1

    assert outcomes == {(("UnitTaken", 15), ("won", 1)): rounds}
    assert await db.value("SELECT count(*) FROM unit_hold WHERE unit_id = $1", bench) == rounds
    record(
        f"{rounds} rounds of 4 rentals, 4 holds, 4 changes of unit and 4 bookings at once on one unit: one holder each",
        "0 unexpected errors",
    )


def _joined(found: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    """Count the two names of a taken unit as one."""
    joined: Counter[str] = Counter()
    for code, count in found:
        joined[code.replace("DaysTaken", "UnitTaken")] += count
    return sorted(joined.items())


@ROUNDS
async def test_a_suite_and_its_benches_are_never_let_twice(web: Web, rounds: int) -> None:
    known = await callers.world()
    suite = await make.unit(known.house, "lab suite", monthly_minor=1)
    benches = [await make.unit(known.house, "bench", monthly_minor=1) for _ in range(3)]
    for bench in benches:
        await service.put_unit_into(known.house.manager, bench, suite)
    manager, tenant = await session_of(known.house.manager), encode("Organization", known.startup_id)
    sides: Counter[str] = Counter()
    others: set[str] = set()

    for number in range(rounds):
        found = await asyncio.gather(
            *(
                tried(
                    web,
                    manager,
                    "AssignRental",
                    "rental",
                    unitId=encode("Unit", unit),
                    organizationId=tenant,
                    **days_of(number),
                    idempotencyKey=f"suite-{number}-{n}",
                )
                for n, unit in enumerate([suite, *benches] * 4)
            )
        )
        won = [n % 4 for n, one in enumerate(found) if one == "won"]
        others |= {one for one in found if one != "won"}
        sides["suite" if won == [0] else f"benches {len(won)} {sorted(won)}"] += 1

    assert others == {"DaysTaken"}
    assert set(sides) <= {"suite", "benches 3 [1, 2, 3]"}
    assert await _overlaps([suite, *benches]) == 0
    record(
        f"{rounds} rounds of renting a suite against its three benches, 16 at once: one side each",
        f"the suite {sides['suite']} times, all benches {rounds - sides['suite']} times, 0 unexpected errors",
    )


GIVEN = 14
"""Days of credit a month; four stays that go on and four that move have used twelve of them before a race."""


@ROUNDS
async def test_credit_of_days_is_used_once_by_rentals_that_begin_move_and_go_on(web: Web, rounds: int) -> None:
    known, month = await callers.world(), month_of(clock.today("Europe/Berlin")).end
    manager, tenant = await session_of(known.house.manager), known.startup_id
    await service.add_rate(known.house.manager, RateTerms(known.house.site_id, "day", 1_000, month, kind="bench"))
    plan = await make.plan(known.house)
    await service.grant_credit(known.house.manager, plan, "bench", days_per_month=GIVEN)
    buyer = Buyer(tenant, known.house.legal_entity_id, known.house.site_id, "EUR")
    async with db.transaction():
        terms = RecurringTerm("plan", "Plan", Price(0, Basis.MONTH, False), Supply.SERVICE, month, None, plan)
        await billing.open_contract(SYSTEM, buyer, [terms])
    used: Counter[int] = Counter()

    for number in range(rounds):
        first = add_months(month, number)
        benches = [await make.unit(known.house, "bench", hourly_minor=None) for _ in range(20)]
        standing = [
            await service.assign_rental(known.house.manager, AssignTerms(None, bench, tenant, first, last), make.fresh("standing-key-"))
            for bench, last in zip(benches[:8], [first] * 4 + [first + timedelta(days=1)] * 4, strict=True)
        ]
        found = await raced(
            [
                *(
                    tried(
                        web,
                        manager,
                        "AssignRental",
                        "rental",
                        unitId=encode("Unit", bench),
                        organizationId=encode("Organization", tenant),
                        startsOn=str(first + timedelta(days=4)),
                        endsOn=str(first + timedelta(days=5)),
                        idempotencyKey=f"credit-{bench}",
                    )
                    for bench in benches[8:16]
                ),
                *(
                    tried(
                        web,
                        manager,
                        "ExtendRental",
                        "rental",
                        rentalId=encode("Rental", one),
                        endsOn=str(first + timedelta(days=3)),
                        expectedVersion=1,
                    )
                    for one in standing[:4]
                ),
                *(
                    tried(
                        web,
                        manager,
                        "ChangeRentalUnit",
                        "rental",
                        rentalId=encode("Rental", one),
                        unitId=encode("Unit", bench),
                        startsOn=str(first + timedelta(days=1)),
                        expectedVersion=1,
                        idempotencyKey=f"credit-{one}",
                    )
                    for one, bench in zip(standing[4:], benches[16:], strict=True)
                ),
            ]
        )
        assert found == (("won", 16),)
        used[await db.value(CREDIT_OF_MONTH, str(first))] += 1

    assert used == {GIVEN: rounds}
    record(
        f"{rounds} rounds of 8 short stays, 4 that go on and 4 that move, 16 at once for {GIVEN} days of credit: each day used once",
        "0 unexpected errors",
    )


CREDIT_OF_MONTH = "SELECT count(*)::int FROM rental, jsonb_array_elements_text(credit_days) d WHERE left(d, 7) = left($1::text, 7)"


async def _overlaps(units: list[UUID]) -> int:
    """How many pairs of holds share an atom at a time."""
    return int(
        await db.value(
            "SELECT count(*) FROM unit_hold a JOIN unit_hold b ON a.unit_id = b.unit_id AND a.id < b.id"
            " AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at) WHERE a.unit_id = ANY($1::uuid[])",
            units,
        )
    )
