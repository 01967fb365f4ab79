"""Rates: which one counts, what is quoted is charged, what was used never changes."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, Price, RecurringTerm, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import Forbidden, OutOfRange, PatternMismatch, PeriodInverted
from incubator.spaces import charging, service
from incubator.spaces.errors import RateOverlaps, RateUsed
from incubator.spaces.pricing import Step
from incubator.spaces.service import BookingTerms, RateTerms
from tests.support import make

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)  # 10:00 in Berlin
HOUR = timedelta(hours=1)
FIRST = date(2026, 1, 1)


async def price_for(actor: Actor, unit: UUID, hours: float = 1) -> int | None:
    """Return what a quote says."""
    return (await service.quote_booking(actor, BookingTerms(unit, TEN, TEN + hours * HOUR, ""))).price_minor


async def test_the_most_specific_rate_counts() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        resident, university = await make.resident(house), await make.person(await make.organization("university"), Role.REPRESENTATIVE)
        unit = await make.unit(house, "instrument", hourly_minor=None)

        async def rate(amount: int, **more: object) -> None:
            await service.add_rate(house.manager, RateTerms(house.site_id, "hour", amount, FIRST, **more))  # type: ignore[arg-type]

        await rate(100, kind="instrument")
        of_kind = await price_for(resident, unit)
        await rate(200, kind="instrument", audience="resident")
        of_kind_and_audience = await price_for(resident, unit)
        await rate(300, unit_id=unit)
        of_unit = await price_for(resident, unit)
        await rate(400, unit_id=unit, audience="resident")
        of_unit_and_audience = await price_for(resident, unit)
        await rate(500, unit_id=unit, audience="academic")
        staff = BookingTerms(unit, TEN, TEN + HOUR, "", university.organization_id)
        academic = await service.quote_booking(house.manager, staff)

    assert (of_kind, of_kind_and_audience, of_unit, of_unit_and_audience) == (100, 200, 300, 400)
    assert (academic.price_minor, academic.broken) == (500, [])


async def test_who_is_not_at_the_site_may_book_what_has_a_rate_for_them() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        stranger, room, open_room = await make.startup_owner(), await make.unit(house), await make.unit(house)
        terms = RateTerms(house.site_id, "hour", 9000, FIRST, unit_id=open_room, audience="outside company")
        await service.add_rate(house.manager, terms)

        closed = await service.quote_booking(stranger, BookingTerms(room, TEN, TEN + HOUR, ""))
        opened = await service.quote_booking(stranger, BookingTerms(open_room, TEN, TEN + HOUR, ""))

    assert ([rule.code for rule in closed.broken], opened.broken, opened.price_minor) == (["NotAtSite"], [], 9000)


async def test_a_rate_holds_for_its_days_and_two_never_overlap() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        unit, resident = await make.unit(house, hourly_minor=None), await make.resident(house)
        spring = RateTerms(house.site_id, "hour", 100, FIRST, date(2026, 3, 10), unit_id=unit)
        await service.add_rate(house.manager, spring)
        before = await price_for(resident, unit)
        await service.add_rate(house.manager, RateTerms(house.site_id, "hour", 200, date(2026, 3, 11), unit_id=unit))

        with pytest.raises(RateOverlaps) as refused:
            await service.add_rate(house.manager, RateTerms(house.site_id, "hour", 300, date(2026, 3, 5), unit_id=unit))
        now = await price_for(resident, unit)
        tries = [
            service.add_rate(house.manager, RateTerms(house.site_id, "day", n, FIRST, unit_id=unit, audience="alumni")) for n in range(8)
        ]
        found = await asyncio.gather(*tries, return_exceptions=True)

    assert (before, now) == (None, 200)
    assert refused.value.starts_on in (FIRST, date(2026, 3, 11))
    assert sorted(type(one).__name__ for one in found) == ["RateOverlaps"] * 7 + ["UUID"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"basis": "fortnight"}, PatternMismatch),
        ({"audience": "friends"}, PatternMismatch),
        ({"kind": "bench"}, PatternMismatch),
        ({"amount_minor": -1}, OutOfRange),
        ({"ends_on": date(2025, 12, 31)}, PeriodInverted),
        ({"steps": (Step(60, 1), Step(60, 2))}, OutOfRange),
        ({"blocks": ((60, 1), (60, 2))}, OutOfRange),
        ({"blocks": ((0, 1),)}, OutOfRange),
        ({"basis": "day", "day_cap_minor": 5}, PatternMismatch),
    ],
)
async def test_a_rate_that_makes_no_sense_is_refused(more: dict[str, object], expected: type[Exception]) -> None:
    house = await make.house()
    unit = await make.unit(house, hourly_minor=None)
    given: dict[str, object] = {"site_id": house.site_id, "basis": "hour", "amount_minor": 1, "starts_on": FIRST, "unit_id": unit}

    with pytest.raises(expected):
        await service.add_rate(house.manager, RateTerms(**{**given, **more}))  # type: ignore[arg-type]  # values of the right types

    assert await db.value("SELECT count(*) FROM rate") == 0


async def test_a_used_rate_can_be_ended_and_never_be_changed() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        resident, unit = await make.resident(house), await make.unit(house, hourly_minor=None)
        used = await service.add_rate(house.manager, RateTerms(house.site_id, "hour", 4500, FIRST, unit_id=unit))
        unused = await service.add_rate(house.manager, RateTerms(house.site_id, "hour", 1, FIRST, unit_id=unit, audience="alumni"))
        await service.create_booking(resident, BookingTerms(unit, TEN, TEN + HOUR, "Use"), "key-12345")

        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await db.execute("UPDATE rate SET amount_minor = 1 WHERE id = $1", used)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await db.execute("DELETE FROM rate WHERE id = $1", used)
        with pytest.raises(RateUsed):
            await service.remove_rate(house.manager, used, 1)
        with pytest.raises(Forbidden):
            await service.end_rate(resident, used, date(2026, 3, 31), 1)
        await service.end_rate(house.manager, used, date(2026, 3, 31), 1)
        await service.remove_rate(house.manager, unused, 1)

    assert await db.value("SELECT ends_on FROM rate WHERE id = $1", used) == date(2026, 3, 31)
    assert await db.value("SELECT count(*) FROM rate WHERE unit_id = $1", unit) == 1


async def test_what_is_quoted_is_charged_line_by_line() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        resident, unit = await make.resident(house), await make.unit(house, hourly_minor=None, longest_minutes=None)
        beamer = await make.unit(house, "accessory", hourly_minor=700)
        rate = RateTerms(
            house.site_id,
            "hour",
            5000,
            FIRST,
            unit_id=unit,
            steps=(Step(120, 3333, 1111),),
            blocks=((240, 15000),),
            off_peak_minor=2000,
            off_peak_hours="18:00-24:00",
        )
        await service.add_rate(house.manager, rate)
        terms = BookingTerms(unit, TEN, TEN + 10.25 * HOUR, "Long day", accessory_ids=(beamer,))
        quote = await service.quote_booking(resident, terms)
        booking_id = await service.create_booking(resident, terms, "key-12345")
    with clock.travel_to(TEN + 12 * HOUR):
        charged = [await charging.charge_ended_bookings(), await charging.charge_ended_bookings()]

    lines = [(line.line.what, line.line.quantity, line.line.unit_price_minor, line.line.amount_minor) for line in quote.lines]
    assert lines == [("block", 2, 15000, 30000), ("off-peak", 120, 2000, 4000), ("off-peak", 15, 1111, 278), ("time", 615, 700, 7175)]
    charges = await db.rows("SELECT amount_minor, description FROM charge WHERE source_id = $1 ORDER BY period", booking_id)
    assert [row["amount_minor"] for row in charges] == [30000, 4000, 278, 7175]
    assert (quote.price_minor, charged) == (41453, [1, 0])
    assert quote.totals is not None
    assert (quote.totals.net_minor, quote.totals.tax_minor, quote.totals.gross_minor) == (41453, 7876, 49329)


async def member_of_plan(house: make.House, resident: Actor, minutes: int) -> None:
    """Give a startup a plan with free minutes of meeting rooms."""
    plan = await make.plan(house)
    await service.grant_credit(house.manager, plan, "meeting room", minutes_per_month=minutes)
    assert resident.organization_id is not None
    term = RecurringTerm("plan", "Plan", Price(0, Basis.MONTH, False), Supply.SERVICE, FIRST, None, plan)
    async with db.transaction():
        await billing.open_contract(SYSTEM, Buyer(resident.organization_id, house.legal_entity_id, house.site_id, "EUR"), [term])


async def test_credit_of_a_plan_goes_before_money_once_a_month() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        resident, room = await make.resident(house), await make.unit(house)
        await member_of_plan(house, resident, 150)

        first = await service.quote_booking(resident, BookingTerms(room, TEN, TEN + 2 * HOUR, ""))
        booking = await service.create_booking(resident, BookingTerms(room, TEN, TEN + 2 * HOUR, "One"), "key-11111")
        second = await service.quote_booking(resident, BookingTerms(room, TEN + 3 * HOUR, TEN + 5 * HOUR, ""))
        april = TEN + timedelta(days=30)
        later = await service.quote_booking(resident, BookingTerms(room, april, april + 2 * HOUR, ""))
        await service.cancel_booking(resident, booking, 1)
        again = await service.quote_booking(resident, BookingTerms(room, TEN + 3 * HOUR, TEN + 5 * HOUR, ""))

    assert [(q.credit_minutes, q.price_minor) for q in (first, second, later, again)] == [(120, 0), (30, 6750), (120, 0), (120, 0)]


async def test_credit_is_never_used_twice_by_bookings_at_once() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        resident = await make.resident(house)
        await member_of_plan(house, resident, 90)
        rooms = [await make.unit(house) for _ in range(8)]

        await asyncio.gather(
            *(service.create_booking(resident, BookingTerms(room, TEN, TEN + HOUR, "All"), f"key-{n:05}") for n, room in enumerate(rooms))
        )

    assert await db.value("SELECT sum(credit_minutes) FROM booking") == 90
    assert await db.value("SELECT sum(price_minor) FROM booking") == 8 * 4500 - 6750
