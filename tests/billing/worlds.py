"""Small worlds of money for tests: customers with contracts of a house."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from incubator import db, jobs
from incubator.billing import service
from incubator.billing.documents import MAKE_DOCUMENT
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, RecurringTerm, Source, Supply
from incubator.kernel import work
from incubator.kernel.actor import SYSTEM
from incubator.kernel.ids import new_id
from tests.support import make
from tests.support.make import House

MARCH = date(2026, 3, 1)
APRIL = datetime(2026, 4, 1, 6, 0, 0, 123_456, tzinfo=UTC)
"""The morning after the month: runs of March are started then."""


def buyer_at(house: House, customer_id: UUID, currency: str = "EUR") -> Buyer:
    return Buyer(customer_id, house.legal_entity_id, house.site_id, currency)


async def rented(
    house: House, customer_id: UUID | None = None, *, unit_price_minor: int = 34_900, supply: Supply = Supply.WORKPLACE
) -> UUID:
    """Open a contract with one desk from 14 March on; returns the customer."""
    found = customer_id or await make.organization()
    term = RecurringTerm("rental", "Hot desk", Price(unit_price_minor, Basis.MONTH, False), supply, date(2026, 3, 14))
    await service.open_contract(SYSTEM, buyer_at(house, found), [term])
    return found


async def customers_with_a_desk(house: House, count: int) -> None:
    """Make many customers with a contract for one desk each, all at once."""
    await db.execute(
        "WITH organizations AS (INSERT INTO organization (id, key, name, local_name, kind, country, city, district, sector, address, vat_id,"
        " source, created_at, version) SELECT gen_random_uuid(), 'customer' || n, 'Startup ' || n, '', 'startup', 'DE', 'Hamburg', '', '',"
        " 'Kai ' || n, '', '', now(), 1 FROM generate_series(1, $1::int) n RETURNING id, key), contracts AS (INSERT INTO contract (id, customer_id,"
        " legal_entity_id, site_id, currency, created_at, version) SELECT gen_random_uuid(), id, $2, $3, 'EUR', now(), 1 FROM organizations"
        " RETURNING id, customer_id) INSERT INTO contract_term (id, contract_id, kind, description, basis, quantity, unit_price_minor,"
        " price_includes_tax, supply, tax_category, is_waived, starts_on, next_period_start, anchor_on) SELECT gen_random_uuid(), c.id, 'rental',"
        " 'Hot desk', 'month', 1, 10000 + substr(o.key, 9)::int, false, 'workplace', '', false, $4, $4, $4 FROM contracts c"
        " JOIN organizations o ON o.id = c.customer_id",
        count,
        house.legal_entity_id,
        house.site_id,
        MARCH,
    )


async def beyond_all_amounts(house: House) -> UUID:
    """Open a contract whose month costs more than any amount may be, so that its customer cannot be billed; returns the customer."""
    found = await make.organization()
    price = Price(10**15, Basis.MONTH, False, Decimal(1000))
    term = RecurringTerm("rental", "Hot desk", price, Supply.WORKPLACE, date(2026, 3, 14))
    await service.open_contract(SYSTEM, buyer_at(house, found), [term])
    return found


async def charged(house: House, customer_id: UUID, amount_minor: int, on: date = date(2026, 3, 20)) -> UUID:
    """Charge a fee; returns the charge."""
    price = Price(amount_minor, Basis.ONCE, False, Decimal(1))
    terms = CountedCharge(Source("fee", new_id()), buyer_at(house, customer_id), "Fee", price, Supply.SERVICE, on, on)
    return await service.charge_count(terms)


async def drain() -> int:
    """Do all waiting work here and now but the documents, which have tests of their own."""
    jobs.load()
    return await work.drain(leave={MAKE_DOCUMENT})


async def invoices() -> list[dict[str, object]]:
    """Return all invoices by number."""
    found = await db.rows("SELECT id, number, kind, state, net_minor, tax_minor, gross_minor, paid_minor FROM invoice ORDER BY number")
    return [dict(row) for row in found]
