"""Days of credit against a plain count of days: the arithmetic of months, the cheapest choice, and walks through the database."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator import db
from incubator.kernel import clock
from incubator.kernel.periods import month_of
from incubator.spaces import rental_charging, service
from incubator.spaces.allowances import Given
from incubator.spaces.rental_credits import credit_days
from incubator.spaces.rental_pricing import Prices, cheapest_credit, price_stay
from incubator.spaces.service import ChangeTerms
from tests.spaces.letting import let
from tests.spaces.plain_allowance import CarriedCredit
from tests.spaces.plain_credit import PlainCredit, plain_choice, plain_days, plain_due, walk
from tests.spaces.test_rental_credits import DAY_MINOR, WEEK_MINOR, YEAR, credit_of, desks, with_plan
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")

DAYS = st.dates(date(2024, 1, 25), date(2026, 3, 5))
TERMS = st.lists(st.tuples(DAYS, st.integers(0, 90)).map(lambda term: (term[0], term[0] + timedelta(days=term[1]))), min_size=1, max_size=3)
PLANS = st.lists(st.tuples(st.integers(1, 31), TERMS), max_size=3)


@given(DAYS, st.integers(0, 80), PLANS, st.lists(DAYS, max_size=20))
def test_each_month_gives_its_first_days_as_a_walk_day_by_day_does(
    first: date, more: int, plans: list[tuple[int, list[tuple[date, date]]]], used: list[date]
) -> None:
    last = first + timedelta(days=more)

    found = credit_days(
        first, last, [Given(per_month, tuple(terms)) for per_month, terms in plans], Counter(month_of(day).first for day in used)
    )

    assert found == plain_days(first, last, plans, used)


PRICE = st.none() | st.integers(0, 9)


@given(DAYS, st.integers(0, 60), PRICE, PRICE, st.data())
def test_the_cheapest_credit_is_that_of_all_tries_and_every_day_is_free_or_paid_once(
    first: date, more: int, week: int | None, day: int | None, data: st.DataObject
) -> None:
    week = 5 if week is None and day is None else week
    every = walk(first, first + timedelta(days=more))
    left = sorted(data.draw(st.sets(st.sampled_from(every))))
    prices = Prices(None, *(() if price is None else ((0, price),) for price in (week, day)))

    credit = cheapest_credit(prices, len(every), left)
    lines = price_stay(prices, first, every[-1], "EUR", credit)

    assert list(credit) == plain_choice(lambda days: plain_due(week, day, days), len(every), left)
    assert sum(line.amount_minor for line in lines) == plain_due(week, day, len(every) - len(credit))
    free = [one for line in lines if line.what == "credit" for one in walk(line.first, line.last)]
    paid = [one for one in every if one not in free]
    assert (free, sum(line.quantity for line in lines if line.what == "credit")) == (list(credit), len(credit))
    assert {one for line in lines if line.what != "credit" for one in walk(line.first, line.last)} >= set(paid)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu"])
@pytest.mark.parametrize("seed", range(3))
async def test_stays_that_begin_end_move_and_go_on_use_credit_as_the_plain_model_does(zone: str, seed: int) -> None:
    await walk_through(zone, seed, PlainCredit(PLANS_OF_WALK, WEEK_MINOR, DAY_MINOR))


@pytest.mark.parametrize(("zone", "carries"), [("Europe/Berlin", 1), ("Pacific/Auckland", 2)])
async def test_stays_use_days_that_are_carried_as_a_matching_of_every_day_does(zone: str, carries: int) -> None:
    await walk_through(zone, carries, CarriedCredit(PLANS_OF_WALK, WEEK_MINOR, DAY_MINOR, [], carries, date(2026, 1, 27)))


PLANS_OF_WALK = [(6, [(YEAR, date(2026, 4, 17))]), (3, [(date(2026, 3, 10), date(2036, 1, 1))])]


async def walk_through(zone: str, seed: int, model: PlainCredit) -> None:
    """Let, end, extend and move stays by chance; what they use and cost is always what the model says."""
    chance, now = random.Random(f"{zone} {seed}"), datetime(2026, 1, 27, 3, tzinfo=UTC)
    ids: list[UUID] = []
    carries = model.carries_months if isinstance(model, CarriedCredit) else 0
    with clock.travel_to(now):
        house, owner = await make.house(time_zone=zone), await make.startup_owner()
        units = await desks(house, 60)
        for per_month, [(begins, ends)] in PLANS_OF_WALK:
            await with_plan(house, owner, per_month, begins, ends, carries_months=carries)

    async def begin(today: date) -> None:
        first = today + timedelta(days=chance.randrange(25))
        last = first + timedelta(days=1 + chance.randrange(18))
        ids.append(await let(house, owner, units.pop(), first, last))
        model.let(first, last)

    def standing(today: date) -> int:
        return chance.choice([n for n, stay in enumerate(model.stays) if stay.last > max(today, stay.first) and not stay.is_moved])

    async def version(number: int) -> int:
        return int(await db.value("SELECT version FROM rental WHERE id = $1", ids[number]))

    async def end(today: date) -> None:
        number = standing(today)
        stay = model.stays[number]
        last = max(today, stay.first) + timedelta(days=chance.randrange((stay.last - max(today, stay.first)).days))
        await db.execute("UPDATE rental SET notice_given_at = NULL WHERE id = $1", ids[number])  # as if nobody had yet
        await service.give_notice(house.manager, ids[number], last, await version(number), "they are done")
        model.end(stay, last)

    async def extend(today: date) -> None:
        number = standing(today)
        last = model.stays[number].last + timedelta(days=1 + chance.randrange(15))
        await service.extend_rental(house.manager, ids[number], last, await version(number))
        model.extend(model.stays[number], last)

    async def move(today: date) -> None:
        number = standing(today)
        stay = model.stays[number]
        first = stay.first + timedelta(days=1 + chance.randrange((stay.last - stay.first).days))
        terms = ChangeTerms(ids[number], units.pop(), first)
        ids.append(await service.change_unit(house.manager, terms, await version(number), make.fresh("move-key-")))
        model.move(stay, first)

    for change in chance.choices([end, extend, move], k=16):
        now += timedelta(hours=chance.randrange(100))
        with clock.travel_to(now):
            await rental_charging.charge_ended_stays()
            await begin(clock.today(zone))
            await change(clock.today(zone))
        assert [await credit_of(one) for one in ids] == [stay.credit for stay in model.stays]
    with clock.travel_to(now + timedelta(days=300)):
        await rental_charging.charge_ended_stays()

    charged = {
        row["source_id"]: row["due"] for row in await db.rows("SELECT source_id, sum(amount_minor)::int AS due FROM charge GROUP BY 1")
    }
    assert [charged.get(one, 0) for one in ids] == [model.charged(stay) for stay in model.stays]
