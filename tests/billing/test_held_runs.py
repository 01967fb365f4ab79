"""Runs that are estimated first: held when they stray, approved or cancelled by one person, and what a preview says of them."""

import asyncio
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import checks, run_views, service
from incubator.billing.errors import BillingRunDecided, BillingRunUnderWay
from incubator.billing.invoice_errors import BooksWrong
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import Forbidden, NotFound
from incubator.kernel.jsonable import dumps
from tests.billing.worlds import APRIL, MARCH, charged, drain, invoices, rented
from tests.support import make
from tests.support.make import House

MAY = datetime(2026, 5, 1, 6, tzinfo=UTC)


async def strayed() -> tuple[House, UUID]:
    """Bill March, then start April, which comes to three times as much; returns the house and April's run."""
    house = await make.house()
    with clock.travel_to(APRIL):
        customer = await rented(house)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
    with clock.travel_to(MAY):
        await charged(house, customer, 50_000, date(2026, 4, 20))
        run_id = await service.start_billing_run(house.manager, date(2026, 4, 1), "run-of-april")
        await drain()
    return house, run_id


async def test_a_run_that_strays_is_held_and_writes_nothing_until_it_is_approved(database: str) -> None:
    house, run_id = await strayed()
    held = (await run_views.billing_runs_by_id(house.manager, [run_id]))[run_id]
    [estimate] = (await run_views.estimates_of([run_id]))[run_id]
    before = len(await invoices())
    with clock.travel_to(MAY):
        await service.decide_billing_run(house.manager, run_id, approve=True)
        await drain()
    run = (await run_views.billing_runs_by_id(house.manager, [run_id]))[run_id]

    assert (held.state, held.done, before) == ("held", 0, 1)
    assert (estimate.customers, estimate.expected_minor, estimate.before_minor, estimate.strays) == (1, 84_900, 20_265, True)
    assert (run.state, run.done, len(await invoices())) == ("finished", 1, 2)
    assert await db.value("SELECT sum(net_minor)::bigint FROM invoice WHERE run_id = $1", run_id) == estimate.expected_minor
    assert await checks.problems() == []


async def test_a_cancelled_run_bills_nothing_and_the_next_one_may_start(database: str) -> None:
    house, run_id = await strayed()
    with clock.travel_to(MAY):
        with pytest.raises(BillingRunUnderWay):
            await service.start_billing_run(house.manager, date(2026, 4, 1), "impatience")
        await service.decide_billing_run(house.manager, run_id, approve=False)
        await drain()
        with pytest.raises(BillingRunDecided):
            await service.decide_billing_run(house.manager, run_id, approve=True)
        await service.start_billing_run(house.manager, date(2026, 4, 1), "the next one")

    assert await db.value("SELECT state FROM billing_run WHERE id = $1", run_id) == "cancelled"
    assert len(await invoices()) == 1


async def test_of_eight_who_decide_at_once_one_wins_and_the_others_are_told(database: str) -> None:
    house, run_id = await strayed()
    with clock.travel_to(MAY):
        results = await asyncio.gather(
            *(service.decide_billing_run(house.manager, run_id, approve=number % 2 == 0) for number in range(8)),
            return_exceptions=True,
        )

    assert sum(result is None for result in results) == 1
    assert {type(result) for result in results if result is not None} == {BillingRunDecided}


async def test_a_run_may_be_held_by_wish_and_the_systems_never_is(database: str) -> None:
    house, other = await make.house(), await make.house()
    with clock.travel_to(APRIL):
        await rented(house)
        held = await service.start_billing_run(house.manager, MARCH, "look first", hold=True)
        await drain()
        await service.decide_billing_run(house.manager, held, approve=False)
        await rented(other)
        mine = await service.start_billing_run(SYSTEM, MARCH, "run of the system")
        await drain()

    assert await db.value("SELECT state FROM billing_run WHERE id = $1", held) == "cancelled"
    assert await db.value("SELECT state FROM billing_run WHERE id = $1", mine) == "finished"


