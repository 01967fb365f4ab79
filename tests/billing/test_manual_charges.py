"""Charges by hand, charges that are waived, and where a charge stands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import charge_views, checks, service
from incubator.billing.contract_errors import NothingToWaive
from incubator.billing.terms import GivenTax, Supply, TaxCategory
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, IdempotencyMismatch, NotFound, PeriodInverted
from tests.billing.worlds import APRIL, MARCH, drain
from tests.support import make
from tests.support.make import House


async def terms(house: House, **changes: Any) -> service.ManualCharge:
    found = service.ManualCharge(
        await make.organization(),
        house.legal_entity_id,
        house.site_id,
        "EUR",
        "Keys cut anew",
        Decimal("2.5"),
        1_001,
        price_includes_tax=False,
        supply=Supply.SERVICE,
        supplied_from=date(2026, 3, 10),
        supplied_to=date(2026, 3, 12),
    )
    return replace(found, **changes)


async def state(actor: Actor, charge_id: UUID) -> tuple[str, int]:
    found = (await charge_views.charges_by_id(actor, [charge_id]))[charge_id]
    return found.state, found.reduced_minor


async def bill(house: House, key: str = "run-of-march") -> None:
    await service.start_billing_run(house.manager, MARCH, key)
    await drain()


async def credited() -> int:
    found: int = await db.value("SELECT coalesce(sum(net_minor), 0)::bigint FROM invoice WHERE kind = 'credit note'")
    return found


async def test_a_charge_by_hand_is_on_the_next_invoice_once(database: str) -> None:
    house = await make.house()
    given = await terms(house)
    with clock.travel_to(APRIL):
        first, again = [await service.add_charge(house.manager, given, "charge-key-1") for _ in range(2)]
        before = await state(house.manager, first)
        await bill(house)
        await bill(house, "run-again")

    lines = await db.rows("SELECT amount_minor, rule_note, tax_rate FROM invoice_line")
    assert first == again
    assert (before, await state(house.manager, first)) == (("open", 0), ("invoiced", 0))
    assert [(row["amount_minor"], row["rule_note"], row["tax_rate"]) for row in lines] == [(2_503, "2.5 × 10.01", 19)]
    assert await checks.problems() == []


async def test_an_agreed_tax_stays(database: str) -> None:
    house = await make.house()
    given = await terms(house, tax=GivenTax(TaxCategory.S, Decimal(7)))
    with clock.travel_to(APRIL):
        await service.add_charge(house.manager, given, "charge-key-1")
        await bill(house)

    assert await db.value("SELECT tax_rate FROM invoice_line") == 7


async def test_an_open_charge_that_is_waived_is_asked_for_no_more(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        charge_id = await service.add_charge(house.manager, await terms(house), "charge-key-1")
        waived = [await service.waive_charge(house.manager, charge_id, "A gift", "waive-key-1") for _ in range(2)]
        with pytest.raises(NothingToWaive):
            await service.waive_charge(house.manager, charge_id, "Once more", "waive-key-2")
        await bill(house)

    assert waived == [2_503, 2_503]
    assert await db.value("SELECT coalesce(sum(gross_minor), 0)::bigint FROM invoice") == 0
    assert await db.value("SELECT note FROM charge_reduction") == "A gift"
    assert await checks.problems() == []


async def test_waiving_on_a_draft_makes_the_draft_ask_less(database: str) -> None:
    house = await make.house()
    await db.execute(
        "INSERT INTO seller_profile (id, legal_entity_id, grace_days) VALUES (gen_random_uuid(), $1, 5)", house.legal_entity_id
    )
    with clock.travel_to(APRIL):
        given = await terms(house)
        charge_id, other = [await service.add_charge(house.manager, given, f"charge-key-{number}") for number in range(2)]
        await bill(house)
        before = await state(house.manager, charge_id)
        await service.waive_charge(house.manager, charge_id, "A gift", "waive-key-1")

    assert before == ("on draft", 0)
    assert await state(house.manager, charge_id) == ("waived", 2_503)
    assert await state(house.manager, other) == ("on draft", 0)
    assert await db.value("SELECT net_minor FROM invoice") == 2_503
    assert await checks.problems() == []


async def test_waiving_what_was_invoiced_credits_what_is_left_of_it(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        charge_id = await service.add_charge(house.manager, await terms(house), "charge-key-1")
        await bill(house)
        waived = await service.waive_charge(house.manager, charge_id, "A gift", "waive-key-1")

    assert (waived, await credited()) == (2_503, 2_503)
    assert await state(house.manager, charge_id) == ("credited", 2_503)
    assert await db.value("SELECT reason FROM invoice WHERE kind = 'credit note'") == "A gift"
    assert await checks.problems() == []


async def test_what_makes_no_sense_is_not_charged(database: str) -> None:
    house, other = await make.house(), await make.house()
    given = await terms(house)
    for changes, refusal in (
        ({"site_id": other.site_id}, NotFound),
        ({"customer_id": house.site_id}, NotFound),
        ({"supplied_to": date(2026, 3, 9)}, PeriodInverted),
    ):
        with pytest.raises(refusal):
            await service.add_charge(house.manager, replace(given, **changes), "charge-key-1")
    await service.add_charge(house.manager, given, "charge-key-1")
    with pytest.raises(IdempotencyMismatch):
        await service.add_charge(house.manager, replace(given, unit_price_minor=2), "charge-key-1")

    assert await db.value("SELECT count(*) FROM charge") == 1


async def test_who_may_charge_and_waive(database: str) -> None:
    house, other = await make.house(), await make.house()
    given = await terms(house)
    finance = await make.person(house.operator_id, Role.FINANCE)
    charge_id = await service.add_charge(finance, given, "charge-key-1")
    customer = await make.person(given.customer_id, Role.OWNER)
    auditor = await make.person(house.operator_id, Role.AUDITOR)

    for actor, refusal in ((other.manager, NotFound), (customer, NotFound), (auditor, Forbidden)):
        with pytest.raises(refusal):
            await service.add_charge(actor, given, "charge-key-2")
    for actor, refusal in ((other.manager, NotFound), (customer, Forbidden), (auditor, Forbidden)):
        with pytest.raises(refusal):
            await service.waive_charge(actor, charge_id, "A gift", "waive-key-1")

    assert await db.value("SELECT count(*) FROM charge_reduction") == 0
    seen = [
        bool(await charge_views.charges_by_id(actor, [charge_id])) for actor in (finance, customer, auditor, house.manager, other.manager)
    ]
    assert seen == [True, True, True, True, False]
