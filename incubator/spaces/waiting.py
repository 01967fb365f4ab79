"""Wait for a time that is taken: when it comes free it is kept for the first who waits, for a while, then for the next."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, idempotency, outbox, work
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.spaces import holds, queries
from incubator.spaces.bookings import write_booking
from incubator.spaces.deciding import BookingTerms, decide, override
from incubator.spaces.errors import SlotNotOffered, UnitIsFree
from incubator.spaces.events import SlotOffered, WaitingChanged
from incubator.spaces.outage_queries import REACHES
from incubator.spaces.policy import Policy

END_OFFER = "end slot offer"


async def join_waiting_list(actor: Actor, terms: BookingTerms) -> UUID:
    """Wait for a time of a unit, once: who waits already gets the same entry again.

    Raises:
        NotSignedIn, Forbidden, NotFound, PeriodInverted, PeriodTooLong, TooShort, TooLong: it is no booking that could be asked for.
        Refusals of BookingRule: the rules that the booking would break.
        UnitIsFree: nobody holds the unit then.
    """
    title = checks.text(terms.title, "title", path=("input", "title"))
    person_id = actor.require_person()
    async with db.transaction():
        unit = await queries.bookable_unit(actor, terms.unit_id)
        decision = await decide(actor, unit, terms)
        override(actor, unit.site_id, decision.broken, terms.override_reason)
        known: UUID | None = await db.value(
            "SELECT id FROM waiting_entry WHERE person_id = $1 AND unit_id = $2 AND starts_at = $3 AND ends_at = $4 AND state IN ('waiting', 'offered')",
            person_id,
            unit.id,
            terms.starts_at,
            terms.ends_at,
        )
        if known is not None:
            return known
        if not await holds.are_taken([unit.id], terms.starts_at, decision.held_until):
            raise UnitIsFree(unit_id=unit.id, path=("input", "startsAt"))
        waiting_id = new_id()
        await db.execute(
            "INSERT INTO waiting_entry (id, unit_id, site_id, organization_id, person_id, starts_at, ends_at, title, companion_id, state, accessory_ids,"
            " created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', '[]', $10, 1) ON CONFLICT DO NOTHING",
            waiting_id,
            unit.id,
            unit.site_id,
            decision.payer_id,
            person_id,
            terms.starts_at,
            terms.ends_at,
            title,
            decision.companion_id,
            clock.now(),
        )
        await audit.record(actor, "join waiting list", "WaitingEntry", waiting_id, after={"unit": unit.id, "starts_at": terms.starts_at})
        await outbox.record(WaitingChanged(waiting_id, 1))
    return waiting_id


async def leave_waiting_list(actor: Actor, waiting_id: UUID) -> None:
    """Wait no more; an open offer goes to the next.

    Raises:
        NotFound: the actor has no such entry.
        NotSignedIn, Forbidden: it is not the actor's organisation's.
        SlotNotOffered: it was booked, ran out, or was left before.
    """
    async with db.transaction():
        found = await _locked(actor, waiting_id)
        if found["state"] not in ("waiting", "offered"):
            raise SlotNotOffered(state=found["state"], path=("input", "waitingEntryId"))
        await _end(found, "left")
        await audit.record(actor, "leave waiting list", "WaitingEntry", waiting_id)


@db.retried
async def accept_slot(actor: Actor, waiting_id: UUID, idempotency_key: str) -> UUID:
    """Book the slot that is offered, once for each key; returns the booking. It is kept until then, so nobody comes between.

    Raises:
        NotFound: the actor has no such entry.
        NotSignedIn, Forbidden: it is not the actor's organisation's.
        SlotNotOffered: it is not offered, or not any more.
        Others as `bookings.create_booking`.
    """
    booking_id = new_id()
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "acceptSlot", waiting_id, answer={"booking_id": booking_id})
        if claimed.answer is not None:
            return UUID(claimed.answer["booking_id"])
        found = await _locked(actor, waiting_id)
        if found["state"] != "offered" or found["offered_until"] <= clock.now():
            raise SlotNotOffered(state=found["state"], path=("input", "waitingEntryId"))
        unit = await queries.bookable_unit(actor, found["unit_id"], to_hold=True)
        accessories = tuple(UUID(one) for one in json.loads(found["accessory_ids"]))
        terms = BookingTerms(
            unit.id,
            found["starts_at"],
            found["ends_at"],
            found["title"],
            found["organization_id"],
            accessory_ids=accessories,
            companion_id=found["companion_id"],
        )
        decision = await decide(actor, unit, terms)
        await holds.free_units(waiting_id)
        await write_booking(actor, terms, decision, booking_id)
        await db.execute(
            "UPDATE waiting_entry SET state = 'booked', booking_id = $2, version = version + 1 WHERE id = $1", waiting_id, booking_id
        )
        if found["instead_of_id"] is not None:
            await db.execute("UPDATE booking SET heir_id = $2, version = version + 1 WHERE id = $1", found["instead_of_id"], booking_id)
        await outbox.record(WaitingChanged(waiting_id, found["version"] + 1))
    return booking_id


async def offer_slot_of(booking_id: UUID) -> None:
    """Offer what a booking held before it ended, inside the running transaction."""
    found = await db.row("SELECT unit_id, starts_at, ends_at FROM booking WHERE id = $1", booking_id)
    if found is not None:
        await offer_time(found["unit_id"], found["starts_at"], found["ends_at"])


async def end_offer(waiting_id: UUID) -> None:
    """End an offer that has run out, and offer the slot to the next, inside the running transaction."""
    found = await db.row(
        "SELECT * FROM waiting_entry WHERE id = $1 AND state = 'offered' AND offered_until <= $2 FOR UPDATE", waiting_id, clock.now()
    )
    if found is not None:
        await _end(found, "expired")


async def _end(found: asyncpg.Record, state: str) -> None:
    await db.execute("UPDATE waiting_entry SET state = $2, version = version + 1 WHERE id = $1", found["id"], state)
    await outbox.record(WaitingChanged(found["id"], found["version"] + 1))
    if found["state"] == "offered":
        await holds.free_units(found["id"])
        await offer_time(found["unit_id"], found["starts_at"], found["ends_at"])


async def offer_time(unit_id: UUID, starts_at: datetime, ends_at: datetime | None) -> None:
    """Offer freed space to who waits for it, in the order in which they came; to several where it has room for them.

    Whoever waits for a unit that shares an atom with the freed one is asked. What is held again meanwhile goes to nobody.
    """
    now = clock.now()
    for entry in await db.rows(
        "SELECT w.*, u.policy FROM waiting_entry w JOIN unit u ON u.id = w.unit_id JOIN site s ON s.id = w.site_id"
        " WHERE w.state = 'waiting' AND (s.closes_on IS NULL OR w.ends_at <= s.closes_on::timestamp AT TIME ZONE s.time_zone) AND tstzrange(w.starts_at, w.ends_at) && tstzrange($2, $3)"
        " AND w.starts_at > $4 AND NOT EXISTS (SELECT 1 FROM outage o WHERE o.cancelled_at IS NULL"
        f" AND tstzrange(o.starts_at, o.ends_at) && tstzrange(w.starts_at, w.ends_at) AND {REACHES.format(unit='w.unit_id')}) AND EXISTS (SELECT 1 FROM unit_atom a JOIN unit_atom b ON b.atom_id = a.atom_id"
        " WHERE a.unit_id = w.unit_id AND b.unit_id = $1) ORDER BY w.created_at, w.id FOR UPDATE OF w SKIP LOCKED",
        unit_id,
        starts_at,
        ends_at,
        now,
    ):
        policy = Policy.read(entry["policy"])
        held_until = entry["ends_at"] + timedelta(minutes=policy.buffer_minutes)
        if not await take_for(entry["id"], [entry["unit_id"]], entry["starts_at"], held_until):
            continue
        offered_until = min(now + timedelta(minutes=policy.offer_minutes), entry["starts_at"])
        await db.execute(
            "UPDATE waiting_entry SET state = 'offered', offered_until = $2, version = version + 1 WHERE id = $1",
            entry["id"],
            offered_until,
        )
        await work.schedule(END_OFFER, entry["id"], period=offered_until.isoformat(), run_after=offered_until)
        await outbox.record(SlotOffered(entry["id"], entry["version"] + 1))


class _Taken(Exception):
    """Rolls back the atoms that were free."""


async def take_for(entry_id: UUID, unit_ids: Sequence[UUID], starts_at: datetime, held_until: datetime) -> bool:
    """Hold units for an entry to which they are offered, inside the running transaction; returns whether all were free."""
    try:
        async with db.transaction():
            if not await holds.take_units(entry_id, unit_ids, starts_at, held_until, "offer"):
                raise _Taken
    except _Taken:
        return False
    return True


async def _locked(actor: Actor, waiting_id: UUID) -> asyncpg.Record:
    found = await db.row("SELECT * FROM waiting_entry WHERE id = $1 FOR UPDATE", waiting_id)
    if found is None or not (actor.is_system or found["organization_id"] in actor.organization_ids_as()):
        raise NotFound(kind="WaitingEntry", path=("input", "waitingEntryId"))
    actor.require(Grant.BOOK_UNIT, found["organization_id"], path=("input", "waitingEntryId"))
    return found
