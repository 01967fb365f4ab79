"""What is final stays: invoices, lines, charges, the ledger; and the chain of hashes shows every change that was forced."""

import re

import asyncpg
import pytest

from incubator import db
from incubator.billing import books, checks, ledger, service
from incubator.billing.ledger import Account, Side
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.ids import new_id
from tests.billing.worlds import APRIL, MARCH, buyer_at, charged, drain, rented
from tests.support import make
from tests.support.make import House


@pytest.fixture
async def house(database: str) -> House:
    """A house that has billed March to two customers."""
    made = await make.house()
    with clock.travel_to(APRIL):
        await rented(made)
        await charged(made, await rented(made), 700)
        await service.start_billing_run(made.manager, MARCH, "run-of-march")
        await drain()
    return made


ADDED_LINE = (
    "INSERT INTO invoice_line (id, invoice_id, ordinal, site_id, description, basis, quantity, unit_price_minor, amount_minor, net_minor,"
    " price_includes_tax, tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from, supplied_to, supply)"
    " SELECT gen_random_uuid(), invoice_id, 99, site_id, description, basis, quantity, unit_price_minor, 0, 0, price_includes_tax,"
    " tax_category, tax_rate, tax_rule, tax_note, rule_note, supplied_from, supplied_to, supply FROM invoice_line LIMIT 1"
)
FORBIDDEN = [
    "UPDATE invoice SET gross_minor = gross_minor + 1, net_minor = net_minor + 1",
    "UPDATE invoice SET number = 'X'",
    "UPDATE invoice SET buyer = '{}'",
    "UPDATE invoice SET due_on = due_on + 1",
    "UPDATE invoice SET state = 'draft'",
    "DELETE FROM invoice",
    "TRUNCATE invoice CASCADE",
    "UPDATE invoice_line SET description = 'X'",
    "DELETE FROM invoice_line",
    ADDED_LINE,
    "UPDATE invoice_tax SET tax_minor = 0",
    "DELETE FROM invoice_tax",
    "UPDATE charge SET amount_minor = 1",
    "DELETE FROM charge",
    "UPDATE ledger_entry SET amount_minor = 1",
    "DELETE FROM ledger_entry",
    "DELETE FROM ledger_transaction",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
async def test_the_database_itself_refuses(house: House, sql: str) -> None:
    before = await books.fingerprint()

    with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.ForeignKeyViolationError)):
        await db.execute(sql)

    assert await books.fingerprint() == before


async def test_what_is_paid_and_voided_may_change(house: House) -> None:
    await db.execute("UPDATE invoice SET paid_minor = 0, version = version + 1")
    await db.execute("UPDATE invoice SET state = 'void' WHERE sequence = 2")

    assert await db.value("SELECT count(*) FROM invoice WHERE state = 'void'") == 1


async def test_a_ledger_that_does_not_balance_cannot_be_committed(house: House) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=re.escape("does not balance")):
        async with db.transaction():
            await ledger.post(
                "payment", new_id(), house.legal_entity_id, MARCH, "EUR", [Side(Account.BANK, 5), Side(Account.RECEIVABLE, -4)]
            )

    assert await checks.problems() == []


async def test_a_reference_is_booked_once(house: House) -> None:
    sides, reference = [Side(Account.BANK, 5), Side(Account.REVENUE, -5)], new_id()
    async with db.transaction():
        first = await ledger.post("payment", reference, house.legal_entity_id, MARCH, "EUR", sides)
        second = await ledger.post("payment", reference, house.legal_entity_id, MARCH, "EUR", sides)

    assert (first, second) == (True, False)


@pytest.mark.breaks_books
async def test_a_change_behind_the_triggers_back_breaks_the_chain(house: House) -> None:
    sound = await checks.problems()
    await db.execute("ALTER TABLE invoice_line DISABLE TRIGGER invoice_line_keeps_content")
    await db.execute(
        "UPDATE invoice_line SET description = 'Something else' WHERE invoice_id = (SELECT id FROM invoice WHERE sequence = 1)"
    )

    [problem] = await checks.problems()

    assert sound == []
    assert "00001 does not follow from the one before, or was changed" in problem


async def test_a_number_is_lost_with_its_invoice(house: House) -> None:
    customer = await make.organization()
    with clock.travel_to(APRIL):
        with pytest.raises(RuntimeError):
            async with db.transaction():
                await service.request_deposit(SYSTEM, buyer_at(house, customer), "Deposit", 70_000, MARCH)
                raise RuntimeError
        async with db.transaction():
            await service.request_deposit(SYSTEM, buyer_at(house, customer), "Deposit", 70_000, MARCH)

    number = await db.value("SELECT number FROM invoice WHERE kind = 'deposit request'")
    assert number.endswith("-D-2026-00001")
    assert await checks.problems() == []


async def test_a_deposit_is_a_liability_and_bears_no_tax(house: House) -> None:
    customer = await make.organization()
    with clock.travel_to(APRIL):
        async with db.transaction():
            await service.request_deposit(SYSTEM, buyer_at(house, customer), "Deposit", 70_000, MARCH)

    found = await db.rows("SELECT account, amount_minor FROM ledger_entry WHERE customer_id = $1 ORDER BY account", customer)
    assert [tuple(row.values()) for row in found] == [("deposits held", -70_000), ("receivable", 70_000)]
    assert (
        await db.value("SELECT tax_category FROM invoice_tax t JOIN invoice i ON i.id = t.invoice_id WHERE i.customer_id = $1", customer)
        == "O"
    )


async def test_who_sees_an_invoice(house: House) -> None:
    from incubator.billing import views

    invoice_id, customer = (await db.rows("SELECT id, customer_id FROM invoice WHERE sequence = 1"))[0].values()
    other = await make.house()
    for actor, sees in (
        (await make.person(customer, Role.OWNER), True),
        (await make.person(customer, Role.BILLING_CONTACT), True),
        (await make.person(customer, Role.MEMBER), False),
        (await make.startup_owner(), False),
        (house.manager, True),
        (await make.person(house.operator_id, Role.FINANCE), True),
        (await make.person(house.operator_id, Role.AUDITOR), True),
        (await make.person(house.operator_id, Role.FRONT_DESK), False),
        (other.manager, False),
        (SYSTEM, True),
    ):
        assert (invoice_id in await views.invoices_by_id(actor, [invoice_id])) is sees, actor.roles
