"""Days of credit: used before money by short stays, never twice, given back when unused; by example and against a plain count of days."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, Price, RecurringTerm, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor
from incubator.kernel.errors import DomainError, NotFound, OutOfRange, PatternMismatch, PeriodInverted
from incubator.spaces import rental_charging, service
from incubator.spaces.service import BookingTerms, ChangeTerms, HoldTerms, OwnerTerms, RateTerms, RentalWish
from tests.spaces.letting import NOW, let, rental
from tests.spaces.plain_credit import DAY, walk
from tests.support import make
from tests.support.drain import drain
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
YEAR = date(2026, 1, 1)
WEEK_MINOR, DAY_MINOR = 20_000, 4_000


async def with_plan(
    house: make.House, owner: Actor, days: int | None, first: date = YEAR, last: date | None = None, *, kind: str = "desk", **more: int
) -> None:
    """Give an organisation a plan with days of credit a month."""
    plan = await make.plan(house)
    await service.grant_credit(house.manager, plan, kind, days_per_month=days, **more)
    assert owner.organization_id is not None
    term = RecurringTerm("plan", "Plan", Price(0, Basis.MONTH, False), Supply.SERVICE, first, last, plan)
    async with db.transaction():
        await billing.open_contract(SYSTEM, Buyer(owner.organization_id, house.legal_entity_id, house.site_id, "EUR"), [term])


async def desks(house: make.House, count: int, **rates: int) -> list[UUID]:
    """Desks that are let by weeks and days."""
    for basis, amount in (rates or {"week": WEEK_MINOR, "day": DAY_MINOR}).items():
        await service.add_rate(house.manager, RateTerms(house.site_id, basis, amount, YEAR, kind="desk"))
    return [await make.unit(house, "desk", hourly_minor=None) for _ in range(count)]


async def lines_of(owner: Actor, unit: UUID, first: date, last: date) -> list[tuple[str, int, int]]:
    """What a quote says: of each line what it is, how many, and its amount."""
    quote = await service.quote_rental(owner, RentalWish(first, last, unit))
    return [(line.what, line.quantity, line.amount_minor) for line in quote.lines]


async def credit_of(rental_id: UUID) -> list[date]:
    """The days of a rental that credit pays."""
    found = await db.value("SELECT json_agg(d) FROM rental, jsonb_array_elements_text(credit_days) d WHERE id = $1", rental_id)
    return [date.fromisoformat(day) for day in json.loads(found or "[]")]


async def charge(at: datetime) -> list[int]:
    """Charge stays that are over at an instant; returns what was charged by then, the smallest first."""
    with clock.travel_to(at):
        await rental_charging.charge_ended_stays()
    return [row["amount_minor"] for row in await db.rows("SELECT amount_minor FROM charge ORDER BY 1")]


async def test_a_quote_applies_the_credit_of_each_month_first_days_first_and_holds_nothing() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        [desk] = await desks(house, 1)
        await with_plan(house, owner, 5)
        before = await contents()

        quote = await service.quote_rental(owner, RentalWish(date(2026, 3, 28), date(2026, 4, 14), desk))

        assert await contents() == before
    shown = [(line.what, line.quantity, line.amount_minor, line.first, line.last) for line in quote.lines]
    assert shown == [
        ("credit", 9, 0, date(2026, 3, 28), date(2026, 4, 5)),
        ("week", 1, WEEK_MINOR, date(2026, 4, 6), date(2026, 4, 12)),
        ("day", 2, 2 * DAY_MINOR, date(2026, 4, 13), date(2026, 4, 14)),
    ]
    assert quote.totals is not None
    assert (quote.amount_minor, quote.totals.net_minor) == (28_000, 28_000)


async def test_paid_days_count_together_around_the_credit_of_the_next_month() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        [desk] = await desks(house, 1)
        await with_plan(house, owner, 2)

        quote = await service.quote_rental(owner, RentalWish(date(2026, 3, 27), date(2026, 4, 6), desk))

    shown = [(line.what, line.quantity, line.first, line.last) for line in quote.lines]
    assert shown == [
        ("credit", 2, date(2026, 3, 27), date(2026, 3, 28)),
        ("credit", 2, date(2026, 4, 1), date(2026, 4, 2)),
        ("week", 1, date(2026, 3, 29), date(2026, 4, 6)),
    ]


async def test_what_one_rental_uses_another_does_not_and_the_next_month_begins_anew() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        one, other = await desks(house, 2)
        await with_plan(house, owner, 5)

        made = await let(house, owner, one, date(2026, 4, 6), date(2026, 4, 8))
        same_month = await lines_of(owner, other, date(2026, 4, 1), date(2026, 4, 4))
        next_month = await lines_of(owner, other, date(2026, 5, 1), date(2026, 5, 4))

    assert await credit_of(made) == walk(date(2026, 4, 6), date(2026, 4, 8))
    assert same_month == [("credit", 2, 0), ("day", 2, 8_000)]
    assert next_month == [("credit", 4, 0)]


async def test_a_stay_that_credit_pays_costs_nothing_and_another_what_was_agreed_after_credit_once() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        one, other = await desks(house, 2)
        await with_plan(house, owner, 5)
        free = await let(house, owner, one, date(2026, 4, 1), date(2026, 4, 3))
        paid = await let(house, owner, other, date(2026, 4, 1), date(2026, 4, 10))
        shown = await service.preview_notice(owner, paid, date(2026, 4, 9))
    early = await charge(datetime(2026, 4, 10, 21, tzinfo=UTC))
    charged = await charge(datetime(2026, 4, 10, 22, 30, tzinfo=UTC))
    again = await charge(datetime(2026, 4, 12, tzinfo=UTC))

    assert (len(await credit_of(free)), len(await credit_of(paid))) == (3, 2)
    assert shown.due is not None
    assert [(line.what, line.quantity, line.amount_minor) for line in shown.due] == [("credit", 2, 0), ("week", 1, WEEK_MINOR)]
    assert (shown.spared_minor, early, charged, again) == (DAY_MINOR, [], [DAY_MINOR, WEEK_MINOR], [DAY_MINOR, WEEK_MINOR])
    assert (await rental(free))["charged_at"] is not None
    days = await db.rows("SELECT supplied_from, supplied_to FROM charge ORDER BY supplied_from")
    assert [tuple(row) for row in days] == [(date(2026, 4, 3), date(2026, 4, 9)), (date(2026, 4, 10), date(2026, 4, 10))]


async def test_a_stay_that_ends_early_gives_its_days_back() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        one, other = await desks(house, 2)
        await with_plan(house, owner, 5)
        made = await let(house, owner, one, date(2026, 4, 1), date(2026, 4, 6))
        before = await lines_of(owner, other, date(2026, 4, 20), date(2026, 4, 23))

        await service.give_notice(house.manager, made, date(2026, 4, 2), 1, "they are done")
        after = await lines_of(owner, other, date(2026, 4, 20), date(2026, 4, 23))

    assert (before, after) == ([("day", 4, 16_000)], [("credit", 3, 0), ("day", 1, 4_000)])
    assert await credit_of(made) == walk(date(2026, 4, 1), date(2026, 4, 2))
    assert await charge(datetime(2026, 5, 1, tzinfo=UTC)) == []


async def test_a_stay_that_moves_gives_its_days_back_and_its_heir_takes_what_is_left() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        one, other = await desks(house, 2)
        await with_plan(house, owner, 5)
        made = await let(house, owner, one, date(2026, 4, 1), date(2026, 4, 8))

        seen = await service.quote_rental(owner, RentalWish(date(2026, 4, 3), date(2026, 4, 8), other, rental_id=made))
        heir = await service.change_unit(house.manager, ChangeTerms(made, other, date(2026, 4, 3)), 1, "change-key-1")

    assert (await credit_of(made), await credit_of(heir)) == (
        walk(date(2026, 4, 1), date(2026, 4, 2)),
        walk(date(2026, 4, 3), date(2026, 4, 5)),
    )
    assert await charge(datetime(2026, 5, 1, tzinfo=UTC)) == [seen.amount_minor] == [3 * DAY_MINOR]


async def test_a_stay_that_goes_on_longer_takes_what_is_left_of_the_days_that_are_added() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        one, other = await desks(house, 2)
        await with_plan(house, owner, 4)
        await let(house, owner, other, date(2026, 4, 20), date(2026, 4, 20))
        made = await let(house, owner, one, date(2026, 4, 28), date(2026, 4, 29))
        before = await contents()
        seen = await service.quote_rental(owner, RentalWish(date(2026, 4, 30), date(2026, 5, 6), one, rental_id=made))
        assert await contents() == before

        await service.extend_rental(house.manager, made, date(2026, 5, 6), 1)

    assert await credit_of(made) == [*walk(date(2026, 4, 28), date(2026, 4, 30)), *walk(date(2026, 5, 1), date(2026, 5, 4))]
    assert await charge(datetime(2026, 6, 1, tzinfo=UTC)) == [seen.amount_minor] == [2 * DAY_MINOR]
    assert (seen.starts_on, seen.taken, [line.what for line in seen.lines]) == (date(2026, 4, 28), [], ["credit", "day"])


async def test_what_it_costs_to_go_on_by_the_month_is_priced_by_the_month_and_of_nobody_elses_rental() -> None:
    with clock.travel_to(NOW):
        house, owner, stranger = await make.house(), await make.startup_owner(), await make.startup_owner()
        await desks(house, 0)
        one, other = [await make.unit(house, "desk", hourly_minor=None, monthly_minor=amount) for amount in (30_000, 60_000)]
        made = await let(house, owner, one, date(2026, 4, 1), date(2026, 5, 31))

        longer = await service.quote_rental(owner, RentalWish(date(2026, 6, 1), date(2026, 6, 5), one, rental_id=made))
        moved = await service.quote_rental(owner, RentalWish(date(2026, 5, 27), date(2026, 5, 31), other, rental_id=made))
        for actor, wish in (
            (stranger, RentalWish(date(2026, 6, 1), date(2026, 6, 5), one, rental_id=made)),
            (owner, RentalWish(date(2026, 6, 1), date(2026, 6, 5), one, rental_id=one)),
            (house.manager, RentalWish(date(2026, 6, 1), date(2026, 6, 5), one, None, stranger.organization_id, rental_id=made)),
        ):
            with pytest.raises(NotFound):
                await service.quote_rental(actor, wish)
        with pytest.raises(PeriodInverted):
            await service.quote_rental(owner, RentalWish(date(2026, 5, 1), date(2026, 5, 31), one, rental_id=made))

    assert [(line.what, line.quantity, line.amount_minor) for line in longer.lines] == [("part of month", 5, 5_000)]
    assert [(line.what, line.quantity, line.amount_minor) for line in moved.lines] == [("part of month", 5, 9_677)]


async def test_a_hold_uses_no_credit_whether_it_is_released_or_expires() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        one, other = await desks(house, 2)
        await with_plan(house, owner, 3)
        first, last = date(2026, 4, 1), date(2026, 4, 3)
        held = [
            await service.hold_unit(house.manager, HoldTerms(first, last, NOW + DAY, unit, None, owner.organization_id), f"hold-key-{unit}")
            for unit in (one, other)
        ]
        while_held = await lines_of(owner, one, first, last)
        await service.release_hold(house.manager, held[0])
    with clock.travel_to(NOW + 2 * DAY):
        await drain()

        assert (while_held, await lines_of(owner, other, first, last)) == ([("credit", 3, 0)], [("credit", 3, 0)])
        assert len(await credit_of(await let(house, owner, other, first, last))) == 3


async def test_a_rental_by_the_month_takes_no_credit() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        await desks(house, 0)
        desk = await make.unit(house, "desk", hourly_minor=None, monthly_minor=62_000)
        await with_plan(house, owner, 5)

        monthly = await lines_of(owner, desk, date(2026, 4, 1), date(2026, 4, 30))
        made = await let(house, owner, desk, date(2026, 4, 1), date(2026, 4, 30))

    assert (monthly, await credit_of(made)) == ([("month", 1, 62_000)], [])


async def test_credit_never_makes_a_stay_dearer_and_none_is_used_that_saves_nothing() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        [desk] = await desks(house, 1)
        await with_plan(house, owner, 2)
        week = await lines_of(owner, desk, date(2026, 4, 1), date(2026, 4, 7))
        eight = await lines_of(owner, desk, date(2026, 4, 1), date(2026, 4, 8))
        gift = await service.quote_rental(
            house.manager, RentalWish(date(2026, 4, 1), date(2026, 4, 2), desk, None, owner.organization_id, Decimal(100))
        )

    # Five days cost as much as the week; seven days less than six.
    assert (week, eight) == ([("week", 1, WEEK_MINOR)], [("credit", 1, 0), ("week", 1, WEEK_MINOR)])
    assert [line.what for line in gift.lines] == ["day"]


async def test_minutes_pay_no_days_and_days_no_minutes() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.resident(await make.house())
        [desk] = await desks(house, 1, hour=1_000, day=DAY_MINOR)
        await with_plan(house, owner, None, minutes_per_month=6_000)
        by_minutes = await lines_of(owner, desk, date(2026, 4, 1), date(2026, 4, 2))
        other = await make.startup_owner()
        await with_plan(house, other, 5)
        at = datetime(2026, 3, 11, 9, tzinfo=UTC)
        booked = await service.quote_booking(other, BookingTerms(desk, at, at + timedelta(hours=1), ""))

    assert (by_minutes, booked.credit_minutes, booked.price_minor) == ([("day", 2, 8_000)], 0, 1_000)


async def test_a_plan_gives_its_own_kind_at_its_contracts_site_while_it_holds() -> None:
    with clock.travel_to(NOW):
        house, elsewhere = await make.house(), await make.house()
        [desk] = await desks(house, 1)
        of_kind, of_site, ended, late, other = [await make.startup_owner() for _ in range(5)]
        await with_plan(house, of_kind, 5, kind="bench")
        await with_plan(elsewhere, of_site, 5)
        await with_plan(house, ended, 5, last=date(2026, 4, 2))
        await with_plan(house, late, 5, date(2026, 4, 4))
        first, last = date(2026, 4, 1), date(2026, 4, 4)

        found = [await lines_of(owner, desk, first, last) for owner in (of_kind, of_site, ended, late, other)]

    nothing = [("day", 4, 16_000)]
    assert found == [nothing, nothing, [("credit", 2, 0), ("day", 2, 8_000)], [("credit", 1, 0), ("day", 3, 12_000)], nothing]


async def test_a_plan_that_ends_takes_no_day_back_that_was_agreed() -> None:
    with clock.travel_to(NOW):
        house, owner = await make.house(), await make.startup_owner()
        [desk] = await desks(house, 1)
        await with_plan(house, owner, 5)
        made = await let(house, owner, desk, date(2026, 4, 1), date(2026, 4, 6))
        await billing.end_contract(SYSTEM, await db.value("SELECT id FROM contract"), date(2026, 3, 31))

    assert len(await credit_of(made)) == 5
    assert await charge(datetime(2026, 5, 1, tzinfo=UTC)) == [DAY_MINOR]


@pytest.mark.parametrize(
    ("amounts", "refused"),
    [
        ({}, PatternMismatch),
        ({"minutes_per_month": 60, "days_per_month": 5}, PatternMismatch),
        ({"days_per_month": 0}, OutOfRange),
        ({"days_per_month": 32}, OutOfRange),
        ({"minutes_per_month": 0}, OutOfRange),
    ],
)
async def test_credit_is_either_minutes_or_days_within_a_month(amounts: dict[str, Any], refused: type[DomainError]) -> None:
    house = await make.house()
    plan, before = await make.plan(house), ""
    before = await contents()

    with pytest.raises(refused):
        await service.grant_credit(house.manager, plan, "desk", **amounts)

    assert await contents() == before


async def test_what_a_short_stay_of_an_owners_unit_costs_stands_for_the_unit() -> None:
    with clock.travel_to(NOW):
        house, owner, provider = await make.house(), await make.startup_owner(), await make.organization("university")
        [desk] = await desks(house, 1)
        await service.set_owner(house.manager, desk, OwnerTerms(provider, Decimal(50)))
        await with_plan(house, owner, 1)
        await let(house, owner, desk, date(2026, 4, 1), date(2026, 4, 2))

    assert await charge(datetime(2026, 4, 4, tzinfo=UTC)) == [DAY_MINOR]
    assert await db.value("SELECT unit_id FROM charge") == desk
