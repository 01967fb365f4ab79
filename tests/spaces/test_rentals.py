"""The life of a rental: quoted, held, assigned, extended, ended by notice. Each calendar day is billed once."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from incubator import db
from incubator.billing import checks
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PeriodInverted, PeriodTooLong, Stale
from incubator.kernel.ids import new_id
from incubator.spaces import rental_charging, service
from incubator.spaces.errors import UnitNotRentable, UnitTaken
from incubator.spaces.rental_errors import (
    AlreadyEnding,
    DaysTaken,
    HoldOver,
    HoldTooLong,
    RentalNoticeTooShort,
)
from incubator.spaces.service import AssignTerms, BookingTerms, HoldTerms, Notice, RateTerms, RentalWish
from tests.spaces.letting import DAY, FIRST, LAST, NOW, bench_of, bill, billed_days, held_days, let, owed, rental
from tests.support import make
from tests.support.drain import drain
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")


async def test_a_quote_names_price_tax_notice_and_the_days_on_which_the_unit_is_taken_and_holds_nothing() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench = await bench_of(house)
        await let(house, await make.startup_owner(), bench, date(2026, 4, 10), date(2026, 4, 12))
        before = await contents()

        quote = await service.quote_rental(owner, RentalWish(FIRST, date(2026, 4, 15), bench))
        cheaper = await service.quote_rental(house.manager, RentalWish(FIRST, LAST, bench, None, owner.organization_id, Decimal(10)))

        assert (quote.amount_minor, quote.taken, quote.notice) == (31_000, [(date(2026, 4, 10), date(2026, 4, 12))], Notice(1, "months"))
        assert quote.totals is not None
        assert (quote.totals.net_minor, quote.totals.tax_minor) == (31_000, 5_890)
        assert (cheaper.offered.prices.month_minor, cheaper.amount_minor, cheaper.usual_deposit_minor) == (55_800, 669_600, 55_800)
        assert await contents() == before


async def test_a_quote_of_a_pool_is_for_a_unit_that_is_free() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        pool = await service.add_pool(house.manager, house.site_id, "Any bench")
        one, other = [await make.unit(house, "bench", hourly_minor=None, monthly_minor=100, pool_id=pool) for _ in range(2)]
        await let(house, owner, one)

        free = await service.quote_rental(owner, RentalWish(FIRST, LAST, pool_id=pool))
        held = await service.hold_unit(house.manager, HoldTerms(FIRST, LAST, NOW + DAY, None, pool, owner.organization_id), "hold-key-1")
        with pytest.raises(DaysTaken):
            await service.hold_unit(house.manager, HoldTerms(FIRST, LAST, NOW + DAY, None, pool, owner.organization_id), "hold-key-2")

        assert (free.unit.id, await db.value("SELECT unit_id FROM rental_hold WHERE id = $1", held)) == (other, other)


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [
        (LAST, FIRST, PeriodInverted),
        (FIRST, date(2037, 6, 1), PeriodTooLong),
    ],
)
async def test_days_that_are_no_range_are_refused(first: date, last: date, refused: type[Exception]) -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench = await bench_of(house)
        before = await contents()

        with pytest.raises(refused):
            await service.quote_rental(owner, RentalWish(first, last, bench))
        with pytest.raises(refused):
            await let(house, owner, bench, first, last)
        with pytest.raises(refused):
            await service.hold_unit(house.manager, HoldTerms(first, last, NOW + DAY, bench, None, owner.organization_id), "hold-key-1")

        assert await contents() == before


async def test_who_neither_lets_nor_rents_gets_no_quote_and_unknown_things_are_unknown() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench, room = await bench_of(house), await make.unit(house)
        member = await make.person(owner.organization_id or new_id(), Role.MEMBER)

        for who in (member, (await make.house()).manager):
            with pytest.raises(Forbidden):
                await service.quote_rental(who, RentalWish(FIRST, LAST, bench, None, owner.organization_id))
        for wish in (RentalWish(FIRST, LAST, new_id()), RentalWish(FIRST, LAST, pool_id=new_id())):
            with pytest.raises(NotFound):
                await service.quote_rental(owner, wish)
        with pytest.raises(NotFound):
            await service.quote_rental(house.manager, RentalWish(FIRST, LAST, bench, None, new_id()))
        with pytest.raises(UnitNotRentable):
            await service.quote_rental(owner, RentalWish(FIRST, LAST, room))


async def test_a_hold_keeps_the_unit_until_it_expires_then_the_space_goes_to_who_waits() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        waiter, owner = await make.resident(house), await make.startup_owner()
        bench = await make.unit(house, "bench", monthly_minor=62_000, offer_minutes=60)
        terms = HoldTerms(date(2026, 3, 12), date(2026, 3, 20), NOW + DAY, bench, None, owner.organization_id)
        hold = await service.hold_unit(house.manager, terms, "hold-key-1")
        again = await service.hold_unit(house.manager, terms, "hold-key-1")
        noon = datetime(2026, 3, 13, 12, tzinfo=UTC)
        wish = BookingTerms(bench, noon, noon + timedelta(hours=1), "Me too")
        with pytest.raises(UnitTaken):
            await service.create_booking(waiter, wish, "book-key-1")
        entry = await service.join_waiting_list(waiter, wish)
    with clock.travel_to(NOW + DAY):
        await drain()
        with pytest.raises(HoldOver):
            await service.assign_rental(house.manager, AssignTerms(hold), "assign-key-1")

    assert again == hold
    assert await db.value("SELECT state FROM rental_hold") == "expired"
    assert await db.value("SELECT state FROM waiting_entry WHERE id = $1", entry) == "offered"
    assert await db.value("SELECT count(*) FROM unit_hold WHERE holder_id = $1", hold) == 0


async def test_an_owner_holds_where_the_policy_lets_and_no_longer_and_releases() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        closed, bench = await bench_of(house), await make.unit(house, "bench", monthly_minor=1, hold_minutes=2880)
        before = await contents()
        with pytest.raises(Forbidden):
            await service.hold_unit(owner, HoldTerms(FIRST, LAST, NOW + DAY, closed), "hold-key-1")
        with pytest.raises(HoldTooLong) as refused:
            await service.hold_unit(owner, HoldTerms(FIRST, LAST, NOW + 3 * DAY, bench), "hold-key-2")
        with pytest.raises(OutOfRange):
            await service.hold_unit(owner, HoldTerms(date(2026, 3, 9), LAST, NOW + DAY, bench), "hold-key-3")
        assert (refused.value.limit, await contents()) == (NOW + 2 * DAY, before)

        hold = await service.hold_unit(owner, HoldTerms(FIRST, LAST, NOW + 2 * DAY, bench), "hold-key-4")
        with pytest.raises(NotFound):
            await service.release_hold(await make.startup_owner(), hold)
        with pytest.raises(Stale):
            await service.release_hold(owner, hold, 7)
        await service.release_hold(owner, hold, 1)
        with pytest.raises(HoldOver):
            await service.release_hold(owner, hold)

        assert await db.value("SELECT count(*) FROM unit_hold") == 0


async def test_a_hold_becomes_a_rental_with_its_contract_and_deposit_once_for_a_key() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench = await bench_of(house)
        hold = await service.hold_unit(house.manager, HoldTerms(FIRST, LAST, NOW + DAY, bench, None, owner.organization_id), "hold-key-1")
        terms = AssignTerms(hold, deposit_minor=124_000, discount_percent=Decimal(50), notice=Notice(14, "days"))

        made = await asyncio.gather(*(service.assign_rental(house.manager, terms, "assign-key-1") for _ in range(4)))
        with pytest.raises(HoldOver):
            await service.assign_rental(house.manager, terms, "assign-key-2")
        await bill(house, FIRST)

    assert len(set(made)) == 1
    found = await rental(made[0])
    assert (found["monthly_minor"], found["notice_count"], found["notice_unit"]) == (31_000, 14, "days")
    assert await db.value("SELECT state FROM rental_hold") == "assigned"
    assert (await held_days(made[0]), await db.value("SELECT count(*) FROM unit_hold")) == ((FIRST, LAST), 1)
    assert await db.value("SELECT gross_minor FROM invoice WHERE id = $1", found["deposit_id"]) == 124_000
    assert await db.value("SELECT amount_minor FROM charge") == 31_000


async def test_a_taken_unit_is_refused_with_the_days_and_nothing_is_written() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench = await bench_of(house)
        await let(house, owner, bench, date(2026, 6, 1), date(2026, 6, 2))
        await let(house, owner, bench, date(2026, 8, 3), date(2026, 8, 3))
        before = await contents()

        with pytest.raises(DaysTaken) as refused:
            await let(house, owner, bench, deposit_minor=100)

        assert refused.value.days == ["2026-06-01 – 2026-06-02", "2026-08-03"]
        assert await contents() == before


async def test_a_short_stay_is_charged_by_weeks_and_days_when_it_is_over_and_once() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench = await bench_of(house)
        for basis, amount in (("week", 20_000), ("day", 4_000)):
            await service.add_rate(house.manager, RateTerms(house.site_id, basis, amount, date(2026, 1, 1), unit_id=bench))
        made = await let(house, owner, bench, FIRST, date(2026, 4, 9))
        early = await rental_charging.charge_ended_stays()
    with clock.travel_to(datetime(2026, 4, 9, 22, 30, tzinfo=UTC)):
        counts = [await rental_charging.charge_ended_stays() for _ in range(2)]

    charged = await db.rows("SELECT quantity, amount_minor, supplied_from, supplied_to FROM charge ORDER BY supplied_from")
    assert (early, counts, (await rental(made))["contract_id"]) == (0, [1, 0], None)
    assert [tuple(row) for row in charged] == [
        (1, 20_000, FIRST, date(2026, 4, 7)),
        (2, 8_000, date(2026, 4, 8), date(2026, 4, 9)),
    ]


async def test_a_notice_ends_the_rental_its_contract_and_its_hold_and_is_previewed_in_money() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench = await bench_of(house)
        made = await let(house, owner, bench, FIRST, LAST)
    with clock.travel_to(datetime(2026, 5, 5, 9, tzinfo=UTC)):
        seen = await service.preview_notice(owner, made)
        before = await contents()
        with pytest.raises(RentalNoticeTooShort) as early:
            await service.give_notice(owner, made, date(2026, 6, 29), 1)
        with pytest.raises(Stale):
            await service.give_notice(owner, made, seen.earliest_on, 9)
        assert (early.value.limit, early.value.may_override, await contents()) == (date(2026, 6, 30), False, before)
        await service.give_notice(owner, made, seen.earliest_on, 1)
        with pytest.raises(AlreadyEnding):
            await service.give_notice(owner, made, date(2026, 6, 15), 2, "again")
        for month in (4, 5, 6, 7):
            await bill(house, date(2026, month, 1))

    assert seen.due is not None
    assert (seen.earliest_on, seen.needs_waiver, sum(line.amount_minor for line in seen.due), seen.spared_minor) == (
        date(2026, 6, 30),
        False,
        54_000 + 62_000,
        9 * 62_000,
    )
    assert await held_days(made) == (FIRST, date(2026, 6, 30))
    assert await billed_days(owner) == [FIRST + DAY * n for n in range(91)]


async def test_staff_waive_the_notice_with_a_reason_and_what_was_billed_for_days_after_it_comes_back() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        made = await let(house, owner, await bench_of(house), date(2026, 3, 1), LAST)
        await bill(house, date(2026, 3, 1))
        before = await contents()
        with pytest.raises(RentalNoticeTooShort) as early:
            await service.give_notice(house.manager, made, date(2026, 3, 31), 1)
        with pytest.raises(OutOfRange):
            await service.give_notice(house.manager, made, date(2026, 3, 9), 1, "yesterday")
        assert (early.value.may_override, await contents()) == (True, before)

        await service.give_notice(house.manager, made, date(2026, 3, 15), 1, "they go bankrupt")

    assert ((await rental(made))["notice_waiver"], await held_days(made)) == ("they go bankrupt", (date(2026, 3, 1), date(2026, 3, 15)))
    assert await owed(owner) == 30_000
    assert await db.value("SELECT net_minor FROM invoice WHERE kind = 'credit note'") == 32_000
    assert await checks.problems() == []


async def test_a_rental_goes_on_longer_unless_the_unit_is_taken_then() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        bench = await bench_of(house)
        made = await let(house, owner, bench, date(2026, 3, 1), date(2026, 3, 20))
        await bill(house, date(2026, 3, 1))
        await let(house, owner, bench, date(2026, 6, 1), date(2026, 6, 30))
        before = await contents()
        with pytest.raises(DaysTaken) as taken:
            await service.extend_rental(house.manager, made, date(2026, 6, 15), 1)
        with pytest.raises(PeriodInverted):
            await service.extend_rental(house.manager, made, date(2026, 3, 20), 1)
        with pytest.raises(PeriodTooLong):
            await service.extend_rental(house.manager, made, date(2037, 6, 1), 1)
        with pytest.raises(Forbidden):
            await service.extend_rental(owner, made, date(2026, 4, 15), 1)
        assert (taken.value.days, await contents()) == (["2026-06-01 – 2026-06-15"], before)

        await service.extend_rental(house.manager, made, date(2026, 4, 15), 1)
        for month in (3, 4, 5):
            await bill(house, date(2026, month, 1))

    assert await held_days(made) == (date(2026, 3, 1), date(2026, 4, 15))
    assert await billed_days(owner) == [date(2026, 3, 1) + DAY * n for n in range(46)]
