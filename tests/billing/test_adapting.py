"""Prices that follow an index: on their day, once, from the newest value there is, also after the days were billed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incubator import db
from incubator.billing import adapting, checks, service
from incubator.billing.adapting import schedule_due
from incubator.billing.contract_errors import IndexValueKept
from incubator.billing.heirs import NewPrice
from incubator.billing.terms import Basis, IndexClause, Price, RecurringTerm, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import Forbidden, OutOfRange
from incubator.kernel.periods import add_months
from tests.billing.worlds import buyer_at, drain
from tests.support import make
from tests.support.make import House

START = date(2026, 1, 31)
BASE = date(2026, 1, 1)


async def contract(house: House, *, price: int = 100_000, months: int = 12, basis: Basis = Basis.MONTH) -> UUID:
    term = RecurringTerm("plan", "Membership", Price(price, basis, False), Supply.SERVICE, START, index=IndexClause("VPI", BASE, months))
    return await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), [term])


async def publish(house: House, month: date, value: str) -> None:
    await service.record_index_value(SYSTEM, house.operator_id, "VPI", month, Decimal(value), "Destatis, table 61111")


async def adapt(day: date) -> None:
    """Let the sweep of a day do its work."""
    with clock.travel_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
        await schedule_due()
        await drain()


async def prices() -> list[tuple[date, int]]:
    found = await db.rows("SELECT starts_on, unit_price_minor FROM contract_term ORDER BY starts_on")
    return [(row["starts_on"], row["unit_price_minor"]) for row in found]


async def test_a_price_follows_its_index_on_its_day_and_once(database: str) -> None:
    house = await make.house()
    await contract(house)
    await publish(house, BASE, "121.5")
    await publish(house, date(2027, 1, 1), "124.3")

    await adapt(date(2027, 1, 30))
    before = await prices()
    for _ in range(3):
        await adapt(date(2027, 1, 31))
    await adapt(date(2027, 2, 5))

    assert before == [(START, 100_000)]
    assert await prices() == [(START, 100_000), (date(2027, 1, 31), 102_305)]
    kept = await db.row("SELECT index_base, adapts_on FROM contract_term ORDER BY starts_on DESC LIMIT 1")
    assert kept is not None
    assert (kept["index_base"], kept["adapts_on"]) == (date(2027, 1, 1), date(2028, 1, 31))
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'PriceAdapted'") == 1
    assert await db.value("SELECT count(*) FROM audit_entry WHERE action = 'adapt price'") == 1


async def test_without_a_value_of_the_month_the_newest_of_the_last_six_counts(database: str) -> None:
    house = await make.house()
    await contract(house)
    await publish(house, date(2025, 8, 1), "100")
    await publish(house, date(2026, 6, 1), "150")
    await adapt(date(2027, 2, 5))
    waiting = await prices()
    await publish(house, date(2026, 7, 1), "110")
    await adapt(date(2027, 2, 6))

    assert waiting == [(START, 100_000)]
    assert await prices() == [(START, 100_000), (date(2027, 1, 31), 110_000)]
    assert await db.value("SELECT max(index_base) FROM contract_term") == date(2026, 7, 1)


async def test_a_late_value_takes_back_what_was_billed_at_the_old_price(database: str) -> None:
    house = await make.house()
    await contract(house, price=36_500, basis=Basis.YEAR)
    await publish(house, BASE, "100")
    with clock.travel_to(datetime(2027, 3, 1, tzinfo=UTC)):
        await service.start_billing_run(house.manager, date(2027, 2, 1), "run-of-february")
        await drain()
        await publish(house, date(2026, 12, 1), "110")
    await adapt(date(2027, 3, 2))
    with clock.travel_to(datetime(2027, 3, 3, tzinfo=UTC)):
        await service.start_billing_run(house.manager, date(2027, 3, 1), "run-of-march")
        await drain()

    assert await db.value("SELECT reason FROM invoice WHERE kind = 'credit note'") == "VPI 2026-12: 100 → 110"
    left = await db.value("SELECT sum(CASE kind WHEN 'credit note' THEN -net_minor ELSE net_minor END)::bigint FROM invoice")
    assert left == 36_500 + 40_150
    assert await checks.problems() == []


async def test_a_price_that_stays_the_same_makes_no_new_term(database: str) -> None:
    house = await make.house()
    await contract(house)
    await publish(house, BASE, "100")
    await publish(house, date(2027, 1, 1), "100")

    await adapt(date(2027, 2, 1))

    assert await prices() == [(START, 100_000)]
    assert await db.value("SELECT adapts_on FROM contract_term") == date(2028, 1, 31)
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'PriceAdapted'") == 0


async def test_a_price_changed_by_hand_follows_the_index_on(database: str) -> None:
    house = await make.house()
    contract_id = await contract(house)
    await publish(house, BASE, "100")
    await publish(house, date(2027, 1, 1), "110")
    term_id = await db.value("SELECT id FROM contract_term")
    await service.change_price(SYSTEM, contract_id, NewPrice(term_id, date(2026, 7, 1), unit_price_minor=50_000), 1)

    await adapt(date(2027, 2, 1))

    assert await prices() == [(START, 100_000), (date(2026, 7, 1), 50_000), (date(2027, 1, 31), 55_000)]


async def test_an_ended_contract_is_left_alone(database: str) -> None:
    house = await make.house()
    contract_id = await contract(house)
    await publish(house, BASE, "100")
    await publish(house, date(2027, 1, 1), "110")
    await service.stop_contract(SYSTEM, contract_id, date(2027, 1, 30), 1)

    await adapt(date(2027, 2, 1))

    assert await prices() == [(START, 100_000)]


async def test_finance_is_told_in_its_language(database: str) -> None:
    house = await make.house()
    await make.person(house.operator_id, Role.FINANCE)
    await contract(house)
    await publish(house, BASE, "100")
    await publish(house, date(2027, 1, 1), "110")

    await adapt(date(2027, 2, 1))

    found = await db.rows("SELECT kind FROM notification")
    assert [row["kind"] for row in found] == ["price_adapted"]


async def test_a_value_that_a_price_may_follow_is_not_mended(database: str) -> None:
    house = await make.house()
    await publish(house, BASE, "100")
    await publish(house, BASE, "101")
    await contract(house)
    await publish(house, BASE, "101")
    with pytest.raises(IndexValueKept):
        await publish(house, BASE, "102")
    await publish(house, date(2027, 1, 1), "102")
    await publish(house, date(2027, 1, 1), "103")
    for value in ("0", "-1", "100000000", "1.00001"):
        with pytest.raises(OutOfRange):
            await publish(house, date(2028, 1, 1), value)

    found = await db.rows("SELECT value FROM price_index ORDER BY month")
    assert [row["value"] for row in found] == [101, 103]


async def test_who_may_record_a_value(database: str) -> None:
    house, other = await make.house(), await make.house()
    for actor in (other.manager, await make.person(house.operator_id, Role.AUDITOR)):
        with pytest.raises(Forbidden):
            await service.record_index_value(actor, house.operator_id, "VPI", BASE, Decimal(1), "x")

    assert await db.value("SELECT count(*) FROM price_index") == 0
    await service.record_index_value(house.manager, house.operator_id, "VPI", BASE, Decimal(1), "x")


values = st.lists(st.decimals(min_value=Decimal(50), max_value=Decimal(400), places=1), min_size=2, max_size=7)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=values, price=st.integers(1, 10**9), months=st.integers(1, 24))
async def test_any_chain_comes_to_the_base_price_times_last_over_first(
    database: str, values: Sequence[Decimal], price: int, months: int
) -> None:
    """Each step is rounded once, to half a unit at most; later steps carry that on in the ratio of the index."""
    house = await make.house()
    contract_id = await contract(house, price=price, months=months)
    for step, value in enumerate(values):
        await publish(house, add_months(BASE, months * step), str(value))

    last = add_months(START, months * (len(values) - 1))
    for _ in values[1:]:
        await adapt(last + timedelta(days=1))

    found = await db.value("SELECT unit_price_minor FROM contract_term WHERE contract_id = $1 ORDER BY starts_on DESC LIMIT 1", contract_id)
    first, newest = Fraction(values[0]), Fraction(values[-1])
    carried = sum(Fraction(1, 2) * newest / Fraction(value) for value in values[1:])
    assert abs(found - price * newest / first) <= carried
    assert await db.value(
        "SELECT adapts_on FROM contract_term WHERE contract_id = $1 ORDER BY starts_on DESC LIMIT 1", contract_id
    ) == add_months(START, months * len(values))


def test_the_next_day_of_a_clause_is_counted_from_its_anchor() -> None:
    days = [START]
    for _ in range(3):
        days.append(adapting.next_day(START, 1, days[-1]))

    assert days == [START, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
