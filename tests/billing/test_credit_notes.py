"""Credit notes: what they take back, how it is settled, that nothing more than the invoice is ever taken back, and who may."""

import asyncio
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incubator import db
from incubator.billing import checks, service, views
from incubator.billing.credit_policy import CreditedGroup, CreditedLine, tax_now
from incubator.billing.crediting import CreditTerms, Settlement
from incubator.billing.invoice_errors import CreditAboveLine, InvoiceNotFinalised, NothingToCredit, RefundSettled, SettlementNeeded
from incubator.billing.policy import TaxedLine, tax_groups
from incubator.billing.terms import TaxCategory
from incubator.kernel import clock
from incubator.kernel.actor import ANONYMOUS, Actor, Role
from incubator.kernel.errors import DomainError, Forbidden, NotFound, OutOfRange, Stale
from tests.billing.worlds import APRIL, MARCH, charged, drain
from tests.support import make
from tests.support.evidence import is_proving, sized
from tests.support.make import House

CASES = 10_000 if is_proving() else 150


async def invoiced(*amounts: int) -> tuple[House, Actor, UUID]:
    """Make an invoice with a line for each amount; returns the house, its finance person and the invoice."""
    house = await make.house()
    finance = await make.person(house.operator_id, Role.FINANCE)
    customer = await make.organization()
    with clock.travel_to(APRIL):
        for amount in amounts:
            await charged(house, customer, amount)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
    return house, finance, await db.value("SELECT id FROM invoice")


async def terms_of(invoice_id: UUID, lines: dict[int, int] | None, settlement: Settlement = Settlement.OFFSET) -> CreditTerms:
    version = await db.value("SELECT version FROM invoice WHERE id = $1", invoice_id)
    return CreditTerms(invoice_id, lines, settlement, "Wrong price", version)


async def credited(
    finance: Actor, invoice_id: UUID, lines: dict[int, int] | None, settlement: Settlement = Settlement.OFFSET, key: str = "credit-1"
) -> UUID:
    with clock.travel_to(APRIL):
        return await service.create_credit_note(finance, await terms_of(invoice_id, lines, settlement), key)


async def paid(finance: Actor, invoice_id: UUID, amount: int) -> None:
    with clock.travel_to(APRIL):
        await service.record_transfer(finance, invoice_id, amount, f"transfer {amount}")


async def test_takes_back_a_part_of_a_line_and_the_rest_of_it_later(database: str) -> None:
    _, finance, invoice_id = await invoiced(10_000, 3_333)

    first = await credited(finance, invoice_id, {2: 1_111})
    second = await credited(finance, invoice_id, None, key="credit-2")
    found = await views.invoices_by_id(finance, [invoice_id, first, second])

    assert (found[first].net_minor, found[first].tax_minor, found[first].kind) == (1_111, 211, "credit note")
    assert found[first].gross_minor + found[second].gross_minor == found[invoice_id].gross_minor
    assert found[first].tax_minor + found[second].tax_minor == found[invoice_id].tax_minor
    assert (found[invoice_id].outstanding_minor, found[invoice_id].payment_state) == (0, "credited")
    assert str(found[first].number).endswith("-2026-00002")
    assert await checks.problems() == []


async def test_what_was_paid_is_refunded_once_and_the_rest_falls_away(database: str) -> None:
    _, finance, invoice_id = await invoiced(10_000)
    await paid(finance, invoice_id, 4_000)

    credit_note_id = await credited(finance, invoice_id, None, Settlement.REFUND)
    refund = (await views.refunds_of([credit_note_id]))[credit_note_id]
    with clock.travel_to(APRIL):
        await service.record_refund(finance, credit_note_id, "bank 17")
        with pytest.raises(RefundSettled):
            await service.record_refund(finance, credit_note_id, "bank 18")

    assert refund.amount_minor == 4_000
    assert await db.value("SELECT credited_minor FROM invoice WHERE id = $1", invoice_id) == 7_900
    assert (
        await db.value("SELECT sum(amount_minor) FROM ledger_entry WHERE account IN ('bank', 'receivable', 'refunds to pay', 'revenue')")
        == 0
    )
    assert await checks.problems() == []


