"""Decide a booking once for every door: who pays, which rules it breaks, what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from incubator import db
from incubator.kernel import checks, clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PeriodInverted, PeriodTooLong, Refusals
from incubator.organizations.opening_hours import public_holidays
from incubator.spaces import policy, queries
from incubator.spaces.booking_errors import BookingRule, OverrideNeedsReason
from incubator.spaces.lines import UnitLine
from incubator.spaces.policy import Policy
from incubator.spaces.pricing import price_time
from incubator.spaces.standing import Extra, Standing, standing_of

LONGEST_BOOKING = timedelta(days=31)
MOST_ACCESSORIES = 10


@dataclass(frozen=True, slots=True)
class BookingTerms:
    """A booking as it is asked for, `[starts_at, ends_at)`. `organization_id` pays; staff may name one, others book for their own.

    Accessories are units of that kind at the same site, held along. `companion_id` is the second person where two use the unit.
    """

    unit_id: UUID
    starts_at: datetime
    ends_at: datetime
    title: str
    organization_id: UUID | None = None
    override_reason: str = ""
    accessory_ids: tuple[UUID, ...] = ()
    companion_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided. `broken` are all broken rules; the lines' sum is the price; `rate_id` is the unit's rate, None when it costs nothing."""

    unit: queries.BookableUnit
    policy: Policy
    payer_id: UUID
    broken: Sequence[BookingRule]
    lines: Sequence[UnitLine]
    price_minor: int
    credit_minutes: int
    rate_id: UUID | None
    held_ids: Sequence[UUID]
    held_until: datetime
    companion_id: UUID | None


async def decide(
    actor: Actor,
    unit: queries.BookableUnit,
    terms: BookingTerms,
    *,
    person_id: UUID | None = None,
    leaving: UUID | None = None,
    moved_from: datetime | None = None,
) -> Decision:
    """Judge and price a booking. `person_id` is who books when it is not the actor; `leaving` is a booking that it takes the place of.

    Raises:
        NotSignedIn, Forbidden: the actor may not book, or not for that organisation.
        PeriodInverted, PeriodTooLong: it is no time that could be booked.
        NotFound: an accessory is none of the site's; the second person is neither of the organisation nor a trainer. One who was, and is
            no more, is dropped from a booking that changes.
    """
    payer_id = _payer(actor, terms, unit)
    extras = await _accessories(unit, terms.accessory_ids)
    who = person_id or actor.person_id
    second_id = None if terms.companion_id == who else terms.companion_id
    standing = await standing_of(payer_id, who, unit, terms.starts_at, extras, leaving, terms.ends_at, second_id)
    if standing.second is None:
        if second_id is not None and leaving is None:
            raise NotFound(kind="Person", path=("input", "companionId"))
        second_id = None
    if standing.credit_given:
        await queries.lock_credit(payer_id)
        months = standing.credit_is_carried
        standing = await standing_of(payer_id, who, unit, terms.starts_at, extras, leaving, terms.ends_at, second_id, with_months=months)
    is_house = payer_id == unit.operator_id
    rate = standing.rate_of(unit.id, unit.kind)
    is_at_site = is_house or standing.audience == "resident" or (rate is not None and rate.audience != "")
    found = Policy.read(unit.policy)
    rules = policy.Rules(
        found, unit.opening_hours, unit.time_zone, _closed_on(unit, terms), rate is not None, standing.outages, standing.closes_on
    )
    wish = policy.Wish(terms.starts_at, terms.ends_at, is_at_site, standing.others, moved_from, standing.asked)
    lines, credit = ([], 0) if is_house else _priced(unit, extras, standing, terms)
    return Decision(
        unit=unit,
        policy=found,
        payer_id=payer_id,
        broken=policy.broken_rules(rules, wish, clock.now()),
        lines=lines,
        price_minor=sum(line.line.amount_minor for line in lines),
        credit_minutes=credit,
        rate_id=rate.id if rate is not None and not is_house else None,
        held_ids=[unit.id, *(extra.id for extra in extras)],
        held_until=terms.ends_at + timedelta(minutes=found.buffer_minutes),
        companion_id=second_id,
    )


def _priced(unit: queries.BookableUnit, extras: Sequence[Extra], standing: Standing, terms: BookingTerms) -> tuple[list[UnitLine], int]:
    """Return the lines of a unit and its accessories, and the minutes of credit that the unit's use."""
    lines: list[UnitLine] = []
    used = 0
    for one in (Extra(unit.id, unit.name, unit.kind), *extras):
        rate = standing.rate_of(one.id, one.kind)
        if rate is None:
            continue
        left = standing.credit_left if one.id == unit.id else 0
        priced = price_time(rate.tariff, terms.starts_at, terms.ends_at, unit.time_zone, unit.currency, left)
        lines += [UnitLine(one.id, one.name, one.kind, line) for line in priced.lines]
        used += priced.credit_minutes
    return lines, used


def _closed_on(unit: queries.BookableUnit, terms: BookingTerms) -> frozenset[date]:
    if not unit.closed_on_holidays or unit.has_own_hours:
        return frozenset()
    years = {moment.astimezone(ZoneInfo(unit.time_zone)).year for moment in (terms.starts_at, terms.ends_at)}
    return frozenset().union(*(public_holidays(unit.country, unit.subdivision, year) for year in years))


async def _accessories(unit: queries.BookableUnit, accessory_ids: Sequence[UUID]) -> list[Extra]:
    if not accessory_ids:
        return []
    if len(set(accessory_ids)) != len(accessory_ids) or len(accessory_ids) > MOST_ACCESSORIES:
        raise OutOfRange(field="accessoryIds", limit=f"at most {MOST_ACCESSORIES}, each once", path=("input", "accessoryIds"))
    found = await db.rows_as(
        Extra,
        "SELECT id, name, kind FROM unit WHERE id = ANY($1::uuid[]) AND site_id = $2 AND kind = 'accessory' ORDER BY name, id FOR SHARE",
        list(accessory_ids),
        unit.site_id,
    )
    if len(found) < len(accessory_ids):
        raise NotFound(kind="Unit", path=("input", "accessoryIds"))
    return found


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


def override(actor: Actor, site_id: UUID, broken: Sequence[BookingRule], reason: str) -> list[str]:
    """Return the rules that staff override; refuse the rest.

    Raises:
        Refusals of BookingRule: every broken rule, with OverrideNeedsReason when only the reason is missing.
        TooLong, PatternMismatch: the reason breaks its rule.
    """
    if not broken:
        return []
    may = actor.is_system or actor.may(Grant.OVERRIDE_BOOKING_RULES, site_id)
    if not may or any(not rule.may_override for rule in broken):
        raise Refusals("the booking breaks rules", [*broken])
    if not reason.strip():
        raise Refusals("the booking breaks rules", [*broken, OverrideNeedsReason(path=("input", "overrideReason"))])
    checks.text(reason, "overrideReason", at_most=300, path=("input", "overrideReason"))
    return [rule.code for rule in broken]
