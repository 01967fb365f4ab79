"""What becomes of a rental: it ends by notice, goes on longer, or moves to another unit. Each calendar day is billed once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import service as billing
from incubator.kernel import audit, checks, clock, idempotency, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PeriodInverted
from incubator.spaces import holds, queries
from incubator.spaces.closed_sites import require_open_site
from incubator.spaces.rental_assigning import bill_monthly, let_unit, rental_terms
from incubator.spaces.rental_credits import credit_of_longer, credit_until, read_days, write_days
from incubator.spaces.rental_errors import AlreadyEnding, RentalNoticeTooShort, RentalOver, SameUnit
from incubator.spaces.rental_events import RentalExtended, RentalShortened
from incubator.spaces.rental_holds import days_taken
from incubator.spaces.rental_pricing import Prices, StayLine, price_stay
from incubator.spaces.rental_queries import rentals_by_id
from incubator.spaces.rental_quotes import LONGEST_DAYS, offered_to
from incubator.spaces.rentals import Notice, span

LOCKED = "SELECT r.*, s.time_zone, u.kind FROM rental r JOIN site s ON s.id = r.site_id JOIN unit u ON u.id = r.unit_id WHERE r.id = $1"

FOLLOW = "UPDATE badge_issue i SET rental_id = $2 FROM badge b WHERE b.id = i.badge_id AND i.rental_id = $1 AND i.ended_at IS NULL AND b.kind <> 'key'"
"""Badges and cards open the house and go on with the heir; a key is the old unit's and is wanted back."""


@dataclass(frozen=True, slots=True)
class NoticePreview:
    """What a notice given today would do; days of the site. Amounts are as priced, in minor units, and None for whom money is not.

    `due` are the lines from today (or a later start) to the end, of a short stay all of its lines: it is charged as a whole when it is over.
    `spared_minor` is what would be due more without the notice. What was billed up to `billed_until` for days after the end is credited.
    """

    today: date
    earliest_on: date
    ends_on: date
    agreed_until: date
    notice: Notice
    billed_until: date | None
    needs_waiver: bool
    currency: str
    due: Sequence[StayLine] | None
    spared_minor: int | None


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """A rental goes on in another unit from a day of the site on."""

    rental_id: UUID
    unit_id: UUID
    starts_on: date


async def preview_notice(actor: Actor, rental_id: UUID, ends_on: date | None = None) -> NoticePreview:
    """Say when a rental could end, and what that means in money. Without a day the earliest end is taken.

    Raises:
        NotFound: the actor sees no such rental.
        NotSignedIn, Forbidden: the actor neither rents for the organisation nor lets the site's space.
        RentalOver, AlreadyEnding, PeriodInverted, OutOfRange: it cannot end then, by notice or waiver.
    """
    async with db.transaction():
        found = await _known(actor, rental_id, lock=False)
        seen = (await rentals_by_id(actor, [rental_id]))[rental_id]
        today = clock.today(found["time_zone"])
        notice = Notice(found["notice_count"], found["notice_unit"])
        billed = await billing.charged_until(found["contract_id"], rental_id) if found["contract_id"] else None
        earliest = max(notice.earliest_end(today), found["starts_on"])
        wanted = ends_on or earliest
        _require_earlier_end(found, wanted, today)
        due, spared_minor = _due_and_spared(found, wanted, today)
        return NoticePreview(
            today=today,
            earliest_on=earliest,
            ends_on=wanted,
            agreed_until=found["ends_on"],
            notice=notice,
            billed_until=billed,
            needs_waiver=wanted < earliest,
            currency=found["currency"],
            due=due if seen.knows_money else None,
            spared_minor=spared_minor if seen.knows_money else None,
        )


