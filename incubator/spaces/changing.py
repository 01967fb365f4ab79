"""Cancel, move and hand over bookings, and leave a note for who comes next."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, idempotency, outbox
from incubator.kernel.actor import GRANTS, Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.organizations import queries as organizations
from incubator.spaces import holds, queries
from incubator.spaces.booking_errors import (
    BookingRule,
    CancelNoticePassed,
    GapTooShort,
    PersonDayUsed,
    TooManyFutureBookings,
    TooManyFutureMinutes,
)
from incubator.spaces.bookings import write_booking
from incubator.spaces.deciding import BookingTerms, decide, override
from incubator.spaces.errors import BookingNotCancellable, NotAColleague, NotNow
from incubator.spaces.events import BookingCancelled, BookingChanged, BookingHandedOver, BookingMoved
from incubator.spaces.fees import FEE_OF, cancel_fee, charge_fee
from incubator.spaces.policy import Policy
from incubator.spaces.qualifying import broken_by
from incubator.spaces.standing import standing_of
from incubator.spaces.training_errors import QualificationRule, SecondPersonNeeded, SecondPersonNotQualified

OF_PERSON = (PersonDayUsed, TooManyFutureBookings, TooManyFutureMinutes, GapTooShort, QualificationRule)
OF_SECOND = (SecondPersonNeeded, SecondPersonNotQualified)
STANDING = ("pending", "confirmed")


@dataclass(frozen=True, slots=True)
class MoveTerms:
    """Where a booking goes: `[starts_at, ends_at)`, on another unit when one is named."""

    booking_id: UUID
    starts_at: datetime
    ends_at: datetime
    unit_id: UUID | None = None
    override_reason: str = ""


async def cancel_booking(actor: Actor, booking_id: UUID, expected_version: int, override_reason: str = "") -> None:
    """Cancel a booking that has not begun; the unit is free at once. The fee is that of the policy at booking time.

    Staff who give a reason cancel without fee, and after the notice.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        Stale: it was changed meanwhile.
        BookingNotCancellable: it has begun or was cancelled.
        Refusals of CancelNoticePassed: it begins too soon, and the policy has no fee for that.
    """
    async with db.transaction():
        found = await lock_booking(actor, booking_id, expected_version)
        _require_standing(found)
        policy = Policy.read(found["policy"])
        fee = cancel_fee(policy, found["state"], found["price_minor"], found["starts_at"], clock.now())
        late: list[BookingRule] = []
        if fee != 0:
            late = [
                CancelNoticePassed(
                    limit=str(policy.cancel_notice_minutes), value=f"{found['starts_at']:%Y-%m-%d %H:%M} UTC", path=("input", "bookingId")
                )
            ]
        if fee is None or (late and override_reason.strip()):
            overridden = override(actor, found["site_id"], late, override_reason)
            await audit.record(actor, "override", "Booking", booking_id, after={"rules": overridden, "reason": override_reason.strip()})
            fee = 0
        await close_booking(booking_id, "cancelled")
        await charge_fee(found, "cancel", fee)
        await audit.record(actor, "cancel booking", "Booking", booking_id, after={"fee_minor": fee})
        await outbox.record(BookingCancelled(booking_id, actor.person_id, found["version"] + 1))


async def close_booking(booking_id: UUID, state: str, heir_id: UUID | None = None) -> None:
    """End a locked booking and free what it holds, inside the running transaction."""
    await db.execute(
        "UPDATE booking SET state = $2, cancelled_at = $3, changed_at = $3, heir_id = $4, expires_at = NULL, version = version + 1 WHERE id = $1",
        booking_id,
        state,
        clock.now(),
        heir_id,
    )
    await holds.free_units(booking_id)


@db.retried
async def move_booking(actor: Actor, terms: MoveTerms, expected_version: int, idempotency_key: str) -> UUID:
    """Move a booking: it ends as moved, and its heir is returned. All or nothing; the old slot does not stand in the new one's way.

    Raises:
        NotFound: the actor sees no such booking or unit.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        Stale: it was changed meanwhile.
        BookingNotCancellable: it has begun or was cancelled.
        Others as `bookings.create_booking`; ChangeNoticePassed among the rules.
    """
    heir_id = new_id()
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "moveBooking", terms, answer={"booking_id": heir_id})
        if claimed.answer is not None:
            return UUID(claimed.answer["booking_id"])
        found = await lock_booking(actor, terms.booking_id, expected_version)
        _require_standing(found)
        unit = await queries.bookable_unit(actor, terms.unit_id or found["unit_id"], to_hold=True)
        wish = BookingTerms(
            unit.id,
            terms.starts_at,
            terms.ends_at,
            found["title"],
            found["organization_id"],
            terms.override_reason,
            tuple(UUID(one) for one in json.loads(found["accessory_ids"])),
            found["companion_id"],
        )
        decision = await decide(actor, unit, wish, person_id=found["booked_by_id"], leaving=terms.booking_id, moved_from=found["starts_at"])
        await close_booking(terms.booking_id, "moved", heir_id)
        await write_booking(actor, wish, decision, heir_id, person_id=found["booked_by_id"], series_id=found["series_id"])
        await audit.record(actor, "move booking", "Booking", terms.booking_id, after={"heir": heir_id})
        await outbox.record(BookingMoved(terms.booking_id, heir_id, found["version"] + 1))
    return heir_id


async def hand_over_booking(actor: Actor, booking_id: UUID, person_id: UUID, expected_version: int) -> None:
    """Give a booking that has not ended to a colleague, whose own limits and qualifications count.

    What staff had overridden of the qualifications of who had it before does not pass on.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        Stale: it was changed meanwhile.
        BookingNotCancellable: it has begun or was cancelled.
        NotAColleague: the person does not book for the organisation.
        Refusals of BookingRule: the colleague's limits are used, or they may not use the unit.
    """
    async with db.transaction():
        found = await lock_booking(actor, booking_id, expected_version)
        _require_standing(found)
        bookers = await organizations.contacts(
            found["organization_id"], [role.value for role, may in GRANTS.items() if Grant.BOOK_UNIT in may]
        )
        if person_id not in {person.id for person in bookers}:
            raise NotAColleague(person_id=person_id, path=("input", "personId"))
        unit = await queries.bookable_unit(actor, found["unit_id"])
        wish = BookingTerms(
            unit.id, found["starts_at"], found["ends_at"], found["title"], found["organization_id"], companion_id=found["companion_id"]
        )
        decision = await decide(actor, unit, wish, person_id=person_id, leaving=booking_id)
        override(actor, unit.site_id, [rule for rule in decision.broken if isinstance(rule, OF_PERSON)], "")
        await db.execute(
            "UPDATE booking SET booked_by_id = $2, companion_id = $3, overridden_rules = overridden_rules - $4::text[], changed_at = $5,"
            " version = version + 1 WHERE id = $1",
            booking_id,
            person_id,
            decision.companion_id,
            [rule.__name__ for rule in QualificationRule.__subclasses__()],
            clock.now(),
        )
        await audit.record(
            actor, "hand over booking", "Booking", booking_id, before={"person": found["booked_by_id"]}, after={"person": person_id}
        )
        await outbox.record(BookingHandedOver(booking_id, person_id, found["version"] + 1))


async def name_companion(actor: Actor, booking_id: UUID, person_id: UUID | None, expected_version: int) -> None:
    """Name another second person for a booking that has not ended, or nobody.

    Raises:
        NotFound: the actor sees no such booking; the person is neither of the organisation nor a trainer.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        Stale: it was changed meanwhile.
        NotNow: it has ended, or does not stand.
        Refusals of QualificationRule: two must use the unit, and the person does not hold what that takes.
    """
    async with db.transaction():
        found = await lock_booking(actor, booking_id, expected_version)
        if found["state"] not in STANDING or found["ends_at"] <= clock.now():
            raise NotNow(state=found["state"], starts_at=found["starts_at"], ends_at=found["ends_at"], path=("input", "bookingId"))
        unit = await queries.bookable_unit(actor, found["unit_id"])
        standing = await standing_of(
            found["organization_id"], found["booked_by_id"], unit, found["starts_at"], leaving=booking_id, second_id=person_id
        )
        if person_id is not None and (standing.second is None or person_id == found["booked_by_id"]):
            raise NotFound(kind="Person", path=("input", "companionId"))
        day = found["starts_at"].astimezone(ZoneInfo(unit.time_zone)).date()
        overridden = json.loads(found["overridden_rules"])
        broken = [rule for rule in broken_by(standing.asked, day) if isinstance(rule, OF_SECOND) and rule.code not in overridden]
        override(actor, unit.site_id, broken, "")
        await db.execute("UPDATE booking SET companion_id = $2, version = version + 1 WHERE id = $1", booking_id, person_id)
        before: dict[str, object] = {"companion": found["companion_id"]}
        await audit.record(actor, "name companion", "Booking", booking_id, before=before, after={"companion": person_id})
        await outbox.record(BookingChanged(booking_id, found["version"] + 1))


async def leave_note(actor: Actor, booking_id: UUID, note: str) -> None:
    """Keep a note for who uses the unit next; an empty one takes it back.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        TooLong, PatternMismatch: the note breaks its rule.
    """
    note = checks.text(note, "note", at_least=0, at_most=500, path=("input", "note"))
    async with db.transaction():
        found = await lock_booking(actor, booking_id, None)
        await db.execute(
            "UPDATE booking SET note_for_next = $2, changed_at = $3, version = version + 1 WHERE id = $1", booking_id, note, clock.now()
        )
        await audit.record(actor, "leave note", "Booking", booking_id, after={"note": note})
        await outbox.record(BookingChanged(booking_id, found["version"] + 1))


async def lock_booking(actor: Actor, booking_id: UUID, expected_version: int | None) -> asyncpg.Record:
    """Lock a booking that the actor may change; returns a row of `FEE_OF`.

    Raises:
        NotFound: the actor sees no such booking.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
        Stale: it was changed meanwhile.
    """
    found = await db.row(f"{FEE_OF} FOR UPDATE OF b", booking_id)
    seen = (await queries.bookings_by_id(actor, [booking_id])).get(booking_id)
    if found is None or seen is None:
        raise NotFound(kind="Booking", path=("input", "bookingId"))
    require_own_or_staff(actor, seen)
    checks.version(expected_version, found["version"])
    return found


def require_own_or_staff(actor: Actor, seen: queries.BookingRow) -> None:
    """Refuse who may change a booking neither as one of its organisation nor as staff of its site.

    Raises:
        NotSignedIn, Forbidden: they may not.
    """
    if seen.organization_id is None or not (seen.is_mine and actor.may(Grant.BOOK_UNIT, seen.organization_id)):
        actor.require(Grant.OVERRIDE_BOOKING_RULES, seen.site_id, path=("input", "bookingId"))


def _require_standing(found: asyncpg.Record) -> None:
    if found["state"] not in STANDING or found["starts_at"] <= clock.now():
        raise BookingNotCancellable(state=found["state"], starts_at=found["starts_at"], path=("input", "bookingId"))
