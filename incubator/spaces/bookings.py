"""Quote and book a unit. Any of a pool: `pools`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from incubator import db
from incubator.billing import service as billing
from incubator.billing.quoting import Totals
from incubator.billing.terms import Buyer
from incubator.kernel import audit, checks, clock, idempotency, outbox, work
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import DomainError, NotFound
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.spaces import holds, queries
from incubator.spaces.deciding import BookingTerms, Decision, decide, override
from incubator.spaces.errors import UnitTaken
from incubator.spaces.events import BookingCreated
from incubator.spaces.lines import SUPPLY_OF_KIND, UnitLine, lines_json

EXPIRE = "expire pending booking"
RELEASE = "release booking"
INSERT = (
    f"WITH {holds.COVER}, {holds.HELD.format(kind=repr('booking'))}, b AS ("
    "INSERT INTO booking (id, unit_id, site_id, organization_id, booked_by_id, starts_at, ends_at, title, state, rate_id, lines, price_minor,"
    " credit_minutes, currency, price_includes_tax, policy, accessory_ids, series_id, override_reason, overridden_rules, note_for_next,"
    " expires_at, created_at, changed_at, companion_id, version)"
    " SELECT $1, $5, $6, $7, $8, $3, $9, $10, $11, $12, $13::jsonb, $14, $15, $16, $17, $18::jsonb, $19::jsonb, $20, $21, $22::jsonb, '', $23, $24, $24, $25, 1"
    f" WHERE {holds.IS_WHOLE} RETURNING *) SELECT {{columns}} FROM b LEFT JOIN person p ON p.id = b.booked_by_id"
)
"""Holds a booking's atoms and writes it when all were free; gives it as its `columns` say."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a booking would cost, and what stands against it; `price_minor` is None for a unit that is not booked.

    `totals` has net, tax and gross of the lines, None when nothing is to be paid.
    """

    price_minor: int | None
    currency: str
    price_includes_tax: bool
    broken: Sequence[DomainError] = field(default_factory=tuple)
    lines: Sequence[UnitLine] = field(default_factory=tuple)
    credit_minutes: int = 0
    totals: Totals | None = None


async def quote_booking(actor: Actor, terms: BookingTerms) -> Quote:
    """Return the price of a booking with its tax, and every rule it breaks, a taken unit included; nothing is held.

    Raises:
        NotSignedIn, Forbidden, NotFound, PeriodInverted, PeriodTooLong: it is no booking that could be asked for.
        NoTaxRule: no rule says how it is taxed.
    """
    async with db.transaction():
        unit = await queries.bookable_unit(actor, terms.unit_id)
        decision = await decide(actor, unit, terms)
        is_taken = await holds.are_taken(decision.held_ids, terms.starts_at, decision.held_until)
        totals = await _totals(decision, terms.ends_at)
    against: list[DomainError] = [*decision.broken, *([UnitTaken(unit_id=unit.id, path=("input", "startsAt"))] if is_taken else [])]
    is_booked = not any(rule.code == "UnitNotBookable" for rule in decision.broken)
    return Quote(
        decision.price_minor if is_booked else None,
        unit.currency,
        unit.price_includes_tax,
        against,
        decision.lines,
        decision.credit_minutes,
        totals,
    )


async def _totals(decision: Decision, ends_at: datetime) -> Totals | None:
    unit, due = decision.unit, [line for line in decision.lines if line.line.amount_minor]
    if not due:
        return None
    buyer = Buyer(decision.payer_id, unit.legal_entity_id, unit.site_id, unit.currency)
    supplies = [(SUPPLY_OF_KIND[line.kind], line.line.amount_minor) for line in due]
    supplied_on = (ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(unit.time_zone)).date()
    return await billing.quote_supplies(buyer, supplies, supplied_on, includes_tax=unit.price_includes_tax)


async def create_booking(actor: Actor, terms: BookingTerms, idempotency_key: str) -> UUID:
    """Book a unit as `book_unit` does; returns the booking's id."""
    return (await book_unit(actor, terms, idempotency_key)).id


