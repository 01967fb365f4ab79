"""Credits of customers for tests, given by the service that gives them in earnest."""

from datetime import date
from typing import Any
from uuid import UUID

from incubator import db
from incubator.billing import service
from incubator.kernel.actor import Actor
from tests.support import make
from tests.support.make import House

FIRST, LAST = date(2026, 1, 1), date(2027, 6, 30)


def terms(house: House, customer_id: UUID, amount_minor: int = 40_000, **changes: Any) -> service.GivenCredit:
    """A credit for anything of these eighteen months."""
    given: dict[str, Any] = {"reason": "Sorry for the outage", "usable_from": FIRST, "usable_until": LAST, "currency": "EUR"} | changes
    return service.GivenCredit(customer_id, house.legal_entity_id, amount_minor=amount_minor, **given)


async def credit(house: House, customer_id: UUID, amount_minor: int = 40_000, *, by: Actor | None = None, **changes: Any) -> UUID:
    """Give a customer a credit; returns its id."""
    return await service.give_credit(by or house.manager, terms(house, customer_id, amount_minor, **changes), make.fresh("give-credit-"))


async def used(credit_id: UUID) -> int:
    """Return what is used of a credit."""
    found: int = await db.value("SELECT used_minor FROM customer_credit WHERE id = $1", credit_id)
    return found