async def test_a_balance_pays_the_next_invoice(database: str) -> None:
    house, finance, invoice_id = await invoiced(10_000)
    await paid(finance, invoice_id, 11_900)
    await credited(finance, invoice_id, {1: 5_000}, Settlement.BALANCE)
    customer = await db.value("SELECT customer_id FROM invoice WHERE id = $1", invoice_id)

    with clock.travel_to(APRIL):
        await charged(house, customer, 20_000)
        await service.start_billing_run(house.manager, MARCH, "run-again")
        await drain()

    later = await db.row("SELECT paid_minor, gross_minor FROM invoice WHERE kind = 'invoice' ORDER BY number DESC LIMIT 1")
    assert later is not None
    assert (later["paid_minor"], later["gross_minor"]) == (5_950, 23_800)
    assert await db.value("SELECT balance_minor FROM customer_account") == 0
    assert await checks.problems() == []


async def test_voiding_takes_back_all_that_is_left_and_keeps_the_number(database: str) -> None:
    house, finance, invoice_id = await invoiced(10_000, 700)
    await credited(finance, invoice_id, {1: 2_500})
    version = await db.value("SELECT version FROM invoice WHERE id = $1", invoice_id)

    with clock.travel_to(APRIL):
        await service.void_invoice(finance, invoice_id, Settlement.OFFSET, "All wrong", version, "void-it-now")
        await service.start_billing_run(house.manager, MARCH, "run-again")
        await drain()

    sums = await db.row(
        "SELECT sum(gross_minor) FILTER (WHERE kind = 'credit note') AS credited, sum(gross_minor) FILTER (WHERE kind = 'invoice') AS asked FROM invoice"
    )
    assert sums is not None
    assert sums["credited"] == sums["asked"]
    assert await db.value("SELECT state FROM invoice WHERE id = $1", invoice_id) == "void"
    assert await db.value("SELECT count(*) FROM invoice WHERE kind = 'invoice'") == 1
    assert await checks.problems() == []


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [({1: 10_001}, CreditAboveLine), ({1: 0}, OutOfRange), ({1: -5}, OutOfRange), ({7: 1}, NotFound), ({}, NothingToCredit)],
)
async def test_refuses_more_than_is_left_and_writes_nothing(database: str, lines: dict[int, int], refusal: type[DomainError]) -> None:
    _, finance, invoice_id = await invoiced(10_000)

    with pytest.raises(refusal):
        await credited(finance, invoice_id, lines)

    assert await db.value("SELECT count(*) FROM invoice") == 1
    assert await db.value("SELECT credited_minor FROM invoice") == 0


async def test_what_was_paid_needs_a_settlement(database: str) -> None:
    _, finance, invoice_id = await invoiced(10_000)
    await paid(finance, invoice_id, 11_900)

    with pytest.raises(SettlementNeeded) as refused:
        await credited(finance, invoice_id, {1: 100})

    assert refused.value.paid_minor == 119
    assert await db.value("SELECT count(*) FROM invoice") == 1


async def test_nothing_is_credited_twice_nor_of_a_void_invoice_or_a_credit_note(database: str) -> None:
    _, finance, invoice_id = await invoiced(10_000)
    credit_note_id = await credited(finance, invoice_id, None)

    with pytest.raises(NothingToCredit):
        await credited(finance, invoice_id, None, key="credit-2")
    with pytest.raises(InvoiceNotFinalised):
        await credited(finance, credit_note_id, None, key="credit-3")
    again = await service.create_credit_note(finance, CreditTerms(invoice_id, None, Settlement.OFFSET, "Wrong price", 2), "credit-1")

    assert again == credit_note_id
    assert await db.value("SELECT count(*) FROM invoice") == 2


async def test_of_all_who_credit_and_void_at_once_one_wins_and_the_others_are_told(database: str) -> None:
    _, finance, invoice_id = await invoiced(10_000)
    terms = await terms_of(invoice_id, {1: 6_000})

    with clock.travel_to(APRIL):
        results = await asyncio.gather(
            *(service.create_credit_note(finance, terms, f"credit-by-{who}") for who in range(4)),
            *(
                service.void_invoice(finance, invoice_id, Settlement.OFFSET, "A mistake", terms.expected_version, f"void-by-{who}")
                for who in range(4)
            ),
            return_exceptions=True,
        )

    assert sum(isinstance(result, UUID) for result in results) == 1
    assert all(isinstance(result, (UUID, Stale)) for result in results)
    assert await checks.problems() == []


