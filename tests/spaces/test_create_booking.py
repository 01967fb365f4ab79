"""Bookings: one winner, all broken rules at once, nothing written after a refusal."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.kernel.errors import Forbidden, IdempotencyMismatch, NotFound, PeriodInverted, PeriodTooLong, Refusals, Stale
from incubator.spaces import queries, service
from incubator.spaces.booking_errors import (
    BookingInThePast,
    BookingOffStep,
    BookingTooFarAhead,
    BookingTooLong,
    BookingTooShort,
    NotAtSite,
    OverrideNeedsReason,
    UnitClosed,
    UnitNotBookable,
)
from incubator.spaces.errors import BookingNotCancellable, UnitTaken
from incubator.spaces.service import BookingTerms, RentalTerms
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def held() -> int:
    """Count holds and bookings together."""
    return int(await db.value("SELECT (SELECT count(*) FROM unit_hold WHERE kind = 'booking') + (SELECT count(*) FROM booking)"))


async def test_books_a_free_unit_and_says_the_price() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)

        booking_id = await service.create_booking(owner, BookingTerms(room, TEN, TEN + 2.5 * HOUR, "Board"), "key-12345")

        booking = (await queries.bookings_by_id(owner, [booking_id]))[booking_id]
    assert (booking.price_minor, booking.title, booking.is_mine, booking.state) == (11250, "Board", True, "confirmed")


async def test_the_same_key_books_once_and_with_other_input_is_refused() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        terms = BookingTerms(room, TEN, TEN + HOUR, "Board")

        first = await service.create_booking(owner, terms, "key-12345")
        second = await service.create_booking(owner, terms, "key-12345")
        with pytest.raises(IdempotencyMismatch):
            await service.create_booking(owner, BookingTerms(room, TEN + HOUR, TEN + 2 * HOUR, "Board"), "key-12345")

    assert first == second
    assert await held() == 2


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.prove)])
async def test_rounds_of_16_at_once_have_one_winner_each(rounds: int) -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        outcomes: list[tuple[int, int]] = []

        for number in range(rounds):
            terms = BookingTerms(room, TEN + number * HOUR, TEN + (number + 1) * HOUR, "Race")
            tries = [service.create_booking(owner, terms, f"race-{number}-{n}") for n in range(16)]
            found = await asyncio.gather(*tries, return_exceptions=True)
            outcomes.append((sum(not isinstance(f, BaseException) for f in found), sum(isinstance(f, UnitTaken) for f in found)))

    assert set(outcomes) == {(1, 15)}
    assert await held() == 2 * rounds


async def test_a_rental_and_a_booking_never_overlap() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        bench = await make.unit(house, "bench", hourly_minor=1000, monthly_minor=50000)
        await service.create_booking(owner, BookingTerms(bench, TEN, TEN + HOUR, "Try it"), "key-12345")

        assert owner.organization_id is not None
        with pytest.raises(UnitTaken):
            async with db.transaction():
                await service.start_rental(owner, RentalTerms(bench, owner.organization_id, TEN.date(), TEN.date(), 50000))

    assert await db.value("SELECT count(*) FROM rental WHERE unit_id = $1", bench) == 0


async def test_returns_every_broken_rule_together_and_writes_nothing() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="Mo-Fr 08:00-18:00")
        owner, room = await make.startup_owner(), await make.unit(house)
        saturday = datetime(2026, 8, 1, 9, 7, tzinfo=UTC)

        with pytest.raises(Refusals) as refused:
            await service.create_booking(owner, BookingTerms(room, saturday, saturday + timedelta(minutes=5), "Late"), "key-12345")

    kinds = [type(error) for error in refused.value.exceptions]
    assert kinds == [NotAtSite, BookingTooFarAhead, BookingTooShort, BookingOffStep, BookingOffStep, UnitClosed]
    assert await held() == 0


@pytest.mark.parametrize(
    ("starts_at", "length", "expected"),
    [
        (NOW - HOUR, HOUR, BookingInThePast),
        (TEN, timedelta(hours=9), BookingTooLong),
        (datetime(2026, 4, 6, 8, tzinfo=UTC), HOUR, UnitClosed),  # Easter Monday
        (datetime(2026, 3, 29, 0, tzinfo=UTC), HOUR, UnitClosed),  # Sunday of the clock change
    ],
)
async def test_each_rule_refuses(starts_at: datetime, length: timedelta, expected: type[Exception]) -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="Mo-Sa 00:00-24:00")
        owner, room = await make.resident(house), await make.unit(house)

        with pytest.raises(Refusals) as refused:
            await service.create_booking(owner, BookingTerms(room, starts_at, starts_at + length, "Rule"), "key-12345")

    assert [type(error) for error in refused.value.exceptions] == [expected]
    assert await held() == 0


async def test_a_bench_that_is_only_let_cannot_be_booked_even_by_staff() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        bench = await make.unit(house, "bench", hourly_minor=None, monthly_minor=50000)

        with pytest.raises(Refusals) as refused:
            await service.create_booking(
                house.manager, BookingTerms(bench, TEN, TEN + HOUR, "Staff", override_reason="because"), "key-12345"
            )

    assert [type(error) for error in refused.value.exceptions] == [UnitNotBookable]


async def test_staff_override_needs_a_reason_and_is_kept() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="Mo-Fr 08:00-18:00")
        room = await make.unit(house)
        sunday = datetime(2026, 3, 15, 9, tzinfo=UTC)

        with pytest.raises(Refusals) as refused:
            await service.create_booking(house.manager, BookingTerms(room, sunday, sunday + HOUR, "Visit"), "key-12345")
        booking_id = await service.create_booking(
            house.manager, BookingTerms(room, sunday, sunday + HOUR, "Visit", override_reason="minister comes"), "key-67890"
        )

    assert OverrideNeedsReason in [type(error) for error in refused.value.exceptions]
    kept = await db.row("SELECT override_reason, overridden_rules, booked_by_id FROM booking WHERE id = $1", booking_id)
    assert kept is not None
    assert (kept["override_reason"], kept["overridden_rules"], kept["booked_by_id"]) == (
        "minister comes",
        '["UnitClosed"]',
        house.manager.person_id,
    )


@pytest.mark.parametrize(
    ("length", "expected"), [(timedelta(0), PeriodInverted), (-HOUR, PeriodInverted), (timedelta(days=3650), PeriodTooLong)]
)
async def test_refuses_times_that_are_no_booking(length: timedelta, expected: type[Exception]) -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)

        with pytest.raises(expected):
            await service.create_booking(owner, BookingTerms(room, TEN, TEN + length, "Odd"), "key-12345")

    assert await held() == 0


async def test_others_see_a_booking_as_busy_only() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, neighbour, room = await make.resident(house), await make.resident(house), await make.unit(house)
        booking_id = await service.create_booking(owner, BookingTerms(room, TEN, TEN + HOUR, "Secret"), "key-12345")

        seen = (await queries.bookings_by_id(neighbour, [booking_id]))[booking_id]
        stranger = await queries.bookings_by_id(await make.startup_owner(), [booking_id])

    assert (seen.title, seen.organization_id, seen.booked_by_id, seen.price_minor, seen.is_mine) == (None, None, None, None, False)
    assert stranger == {}


async def test_cancelling_frees_the_unit_once() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, neighbour, room = await make.resident(house), await make.resident(house), await make.unit(house)
        booking_id = await service.create_booking(owner, BookingTerms(room, TEN, TEN + HOUR, "Board"), "key-12345")

        with pytest.raises(Forbidden):
            await service.cancel_booking(neighbour, booking_id, 1)
        with pytest.raises(NotFound):
            await service.cancel_booking(await make.startup_owner(), booking_id, 1)
        with pytest.raises(Stale):
            await service.cancel_booking(owner, booking_id, 7)
        await service.cancel_booking(owner, booking_id, 1)
        with pytest.raises(BookingNotCancellable):
            await service.cancel_booking(owner, booking_id, 2)
        await service.create_booking(neighbour, BookingTerms(room, TEN, TEN + HOUR, "Mine now"), "key-67890")

    assert await db.value("SELECT count(*) FROM booking WHERE state = 'confirmed'") == 1


async def test_a_mentor_may_not_book() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        mentor, room = await make.person(await make.organization("corporate"), Role.MENTOR), await make.unit(house)

        with pytest.raises(Forbidden):
            await service.create_booking(mentor, BookingTerms(room, TEN, TEN + HOUR, "No"), "key-12345")

    assert await held() == 0


async def test_a_booking_takes_eight_statements_in_all() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, gap_minutes=0, future_count=9)
        seen: list[str] = []
        stop = db.observe(lambda sql, seconds: seen.append(sql))

        await service.create_booking(owner, BookingTerms(room, TEN, TEN + HOUR, "Board"), "key-12345")

        stop()
    assert len(seen) <= 8, seen
    assert seen[0].startswith("BEGIN"), "the transaction's own statements are counted"
