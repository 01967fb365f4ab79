"""Let units for ranges of days."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.ids import new_id
from incubator.kernel.periods import start_of_day
from incubator.spaces import holds, queries
from incubator.spaces.errors import UnitNotRentable, UnitTaken
from incubator.spaces.events import RentalStarted


@dataclass(frozen=True, slots=True)
class RentalTerms:
    """A unit let for days of its site, first and last included, at a month's price."""

    unit_id: UUID
    organization_id: UUID
    starts_on: date
    ends_on: date
    monthly_minor: int
    residency_id: UUID | None = None


async def start_rental(actor: Actor, terms: RentalTerms) -> UUID:
    """Let a unit, inside the running transaction; returns the rental's id. The caller has decided that the actor may, and bills it.

    Raises:
        NotFound: there is no such unit.
        UnitNotRentable: it has no monthly price.
        PeriodInverted, PeriodTooLong: the days are no range of at most 11 years.
        UnitTaken: somebody holds the unit on one of the days.
    """
    unit = await queries.bookable_unit(actor, terms.unit_id, to_hold=True)
    if unit.monthly_minor is None:
        raise UnitNotRentable(unit_id=unit.id, path=("input", "unitId"))
    checks.days(terms.starts_on, terms.ends_on, "endsOn", path=("input", "endsOn"))
    rental_id, starts_at, ends_at = (
        new_id(),
        start_of_day(terms.starts_on, unit.time_zone),
        start_of_day(terms.ends_on + timedelta(days=1), unit.time_zone),
    )
    if not await holds.take_units(rental_id, [unit.id], starts_at, ends_at):
        raise UnitTaken(unit_id=unit.id, path=("input", "unitId"))
    await db.execute(
        "INSERT INTO rental (id, unit_id, site_id, organization_id, residency_id, starts_on, ends_on, monthly_minor, currency,"
        " price_includes_tax, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
        rental_id,
        unit.id,
        unit.site_id,
        terms.organization_id,
        terms.residency_id,
        terms.starts_on,
        terms.ends_on,
        terms.monthly_minor,
        unit.currency,
        unit.price_includes_tax,
        clock.now(),
    )
    await audit.record(actor, "start rental", "Rental", rental_id, after={"unit": unit.id, "organization": terms.organization_id})
    await outbox.record(RentalStarted(rental_id, unit.id))
    return rental_id


async def bind_contract(rental_id: UUID, contract_id: UUID) -> None:
    """Write down which contract bills a rental, inside the running transaction."""
    await db.execute("UPDATE rental SET contract_id = $2 WHERE id = $1", rental_id, contract_id)
