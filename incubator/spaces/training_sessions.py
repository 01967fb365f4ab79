"""Sessions of trainings: plan, change and cancel them, take a seat and give it back, write down who passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PeriodInverted, PeriodTooLong
from incubator.kernel.ids import new_id
from incubator.organizations import queries as organizations
from incubator.spaces import holds
from incubator.spaces.closed_sites import last_day, refuse_past, require_open_site
from incubator.spaces.errors import UnitTaken
from incubator.spaces.qualifications import give
from incubator.spaces.training_errors import ResultKnown, SeatsTaken, SessionClosed, SessionFull, TrainingNotOfSite
from incubator.spaces.training_events import SeatLeft, SeatTaken, SessionCancelled, SessionChanged, SessionScheduled
from incubator.spaces.training_scope import visible_seats, visible_sessions
from incubator.spaces.trainings import QUALIFIES, TRAINING, no_trainer

LONGEST = timedelta(days=7)
MOST_SEATS = 500


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """When and where a session is, `[starts_at, ends_at)`: at a place in words, on a unit that it holds, or both."""

    starts_at: datetime
    ends_at: datetime
    seats: int
    trainer_id: UUID
    place: str = ""
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a seat. `passed_level` is counted from 1, 0 is not passed."""

    seat_id: UUID
    attended: bool
    passed_level: int = 0


