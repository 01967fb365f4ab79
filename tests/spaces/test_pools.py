"""Any unit of a pool: what it would cost, which will do, and that nobody pays more than was shown."""

from dataclasses import replace
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor
from incubator.kernel.errors import Forbidden, NotFound, PeriodInverted
from incubator.kernel.ids import new_id
from incubator.spaces import place_lists, service
from incubator.spaces.errors import PoolDearer, PoolTaken
from incubator.spaces.service import PoolTerms
from tests.spaces.test_outages import HOUR, MINUTE, NOW, TEN, booked, planned
from tests.support import make
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")


async def pool_of(house: make.House, *hourly_minor: int) -> tuple[UUID, list[UUID]]:
    """A pool of benches with so much an hour each, named in that order."""
    pool = await service.add_pool(house.manager, house.site_id, make.fresh("Benches "))
    return pool, [await make.unit(house, "bench", hourly_minor=each, pool_id=pool) for each in hourly_minor]


async def any_of(who: Actor, terms: PoolTerms) -> UUID:
    """Book any; returns the unit that it became."""
    booking = await service.create_pool_booking(who, terms, make.fresh("any-key-"))
    unit: UUID = await db.value("SELECT unit_id FROM booking WHERE id = $1", booking)
    return unit


async def test_a_quote_is_that_of_the_first_free_unit_with_how_many_are_free_and_holds_nothing() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        pool, [first, second, third] = await pool_of(house, 1000, 2000, 3000)
        terms = PoolTerms(pool, TEN, TEN + 2 * HOUR, "Any")

        free = await service.quote_pool(owner, terms)
        await booked(await make.resident(house), first)
        await service.announce_outage(house.manager, planned(second))
        before = await contents()
        left = await service.quote_pool(owner, terms)
        nothing = await contents() == before

    assert (free.unit_id, free.free, free.size, free.quote.price_minor, free.quote.broken) == (first, 3, 3, 2000, [])
    assert (left.unit_id, left.free, left.size, left.quote.price_minor) == (third, 1, 3, 6000)
    assert left.quote.totals is not None
    assert (left.quote.totals.tax_minor, left.quote.totals.gross_minor, nothing) == (1140, 7140, True)


async def test_when_none_is_free_the_quote_says_so_beside_every_other_rule() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, stranger = await make.resident(house), await make.startup_owner()
        pool, [bench] = await pool_of(house, 1000)
        await booked(owner, bench)

        found = await service.quote_pool(stranger, PoolTerms(pool, TEN + 7 * MINUTE, TEN + HOUR, "Any"))
        nobody = await service.quote_pool(
            await make.startup_owner(), replace(PoolTerms(pool, TEN, TEN + HOUR, "Any"), organization_id=new_id())
        )
        with pytest.raises(NotFound):
            await service.quote_pool(owner, PoolTerms(bench, TEN, TEN + HOUR, "Any"))

    assert [rule.code for rule in found.quote.broken] == ["NotAtSite", "BookingOffStep", "PoolTaken"]
    assert (found.free, found.quote.price_minor) == (0, 883)
    assert (type(nobody.quote.broken[0]), nobody.quote.price_minor) == (Forbidden, None)


async def test_a_unit_that_refuses_is_passed_over_for_one_that_will_do() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        pool, _ = await pool_of(house)
        await make.unit(house, "bench", hourly_minor=1000, pool_id=pool, longest_minutes=30)
        fine = await make.unit(house, "bench", hourly_minor=1000, pool_id=pool)
        terms = PoolTerms(pool, TEN, TEN + HOUR, "Any")

        found = await service.quote_pool(owner, terms)
        unit = await any_of(owner, terms)
        late = await service.quote_pool(owner, terms)

    assert (found.unit_id, found.quote.broken, unit) == (fine, [], fine)
    assert ([rule.code for rule in late.quote.broken], late.free) == (["BookingTooLong"], 1)


async def test_nobody_gets_a_unit_that_costs_more_than_was_shown() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        pool, [cheap, *_] = await pool_of(house, 1000, 3000, 2000, 2000, 2000)
        shown = PoolTerms(pool, TEN, TEN + HOUR, "Any", most_minor=1000)

        unit = await any_of(owner, shown)
        before = await contents()
        with pytest.raises(PoolDearer) as refused:
            await any_of(owner, shown)
        nothing = await contents() == before
        other = await any_of(owner, replace(shown, most_minor=2000))
        dearest = [await any_of(owner, replace(shown, most_minor=None)) for _ in range(3)]
        with pytest.raises(PoolTaken):
            await any_of(owner, shown)

    assert (unit, nothing, len({unit, other, *dearest})) == (cheap, True, 5)
    assert refused.value.details() == {"pool_id": pool, "price_minor": 2000, "currency": "EUR"}


async def test_staff_with_a_reason_get_a_unit_that_is_in_order_before_one_that_is_not() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        pool, benches = await pool_of(house, *([1000] * 6))
        for broken in benches[1:]:
            await service.announce_outage(house.manager, planned(broken))
        terms = PoolTerms(pool, TEN, TEN + 20 * MINUTE, "Any", owner.organization_id, "A visitor waits")

        units = [await any_of(house.manager, terms) for _ in range(2)]

    assert units[0] == benches[0]
    assert units[1] in benches[1:]


async def test_the_list_of_pools_tells_how_many_are_free_with_their_buffer_and_whether_they_are_booked() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        pool, [first, second] = await pool_of(house, 1000, 1000)
        await make.unit(house, "bench", hourly_minor=1000, pool_id=pool, buffer_minutes=30)
        let = await service.add_pool(house.manager, house.site_id, "Desks")
        await make.unit(house, "desk", hourly_minor=None, monthly_minor=100, pool_id=let)
        empty = await service.add_pool(house.manager, house.site_id, "Empty")
        owner = await make.resident(house)
        await booked(owner, first, 0, 2)
        await service.announce_outage(house.manager, planned(second, 3, 4))
        last: UUID = await db.value("SELECT id FROM unit WHERE pool_id = $1 ORDER BY name DESC LIMIT 1", pool)
        await booked(owner, last, 5, 1)

        async def free(hours: float) -> int | None:
            [row, _, _] = await place_lists.list_pools(owner, house.site_id, (TEN + hours * HOUR, TEN + (hours + 1) * HOUR))
            return row.free

        found = {hours: await free(hours) for hours in (1, 2, 3, 4, 4.5, 5, 6, 6.5)}
        unasked = await place_lists.list_pools(owner, house.site_id)
        with pytest.raises(PeriodInverted):
            await place_lists.list_pools(owner, house.site_id, (TEN, TEN))

    assert found == {1: 2, 2: 3, 3: 2, 4: 2, 4.5: 2, 5: 2, 6: 2, 6.5: 3}
    assert [(row.id, row.is_booked, row.free) for row in unasked] == [(pool, True, None), (let, False, None), (empty, False, None)]


async def test_a_rate_that_has_ended_makes_a_pool_let() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        _, [bench] = await pool_of(house, 1000)
        rate: UUID = await db.value("SELECT id FROM rate WHERE unit_id = $1", bench)
        await service.end_rate(SYSTEM, rate, clock.today("Europe/Berlin"), 1)

        today = await place_lists.list_pools(house.manager, house.site_id)
    with clock.travel_to(NOW + 24 * HOUR):
        tomorrow = await place_lists.list_pools(house.manager, house.site_id)

    assert ([row.is_booked for row in today], [row.is_booked for row in tomorrow]) == ([True], [False])
