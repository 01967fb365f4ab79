"""Credits pay for charges as they become lines: once, the first to expire first, and what a charge does not need goes back."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest

from incubator import db
from incubator.billing import charge_views, checks, service
from incubator.billing.contract_errors import NothingToWaive
from incubator.billing.crediting import Settlement
from incubator.billing.planning import CustomerKey, plan
from incubator.billing.run_batches import write_plans
from incubator.billing.terms import Basis, Price, RecurringTerm, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM
from incubator.kernel.periods import month_of
from tests.billing.worlds import APRIL, MARCH, buyer_at, charged, drain, rented
from tests.support import invoicing, make
from tests.support.credited import credit, used
from tests.support.make import House

pytestmark = pytest.mark.usefixtures("database")


async def bill(house: House, key: str = "run-of-march") -> None:
    await service.start_billing_run(house.manager, MARCH, key)
    await drain()


async def with_grace(house: House) -> None:
    await db.execute(
        "INSERT INTO seller_profile (id, legal_entity_id, grace_days) VALUES (gen_random_uuid(), $1, 5)", house.legal_entity_id
    )


async def lines() -> list[tuple[int, int, str]]:
    """What each invoice's line asks, what it was reduced by before tax, and why; no credit notes."""
    found = await db.rows(
        "SELECT l.amount_minor, l.discount_minor, l.rule_note FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id"
        " WHERE i.kind = 'invoice' ORDER BY l.id"
    )
    return [(row["amount_minor"], row["discount_minor"], row["rule_note"]) for row in found]


async def member(house: House, unit_price_minor: int = 31_000) -> tuple[UUID, UUID]:
    """A contract for March and on; returns customer and contract."""
    customer = await make.organization()
    term = RecurringTerm("plan", "Membership", Price(unit_price_minor, Basis.MONTH, False), Supply.SERVICE, MARCH)
    return customer, await service.open_contract(SYSTEM, buyer_at(house, customer), [term])


async def test_a_credit_lowers_the_price_before_tax_and_the_line_says_so() -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        credit_id = await credit(house, customer, 4_000)
        await charged(house, customer, 10_000)
        await bill(house)

    assert await lines() == [(6_000, 4_000, "1 × 100.00; −40.00 Sorry for the outage")]
    assert await db.row("SELECT net_minor, tax_minor FROM invoice") == (6_000, 1_140)
    assert await used(credit_id) == 4_000
    assert await checks.problems() == []


async def test_a_charge_that_is_wholly_paid_stays_as_a_line_of_nothing() -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        credit_id = await credit(house, customer, 40_000)
        charge_id = await charged(house, customer, 10_000)
        await bill(house)

    assert [(amount, discount) for amount, discount, _ in await lines()] == [(0, 10_000)]
    assert await db.value("SELECT gross_minor FROM invoice WHERE state = 'finalised'") == 0
    assert (await charge_views.charges_by_id(house.manager, [charge_id]))[charge_id].state == "invoiced"
    assert await used(credit_id) == 10_000
    assert await checks.problems() == []


async def test_the_one_that_expires_first_pays_first_and_only_for_its_days_kind_currency_and_legal_entity() -> None:
    house, other, customer = await make.house(), await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        later = await credit(house, customer, 3_000, usable_until=date(2026, 12, 31))
        first = await credit(house, customer, 2_000, usable_until=date(2026, 6, 30))
        strangers = [
            await credit(house, customer, usable_from=date(2026, 3, 21)),
            await credit(house, customer, supply=Supply.INSTRUMENT),
            await credit(house, customer, currency="CHF"),
            await credit(other, customer),
            await credit(house, await make.organization()),
        ]
        withdrawn = await credit(house, customer, usable_until=date(2026, 5, 1))
        await service.withdraw_credit(house.manager, withdrawn, "A mistake", 1, "withdraw-key")
        await charged(house, customer, 6_000, date(2026, 3, 20))
        await bill(house)

    assert [await used(one) for one in (first, later, withdrawn, *strangers)] == [2_000, 3_000, 0, 0, 0, 0, 0, 0]
    assert [note.count("−") for _, _, note in await lines()] == [2]