async def test_the_database_itself_keeps_credits_within_their_line(database: str) -> None:
    _, finance, invoice_id = await invoiced(10_000)
    await credited(finance, invoice_id, {1: 6_000})

    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="above its amount"):
        async with db.transaction():
            await db.execute(
                "INSERT INTO invoice (id, kind, state, customer_id, legal_entity_id, currency, language, period_start, period_end, net_minor,"
                " tax_minor, gross_minor, seller, buyer, created_at, paid_minor, version, corrects_id, settlement) SELECT gen_random_uuid(),"
                " 'credit note', 'draft', customer_id, legal_entity_id, currency, language, period_start, period_end, 0, 0, 0, '{}', '{}',"
                " created_at, 0, 1, id, 'offset' FROM invoice WHERE id = $1",
                invoice_id,
            )
            await db.execute(
                "INSERT INTO invoice_line (id, invoice_id, ordinal, credits_line_id, site_id, description, basis, quantity, unit_price_minor,"
                " amount_minor, net_minor, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from,"
                " supplied_to) SELECT gen_random_uuid(), (SELECT id FROM invoice WHERE state = 'draft'), 1, id, site_id, description, basis,"
                " quantity, unit_price_minor, 4001, 4001, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, rule_note,"
                " supplied_from, supplied_to FROM invoice_line WHERE invoice_id = $1",
                invoice_id,
            )


async def test_who_may_credit(database: str) -> None:
    house, finance, invoice_id = await invoiced(10_000)
    customer = await db.value("SELECT customer_id FROM invoice")
    other = await make.house()
    for actor, refusal in (
        (ANONYMOUS, NotFound),
        (await make.person(customer, Role.OWNER), Forbidden),
        (house.manager, Forbidden),
        (await make.person(house.operator_id, Role.AUDITOR), Forbidden),
        (await make.person(house.operator_id, Role.FRONT_DESK), NotFound),
        (await make.person(other.operator_id, Role.FINANCE), NotFound),
    ):
        with pytest.raises(refusal):
            await credited(actor, invoice_id, {1: 1}, key=f"credit-{actor.person_id}")
    assert await db.value("SELECT count(*) FROM invoice") == 1
    assert await credited(finance, invoice_id, {1: 1})


amounts = st.integers(0, 10**9)
rates = st.sampled_from([Decimal(rate) for rate in ("0", "6", "7.7", "8.1", "9", "13", "19", "25", "6.25", "33.3333")])
lines = st.lists(st.tuples(amounts, st.booleans(), rates), min_size=1, max_size=6)
cuts = st.lists(st.lists(st.fractions(0, 1), min_size=6, max_size=6), max_size=4)


@sized("credits in any pieces leave nothing and never more than the invoice", f"{CASES} cases")
@settings(max_examples=CASES, deadline=None)
@given(lines, cuts)
def test_credits_in_any_pieces_sum_to_the_invoice_and_full_credit_leaves_nothing(
    given_lines: list[tuple[int, bool, Decimal]], pieces: list[list[Fraction]]
) -> None:
    taxed = [TaxedLine(amount, includes, TaxCategory.S if rate else TaxCategory.Z, rate) for amount, includes, rate in given_lines]
    groups = tax_groups(taxed)
    nets = {index: net for group in groups for index, net in zip(group.lines, group.nets, strict=True)}
    before, before_net = [0] * len(taxed), [0] * len(taxed)
    before_tax = {(group.category, group.rate): 0 for group in groups}

    for piece in [*pieces, [Fraction(1)] * 6]:
        now = [int((line.amount_minor - before[i]) * piece[i]) for i, line in enumerate(taxed)]
        for group in groups:
            own = [
                CreditedLine(
                    taxed[i].amount_minor, nets[i], taxed[i].includes_tax, TaxCategory.S, group.rate, before[i], before_net[i], now[i]
                )
                for i in group.lines
            ]
            of = CreditedGroup(TaxCategory.S, group.rate, group.net_minor, group.tax_minor, before_tax[group.category, group.rate])
            tax = tax_now(of, own)
            assert tax >= 0
            assert all(line.net_now() >= 0 for line in own)
            before_tax[group.category, group.rate] += tax
            for i, line in zip(group.lines, own, strict=True):
                before_net[i] += line.net_now()
                before[i] += line.now_minor
        assert all(before[i] <= line.amount_minor for i, line in enumerate(taxed))
        assert all(before_net[i] <= nets[i] for i in range(len(taxed)))
        assert all(before_tax[group.category, group.rate] <= group.tax_minor for group in groups)

    assert before == [line.amount_minor for line in taxed]
    assert before_net == [nets[i] for i in range(len(taxed))]
    assert all(before_tax[group.category, group.rate] == group.tax_minor for group in groups)
