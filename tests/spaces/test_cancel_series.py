"""Cancel a series, or what follows: shown before with its fees, done in one transaction, told once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, NotFound
from incubator.spaces import service
from incubator.spaces.errors import BookingNotCancellable
from incubator.spaces.outage_errors import FeeChanged
from incubator.spaces.service import BookingTerms, MoveTerms, SeriesTerms
from tests.support import make
from tests.support.drain import drain
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def scene(**policy: int) -> tuple[make.House, Actor, UUID, list[UUID]]:
    """Five days in a row of a room; returns the house, who booked, the room and the bookings."""
    house = await make.house()
    owner = await make.resident(house)
    room = await make.unit(house, **policy)  # type: ignore[arg-type]  # limits by name
    report = await service.create_series(owner, SeriesTerms(room, TEN, TEN + HOUR, "Daily", "FREQ=DAILY;COUNT=5"), "series-key-1")
    return house, owner, room, list(report.booking_ids)


async def states(bookings: list[UUID]) -> list[str]:
    """How bookings stand, in their order."""
    found = {row["id"]: row["state"] for row in await db.rows("SELECT id, state FROM booking")}
    return [found[one] for one in bookings]


async def test_the_preview_says_what_each_costs_and_the_cancellation_charges_that() -> None:
    with clock.travel_to(NOW):
        _, owner, room, made = await scene(cancel_notice_minutes=2 * 1440, cancel_fee_percent=50)

        shown = await service.preview_series_cancellation(owner, made[0], following_only=False)
        before = await contents()
        with pytest.raises(FeeChanged) as refused:
            await service.cancel_series(owner, made[0], 2249, following_only=False)
        untouched = await contents() == before
        report = await service.cancel_series(owner, made[0], shown.fee_minor, following_only=False)
        await drain()

    assert [one.fee_minor for one in shown.cancellations] == [2250, 0, 0, 0, 0]
    assert (shown.fee_minor, refused.value.limit, refused.value.value, untouched) == (2250, "22.49 EUR", "22.50 EUR", True)
    assert report == shown
    assert await states(made) == ["cancelled"] * 5
    charges = await db.rows("SELECT source_id, amount_minor FROM charge")
    assert [tuple(row.values()) for row in charges] == [(made[0], 2250)]
    assert await db.value("SELECT count(*) FROM unit_hold WHERE unit_id = $1", room) == 0
    told = await db.rows(
        "SELECT person_id, params->>'count' AS count FROM notification WHERE kind IN ('series_cancelled', 'booking_cancelled')"
    )
    assert [tuple(row.values()) for row in told] == [(owner.person_id, "5")]


async def test_this_and_the_following_leaves_those_before_and_those_that_have_begun() -> None:
    with clock.travel_to(NOW):
        _, owner, _, made = await scene()
    with clock.travel_to(TEN + HOUR / 2):
        await service.cancel_series(owner, made[3], 0, following_only=True)
        following = await states(made)
        await service.cancel_series(owner, made[3], 0, following_only=False)

    assert following == ["confirmed"] * 3 + ["cancelled"] * 2
    assert await states(made) == ["confirmed"] + ["cancelled"] * 4


async def test_what_is_too_late_is_reported_and_stays_unless_staff_say_why() -> None:
    with clock.travel_to(NOW):
        house, owner, _, made = await scene(cancel_notice_minutes=2 * 1440)

        report = await service.cancel_series(owner, made[0], 0, following_only=False)
        after = await states(made)
        with pytest.raises(BookingNotCancellable):
            await service.cancel_series(owner, made[0], 0, following_only=False)
        await service.cancel_series(house.manager, made[0], 0, following_only=False, override_reason="The room is flooded")

    codes = [one.refusal.code if one.refusal else "" for one in report.cancellations]
    assert codes == ["CancelNoticePassed", "", "", "", ""]
    assert after == ["confirmed"] + ["cancelled"] * 4
    assert await states(made) == ["cancelled"] * 5
    assert await db.value("SELECT count(*) FROM charge") == 0


async def test_a_reason_of_somebody_who_is_no_staff_changes_nothing() -> None:
    with clock.travel_to(NOW):
        _, owner, _, made = await scene(cancel_notice_minutes=2 * 1440, cancel_fee_percent=50)

        shown = await service.preview_series_cancellation(owner, made[0], following_only=False, override_reason="Please")

    assert shown.fee_minor == 2250


async def test_a_moved_booking_s_heir_belongs_to_the_series_and_goes_with_it() -> None:
    with clock.travel_to(NOW):
        _, owner, _, made = await scene()
        heir = await service.move_booking(owner, MoveTerms(made[1], TEN + 6 * HOUR, TEN + 7 * HOUR), 1, "move-key-1")

        await service.cancel_series(owner, made[0], 0, following_only=False)

    assert await states([made[1], heir]) == ["moved", "cancelled"]


async def test_it_is_no_series_of_a_stranger_nor_of_one_booking_and_nothing_is_written() -> None:
    with clock.travel_to(NOW):
        house, owner, room, made = await scene()
        neighbour = await make.resident(house)
        single = await service.create_booking(owner, BookingTerms(room, TEN + 5 * HOUR, TEN + 6 * HOUR, "Once"), "key-12345")
        auditor = await make.person(house.operator_id, Role.AUDITOR)
        before = await contents()

        for who, booking, expected in (
            (await make.again(neighbour), made[0], Forbidden),
            (auditor, made[0], Forbidden),
            (await make.again((await make.house()).manager), made[0], NotFound),
            (owner, single, NotFound),
        ):
            with pytest.raises(expected):
                await service.preview_series_cancellation(who, booking, following_only=False)
            before = await contents()
            with pytest.raises(expected):
                await service.cancel_series(who, booking, 10**9, following_only=False)
            assert await contents() == before


async def test_two_who_cancel_at_once_charge_once() -> None:
    with clock.travel_to(NOW):
        _, owner, _, made = await scene(cancel_notice_minutes=10 * 1440, cancel_fee_percent=100)

        tries = [service.cancel_series(owner, one, 10**6, following_only=False) for one in made]
        found = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(one).__name__ for one in found) == ["BookingNotCancellable"] * 4 + ["CancelReport"]
    assert await db.value("SELECT count(*) FROM charge") == 5


async def test_waiting_people_are_offered_the_slots_of_a_cancelled_series() -> None:
    with clock.travel_to(NOW):
        house, owner, room, made = await scene()
        waits = await make.resident(house)
        await service.join_waiting_list(waits, BookingTerms(room, TEN + DAY, TEN + DAY + HOUR, "Me too"))

        await service.cancel_series(owner, made[0], 0, following_only=False)
        await drain()

    assert await db.value("SELECT state FROM waiting_entry") == "offered"
