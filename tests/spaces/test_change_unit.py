"""A rental goes on in another unit: linked, billed once for each day, also when two or a billing run meet."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import checks
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange
from incubator.kernel.ids import new_id
from incubator.spaces import service
from incubator.spaces.rental_errors import (
    DaysTaken,
    RentalOver,
    SameUnit,
)
from incubator.spaces.service import AssignTerms, ChangeTerms
from tests.spaces.letting import DAY, FIRST, LAST, NOW, bench_of, bill, billed_days, held_days, let, owed, rental
from tests.support import make
from tests.support.drain import drain
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")


async def test_a_change_of_unit_links_both_and_bills_each_day_once_at_its_own_price() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench, better = await bench_of(house), await make.unit(house, "bench", hourly_minor=None, monthly_minor=93_000)
        made = await let(house, owner, bench, date(2026, 3, 1), date(2026, 4, 30), deposit_minor=500)
        terms = ChangeTerms(made, better, date(2026, 4, 11))
        await bill(house, date(2026, 3, 1))
        heirs = await asyncio.gather(*(service.change_unit(house.manager, terms, 1, "change-key-1") for _ in range(3)))
        with pytest.raises(RentalOver):
            await service.extend_rental(house.manager, made, LAST, 2)
        await bill(house, date(2026, 4, 1))
        await drain()

    old, heir = await rental(made), await rental(heirs[0])
    assert len(set(heirs)) == 1
    assert (old["ends_on"], old["heir_id"], old["deposit_id"]) == (date(2026, 4, 10), heir["id"], None)
    assert (heir["starts_on"], heir["ends_on"], heir["ancestor_id"], heir["contract_id"]) == (
        date(2026, 4, 11),
        date(2026, 4, 30),
        made,
        old["contract_id"],
    )
    assert await billed_days(owner) == [date(2026, 3, 1) + DAY * n for n in range(61)]
    assert [row["amount_minor"] for row in await db.rows("SELECT amount_minor FROM charge ORDER BY supplied_from")] == [
        62_000,
        20_667,
        62_000,
    ]
    assert (await held_days(made), await held_days(heirs[0])) == (
        (date(2026, 3, 1), date(2026, 4, 10)),
        (date(2026, 4, 11), date(2026, 4, 30)),
    )


async def test_a_change_that_cannot_be_is_refused_and_writes_nothing() -> None:
    with clock.travel_to(NOW):
        house, owner, elsewhere = await make.house(), await make.startup_owner(), await make.house()
        bench, other, away = await bench_of(house), await bench_of(house), await bench_of(elsewhere)
        made = await let(house, owner, bench, date(2026, 3, 1), LAST)
        await bill(house, date(2026, 3, 1))
        await let(house, owner, other, date(2026, 5, 1), date(2026, 5, 3))
        before = await contents()

        for terms, refused in (
            (ChangeTerms(made, other, date(2026, 4, 1)), DaysTaken),
            (ChangeTerms(made, bench, date(2026, 4, 1)), SameUnit),
            (ChangeTerms(made, away, date(2026, 4, 1)), OutOfRange),
            (ChangeTerms(made, other, date(2026, 3, 1)), OutOfRange),
            (ChangeTerms(made, new_id(), date(2026, 4, 1)), NotFound),
            (ChangeTerms(new_id(), other, date(2026, 4, 1)), NotFound),
        ):
            with pytest.raises(refused):
                await service.change_unit(house.manager, terms, 1, make.fresh("change-key-"))
        with pytest.raises(Forbidden):
            await service.change_unit(owner, ChangeTerms(made, other, date(2026, 4, 1)), 1, "change-key-9")

        assert await contents() == before


async def test_a_billing_run_and_a_change_of_unit_meet_and_no_day_is_paid_twice() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        for _ in range(10):
            owner = await make.startup_owner()
            bench, other = await bench_of(house), await bench_of(house)
            made = await let(house, owner, bench, date(2026, 3, 1), date(2026, 3, 31))
            change = service.change_unit(house.manager, ChangeTerms(made, other, date(2026, 3, 16)), 1, make.fresh("change-key-"))

            found = await asyncio.gather(bill(house, date(2026, 3, 1)), change, return_exceptions=True)
            await bill(house, date(2026, 3, 1))

            assert [one for one in found if isinstance(one, BaseException)] == []
            assert await owed(owner) == 62_000
    assert await checks.problems() == []


async def test_two_tenants_who_swap_at_once_never_share_a_unit() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        for _ in range(5):
            units = [await bench_of(house) for _ in range(2)]
            made = [await let(house, await make.startup_owner(), unit, date(2026, 3, 1)) for unit in units]
            changes = [ChangeTerms(one, unit, date(2026, 4, 1)) for one, unit in zip(made, reversed(units), strict=True)]

            found = await asyncio.gather(
                *(service.change_unit(house.manager, terms, 1, make.fresh("swap-key-")) for terms in changes), return_exceptions=True
            )

            assert {type(one) for one in found} <= {UUID, DaysTaken}
    assert await db.value("SELECT count(*) FROM rental") == await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'rental'")


async def test_the_system_lets_too() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        terms = AssignTerms(None, await bench_of(house), owner.organization_id, FIRST, LAST)

        made = await service.assign_rental(SYSTEM, terms, "assign-key-1")

    assert (await rental(made))["organization_id"] == owner.organization_id