async def schedule_session(actor: Actor, training_id: UUID, site_id: UUID, terms: SessionTerms) -> UUID:
    """Plan a session of a training at a site; a unit that it is on is held for it.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        NotFound: there is no such training, site or unit at the site.
        TrainingNotOfSite: the training is another operator's, or another site's.
        OutOfRange, TooLong, PeriodInverted, PeriodTooLong: seats, place or time break their rule; it would begin in the past.
        SiteClosed: the site is closed on the day of its end.
        NotATrainer: the person was not appointed, or does not hold the trainers' level on that day.
        UnitTaken: somebody holds the unit in that time.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    place = _checked(terms)
    async with db.transaction():
        training = await db.row(f"{TRAINING} FOR KEY SHARE", training_id)
        if training is None:
            raise NotFound(kind="Training", path=("input", "trainingId"))
        site = (await organizations.sites_by_id(actor, [site_id])).get(site_id)
        if site is None:
            raise NotFound(kind="Site", path=("input", "siteId"))
        if training["operator_id"] != site.operator_id or training["site_id"] not in (None, site_id):
            raise TrainingNotOfSite(training_id=training_id, path=("input", "trainingId"))
        await require_open_site(site_id, last_day(terms.ends_at, site.time_zone), ("input", "endsAt"), to_lock=True)
        await _require_trainer(training, terms, site.time_zone)
        session_id = new_id()
        await _hold(session_id, site_id, terms)
        await db.execute(
            "INSERT INTO training_session (id, training_id, site_id, unit_id, trainer_id, place, starts_at, ends_at, seats, seats_taken, state,"
            " created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 'planned', $10, 1)",
            session_id,
            training_id,
            site_id,
            terms.unit_id,
            terms.trainer_id,
            place,
            terms.starts_at,
            terms.ends_at,
            terms.seats,
            clock.now(),
        )
        await audit.record(
            actor, "schedule session", "TrainingSession", session_id, after={"training": training_id, "starts_at": terms.starts_at}
        )
        await outbox.record(SessionScheduled(session_id))
    return session_id


async def change_session(actor: Actor, session_id: UUID, terms: SessionTerms, expected_version: int) -> None:
    """Change a session that has not begun; at another time or place, those with a seat are told.

    Raises:
        NotFound: the actor sees no such session; there is no such unit at its site.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        Stale: it was changed meanwhile.
        SessionClosed: it has begun, or was cancelled.
        SiteClosed: the site is closed on the day of its end.
        SeatsTaken: more seats are taken than it shall have.
        Others as `schedule_session`.
    """
    place = _checked(terms)
    async with db.transaction():
        closes_on = await _locked_closing(session_id)
        found = await _lock(actor, session_id)
        actor.require(Grant.MANAGE_SPACE, found["site_id"], path=("input", "sessionId"))
        checks.version(expected_version, found["version"])
        _require_ahead(found)
        refuse_past(closes_on, last_day(terms.ends_at, found["time_zone"]), ("input", "endsAt"))
        if terms.seats < found["seats_taken"]:
            raise SeatsTaken(limit=terms.seats, value=found["seats_taken"], path=("input", "seats"))
        training = await db.row(TRAINING, found["training_id"])
        assert training is not None
        await _require_trainer(training, terms, found["time_zone"])
        await holds.free_units(session_id)
        await _hold(session_id, found["site_id"], terms)
        after = (terms.starts_at, terms.ends_at, place, terms.unit_id)
        is_moved = after != tuple(found[name] for name in ("starts_at", "ends_at", "place", "unit_id"))
        await db.execute(
            "UPDATE training_session SET starts_at = $2, ends_at = $3, place = $4, unit_id = $5, seats = $6, trainer_id = $7,"
            " version = version + 1 WHERE id = $1",
            session_id,
            *after,
            terms.seats,
            terms.trainer_id,
        )
        before = {"starts_at": found["starts_at"], "place": found["place"]}
        await audit.record(
            actor, "change session", "TrainingSession", session_id, before=before, after={"starts_at": terms.starts_at, "place": place}
        )
        await outbox.record(SessionChanged(session_id, is_moved, found["version"] + 1))


async def cancel_session(actor: Actor, session_id: UUID, reason: str, expected_version: int) -> None:
    """Cancel a session that has not begun; those with a seat are told why.

    Raises:
        NotFound: the actor sees no such session.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        Stale: it was changed meanwhile.
        SessionClosed: it has begun, or was cancelled before.
        TooShort, TooLong: the reason breaks its rule.
    """
    reason = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    async with db.transaction():
        found = await _lock(actor, session_id)
        actor.require(Grant.MANAGE_SPACE, found["site_id"], path=("input", "sessionId"))
        checks.version(expected_version, found["version"])
        _require_ahead(found)
        await db.execute("UPDATE training_session SET state = 'cancelled', version = version + 1 WHERE id = $1", session_id)
        await holds.free_units(session_id)
        await audit.record(actor, "cancel session", "TrainingSession", session_id, after={"reason": reason})
        await outbox.record(SessionCancelled(session_id, reason, found["version"] + 1))


async def take_seat(actor: Actor, session_id: UUID, person_id: UUID | None = None) -> UUID:
    """Take a seat in a session, once; who has one gets the same again. Staff may seat somebody whom they know.

    Of many at once who want the last seat, one gets it: they wait for the session's row, and the database refuses a seat too many.

    Raises:
        NotSignedIn: nobody is signed in.
        NotFound: the actor sees no such session, or knows no such person.
        Forbidden: it is for somebody else, and the actor is no staff of the site.
        SessionClosed: it has begun, or was cancelled.
        SessionFull: no seat is left.
    """
    own_id = actor.require_person()
    async with db.transaction():
        found = await _lock(actor, session_id)
        who = person_id or own_id
        if who != own_id:
            actor.require(Grant.CHECK_IN, found["site_id"], path=("input", "personId"))
            if not await organizations.people_by_id(actor, [who]):
                raise NotFound(kind="Person", path=("input", "personId"))
        known: UUID | None = await db.value("SELECT id FROM training_seat WHERE session_id = $1 AND person_id = $2", session_id, who)
        if known is not None:
            return known
        _require_ahead(found)
        if found["seats_taken"] >= found["seats"]:
            raise SessionFull(limit=found["seats"], path=("input", "sessionId"))
        seat_id = new_id()
        await db.execute("UPDATE training_session SET seats_taken = seats_taken + 1, version = version + 1 WHERE id = $1", session_id)
        await db.execute(
            "INSERT INTO training_seat (id, session_id, person_id, passed_level, created_at) VALUES ($1, $2, $3, 0, $4)",
            seat_id,
            session_id,
            who,
            clock.now(),
        )
        await audit.record(actor, "take seat", "TrainingSession", session_id, after={"person": who})
        await outbox.record(SeatTaken(seat_id, session_id))
    return seat_id


async def leave_seat(actor: Actor, seat_id: UUID) -> None:
    """Give a seat back before the session begins.

    Raises:
        NotFound: the actor sees no such seat.
        NotSignedIn, Forbidden: it is somebody else's, and the actor is no staff of the site.
        SessionClosed: it has begun, or was cancelled.
    """
    condition, args = visible_seats(actor)
    async with db.transaction():
        seat = await db.row(
            f"SELECT e.session_id, e.person_id FROM training_seat e WHERE {condition} AND e.id = ${len(args) + 1}", *args, seat_id
        )
        if seat is None:
            raise NotFound(kind="TrainingSeat", path=("input", "seatId"))
        found = await _lock(actor, seat["session_id"])
        if seat["person_id"] != actor.person_id:
            actor.require(Grant.CHECK_IN, found["site_id"], path=("input", "seatId"))
        _require_ahead(found)
        if await db.execute("DELETE FROM training_seat WHERE id = $1", seat_id):
            await db.execute(
                "UPDATE training_session SET seats_taken = seats_taken - 1, version = version + 1 WHERE id = $1", seat["session_id"]
            )
            await audit.record(actor, "leave seat", "TrainingSession", seat["session_id"], before={"person": seat["person_id"]})
            await outbox.record(SeatLeft(seat["session_id"]))


async def record_results(actor: Actor, session_id: UUID, results: Sequence[Result]) -> None:
    """Write down who came and who passed at which level, which they hold from the session's day on. The same again changes nothing.

    Raises:
        NotFound: the actor sees no such session, or it has no such seat.
        NotSignedIn, Forbidden: the actor neither gives the session nor manages the site's space.
        SessionClosed: it has not begun, or was cancelled.
        OutOfRange: the training has no such level; who did not come has not passed.
        ResultKnown: another result was written down before.
    """
    async with db.transaction():
        found = await _lock(actor, session_id)
        if found["trainer_id"] != actor.person_id:
            actor.require(Grant.MANAGE_SPACE, found["site_id"], path=("input", "sessionId"))
        if found["state"] == "cancelled" or found["starts_at"] > clock.now():
            raise _closed(found)
        seats = {
            row["id"]: row
            for row in await db.rows(
                "SELECT e.id, e.person_id, e.attended, e.passed_level, p.name FROM training_seat e JOIN person p ON p.id = e.person_id"
                " WHERE e.session_id = $1 ORDER BY e.id FOR UPDATE OF e",
                session_id,
            )
        }
        day = found["starts_at"].astimezone(ZoneInfo(found["time_zone"])).date()
        for result in sorted(results, key=lambda one: one.seat_id):
            seat = seats.get(result.seat_id)
            if seat is None:
                raise NotFound(kind="TrainingSeat", path=("input", "results"))
            highest = found["levels"] if result.attended else 0
            checks.between(result.passed_level, "passedLevel", 0, highest, path=("input", "results"))
            if seat["attended"] is not None:
                if (seat["attended"], seat["passed_level"]) != (result.attended, result.passed_level):
                    raise ResultKnown(name=seat["name"], path=("input", "results"))
                continue
            await db.execute(
                "UPDATE training_seat SET attended = $2, passed_level = $3 WHERE id = $1",
                result.seat_id,
                result.attended,
                result.passed_level,
            )
            if result.passed_level:
                await give(actor, seat["person_id"], found["training_id"], result.passed_level, day)
        await db.execute(
            "UPDATE training_session SET version = version + 1, state = CASE WHEN EXISTS (SELECT 1 FROM training_seat WHERE session_id = $1"
            " AND attended IS NULL) THEN state ELSE 'held' END WHERE id = $1",
            session_id,
        )
        after: dict[str, object] = {str(result.seat_id): result.passed_level for result in results}
        await audit.record(actor, "record results", "TrainingSession", session_id, after=after)
        await outbox.record(SessionChanged(session_id, False, found["version"] + 1))


def _checked(terms: SessionTerms) -> str:
    """Return the place when every field keeps its rule."""
    checks.between(terms.seats, "seats", 1, MOST_SEATS, path=("input", "seats"))
    if terms.ends_at <= terms.starts_at:
        span = f"{terms.starts_at:%Y-%m-%d %H:%M} – {terms.ends_at:%Y-%m-%d %H:%M} UTC"
        raise PeriodInverted(field="endsAt", limit=span, path=("input", "endsAt"))
    if terms.ends_at - terms.starts_at > LONGEST:
        raise PeriodTooLong(field="endsAt", limit=f"{LONGEST.days} days", path=("input", "endsAt"))
    if terms.starts_at <= clock.now():
        raise OutOfRange(field="startsAt", limit=f"> {clock.now():%Y-%m-%d %H:%M} UTC", path=("input", "startsAt"))
    return checks.text(terms.place, "place", at_least=0 if terms.unit_id else 1, at_most=200, path=("input", "place"))


async def _require_trainer(training: asyncpg.Record, terms: SessionTerms, zone: str) -> None:
    if not await db.value(
        f"SELECT EXISTS (SELECT 1 FROM trainer y WHERE y.training_id = t.id AND y.person_id = $2) AND {QUALIFIES.format(person='$2', day='$3')}"
        " FROM training t WHERE t.id = $1",
        training["id"],
        terms.trainer_id,
        terms.starts_at.astimezone(ZoneInfo(zone)).date(),
    ):
        raise no_trainer(training, ("input", "trainerId"))


async def _locked_closing(session_id: UUID) -> date | None:
    """Return from which day a session's site is closed; none is set meanwhile, for a closing waits. It comes before the session's lock."""
    closes_on: date | None = await db.value(
        "SELECT s.closes_on FROM training_session n JOIN site s ON s.id = n.site_id WHERE n.id = $1 FOR SHARE OF s", session_id
    )
    return closes_on


async def _hold(session_id: UUID, site_id: UUID, terms: SessionTerms) -> None:
    if terms.unit_id is None:
        return
    if not await db.value("SELECT 1 FROM unit WHERE id = $1 AND site_id = $2 FOR KEY SHARE", terms.unit_id, site_id):
        raise NotFound(kind="Unit", path=("input", "unitId"))
    if not await holds.take_units(session_id, [terms.unit_id], terms.starts_at, terms.ends_at, "training"):
        raise UnitTaken(unit_id=terms.unit_id, path=("input", "startsAt"))


SESSION = (
    "SELECT n.*, s.time_zone, jsonb_array_length(t.levels) AS levels FROM training_session n JOIN site s ON s.id = n.site_id"
    " JOIN training t ON t.id = n.training_id"
)


async def _lock(actor: Actor, session_id: UUID) -> asyncpg.Record:
    if not actor.is_system:
        actor.require_person()
    condition, args = visible_sessions(actor)
    found = await db.row(f"{SESSION} WHERE {condition} AND n.id = ${len(args) + 1} FOR UPDATE OF n", *args, session_id)
    if found is None:
        raise NotFound(kind="TrainingSession", path=("input", "sessionId"))
    return found


def _require_ahead(found: asyncpg.Record) -> None:
    if found["state"] != "planned" or found["starts_at"] <= clock.now():
        raise _closed(found)


def _closed(found: asyncpg.Record) -> SessionClosed:
    return SessionClosed(state=found["state"], starts_at=found["starts_at"], path=("input", "sessionId"))
