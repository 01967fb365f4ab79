"""Let a unit: one that was kept, or straight away. What bills it is opened in the same transaction."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, Price, RecurringTerm
from incubator.kernel import audit, checks, clock, idempotency, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.spaces import queries
from incubator.spaces.errors import UnitTaken
from incubator.spaces.lines import SUPPLY_OF_KIND
from incubator.spaces.rental_events import RentalAssigned
from incubator.spaces.rental_holds import close_hold, days_taken, lock_hold, require_held
from incubator.spaces.rental_quotes import LONGEST_DAYS, Offered, offered_to, tenant_of
from incubator.spaces.rentals import Notice, RentalTerms, bind_contract, start_rental, usual_notice

MOST_NOTICE = {"days": 366, "months": 24}


@dataclass(frozen=True, slots=True)
class AssignTerms:
    """What is let: a hold, or a unit for an organisation and days of the site, both ends included. What is named with a hold must be its.

    The deposit is in minor units of the site's currency. Without a notice the usual one of the unit's kind holds.
    """

    rental_hold_id: UUID | None = None
    unit_id: UUID | None = None
    organization_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    deposit_minor: int = 0
    discount_percent: Decimal = Decimal(0)
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    unit_id: UUID
    organization_id: UUID
    starts_on: date
    ends_on: date
    hold: asyncpg.Record | None = None


@db.retried
async def assign_rental(actor: Actor, terms: AssignTerms, idempotency_key: str) -> UUID:
    """Let a unit and open what bills it, once for each key; returns the rental.

    By the month a contract bills it; a short stay is charged when it is over, but for the days that credit pays. The price is that of the
    rates of the first day.

    Raises:
        IdempotencyMismatch: the key was used with other input.
        OutOfRange: deposit, discount or notice break their rule, or neither a hold nor a unit, organisation and days are named.
        NotFound: there is no such hold, unit or organisation.
        NotSignedIn, Forbidden: the actor does not let the site's space.
        HoldOver: the hold was released or assigned, or has expired.
        PeriodInverted, PeriodTooLong: the days are no range of at most 11 years.
        UnitNotRentable: the unit has no price for such days.
        SiteClosed: the site is closed on the last day.
        DaysTaken: somebody holds the unit on some of the days.
    """
    checks.between(terms.deposit_minor, "depositMinor", 0, MAX_AMOUNT_MINOR, path=("input", "depositMinor"))
    if terms.notice is not None:
        checks.between(terms.notice.count, "noticeCount", 0, MOST_NOTICE[terms.notice.unit], path=("input", "noticeCount"))
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "assignRental", terms)
        if claimed.answer is not None:
            return UUID(claimed.answer["rental_id"])
        wanted = await _request(actor, terms)
        unit = await queries.bookable_unit(actor, wanted.unit_id, to_hold=True)
        await tenant_of(actor, unit, wanted.organization_id, staff_only=True)
        checks.days(wanted.starts_on, wanted.ends_on, "endsOn", at_most_days=LONGEST_DAYS, path=("input", "endsOn"))
        offered = await offered_to(wanted.organization_id, unit, wanted.starts_on, wanted.ends_on, terms.discount_percent, to_let=True)
        written = rental_terms(
            unit,
            wanted.organization_id,
            wanted.starts_on,
            wanted.ends_on,
            offered,
            terms.discount_percent,
            terms.notice,
            residency_id=await _residency_of(wanted, unit.site_id),
        )
        rental_id = await let_unit(actor, unit, written, wanted.hold)
        contract_id = await bill_monthly(
            actor, unit, wanted.organization_id, rental_id, offered, wanted.starts_on, wanted.ends_on, contract_id=None
        )
        deposit_id = None
        if terms.deposit_minor:
            buyer = Buyer(wanted.organization_id, unit.legal_entity_id, unit.site_id, unit.currency)
            today = clock.today(unit.time_zone)
            deposit_id = await billing.request_deposit(actor, buyer, f"Deposit, {unit.name}", terms.deposit_minor, today)
        await bind_contract(rental_id, contract_id, deposit_id)
        await audit.record(actor, "assign rental", "Rental", rental_id, after={"hold": terms.rental_hold_id, "deposit": deposit_id})
        await outbox.record(RentalAssigned(rental_id, terms.rental_hold_id))
        await idempotency.store(claimed, {"rental_id": rental_id})
    return rental_id


async def _request(actor: Actor, terms: AssignTerms) -> _Request:
    if terms.rental_hold_id is not None:
        hold = await lock_hold(actor, terms.rental_hold_id)
        actor.require(Grant.MANAGE_SPACE, hold["site_id"], path=("input", "rentalHoldId"))
        require_held(hold)
        if terms.unit_id not in (None, hold["unit_id"]):
            raise NotFound(kind="Unit", path=("input", "unitId"))
        if terms.organization_id not in (None, hold["organization_id"]):
            raise NotFound(kind="Organization", path=("input", "organizationId"))
        return _Request(hold["unit_id"], hold["organization_id"], hold["starts_on"], hold["ends_on"], hold)
    if terms.unit_id is None or terms.organization_id is None or terms.starts_on is None or terms.ends_on is None:
        raise OutOfRange(field="unitId", limit="rentalHoldId, or unitId, organizationId, startsOn and endsOn", path=("input", "unitId"))
    return _Request(terms.unit_id, terms.organization_id, terms.starts_on, terms.ends_on)


async def _residency_of(wanted: _Request, site_id: UUID) -> UUID | None:
    """Return the residency that what the organisation rents at the site on the first day belongs to."""
    found: UUID | None = await db.value(
        "SELECT residency_id FROM rental WHERE organization_id = $1 AND site_id = $2 AND residency_id IS NOT NULL"
        " AND $3 BETWEEN starts_on AND ends_on ORDER BY starts_on DESC LIMIT 1",
        wanted.organization_id,
        site_id,
        wanted.starts_on,
    )
    return found


def rental_terms(
    unit: queries.BookableUnit,
    organization_id: UUID,
    first: date,
    last: date,
    offered: Offered,
    discount_percent: Decimal,
    notice: Notice | None,
    *,
    residency_id: UUID | None = None,
    ancestor_id: UUID | None = None,
) -> RentalTerms:
    """Return what is written of a rental at an offered price."""
    return RentalTerms(
        unit_id=unit.id,
        organization_id=organization_id,
        starts_on=first,
        ends_on=last,
        monthly_minor=offered.prices.month_minor,
        residency_id=residency_id,
        prices=offered.prices,
        credit=offered.credit,
        rate_id=offered.rate_id,
        discount_percent=discount_percent,
        notice=notice or usual_notice(unit.kind),
        ancestor_id=ancestor_id,
    )


async def let_unit(actor: Actor, unit: queries.BookableUnit, terms: RentalTerms, hold: asyncpg.Record | None = None) -> UUID:
    """Take a unit for a rental, out of a hold when there is one.

    Raises:
        DaysTaken: somebody holds the unit on some of the days.
    """
    if hold is not None:
        await db.execute("DELETE FROM unit_hold WHERE holder_id = $1", hold["id"])
    try:
        async with db.transaction():
            rental_id = await start_rental(actor, terms)
    except UnitTaken as taken:
        raise await days_taken(unit, terms.starts_on, terms.ends_on) from taken
    if hold is not None:
        await close_hold(hold, "assigned", rental_id)
    return rental_id


async def bill_monthly(
    actor: Actor,
    unit: queries.BookableUnit,
    organization_id: UUID,
    rental_id: UUID,
    offered: Offered,
    first: date,
    last: date,
    *,
    contract_id: UUID | None,
) -> UUID | None:
    """Write the term that bills a rental by the month, into a contract or a new one; None for a short stay."""
    if offered.prices.month_minor is None:
        return None
    term = RecurringTerm(
        kind="rental",
        description=f"{unit.name}, {unit.kind} rental",
        price=Price(offered.prices.month_minor, Basis.MONTH, unit.price_includes_tax),
        supply=SUPPLY_OF_KIND[unit.kind],
        starts_on=first,
        ends_on=last,
        source_id=rental_id,
    )
    if contract_id is not None:
        await billing.add_term(actor, contract_id, term)
        return contract_id
    buyer = Buyer(organization_id, unit.legal_entity_id, unit.site_id, unit.currency)
    return await billing.open_contract(actor, buyer, [term], subject_id=rental_id)
