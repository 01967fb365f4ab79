"""Minutes that are carried into later months, as bookings use them: quoted, booked, given back, never used twice; and who sees what is left."""

import asyncio
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import service as billing
from incubator.kernel import clock
from incubator.kernel.actor import ANONYMOUS, SYSTEM, Actor, Role
from incubator.kernel.errors import OutOfRange
from incubator.kernel.periods import month_of
from incubator.spaces import charging, service
from incubator.spaces.allowance_queries import list_allowances
from incubator.spaces.allowances import Given
from incubator.spaces.changing import MoveTerms
from incubator.spaces.service import BookingTerms
from tests.spaces.letting import let
from tests.spaces.plain_allowance import plain_left
from tests.spaces.test_rental_credits import desks, with_plan
from tests.support import make
from tests.support.written import contents

pytestmark = pytest.mark.usefixtures("database")
JANUARY = datetime(2026, 1, 12, 9, tzinfo=UTC)  # 10:00 in Berlin
HOUR, MONTH = timedelta(hours=1), timedelta(days=31)
YEAR = date(2026, 1, 1)


async def members(minutes: int, carries: int, last: date | None = None) -> tuple[make.House, Actor]:
    """A house, and a startup whose plan gives so many minutes of meeting rooms and carries them; rooms cost 45.00 an hour."""
    house = await make.house()
    resident = await make.resident(house)
    await with_plan(house, resident, None, last=last, kind="meeting room", minutes_per_month=minutes, carries_months=carries)
    return house, resident


async def book(actor: Actor, room: UUID, at: datetime, hours: float) -> tuple[UUID, int, int]:
    """Book as it was quoted; returns the booking, its minutes of credit and its price."""
    terms = BookingTerms(room, at, at + hours * HOUR, "Board")
    quote = await service.quote_booking(actor, terms)
    booking = await service.create_booking(actor, terms, make.fresh("carried-key-"))
    found = await db.row("SELECT credit_minutes, price_minor FROM booking WHERE id = $1", booking)
    assert found is not None
    assert (found["credit_minutes"], found["price_minor"]) == (quote.credit_minutes, quote.price_minor)
    return booking, found["credit_minutes"], found["price_minor"]


async def test_a_quote_shows_carried_credit_and_the_charge_is_what_it_said() -> None:
    with clock.travel_to(JANUARY):
        house, resident = await members(120, 1)
        room = await make.unit(house, horizon_days=90)
        _, in_january, _ = await book(resident, room, JANUARY + HOUR, 0.5)
        _, in_february, price = await book(resident, room, JANUARY + MONTH, 4)
        _, in_march, _ = await book(resident, room, JANUARY + 2 * MONTH, 4)
    with clock.travel_to(JANUARY + 3 * MONTH):
        await charging.charge_ended_bookings()

    assert (in_january, in_february, in_march) == (30, 210, 120)
    assert price == 2250
    assert await db.value("SELECT sum(amount_minor)::int FROM charge WHERE source_id IN (SELECT id FROM booking)") == 2250 + 9000


async def test_credit_that_a_later_booking_counts_on_is_not_left_for_an_earlier_one_until_it_is_cancelled() -> None:
    with clock.travel_to(JANUARY):
        house, resident = await members(60, 1)
        room = await make.unit(house, horizon_days=90)
        later, of_both, _ = await book(resident, room, JANUARY + MONTH, 2)

        taken = await service.quote_booking(resident, BookingTerms(room, JANUARY + HOUR, JANUARY + 2 * HOUR, ""))
        await service.cancel_booking(resident, later, 1)
        back = await service.quote_booking(resident, BookingTerms(room, JANUARY + HOUR, JANUARY + 2 * HOUR, ""))

    assert (of_both, taken.credit_minutes, back.credit_minutes) == (120, 0, 60)


async def test_a_booking_that_moves_to_another_month_gives_its_credit_back_first() -> None:
    with clock.travel_to(JANUARY):
        house, resident = await members(60, 1)
        room = await make.unit(house, horizon_days=90)
        booking, _, _ = await book(resident, room, JANUARY + HOUR, 2)
        at = JANUARY + MONTH
        heir = await service.move_booking(resident, MoveTerms(booking, at, at + 3 * HOUR), 1, "move-carried-1")
        credit = await db.value("SELECT credit_minutes FROM booking WHERE id = $1", heir)
        again = await service.quote_booking(resident, BookingTerms(room, JANUARY + HOUR, JANUARY + 2 * HOUR, ""))

    assert (credit, again.credit_minutes) == (120, 0)


async def test_carried_credit_ends_with_the_plan_and_a_plan_that_ends_takes_none_back() -> None:
    with clock.travel_to(JANUARY):
        house, resident = await members(60, 2)
        room = await make.unit(house, horizon_days=90)
        _, agreed, _ = await book(resident, room, JANUARY + MONTH, 2)
        await billing.end_contract(
            SYSTEM,
            await db.value("SELECT id FROM contract WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 1", resident.organization_id),
            date(2026, 2, 28),
        )
        march = await service.quote_booking(resident, BookingTerms(room, JANUARY + 2 * MONTH, JANUARY + 2 * MONTH + HOUR, ""))

    assert (agreed, march.credit_minutes) == (120, 0)
    assert await db.value("SELECT sum(credit_minutes)::int FROM booking") == 120


