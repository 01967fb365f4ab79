"""Billing runs: what they bill, twice, in parallel, with customers that cannot be billed, and for whom."""

import asyncio
from datetime import date, timedelta

import pytest

from incubator import db
from incubator.billing import books, checks, run_views, service, views
from incubator.billing.errors import BillingRunUnderWay, MonthNotOver
from incubator.kernel import clock
from incubator.kernel.actor import ANONYMOUS, SYSTEM, Actor, Role
from incubator.kernel.errors import Forbidden, IdempotencyMismatch, NotSignedIn
from incubator.kernel.paging import Page
from tests.billing.worlds import APRIL, MARCH, beyond_all_amounts, charged, drain, invoices, rented
from tests.support import make


async def test_bills_what_falls_due_and_numbers_it(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customer = await rented(house)
        await charged(house, customer, 10_000)
        await charged(house, customer, 5_000, date(2026, 4, 1))

        run_id = await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
        run = (await run_views.billing_runs_by_id(house.manager, [run_id]))[run_id]
        [invoice] = await invoices()

    assert (run.state, run.total, run.done, run.parked, run.version) == ("finished", 1, 1, 0, 5)
    assert (invoice["net_minor"], invoice["tax_minor"], invoice["gross_minor"]) == (30_265, 5_750, 36_015)
    assert str(invoice["number"]).endswith("-2026-00001")
    assert (await run_views.invoiced_by([run_id]))[run_id] == [(36_015, "EUR")]
    lines = (await views.lines_of([invoice["id"]]))[invoice["id"]]  # type: ignore[list-item,index]  # a UUID of the row
    assert [(line.description, line.amount_minor, line.rule_note) for line in lines] == [
        ("Hot desk", 20_265, "2026-03-14 – 2026-03-31: 18/31 × 349.00"),
        ("Fee", 10_000, "1 × 100.00"),
    ]
    assert await checks.problems() == []


async def test_a_second_run_finds_nothing_to_do(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        await rented(house)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
        before = await books.fingerprint()

        again = await service.start_billing_run(house.manager, MARCH, "run-of-march-again")
        await drain()

        run = (await run_views.billing_runs_by_id(house.manager, [again]))[again]
    assert (run.state, run.total) == ("finished", 0)
    assert await books.fingerprint() == before


async def test_a_period_that_was_charged_before_is_not_billed_again(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        await rented(house)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
        before = await books.fingerprint()
        await db.execute("UPDATE contract_term SET next_period_start = starts_on")

        again = await service.start_billing_run(house.manager, MARCH, "run-of-march-again")
        await drain()

        run = (await run_views.billing_runs_by_id(house.manager, [again]))[again]
    assert (run.state, run.total, run.parked) == ("finished", 1, 0)
    assert await books.fingerprint() == before


async def test_the_same_key_is_the_same_run(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        await rented(house)
        first = await service.start_billing_run(house.manager, MARCH, "run-of-march")
        second = await service.start_billing_run(house.manager, date(2026, 3, 31), "run-of-march")
        with pytest.raises(IdempotencyMismatch):
            await service.start_billing_run(house.manager, date(2026, 2, 1), "run-of-march")

    assert first == second
    assert await db.value("SELECT count(*) FROM billing_run") == 1


async def test_one_run_at_a_time_for_an_operator(database: str) -> None:
    house, other = await make.house(), await make.house()
    with clock.travel_to(APRIL):
        await rented(house)
        await rented(other)
        running = await service.start_billing_run(house.manager, MARCH, "run-of-march")

        with pytest.raises(BillingRunUnderWay) as refused:
            await service.start_billing_run(house.manager, MARCH, "impatience")
        await service.start_billing_run(other.manager, MARCH, "another house")

    assert refused.value.billing_run_id == running
    assert await db.value("SELECT count(*) FROM billing_run") == 2


async def test_a_customer_that_cannot_be_billed_is_parked_and_holds_nobody_up(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        wrong = await beyond_all_amounts(house)
        await rented(house)
        run_id = await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
        run = (await run_views.billing_runs_by_id(house.manager, [run_id]))[run_id]
        [parked] = (await run_views.parked_by([run_id]))[run_id]

    assert (run.state, run.done, run.parked) == ("finished", 1, 1)
    assert (parked.customer_id, parked.code, parked.owner_id) == (wrong, "OutOfRange", house.manager.person_id)
    assert "amountMinor" in parked.reason
    assert len(await invoices()) == 1
    assert await db.value("SELECT count(*) FROM charge WHERE customer_id = $1", wrong) == 0


async def test_a_parked_customer_is_somebodys_and_is_taken_up_again(database: str) -> None:
    house = await make.house()
    finance = await make.person(house.operator_id, Role.FINANCE)
    with clock.travel_to(APRIL):
        await beyond_all_amounts(house)
        run_id = await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
        [parked] = (await run_views.parked_by([run_id]))[run_id]
        assert finance.person_id is not None
        await service.assign_parked_customer(house.manager, parked.id, finance.person_id)
        [assigned] = (await run_views.parked_by([run_id]))[run_id]
        await db.execute("UPDATE contract_term SET quantity = 1")
        resumed = await service.resume_billing_run(house.manager, run_id)
        await drain()
        run = (await run_views.billing_runs_by_id(house.manager, [run_id]))[run_id]

    assert assigned.owner_id == finance.person_id
    assert (resumed, run.state, run.done, run.parked) == (1, "finished", 1, 0)
    assert len(await invoices()) == 1
    assert await checks.problems() == []


async def test_a_run_bills_its_own_operator_only(database: str) -> None:
    house, other = await make.house(), await make.house()
    with clock.travel_to(APRIL):
        await rented(house)
        await rented(other)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()

    assert await db.value("SELECT array_agg(DISTINCT legal_entity_id) FROM invoice") == [house.legal_entity_id]


async def test_a_month_that_has_not_begun_is_refused(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL), pytest.raises(MonthNotOver):
        await service.start_billing_run(house.manager, date(2026, 5, 1), "too-early")

    assert not await db.value("SELECT 1 FROM billing_run")


async def test_who_may_start_a_run(database: str) -> None:
    house = await make.house()
    owner = await make.startup_owner()
    table: list[tuple[Actor, type[Exception] | None]] = [
        (ANONYMOUS, NotSignedIn),
        (owner, Forbidden),
        (await make.person(house.operator_id, Role.AUDITOR), Forbidden),
        (await make.person(house.operator_id, Role.FRONT_DESK), Forbidden),
        (await make.person(house.operator_id, Role.FINANCE), None),
        (house.manager, None),
        (SYSTEM, None),
    ]
    with clock.travel_to(APRIL):
        for number, (actor, refusal) in enumerate(table):
            if refusal is not None:
                with pytest.raises(refusal):
                    await service.start_billing_run(actor, MARCH, f"run number {number}")
            else:
                await service.start_billing_run(actor, MARCH, f"run number {number}")

    assert await db.value("SELECT count(*) FROM billing_run") == 3


async def test_who_sees_runs(database: str) -> None:
    house, other = await make.house(), await make.house()
    with clock.travel_to(APRIL):
        run_id = await service.start_billing_run(house.manager, MARCH, "run-of-march")

    for actor, sees in (
        (house.manager, True),
        (await make.person(house.operator_id, Role.FINANCE), True),
        (await make.person(house.operator_id, Role.AUDITOR), True),
        (await make.person(house.operator_id, Role.FRONT_DESK), False),
        (other.manager, False),
        (await make.startup_owner(), False),
        (ANONYMOUS, False),
    ):
        assert (run_id in await run_views.billing_runs_by_id(actor, [run_id])) is sees
        assert len((await run_views.list_billing_runs(actor, Page())).rows) == int(sees)


async def test_eight_at_once_number_without_a_gap_and_without_a_double(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customers = [await rented(house) for _ in range(40)]
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await asyncio.gather(*[drain() for _ in range(8)])

    numbers = await db.value("SELECT array_agg(sequence ORDER BY sequence) FROM invoice")
    assert numbers == list(range(1, len(customers) + 1))
    assert await checks.problems() == []


async def test_a_defect_of_one_customer_parks_it_alone_after_the_batch_was_taken_apart(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        broken, _ = await rented(house), await rented(house)
        await db.execute(
            "CREATE FUNCTION break_charge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$;"
            f" CREATE TRIGGER break_charge BEFORE INSERT ON charge FOR EACH ROW WHEN (NEW.customer_id = '{broken}') EXECUTE FUNCTION break_charge()"
        )
        run_id = await service.start_billing_run(house.manager, MARCH, "run-of-march")
    for hours in range(12):
        with clock.travel_to(APRIL + timedelta(hours=hours)):
            await drain()
    run = (await run_views.billing_runs_by_id(house.manager, [run_id]))[run_id]
    [parked] = (await run_views.parked_by([run_id]))[run_id]

    assert (run.state, run.done, run.parked) == ("finished", 1, 1)
    assert (parked.customer_id, parked.code, "broken on purpose" in parked.reason) == (broken, "Defect", True)
    assert await db.value("SELECT count(*) FROM work_item WHERE state = 'parked'") == 0
    assert len(await invoices()) == 1
