"""What a change of a contract would come to: the same as the change itself, and nothing of it stays."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import contract_views, service
from incubator.billing.contract_errors import PauseOverlaps, TermOver
from incubator.billing.contract_previews import NewEnd, NewPause, preview_change
from incubator.billing.contract_views import next_periods
from incubator.billing.heirs import NewPrice
from incubator.billing.terms import Basis, Price, RecurringTerm, Supply, Timing
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.errors import Forbidden, NotFound
from incubator.kernel.paging import Page
from tests.billing.worlds import APRIL, MARCH, buyer_at, drain
from tests.support import make
from tests.support.make import House
from tests.support.written import contents


async def billed(house: House) -> UUID:
    """A contract of 310.00 a month whose March is invoiced."""
    term = RecurringTerm("plan", "Membership", Price(31_000, Basis.MONTH, False), Supply.SERVICE, MARCH)
    contract_id = await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), [term])
    await service.start_billing_run(house.manager, MARCH, "run-of-march")
    await drain()
    return contract_id


async def test_a_preview_says_what_the_change_will_do_and_writes_nothing(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        contract_id = await billed(house)
        term_id = await db.value("SELECT id FROM contract_term")
        before = await contents()
        end = await preview_change(house.manager, contract_id, NewEnd(date(2026, 3, 10)))
        pause = await preview_change(house.manager, contract_id, NewPause(date(2026, 3, 22), date(2026, 4, 15)))
        price = await preview_change(house.manager, contract_id, NewPrice(term_id, date(2026, 3, 22), unit_price_minor=62_000))
        after = await contents()
        taken = await service.stop_contract(house.manager, contract_id, date(2026, 3, 10), 1)

    assert after == before
    assert (end.taken_back_minor, pause.taken_back_minor, price.taken_back_minor) == (taken, 10_000, 10_000)
    assert [credit.gross_minor for credit in end.credits] == [24_990]
    assert [invoice.net_minor for preview in (end, pause, price) for invoice in preview.invoices] == [15_500, 20_000 + 62_000]


async def test_a_preview_is_refused_like_the_change(database: str) -> None:
    house, other = await make.house(), await make.house()
    with clock.travel_to(APRIL):
        contract_id = await billed(house)
        term_id = await db.value("SELECT id FROM contract_term")
        await service.pause_contract(house.manager, contract_id, date(2026, 5, 1), None, "Renovation", 1)
        customer = await db.value("SELECT customer_id FROM contract")
        for actor, change, refusal in (
            (house.manager, NewPause(date(2026, 6, 1), None), PauseOverlaps),
            (house.manager, NewPrice(term_id, date(2026, 2, 1), unit_price_minor=1), TermOver),
            (other.manager, NewEnd(MARCH), NotFound),
            (await make.person(customer, Role.OWNER), NewEnd(MARCH), Forbidden),
            (await make.person(house.operator_id, Role.AUDITOR), NewEnd(MARCH), Forbidden),
        ):
            with pytest.raises(refusal):
                await preview_change(actor, contract_id, change)


async def test_next_periods_are_what_runs_will_bill(database: str) -> None:
    house = await make.house()
    terms = [
        RecurringTerm("plan", "Yearly", Price(36_500, Basis.YEAR, False), Supply.SERVICE, MARCH),
        RecurringTerm(
            "rental",
            "Bench",
            Price(31_000, Basis.MONTH, False),
            Supply.ROOM,
            MARCH,
            date(2026, 6, 10),
            timing=Timing.ARREARS,
            discount_percent=Decimal(10),
            discount_until=date(2026, 3, 31),
        ),
    ]
    contract_id = await service.open_contract(SYSTEM, buyer_at(house, await make.organization()), terms)
    await service.pause_contract(SYSTEM, contract_id, date(2026, 4, 1), date(2026, 4, 30), "Renovation", 1)

    found = next_periods(
        (await contract_views.terms_of([contract_id]))[contract_id], (await contract_views.pauses_by_contract([contract_id]))[contract_id]
    )

    assert [(one.description, one.first, one.last, one.billed_on, one.amount_minor) for one in found] == [
        ("Yearly", MARCH, date(2027, 2, 28), MARCH, 36_500 - 3_000),
        ("Bench", MARCH, date(2026, 3, 31), date(2026, 4, 1), 27_900),
        ("Bench", date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1), 31_000),
    ]


async def test_a_pause_without_an_end_leaves_no_period_to_come(database: str) -> None:
    house = await make.house()
    with clock.travel_to(APRIL):
        contract_id = await billed(house)
        await service.pause_contract(house.manager, contract_id, date(2026, 4, 1), None, "Renovation", 1)
        shown = (await contract_views.contracts_by_id(house.manager, [contract_id]))[contract_id]
        terms, pauses = await contract_views.terms_of([contract_id]), await contract_views.pauses_by_contract([contract_id])

    assert shown.state == "paused"
    assert next_periods(terms[contract_id], pauses[contract_id]) == []


async def test_contracts_are_found_by_state_customer_and_name(database: str) -> None:
    house = await make.house()
    made = {}
    for state, first, last in (
        ("planned", date(2026, 5, 1), None),
        ("running", MARCH, None),
        ("ended", MARCH, date(2026, 3, 31)),
    ):
        customer = await make.organization()
        term = RecurringTerm("plan", "Membership", Price(1, Basis.MONTH, False), Supply.SERVICE, first, last)
        made[state] = (customer, await service.open_contract(SYSTEM, buyer_at(house, customer), [term]))

    with clock.travel_to(APRIL):
        by_state = {
            state: [row["id"] for row in (await contract_views.list_contracts(house.manager, Page(), state=state)).rows] for state in made
        }
        own = await make.person(made["ended"][0], Role.OWNER)
        theirs = [row["id"] for row in (await contract_views.list_contracts(own, Page())).rows]
        named = await contract_views.list_contracts(house.manager, Page(), search="no such name")
        of_customer = await contract_views.list_contracts(house.manager, Page(), customer_id=made["planned"][0])

    assert by_state == {state: [contract_id] for state, (_, contract_id) in made.items()}
    assert theirs == [made["ended"][1]]
    assert named.rows == []
    assert [row["id"] for row in of_customer.rows] == [made["planned"][1]]