def _due_and_spared(found: asyncpg.Record, last: date, today: date) -> tuple[Sequence[StayLine] | None, int]:
    """Return what is due of a rental that ends on a day, and what it costs less for that; a stay of weeks may become dearer by it, never spares less
    than nothing."""
    prices, currency = Prices.read(found["monthly_minor"], json.loads(found["prices"])), found["currency"]
    if prices.month_minor is not None:
        first = max(today, found["starts_on"])
        spared = price_stay(prices, last + timedelta(days=1), found["ends_on"], currency)
        return price_stay(prices, first, last, currency) if first <= last else None, sum(line.amount_minor for line in spared)
    agreed = price_stay(prices, found["starts_on"], found["ends_on"], currency, read_days(found["credit_days"]))
    due = price_stay(prices, found["starts_on"], last, currency, credit_until(found, last))
    return due, max(0, sum(line.amount_minor for line in agreed) - sum(line.amount_minor for line in due))


async def give_notice(actor: Actor, rental_id: UUID, ends_on: date, expected_version: int, waiver: str = "") -> None:
    """End a rental on a day. What it holds after that day is free at once, its contract ends, and the rest stays as agreed.

    Staff may let it end before the notice, with a reason that is kept.

    Raises:
        NotFound: the actor sees no such rental.
        NotSignedIn, Forbidden: the actor neither rents for the organisation nor lets the site's space.
        Stale: it was changed meanwhile.
        RentalOver: it has ended or moved.
        AlreadyEnding: notice was given, or it ends by then anyway.
        PeriodInverted, OutOfRange: it would end before it begins, or in the past.
        RentalNoticeTooShort: the day lies before the notice, and nobody who may waives it.
        TooLong, PatternMismatch: the reason breaks its rule.
    """
    reason = checks.text(waiver, "waiver", at_least=0, at_most=300, path=("input", "waiver"))
    async with db.transaction():
        found = await _known(actor, rental_id, lock=True)
        checks.version(expected_version, found["version"])
        today = clock.today(found["time_zone"])
        _require_earlier_end(found, ends_on, today)
        notice = Notice(found["notice_count"], found["notice_unit"])
        earliest = max(notice.earliest_end(today), found["starts_on"])
        is_early = ends_on < earliest
        may_waive = actor.may(Grant.MANAGE_SPACE, found["site_id"])
        if is_early and not (may_waive and reason):
            raise RentalNoticeTooShort(
                limit=earliest, value=ends_on, notice=f"{notice.count} {notice.unit}", may_override=may_waive, path=("input", "endsOn")
            )
        await _shorten(actor, found, ends_on)
        await db.execute(
            "UPDATE rental SET ends_on = $2, notice_given_at = $3, notice_by_id = $4, notice_waiver = $5, version = version + 1 WHERE id = $1",
            rental_id,
            ends_on,
            clock.now(),
            actor.person_id,
            reason if is_early else "",
        )
        await audit.record(
            actor,
            "give notice",
            "Rental",
            rental_id,
            before={"ends_on": found["ends_on"]},
            after={"ends_on": ends_on, "waiver": reason if is_early else ""},
        )
        freed = span(ends_on + timedelta(days=1), found["ends_on"], found["time_zone"])
        await outbox.record(RentalShortened(rental_id, found["unit_id"], None, *freed, found["version"] + 1))