async def test_a_credit_that_expired_still_pays_for_what_was_supplied_before() -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(datetime(2026, 3, 20, 8, tzinfo=UTC)):
        credit_id = await credit(house, customer, 700, usable_until=date(2026, 3, 20))
    with clock.travel_to(APRIL):
        await charged(house, customer, 500, date(2026, 3, 20))
        await charged(house, customer, 500, date(2026, 3, 21))
        await bill(house)

    assert await used(credit_id) == 500


async def test_a_preview_says_what_the_invoice_says_and_uses_nothing() -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customer = await rented(house)
        await charged(house, customer, 10_000)
        credit_id = await credit(house, customer, 15_000)
        [preview] = await service.preview_invoices(house.manager, customer, house.legal_entity_id, "EUR", MARCH)
        before = await used(credit_id)
        await bill(house)

    shown = [(line.taxed.amount_minor, line.discount_minor, line.rule_note) for line in preview.lines]
    assert before == 0
    assert shown == await lines()
    assert await db.row("SELECT net_minor, tax_minor FROM invoice") == (preview.net_minor, preview.tax_minor)
    assert await used(credit_id) == 15_000


async def test_a_draft_of_a_charge_that_a_credit_pays_is_no_waived_one() -> None:
    house, customer = await make.house(), await make.organization()
    await with_grace(house)
    with clock.travel_to(APRIL):
        await credit(house, customer)
        charge_id = await charged(house, customer, 10_000)
        await bill(house)

    found = (await charge_views.charges_by_id(house.manager, [charge_id]))[charge_id]
    assert (found.state, found.reduced_minor) == ("on draft", 10_000)


async def test_a_second_run_and_a_resumed_one_use_nothing_twice() -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customer = await rented(house)
        credit_id = await credit(house, customer, 5_000)
        await bill(house)
        run_id = await db.value("SELECT id FROM billing_run")
        await db.execute("UPDATE billing_run_item SET state = 'parked', code = 'Defect', reason = 'power'")
        await service.resume_billing_run(house.manager, run_id)
        await drain()
        await bill(house, "run-again")

    assert await used(credit_id) == 5_000
    assert await db.value("SELECT count(*) FROM customer_credit_use") == 1
    assert await checks.problems() == []


@pytest.mark.parametrize("is_open", [True, False])
async def test_eight_billers_at_once_use_a_credit_once(is_open: bool) -> None:
    house = await make.house()
    customer = await make.organization() if is_open else await rented(house)
    if is_open:
        await charged(house, customer, 20_265)
    with clock.travel_to(APRIL):
        credit_id = await credit(house, customer, 40_000)

        async def biller() -> int:
            async with db.transaction():
                plans = await plan([CustomerKey(customer, house.legal_entity_id, "EUR")], month_of(MARCH), to_write=True)
                return len(await write_plans(plans, month_of(MARCH), None))

        drafts = await asyncio.gather(*(biller() for _ in range(8)))

    assert sorted(drafts) == [0] * 7 + [1]
    assert await used(credit_id) == await db.value("SELECT sum(amount_minor)::bigint FROM charge")
    assert await checks.problems() == []


async def test_two_months_that_are_billed_at_once_share_a_credit_and_the_second_waits_for_the_first() -> None:
    house, customer = await make.house(), await make.organization()
    planned, may_commit = asyncio.Event(), asyncio.Event()

    async def biller(month: date) -> None:
        async with db.transaction():
            key = CustomerKey(customer, house.legal_entity_id, "EUR")
            await write_plans(await plan([key], month_of(month), to_write=True), month_of(month), None)
            planned.set()
            await may_commit.wait()

    with clock.travel_to(APRIL):
        credit_id = await credit(house, customer, 10_000)
        await charged(house, customer, 8_000, date(2026, 4, 1))
        first = asyncio.create_task(biller(date(2026, 4, 1)))
        await planned.wait()
        await charged(house, customer, 8_000, date(2026, 3, 20))
        second = asyncio.create_task(biller(MARCH))
        while not await db.value("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"):
            await asyncio.wait([second], timeout=0.02)
        may_commit.set()
        await asyncio.gather(first, second)

    assert [(amount, discount) for amount, discount, _ in await lines()] == [(0, 8_000), (6_000, 2_000)]
    assert await used(credit_id) == 10_000
    assert await checks.problems() == []


