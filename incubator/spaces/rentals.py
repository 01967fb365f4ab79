"""Let units for ranges of days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.periods import add_months, month_of, start_of_day
from incubator.spaces import holds, queries
from incubator.spaces.closed_sites import require_open_site
from incubator.spaces.errors import UnitNotRentable, UnitTaken
from incubator.spaces.events import RentalStarted
from incubator.spaces.rental_credits import write_days
from incubator.spaces.rental_pricing import Prices


@dataclass(frozen=True, slots=True)
class Notice:
    """What must lie between a notice and the last day: so many days, or months to the end of a month; of the site's calendar."""

    count: int
    unit: str

    def earliest_end(self, given_on: date) -> date:
        """Return the earliest last day for a notice given on a day."""
        if self.unit == "days":
            return given_on + timedelta(days=self.count)
        return month_of(add_months(given_on, self.count)).last


USUAL_NOTICE = Notice(1, "months")
LONGER_NOTICE = Notice(3, "months")


def usual_notice(kind: str) -> Notice:
    """Return the notice of a kind of unit where none was agreed: rooms of one's own three months, workplaces one."""
    return LONGER_NOTICE if kind in ("office", "lab suite") else USUAL_NOTICE


@dataclass(frozen=True, slots=True)
class RentalTerms:
    """A unit let for days of its site, first and last included, at a month's price, or for a short stay at `prices`.

    `prices` are what was quoted, its discount taken off; without it the unit must have a price for everybody by the month. `credit` are
    days of a short stay that credit pays; the caller has locked it.
    """

    unit_id: UUID
    organization_id: UUID
    starts_on: date
    ends_on: date
    monthly_minor: int | None
    residency_id: UUID | None = None
    prices: Prices | None = None
    credit: tuple[date, ...] = ()
    rate_id: UUID | None = None
    discount_percent: Decimal = Decimal(0)
    notice: Notice | None = None
    ancestor_id: UUID | None = None


async def start_rental(actor: Actor, terms: RentalTerms) -> UUID:
    """Let a unit, inside the running transaction; returns the rental's id. The caller has decided that the actor may, and bills it.

    Raises:
        NotFound: there is no such unit.
        UnitNotRentable: it has no monthly price.
        PeriodInverted, PeriodTooLong: the days are no range of at most 11 years.
        SiteClosed: the site is closed on the last day.
        UnitTaken: somebody holds the unit on one of the days.
    """
    unit = await queries.bookable_unit(actor, terms.unit_id, to_hold=True)
    if terms.prices is None and unit.monthly_minor is None:
        raise UnitNotRentable(unit_id=unit.id, path=("input", "unitId"))
    checks.days(terms.starts_on, terms.ends_on, "endsOn", path=("input", "endsOn"))
    await require_open_site(unit.site_id, terms.ends_on, ("input", "endsOn"))
    rental_id, notice = new_id(), terms.notice or usual_notice(unit.kind)
    starts_at, ends_at = span(terms.starts_on, terms.ends_on, unit.time_zone)
    if not await holds.take_units(rental_id, [unit.id], starts_at, ends_at):
        raise UnitTaken(unit_id=unit.id, path=("input", "unitId"))
    await db.execute(
        "INSERT INTO rental (id, unit_id, site_id, organization_id, residency_id, starts_on, ends_on, monthly_minor, prices,"
        " credit_days, rate_id, discount_percent, currency, price_includes_tax, notice_count, notice_unit, notice_waiver, ancestor_id,"
        " created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', $17, $18, 1)",
        rental_id,
        unit.id,
        unit.site_id,
        terms.organization_id,
        terms.residency_id,
        terms.starts_on,
        terms.ends_on,
        terms.monthly_minor,
        dumps(terms.prices.short() if terms.prices else {}),
        write_days(terms.credit),
        terms.rate_id,
        terms.discount_percent,
        unit.currency,
        unit.price_includes_tax,
        notice.count,
        notice.unit,
        terms.ancestor_id,
        clock.now(),
    )
    await audit.record(actor, "start rental", "Rental", rental_id, after={"unit": unit.id, "organization": terms.organization_id})
    await outbox.record(RentalStarted(rental_id, unit.id))
    return rental_id


def span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """Return the instants `[starts_at, ends_at)` of local days, both included."""
    return start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)


async def bind_contract(rental_id: UUID, contract_id: UUID | None, deposit_id: UUID | None = None) -> None:
    """Write down which contract bills a rental and which document asks for its deposit, inside the running transaction."""
    await db.execute("UPDATE rental SET contract_id = $2, deposit_id = $3 WHERE id = $1", rental_id, contract_id, deposit_id)
