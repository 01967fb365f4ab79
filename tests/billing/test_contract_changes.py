"""Contracts that end, pause and change their prices, before and after they were billed: each day is paid once, at its price."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import checks, service
from incubator.billing.charge_views import list_charges
from incubator.billing.contract_errors import MinimumTaken, PauseOverlaps, TermOver
from incubator.billing.contract_views import terms_of
from incubator.billing.finalising import schedule_due
from incubator.billing.heirs import NewPrice
from incubator.billing.terms import Basis, Price, RecurringTerm, Supply, Timing
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, Stale
from incubator.kernel.ids import new_id
from incubator.kernel.paging import Page
from tests.billing.worlds import APRIL, MARCH, buyer_at, drain
from tests.support import make
from tests.support.make import House

JAN = date(2026, 1, 1)


async def contract(
    house: House, *, basis: Basis = Basis.MONTH, price: int = 31_000, timing: Timing = Timing.ADVANCE, starts_on: date = MARCH
) -> UUID:
    """Open a contract at so much a month or year."""
    term = RecurringTerm("plan", "Membership", Price(price, basis, False), Supply.SERVICE, starts_on, timing=timing)
    return await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), [term])


async def bill(house: House, month: date = MARCH, key: str = "run-of-march") -> None:
    await service.start_billing_run(house.manager, month, key)
    await drain()


async def version(contract_id: UUID) -> int:
    found: int = await db.value("SELECT version FROM contract WHERE id = $1", contract_id)
    return found


async def left() -> int:
    """Return what all invoices ask, without tax, less what was credited."""
    found: int = await db.value(
        "SELECT coalesce(sum(CASE kind WHEN 'credit note' THEN -net_minor ELSE net_minor END), 0)::bigint FROM invoice"
    )
    return found


async def test_ending_in_a_billed_month_credits_the_days_after(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        contract_id = await contract(house)
        await bill(house)
        taken = await service.stop_contract(house.manager, contract_id, date(2026, 3, 10), await version(contract_id))
        await bill(house, key="run-again")
        await drain()

    assert taken == 21_000
    assert await left() == 10_000
    assert await db.value("SELECT reason FROM invoice WHERE kind = 'credit note'") == "The contract ends on 2026-03-10."
    assert await checks.problems() == []


async def test_ending_before_the_draft_is_finalised_makes_the_draft_ask_less(database: str) -> None:
    house = await make.house()
    await db.execute(
        "INSERT INTO seller_profile (id, legal_entity_id, grace_days) VALUES (gen_random_uuid(), $1, 5)", house.legal_entity_id
    )
    with clock.travel_to(APRIL):
        contract_id = await contract(house)
        await bill(house)
        draft = await db.row("SELECT state, net_minor FROM invoice")
        await service.stop_contract(house.manager, contract_id, date(2026, 3, 10), await version(contract_id))
        after = await db.row("SELECT state, net_minor, tax_minor FROM invoice")

    assert draft is not None
    assert after is not None
    assert (draft["state"], draft["net_minor"]) == ("draft", 31_000)
    assert (after["state"], after["net_minor"], after["tax_minor"]) == ("draft", 10_000, 1_900)
    assert await checks.problems() == []


async def test_a_draft_gets_its_number_when_its_days_of_grace_are_over(database: str) -> None:
    house = await make.house()
    await db.execute(
        "INSERT INTO seller_profile (id, legal_entity_id, grace_days) VALUES (gen_random_uuid(), $1, 5)", house.legal_entity_id
    )

    states = []
    with clock.travel_to(APRIL):
        await contract(house)
        await bill(house)
    for days in (4, 6):
        with clock.travel_to(APRIL + timedelta(days=days)):
            await schedule_due()
            await drain()
        states.append(await db.value("SELECT state FROM invoice"))

    assert states == ["draft", "finalised"]


async def test_a_pause_costs_nothing_and_what_was_billed_for_it_comes_back(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        contract_id = await contract(house)
        await bill(house)
        await service.pause_contract(
            house.manager, contract_id, date(2026, 3, 22), date(2026, 4, 15), "Renovation", await version(contract_id)
        )
        with pytest.raises(PauseOverlaps):
            await service.pause_contract(house.manager, contract_id, date(2026, 4, 15), None, "Again", await version(contract_id))
        await bill(house, date(2026, 4, 1), "run-of-april")

    notes = [row["rule_note"] for row in await db.rows("SELECT rule_note FROM charge ORDER BY supplied_from")]
    assert notes == ["2026-03-01 – 2026-03-31: 31/31 × 310.00", "2026-04-01 – 2026-04-30: 15/30 × 310.00"]
    assert await left() == 21_000 + 15_500
    assert await checks.problems() == []


async def test_a_paused_contract_goes_on_but_not_before_what_was_billed(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        contract_id = await contract(house)
        await bill(house)
        pause_id = await service.pause_contract(
            house.manager, contract_id, date(2026, 3, 22), None, "Renovation", await version(contract_id)
        )
        with pytest.raises(OutOfRange):
            await service.resume_contract(house.manager, contract_id, pause_id, date(2026, 3, 25), await version(contract_id))
        await service.resume_contract(house.manager, contract_id, pause_id, date(2026, 4, 10), await version(contract_id))
        await bill(house, date(2026, 4, 1), "run-of-april")

    assert await left() == 21_000 + 20_667
    assert await checks.problems() == []


async def test_a_new_price_in_a_billed_year_is_paid_by_the_day(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        contract_id = await contract(house, basis=Basis.YEAR, price=36_500)
        await bill(house)
        term_id = await db.value("SELECT id FROM contract_term")
        await service.change_price(
            house.manager, contract_id, NewPrice(term_id, date(2026, 6, 9), unit_price_minor=73_000), await version(contract_id)
        )
    with clock.travel_to(datetime(2026, 6, 10, tzinfo=UTC)):
        await bill(house, date(2026, 6, 1), "run-of-june")

    assert await left() == 100 * 100 + 265 * 200
    assert await checks.problems() == []


async def test_a_new_price_from_the_first_day_keeps_what_was_charged_in_sight(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        contract_id = await contract(house)
        await bill(house)
        [term] = (await terms_of([contract_id]))[contract_id]
        heir_id = await service.change_price(house.manager, contract_id, NewPrice(term.id, MARCH, 62_000), await version(contract_id))
        await bill(house, key="run-again")
        await drain()
        charges = await list_charges(house.manager, Page(first=10), contract_id=contract_id)

    assert [one.id for one in (await terms_of([contract_id]))[contract_id]] == [heir_id]
    assert [(one["amount_minor"], one["reduced_minor"], one["state"]) for one in charges.rows] == [
        (62_000, 0, "invoiced"),
        (31_000, 31_000, "credited"),
    ]
    assert await left() == 62_000
    assert await checks.problems() == []


async def test_a_contract_that_ends_before_it_began_keeps_its_charges_and_can_go_on(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        source = new_id()
        term = RecurringTerm(
            "rental", "Desk", Price(31_000, Basis.MONTH, False), Supply.SERVICE, MARCH, ends_on=date(2026, 3, 31), source_id=source
        )
        contract_id = await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), [term])
        await bill(house)
        [before] = (await terms_of([contract_id]))[contract_id]
        await service.change_price(house.manager, contract_id, NewPrice(before.id, MARCH, 62_000), await version(contract_id))
        await bill(house, key="run-again")
        await drain()
        await service.end_contract(SYSTEM, contract_id, MARCH - timedelta(days=1), source_id=source)
        ended = await left()
        await service.extend_terms(SYSTEM, contract_id, source, date(2026, 3, 10))
        await bill(house, key="run-once-more")
        await drain()

    assert ended == 0
    assert await left() == 20_000
    assert await checks.problems() == []


async def test_any_chain_of_price_changes_bills_the_sum_of_its_day_prices(database: str) -> None:
    """Ten changes within three months, some before and some after the days were billed, each stretch rounded once."""
    house = await make.house()
    await db.execute(
        "INSERT INTO seller_profile (id, legal_entity_id, hold_percent) VALUES (gen_random_uuid(), $1, 1000)", house.legal_entity_id
    )
    with clock.travel_to(datetime(2026, 1, 15, tzinfo=UTC)):
        contract_id = await contract(house, starts_on=JAN, price=10_007)
        await bill(house, JAN, "run-of-january")
    prices = {JAN: 10_007}
    for number, day in enumerate((5, 5, 17, 31, 40, 58, 59, 60, 75, 89)):
        changed_on, price = JAN + timedelta(days=day), 9_973 + 1_111 * number
        with clock.travel_to(datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=6 * number)):
            term_id = await db.value(
                "SELECT id FROM contract_term WHERE starts_on <= $1 AND coalesce(ends_on, 'infinity') >= $1", changed_on
            )
            await service.change_price(
                house.manager, contract_id, NewPrice(term_id, changed_on, unit_price_minor=price), await version(contract_id)
            )
            prices = {day: was for day, was in prices.items() if day < changed_on} | {changed_on: price}
            month = date(2026, 2 + number // 5, 1)
            await bill(house, month, f"run number {number}")
    with clock.travel_to(APRIL):
        await service.stop_contract(house.manager, contract_id, date(2026, 3, 31), await version(contract_id))
        await bill(house, date(2026, 3, 1), "the last run")

    stretches = sorted(prices)
    exact = Fraction(0)
    for first, after in zip(stretches, [*stretches[1:], date(2026, 4, 1)], strict=True):
        for offset in range((after - first).days):
            exact += Fraction(prices[first], {1: 31, 2: 28, 3: 31}[(first + timedelta(days=offset)).month])
    assert abs(await left() - exact) <= Fraction(len(stretches) + 3, 2)
    assert await checks.problems() == []


async def test_missed_months_are_billed_oldest_first_and_said(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        await contract(house, starts_on=JAN)
        await bill(house)

    lines = await db.rows("SELECT supplied_from, ordinal FROM invoice_line ORDER BY ordinal")
    assert [row["supplied_from"] for row in lines] == [JAN, date(2026, 2, 1), MARCH]
    assert await db.value("SELECT period_start FROM invoice") == JAN
    assert await db.value("SELECT late_periods FROM billing_run_item") == 2
    assert await checks.problems() == []


async def test_in_arrears_a_month_is_billed_when_it_is_over(database: str) -> None:
    house = await make.house()
    with clock.travel_to(datetime(2026, 3, 31, 12, tzinfo=UTC)):
        await contract(house, timing=Timing.ARREARS)
        await bill(house)
        before = await db.value("SELECT count(*) FROM invoice")
    with clock.travel_to(APRIL):
        await bill(house, key="run-again")

    assert (before, await left()) == (0, 31_000)
    assert await checks.problems() == []


async def test_a_discount_ends_on_its_day(database: str) -> None:
    house = await make.house()
    term = RecurringTerm(
        "plan",
        "Membership",
        Price(31_000, Basis.MONTH, False),
        Supply.SERVICE,
        MARCH,
        discount_percent=Decimal(20),
        discount_until=date(2026, 3, 10),
    )
    with clock.travel_to(APRIL):
        await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), [term])
        await bill(house)

    line = await db.row("SELECT amount_minor, discount_minor, rule_note FROM invoice_line")
    assert line is not None
    assert (line["amount_minor"], line["discount_minor"]) == (29_000, 2_000)
    assert line["rule_note"] == "2026-03-01 – 2026-03-31: 31/31 × 310.00 − 20 % (10/31)"


async def test_a_minimum_is_topped_up_when_the_month_is_over(database: str) -> None:
    house = await make.house()
    with clock.travel_to(datetime(2026, 3, 20, tzinfo=UTC)):
        contract_id = await contract(house)
        await service.set_minimum(house.manager, contract_id, 50_000, await version(contract_id))
        await bill(house)
        before = await left()
    with clock.travel_to(APRIL):
        await bill(house, key="run-again")
        await bill(house, key="and again")

    found = await db.row("SELECT description, amount_minor, rule_note FROM charge WHERE source_kind = 'minimum'")
    assert found is not None
    assert (before, await left()) == (31_000, 50_000)
    assert found["rule_note"] == "2026-03-01 – 2026-03-31: 500.00 − 310.00"
    assert await checks.problems() == []


async def test_one_contract_of_a_customer_promises_a_minimum(database: str) -> None:
    house = await make.house()
    first = await contract(house)
    customer = await db.value("SELECT customer_id FROM contract")
    term = RecurringTerm("plan", "Membership", Price(100, Basis.MONTH, False), Supply.SERVICE, MARCH)
    second = await service.open_contract(SYSTEM, buyer_at(house, customer), [term])
    await service.set_minimum(house.manager, first, 100, 1)

    with pytest.raises(MinimumTaken):
        await service.set_minimum(house.manager, second, 100, 1)

    assert await version(second) == 1


async def test_a_price_changes_only_while_it_holds(database: str) -> None:
    house = await make.house()
    contract_id = await contract(house)
    term_id = await db.value("SELECT id FROM contract_term")

    with pytest.raises(TermOver):
        await service.change_price(house.manager, contract_id, NewPrice(term_id, MARCH - timedelta(days=1), unit_price_minor=1), 1)
    with pytest.raises(Stale):
        await service.change_price(house.manager, contract_id, NewPrice(term_id, MARCH, unit_price_minor=1), 7)
    with pytest.raises(OutOfRange):
        await service.change_price(house.manager, contract_id, NewPrice(term_id, MARCH, unit_price_minor=-1), 1)

    assert await db.value("SELECT count(*) FROM contract_term") == 1
    assert await version(contract_id) == 1


async def test_who_may_change_a_contract(database: str) -> None:
    house, other = await make.house(), await make.house()
    contract_id = await contract(house)
    customer = await db.value("SELECT customer_id FROM contract")
    for actor, refusal in (
        (await make.person(customer, Role.OWNER), NotFound),
        (other.manager, NotFound),
        (await make.person(house.operator_id, Role.AUDITOR), Forbidden),
        (await make.person(house.operator_id, Role.FRONT_DESK), NotFound),
    ):
        with pytest.raises(refusal):
            await service.stop_contract(actor, contract_id, date(2026, 12, 31), 1)
    for actor in (house.manager, await make.person(house.operator_id, Role.FINANCE)):
        await service.stop_contract(actor, contract_id, date(2026, 12, 31), await version(contract_id))