async def book_unit(actor: Actor, terms: BookingTerms, idempotency_key: str) -> queries.BookingRow:
    """Book a unit, once for each key; returns the booking as the actor sees it.

    Where the unit asks for approval the booking waits for it and holds the unit meanwhile.

    Raises:
        NotSignedIn, Forbidden: the actor may not book, or not for that organisation.
        NotFound: there is no such unit or accessory.
        TooShort, TooLong, PeriodInverted, PeriodTooLong: title or time break their rule.
        Refusals of BookingRule: every broken rule at once; staff may override those that say so.
        OverrideNeedsReason: staff broke a rule and gave no reason.
        UnitTaken: somebody holds the unit in that time; never overridable.
        IdempotencyMismatch: the key was used with other input.
    """
    checks.text(terms.title, "title", path=("input", "title"))
    booking_id = new_id()
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "createBooking", terms, answer={"booking_id": booking_id})
        if claimed.answer is not None:
            return await _known(actor, UUID(claimed.answer["booking_id"]))
        unit = await queries.bookable_unit(actor, terms.unit_id, to_hold=True)
        return await write_booking(actor, terms, await decide(actor, unit, terms), booking_id)


async def _known(actor: Actor, booking_id: UUID) -> queries.BookingRow:
    found = await queries.bookings_by_id(actor, [booking_id])
    if booking_id not in found:
        raise NotFound(kind="Booking", path=("input", "idempotencyKey"))
    return found[booking_id]


async def write_booking(
    actor: Actor, terms: BookingTerms, decision: Decision, booking_id: UUID, *, person_id: UUID | None = None, series_id: UUID | None = None
) -> queries.BookingRow:
    """Hold and write a decided booking, inside the running transaction; every door ends here. Returns it as the actor sees it.

    Raises:
        Refusals of BookingRule: it breaks rules that are not overridden.
        UnitTaken: somebody holds the unit or an accessory in that time.
    """
    unit = decision.unit
    overridden = override(actor, unit.site_id, decision.broken, terms.override_reason)
    expires_at = _expiry(actor, decision, terms.starts_at)
    columns, viewer = queries.booking_columns(actor, 26)
    written = await db.rows_as(
        queries.BookingRow,
        INSERT.format(columns=columns),
        booking_id,
        list(decision.held_ids),
        terms.starts_at,
        decision.held_until,
        unit.id,
        unit.site_id,
        decision.payer_id,
        person_id or actor.person_id,
        terms.ends_at,
        terms.title.strip(),
        "pending" if expires_at else "confirmed",
        decision.rate_id,
        lines_json(decision.lines),
        decision.price_minor,
        decision.credit_minutes,
        unit.currency,
        unit.price_includes_tax,
        unit.policy,
        dumps(list(terms.accessory_ids)),
        series_id,
        terms.override_reason.strip() if overridden else "",
        dumps(overridden),
        expires_at,
        clock.now(),
        decision.companion_id,
        *viewer,
    )
    if not written:
        raise UnitTaken(unit_id=unit.id, path=("input", "startsAt"))
    if expires_at:
        await work.schedule(EXPIRE, booking_id, run_after=expires_at)
    if decision.policy.grace_minutes is not None:
        await work.schedule(RELEASE, booking_id, run_after=terms.starts_at + timedelta(minutes=decision.policy.grace_minutes))
    await audit.record(
        actor, "create booking", "Booking", booking_id, after={"unit": unit.id, "starts_at": terms.starts_at, "overridden": overridden}
    )
    await outbox.record(BookingCreated(booking_id))
    return written[0]


def _expiry(actor: Actor, decision: Decision, starts_at: datetime) -> datetime | None:
    """Return until when a booking waits for approval; None when it needs none. The site's own staff need none."""
    if not decision.policy.needs_approval or actor.is_system or actor.may(Grant.OVERRIDE_BOOKING_RULES, decision.unit.site_id):
        return None
    return max(clock.now(), min(starts_at, clock.now() + timedelta(minutes=decision.policy.approval_minutes)))


__all__ = [
    "EXPIRE",
    "RELEASE",
    "BookingTerms",
    "Quote",
    "book_unit",
    "create_booking",
    "quote_booking",
    "write_booking",
]
