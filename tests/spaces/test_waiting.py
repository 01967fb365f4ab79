"""The waiting list: first come, first offered, for a while, then the next."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, Refusals
from incubator.spaces import service
from incubator.spaces.errors import SlotNotOffered, UnitIsFree, UnitTaken
from incubator.spaces.service import BookingTerms
from tests.support import make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def scene() -> tuple[UUID, UUID, Actor, Actor, Actor]:
    """A room booked by one resident, and two others; returns the room, the booking and the three."""
    house = await make.house()
    holder, first, second = [await make.resident(house) for _ in range(3)]
    room = await make.unit(house, offer_minutes=30)
    booking = await service.create_booking(holder, BookingTerms(room, TEN, TEN + HOUR, "Held"), "key-12345")
    return room, booking, holder, first, second


def wish(room: UUID, title: str = "Me too") -> BookingTerms:
    """The same hour."""
    return BookingTerms(room, TEN, TEN + HOUR, title)


async def states() -> list[str]:
    """How the entries stand, in the order in which they came."""
    return [row["state"] for row in await db.rows("SELECT state FROM waiting_entry ORDER BY created_at, id")]


async def test_a_cancelled_slot_is_kept_for_the_first_who_waits_and_nobody_else_can_take_it() -> None:
    with clock.travel_to(NOW):
        room, booking, holder, first, second = await scene()
        entry, later = await service.join_waiting_list(first, wish(room)), await service.join_waiting_list(second, wish(room))
        again = await service.join_waiting_list(first, wish(room))
        await service.cancel_booking(holder, booking, 1)
        await drain()

        with pytest.raises(UnitTaken):
            await service.create_booking(second, wish(room), "key-22222")
        with pytest.raises(SlotNotOffered):
            await service.accept_slot(second, later, "key-33333")
        with pytest.raises(NotFound):
            await service.accept_slot(second, entry, "key-44444")
        made = [await service.accept_slot(first, entry, "key-55555") for _ in range(2)]

    assert (again, await states()) == (entry, ["booked", "waiting"])
    found = await db.row("SELECT id, title, organization_id FROM booking WHERE state = 'confirmed'")
    assert found is not None
    assert (found["id"], found["title"], found["organization_id"]) == (made[0], "Me too", first.organization_id)
    assert made[0] == made[1]
    assert await db.value("SELECT count(*) FROM unit_hold WHERE unit_id = $1", room) == 1


async def test_an_offer_that_runs_out_goes_to_the_next_and_each_is_told_by_mail() -> None:
    with clock.travel_to(NOW):
        room, booking, holder, first, second = await scene()
        entries = [await service.join_waiting_list(who, wish(room)) for who in (first, second)]
        await service.cancel_booking(holder, booking, 1)
        await drain()
        offered = await states()
    with clock.travel_to(NOW + 30 * MINUTE):
        with pytest.raises(SlotNotOffered):
            await service.accept_slot(first, entries[0], "key-22222")
        await drain()
        passed_on = await states()
    with clock.travel_to(NOW + 60 * MINUTE):
        await drain()
        await service.create_booking(holder, wish(room), "key-33333")

    assert (offered, passed_on, await states()) == (["offered", "waiting"], ["expired", "offered"], ["expired", "expired"])
    told = await db.rows("SELECT person_id FROM notification WHERE kind = 'slot_offered' ORDER BY id")
    assert {row["person_id"] for row in told} == {first.person_id, second.person_id}


async def test_who_leaves_passes_the_offer_on() -> None:
    with clock.travel_to(NOW):
        room, booking, holder, first, second = await scene()
        entries = [await service.join_waiting_list(who, wish(room)) for who in (first, second)]
        await service.cancel_booking(holder, booking, 1)
        await drain()

        await service.leave_waiting_list(first, entries[0])
        with pytest.raises(SlotNotOffered):
            await service.leave_waiting_list(first, entries[0])
        with pytest.raises(NotFound):
            await service.leave_waiting_list(first, entries[1])

    assert await states() == ["left", "offered"]


async def test_there_is_no_waiting_for_what_is_free_or_against_the_rules() -> None:
    with clock.travel_to(NOW):
        room, _, _, first, _ = await scene()
        stranger = await make.startup_owner()

        with pytest.raises(UnitIsFree):
            await service.join_waiting_list(first, BookingTerms(room, TEN + HOUR, TEN + 2 * HOUR, "Free"))
        with pytest.raises(Refusals):
            await service.join_waiting_list(stranger, wish(room))

    assert await states() == []


async def test_a_slot_that_comes_free_meets_bookers_and_one_holds_it() -> None:
    with clock.travel_to(NOW):
        room, booking, holder, first, second = await scene()
        await service.join_waiting_list(first, wish(room))
        await service.cancel_booking(holder, booking, 1)

        tries = [service.create_booking(second, wish(room), f"race-key-{n}") for n in range(8)]
        await asyncio.gather(drain(), *tries, return_exceptions=True)

    assert await db.value("SELECT count(*) FROM unit_hold WHERE unit_id = $1", room) == 1
    assert await db.value("SELECT count(*) FROM work_item WHERE state = 'parked' OR attempts > 0") == 0
