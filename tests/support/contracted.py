"""Contracts of a side in every state that something can be done from, and what belongs to them."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, RecurringTerm, Source, Supply
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM
from tests.support import make


async def contract(house: make.House, customer_id: UUID, starts_on: date | None = None, plan_id: UUID | None = None) -> UUID:
    """Open a contract with one price a month, of a plan when one is given, from today on when no day is given."""
    price = Price(1_000, Basis.MONTH, False)
    term = RecurringTerm("plan", "Membership", price, Supply.SERVICE, starts_on or clock.today("Europe/Berlin"), None, plan_id)
    return await billing.open_contract(SYSTEM, Buyer(customer_id, house.legal_entity_id, house.site_id, "EUR"), [term])


async def charge(house: make.House, customer_id: UUID) -> UUID:
    """Charge something by hand."""
    day = clock.today("Europe/Berlin")
    terms = billing.ManualCharge(
        customer_id, house.legal_entity_id, house.site_id, "EUR", "Keys", Decimal(1), 500, False, Supply.SERVICE, day, day
    )
    return await billing.add_charge(SYSTEM, terms, make.fresh("charge-key-"))


async def index_value(house: make.House) -> UUID:
    """Record the value of an index that nothing else has."""
    key = make.fresh("Index ")
    return await billing.record_index_value(SYSTEM, house.operator_id, key, clock.today("Europe/Berlin"), Decimal(100), "Test")


async def credit(house: make.House, customer_id: UUID) -> UUID:
    """Give a customer a credit that nothing uses in these days."""
    first = clock.today("Europe/Berlin") + timedelta(days=400)
    terms = billing.GivenCredit(
        customer_id, house.legal_entity_id, "EUR", 9_000, "Programme's promise", first, first + timedelta(days=99), Supply.INSTRUMENT
    )
    return await billing.give_credit(SYSTEM, terms, make.fresh("credit-key-"))


async def contracted(house: make.House, customer_id: UUID, plan_id: UUID) -> dict[str, UUID]:
    """Make all of it, the contracts of a plan; returns the ids by what they are."""
    made = [await contract(house, customer_id, plan_id=plan_id) for _ in range(5)]
    today = clock.today("Europe/Berlin")
    price, buyer = Price(100, Basis.ONCE, False), Buyer(customer_id, house.legal_entity_id, house.site_id, "EUR")
    await billing.charge_count(CountedCharge(Source("minimum", made[0], "test"), buyer, "Minimum", price, Supply.SERVICE, today, today))
    return {
        "Contract": made[0],
        "ContractTerm": await db.value("SELECT id FROM contract_term WHERE contract_id = $1", made[0]),
        "Contract: to pause": made[1],
        "Contract: paused": made[2],
        "ContractPause": await billing.pause_contract(
            SYSTEM, made[2], today + timedelta(days=40), today + timedelta(days=50), "Renovation", 1
        ),
        "Contract: to end": made[3],
        "Contract: with a minimum": made[4],
        "Charge": await charge(house, customer_id),
        "CustomerCredit": await credit(house, customer_id),
        "PriceIndexValue": await index_value(house),
        "Plan: to retire": await make.plan(house),
    }
