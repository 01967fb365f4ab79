"""What people hold: granted by a passed session or by staff, used, suspended, revoked, renewed, and ended by date or disuse."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.ids import new_id
from incubator.kernel.outbox import Event
from incubator.organizations import queries as organizations
from incubator.spaces.training_errors import QualificationNotHeld
from incubator.spaces.training_events import QualificationChanged, QualificationEnded, QualificationEndsSoon, QualificationGranted
from incubator.spaces.training_scope import visible_qualifications
from incubator.spaces.trainings import lock_training

LAST_DAY = "least(q.valid_until, greatest(q.granted_on, q.last_used_on) + t.disuse_days)"
"""`qualifying.last_day` in SQL, over `qualification q` and `training t`; NULL for no end."""
MOST_DAYS = 3660
BATCH = 200


async def give(
    actor: Actor, person_id: UUID, training_id: UUID, level: int, day: date, valid_until: date | None = None, reason: str = ""
) -> UUID:
    """Let a person hold a training from a day on, inside the running transaction; returns the qualification.

    Who holds a higher level keeps it. What was revoked holds again; what is suspended stays so until staff renew it.
    `valid_until` is the training's valid days after that day when it is not told.
    """
    qualification_id: UUID = await db.value(
        "INSERT INTO qualification (id, person_id, training_id, level, granted_on, granted_by_id, valid_until, state, reason, created_at, version)"
        " SELECT $1, $2, t.id, $4, $5::date, $6, coalesce($7, $5::date + t.valid_days), 'held', $8, $9, 1 FROM training t WHERE t.id = $3"
        " ON CONFLICT (person_id, training_id) DO UPDATE SET"
        " level = CASE WHEN qualification.state = 'revoked' THEN excluded.level ELSE greatest(qualification.level, excluded.level) END,"
        " granted_on = greatest(qualification.granted_on, excluded.granted_on), granted_by_id = excluded.granted_by_id,"
        " valid_until = excluded.valid_until,"
        " state = CASE WHEN qualification.state = 'suspended' THEN 'suspended' ELSE 'held' END,"
        " reason = CASE WHEN qualification.state = 'suspended' THEN qualification.reason ELSE excluded.reason END,"
        " version = qualification.version + 1 RETURNING id",
        new_id(),
        person_id,
        training_id,
        level,
        day,
        actor.person_id,
        valid_until,
        reason,
        clock.now(),
    )
    after: dict[str, object] = {"person": person_id, "training": training_id, "level": level, "reason": reason}
    await audit.record(actor, "grant qualification", "Qualification", qualification_id, after=after)
    await outbox.record(QualificationGranted(qualification_id))
    return qualification_id


async def grant_qualification(
    actor: Actor, person_id: UUID, training_id: UUID, level: int, reason: str, valid_until: date | None = None
) -> UUID:
    """Grant a qualification without a session, from today (of the actor's zone) on, for a reason that is kept.

    Raises:
        NotFound: there is no such training, or the actor knows no such person.
        NotSignedIn, Forbidden: the actor does not manage the space that the training is of.
        OutOfRange: the training has no such level; the last day lies before today or ten years ahead.
        TooShort, TooLong: the reason breaks its rule.
        QualificationNotHeld: it is suspended; renew it.
    """
    reason = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    today = clock.today(actor.time_zone)
    _check_last_day(valid_until, today)
    async with db.transaction():
        training = await lock_training(actor, training_id)
        if not (actor.is_system or await organizations.people_by_id(actor, [person_id])):
            raise NotFound(kind="Person", path=("input", "personId"))
        highest: int = await db.value("SELECT jsonb_array_length(levels) FROM training WHERE id = $1", training["id"])
        checks.between(level, "level", 1, highest, path=("input", "level"))
        state: str | None = await db.value(
            "SELECT state FROM qualification WHERE person_id = $1 AND training_id = $2 FOR UPDATE", person_id, training_id
        )
        if state == "suspended":
            raise QualificationNotHeld(state=state, path=("input", "personId"))
        return await give(actor, person_id, training_id, level, today, valid_until, reason)


async def suspend_qualification(actor: Actor, qualification_id: UUID, reason: str, expected_version: int) -> None:
    """Let a qualification not count until it is renewed, for a reason that the person and the staff see.

    Raises:
        NotFound: the actor sees no such qualification.
        NotSignedIn, Forbidden: the actor does not manage the space that the training is of.
        Stale: it was changed meanwhile.
        QualificationNotHeld: it is suspended or revoked.
        TooShort, TooLong: the reason breaks its rule.
    """
    await _end(actor, qualification_id, "suspended", ("held",), reason, expected_version)


async def revoke_qualification(actor: Actor, qualification_id: UUID, reason: str, expected_version: int) -> None:
    """Take a qualification away for good; only a passed session or a new grant gives it again.

    Raises:
        NotFound: the actor sees no such qualification.
        NotSignedIn, Forbidden: the actor does not manage the space that the training is of.
        Stale: it was changed meanwhile.
        QualificationNotHeld: it was revoked before.
        TooShort, TooLong: the reason breaks its rule.
    """
    await _end(actor, qualification_id, "revoked", ("held", "suspended"), reason, expected_version)


async def renew_qualification(
    actor: Actor, qualification_id: UUID, reason: str, expected_version: int, valid_until: date | None = None
) -> None:
    """Let a qualification count anew from today (of the actor's zone) on; a suspension ends with it.

    Raises:
        NotFound: the actor sees no such qualification.
        NotSignedIn, Forbidden: the actor does not manage the space that the training is of.
        Stale: it was changed meanwhile.
        QualificationNotHeld: it was revoked.
        OutOfRange: the last day lies before today or ten years ahead.
        TooShort, TooLong: the reason breaks its rule.
    """
    reason = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    today = clock.today(actor.time_zone)
    _check_last_day(valid_until, today)
    async with db.transaction():
        found = await _lock(actor, qualification_id, expected_version)
        if found["state"] == "revoked":
            raise QualificationNotHeld(state=found["state"], path=("input", "qualificationId"))
        await db.execute(
            "UPDATE qualification SET state = 'held', reason = $2, granted_on = greatest(granted_on, $3::date), granted_by_id = $4,"
            " valid_until = coalesce($5, $3::date + (SELECT valid_days FROM training WHERE id = training_id)), version = version + 1 WHERE id = $1",
            qualification_id,
            reason,
            today,
            actor.person_id,
            valid_until,
        )
        before = {"state": found["state"], "valid_until": found["valid_until"]}
        await audit.record(actor, "renew qualification", "Qualification", qualification_id, before=before, after={"reason": reason})
        await outbox.record(QualificationGranted(qualification_id))


def _check_last_day(valid_until: date | None, today: date) -> None:
    if valid_until is not None and not today <= valid_until <= today + timedelta(days=MOST_DAYS):
        limit = f"{today} – {today + timedelta(days=MOST_DAYS)}"
        raise OutOfRange(field="validUntil", limit=limit, path=("input", "validUntil"))


async def _end(actor: Actor, qualification_id: UUID, state: str, states: Sequence[str], reason: str, expected_version: int) -> None:
    reason = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    async with db.transaction():
        found = await _lock(actor, qualification_id, expected_version)
        if found["state"] not in states:
            raise QualificationNotHeld(state=found["state"], path=("input", "qualificationId"))
        await db.execute(
            "UPDATE qualification SET state = $2, reason = $3, version = version + 1 WHERE id = $1", qualification_id, state, reason
        )
        action = "suspend qualification" if state == "suspended" else "revoke qualification"
        await audit.record(actor, action, "Qualification", qualification_id, before={"state": found["state"]}, after={"reason": reason})
        await outbox.record(QualificationEnded(qualification_id, state, found["last_day"]))


async def _lock(actor: Actor, qualification_id: UUID, expected_version: int) -> asyncpg.Record:
    condition, args = visible_qualifications(actor)
    found = await db.row(
        f"SELECT q.*, {LAST_DAY} AS last_day, coalesce(t.site_id, t.operator_id) AS reach FROM qualification q"
        f" JOIN training t ON t.id = q.training_id WHERE {condition} AND q.id = ${len(args) + 1} FOR UPDATE OF q",
        *args,
        qualification_id,
    )
    if found is None:
        actor.require_person()
        raise NotFound(kind="Qualification", path=("input", "qualificationId"))
    actor.require(Grant.MANAGE_SPACE, found["reach"], path=("input", "qualificationId"))
    checks.version(expected_version, found["version"])
    return found


async def note_use(usage_id: UUID) -> None:
    """Write down that what a usage's unit asks for was used on its day, inside the running transaction; again, nothing changes.

    Whoever used it is who checked in, else who booked. Only what has ended counts: a problem counts once staff have resolved it.
    """
    changed = await db.rows(
        "UPDATE qualification q SET last_used_on = greatest(q.last_used_on, g.used_on), version = q.version + 1 FROM usage g"
        " LEFT JOIN booking b ON b.id = g.booking_id WHERE g.id = $1 AND g.state IN ('closed', 'resolved') AND g.minutes > 0"
        " AND q.person_id = coalesce(g.person_id, b.booked_by_id) AND coalesce(q.last_used_on, '-infinity') < g.used_on AND q.training_id IN"
        " (SELECT r.training_id FROM unit_requirement r JOIN unit_atom a ON a.unit_id = r.unit_id WHERE a.atom_id = g.unit_id) RETURNING q.id",
        usage_id,
    )
    await outbox.record(*(QualificationChanged(row["id"]) for row in changed))


async def tell_of_endings() -> bool:
    """Record the facts that qualifications end soon or have ended, each once for its last day; returns whether there were any.

    Days are those of the person's zone. Who is told while a reminder was due too hears of the end only.
    """
    async with db.transaction():
        found = await db.rows(
            f"SELECT q.id, l.last_day, l.last_day < l.today AS is_over FROM qualification q JOIN training t ON t.id = q.training_id"
            f" JOIN person p ON p.id = q.person_id, LATERAL (SELECT {LAST_DAY} AS last_day, ($1::timestamptz AT TIME ZONE p.time_zone)::date AS today) l"
            " WHERE q.state = 'held' AND l.last_day IS NOT NULL AND ((l.last_day < l.today AND q.ended_of IS DISTINCT FROM l.last_day)"
            " OR (l.last_day >= l.today AND l.last_day - t.reminder_days <= l.today AND q.reminded_of IS DISTINCT FROM l.last_day))"
            f" ORDER BY q.id LIMIT {BATCH} FOR UPDATE OF q SKIP LOCKED",
            clock.now(),
        )
        await db.execute(
            "UPDATE qualification q SET reminded_of = w.last_day, ended_of = CASE WHEN w.is_over THEN w.last_day ELSE q.ended_of END"
            " FROM unnest($1::uuid[], $2::date[], $3::bool[]) AS w(id, last_day, is_over) WHERE q.id = w.id",
            [row["id"] for row in found],
            [row["last_day"] for row in found],
            [row["is_over"] for row in found],
        )
        facts: list[Event] = [
            QualificationEnded(row["id"], "expired", row["last_day"])
            if row["is_over"]
            else QualificationEndsSoon(row["id"], row["last_day"])
            for row in found
        ]
        await outbox.record(*facts)
    return bool(found)