async def test_a_discarded_draft_leaves_the_use_with_its_charge() -> None:
    house, customer = await make.house(), await make.organization()
    await with_grace(house)
    with clock.travel_to(APRIL):
        first = await credit(house, customer, 4_000)
        await charged(house, customer, 10_000)
        await bill(house)
        draft = await db.value("SELECT id FROM invoice")
        before = await lines()
        await service.discard_draft(house.manager, draft, 1)
        second = await credit(house, customer, 1_000, reason="A gift", usable_until=date(2026, 12, 31))
        await bill(house, "run-again")

    assert before == [(6_000, 4_000, "1 × 100.00; −40.00 Sorry for the outage")]
    assert await lines() == [(5_000, 5_000, "1 × 100.00; −10.00 A gift; −40.00 Sorry for the outage")]
    assert (await used(first), await used(second)) == (4_000, 1_000)


async def test_days_that_fall_away_from_a_draft_give_the_credit_back_what_it_paid_too_much() -> None:
    house = await make.house()
    await with_grace(house)
    with clock.travel_to(APRIL):
        customer, contract = await member(house)
        credit_id = await credit(house, customer, 20_000)
        await bill(house)
        before = await lines()
        await service.stop_contract(house.manager, contract, date(2026, 3, 10), 1)
        after = await lines()

    assert before[0][:2] == (11_000, 20_000)
    assert [(amount, discount) for amount, discount, _ in after] == [(0, 10_000)]
    assert after[0][2].endswith("; −100.00 Sorry for the outage")
    assert await used(credit_id) == 10_000
    assert await checks.problems() == []


@pytest.mark.parametrize(
    ("last", "credited_minor", "used_minor"), [(date(2026, 3, 25), 6_000, 20_000), (date(2026, 3, 10), 11_000, 10_000)]
)
async def test_days_that_fall_away_from_an_invoice_are_credited_before_the_credit_gets_back(
    last: date, credited_minor: int, used_minor: int
) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customer, contract = await member(house)
        credit_id = await credit(house, customer, 20_000)
        await bill(house)
        taken = await service.stop_contract(house.manager, contract, last, 1)

    assert taken == credited_minor
    assert await db.value("SELECT net_minor FROM invoice WHERE kind = 'credit note'") == credited_minor
    assert await used(credit_id) == used_minor
    assert await checks.problems() == []


async def test_what_comes_back_pays_for_the_next_charge() -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customer, contract = await member(house)
        credit_id = await credit(house, customer, 31_000)
        await bill(house)
        await service.stop_contract(house.manager, contract, date(2026, 3, 10), 1)
        await charged(house, customer, 5_000)
        await bill(house, "run-again")

    assert (await lines())[1][:2] == (0, 5_000)
    assert await used(credit_id) == 15_000


async def test_a_waived_charge_gives_back_all_that_a_credit_paid_of_it_even_when_it_paid_the_whole() -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        credit_id = await credit(house, customer, 14_000)
        whole, part = [await charged(house, customer, 10_000, day) for day in (MARCH, date(2026, 3, 2))]
        await bill(house)
        waived = [await service.waive_charge(house.manager, one, "A gift", f"waive-{one}") for one in (whole, part)]
        with pytest.raises(NothingToWaive):
            await service.waive_charge(house.manager, whole, "Once more", "waive-again")

    assert waived == [0, 6_000]
    assert await used(credit_id) == 0
    assert await checks.problems() == []


async def test_a_line_that_is_credited_to_nothing_gives_back_and_one_credited_in_part_does_not() -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        first = await credit(house, customer, 4_000)
        await charged(house, customer, 10_000)
        await bill(house)
        invoice_id = await db.value("SELECT id FROM invoice")
        await invoicing.credited(SYSTEM, invoice_id, {1: 2_000})
        part = await used(first)
        await invoicing.credited(SYSTEM, invoice_id, {1: 4_000})

    assert (part, await used(first)) == (4_000, 0)


