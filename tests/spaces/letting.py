"""Let units and bill them, for the tests of rentals."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.documents import MAKE_DOCUMENT
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.spaces import service
from incubator.spaces.service import AssignTerms
from tests.support import make
from tests.support.drain import drain

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
DAY = timedelta(days=1)


async def bench_of(house: make.House) -> UUID:
    return await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000)


async def let(house: make.House, owner: Actor, unit: UUID, first: date = FIRST, last: date = LAST, **more: object) -> UUID:
    terms = AssignTerms(None, unit, owner.organization_id, first, last, **more)  # type: ignore[arg-type]  # values of the right types, by name
    return await service.assign_rental(house.manager, terms, make.fresh("assign-key-"))


async def rental(rental_id: UUID) -> dict[str, object]:
    found = await db.row("SELECT * FROM rental WHERE id = $1", rental_id)
    assert found is not None
    return dict(found)


async def held_days(rental_id: UUID) -> tuple[date, date]:
    """The first and last local day that a rental holds its unit."""
    found = await db.row(
        "SELECT starts_at AT TIME ZONE 'Europe/Berlin' AS a, ends_at AT TIME ZONE 'Europe/Berlin' AS b FROM unit_hold WHERE holder_id = $1",
        rental_id,
    )
    assert found is not None
    return found["a"].date(), (found["b"] - timedelta(microseconds=1)).date()


async def bill(house: make.House, month: date) -> None:
    """Bill a month, on its 28th; documents are left for later."""
    with clock.travel_to(datetime(month.year, month.month, 28, 12, tzinfo=UTC)):
        await billing.start_billing_run(house.manager, month, make.fresh("run-key-"))
        await drain(leave=(MAKE_DOCUMENT,))


async def owed(owner: Actor) -> int:
    """Return what an organisation is charged, as priced, less what was taken back."""
    found: int = await db.value(
        "SELECT coalesce(sum(h.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM charge_reduction r WHERE r.charge_id = h.id), 0)), 0)::bigint"
        " FROM charge h WHERE h.customer_id = $1",
        owner.organization_id,
    )
    return found


async def billed_days(owner: Actor) -> list[date]:
    """Every day that was charged to an organisation for rentals, in order, as often as it was charged."""
    rows = await db.rows(
        "SELECT supplied_from AS a, supplied_to AS b FROM charge WHERE customer_id = $1 ORDER BY 1, 2", owner.organization_id
    )
    return [row["a"] + DAY * n for row in rows for n in range((row["b"] - row["a"]).days + 1)]
