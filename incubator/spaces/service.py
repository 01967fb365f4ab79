"""Add units, let them for days, book them for hours, write down what was used."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from incubator import db
from incubator.kernel import audit, checks, clock, idempotency, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import DomainError, Forbidden, NotFound, PatternMismatch, PeriodInverted, PeriodTooLong, Stale
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.kernel.periods import start_of_day
from incubator.organizations import queries as organizations
from incubator.organizations.opening_hours import OpeningHours, public_holidays
from incubator.spaces import policy, queries
from incubator.spaces.charging import charge_usage
from incubator.spaces.errors import BookingNotCancellable, BookingRule, OverrideNeedsReason, UnitNotRentable, UnitTaken
from incubator.spaces.events import BookingCancelled, BookingCreated, RentalStarted, UnitChanged

UNIT_KINDS = ("desk", "bench", "office", "lab suite", "meeting room", "instrument", "storage")
LONGEST_BOOKING = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """What a unit is added with; prices in minor units of the site's currency, empty for none."""

    site_id: UUID
    name: str
    kind: str
    capacity: int = 1
    monthly_minor: int | None = None
    hourly_minor: int | None = None
    price_includes_tax: bool = False
    opening_hours: str = ""
    shortest_minutes: int = 15
    longest_minutes: int = 480
    step_minutes: int = 15
    horizon_days: int = 90
    buffer_minutes: int = 0
    weekly_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class RentalTerms:
    """A unit let for days of its site, first and last included, at a month's price."""

    unit_id: UUID
    organization_id: UUID
    starts_on: date
    ends_on: date
    monthly_minor: int
    residency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BookingTerms:
    """A booking as it is asked for, `[starts_at, ends_at)`. `organization_id` pays; staff may name one, others book for their own."""

    unit_id: UUID
    starts_at: datetime
    ends_at: datetime
    title: str
    organization_id: UUID | None = None
    override_reason: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking would cost, and what stands against it; `price_minor` is None for a unit that is not booked."""

    price_minor: int | None
    currency: str
    price_includes_tax: bool
    broken: Sequence[DomainError] = field(default_factory=tuple)


async def add_unit(actor: Actor, terms: UnitTerms) -> UUID:
    """Add a unit to a site.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        NotFound: there is no such site.
        InvalidValue: a field breaks its rule.
    """
    actor.require(Grant.MANAGE_SPACE, terms.site_id, path=("input", "siteId"))
    name = checks.text(terms.name, "name", at_most=120, path=("input", "name"))
    if terms.kind not in UNIT_KINDS:
        raise PatternMismatch(field="kind", limit=", ".join(UNIT_KINDS), path=("input", "kind"))
    checks.between(terms.capacity, "capacity", 1, 10_000, path=("input", "capacity"))
    for price, name_of in ((terms.monthly_minor, "monthlyMinor"), (terms.hourly_minor, "hourlyMinor")):
        if price is not None:
            checks.between(price, name_of, 0, MAX_AMOUNT_MINOR, path=("input", name_of))
    checks.between(terms.step_minutes, "stepMinutes", 1, 1440, path=("input", "stepMinutes"))
    checks.between(terms.shortest_minutes, "shortestMinutes", 1, terms.longest_minutes, path=("input", "shortestMinutes"))
    if terms.opening_hours:
        OpeningHours.parse(terms.opening_hours, path=("input", "openingHours"))
    async with db.transaction():
        if not await organizations.sites_by_id(actor, [terms.site_id]):
            raise NotFound(kind="Site", path=("input", "siteId"))
        unit_id = new_id()
        added = await db.execute(
            "INSERT INTO unit (id, site_id, name, kind, capacity, opening_hours, monthly_minor, hourly_minor, price_includes_tax, shortest_minutes,"
            " longest_minutes, step_minutes, horizon_days, buffer_minutes, weekly_minutes, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1) ON CONFLICT (site_id, name) DO NOTHING",
            unit_id,
            terms.site_id,
            name,
            terms.kind,
            terms.capacity,
            terms.opening_hours,
            terms.monthly_minor,
            terms.hourly_minor,
            terms.price_includes_tax,
            terms.shortest_minutes,
            terms.longest_minutes,
            terms.step_minutes,
            terms.horizon_days,
            terms.buffer_minutes,
            terms.weekly_minutes,
            clock.now(),
        )
        if not added:
            raise PatternMismatch(field="name", limit="a name that the site does not have yet", path=("input", "name"))
        await audit.record(actor, "add unit", "Unit", unit_id, after={"site": terms.site_id, "name": name})
        await outbox.record(UnitChanged(unit_id, 1))
    return unit_id


async def start_rental(actor: Actor, terms: RentalTerms) -> UUID:
    """Let a unit, inside the running transaction; returns the rental's id. The caller has decided that the actor may, and bills it.

    Raises:
        NotFound: there is no such unit.
        UnitNotRentable: it has no monthly price.
        PeriodInverted, PeriodTooLong: the days are no range of at most 11 years.
        UnitTaken: somebody holds the unit on one of the days.
    """
    unit = await queries.bookable_unit(actor, terms.unit_id)
    if unit.monthly_minor is None:
        raise UnitNotRentable(unit_id=unit.id, path=("input", "unitId"))
    checks.days(terms.starts_on, terms.ends_on, "endsOn", path=("input", "endsOn"))
    rental_id, starts_at, ends_at = (
        new_id(),
        start_of_day(terms.starts_on, unit.time_zone),
        start_of_day(terms.ends_on + timedelta(days=1), unit.time_zone),
    )
    await _hold(rental_id, unit.id, starts_at, ends_at, "rental")
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


async def quote_booking(actor: Actor, terms: BookingTerms) -> Quote:
    """Return the price of a booking and every rule it breaks, a taken unit included; nothing is held.

    Raises:
        NotSignedIn, Forbidden, NotFound, PeriodInverted, PeriodTooLong: it is no booking that could be asked for.
    """
    unit = await queries.bookable_unit(actor, terms.unit_id)
    payer = _payer(actor, terms, unit)
    broken, price = await _judge(unit, payer, terms)
    taken = await db.value(
        "SELECT 1 FROM unit_hold WHERE unit_id = $1 AND tstzrange(starts_at, ends_at) && tstzrange($2, $3)",
        unit.id,
        terms.starts_at,
        terms.ends_at + timedelta(minutes=unit.buffer_minutes),
    )
    against: list[DomainError] = [*broken, *([UnitTaken(unit_id=unit.id, path=("input", "startsAt"))] if taken else [])]
    return Quote(price if unit.hourly_minor is not None else None, unit.currency, unit.price_includes_tax, against)


async def create_booking(actor: Actor, terms: BookingTerms, idempotency_key: str) -> UUID:
    """Book a unit, once for each key.

    Raises:
        NotSignedIn, Forbidden: the actor may not book, or not for that organisation.
        NotFound: there is no such unit.
        TooShort, TooLong, PeriodInverted, PeriodTooLong: title or time break their rule.
        ExceptionGroup of BookingRule: every broken rule at once; staff may override those that say so.
        OverrideNeedsReason: staff broke a rule and gave no reason.
        UnitTaken: somebody holds the unit in that time; never overridable.
        IdempotencyMismatch: the key was used with other input.
    """
    title = checks.text(terms.title, "title", path=("input", "title"))
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "createBooking", terms)
        if claimed.answer is not None:
            return UUID(claimed.answer["booking_id"])
        unit = await queries.bookable_unit(actor, terms.unit_id)
        payer = _payer(actor, terms, unit)
        broken, price = await _judge(unit, payer, terms)
        overridden = _override(actor, unit.site_id, broken, terms.override_reason)
        booking_id = new_id()
        await _hold(booking_id, unit.id, terms.starts_at, terms.ends_at + timedelta(minutes=unit.buffer_minutes), "booking")
        await db.execute(
            "INSERT INTO booking (id, unit_id, site_id, organization_id, booked_by_id, starts_at, ends_at, title, state, hourly_minor, price_minor,"
            " currency, price_includes_tax, override_reason, overridden_rules, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'confirmed', $9, $10, $11, $12, $13, $14, $15, 1)",
            booking_id,
            unit.id,
            unit.site_id,
            payer,
            actor.person_id,
            terms.starts_at,
            terms.ends_at,
            title,
            unit.hourly_minor or 0,
            price,
            unit.currency,
            unit.price_includes_tax,
            terms.override_reason.strip() if overridden else "",
            json.dumps(overridden),
            clock.now(),
        )
        await audit.record(
            actor, "create booking", "Booking", booking_id, after={"unit": unit.id, "starts_at": terms.starts_at, "overridden": overridden}
        )
        await outbox.record(BookingCreated(booking_id))
        await idempotency.store(claimed, {"booking_id": booking_id})
    return booking_id


async def cancel_booking(actor: Actor, booking_id: UUID, expected_version: int) -> None:
    """Cancel a booking that has not begun; the unit is free at once and nothing is charged.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        Stale: it was changed meanwhile.
        BookingNotCancellable: it has begun or was cancelled.
    """
    async with db.transaction():
        await db.rows("SELECT id FROM booking WHERE id = $1 FOR UPDATE", booking_id)
        booking = (await queries.bookings_by_id(actor, [booking_id])).get(booking_id)
        if booking is None:
            raise NotFound(kind="Booking", path=("input", "bookingId"))
        if booking.organization_id is None or not (booking.is_mine and actor.may(Grant.BOOK_UNIT, booking.organization_id)):
            actor.require(Grant.OVERRIDE_BOOKING_RULES, booking.site_id, path=("input", "bookingId"))
        if booking.version != expected_version:
            raise Stale(current_version=booking.version, path=("input", "expectedVersion"))
        if booking.state != "confirmed" or booking.starts_at <= clock.now():
            raise BookingNotCancellable(state=booking.state, starts_at=booking.starts_at, path=("input", "bookingId"))
        await db.execute(
            "UPDATE booking SET state = 'cancelled', cancelled_at = $2, version = version + 1 WHERE id = $1", booking_id, clock.now()
        )
        await db.execute("DELETE FROM unit_hold WHERE id = $1", booking_id)
        await audit.record(actor, "cancel booking", "Booking", booking_id)
        await outbox.record(BookingCancelled(booking_id, actor.person_id, booking.version + 1))


async def record_usage(
    actor: Actor,
    unit_id: UUID,
    organization_id: UUID,
    used_on: date,
    minutes: int,
    hourly_minor: int,
    event_id: str,
    *,
    is_charged: bool = True,
) -> UUID | None:
    """Write down and charge machine time once for each event id; returns None for an event that is known. Inside the running transaction.

    Not `is_charged`: the caller charges it, by an agreement of its own.

    Raises:
        NotSignedIn, Forbidden: the actor is no staff of the site.
        NotFound: there is no such unit.
        OutOfRange, TooShort, TooLong: minutes or event id break their rule.
    """
    unit = await queries.bookable_unit(actor, unit_id)
    actor.require(Grant.CHECK_IN, unit.site_id, path=("input", "unitId"))
    checks.between(minutes, "minutes", 1, 100_000, path=("input", "minutes"))
    usage_id = new_id()
    written = await db.execute(
        "INSERT INTO usage (id, unit_id, site_id, organization_id, used_on, minutes, hourly_minor, event_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (unit_id, event_id) DO NOTHING",
        usage_id,
        unit.id,
        unit.site_id,
        organization_id,
        used_on,
        minutes,
        hourly_minor,
        checks.text(event_id, "eventId", at_most=120, path=("input", "eventId")),
        clock.now(),
    )
    if not written:
        return None
    if is_charged:
        await charge_usage(usage_id)
    await audit.record(actor, "record usage", "Usage", usage_id, after={"unit": unit.id, "minutes": minutes})
    return usage_id


async def _hold(hold_id: UUID, unit_id: UUID, starts_at: datetime, ends_at: datetime, kind: str) -> None:
    """Take a unit; the exclusion constraint decides between two who want it at once."""
    held = await db.execute(
        "INSERT INTO unit_hold (id, unit_id, starts_at, ends_at, kind) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        hold_id,
        unit_id,
        starts_at,
        ends_at,
        kind,
    )
    if not held:
        raise UnitTaken(unit_id=unit_id, path=("input", "startsAt" if kind == "booking" else "unitId"))


def _payer(actor: Actor, terms: BookingTerms, unit: queries.BookableUnit) -> UUID:
    """Return who pays: the organisation the actor books for."""
    if terms.ends_at <= terms.starts_at:
        raise PeriodInverted(
            field="endsAt", limit=f"{terms.starts_at:%Y-%m-%d %H:%M} – {terms.ends_at:%Y-%m-%d %H:%M} UTC", path=("input", "endsAt")
        )
    if terms.ends_at - terms.starts_at > LONGEST_BOOKING:
        raise PeriodTooLong(field="endsAt", limit=f"{LONGEST_BOOKING.days} days", path=("input", "endsAt"))
    if actor.is_system:
        assert terms.organization_id is not None
        return terms.organization_id
    actor.require_person()
    wanted = terms.organization_id or actor.organization_id
    if wanted is not None and actor.may(Grant.BOOK_UNIT, wanted):
        actor.require(Grant.BOOK_UNIT, wanted, path=("input", "unitId"))
        return wanted
    if terms.organization_id is not None:
        actor.require(Grant.OVERRIDE_BOOKING_RULES, unit.site_id, path=("input", "organizationId"))
        return terms.organization_id
    raise Forbidden(grant=Grant.BOOK_UNIT.value, path=("input", "unitId"))


async def _judge(unit: queries.BookableUnit, payer: UUID, terms: BookingTerms) -> tuple[list[BookingRule], int]:
    """Return the broken rules and the price."""
    day = terms.starts_at.astimezone(ZoneInfo(unit.time_zone)).date()
    is_at_site, used = await queries.standing(payer, unit, day, policy.week_of(terms.starts_at, unit.time_zone))
    is_house = payer == unit.operator_id
    is_closed_on_holidays = unit.closed_on_holidays and not unit.has_own_hours
    closed_on = public_holidays(unit.country, unit.subdivision, day.year) if is_closed_on_holidays else frozenset()
    rules = policy.Rules(
        opening_hours=unit.opening_hours,
        time_zone=unit.time_zone,
        closed_on=closed_on,
        is_bookable=unit.hourly_minor is not None,
        shortest_minutes=unit.shortest_minutes,
        longest_minutes=unit.longest_minutes,
        step_minutes=unit.step_minutes,
        horizon_days=unit.horizon_days,
        weekly_minutes=unit.weekly_minutes,
    )
    wish = policy.Wish(terms.starts_at, terms.ends_at, is_at_site or is_house, used)
    price = 0 if is_house else policy.price_minor(unit.hourly_minor or 0, terms.starts_at, terms.ends_at, unit.currency)
    return policy.broken_rules(rules, wish, clock.now()), price


def _override(actor: Actor, site_id: UUID, broken: Sequence[BookingRule], reason: str) -> list[str]:
    """Return the rules that staff override; refuse the rest, all together."""
    if not broken:
        return []
    may = actor.is_system or actor.may(Grant.OVERRIDE_BOOKING_RULES, site_id)
    if not may or any(not rule.may_override for rule in broken):
        raise ExceptionGroup("the booking breaks rules", [*broken])
    if not reason.strip():
        raise ExceptionGroup("the booking breaks rules", [*broken, OverrideNeedsReason(path=("input", "overrideReason"))])
    checks.text(reason, "overrideReason", at_most=300, path=("input", "overrideReason"))
    return [rule.code for rule in broken]