async def extend_rental(actor: Actor, rental_id: UUID, ends_on: date, expected_version: int) -> None:
    """Let a rental go on until a later day, at its price. A notice that was given is taken back by it. Credit that is left pays days of a
    short stay that are added.

    Raises:
        NotFound: the actor sees no such rental.
        NotSignedIn, Forbidden: the actor does not let the site's space.
        Stale: it was changed meanwhile.
        RentalOver: it has ended or moved.
        PeriodInverted: the day is not later than the end.
        PeriodTooLong: it would last more than 11 years.
        SiteClosed: the site is closed on that day.
        DaysTaken: somebody holds the unit on some of the days that are added.
    """
    async with db.transaction():
        found = await _known(actor, rental_id, lock=True, staff_only=True)
        checks.version(expected_version, found["version"])
        _require_going_on(found, clock.today(found["time_zone"]))
        if ends_on <= found["ends_on"]:
            raise PeriodInverted(field="endsOn", limit=f"{found['ends_on']} – {ends_on}", path=("input", "endsOn"))
        checks.days(found["starts_on"], ends_on, "endsOn", at_most_days=LONGEST_DAYS, path=("input", "endsOn"))
        await require_open_site(found["site_id"], ends_on, ("input", "endsOn"), to_lock=True)
        _, ends_at = span(found["starts_on"], ends_on, found["time_zone"])
        if not await holds.are_held_until(rental_id, ends_at):
            unit = await queries.bookable_unit(actor, found["unit_id"])
            raise await days_taken(unit, found["ends_on"] + timedelta(days=1), ends_on, rental_id)
        if found["contract_id"] is not None:
            await billing.extend_terms(actor, found["contract_id"], rental_id, ends_on)
        await db.execute(
            "UPDATE rental SET ends_on = $2, credit_days = $3, notice_given_at = NULL, notice_by_id = NULL, notice_waiver = '',"
            " version = version + 1 WHERE id = $1",
            rental_id,
            ends_on,
            write_days(await credit_of_longer(found, ends_on, to_use=True)),
        )
        await audit.record(actor, "extend rental", "Rental", rental_id, before={"ends_on": found["ends_on"]}, after={"ends_on": ends_on})
        await outbox.record(RentalExtended(rental_id, found["unit_id"], found["version"] + 1))


@db.retried
async def change_unit(actor: Actor, terms: ChangeTerms, expected_version: int, idempotency_key: str) -> UUID:
    """Let a rental go on in another unit: it ends the day before, and its heir is returned. All or nothing, once for each key.

    The heir has the same last day, notice, discount and deposit; its price is that of the rates of its first day. The contract goes over
    on that day, so that no day is billed twice and none is left out.

    Raises:
        IdempotencyMismatch: the key was used with other input.
        NotFound: the actor sees no such rental or unit.
        NotSignedIn, Forbidden: the actor does not let the site's space.
        Stale: it was changed meanwhile.
        RentalOver: it has ended or moved.
        SameUnit: it has that unit.
        OutOfRange: the day is not after the first and up to the last, or the unit is at another site.
        UnitNotRentable: the unit has no price for such days.
        DaysTaken: somebody holds the other unit on some of the days.
    """
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "changeRentalUnit", terms)
        if claimed.answer is not None:
            return UUID(claimed.answer["rental_id"])
        found = await _known(actor, terms.rental_id, lock=True, staff_only=True)
        checks.version(expected_version, found["version"])
        unit = await queries.bookable_unit(actor, terms.unit_id, to_hold=True)
        last = terms.starts_on - timedelta(days=1)
        _require_change(found, unit, terms)
        await _shorten(actor, found, last)
        offered = await offered_to(
            found["organization_id"],
            unit,
            terms.starts_on,
            found["ends_on"],
            found["discount_percent"],
            by_month=found["monthly_minor"] is not None,
            to_let=True,
        )
        heir_id = await let_unit(
            actor,
            unit,
            rental_terms(
                unit,
                found["organization_id"],
                terms.starts_on,
                found["ends_on"],
                offered,
                found["discount_percent"],
                Notice(found["notice_count"], found["notice_unit"]),
                residency_id=found["residency_id"],
                ancestor_id=terms.rental_id,
            ),
        )
        contract_id = await bill_monthly(
            actor,
            unit,
            found["organization_id"],
            heir_id,
            offered,
            terms.starts_on,
            found["ends_on"],
            contract_id=found["contract_id"],
        )
        await db.execute(
            "UPDATE rental SET contract_id = $2, deposit_id = $3, notice_given_at = $4, notice_by_id = $5, notice_waiver = $6 WHERE id = $1",
            heir_id,
            contract_id,
            found["deposit_id"],
            found["notice_given_at"],
            found["notice_by_id"],
            found["notice_waiver"],
        )
        await db.execute(
            "UPDATE rental SET ends_on = $2, heir_id = $3, deposit_id = NULL, version = version + 1 WHERE id = $1",
            terms.rental_id,
            last,
            heir_id,
        )
        await db.execute(FOLLOW, terms.rental_id, heir_id)
        await audit.record(actor, "change unit", "Rental", terms.rental_id, after={"heir": heir_id, "unit": unit.id})
        freed = span(terms.starts_on, found["ends_on"], found["time_zone"])
        await outbox.record(RentalShortened(terms.rental_id, found["unit_id"], heir_id, *freed, found["version"] + 1))
        await idempotency.store(claimed, {"rental_id": heir_id})
    return heir_id