async def test_carried_credit_is_never_used_twice_by_bookings_of_two_months_at_once() -> None:
    with clock.travel_to(JANUARY):
        house, resident = await members(90, 1)
        rooms = [await make.unit(house, horizon_days=90) for _ in range(8)]

        await asyncio.gather(
            *(
                service.create_booking(resident, BookingTerms(room, at, at + HOUR, "All"), f"key-carried-{n:05}")
                for n, room in enumerate(rooms)
                for at in [JANUARY + HOUR if n % 2 else JANUARY + MONTH]
            )
        )

    assert await db.value("SELECT sum(credit_minutes)::int FROM booking") == 180
    assert await db.value("SELECT sum(price_minor)::int FROM booking") == (8 * 60 - 180) * 75


async def test_carried_days_are_never_used_twice_by_stays_of_two_months_at_once() -> None:
    with clock.travel_to(JANUARY):
        house, resident = await make.house(), await make.startup_owner()
        rooms = await desks(house, 8, day=4_000)
        await with_plan(house, resident, 5, carries_months=1)

        await asyncio.gather(
            *(
                let(house, resident, desk, first, first + timedelta(days=2))
                for n, desk in enumerate(rooms)
                for first in [date(2026, 1, 20) if n % 2 else date(2026, 2, 10)]
            )
        )

    assert await db.value("SELECT sum(jsonb_array_length(credit_days))::int FROM rental") == 10


@pytest.mark.parametrize("seed", range(4))
async def test_bookings_made_moved_and_cancelled_by_chance_use_credit_as_a_matching_of_every_quarter_does(seed: int) -> None:
    chance = random.Random(f"carried {seed}")
    with clock.travel_to(JANUARY):
        house, resident = await members(60, 1 + seed % 2, date(2026, 4, 14))
        rooms = [await make.unit(house, horizon_days=150) for _ in range(40)]
        plans = [Given(4, ((YEAR, date(2026, 4, 14)),), 1 + seed % 2, JANUARY.date())]
        used: Counter[date] = Counter()
        standing: list[tuple[UUID, date, int]] = []

        def expected(day: date, quarters: int) -> int:
            return min(quarters, plain_left(day, plans, used, YEAR, date(2026, 5, 31)))

        for number in range(30):
            if standing and chance.random() < 0.35:
                booking, month, credit = standing.pop(chance.randrange(len(standing)))
                await service.cancel_booking(resident, booking, 1)
                used[month] -= credit
                continue
            at = JANUARY + timedelta(days=1 + chance.randrange(110))
            quarters = 1 + chance.randrange(8)
            wanted = expected(at.date(), quarters)
            booking, minutes, price = await book(resident, rooms[number], at, quarters / 4)
            assert (minutes, price) == (15 * wanted, (quarters - wanted) * 1125)
            month = month_of(at.date()).first
            used[month] += wanted
            standing.append((booking, month, wanted))


async def test_what_is_left_is_told_by_kind_with_the_day_until_which_it_can_be_used() -> None:
    with clock.travel_to(JANUARY):
        house, resident = await members(120, 1)
        [desk] = await desks(house, 1)
        await with_plan(house, resident, 5, last=date(2026, 2, 20), kind="desk", carries_months=3)
        await with_plan(house, resident, None, kind="instrument", minutes_per_month=60)
        await book(resident, await make.unit(house), JANUARY + HOUR, 0.5)
        await let(house, resident, desk, date(2026, 1, 20), date(2026, 1, 21))
    with clock.travel_to(JANUARY + MONTH):
        before = await contents()
        found = await list_allowances(resident, resident.organization_id or house.site_id, house.site_id)
        assert await contents() == before

    shown = [(one.kind, one.unit, one.per_month, [(left.until, left.amount) for left in one.left]) for one in found]
    assert shown == [
        ("desk", "days", 5, [(date(2026, 2, 20), 8)]),
        ("instrument", "minutes", 60, [(date(2026, 2, 28), 60)]),
        ("meeting room", "minutes", 120, [(date(2026, 2, 28), 90), (date(2026, 3, 31), 120)]),
    ]


async def test_what_an_organisation_has_left_is_for_its_own_people_and_the_sites_staff() -> None:
    house, resident = await members(120, 1)
    assert resident.organization_id is not None
    seen = {}
    for who, actor in {
        "owner": resident,
        "member": await make.person(resident.organization_id, Role.MEMBER),
        "manager": house.manager,
        "front desk": await make.person(house.operator_id, Role.FRONT_DESK),
        "finance": await make.person(house.operator_id, Role.FINANCE),
        "manager elsewhere": (await make.house()).manager,
        "another startup": await make.resident(house),
        "nobody": ANONYMOUS,
    }.items():
        seen[who] = len(await list_allowances(actor, resident.organization_id, house.site_id))

    assert seen == {"owner": 1, "member": 1, "manager": 1, "front desk": 1} | dict.fromkeys(
        ("finance", "manager elsewhere", "another startup", "nobody"), 0
    )


@pytest.mark.parametrize("months", [-1, 25])
async def test_credit_is_carried_for_two_years_at_most(months: int) -> None:
    house = await make.house()
    plan = await make.plan(house)
    before = await contents()

    with pytest.raises(OutOfRange):
        await service.grant_credit(house.manager, plan, "desk", days_per_month=1, carries_months=months)

    assert await contents() == before
