"""Drafts that get their numbers: what keeps them from it, who is told, many at once, and a year that ends in the middle."""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from incubator import db
from incubator.billing import checks, service, views
from incubator.billing.drafting import Draft, write_drafts
from incubator.billing.exchange_rates import enter_rate
from incubator.billing.finalising import FINALISE, finalise_drafts, finalise_due, schedule_due
from incubator.billing.invoice_errors import BooksClosed, BuyerWithoutAddress, InvoiceNotDraft
from incubator.billing.planning import CustomerKey, plan
from incubator.billing.tax_errors import VatIdWrong
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, Source, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import DomainError, Forbidden, NotFound, Refusals, Stale
from incubator.kernel.ids import new_id
from incubator.kernel.periods import month_of
from tests.billing.worlds import APRIL, MARCH, charged, drain, rented
from tests.support import make
from tests.support.evidence import is_proving, record, sized
from tests.support.make import House

ROUNDS = 10_000 if is_proving() else 240
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""Midnight of the new year in Berlin."""


async def drafted(house: House, customer: UUID | None = None, *, supply: Supply = Supply.WORKPLACE) -> UUID:
    """Make a draft that waits for five days; returns its id."""
    await db.execute(
        "INSERT INTO seller_profile (id, legal_entity_id, grace_days) VALUES (gen_random_uuid(), $1, 5) ON CONFLICT DO NOTHING",
        house.legal_entity_id,
    )
    with clock.travel_to(APRIL):
        found = await rented(house, customer, supply=supply)
        await service.start_billing_run(house.manager, MARCH, make.fresh("run-of-march-"))
        await drain()
    draft: UUID = await db.value("SELECT id FROM invoice WHERE customer_id = $1", found)
    return draft


async def state_of(invoice_id: UUID) -> str:
    found: str = await db.value("SELECT state FROM invoice WHERE id = $1", invoice_id)
    return found


WRONG = [
    pytest.param("DE", "address = ''", "address = 'Kai 1'", BuyerWithoutAddress, "Anschrift", id="no address"),
    pytest.param("NL", "vat_id = 'NL123'", "vat_id = ''", VatIdWrong, "NL123", id="VAT id of the wrong form"),
]


@pytest.mark.parametrize(("country", "wrong", "mended", "refusal", "said"), WRONG)
async def test_what_the_customer_has_to_mend_keeps_the_draft_until_it_did(
    database: str, country: str, wrong: str, mended: str, refusal: type[DomainError], said: str
) -> None:
    house, customer = await make.house(), await make.organization(country=country)
    await db.execute(f"UPDATE organization SET {wrong} WHERE id = $1", customer)
    draft = await drafted(house, customer)
    with clock.travel_to(APRIL), pytest.raises(Refusals) as refused:
        await service.finalise_invoice(house.manager, draft)
    with clock.travel_to(APRIL + timedelta(days=6)):
        await schedule_due()
        await drain()
        blocked = (await views.invoices_by_id(house.manager, [draft]))[draft]
        await db.execute(f"UPDATE organization SET {mended} WHERE id = $1", customer)
        await schedule_due(is_blocked=True)
        await drain()

    assert [type(one) for one in refused.value.each] == [refusal]
    assert (blocked.state, '"act": "customer"' in blocked.blockers, said in blocked.blockers) == ("draft", True, True)
    assert await state_of(draft) == "finalised"
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'InvoiceBlocked'") == 1


async def test_a_tax_that_no_rule_decides_keeps_the_draft_and_names_the_line(database: str) -> None:
    house = await make.house(country="US", time_zone="America/New_York", currency="USD")
    draft = await drafted(house, supply=Supply.INSTRUMENT)
    with clock.travel_to(APRIL + timedelta(days=6)):
        await schedule_due()
        await drain()
    found = (await views.invoices_by_id(house.manager, [draft]))[draft]

    assert found.state == "draft"
    assert await db.value("SELECT tax_category FROM invoice_line") == ""
    assert ('"act": "finance"' in found.blockers, "Position 1" in found.blockers) == (True, True)
    assert await checks.problems() == []


async def test_a_missing_rate_keeps_the_draft_until_there_is_one(database: str) -> None:
    house, customer = await make.house(), await make.organization()
    buyer, price = Buyer(customer, house.legal_entity_id, house.site_id, "VND"), Price(300_000, Basis.ONCE, False)
    await service.charge_count(CountedCharge(Source("fee", new_id()), buyer, "Fee", price, Supply.SERVICE, MARCH, MARCH))
    with clock.travel_to(APRIL):
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
        [draft] = [row["id"] for row in await db.rows("SELECT id FROM invoice")]
        blocked = (await views.invoices_by_id(house.manager, [draft]))[draft]
        await enter_rate(await make.person(house.operator_id, Role.FINANCE), "VND", APRIL.date(), "30000", "State bank, notice 17")
        await schedule_due(is_blocked=True)
        await drain()

    assert (blocked.state, "RateMissing" in blocked.blockers, '"act": "finance"' in blocked.blockers) == ("draft", True, True)
    assert await state_of(draft) == "finalised"
    assert tuple(await db.row("SELECT tax_minor, home_tax_minor, home_currency FROM invoice") or ()) == (57_000, 190, "EUR")


async def test_nothing_is_finalised_in_closed_books(database: str) -> None:
    house = await make.house()
    draft = await drafted(house)
    await db.execute("UPDATE seller_profile SET locked_until = '2026-04-30'")

    with clock.travel_to(APRIL), pytest.raises(Refusals) as refused:
        await service.finalise_invoice(house.manager, draft)

    assert [type(one) for one in refused.value.each] == [BooksClosed]
    assert await db.value("SELECT count(*) FROM ledger_transaction") == 0


async def test_of_two_who_finalise_at_once_one_wins_and_the_other_is_told(database: str) -> None:
    house = await make.house()
    draft = await drafted(house)
    with clock.travel_to(APRIL):
        results = await asyncio.gather(*(service.finalise_invoice(house.manager, draft) for _ in range(8)), return_exceptions=True)

    [told, *_] = [result for result in results if result is not None]
    assert sum(result is None for result in results) == 1
    assert isinstance(told, InvoiceNotDraft)
    assert told.number.endswith("-2026-00001")


async def test_a_discarded_draft_leaves_its_charges_to_the_next_run(database: str) -> None:
    house = await make.house()
    draft = await drafted(house)
    with pytest.raises(Stale):
        await service.discard_draft(house.manager, draft, 99)
    await service.discard_draft(house.manager, draft, 1)
    with clock.travel_to(APRIL):
        await service.start_billing_run(house.manager, MARCH, "run-again")
        await drain()

    assert await db.value("SELECT count(*) FROM charge") == 1
    assert await db.value("SELECT net_minor FROM invoice") == 20_265
    assert await db.value("SELECT count(*) FROM audit_entry WHERE action = 'discard draft'") == 1


async def test_who_sees_and_finalises_a_draft(database: str) -> None:
    house, other = await make.house(), await make.house()
    draft = await drafted(house)
    customer = await db.value("SELECT customer_id FROM invoice")
    for actor, refusal in (
        (await make.person(customer, Role.OWNER), NotFound),
        (other.manager, NotFound),
        (await make.person(house.operator_id, Role.FRONT_DESK), NotFound),
        (await make.person(house.operator_id, Role.AUDITOR), Forbidden),
    ):
        with pytest.raises(refusal):
            await service.finalise_invoice(actor, draft)
        with pytest.raises(refusal):
            await service.discard_draft(actor, draft, 1)
    with clock.travel_to(APRIL):
        await service.finalise_invoice(await make.person(house.operator_id, Role.FINANCE), draft)

    assert await state_of(draft) == "finalised"


class Aborted(Exception):
    """The power goes."""


@sized()
async def test_sixteen_finalisers_with_aborts_over_a_years_end_leave_no_gap(database: str) -> None:
    house = await make.house()
    customer = await make.organization()
    with clock.travel_to(NEW_YEAR - timedelta(days=3)):
        for number in range(0, ROUNDS, 200):
            count = min(200, ROUNDS - number)
            for _ in range(count):
                await charged(house, customer, 100 + number, date(2026, 12, 20))
            [planned] = await plan([CustomerKey(customer, house.legal_entity_id, "EUR")], month_of(date(2026, 12, 1)), to_write=False)
            async with db.transaction():
                await write_drafts(
                    [
                        Draft("invoice", customer, house.legal_entity_id, "EUR", "de", month_of(date(2026, 12, 1)), [line], clock.now())
                        for line in planned.documents[0]
                    ]
                )
    chance, aborted = random.Random(7), 0

    async def finaliser() -> None:
        nonlocal aborted
        while True:
            try:
                async with db.transaction():
                    claimed = await db.rows(
                        "SELECT id FROM invoice WHERE state = 'draft' ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED", chance.randint(1, 9)
                    )
                    blocked = await finalise_drafts(SYSTEM, [row["id"] for row in claimed])
                    assert blocked == {}
                    if claimed and chance.random() < 0.15:
                        raise Aborted
                if not claimed:
                    return
            except Aborted:
                aborted += 1

    started = asyncio.get_running_loop().time()
    with clock.travel_to(NEW_YEAR - timedelta(minutes=1)):
        first = [asyncio.create_task(finaliser()) for _ in range(8)]
        while (
            not all(one.done() for one in first) and await db.value("SELECT count(*) FROM invoice WHERE number IS NOT NULL") < ROUNDS // 2
        ):
            await asyncio.wait(first, timeout=0.02)
        with clock.travel_to(NEW_YEAR + timedelta(minutes=1)):
            await asyncio.gather(*first, *(finaliser() for _ in range(8)))
    seconds = asyncio.get_running_loop().time() - started

    years = await db.rows(
        "SELECT year, count(*)::int AS count, min(sequence) AS first, max(sequence) AS last FROM invoice GROUP BY 1 ORDER BY 1"
    )
    assert [row["year"] for row in years] == [2026, 2027]
    assert sum(row["count"] for row in years) == ROUNDS
    assert all((row["first"], row["last"]) == (1, row["count"]) for row in years)
    assert aborted > 0
    assert await checks.problems() == []
    record(
        "16 finalisers, 15 % aborted, a year's end in the middle: no gap and no repeat",
        f"{ROUNDS} invoices, {aborted} aborts, {ROUNDS / seconds:.0f}/s",
    )


async def test_the_job_takes_a_hundred_at_once_and_leaves_the_rest_to_the_next(database: str) -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        for number in range(130):
            await charged(house, customer, 100 + number)
        [planned] = await plan([CustomerKey(customer, house.legal_entity_id, "EUR")], month_of(MARCH), to_write=False)
        async with db.transaction():
            await write_drafts(
                [
                    Draft("invoice", customer, house.legal_entity_id, "EUR", "de", month_of(MARCH), [line], clock.now())
                    for line in planned.documents[0]
                ]
            )
            taken = await finalise_due(house.legal_entity_id)
        await schedule_due()
        await drain()

    assert taken == 100
    assert await db.value("SELECT count(*) FROM invoice WHERE state = 'finalised'") == 130
    assert await db.value("SELECT count(*) FROM work_item WHERE kind = $1", FINALISE) == 1


async def test_a_draft_may_be_changed_by_sql_a_finalised_one_may_not(database: str) -> None:
    house = await make.house()
    draft = await drafted(house)
    await db.execute("UPDATE invoice SET language = 'en' WHERE id = $1", draft)
    with clock.travel_to(APRIL):
        await service.finalise_invoice(house.manager, draft)

    for column in ("home_tax_minor = 1, home_currency = 'USD', home_rate = 1, home_rate_on = now()", "blockers = '[1]'", "reason = 'x'"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await db.execute(f"UPDATE invoice SET {column} WHERE id = $1", draft)
