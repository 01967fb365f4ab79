"""Say what days of a unit, or of any unit of a pool, would cost, with tax and what stands against it. Nothing is held."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import service as billing
from incubator.billing.quoting import Totals
from incubator.billing.terms import Buyer
from incubator.kernel import checks
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.periods import start_of_day
from incubator.spaces import holds, queries
from incubator.spaces.closed_sites import refuse_past
from incubator.spaces.errors import UnitNotRentable
from incubator.spaces.lines import SUPPLY_OF_KIND
from incubator.spaces.rental_credits import credit_for, credit_of_longer
from incubator.spaces.rental_pricing import Prices, StayLine, price_stay, steps_of
from incubator.spaces.rental_queries import rentals_by_id
from incubator.spaces.rentals import Notice, usual_notice
from incubator.spaces.standing import standing_of

LONGEST_DAYS = 366 * 11


@dataclass(frozen=True, slots=True)
class RentalWish:
    """Days of a unit, or of any unit of a pool, for an organisation (the actor's own when none is named). Both ends are included.

    `rental_id` is a rental of the organisation that goes on for it: longer in its unit, or in another one from `starts_on`.
    """

    starts_on: date
    ends_on: date
    unit_id: UUID | None = None
    pool_id: UUID | None = None
    organization_id: UUID | None = None
    discount_percent: Decimal = Decimal(0)
    rental_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What a unit costs an organisation: prices with the discount taken off, the rate they come from, what it is to the site, and which
    days of a short stay its credit pays."""

    prices: Prices
    rate_id: UUID | None
    audience: str
    credit: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class RentalQuote:
    """What days would cost: lines in order, their sum as priced, and net, tax and gross of the whole stay.

    `taken` are days on which somebody holds the unit, as ranges with both ends included; empty when nothing stands against it.
    """

    unit: queries.BookableUnit
    organization_id: UUID
    starts_on: date
    ends_on: date
    offered: Offered
    lines: Sequence[StayLine]
    amount_minor: int
    totals: Totals | None
    taken: Sequence[tuple[date, date]]
    notice: Notice
    usual_deposit_minor: int


async def quote_rental(actor: Actor, wish: RentalWish) -> RentalQuote:
    """Return what days would cost; of a pool the first unit by name that is free, or its first when none is.

    A rental that goes on in its unit keeps its prices: by the month the days that are added are priced, of a short stay all of its days,
    since it is charged as a whole. One that goes on in another unit gives back its credit first, and keeps being priced by the month.

    Raises:
        NotFound: there is no such unit, pool or organisation, or the actor sees no such rental of it.
        NotSignedIn, Forbidden: the actor neither rents for the organisation nor lets the site's space.
        PeriodInverted, PeriodTooLong, OutOfRange: the days are no range of at most 11 years, or the discount is none.
        SiteClosed: the site is closed on the last day.
        UnitNotRentable: the unit has no price for such days.
        NoTaxRule: no rule says how it is taxed.
    """
    checks.days(wish.starts_on, wish.ends_on, "endsOn", at_most_days=LONGEST_DAYS, path=("endsOn",))
    async with db.transaction():
        quotes = []
        for unit_id in await units_of(wish.unit_id, wish.pool_id):
            unit = await queries.bookable_unit(actor, unit_id)
            tenant_id = await tenant_of(actor, unit, wish.organization_id)
            refuse_past(unit.closes_on, wish.ends_on, ("endsOn",))
            quotes.append(await _quoted(unit, tenant_id, wish, await _going_on(actor, tenant_id, wish)))
            if not quotes[-1].taken:
                return quotes[-1]
    return quotes[0]


async def units_of(unit_id: UUID | None, pool_id: UUID | None) -> list[UUID]:
    """Return the unit that is named, or those of the pool, by name; a unit that is named with a pool has to be of it.

    Raises:
        NotFound: the pool is unknown or empty, the unit is none of its, or nothing is named.
    """
    if pool_id is None:
        if unit_id is None:
            raise NotFound(kind="Unit", path=("input", "unitId"))
        return [unit_id]
    found = [row["id"] for row in await db.rows("SELECT id FROM unit WHERE pool_id = $1 ORDER BY name, id", pool_id)]
    if not found:
        raise NotFound(kind="Pool", path=("input", "poolId"))
    if unit_id is not None and unit_id not in found:
        raise NotFound(kind="Unit", path=("input", "unitId"))
    return found if unit_id is None else [unit_id]


async def tenant_of(actor: Actor, unit: queries.BookableUnit, organization_id: UUID | None, *, staff_only: bool = False) -> UUID:
    """Return who rents: the organisation that the actor rents for, or any that staff name.

    Raises:
        NotSignedIn, Forbidden: the actor does neither.
        NotFound: there is no such organisation.
    """
    wanted = organization_id or actor.organization_id
    if not staff_only and wanted is not None and actor.may(Grant.RENT_UNIT, wanted) and not actor.is_system:
        return wanted
    actor.require(Grant.MANAGE_SPACE, unit.site_id, path=("input", "unitId"))
    if organization_id is None or not await db.value("SELECT 1 FROM organization WHERE id = $1", organization_id):
        raise NotFound(kind="Organization", path=("input", "organizationId"))
    return organization_id


async def offered_to(
    organization_id: UUID,
    unit: queries.BookableUnit,
    first: date,
    last: date,
    discount_percent: Decimal,
    *,
    by_month: bool = False,
    to_let: bool = False,
    leaving: asyncpg.Record | None = None,
) -> Offered:
    """Return what a unit costs an organisation for days, by the rates of the first day; `by_month` where the stay goes on from such a one.

    `to_let` is for a price that is agreed now: its credit is used by nobody else until the running transaction ends. `leaving` is a rental
    that would end the day before.

    Raises:
        OutOfRange: the discount is not 0 to 100 percent.
        UnitNotRentable: the unit has no price for such days.
    """
    if not 0 <= discount_percent <= 100:
        raise OutOfRange(field="discountPercent", limit="0 – 100", path=("input", "discountPercent"))
    standing = await standing_of(organization_id, None, unit, start_of_day(first, unit.time_zone))
    month, week, day = (standing.rate_of(unit.id, unit.kind, (basis,)) for basis in ("month", "week", "day"))
    prices = Prices(
        month.tariff.steps[0].amount_minor if month else None,
        steps_of(week.tariff.steps) if week else (),
        steps_of(day.tariff.steps) if day else (),
    ).of(first, last, by_month=by_month)
    rate = month if prices.month_minor is not None else (day or week)
    if rate is None:
        raise UnitNotRentable(unit_id=unit.id, path=("input", "unitId"))
    reduced = prices.less(discount_percent)
    credit = await credit_for(organization_id, unit, first, last, reduced, to_use=to_let, leaving=leaving)
    return Offered(reduced, rate.id, standing.audience, credit)


async def _going_on(actor: Actor, tenant_id: UUID, wish: RentalWish) -> asyncpg.Record | None:
    if wish.rental_id is None:
        return None
    found = await db.row(
        "SELECT r.*, u.kind FROM rental r JOIN unit u ON u.id = r.unit_id WHERE r.id = $1 AND r.organization_id = $2",
        wish.rental_id,
        tenant_id,
    )
    if found is None or wish.rental_id not in await rentals_by_id(actor, [wish.rental_id]):
        raise NotFound(kind="Rental", path=("rentalId",))
    return found


async def _quoted(unit: queries.BookableUnit, tenant_id: UUID, wish: RentalWish, rental: asyncpg.Record | None) -> RentalQuote:
    first, last = wish.starts_on, wish.ends_on
    if rental is not None and rental["unit_id"] == unit.id:
        offered = await _offered_longer(rental, unit, last)
        first = rental["starts_on"] if offered.prices.month_minor is None else rental["ends_on"] + timedelta(days=1)
    else:
        by_month = rental is not None and rental["monthly_minor"] is not None
        offered = await offered_to(tenant_id, unit, first, last, wish.discount_percent, by_month=by_month, leaving=rental)
    lines = price_stay(offered.prices, first, last, unit.currency, offered.credit)
    return RentalQuote(
        unit=unit,
        organization_id=tenant_id,
        starts_on=first,
        ends_on=last,
        offered=offered,
        lines=lines,
        amount_minor=sum(line.amount_minor for line in lines),
        totals=await totals_of(unit, tenant_id, lines),
        taken=await holds.taken_days(unit.id, wish.starts_on, last, unit.time_zone, wish.rental_id),
        notice=usual_notice(unit.kind),
        usual_deposit_minor=offered.prices.month_minor or 0,
    )


async def _offered_longer(rental: asyncpg.Record, unit: queries.BookableUnit, last: date) -> Offered:
    """Return at which prices a rental goes on in its unit, and which of all its days credit pays then."""
    added = rental["ends_on"] + timedelta(days=1)
    checks.days(added, last, "endsOn", at_most_days=LONGEST_DAYS, path=("endsOn",))
    standing = await standing_of(rental["organization_id"], None, unit, start_of_day(added, unit.time_zone))
    prices = Prices.read(rental["monthly_minor"], json.loads(rental["prices"]))
    return Offered(prices, rental["rate_id"], standing.audience, await credit_of_longer(rental, last, to_use=False))


async def totals_of(unit: queries.BookableUnit, tenant_id: UUID, lines: Sequence[StayLine]) -> Totals | None:
    """Return net, tax and gross of lines by the tax of their last day, None when nothing is to be paid."""
    due = [line for line in lines if line.amount_minor]
    if not due:
        return None
    buyer = Buyer(tenant_id, unit.legal_entity_id, unit.site_id, unit.currency)
    supplies = [(SUPPLY_OF_KIND[unit.kind], line.amount_minor) for line in due]
    return await billing.quote_supplies(buyer, supplies, due[-1].last, includes_tax=unit.price_includes_tax)
