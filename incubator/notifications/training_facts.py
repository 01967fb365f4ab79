"""Who is told of trainings: those with a seat, and those whose qualification comes, is about to end, or has ended."""

from uuid import UUID

from incubator import db
from incubator.kernel import outbox
from incubator.kernel.ids import global_id
from incubator.notifications.facts import people_of, row_of
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell
from incubator.spaces.training_events import (
    QualificationEnded,
    QualificationEndsSoon,
    QualificationGranted,
    SeatTaken,
    SessionCancelled,
    SessionChanged,
)

PAGE = "/qualifications"
SESSION = (
    "SELECT n.starts_at, n.ends_at, n.state, t.name AS training, s.name AS site, w.name AS trainer,"
    " concat_ws(', ', u.name, nullif(n.place, '')) AS place FROM training_session n JOIN training t ON t.id = n.training_id"
    " JOIN site s ON s.id = n.site_id JOIN person w ON w.id = n.trainer_id LEFT JOIN unit u ON u.id = n.unit_id WHERE n.id = $1"
)
QUALIFICATION = (
    "SELECT q.person_id, q.state, q.reason, q.valid_until, q.training_id, t.name AS training,"
    " t.levels ->> (least(q.level, jsonb_array_length(t.levels)) - 1) AS level"
    " FROM qualification q JOIN training t ON t.id = q.training_id WHERE q.id = $1"
)


async def _session_params(session_id: UUID) -> dict[str, object]:
    found = await row_of(SESSION, session_id)
    return {name: found[name] for name in ("training", "site", "place", "trainer", "starts_at", "ends_at")}


async def _seated(session_id: UUID) -> list[UUID]:
    return [row["person_id"] for row in await db.rows("SELECT person_id FROM training_seat WHERE session_id = $1 ORDER BY id", session_id)]


@outbox.consumer(SeatTaken, "confirm a seat")
async def seat_taken(event: SeatTaken, message_id: UUID) -> None:
    """Whose seat it is; nobody when it was given back meanwhile."""
    person_id: UUID | None = await db.value("SELECT person_id FROM training_seat WHERE id = $1", event.seat_id)
    await tell(await people_of(person_id), Kind.SEAT_CONFIRMED, await _session_params(event.session_id), PAGE, message_id)


@outbox.consumer(SessionChanged, "tell of a session that moved")
async def session_changed(event: SessionChanged, message_id: UUID) -> None:
    """Those with a seat, when time or place are others."""
    if event.is_moved:
        people = await people_of(*await _seated(event.session_id))
        await tell(people, Kind.SESSION_MOVED, await _session_params(event.session_id), PAGE, message_id)


@outbox.consumer(SessionCancelled, "tell of a cancelled session")
async def session_cancelled(event: SessionCancelled, message_id: UUID) -> None:
    """Those with a seat."""
    params = await _session_params(event.session_id) | {"reason": event.reason}
    await tell(await people_of(*await _seated(event.session_id)), Kind.SESSION_CANCELLED, params, PAGE, message_id)


@outbox.consumer(QualificationGranted, "tell of a qualification")
async def qualification_granted(event: QualificationGranted, message_id: UUID) -> None:
    """Who holds it; nobody when it is suspended or was revoked meanwhile."""
    found = await row_of(QUALIFICATION, event.qualification_id)
    if found["state"] == "held":
        params = {name: found[name] for name in ("training", "level", "valid_until")}
        await tell(await people_of(found["person_id"]), Kind.TRAINING_PASSED, params, PAGE, message_id)


@outbox.consumer(QualificationEndsSoon, "remind of a qualification that ends")
async def qualification_ends_soon(event: QualificationEndsSoon, message_id: UUID) -> None:
    """Who holds it."""
    found = await row_of(QUALIFICATION, event.qualification_id)
    params = {"training": found["training"], "last_day": event.last_day}
    path = f"{PAGE}?training={global_id('Training', found['training_id'])}"
    await tell(await people_of(found["person_id"]), Kind.QUALIFICATION_ENDS_SOON, params, path, message_id)


@outbox.consumer(QualificationEnded, "tell of a qualification that ended")
async def qualification_ended(event: QualificationEnded, message_id: UUID) -> None:
    """Who held it."""
    found = await row_of(QUALIFICATION, event.qualification_id)
    params = {"training": found["training"], "how": event.how, "last_day": event.last_day, "reason": found["reason"]}
    path = f"{PAGE}?training={global_id('Training', found['training_id'])}"
    await tell(await people_of(found["person_id"]), Kind.QUALIFICATION_ENDED, params, path, message_id)