async def test_who_may_decide_about_a_run(database: str) -> None:
    house, run_id = await strayed()
    other = await make.house()
    for actor, refusal in (
        (await make.person(house.operator_id, Role.AUDITOR), Forbidden),
        (await make.person(house.operator_id, Role.FRONT_DESK), Forbidden),
        (await make.startup_owner(), Forbidden),
        (other.manager, NotFound),
    ):
        with pytest.raises(refusal):
            await service.decide_billing_run(actor, run_id, approve=True)

    assert await db.value("SELECT state FROM billing_run WHERE id = $1", run_id) == "held"


async def test_the_estimate_is_what_the_run_comes_to_with_everything_in_it(database: str) -> None:
    """Late months, a minimum, a discount and a fee: the estimate knows them all."""
    house = await make.house()
    with clock.travel_to(APRIL):
        customer = await rented(house)
        await charged(house, customer, 1_234)
        await db.execute("UPDATE contract_term SET starts_on = '2026-01-10', next_period_start = '2026-01-10', discount_percent = 12.5")
        await db.execute("UPDATE contract SET minimum_minor = 70000, minimum_billed_until = '2026-01-31'")
        run_id = await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()

    [estimate] = (await run_views.estimates_of([run_id]))[run_id]
    assert estimate.expected_minor == await db.value("SELECT sum(net_minor)::bigint FROM invoice")
    assert await db.value("SELECT count(*) FROM charge WHERE source_kind = 'minimum'") == 2


async def test_a_preview_is_the_later_invoice_byte_for_byte(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        customer = await rented(house)
        await charged(house, customer, 1_234)
        await db.execute("UPDATE contract_term SET starts_on = '2026-02-10', next_period_start = '2026-02-10', discount_percent = 12.5")
        [preview] = await service.preview_invoices(house.manager, customer, house.legal_entity_id, "EUR", MARCH)
        nothing_written = await db.value("SELECT (SELECT count(*) FROM invoice) + (SELECT count(*) FROM charge WHERE source_kind <> 'fee')")
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()

    invoice = await db.row("SELECT id, net_minor, tax_minor, currency, language FROM invoice")
    assert invoice is not None
    lines = await db.rows("SELECT * FROM invoice_line ORDER BY ordinal")
    taxes = await db.rows("SELECT tax_category, tax_rate, net_minor, tax_minor FROM invoice_tax ORDER BY ordinal")
    said = [
        {
            "site_id": line.site_id,
            "description": line.description,
            "basis": line.basis,
            "quantity": f"{line.quantity:.4f}",
            "unit_price_minor": line.unit_price_minor,
            "amount_minor": line.taxed.amount_minor,
            "discount_minor": line.discount_minor,
            "net_minor": net,
            "price_includes_tax": line.taxed.includes_tax,
            "supply": line.supply,
            "tax_rule": line.tax_rule,
            "tax_note": line.tax_note,
            "tax_evidence": dumps(line.tax_evidence),
            "rule_note": line.rule_note,
            "supplied_from": line.supplied_from,
            "supplied_to": line.supplied_to,
        }
        for line, net in zip(preview.lines, preview.nets, strict=True)
    ]
    written = [{key: line[key] for key in said[0]} | {"quantity": f"{line['quantity']:.4f}"} for line in lines]
    for line in written:
        line["tax_evidence"] = dumps(json.loads(line["tax_evidence"]))
    groups = [(group.category.value if group.category else "", group.rate, group.net_minor, group.tax_minor) for group in preview.groups]
    assert nothing_written == 0
    assert dumps(said) == dumps(written)
    assert groups == [tuple(row.values()) for row in taxes]
    assert (preview.net_minor, preview.tax_minor, preview.currency, preview.language) == tuple(invoice.values())[1:]


@pytest.mark.breaks_books
async def test_the_hourly_check_passes_right_books_and_parks_wrong_ones(database: str) -> None:
    await strayed()
    await db.execute("UPDATE outbox_message SET relayed_at = created_at")
    await checks.check_books()
    await db.execute("ALTER TABLE invoice_line DISABLE TRIGGER invoice_line_keeps_content")
    await db.execute("UPDATE invoice_line SET net_minor = net_minor + 1")

    with pytest.raises(BooksWrong) as wrong:
        await checks.check_books()

    assert (wrong.value.problems, wrong.value.first[:2]) == (3, "C3")
