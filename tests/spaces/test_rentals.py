"""The life of a rental: quoted, held, assigned, extended, moved to another unit, ended by notice. Each calendar day is billed once."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import service as billing
from incubator.billing.documents import MAKE_DOCUMENT
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PeriodInverted, PeriodTooLong, Stale
from incubator.kernel.ids import new_id
from incubator.spaces import rental_charging, service
from incubator.spaces.errors import UnitNotRentable, UnitTaken
from incubator.spaces.rental_errors import (
    AlreadyBilled,
    AlreadyEnding,
    DaysTaken,
    HoldOver,
    HoldTooLong,
    RentalNoticeTooShort,
    RentalOver,
    SameUnit,
)
from incubator.spaces.service import AssignTerms, BookingTerms, ChangeTerms, HoldTerms, Notice, RateTerms, RentalWish
from tests.support import make
from tests.support.drain import drain
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
DAY = timedelta(days=1)


async def bench_of(house: make.House) -> UUID:
    return await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000)


async def let(house: make.House, owner: Actor, unit: UUID, first: date = FIRST, last: date = LAST, **more: object) -> UUID:
    terms = AssignTerms(None, unit, owner.organization_id, first, last, **more)  # type: ignore[arg-type]  # values of the right types, by name
    return await service.assign_rental(house.manager, terms, make.fresh("assign-key-"))


async def rental(rental_id: UUID) -> dict[str, object]:
    found = await db.row("SELECT * FROM rental WHERE id = $1", rental_id)
    assert found is not None
    return dict(found)


async def held_days(rental_id: UUID) -> tuple[date, date]:
    """The first and last local day that a rental holds its unit."""
    found = await db.row(
        "SELECT starts_at AT TIME ZONE 'Europe/Berlin' AS a, ends_at AT TIME ZONE 'Europe/Berlin' AS b FROM unit_hold WHERE holder_id = $1",
        rental_id,
    )
    assert found is not None
    return found["a"].date(), (found["b"] - timedelta(microseconds=1)).date()


async def bill(house: make.House, month: date) -> None:
    """Bill a month, on its 28th; documents are left for later."""
    with clock.travel_to(datetime(month.year, month.month, 28, 12, tzinfo=UTC)):
        await billing.start_billing_run(house.manager, month, make.fresh("run-key-"))
        await drain(leave=(MAKE_DOCUMENT,))


async def billed_days(owner: Actor) -> list[date]:
    """Every day that was charged to an organisation for rentals, in order, as often as it was charged."""
    rows = await db.rows(
        "SELECT supplied_from AS a, supplied_to AS b FROM charge WHERE customer_id = $1 ORDER BY 1, 2", owner.organization_id
    )
    return [row["a"] + DAY * n for row in rows for n in range((row["b"] - row["a"]).days + 1)]


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


async def test_staff_waive_the_notice_with_a_reason_and_never_below_what_is_billed() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        made = await let(house, owner, await bench_of(house), date(2026, 3, 1), LAST)
        await bill(house, date(2026, 3, 1))
        before = await contents()
        with pytest.raises(AlreadyBilled) as billed:
            await service.give_notice(house.manager, made, date(2026, 3, 15), 1, "they go bankrupt")
        with pytest.raises(RentalNoticeTooShort) as early:
            await service.give_notice(house.manager, made, date(2026, 3, 31), 1)
        with pytest.raises(OutOfRange):
            await service.give_notice(house.manager, made, date(2026, 3, 9), 1, "yesterday")
        assert (billed.value.billed_until, early.value.may_override, await contents()) == (date(2026, 3, 31), True, before)

        await service.give_notice(house.manager, made, date(2026, 3, 31), 1, "they go bankrupt")

    assert ((await rental(made))["notice_waiver"], await held_days(made)) == ("they go bankrupt", (date(2026, 3, 1), date(2026, 3, 31)))


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
            (ChangeTerms(made, other, date(2026, 3, 20)), AlreadyBilled),
            (ChangeTerms(made, new_id(), date(2026, 4, 1)), NotFound),
            (ChangeTerms(new_id(), other, date(2026, 4, 1)), NotFound),
        ):
            with pytest.raises(refused):
                await service.change_unit(house.manager, terms, 1, make.fresh("change-key-"))
        with pytest.raises(Forbidden):
            await service.change_unit(owner, ChangeTerms(made, other, date(2026, 4, 1)), 1, "change-key-9")

        assert await contents() == before


async def test_a_billing_run_and_a_change_of_unit_meet_and_no_day_is_billed_twice() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        for _ in range(10):
            owner = await make.startup_owner()
            bench, other = await bench_of(house), await bench_of(house)
            made = await let(house, owner, bench, date(2026, 3, 1), date(2026, 3, 31))
            change = service.change_unit(house.manager, ChangeTerms(made, other, date(2026, 3, 16)), 1, make.fresh("change-key-"))

            found = await asyncio.gather(bill(house, date(2026, 3, 1)), change, return_exceptions=True)
            await bill(house, date(2026, 3, 1))

            assert [one for one in found if isinstance(one, BaseException) and not isinstance(one, AlreadyBilled)] == []
            assert sorted(await billed_days(owner)) == [date(2026, 3, 1) + DAY * n for n in range(31)]


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