async def _known(actor: Actor, rental_id: UUID, *, lock: bool, staff_only: bool = False) -> asyncpg.Record:
    """Return a rental with its site's zone, for who rents or lets it, locked when asked."""
    found = await db.row(f"{LOCKED} FOR UPDATE OF r" if lock else LOCKED, rental_id)
    if found is None or rental_id not in await rentals_by_id(actor, [rental_id]):
        raise NotFound(kind="Rental", path=("input", "rentalId"))
    if staff_only or not actor.may(Grant.RENT_UNIT, found["organization_id"]):
        actor.require(Grant.MANAGE_SPACE, found["site_id"], path=("input", "rentalId"))
    return found


def _require_going_on(found: asyncpg.Record, today: date) -> None:
    if found["heir_id"] is not None or found["ends_on"] < today:
        raise RentalOver(state="moved" if found["heir_id"] else "ended", ends_on=found["ends_on"], path=("input", "rentalId"))


def _require_earlier_end(found: asyncpg.Record, ends_on: date, today: date) -> None:
    _require_going_on(found, today)
    if found["notice_given_at"] is not None or ends_on >= found["ends_on"]:
        raise AlreadyEnding(ends_on=found["ends_on"], value=ends_on, path=("input", "endsOn"))
    if ends_on < found["starts_on"]:
        raise PeriodInverted(field="endsOn", limit=f"{found['starts_on']} – {ends_on}", path=("input", "endsOn"))
    if ends_on < today:
        raise OutOfRange(field="endsOn", limit=f"≥ {today}", path=("input", "endsOn"))


def _require_change(found: asyncpg.Record, unit: queries.BookableUnit, terms: ChangeTerms) -> None:
    _require_going_on(found, clock.today(found["time_zone"]))
    if unit.id == found["unit_id"]:
        raise SameUnit(unit_id=unit.id, path=("input", "unitId"))
    if unit.site_id != found["site_id"]:
        raise OutOfRange(field="unitId", limit="a unit of the same site", path=("input", "unitId"))
    if not found["starts_on"] < terms.starts_on <= found["ends_on"]:
        limit = f"{found['starts_on'] + timedelta(days=1)} – {found['ends_on']}"
        raise OutOfRange(field="startsOn", limit=limit, path=("input", "startsOn"))


async def _shorten(actor: Actor, found: asyncpg.Record, last: date) -> None:
    """Free the days after the last one, give back their credit, and end the terms that bill them; what was billed for them is taken back."""
    _, ends_at = span(found["starts_on"], last, found["time_zone"])
    await db.execute("UPDATE unit_hold SET ends_at = $2 WHERE holder_id = $1", found["id"], ends_at)
    if read_days(found["credit_days"]):
        await db.execute("UPDATE rental SET credit_days = $2 WHERE id = $1", found["id"], write_days(credit_until(found, last)))
    if found["contract_id"] is not None:
        await billing.end_contract(actor, found["contract_id"], last, source_id=found["id"])
