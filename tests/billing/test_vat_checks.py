"""VAT ids are asked about when they are written, again when the answer is old, later and later while the register is away."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db, jobs
from incubator.billing import service, vat_checks
from incubator.billing.tax import decide
from incubator.billing.tax_facts import tax_facts
from incubator.billing.tax_terms import CHECK_HOLDS_FOR
from incubator.billing.terms import Supply
from incubator.kernel import clock, work
from incubator.kernel.actor import SYSTEM
from incubator.organizations import billing_facts
from tests.billing.worlds import buyer_at, drain, rented
from tests.support import make
from tests.support.registers import registers

pytestmark = pytest.mark.usefixtures("database")
CELLWERK = "NL004495445B01"
NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


async def checks() -> list[tuple[str, bool, str, str]]:
    """Return what registers answered, in order."""
    found = await db.rows("SELECT vat_id, is_valid, asked_by_vat_id, consultation FROM vat_check ORDER BY checked_at, id")
    return [tuple(row) for row in found]


async def waiting() -> list[tuple[int, timedelta]]:
    """Return how often each waiting check was begun, and after how long it is begun again."""
    found = await db.rows("SELECT attempts, run_after FROM work_item WHERE kind = $1 AND state = 'ready'", vat_checks.CHECK_VAT_ID)
    return [(row["attempts"], row["run_after"] - clock.now()) for row in found]


async def test_an_id_is_asked_about_when_it_is_written_in_the_sellers_name() -> None:
    house = await make.house()
    await service.register_for_tax(SYSTEM, house.legal_entity_id, "DE136695976", date(2020, 1, 1), taxes_letting=False)
    with clock.travel_to(NOW), registers():
        customer = await make.organization(country="NL", vat_id="NL 0044.95.445.B.01")
        await drain()
        facts = await tax_facts(customer, house.legal_entity_id, house.site_id, NOW.date())

    decision = decide(facts.question(Supply.SERVICE, NOW.date()))

    assert await checks() == [(CELLWERK, True, "DE136695976", "WAPIAAAA00000001")]
    assert (decision.rule, decision.evidence["vat_consultation"]) == ("DE-AE", "WAPIAAAA00000001")
    assert await db.value("SELECT payload->>'is_valid' FROM outbox_message WHERE kind = 'VatIdChecked'") == "true"


async def test_a_quote_counts_an_unconfirmed_id_for_nothing_and_a_confirmed_one_for_reverse_charge() -> None:
    house, totals = await make.house(), []
    with clock.travel_to(NOW), registers():
        customer = await make.organization(country="NL", vat_id=CELLWERK)
        buyer = buyer_at(house, customer)
        for _ in range(2):
            totals.append(await service.quote_supplies(buyer, [(Supply.SERVICE, 10_000)], NOW.date(), includes_tax=False))
            await drain()

    assert [(one.net_minor, one.tax_minor) for one in totals] == [(10_000, 1_900), (10_000, 0)]


async def test_a_seller_whom_the_register_does_not_know_asks_without_a_name() -> None:
    house = await make.house()
    await service.register_for_tax(SYSTEM, house.legal_entity_id, "DE136695976", date(2020, 1, 1), taxes_letting=False)
    with clock.travel_to(NOW), registers() as state:
        state.error, state.errors_left = "INVALID_REQUESTER_INFO", 1
        await make.organization(country="NL", vat_id=CELLWERK)
        await drain()

    assert await checks() == [(CELLWERK, True, "DE136695976", "")]


async def test_while_the_register_is_away_nothing_is_known_and_it_is_asked_later_and_later() -> None:
    with registers() as state:
        state.error, state.errors_left = "MS_UNAVAILABLE", 3
        at, delays = NOW, []
        with clock.travel_to(at):
            await make.organization(country="NL", vat_id=CELLWERK)
        for _ in range(3):
            with clock.travel_to(at):
                await drain()
                [(attempts, delay)] = await waiting()
                delays.append((attempts, delay))
            at += delay
        nothing = await checks()
        with clock.travel_to(at):
            await drain()

    assert delays == [(0, timedelta(seconds=seconds)) for seconds in (60, 120, 240)]
    assert nothing == []
    assert [is_valid for _, is_valid, _, _ in await checks()] == [True]


async def test_a_question_that_the_register_refuses_is_parked_for_a_person() -> None:
    with registers() as state:
        state.error, state.errors_left = "VAT_BLOCKED", 99
        with clock.travel_to(NOW):
            await make.organization(country="NL", vat_id=CELLWERK)
        for minutes in range(0, 100, 20):
            with clock.travel_to(NOW + timedelta(minutes=minutes)):
                await drain()

    assert await db.value("SELECT state FROM work_item WHERE kind = $1", vat_checks.CHECK_VAT_ID) == "parked"
    assert await checks() == []


async def test_an_id_of_no_member_state_is_left_alone() -> None:
    await make.organization(country="JP", vat_id="5835678256246")

    with registers() as state:
        await drain()

    assert state.asked == []


async def _held(answered_at: datetime) -> UUID:
    """Make a customer with a contract whose id was answered long ago."""
    with clock.travel_to(answered_at), registers():
        customer = await make.organization(country="NL", vat_id=CELLWERK)
        await drain()
        await rented(await make.house(), customer)
    return customer


@pytest.mark.parametrize(("days", "asked"), [(89, 0), (91, 1)])
async def test_an_old_answer_is_asked_for_again_where_a_contract_hangs_on_it(days: int, asked: int) -> None:
    await _held(NOW)
    jobs.load()

    with clock.travel_to(NOW + timedelta(days=days)), registers() as state:
        for _ in range(2):
            await work.SWEEPS["ask again about VAT IDs"]()
        await drain()

    assert len(state.asked) == asked
    assert timedelta(days=90) < CHECK_HOLDS_FOR


async def test_an_old_answer_of_somebody_who_buys_nothing_is_left_alone() -> None:
    with clock.travel_to(NOW), registers():
        await make.organization(country="NL", vat_id=CELLWERK)
        await drain()

    with clock.travel_to(NOW + timedelta(days=200)):
        assert await vat_checks.check_old_answers() == 0


async def test_writing_the_same_id_again_asks_nobody() -> None:
    with clock.travel_to(NOW), registers() as state:
        customer = await make.organization(country="NL", vat_id=CELLWERK)
        await drain()
        with clock.travel_to(NOW + timedelta(hours=2)):
            async with db.transaction():
                await billing_facts.change_vat_id(SYSTEM, customer, "nl 004495445b01", 1)
            await drain()

    assert len(state.asked) == 1