async def test_a_void_invoice_gives_everything_back() -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        credit_id = await credit(house, customer, 14_000)
        for day in (MARCH, date(2026, 3, 2)):
            await charged(house, customer, 10_000, day)
        await bill(house)
        invoice_id = await db.value("SELECT id FROM invoice")
        version = await invoicing.version_of(invoice_id)
        await service.void_invoice(SYSTEM, invoice_id, Settlement.OFFSET, "Wrong customer", version, "void-key")

    assert await used(credit_id) == 0
    assert await checks.problems() == []


async def test_what_a_credit_pays_counts_for_a_promised_minimum() -> None:
    house = await make.house()
    with clock.travel_to(datetime(2026, 3, 1, 8, tzinfo=UTC)):
        customer, contract = await member(house)
        await credit(house, customer, 31_000)
        await service.set_minimum(house.manager, contract, 31_000, 1)
        await bill(house)
    with clock.travel_to(APRIL):
        await bill(house, "run-again")

    assert await db.value("SELECT count(*) FROM charge WHERE source_kind = 'minimum'") == 0
    assert await db.value("SELECT minimum_billed_until FROM contract") == date(2026, 3, 31)


async def test_what_credits_pay_is_written_in_two_statements_for_however_many_customers() -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customers = [await rented(house) for _ in range(6)]
        for customer in customers[:4]:
            await credit(house, customer, 1_000)

        async def statements(some: list[UUID]) -> int:
            keys = [CustomerKey(customer, house.legal_entity_id, "EUR") for customer in some]
            seen: list[str] = []
            async with db.transaction():
                stop = db.observe(lambda sql, seconds: seen.append(sql))
                await write_plans(await plan(keys, month_of(MARCH), to_write=True), month_of(MARCH), None)
                stop()
            return len([sql for sql in seen if "typeinfo" not in sql])

        none, one, three = [await statements(some) for some in (customers[4:], customers[:1], customers[1:4])]

    assert one == three == none + 2


USED = (
    "INSERT INTO customer_credit_use (id, credit_id, charge_id, reduction_id, amount_minor, created_at) SELECT gen_random_uuid(), c.id,"
    " r.charge_id, r.id, r.{amount}, now() FROM charge_reduction r, customer_credit c WHERE r.note = 'A gift' AND c.reason = '{whose}'"
)
FORBIDDEN = [
    "UPDATE customer_credit SET amount_minor = amount_minor + 1",
    "UPDATE customer_credit SET used_minor = amount_minor + 1",
    "UPDATE customer_credit SET usable_until = usable_until + 1",
    "DELETE FROM customer_credit",
    "UPDATE customer_credit_use SET amount_minor = amount_minor - 1",
    "UPDATE customer_credit_use SET given_back_minor = amount_minor + 1",
    "UPDATE customer_credit_use SET given_back_minor = given_back_minor - 1",
    "DELETE FROM customer_credit_use",
    (
        "INSERT INTO charge_reduction (id, charge_id, amount_minor, note, created_at)"
        " SELECT gen_random_uuid(), id, 6001, 'Too much', now() FROM charge WHERE amount_minor = 10000"
    ),
    USED.format(amount="amount_minor", whose="Another customer"),
    USED.format(amount="amount_minor - 1", whose="Later"),
]


@pytest.mark.parametrize("sql", FORBIDDEN)
async def test_the_database_itself_refuses(sql: str) -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        await credit(house, customer, 4_000)
        await credit(house, await make.organization(), 90_000, reason="Another customer")
        await charged(house, customer, 10_000)
        await bill(house)
        await service.waive_charge(house.manager, await charged(house, customer, 300, date(2026, 4, 1)), "A gift", "waive-key")
        await credit(house, customer, reason="Later")

    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await db.execute(sql)

    assert await checks.problems() == []
