"""Sixteen at once while a site closes: who was first stands or is told, and nothing lies past the day."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.errors import Refusals
from incubator.spaces import service
from incubator.spaces.booking_errors import SiteClosed
from incubator.spaces.service import (
    AssignTerms,
    HoldTerms,
    MoveTerms,
    SessionTerms,
)
from tests.residencies.test_close_site import (
    CLOSES_ON,
    DAY,
    HOUR,
    LAST,
    NOW,
    booked,
    close,
    person_of,
)
from tests.support import make, schooling
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.prove)])
async def test_sixteen_who_book_while_a_site_closes_leave_nothing_past_the_day(rounds: int) -> None:
    with clock.travel_to(NOW):
        outcomes: set[str] = set()
        for _ in range(rounds):
            house = await make.house(opening_hours="24/7")
            rooms = [await make.unit(house) for _ in range(4)]
            moving = [await booked(house.manager, room, NOW + 5 * HOUR) for room in rooms]
            tries: list[Awaitable[object]] = [booked(house.manager, rooms[n % 4], LAST + n * HOUR) for n in range(12)]
            moves: list[Awaitable[object]] = [
                service.move_booking(house.manager, MoveTerms(one, LAST + 40 * HOUR, LAST + 41 * HOUR), 1, make.fresh("move-key-"))
                for one in moving
            ]
            found = await asyncio.gather(*tries[:6], *moves[:2], close(house), *tries[6:], *moves[2:], return_exceptions=True)
            outcomes |= {type(one).__name__ for one in found}
        left = await db.value("SELECT count(*) FROM booking WHERE state IN ('pending', 'confirmed') AND ends_at > $1", LAST)
        held = await db.value("SELECT count(*) FROM unit_hold WHERE ends_at > $1", LAST)
        await drain()

    assert outcomes <= {"UUID", "Refusals", "NoneType"}
    assert (left, held) == (0, 0)
    assert await db.value("SELECT count(*) FROM site WHERE closes_on = $1", CLOSES_ON) == rounds
    assert await db.value("SELECT count(*) FROM work_item WHERE state = 'parked' OR attempts > 0") == 0


async def all_waiting(count: int) -> None:
    """Return when so many statements wait for a lock."""
    async with asyncio.timeout(20):
        while await db.value("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted") < count:
            await asyncio.sleep(0)


async def test_every_door_waits_for_a_closing_under_way_and_then_knows_of_it() -> None:
    with clock.travel_to(NOW):
        house, tenant = await make.house(opening_hours="24/7"), await make.organization()
        manager = house.manager
        room = await make.unit(house)
        benches = [await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000) for _ in range(3)]
        first = AssignTerms(None, benches[0], tenant, date(2026, 3, 11), CLOSES_ON - DAY)
        rental = await service.assign_rental(manager, first, "let-key-1")
        training = await schooling.training(house)
        trainer = person_of(await schooling.trainer(house, training))
        session = await schooling.session(house, training)
        past = SessionTerms(LAST, LAST + HOUR, 3, trainer, "Hall")
        keep = HoldTerms(CLOSES_ON, CLOSES_ON + DAY, NOW + DAY, benches[1], organization_id=tenant)
        locked = asyncio.Event()
        doors: list[Callable[[], Awaitable[object]]] = [
            lambda: booked(manager, room, LAST),
            lambda: service.assign_rental(manager, AssignTerms(None, benches[2], tenant, CLOSES_ON, CLOSES_ON + DAY), "let-key-2"),
            lambda: service.hold_unit(manager, keep, "hold-key-1"),
            lambda: service.extend_rental(manager, rental, CLOSES_ON + DAY, 1),
            lambda: service.schedule_session(manager, training, house.site_id, past),
            lambda: service.change_session(manager, session, past, 1),
            lambda: make.unit(house),
        ]

        async def come(door: Callable[[], Awaitable[object]]) -> object:
            await locked.wait()
            return await door()

        coming = [asyncio.create_task(come(door)) for door in doors]
        async with db.transaction():
            await service.lock_closing_site(house.site_id)
            await db.execute("UPDATE site SET closes_on = $2 WHERE id = $1", house.site_id, CLOSES_ON)
            locked.set()
            await all_waiting(len(doors))
        *refused, added = await asyncio.gather(*coming, return_exceptions=True)

    assert [type(one) for one in refused] == [Refusals, *[SiteClosed] * 5]
    assert isinstance(added, UUID)


@pytest.mark.parametrize("rounds", [2, pytest.param(100, marks=pytest.mark.prove)])
async def test_who_lets_keeps_trains_or_adds_while_a_site_closes_is_first_or_refused(rounds: int) -> None:
    with clock.travel_to(NOW):
        outcomes: set[str] = set()
        for _ in range(rounds):
            house, tenant = await make.house(opening_hours="24/7"), await make.organization()
            manager = house.manager
            benches = [await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000) for _ in range(6)]
            rentals = [
                await service.assign_rental(
                    manager, AssignTerms(None, one, tenant, date(2026, 3, 11), CLOSES_ON - DAY), make.fresh("let-key-")
                )
                for one in benches[2:]
            ]
            training = await schooling.training(house)
            trainer = person_of(await schooling.trainer(house, training))
            session = await schooling.session(house, training)
            past = SessionTerms(LAST, LAST + HOUR, 3, trainer, "Hall")
            keep = HoldTerms(CLOSES_ON, CLOSES_ON + DAY, NOW + DAY, benches[0], organization_id=tenant)

            found = await asyncio.gather(
                service.assign_rental(manager, AssignTerms(None, benches[1], tenant, CLOSES_ON, CLOSES_ON + DAY), make.fresh("let-key-")),
                service.hold_unit(manager, keep, make.fresh("hold-key-")),
                *(service.schedule_session(manager, training, house.site_id, past) for _ in range(4)),
                close(house),
                service.change_session(manager, session, past, 1),
                *(service.extend_rental(manager, one, CLOSES_ON + DAY, 1) for one in rentals),
                make.unit(house),
                return_exceptions=True,
            )
            outcomes |= {type(one).__name__ for one in found}
        left = await db.row(
            "SELECT (SELECT count(*) FROM rental r JOIN site s ON s.id = r.site_id WHERE r.ends_on >= s.closes_on) AS rentals,"
            " (SELECT count(*) FROM rental_hold h JOIN site s ON s.id = h.site_id WHERE h.state = 'held' AND h.ends_on >= s.closes_on) AS holds,"
            " (SELECT count(*) FROM training_session n JOIN site s ON s.id = n.site_id WHERE n.state = 'planned' AND s.closes_on IS NOT NULL"
            " AND n.ends_at > $1) AS sessions",
            LAST,
        )

    assert left is not None
    assert outcomes <= {"UUID", "NoneType", "SiteClosed", "SiteStillLet", "SessionClosed"}
    assert tuple(left) == (0, 0, 0)
