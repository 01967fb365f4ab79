"""Who lost a booking to an outage is offered another slot: like the lost one, not dearer, and for a while."""

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.spaces import service
from incubator.spaces.errors import SlotNotOffered, UnitTaken
from incubator.spaces.outage_errors import OutageNotOpen
from incubator.spaces.service import BookingTerms
from tests.spaces.test_outages import DAY, HOUR, MINUTE, NOW, TEN, booked, planned, state_of, sudden, told
from tests.support import make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")


async def test_another_room_is_kept_for_the_same_time_and_taken_with_one_click() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, other = await make.resident(house), await make.resident(house)
        room = await make.unit(house)
        dear, fine = await make.unit(house, hourly_minor=4501), await make.unit(house, hourly_minor=4500)
        booking = await booked(owner, room)
        await service.announce_outage(house.manager, planned(room))
        await drain()
        entry = await db.row("SELECT * FROM waiting_entry")
        assert entry is not None
        with pytest.raises(UnitTaken):
            await booked(other, fine)

        heir = await service.accept_slot(owner, entry["id"], "take-key-1")
        await drain()

    assert (entry["unit_id"], entry["starts_at"], entry["state"], entry["instead_of_id"]) == (fine, TEN, "offered", booking)
    assert (entry["price_minor"], entry["offered_until"]) == (4500, TEN)
    assert dear != fine
    assert await state_of(heir) == ("confirmed", False)
    assert await db.value("SELECT heir_id FROM booking WHERE id = $1", booking) == heir
    assert await told("slot_instead") == {owner.person_id}


async def test_without_another_room_the_next_free_time_is_kept_until_it_runs_out_and_then_it_is_anybody_s() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        await booked(owner, room)
        await booked(owner, room, 4, 2)
        await service.announce_outage(house.manager, planned(room))
        await drain()
        entry = await db.row("SELECT id, unit_id, starts_at, state, offered_until FROM waiting_entry")
        assert entry is not None
    with clock.travel_to(NOW + DAY + MINUTE):
        await drain()
        with pytest.raises(SlotNotOffered):
            await service.accept_slot(owner, entry["id"], "take-key-1")
        await service.create_booking(
            owner, BookingTerms(room, entry["starts_at"], entry["starts_at"] + HOUR, "Anybody", override_reason=""), "key-22222"
        )

    assert (entry["unit_id"], entry["starts_at"], entry["state"], entry["offered_until"]) == (room, TEN + 6 * HOUR, "offered", NOW + DAY)
    assert await db.value("SELECT state FROM waiting_entry") == "expired"


async def test_when_only_an_accessory_is_out_the_room_is_kept_without_it() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        beamer, board = await make.unit(house, "accessory", hourly_minor=500), await make.unit(house, "accessory", hourly_minor=500)
        booking = await booked(owner, room, accessory_ids=(beamer, board))
        await service.announce_outage(house.manager, planned(beamer))
        await drain()
        entry = await db.row("SELECT id, unit_id, starts_at, accessory_ids FROM waiting_entry")
        assert entry is not None

        heir = await service.accept_slot(owner, entry["id"], "take-key-1")

    assert await state_of(booking) == ("cancelled", True)
    assert (entry["unit_id"], entry["starts_at"], entry["accessory_ids"]) == (room, TEN, f'["{board}"]')
    assert await db.value("SELECT price_minor FROM booking WHERE id = $1", heir) == 5000


async def test_a_resolved_outage_lets_people_book_again_tells_them_and_offers_to_who_waits() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, waits = await make.resident(house), await make.resident(house)
        room = await make.unit(house)
        await booked(owner, room)
        wish = BookingTerms(room, TEN, TEN + HOUR, "Me too")
        await service.join_waiting_list(waits, wish)
        outage = await service.announce_outage(house.manager, sudden(room))
        await drain()
        while_out = await db.value("SELECT state FROM waiting_entry WHERE organization_id = $1", waits.organization_id)
    with clock.travel_to(NOW + HOUR):
        await service.resolve_outage(house.manager, outage, 1)
        await drain()
        offered = await db.value("SELECT state FROM waiting_entry WHERE organization_id = $1", waits.organization_id)
        await booked(owner, room, 2)
        with pytest.raises(OutageNotOpen) as refused:
            await service.resolve_outage(house.manager, outage, 2)

    assert (while_out, offered, refused.value.state) == ("waiting", "offered", "over")
    assert await told("outage_over") == {owner.person_id}


async def test_a_slot_that_is_offered_is_taken_back_by_an_outage_and_another_is_looked_for() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        rooms = [await make.unit(house) for _ in range(3)]
        await booked(owner, rooms[0])
        await service.announce_outage(house.manager, planned(rooms[0]))
        await drain()
        await service.announce_outage(house.manager, planned(rooms[1]))
        await drain()

    entries = await db.rows("SELECT unit_id, state FROM waiting_entry ORDER BY created_at, id")
    assert [tuple(entry.values()) for entry in entries] == [(rooms[1], "expired"), (rooms[2], "offered")]


async def test_nothing_is_offered_for_what_would_be_over_by_now_nor_when_nothing_alike_is_free() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        room, scope = await make.unit(house), await make.unit(house, "instrument")
        await make.unit(house, "instrument")
        await booked(owner, room)
        await booked(owner, scope, length=8)
        await service.announce_outage(house.manager, planned(room))
        await service.announce_outage(house.manager, planned(scope, 0, 30 * 24))
    with clock.travel_to(TEN + 9 * HOUR):
        await drain()

    assert await db.value("SELECT count(*) FROM waiting_entry") == 0
