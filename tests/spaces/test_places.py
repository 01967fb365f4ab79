"""Places: parts and wholes, pools, owners, floor plans."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PatternMismatch, TooLong
from incubator.kernel.ids import global_id
from incubator.spaces import service
from incubator.spaces.errors import FloorPlanInvalid, OnAnotherSite, PartOfItself, PoolTaken, UnitTaken
from incubator.spaces.floor_plans import clean_plan, set_floor_plan
from incubator.spaces.service import BookingTerms, OwnerTerms, PoolTerms, RentalTerms
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def suite_with_benches(house: make.House, count: int = 3) -> tuple[UUID, list[UUID]]:
    """Make a suite and benches in it, all bookable and to let."""
    suite = await make.unit(house, "lab suite", hourly_minor=9000, monthly_minor=300_000)
    benches = [await make.unit(house, "bench", hourly_minor=1000, monthly_minor=50_000) for _ in range(count)]
    for bench in benches:
        await service.put_unit_into(house.manager, bench, suite)
    return suite, benches


async def winners(tries: Sequence[Awaitable[UUID]]) -> tuple[int, int]:
    """Run bookings at once; returns how many won and how many were refused because the unit was taken."""
    found = await asyncio.gather(*tries, return_exceptions=True)
    return sum(isinstance(one, UUID) for one in found), sum(isinstance(one, UnitTaken) for one in found)


async def test_a_suite_and_its_benches_are_never_held_at_once() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        suite, benches = await suite_with_benches(house)
        await service.create_booking(owner, BookingTerms(benches[1], TEN, TEN + HOUR, "Bench"), "key-bench-1")

        with pytest.raises(UnitTaken):
            await service.create_booking(owner, BookingTerms(suite, TEN, TEN + HOUR, "Suite"), "key-suite-1")
        await service.create_booking(owner, BookingTerms(benches[0], TEN, TEN + HOUR, "Bench"), "key-bench-0")
        await service.create_booking(owner, BookingTerms(suite, TEN + HOUR, TEN + 2 * HOUR, "Suite"), "key-suite-2")
        with pytest.raises(UnitTaken):
            await service.create_booking(owner, BookingTerms(benches[2], TEN + HOUR, TEN + 2 * HOUR, "Bench"), "key-bench-2")

    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 2 + 4
    assert await db.value("SELECT count(*) FROM booking") == 3


async def test_a_suite_let_by_the_month_takes_its_benches_along() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        suite, benches = await suite_with_benches(house)
        assert owner.organization_id is not None
        async with db.transaction():
            await service.start_rental(SYSTEM, RentalTerms(suite, owner.organization_id, TEN.date(), TEN.date(), 300_000))

        with pytest.raises(UnitTaken):
            await service.create_booking(owner, BookingTerms(benches[0], TEN, TEN + HOUR, "Bench"), "key-bench-0")

    assert await db.value("SELECT count(*) FROM booking") == 0


async def test_a_suite_meets_its_benches_and_exactly_one_side_wins() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        suite, benches = await suite_with_benches(house, 2)
        outcomes = set()

        for number in range(20):
            at = TEN + number * HOUR
            tries = [
                service.create_booking(owner, BookingTerms(unit, at, at + HOUR, "Race"), f"race-{number}-{n}")
                for n, unit in enumerate([suite, benches[0]] * 8)
            ]
            outcomes.add(await winners(tries))

    assert outcomes == {(1, 15)}
    assert await db.value("SELECT count(*) FROM booking") == 20


async def test_what_holds_a_whole_holds_a_part_that_is_added_later() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        suite = await make.unit(house, "lab suite", hourly_minor=9000)
        bench, taken = await make.unit(house, "bench", hourly_minor=1000), await make.unit(house, "bench", hourly_minor=1000)
        await service.create_booking(owner, BookingTerms(suite, TEN, TEN + HOUR, "Suite"), "key-suite-1")
        await service.create_booking(owner, BookingTerms(taken, TEN, TEN + HOUR, "Bench"), "key-bench-0")

        await service.put_unit_into(house.manager, bench, suite)
        with pytest.raises(UnitTaken):
            await service.put_unit_into(house.manager, taken, suite)

        with pytest.raises(UnitTaken):
            await service.create_booking(owner, BookingTerms(bench, TEN, TEN + HOUR, "Bench"), "key-bench-1")
    assert await db.value("SELECT count(*) FROM unit WHERE whole_id IS NOT NULL") == 1


async def test_parts_reach_to_any_depth_and_never_round_in_a_circle() -> None:
    with clock.travel_to(NOW):
        house, elsewhere = await make.house(), await make.house()
        owner = await make.resident(house)
        floor, room, bench = [await make.unit(house, "lab suite", hourly_minor=9000) for _ in range(3)]
        await service.put_unit_into(house.manager, bench, room)
        await service.put_unit_into(house.manager, room, floor)

        for part, whole, refusal in (
            (floor, bench, PartOfItself),
            (floor, floor, PartOfItself),
            (bench, floor, PartOfItself),
            (await make.unit(elsewhere), floor, Forbidden),
        ):
            with pytest.raises(refusal):
                await service.put_unit_into(house.manager, part, whole)
        with pytest.raises(OnAnotherSite):
            await service.put_unit_into(SYSTEM, await make.unit(elsewhere), floor)
        await service.create_booking(owner, BookingTerms(floor, TEN, TEN + HOUR, "Floor"), "key-floor-1")

    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 3


async def test_sixteen_who_want_any_of_four_benches_get_one_each_until_none_is_left() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        pool = await service.add_pool(house.manager, house.site_id, "Benches of room 2")
        benches = [await make.unit(house, "bench", hourly_minor=1000, pool_id=pool) for _ in range(4)]
        outcomes = set()

        for number in range(5):
            at = TEN + number * HOUR
            tries = [service.create_pool_booking(owner, PoolTerms(pool, at, at + HOUR, "Any"), f"pool-{number}-{n}") for n in range(16)]
            found = await asyncio.gather(*tries, return_exceptions=True)
            outcomes.add((sum(isinstance(one, UUID) for one in found), sum(isinstance(one, PoolTaken) for one in found)))
        with pytest.raises(NotFound):
            await service.create_pool_booking(owner, PoolTerms(benches[0], TEN, TEN + HOUR, "Any"), "pool-nowhere")

    assert outcomes == {(4, 12)}
    assert await db.value("SELECT count(DISTINCT unit_id) FROM booking") == 4


async def test_an_owner_has_a_share_between_nothing_and_all() -> None:
    house = await make.house()
    unit, university = await make.unit(house, "instrument"), await make.organization("university")

    for share in (Decimal("-1"), Decimal("100.01"), Decimal("33.333")):
        with pytest.raises(OutOfRange):
            await service.set_owner(house.manager, unit, OwnerTerms(university, share))
    with pytest.raises(NotFound):
        await service.set_owner(house.manager, unit, OwnerTerms(unit, Decimal(10)))
    await service.set_owner(house.manager, unit, OwnerTerms(university, Decimal("62.5")))

    found = await db.row("SELECT u.owner_id, o.share_percent FROM unit u JOIN unit_ownership o ON o.unit_id = u.id WHERE u.id = $1", unit)
    assert found is not None
    assert (found["owner_id"], found["share_percent"]) == (university, Decimal("62.5"))


async def test_a_building_has_floors_and_rooms_and_a_name_once() -> None:
    house, stranger = await make.house(), await make.startup_owner()
    building = await service.add_building(house.manager, house.site_id, "Hamburg House", "Kai 1")
    floor = await service.add_floor(house.manager, building, "2nd floor", 2)
    room = await service.add_room(house.manager, floor, "Room 2", biosafety_level=2, capacity=6)

    with pytest.raises(PatternMismatch):
        await service.add_room(house.manager, floor, "Room 2")
    with pytest.raises(OutOfRange):
        await service.add_room(house.manager, floor, "Room 3", biosafety_level=5)
    with pytest.raises(Forbidden):
        await service.add_building(stranger, house.site_id, "Mine")

    assert await db.value("SELECT biosafety_level FROM room WHERE id = $1", room) == 2
    assert await db.value("SELECT count(*) FROM room") == 1


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">{}</svg>'
HOSTILE = [
    "<script>alert(1)</script>",
    '<rect onclick="alert(1)" id="a"/>',
    '<image href="https://evil.example/x.png"/>',
    '<use xlink:href="https://evil.example/x.svg#a"/>',
    '<a href="javascript:alert(1)"><rect/></a>',
    "<foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='https://evil.example'/></foreignObject>",
    "<style>@import url(https://evil.example)</style>",
    '<rect fill="url(https://evil.example#x)"/>',
    '<rect style="background:url(//evil.example)"/>',
    '<animate attributeName="href" to="javascript:alert(1)"/>',
    '<set xlink:href="#a" attributeName="onload" to="alert(1)"/>',
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_acts_or_reaches_out_stays_in_a_plan(hostile: str) -> None:
    cleaned, _ = clean_plan(SVG.format(f'<g id="walls"><path d="M0 0H9"/></g>{hostile}'))

    assert 'id="walls"' in cleaned
    assert 'd="M0 0H9"' in cleaned
    for trace in ("script", "alert", "evil", "href", "url(", "onclick", "foreignObject", "style"):
        assert trace not in cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format(""), FloorPlanInvalid),
        ("<html/>", FloorPlanInvalid),
        ("no xml", FloorPlanInvalid),
        (SVG.format('<rect id="a"/><rect id="a"/>'), FloorPlanInvalid),
        (SVG.format("<g>" * 100 + "</g>" * 100), FloorPlanInvalid),
        (SVG.format(" " * 500_000), TooLong),
    ],
)
def test_what_is_no_plan_is_refused(text: str, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        clean_plan(text)


async def test_a_plan_shows_units_of_its_own_site() -> None:
    house, elsewhere = await make.house(), await make.house()
    floor = await service.add_floor(house.manager, await service.add_building(house.manager, house.site_id, "House"), "Ground")
    here, there = await make.unit(house), await make.unit(elsewhere)

    drawn = await set_floor_plan(house.manager, floor, SVG.format(f'<rect id="{global_id("Unit", here)}"/>'), 1)
    with pytest.raises(FloorPlanInvalid):
        await set_floor_plan(house.manager, floor, SVG.format(f'<rect id="{global_id("Unit", there)}"/>'), 2)

    assert drawn == [here]
    assert global_id("Unit", here) in await db.value("SELECT plan_svg FROM floor WHERE id = $1", floor)
