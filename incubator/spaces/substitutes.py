"""Look for another slot for whom an outage took one, and keep it for them for a while."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import clock, outbox, work
from incubator.kernel.actor import SYSTEM
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.spaces import availability, queries
from incubator.spaces.deciding import BookingTerms, Decision, decide
from incubator.spaces.events import AnotherSlotWanted, SlotOffered
from incubator.spaces.outage_queries import REACHES
from incubator.spaces.policy import MINUTE
from incubator.spaces.waiting import END_OFFER, take_for

KEPT = timedelta(hours=24)
"""How long a slot is kept, unless it begins sooner."""
SHORTEST_KEPT = timedelta(minutes=15)
AHEAD = timedelta(days=14)
MOST_TRIES = 12

LOST = (
    "SELECT b.id, b.unit_id, b.site_id, b.organization_id, b.booked_by_id, b.companion_id, b.title, b.accessory_ids, u.kind"
    " FROM booking b JOIN unit u ON u.id = b.unit_id WHERE b.id = $1"
)
IS_OUT = f"EXISTS (SELECT 1 FROM outage o WHERE o.cancelled_at IS NULL AND tstzrange(o.starts_at, o.ends_at) && tstzrange($2, $3) AND {REACHES.format(unit='u.id')})"
LIKE = (
    "(u.pool_id = l.pool_id OR (u.site_id = l.site_id AND u.kind = l.kind AND u.capacity >= l.capacity AND u.equipment @> l.equipment"
    " AND (l.kind <> 'instrument' OR jsonb_array_length(l.equipment) > 0)))"
)
"""What can stand in for a unit: one of its pool, or of its kind, size and equipment at the site. Instruments that say nothing of theirs are alike in name only."""


@dataclass(frozen=True, slots=True)
class _Slot:
    unit_id: UUID
    starts_at: datetime
    ends_at: datetime


async def offer_another_slot(wanted: AnotherSlotWanted) -> UUID | None:
    """Keep the first slot that will do, inside the running transaction; returns the entry that offers it, None when there is none.

    First the same time: on the unit itself when only an accessory is out, then on one like it. Then the next free time on any of them
    within 14 days. It must break no rule for the person, and cost no more than what was lost.
    What would be over by now is not made up for.
    """
    lost = await db.row(LOST, wanted.booking_id)
    if lost is None or lost["booked_by_id"] is None or wanted.ends_at <= clock.now() or await _is_settled(wanted.booking_id):
        return None
    tries = 0
    async for slot in _slots(lost, wanted):
        tries += 1
        if tries > MOST_TRIES:
            return None
        entry_id = await _keep(lost, slot, wanted.price_minor)
        if entry_id is not None:
            return entry_id
    return None


async def _is_settled(booking_id: UUID) -> bool:
    return bool(
        await db.value(
            "SELECT EXISTS (SELECT 1 FROM waiting_entry WHERE instead_of_id = $1 AND state IN ('offered', 'booked'))", booking_id
        )
    )


async def _slots(lost: asyncpg.Record, wanted: AnotherSlotWanted) -> AsyncIterator[_Slot]:
    now = clock.now()
    alike = f"FROM unit l JOIN unit u ON u.id = l.id OR {LIKE} WHERE l.id = $1"
    if wanted.starts_at > now:
        for row in await db.rows(
            f"SELECT u.id {alike} AND NOT {IS_OUT} ORDER BY u.id <> l.id, u.pool_id IS DISTINCT FROM l.pool_id, u.name, u.id LIMIT 8",
            lost["unit_id"],
            wanted.starts_at,
            wanted.ends_at,
        ):
            yield _Slot(row["id"], wanted.starts_at, wanted.ends_at)
    ids = {row["id"] for row in await db.rows(f"SELECT u.id {alike}", lost["unit_id"])}
    earliest = max(now, wanted.starts_at)
    minutes = int((wanted.ends_at - wanted.starts_at) / MINUTE)
    terms = availability.SearchTerms((lost["site_id"],), minutes, earliest, earliest + AHEAD, lost["kind"])
    for found in await availability.find_slots(SYSTEM, terms, 100):
        if found.unit.id in ids and found.starts_at != wanted.starts_at:
            yield _Slot(found.unit.id, found.starts_at, found.ends_at)


async def _keep(lost: asyncpg.Record, slot: _Slot, most_minor: int) -> UUID | None:
    """Keep a slot for who lost theirs, with what accessories are in order then; None when it will not do."""
    now = clock.now()
    accessories = await _in_order([UUID(one) for one in json.loads(lost["accessory_ids"])], slot)
    unit = await queries.bookable_unit(SYSTEM, slot.unit_id, to_hold=True)
    terms = BookingTerms(
        unit.id,
        slot.starts_at,
        slot.ends_at,
        lost["title"],
        lost["organization_id"],
        accessory_ids=accessories,
        companion_id=lost["companion_id"],
    )
    decision = await decide(SYSTEM, unit, terms, person_id=lost["booked_by_id"], leaving=lost["id"])
    until = _kept_until(decision, slot, now)
    if decision.broken or decision.price_minor > most_minor or until < now + SHORTEST_KEPT:
        return None
    entry_id = new_id()
    if not await take_for(entry_id, decision.held_ids, slot.starts_at, decision.held_until):
        return None
    await db.execute(
        "INSERT INTO waiting_entry (id, unit_id, site_id, organization_id, person_id, starts_at, ends_at, title, state, offered_until,"
        " instead_of_id, accessory_ids, price_minor, created_at, companion_id, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'offered', $9, $10, $11::jsonb, $12, $13, $14, 1)",
        entry_id,
        unit.id,
        unit.site_id,
        lost["organization_id"],
        lost["booked_by_id"],
        slot.starts_at,
        slot.ends_at,
        lost["title"],
        until,
        lost["id"],
        dumps(list(accessories)),
        decision.price_minor,
        now,
        decision.companion_id,
    )
    await work.schedule(END_OFFER, entry_id, period=until.isoformat(), run_after=until)
    await outbox.record(SlotOffered(entry_id, 1))
    return entry_id


def _kept_until(decision: Decision, slot: _Slot, now: datetime) -> datetime:
    notice = (decision.policy.create_notice_minutes or 0) * MINUTE
    return min(now + KEPT, slot.starts_at - notice)


async def _in_order(accessory_ids: list[UUID], slot: _Slot) -> tuple[UUID, ...]:
    rows = await db.rows(
        f"SELECT u.id FROM unit u WHERE u.id = ANY($1::uuid[]) AND NOT {IS_OUT} ORDER BY u.name, u.id",
        accessory_ids,
        slot.starts_at,
        slot.ends_at,
    )
    return tuple(row["id"] for row in rows)
