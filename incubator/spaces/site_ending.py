"""Close a site: what reaches past the day, and what of it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, clock, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.kernel.periods import start_of_day
from incubator.spaces.ending import cancel_or_cut
from incubator.spaces.rental_holds import end_hold
from incubator.spaces.training_events import SessionCancelled


@dataclass(frozen=True, slots=True)
class Reaching:
    """How much of a site reaches past a day. `rentals` are contracts, which nothing ends; the rest ends when the site closes on that day."""

    bookings: int
    waiting_entries: int
    sessions: int
    seats: int
    rental_holds: int
    rentals: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What a closing has ended: bookings and waiting entries by id."""

    booking_ids: Sequence[UUID]
    waiting_ids: Sequence[UUID]


PAST_BOOKING = "b.site_id = $1 AND b.state IN ('pending', 'confirmed') AND b.ends_at > greatest($2::timestamptz, $3::timestamptz)"
PAST_WAITING = "w.site_id = $1 AND w.state IN ('waiting', 'offered') AND w.ends_at > $2"
PAST_SESSION = "n.site_id = $1 AND n.state = 'planned' AND n.ends_at > $2 AND n.starts_at > $3"
PAST_HOLD = "h.site_id = $1 AND h.state = 'held' AND h.ends_on >= {day}"
REACHING = (
    f"SELECT (SELECT count(*) FROM booking b WHERE {PAST_BOOKING})::int AS bookings,"
    f" (SELECT count(*) FROM waiting_entry w WHERE {PAST_WAITING})::int AS waiting_entries,"
    f" (SELECT count(*) FROM training_session n WHERE {PAST_SESSION})::int AS sessions,"
    f" (SELECT coalesce(sum(n.seats_taken), 0) FROM training_session n WHERE {PAST_SESSION})::int AS seats,"
    f" (SELECT count(*) FROM rental_hold h WHERE {PAST_HOLD.format(day='$4')})::int AS rental_holds,"
    " (SELECT count(*) FROM rental r WHERE r.site_id = $1 AND r.ends_on >= $4)::int AS rentals"
)


async def lock_closing_site(site_id: UUID) -> asyncpg.Record:
    """Lock a site and all of its units: nothing is held there, and no unit added, until the transaction ends. Accessories come last and
    by name, which is the order in which a booking takes them.

    Raises:
        NotFound: there is no such site.
    """
    found = await db.row("SELECT * FROM site WHERE id = $1 FOR NO KEY UPDATE", site_id)
    if found is None:
        raise NotFound(kind="Site", path=("input", "siteId"))
    await db.rows(
        "SELECT u.id FROM unit u WHERE u.site_id = $1 ORDER BY u.kind = 'accessory', CASE WHEN u.kind = 'accessory' THEN u.name END, u.id"
        " FOR NO KEY UPDATE",
        site_id,
    )
    return found


async def reaching_past(site_id: UUID, closes_on: date, zone: str) -> Reaching:
    """Count what reaches past a day of a site."""
    [found] = await db.rows_as(Reaching, REACHING, site_id, start_of_day(closes_on, zone), clock.now(), closes_on)
    return found


async def end_past(actor: Actor, site_id: UUID, closes_on: date, zone: str, reason: str) -> Ended:
    """End what reaches past a day of a site, inside the running transaction that has locked it. Nothing of it costs anything.

    A booking that has begun is cut at the day's start, or now. Sessions that have begun take place.
    """
    since = start_of_day(closes_on, zone)
    bookings = await _end_bookings(actor, site_id, since)
    waiting = await _end_waiting(site_id, since)
    await _cancel_sessions(actor, site_id, since, reason)
    for hold in await db.rows(
        f"SELECT * FROM rental_hold h WHERE {PAST_HOLD.format(day='$2')} ORDER BY h.id FOR UPDATE", site_id, closes_on
    ):
        await end_hold(hold, "released")
        await audit.record(actor, "release hold by closing", "RentalHold", hold["id"])
    return Ended(bookings, waiting)


async def _end_bookings(actor: Actor, site_id: UUID, since: datetime) -> list[UUID]:
    now = clock.now()
    found = await db.rows(
        f"SELECT b.id, b.starts_at FROM booking b WHERE {PAST_BOOKING} ORDER BY b.id FOR UPDATE",
        site_id,
        since,
        now,
    )
    for booking in found:
        await cancel_or_cut(booking, max(since, now), now)
        await audit.record(actor, "end booking by closing", "Booking", booking["id"], after={"site": site_id, "since": since})
    return [booking["id"] for booking in found]


async def _end_waiting(site_id: UUID, since: datetime) -> list[UUID]:
    found = await db.rows(
        f"UPDATE waiting_entry w SET state = 'expired', offered_until = NULL, version = w.version + 1 WHERE {PAST_WAITING} RETURNING w.id",
        site_id,
        since,
    )
    ids = [entry["id"] for entry in found]
    await db.execute("DELETE FROM unit_hold WHERE holder_id = ANY($1::uuid[])", ids)
    return ids


async def _cancel_sessions(actor: Actor, site_id: UUID, since: datetime, reason: str) -> None:
    found = await db.rows(
        f"UPDATE training_session n SET state = 'cancelled', version = n.version + 1 WHERE {PAST_SESSION} RETURNING n.id, n.version",
        site_id,
        since,
        clock.now(),
    )
    await db.execute("DELETE FROM unit_hold WHERE holder_id = ANY($1::uuid[])", [session["id"] for session in found])
    for session in found:
        await audit.record(actor, "cancel session", "TrainingSession", session["id"], after={"reason": reason})
    await outbox.record(*(SessionCancelled(session["id"], reason, session["version"]) for session in found))
