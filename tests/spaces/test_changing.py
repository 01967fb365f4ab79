"""Moving, handing over, cancelling with a fee, approval, accessories and notes."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, Refusals, Stale
from incubator.spaces import queries, service
from incubator.spaces.errors import BookingNotCancellable, BookingNotPending, NotAColleague, UnitTaken
from incubator.spaces.policy import Policy
from incubator.spaces.service import BookingTerms, MoveTerms
from tests.support import make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def broken(refused: pytest.ExceptionInfo[Refusals]) -> list[str]:
    """Name the rules of a refusal."""
    return [type(error).__name__ for error in refused.value.exceptions]


async def booked(actor: Actor, unit: UUID, at: datetime = TEN, hours: float = 1) -> UUID:
    """Book a unit."""
    return await service.create_booking(actor, BookingTerms(unit, at, at + hours * HOUR, "Work"), make.fresh("booking-key-"))


async def state_of(booking_id: UUID) -> str:
    found: str = await db.value("SELECT state FROM booking WHERE id = $1", booking_id)
    return found


async def test_a_moved_booking_has_an_heir_also_on_its_own_slot() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, longest_minutes=480)
        old = await booked(owner, room, hours=2)
        wish = MoveTerms(old, TEN + HOUR, TEN + 4 * HOUR)

        heir = await service.move_booking(owner, wish, 1, "move-key-1")
        again = await service.move_booking(owner, wish, 1, "move-key-1")

    row = await db.row("SELECT state, heir_id FROM booking WHERE id = $1", old)
    assert row is not None
    assert (row["state"], row["heir_id"], again) == ("moved", heir, heir)
    assert await db.value("SELECT price_minor FROM booking WHERE id = $1", heir) == 3 * 4500
    assert [r["holder_id"] for r in await db.rows("SELECT holder_id FROM unit_hold WHERE kind = 'booking'")] == [heir]


async def test_a_move_onto_a_taken_slot_leaves_everything_as_it_was() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, change_notice_minutes=60)
        first, _ = await booked(owner, room), await booked(owner, room, TEN + 2 * HOUR)

        with pytest.raises(UnitTaken):
            await service.move_booking(owner, MoveTerms(first, TEN + 2 * HOUR, TEN + 3 * HOUR), 1, "move-key-1")
        with pytest.raises(Stale):
            await service.move_booking(owner, MoveTerms(first, TEN + HOUR, TEN + 2 * HOUR), 2, "move-key-2")
        with pytest.raises(NotFound):
            await service.move_booking(await make.startup_owner(), MoveTerms(first, TEN + HOUR, TEN + 2 * HOUR), 1, "move-key-3")
    with clock.travel_to(TEN - HOUR / 2), pytest.raises(Refusals) as late:
        await service.move_booking(owner, MoveTerms(first, TEN + HOUR, TEN + 2 * HOUR), 1, "move-key-4")

    assert broken(late) == ["ChangeNoticePassed"]
    assert await state_of(first) == "confirmed"
    assert await db.value("SELECT count(*) FROM booking") == 2
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 2


async def test_two_who_swap_their_slots_at_once_never_both_hold_one() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        slots = [await booked(owner, room), await booked(owner, room, TEN + HOUR)]
        wishes = [MoveTerms(slots[0], TEN + HOUR, TEN + 2 * HOUR), MoveTerms(slots[1], TEN, TEN + HOUR)]

        found = await asyncio.gather(
            *(service.move_booking(owner, wish, 1, f"swap-key-{n}") for n, wish in enumerate(wishes)), return_exceptions=True
        )

    assert {type(one).__name__ for one in found} <= {"UUID", "UnitTaken"}
    assert await db.value("SELECT count(*) FROM booking WHERE state = 'confirmed'") == 2
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 2


async def test_a_colleague_takes_a_booking_over_within_their_own_limits() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, future_count=1)
        assert owner.organization_id is not None
        colleague, stranger = await make.person(owner.organization_id, Role.MEMBER), await make.startup_owner()
        assert colleague.person_id is not None
        assert stranger.person_id is not None
        mine = await booked(owner, room)

        with pytest.raises(NotAColleague):
            await service.hand_over_booking(owner, mine, stranger.person_id, 1)
        await service.hand_over_booking(owner, mine, colleague.person_id, 1)
        another = await booked(owner, room, TEN + 5 * HOUR)
        with pytest.raises(Refusals) as refused:
            await service.hand_over_booking(owner, another, colleague.person_id, 1)

    assert await db.value("SELECT booked_by_id FROM booking WHERE id = $1", mine) == colleague.person_id
    assert broken(refused) == ["TooManyFutureBookings"]


async def test_cancelling_late_costs_what_was_previewed_by_the_policy_at_booking_time() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        room = await make.unit(house, cancel_notice_minutes=120, cancel_fee_percent=33, no_show_fee_percent=80)
        late, early = await booked(owner, room), await booked(owner, room, TEN + 3 * HOUR)
        await service.set_policy(house.manager, room, Policy(cancel_notice_minutes=120, cancel_fee_percent=100))
        free = await service.preview_fees(owner, late)
        await service.cancel_booking(owner, early, 1)
    with clock.travel_to(TEN - HOUR):
        costly = await service.preview_fees(owner, late)
        await service.cancel_booking(owner, late, 1)

    assert (free.cancel_minor, free.free_until, free.no_show_minor) == (0, TEN - 2 * HOUR, 3600)
    assert (costly.cancel_minor, costly.cancel_totals and costly.cancel_totals.gross_minor) == (1485, 1767)
    charges = await db.rows("SELECT source_kind, source_id, period, amount_minor FROM charge")
    assert [tuple(row.values()) for row in charges] == [("booking fee", late, "cancel", 1485)]
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 0


async def test_without_a_fee_late_cancelling_is_for_staff_with_a_reason() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, cancel_notice_minutes=120)
        booking = await booked(owner, room)
    with clock.travel_to(TEN - HOUR):
        with pytest.raises(Refusals) as refused:
            await service.cancel_booking(owner, booking, 1, "I want to")
        with pytest.raises(Refusals) as no_reason:
            await service.cancel_booking(house.manager, booking, 1)
        still = await state_of(booking)
        await service.cancel_booking(house.manager, booking, 1, "water in the room")

    assert (broken(refused), broken(no_reason)) == (["CancelNoticePassed"], ["CancelNoticePassed", "OverrideNeedsReason"])
    assert (still, await state_of(booking)) == ("confirmed", "cancelled")
    assert await db.value("SELECT count(*) FROM charge") == 0
    assert "water" in await db.value("SELECT after::text FROM audit_entry WHERE action = 'override'")


async def test_a_booking_that_waits_for_approval_holds_the_slot_until_staff_decide() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, needs_approval=True, approval_minutes=60)
        first, second = await booked(owner, room), await booked(owner, room, TEN + 2 * HOUR)
        staffs = await booked(house.manager, room, TEN + 4 * HOUR)
        waiting = await state_of(first)

        with pytest.raises(UnitTaken):
            await booked(owner, room)
        with pytest.raises(Forbidden):
            await service.decide_booking(owner, first, is_approved=True, reason="", expected_version=1)
        await service.decide_booking(house.manager, first, is_approved=True, reason="", expected_version=1)
        with pytest.raises(BookingNotPending):
            await service.decide_booking(house.manager, first, is_approved=False, reason="No", expected_version=2)
        await service.decide_booking(house.manager, second, is_approved=False, reason="Cleaning", expected_version=1)
        after = await booked(owner, room, TEN + 2 * HOUR)

    assert (waiting, await state_of(staffs)) == ("pending", "confirmed")
    assert [await state_of(one) for one in (first, second, after)] == ["confirmed", "declined", "pending"]


async def test_a_booking_that_nobody_decides_runs_out_and_frees_the_slot() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, needs_approval=True, approval_minutes=60)
        waits, approved = await booked(owner, room), await booked(owner, room, TEN + 2 * HOUR)
        await service.decide_booking(house.manager, approved, is_approved=True, reason="", expected_version=1)
        await drain()
        before = await state_of(waits)
    with clock.travel_to(NOW + HOUR):
        await drain()

    assert (before, await state_of(waits), await state_of(approved)) == ("pending", "expired", "confirmed")
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 1


async def test_an_accessory_goes_with_one_booking_at_a_time() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, rooms = await make.resident(house), [await make.unit(house) for _ in range(2)]
        beamer, elsewhere = await make.unit(house, "accessory", hourly_minor=500), await make.unit(await make.house(), "accessory")

        def with_(unit: UUID, accessory: UUID) -> BookingTerms:
            return BookingTerms(unit, TEN, TEN + HOUR, "Talk", accessory_ids=(accessory,))

        await service.create_booking(owner, with_(rooms[0], beamer), "key-11111")
        with pytest.raises(UnitTaken):
            await service.create_booking(owner, with_(rooms[1], beamer), "key-22222")
        for wrong in (elsewhere, rooms[0]):
            with pytest.raises(NotFound):
                await service.create_booking(owner, with_(rooms[1], wrong), "key-33333")

    assert await db.value("SELECT price_minor FROM booking") == 5000
    assert await db.value("SELECT count(*) FROM booking") == 1
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 2


async def test_a_note_is_for_who_comes_next() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, neighbour, room = await make.resident(house), await make.resident(house), await make.unit(house)
        before, after = await booked(owner, room), await booked(neighbour, room, TEN + HOUR)

        with pytest.raises(Forbidden):
            await service.leave_note(neighbour, before, "mine")
        await service.leave_note(owner, before, "The laser needs 20 minutes to warm up.")

    assert (await queries.notes_before([after, before])) == {after: "The laser needs 20 minutes to warm up."}


async def test_what_has_begun_is_neither_cancelled_nor_moved_nor_handed_over() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        booking = await booked(owner, room)
    assert owner.person_id is not None
    with clock.travel_to(TEN):
        for attempt in (
            service.cancel_booking(owner, booking, 1),
            service.move_booking(owner, MoveTerms(booking, TEN + HOUR, TEN + 2 * HOUR), 1, "move-key-1"),
            service.hand_over_booking(owner, booking, owner.person_id, 1),
        ):
            with pytest.raises(BookingNotCancellable):
                await attempt

    assert await state_of(booking) == "confirmed"
