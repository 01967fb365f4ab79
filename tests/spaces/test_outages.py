"""Outages: who is affected is told, offered another slot, and never charged; nobody books into one unknowingly."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PeriodInverted, PeriodTooLong, Refusals, Stale, TooShort
from incubator.kernel.ids import new_id
from incubator.spaces import availability, days, outage_queries, service
from incubator.spaces.booking_errors import UnitOutOfOrder
from incubator.spaces.errors import BookingNotPending
from incubator.spaces.outage_errors import OutageNotOpen, OutageOverlaps
from incubator.spaces.service import BookingTerms, MoveTerms, OutageTerms, OwnerTerms, SeriesTerms
from tests.support import make
from tests.support.drain import drain
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
BERLIN_DAY = date(2026, 3, 11)


def planned(unit: UUID, first: float = 0, last: float = 4, reason: str = "Yearly service") -> OutageTerms:
    """Some hours after ten."""
    return OutageTerms(unit, TEN + first * HOUR, TEN + last * HOUR, reason, "Ms Weber, 7 pm")


def sudden(unit: UUID, ends_at: datetime | None = None) -> OutageTerms:
    """From now."""
    return OutageTerms(unit, None, ends_at, "The lamp is broken")


async def booked(owner: Actor, unit: UUID, hours: float = 0, length: float = 1, **more: object) -> UUID:
    """Book some hours after ten."""
    terms = BookingTerms(unit, TEN + hours * HOUR, TEN + (hours + length) * HOUR, "Run", **more)  # type: ignore[arg-type]  # terms by name
    return await service.create_booking(owner, terms, make.fresh("outage-key-"))


async def state_of(booking: UUID) -> tuple[str, bool]:
    """How a booking stands, and whether an outage ended it."""
    found = await db.row("SELECT state, outage_id FROM booking WHERE id = $1", booking)
    assert found is not None
    return found["state"], found["outage_id"] is not None


async def told(kind: str) -> set[UUID]:
    """Who has a note of a kind."""
    return {row["person_id"] for row in await db.rows("SELECT person_id FROM notification WHERE kind = $1", kind)}


async def test_a_planned_outage_ends_bookings_frees_the_unit_and_costs_nobody_anything() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        room = await make.unit(house, cancel_notice_minutes=3 * 1440, cancel_fee_percent=100, no_show_fee_percent=100, grace_minutes=10)
        inside, across, after = await booked(owner, room), await booked(owner, room, 3.5), await booked(owner, room, 5)

        outage = await service.announce_outage(house.manager, planned(room))
        again = await drain()
    with clock.travel_to(TEN + 8 * HOUR):
        await drain()

    assert [await state_of(one) for one in (inside, across)] == [("cancelled", True), ("cancelled", True)]
    assert again > 0
    assert (await state_of(after))[1] is False
    assert {row["source_id"] for row in await db.rows("SELECT source_id FROM charge")} <= {after}
    assert await db.value("SELECT count(*) FROM unit_hold WHERE holder_id = ANY($1::uuid[])", [inside, across]) == 0
    assert await told("booking_outage") == {owner.person_id}
    assert await db.value("SELECT count(*) FROM audit_entry WHERE subject_id = $1", outage) == 1


async def test_a_suite_s_outage_reaches_its_benches_and_a_bench_s_the_suite_but_no_other_bench() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        suite, one, other = await make.unit(house, "lab suite"), await make.unit(house, "bench"), await make.unit(house, "bench")
        for bench in (one, other):
            await service.put_unit_into(house.manager, bench, suite)
        of_bench, of_other, of_suite = await booked(owner, one), await booked(owner, other), await booked(owner, suite, 5)

        await service.announce_outage(house.manager, planned(one))
        after_bench = [await state_of(booking) for booking in (of_bench, of_other, of_suite)]
        await service.announce_outage(house.manager, planned(suite, 5, 6))
        with pytest.raises(Refusals) as refused:
            await booked(owner, other, 5)

    assert after_bench == [("cancelled", True), ("confirmed", False), ("confirmed", False)]
    assert await state_of(of_suite) == ("cancelled", True)
    [rule] = refused.value.exceptions
    assert isinstance(rule, UnitOutOfOrder)
    assert (rule.limit, rule.value) == ("2026-03-11 15:00 – 2026-03-11 16:00",) * 2


async def test_a_bench_put_into_a_suite_that_is_out_loses_its_bookings_then() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        suite, bench = await make.unit(house, "lab suite"), await make.unit(house, "bench")
        booking = await booked(owner, bench)
        await service.announce_outage(house.manager, planned(suite))

        before = await state_of(booking)
        await service.put_unit_into(house.manager, bench, suite)

    assert (before, await state_of(booking)) == (("confirmed", False), ("cancelled", True))


async def test_no_door_leads_into_an_outage() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        pool = await service.add_pool(house.manager, house.site_id, "Any")
        room = await make.unit(house, pool_id=pool)
        elsewhere, pending_room = await make.unit(house), await make.unit(house, needs_approval=True)
        moved, waiting = await booked(owner, elsewhere), await booked(owner, pending_room)
        for unit in (room, pending_room):
            await service.announce_outage(house.manager, planned(unit))
        doors: dict[str, Callable[[], Awaitable[object]]] = {
            "api": lambda: booked(owner, room),
            "accessory": lambda: booked(owner, elsewhere, 2, accessory_ids=(room,)),
            "pool": lambda: service.create_pool_booking(owner, service.PoolTerms(pool, TEN, TEN + HOUR, "Run"), "pool-key-1"),
            "move": lambda: service.move_booking(owner, MoveTerms(moved, TEN, TEN + HOUR, room), 1, "move-key-1"),
            "wait": lambda: service.join_waiting_list(owner, BookingTerms(room, TEN, TEN + HOUR, "Run")),
        }
        before = await contents()

        refused = {}
        for name, door in doors.items():
            with pytest.raises((Refusals, NotFound)) as found:
                await door()
            refused[name] = type(found.value.exceptions[0] if isinstance(found.value, Refusals) else found.value)
        with pytest.raises(BookingNotPending):
            await service.decide_booking(house.manager, waiting, is_approved=True, reason="", expected_version=2)
        untouched = await contents() == before
        quote = await service.quote_booking(owner, BookingTerms(room, TEN, TEN + HOUR, ""))
        slots = await availability.find_slots(owner, availability.SearchTerms((house.site_id,), 60, TEN, TEN + 3 * HOUR))
        series = await service.create_series(owner, SeriesTerms(room, TEN, TEN + HOUR, "Run", "FREQ=DAILY;COUNT=2"), "series-key")

    assert refused == dict.fromkeys(doors, UnitOutOfOrder) | {"accessory": NotFound}
    assert untouched
    assert [type(rule) for rule in quote.broken] == [UnitOutOfOrder]
    assert room not in {slot.unit.id for slot in slots}
    assert ([failure.code for failure in series.failures], len(series.booking_ids)) == (["UnitOutOfOrder"], 1)


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.prove)])
async def test_a_booking_and_an_outage_made_at_once_leave_no_booking_in_it_that_nobody_was_told_of(rounds: int) -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="24/7")
        owner, room = await make.resident(house), await make.unit(house, horizon_days=None)
        outcomes = set()

        for number in range(rounds):
            at = TEN + number * 2 * HOUR
            terms = [BookingTerms(room, at + n * 15 * MINUTE, at + (n + 1) * 15 * MINUTE, "Race") for n in range(8)]
            tries = [service.create_booking(owner, one, f"race-{number}-{n}") for n, one in enumerate(terms)]
            outage = service.announce_outage(house.manager, OutageTerms(room, at, at + 2 * HOUR, "Race"))
            found = await asyncio.gather(*tries[:4], outage, *tries[4:], return_exceptions=True)
            outcomes |= {type(one).__name__ for one in found}
        left = await db.value(
            "SELECT count(*) FROM booking b JOIN outage o ON o.unit_id = b.unit_id AND o.starts_at < b.ends_at AND o.ends_at > b.starts_at"
            " WHERE b.state IN ('pending', 'confirmed')"
        )
        await drain()

    ended = await db.value("SELECT count(*) FROM booking WHERE outage_id IS NOT NULL")
    assert outcomes <= {"UUID", "Refusals"}
    assert left == 0
    assert await db.value("SELECT count(*) FROM notification WHERE kind = 'booking_outage'") == ended
    assert await db.value("SELECT count(*) FROM work_item WHERE state = 'parked' OR attempts > 0") == 0


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.prove)])
async def test_moves_check_ins_and_outages_at_once_all_come_to_an_end(rounds: int) -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, horizon_days=None, cancel_notice_minutes=None)
        outcomes: list[object] = []
        for number in range(rounds):
            at = TEN + number * 4 * HOUR
            begun, ahead = [
                await service.create_booking(owner, BookingTerms(room, at + n * HOUR, at + (n + 1) * HOUR, "R"), f"made-{number}-{n}")
                for n in range(2)
            ]
            with clock.travel_to(at):
                found = await asyncio.gather(
                    service.check_in(owner, begun),
                    service.move_booking(owner, MoveTerms(ahead, at + 2 * HOUR, at + 3 * HOUR), 1, f"move-race-{number}"),
                    service.announce_outage(house.manager, OutageTerms(room, None, at + 4 * HOUR, "Race")),
                    return_exceptions=True,
                )
            outcomes += found

    assert {type(one).__name__ for one in outcomes} <= {"UUID", "NotNow", "Refusals", "BookingNotCancellable", "Stale"}
    assert await db.value("SELECT count(*) FROM booking WHERE state = 'confirmed' AND outage_id IS NULL") == 0


async def test_a_sudden_outage_cuts_what_has_begun_and_nothing_of_it_is_charged() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        scope = await make.unit(house, "instrument", charge_on="longer", grace_minutes=120, no_show_fee_percent=100)
        unused = await make.unit(house, grace_minutes=90, no_show_fee_percent=100)
        begun, empty, later = await booked(owner, scope, 0, 4), await booked(owner, unused, 0, 4), await booked(owner, scope, 5)
    with clock.travel_to(TEN):
        usage = await service.check_in(owner, begun)
    with clock.travel_to(TEN + HOUR):
        for unit in (scope, unused):
            await service.announce_outage(house.manager, sudden(unit))
        await drain()
    with clock.travel_to(TEN + 2 * DAY):
        await drain()

    rows = await db.rows("SELECT ends_at, state, price_minor FROM booking WHERE id = ANY($1::uuid[]) ORDER BY id", [begun, empty])
    assert [tuple(row.values()) for row in rows] == [(TEN + HOUR, "confirmed", 0)] * 2
    assert await state_of(later) == ("cancelled", True)
    found = await db.row("SELECT state, minutes, ended_at FROM usage WHERE id = $1", usage)
    assert found is not None
    assert tuple(found.values()) == ("closed", 60, TEN + HOUR)
    assert await db.value("SELECT count(*) FROM charge") == 0
    assert await told("booking_released") == set()


async def test_a_booking_under_way_goes_on_until_a_planned_outage_begins() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house)
        booking = await booked(owner, room, 0, 4)
    with clock.travel_to(TEN + HOUR):
        await service.announce_outage(house.manager, planned(room, 3, 9))

    assert await db.value("SELECT ends_at FROM booking WHERE id = $1", booking) == TEN + 3 * HOUR
    assert await db.value("SELECT ends_at FROM unit_hold WHERE holder_id = $1", booking) == TEN + 3 * HOUR


async def test_staff_book_into_an_outage_knowing_of_it_and_it_stays_when_the_outage_is_extended() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, room = await make.resident(house), await make.unit(house, no_show_fee_percent=100, grace_minutes=10)
        outage = await service.announce_outage(house.manager, planned(room, 0, 2))
        service_visit = await booked(house.manager, room, 1, 2, override_reason="The technician", organization_id=owner.organization_id)
        outside = await booked(owner, room, 3)

        await service.change_outage(house.manager, outage, TEN + 4 * HOUR, "Takes longer", "", 1)
        await drain()
    with clock.travel_to(TEN + 2 * HOUR):
        await drain()

    assert [await state_of(one) for one in (service_visit, outside)] == [("confirmed", False), ("cancelled", True)]
    assert await db.value("SELECT count(*) FROM charge") == 0


async def test_who_rents_is_told_and_goes_on_paying_and_the_preview_names_all() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        rental = await db.row("SELECT id, unit_id FROM rental")
        assert rental is not None
        room = await make.unit(house)
        booking = await booked(owner, room)

        desk = await service.preview_outage(house.manager, rental["unit_id"], TEN, TEN + HOUR)
        hit = await service.preview_outage(house.manager, room, None, None)
        await service.announce_outage(house.manager, planned(rental["unit_id"]))
        await drain()

    assert (desk.booking_ids, desk.rental_ids) == ([], [rental["id"]])
    assert (hit.booking_ids, hit.rental_ids) == ([booking], [])
    assert await told("outage_announced") == {owner.person_id}
    assert await db.value("SELECT count(*) FROM unit_hold WHERE holder_id = $1", rental["id"]) == 1


REFUSED: dict[str, tuple[Callable[[UUID], OutageTerms], type[Exception]]] = {
    "inverted": (lambda unit: planned(unit, 4, 0), PeriodInverted),
    "of no length": (lambda unit: planned(unit, 1, 1), PeriodInverted),
    "ten years": (lambda unit: planned(unit, 0, 10 * 366 * 24), PeriodTooLong),
    "in the past": (lambda unit: planned(unit, -48, 0), OutOfRange),
    "in eight years": (lambda unit: planned(unit, 8 * 366 * 24, 8 * 366 * 24 + 1), OutOfRange),
    "planned without an end": (lambda unit: OutageTerms(unit, TEN, None, "?"), OutOfRange),
    "without a reason": (lambda unit: planned(unit, reason=" "), TooShort),
    "of an unknown unit": (lambda _: planned(new_id()), NotFound),
    "over another": (lambda unit: planned(unit, 23, 30), OutageOverlaps),
    "sudden, until another": (lambda unit: sudden(unit), OutageOverlaps),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_outage_is_refused_and_nothing_is_written(name: str) -> None:
    make_terms, expected = REFUSED[name]
    with clock.travel_to(NOW):
        house = await make.house()
        room = await make.unit(house)
        await service.announce_outage(house.manager, planned(room, 20, 24))
        before = await contents()

        with pytest.raises(expected):
            await service.announce_outage(house.manager, make_terms(room))

    assert await contents() == before


async def test_an_outage_changes_only_while_it_can_and_from_the_version_that_was_seen() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        room = await make.unit(house)
        outage = await service.announce_outage(house.manager, planned(room))
        await service.announce_outage(house.manager, planned(room, 6, 8))
        before = await contents()
        wrong: list[tuple[Awaitable[None], type[Exception]]] = [
            (service.resolve_outage(house.manager, outage, 1), OutageNotOpen),
            (service.cancel_outage(house.manager, outage, 7), Stale),
            (service.change_outage(house.manager, outage, TEN - HOUR, "r", "", 1), PeriodInverted),
            (service.change_outage(house.manager, outage, None, "r", "", 1), OutOfRange),
            (service.change_outage(house.manager, outage, TEN + 7 * HOUR, "r", "", 1), OutageOverlaps),
            (service.change_outage(house.manager, outage, TEN + 400 * DAY, "r", "", 1), PeriodTooLong),
            (service.cancel_outage(house.manager, new_id(), 1), NotFound),
        ]
        for attempt, expected in wrong:
            with pytest.raises(expected):
                await attempt
        untouched = await contents() == before
        await service.cancel_outage(house.manager, outage, 1)
        with pytest.raises(OutageNotOpen):
            await service.cancel_outage(house.manager, outage, 2)
    with clock.travel_to(TEN + 7 * HOUR), pytest.raises(OutageNotOpen):
        second = await db.value("SELECT id FROM outage WHERE cancelled_at IS NULL")
        await service.cancel_outage(house.manager, second, 1)

    assert untouched


async def test_owners_put_their_own_units_out_of_order_and_no_others() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        university = await make.person(await make.organization("university"), Role.REPRESENTATIVE)
        desk = await make.person(house.operator_id, Role.FRONT_DESK)
        mine, other = await make.unit(house, "instrument"), await make.unit(house, "instrument")
        assert university.organization_id is not None
        await service.set_owner(SYSTEM, mine, OwnerTerms(university.organization_id, 50))  # type: ignore[arg-type]  # a percentage

        outage = await service.announce_outage(university, planned(mine))
        await service.announce_outage(desk, planned(other))
        with pytest.raises(NotFound):
            await service.announce_outage(university, planned(other, 6, 7))
        with pytest.raises(Forbidden):
            await service.announce_outage(await make.person(house.operator_id, Role.AUDITOR), planned(other, 6, 7))
        seen = {who.name: (await outage_queries.outages_by_id(who, [outage]))[outage].note for who in (university, desk)}
        stranger = (await outage_queries.outages_by_id(await make.startup_owner(), [outage]))[outage]

    assert set(seen.values()) == {"Ms Weber, 7 pm"}
    assert (stranger.reason, stranger.note, stranger.created_by_name) == ("Yearly service", None, None)


async def test_the_day_shows_outages_and_utilisation_leaves_them_out() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="Mo-Su 08:00-18:00")
        suite, bench = await make.unit(house, "lab suite"), await make.unit(house, "bench")
        await service.put_unit_into(house.manager, bench, suite)
        await service.announce_outage(house.manager, planned(suite, 0, 20))

        day = await days.site_day(house.manager, house.site_id, BERLIN_DAY)
        used = await days.utilization(house.manager, house.site_id, BERLIN_DAY, BERLIN_DAY)

    assert [[(out.starts_at, out.ends_at, out.reason) for out in unit.outages] for unit in day.units] == [
        [(TEN, TEN + 20 * HOUR, "Yearly service")]
    ] * 2
    assert [(one.open_minutes, one.out_minutes) for one in used] == [(120, 480)] * 2
