"""Usage: what was used, what is paid for it, and what happens when nobody comes or leaves."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PatternMismatch, Stale
from incubator.spaces import charging, service
from incubator.spaces.errors import NotNow, UsageNotOpen
from incubator.spaces.service import BookingTerms, MachineEvent
from tests.support import make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def scene(**policy: Any) -> tuple[make.House, Actor, UUID, UUID]:
    """A house, a resident, an instrument at 60.00 an hour, and their booking of it from ten to twelve."""
    house = await make.house()
    owner, scope = await make.resident(house), await make.unit(house, "instrument", hourly_minor=6000, **policy)
    return house, owner, scope, await service.create_booking(owner, BookingTerms(scope, TEN, TEN + 2 * HOUR, "Scan"), "key-12345")


async def charged(at: datetime) -> list[int]:
    """Charge what has ended by an instant; returns the amounts."""
    with clock.travel_to(at):
        await charging.charge_ended_bookings()
    return [row["amount_minor"] for row in await db.rows("SELECT amount_minor FROM charge ORDER BY amount_minor")]


@pytest.mark.parametrize(
    ("charge_on", "until", "expected"),
    [
        ("reserved", TEN + HOUR, [12000]),
        ("used", TEN + HOUR, [6000]),
        ("used", TEN + 3 * HOUR, [18000]),
        ("longer", TEN + HOUR, [12000]),
        ("longer", TEN + 3 * HOUR, [18000]),
    ],
)
async def test_the_units_policy_says_whether_reserved_or_used_time_is_paid(charge_on: str, until: datetime, expected: list[int]) -> None:
    with clock.travel_to(NOW):
        _, owner, _, booking = await scene(charge_on=charge_on)
    with clock.travel_to(TEN):
        await service.check_in(owner, booking)
    with clock.travel_to(until):
        await service.check_out(owner, booking, "Lamp is warm.")

    assert await charged(TEN + 4 * HOUR) == expected
    assert await db.value("SELECT note_for_next FROM booking") == "Lamp is warm."


async def test_checking_in_is_once_and_in_its_time() -> None:
    with clock.travel_to(NOW):
        house, owner, _, booking = await scene()
        neighbour = await make.resident(house)
        with pytest.raises(NotNow):
            await service.check_in(owner, booking)
    with clock.travel_to(TEN - 10 * MINUTE):
        with pytest.raises(Forbidden):
            await service.check_in(neighbour, booking)
        with pytest.raises(NotNow):
            await service.check_out(owner, booking)
        found = await asyncio.gather(*(service.check_in(owner, booking) for _ in range(8)))
    with clock.travel_to(TEN + 3 * HOUR), pytest.raises(NotNow):
        await service.check_in(owner, booking)

    assert len(set(found)) == 1
    assert await db.value("SELECT count(*) FROM usage") == 1


EVENTS = [("a", "start", 0), ("b", "stop", 30), ("c", "start", 40), ("d", "start", 50), ("e", "stop", 70), ("f", "stop", 80)]


async def test_the_order_and_number_of_a_machines_events_make_no_difference() -> None:
    outcomes = set()
    orders = [*itertools.islice(itertools.permutations(EVENTS), 0, 720, 37)]
    with clock.travel_to(NOW):
        house, owner = await make.house(), None
        owner = await make.resident(house)
        scopes = [await make.unit(house, "instrument", hourly_minor=6000) for _ in orders]
        for scope in scopes:
            await service.create_booking(owner, BookingTerms(scope, TEN, TEN + 2 * HOUR, "Scan"), make.fresh("event-key-"))
    with clock.travel_to(TEN + 2 * HOUR):
        for scope, order in zip(scopes, orders, strict=True):
            for name, kind, minute in [*order, *order[:3]]:
                await service.record_machine_event(house.manager, MachineEvent(scope, name, kind, TEN + minute * MINUTE))
            rows = await db.rows(
                "SELECT state, problem, started_at, ended_at, minutes, booking_id IS NULL AS alone FROM usage WHERE unit_id = $1"
                " ORDER BY coalesce(started_at, ended_at)",
                scope,
            )
            outcomes.add(tuple(tuple(row.values()) for row in rows))

    assert outcomes == {
        (
            ("closed", "", TEN, TEN + 30 * MINUTE, 30, False),
            ("problem", "not ended", TEN + 40 * MINUTE, None, 0, False),
            ("closed", "", TEN + 50 * MINUTE, TEN + 70 * MINUTE, 20, False),
            ("problem", "no start", None, TEN + 80 * MINUTE, 0, True),
        )
    }


async def test_what_a_machine_tells_is_paid_when_it_is_in_order() -> None:
    with clock.travel_to(NOW):
        house, _, scope, booking = await scene(charge_on="used")
    with clock.travel_to(TEN + HOUR):
        await service.record_machine_event(house.manager, MachineEvent(scope, "start-1", "start", TEN))
    waiting = await charged(TEN + 3 * HOUR)
    with clock.travel_to(TEN + 3 * HOUR):
        told = [await service.record_machine_event(house.manager, MachineEvent(scope, "stop-1", "stop", TEN + HOUR)) for _ in range(3)]

    assert (waiting, await charged(TEN + 3 * HOUR)) == ([], [6000])
    assert [one is None for one in told] == [False, True, True]
    assert await db.value("SELECT booking_id FROM usage") == booking


async def test_an_event_that_makes_no_sense_is_refused() -> None:
    with clock.travel_to(NOW):
        house, owner, scope, _ = await scene()
        for event, actor, expected in (
            (MachineEvent(scope, "x", "pause", NOW), house.manager, PatternMismatch),
            (MachineEvent(scope, "x", "start", NOW + HOUR), house.manager, OutOfRange),
            (MachineEvent(scope, "x", "start", NOW - timedelta(days=63)), house.manager, OutOfRange),
            (MachineEvent(scope, "x", "start", NOW), owner, Forbidden),
            (MachineEvent(house.site_id, "x", "start", NOW), house.manager, NotFound),
        ):
            with pytest.raises(expected):
                await service.record_machine_event(actor, event)

    assert await db.value("SELECT (SELECT count(*) FROM usage) + (SELECT count(*) FROM usage_event)") == 0


async def test_usage_that_never_ended_waits_for_staff_and_is_paid_when_they_say_how_long() -> None:
    with clock.travel_to(NOW):
        house, owner, _, booking = await scene(charge_on="used")
    with clock.travel_to(TEN):
        usage = await service.check_in(owner, booking)
    with clock.travel_to(TEN + 4 * HOUR):
        await drain()
    state = await db.row("SELECT state, problem FROM usage")
    waiting = await charged(TEN + 5 * HOUR)
    with clock.travel_to(TEN + 5 * HOUR):
        with pytest.raises(Forbidden):
            await service.resolve_usage(owner, usage, 90, "camera", 2)
        with pytest.raises(Stale):
            await service.resolve_usage(house.manager, usage, 90, "camera", 1)
        await service.resolve_usage(house.manager, usage, 90, "seen on the camera", 2)
        with pytest.raises(UsageNotOpen):
            await service.resolve_usage(house.manager, usage, 90, "again", 3)

    assert state is not None
    assert (tuple(state.values()), waiting) == (("problem", "not ended"), [])
    assert await charged(TEN + 5 * HOUR) == [9000]


async def test_use_without_a_booking_is_paid_by_whom_staff_name() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, scope = await make.resident(house), await make.unit(house, "instrument", hourly_minor=6000)
    with clock.travel_to(TEN + HOUR):
        await service.record_machine_event(house.manager, MachineEvent(scope, "a", "start", TEN))
        usage = await service.record_machine_event(house.manager, MachineEvent(scope, "b", "stop", TEN + HOUR))
        assert usage is not None
        with pytest.raises(NotFound):
            await service.resolve_usage(house.manager, usage, 60, "whose?", 2)
        await service.resolve_usage(house.manager, usage, 60, "asked around", 2, owner.organization_id)

    assert [row["amount_minor"] for row in await db.rows("SELECT amount_minor FROM charge")] == [6000]
    assert await db.value("SELECT problem FROM usage") == "no booking"


async def test_nobody_came_so_the_slot_is_free_and_the_fee_charged() -> None:
    with clock.travel_to(NOW):
        _, owner, scope, booking = await scene(grace_minutes=20, no_show_fee_percent=50)
    with clock.travel_to(TEN + 19 * MINUTE):
        await drain()
        before = await db.value("SELECT state FROM booking")
    with clock.travel_to(TEN + 20 * MINUTE):
        await drain()
        await service.create_booking(owner, BookingTerms(scope, TEN + 30 * MINUTE, TEN + HOUR, "Now me"), "key-67890")

    assert (before, await db.value("SELECT state FROM booking WHERE id = $1", booking)) == ("confirmed", "released")
    charges = await db.rows("SELECT source_id, period, amount_minor FROM charge")
    assert [tuple(row.values()) for row in charges] == [(booking, "no show", 6000)]
    assert await charged(TEN + 30 * MINUTE) == [6000]


@pytest.mark.parametrize("reason", ["checked in", "machine started"])
async def test_who_came_or_could_not_is_not_released(reason: str) -> None:
    with clock.travel_to(NOW):
        house, owner, scope, booking = await scene(grace_minutes=20, no_show_fee_percent=50)
    with clock.travel_to(TEN + 5 * MINUTE):
        came: dict[str, Callable[[], Awaitable[object]]] = {
            "checked in": lambda: service.check_in(owner, booking),
            "machine started": lambda: service.record_machine_event(house.manager, MachineEvent(scope, "a", "start", TEN)),
        }
        await came[reason]()
    with clock.travel_to(TEN + HOUR):
        await drain()

    assert await db.value("SELECT state FROM booking") == "confirmed"
    assert await db.value("SELECT count(*) FROM charge") == 0
