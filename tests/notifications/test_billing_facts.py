"""Who is told of drafts with something missing, held runs and credit notes, and who is not."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import service
from incubator.billing.adapting import schedule_due
from incubator.billing.crediting import Settlement
from incubator.billing.terms import Basis, IndexClause, Price, RecurringTerm, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import Refusals
from tests.billing.worlds import APRIL, MARCH, buyer_at, charged
from tests.support import invoicing, make
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")


async def told(actor: Actor) -> list[str]:
    """The kinds of what somebody was told in the product, the first first, with where it leads."""
    found = await db.rows("SELECT kind, path FROM notification WHERE person_id = $1 ORDER BY id", actor.person_id)
    return [f"{row['kind']} {row['path'].split('/')[1]}" for row in found]


async def blocked(house: make.House, customer_id: UUID | None = None) -> None:
    invoice_id = await invoicing.draft(house, customer_id or await invoicing.without_address())
    with pytest.raises(Refusals):
        await service.finalise_invoice(house.manager, invoice_id)


async def test_a_draft_with_something_missing_is_told_to_finance_of_its_legal_entity_alone() -> None:
    house, other = await make.house(), await make.house()
    finance, elsewhere = await make.person(house.operator_id, Role.FINANCE), await make.person(other.operator_id, Role.FINANCE)

    await blocked(house)
    await drain()
    params = await db.value("SELECT params::text FROM notification WHERE person_id = $1", finance.person_id)

    assert await told(finance) == ["invoice_blocked invoices"]
    assert (await told(elsewhere), await told(house.manager)) == ([], [])
    assert "street and city" in params
    assert "Straße und Ort" in params


async def test_a_customer_is_told_once_what_it_can_mend_however_many_drafts_wait() -> None:
    house, customer = await make.house(), await invoicing.without_address()
    contact, member = await make.person(customer, Role.BILLING_CONTACT), await make.person(customer, Role.MEMBER)
    for _ in range(2):
        await blocked(house, customer)
        await drain()

    assert await told(contact) == ["billing_details_missing billing-details"]
    assert await told(member) == []


async def test_a_draft_that_waits_for_finance_alone_keeps_no_word_from_the_customer() -> None:
    house, customer = await make.house(), await invoicing.without_address()
    contact = await make.person(customer, Role.BILLING_CONTACT)
    earlier = await invoicing.draft(house, customer)
    await db.execute(
        """UPDATE invoice SET blockers = '[{"code": "RateMissing", "act": "finance", "en": "No rate."}]' WHERE id = $1""", earlier
    )

    await blocked(house, customer)
    await drain()

    assert await told(contact) == ["billing_details_missing billing-details"]


async def test_what_was_mended_before_it_was_told_is_no_news() -> None:
    house, customer = await make.house(), await invoicing.without_address()
    finance = await make.person(house.operator_id, Role.FINANCE)
    invoice_id = await invoicing.draft(house, customer)
    with pytest.raises(Refusals):
        await service.finalise_invoice(house.manager, invoice_id)
    await service.discard_draft(house.manager, invoice_id, await invoicing.version_of(invoice_id))

    await drain()

    assert await told(finance) == []
    assert not await db.value("SELECT 1 FROM work_item WHERE last_error <> '' LIMIT 1")


async def test_a_held_run_is_told_to_who_started_it_and_to_finance_of_what_it_bills() -> None:
    house, other = await make.house(), await make.house()
    finance, elsewhere = await make.person(house.operator_id, Role.FINANCE), await make.person(other.operator_id, Role.FINANCE)
    with clock.travel_to(APRIL):
        await charged(house, await make.organization(), 10_000)
        await service.start_billing_run(house.manager, MARCH, "run-of-march", hold=True)
        await drain()

    assert await told(house.manager) == ["billing_run_held billing"]
    assert await told(finance) == ["billing_run_held billing"]
    assert await told(elsewhere) == []


async def test_finance_is_asked_once_for_a_value_that_prices_wait_for() -> None:
    house, other = await make.house(), await make.house()
    finance, elsewhere = await make.person(house.operator_id, Role.FINANCE), await make.person(other.operator_id, Role.FINANCE)
    for _ in range(2):
        clause = IndexClause("VPI", date(2026, 1, 1), 12)
        term = RecurringTerm("plan", "Membership", Price(10_000, Basis.MONTH, False), Supply.SERVICE, date(2026, 1, 1), index=clause)
        await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), [term])
    await service.record_index_value(SYSTEM, house.operator_id, "VPI", date(2026, 1, 1), Decimal("121.5"), "Destatis")

    for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 1)):
        with clock.travel_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
            await schedule_due()
            await drain()
        assert await told(finance) == ["index_value_awaited price-indexes"] * (day.year == 2027)
    params = json.loads(await db.value("SELECT params::text FROM notification WHERE person_id = $1", finance.person_id))

    assert (params["index"], params["stated_month"]) == ("VPI", "2027-01-01")
    assert await told(elsewhere) == []


async def test_a_credit_note_is_told_to_the_customers_people_for_money_once_and_as_none_other() -> None:
    house, owner = await make.house(), await make.startup_owner()
    assert owner.organization_id is not None
    member, finance = await make.person(owner.organization_id, Role.MEMBER), await make.person(house.operator_id, Role.FINANCE)
    invoice_id = await invoicing.invoice(house, owner.organization_id)
    await invoicing.paid(invoice_id, 11_900)
    await drain()
    before = await told(owner)

    await invoicing.credited(finance, invoice_id, None, Settlement.REFUND)
    await drain()

    assert await told(owner) == [*before, "invoice_credited invoices"]
    assert await told(member) == []
