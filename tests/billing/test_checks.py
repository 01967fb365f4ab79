"""The checks of the books find what they are there to find: each is shown something wrong that the database would not let happen."""

from datetime import timedelta

import pytest

from incubator import db
from incubator.billing import checks, service
from incubator.kernel import clock
from tests.billing.worlds import APRIL, MARCH, charged, drain, rented
from tests.support import make
from tests.support.make import House

pytestmark = pytest.mark.breaks_books
TRIGGERS = (
    ("charge", "charge_never_changes"),
    ("invoice", "invoice_keeps_content"),
    ("invoice_line", "invoice_line_keeps_content"),
    ("invoice_line", "invoice_line_credit_within"),
    ("invoice_tax", "invoice_tax_keeps_content"),
    ("charge_reduction", "charge_reduction_within"),
    ("customer_credit_use", "customer_credit_use_belongs"),
    ("customer_credit_use", "customer_credit_use_counts"),
    ("ledger_entry", "ledger_entry_append_only"),
)


@pytest.fixture
async def billed(database: str) -> House:
    """Two customers that were billed for March, one of them with a fee, and every guard of the database off."""
    house = await make.house()
    with clock.travel_to(APRIL):
        await rented(house)
        await charged(house, await rented(house), 700)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
    for table, trigger in TRIGGERS:
        await db.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    return house


WRONG = [
    ("C1", "UPDATE contract_term SET next_period_start = '2026-03-14' WHERE id = (SELECT min(id::text)::uuid FROM contract_term)"),
    (
        "C1",
        "DELETE FROM invoice_line WHERE id = (SELECT l.id FROM invoice_line l JOIN charge c ON c.id = l.charge_id WHERE c.source_kind = 'fee')",
    ),
    (
        "C2",
        (
            "INSERT INTO charge SELECT (c).* FROM (SELECT jsonb_populate_record(c, '{\"period\": \"again\"}'::jsonb || jsonb_build_object('id',"
            " gen_random_uuid())) AS c FROM charge c WHERE source_kind = 'contract term' LIMIT 1) again"
        ),
    ),
    ("C3", "UPDATE invoice_counter SET last_sequence = last_sequence + 1"),
    ("C3", "UPDATE invoice_line SET description = 'Something else' WHERE ordinal = 1"),
    ("C4", "UPDATE invoice_tax SET tax_minor = tax_minor + 1, gross_minor = gross_minor + 1"),
    ("C4", "UPDATE invoice SET paid_minor = 5 WHERE sequence = 1"),
    ("C4", "UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE account = 'receivable'"),
    (
        "C4",
        (
            "INSERT INTO customer_account (id, customer_id, legal_entity_id, currency, balance_minor)"
            " SELECT gen_random_uuid(), customer_id, legal_entity_id, currency, 100 FROM invoice LIMIT 1"
        ),
    ),
]


@pytest.mark.parametrize(("number", "sql"), WRONG)
async def test_finds_what_is_wrong(billed: House, number: str, sql: str) -> None:
    before = await checks.problems()
    await db.execute(sql)

    found = await checks.problems()

    assert before == []
    assert number in {problem[:2] for problem in found}


async def test_finds_a_line_that_is_credited_above_its_amount(billed: House) -> None:
    await db.execute(
        "INSERT INTO invoice_line (id, invoice_id, ordinal, credits_line_id, site_id, description, basis, quantity, unit_price_minor, amount_minor,"
        " net_minor, price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from, supplied_to)"
        " SELECT gen_random_uuid(), invoice_id, 9, id, site_id, description, basis, quantity, unit_price_minor, amount_minor + 1, net_minor + 1,"
        " price_includes_tax, supply, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from, supplied_to FROM invoice_line LIMIT 1"
    )

    assert "C7" in {problem[:2] for problem in await checks.problems()}


REDUCED = (
    "INSERT INTO charge_reduction (id, charge_id, amount_minor, note, created_at) SELECT gen_random_uuid(), id, {amount}, 'Credit', now()"
    " FROM charge WHERE source_kind = 'fee'"
)
GIVEN = (
    "INSERT INTO customer_credit (id, customer_id, legal_entity_id, currency, amount_minor, used_minor, reason, usable_from, usable_until,"
    " created_at) SELECT gen_random_uuid(), customer_id, legal_entity_id, currency, 500, {used}, 'Sorry', '2026-01-01', '2026-12-31', now()"
    " FROM charge WHERE source_kind = 'fee'"
)
USED = (
    "INSERT INTO customer_credit_use (id, credit_id, charge_id, reduction_id, amount_minor, created_at) SELECT gen_random_uuid(), c.id,"
    " r.charge_id, r.id, {amount}, now() FROM customer_credit c, charge_reduction r"
)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([REDUCED.format(amount=701)], "is reduced above its amount"),
        ([GIVEN.format(used=1)], "is above its amount or not what its uses come to"),
        ([GIVEN.format(used=0), REDUCED.format(amount=600), USED.format(amount=600)], "is above its amount or not what its uses come to"),
        ([GIVEN.format(used=5), REDUCED.format(amount=6), USED.format(amount=5)], "is not what its charge was reduced by"),
    ],
)
async def test_finds_a_credit_that_paid_more_than_it_is_or_a_charge_costs(billed: House, statements: list[str], said: str) -> None:
    for statement in statements:
        await db.execute(statement)

    found = [problem for problem in await checks.problems() if problem.startswith("C7")]

    assert len(found) == 1
    assert said in found[0]


async def test_finds_facts_that_nobody_was_told(billed: House) -> None:
    await db.execute("UPDATE outbox_message SET relayed_at = created_at")
    none_left = await checks.unrelayed()
    await db.execute("UPDATE outbox_message SET relayed_at = NULL")
    with clock.travel_to(APRIL + timedelta(minutes=2)):
        [problem] = await checks.unrelayed()

    assert none_left == []
    assert problem.startswith("C8")
