"""Reads of trainings, sessions, seats, qualifications and areas, within what the actor may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.queries import PERSON, PersonRow, like
from incubator.organizations.scope import visible_people
from incubator.spaces.qualifications import LAST_DAY
from incubator.spaces.scope import STAFF, visible_units
from incubator.spaces.training_scope import visible_presences, visible_qualifications, visible_seats, visible_sessions, visible_trainings

KEEPERS = (Role.MANAGER, Role.AUDITOR)
"""Who of the staff sees why a qualification was suspended or revoked."""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A training; `levels` is a JSON list of names, without a site it is of all of the operator's."""

    id: UUID
    operator_id: UUID
    site_id: UUID | None
    name: str
    kind: str
    biosafety_level: int
    description: str
    levels: str
    trainer_level: int
    valid_days: int | None
    disuse_days: int | None
    reminder_days: int
    version: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session, `[starts_at, ends_at)`, with the seat that the actor has in it, and whether the actor gives it."""

    id: UUID
    training_id: UUID
    site_id: UUID
    unit_id: UUID | None
    trainer_id: UUID
    trainer_name: str
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    seats_taken: int
    state: str
    version: int
    own_seat_id: UUID | None
    is_given: bool


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A person's seat."""

    id: UUID
    session_id: UUID
    person_id: UUID
    person_name: str
    attended: bool | None
    passed_level: int


@dataclass(frozen=True, slots=True)
class QualificationRow:
    """What a person holds. `last_day` is the last that counts, by date or disuse; the reason is None where it is not for the actor's eyes."""

    id: UUID
    person_id: UUID
    person_name: str
    training_id: UUID
    level: int
    granted_on: date
    valid_until: date | None
    last_used_on: date | None
    last_day: date | None
    state: str
    reason: str | None
    version: int


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """A person in a room since, or until."""

    id: UUID
    room_id: UUID
    site_id: UUID
    person_id: UUID
    person_name: str
    organization_id: UUID | None
    entered_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """What a unit asks for, itself or by a unit that it is a part of (`asking_id`)."""

    unit_id: UUID
    asking_id: UUID
    training_id: UUID
    training: str
    kind: str
    levels: str
    level: int
    unattended_level: int | None
    needs_second_person: bool
    needs_presence: bool


@dataclass(frozen=True, slots=True)
class OpenRequirementRow:
    """A training that the actor does not hold at the level asked for, and units that they cannot book for that reason."""

    training_id: UUID
    level: int
    units: list[str]
    next_session_id: UUID | None


TRAINING = (
    "t.id, t.operator_id, t.site_id, t.name, t.kind, t.biosafety_level, t.description, t.levels, t.trainer_level, t.valid_days, t.disuse_days,"
    " t.reminder_days, t.version FROM training t"
)
SEAT = "e.id, e.session_id, e.person_id, p.name AS person_name, e.attended, e.passed_level FROM training_seat e JOIN person p ON p.id = e.person_id"
PRESENCE = (
    "a.id, a.room_id, b.site_id, a.person_id, p.name AS person_name, a.organization_id, a.entered_at, a.left_at FROM area_presence a"
    " JOIN room r ON r.id = a.room_id JOIN floor f ON f.id = r.floor_id JOIN building b ON b.id = f.building_id JOIN person p ON p.id = a.person_id"
)
BY_NAME = (Order("name", "text"), Order("id", "uuid"))
BY_START = (Order("starts_at", "timestamptz"), Order("id", "uuid"))
BY_PERSON = (Order("person_name", "text"), Order("id", "uuid"))
AT_SITE = "(t.site_id = {0} OR (t.site_id IS NULL AND t.operator_id = (SELECT at.operator_id FROM site at WHERE at.id = {0})))"


def _session(n: int) -> str:
    """Return the columns of a session; argument `n` is the actor's person."""
    return (
        "n.id, n.training_id, n.site_id, n.unit_id, n.trainer_id, w.name AS trainer_name, n.place, n.starts_at, n.ends_at, n.seats, n.seats_taken,"
        f" n.state, n.version, (SELECT own.id FROM training_seat own WHERE own.session_id = n.id AND own.person_id = ${n}) AS own_seat_id,"
        f" n.trainer_id IS NOT DISTINCT FROM ${n} AS is_given"
        " FROM training_session n JOIN training t ON t.id = n.training_id JOIN person w ON w.id = n.trainer_id"
    )


def _qualification(actor: Actor, n: int) -> tuple[str, list[object]]:
    """Return the columns of a qualification, and their arguments, numbered from `n`."""
    columns = (
        "q.id, q.person_id, p.name AS person_name, q.training_id, q.level, q.granted_on, q.valid_until, q.last_used_on,"
        f" {LAST_DAY} AS last_day, q.state, CASE WHEN q.person_id = ${n} OR ${n + 2} OR EXISTS (SELECT 1 FROM site own WHERE own.id = ANY(${n + 1}::uuid[])"
        " AND own.operator_id = t.operator_id AND (t.site_id IS NULL OR t.site_id = own.id)) THEN q.reason END AS reason, q.version"
        " FROM qualification q JOIN training t ON t.id = q.training_id JOIN person p ON p.id = q.person_id"
    )
    return columns, [actor.person_id, list(actor.site_ids_as(*KEEPERS)), actor.is_system]


async def list_trainings(
    actor: Actor, page: Page, *, site_id: UUID | None = None, kind: str | None = None, search: str = "", with_total: bool = False
) -> Slice:
    """List trainings by name; with a site those that count there."""
    condition, args = visible_trainings(actor)
    n = len(args)
    sql = (
        f"SELECT {TRAINING} WHERE {condition} AND (${n + 1}::uuid IS NULL OR {AT_SITE.format(f'${n + 1}')})"
        f" AND (${n + 2}::text IS NULL OR t.kind = ${n + 2}) AND t.name ILIKE ${n + 3}"
    )
    return await paginate(sql, [*args, site_id, kind, like(search)], BY_NAME, page, with_total=with_total)


async def trainings_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, TrainingRow]:
    """Return the trainings among `ids` that the actor may see."""
    condition, args = visible_trainings(actor)
    found = await db.rows_as(TrainingRow, f"SELECT {TRAINING} WHERE {condition} AND t.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def trainers_of(actor: Actor, training_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Return who gives trainings, as (person, name) by name, by training; only to the staff of their sites."""
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for row in await db.rows(
        "SELECT y.training_id, p.id, p.name FROM trainer y JOIN person p ON p.id = y.person_id JOIN training t ON t.id = y.training_id"
        " WHERE y.training_id = ANY($1::uuid[]) AND EXISTS (SELECT 1 FROM site s WHERE s.id = ANY($2::uuid[]) AND s.operator_id = t.operator_id"
        " AND (t.site_id IS NULL OR t.site_id = s.id)) ORDER BY p.name, p.id",
        list(training_ids),
        list(actor.site_ids_as(*STAFF)),
    ):
        found.setdefault(row["training_id"], []).append((row["id"], row["name"]))
    return found


async def list_sessions(
    actor: Actor,
    page: Page,
    *,
    site_id: UUID | None = None,
    training_id: UUID | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    given_only: bool = False,
    search: str = "",
    with_total: bool = False,
) -> Slice:
    """List sessions that touch `[starts_at, ends_at)`, in order of their start; `given_only`: those that the actor gives."""
    condition, args = visible_sessions(actor)
    n = len(args)
    sql = (
        f"SELECT {_session(n + 1)} WHERE {condition} AND (${n + 2}::uuid IS NULL OR n.site_id = ${n + 2})"
        f" AND (${n + 3}::uuid IS NULL OR n.training_id = ${n + 3}) AND (${n + 4}::timestamptz IS NULL OR n.ends_at > ${n + 4})"
        f" AND (${n + 5}::timestamptz IS NULL OR n.starts_at < ${n + 5}) AND (NOT ${n + 6} OR n.trainer_id = ${n + 1}) AND t.name ILIKE ${n + 7}"
    )
    values = [*args, actor.person_id, site_id, training_id, starts_at, ends_at, given_only, like(search)]
    return await paginate(sql, values, BY_START, page, with_total=with_total)


async def sessions_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, SessionRow]:
    """Return the sessions among `ids` that the actor may see."""
    condition, args = visible_sessions(actor)
    n = len(args)
    found = await db.rows_as(
        SessionRow,
        f"SELECT {_session(n + 1)} WHERE {condition} AND n.id = ANY(${n + 2}::uuid[])",
        *args,
        actor.person_id,
        list(ids),
    )
    return {row.id: row for row in found}


async def seats_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, SeatRow]:
    """Return the seats among `ids` that the actor may see."""
    condition, args = visible_seats(actor)
    found = await db.rows_as(SeatRow, f"SELECT {SEAT} WHERE {condition} AND e.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def seats_of_sessions(actor: Actor, session_ids: Iterable[UUID]) -> dict[UUID, list[SeatRow]]:
    """Return the seats of sessions that the actor may see, by session, by the person's name."""
    condition, args = visible_seats(actor)
    found: dict[UUID, list[SeatRow]] = {}
    for row in await db.rows_as(
        SeatRow,
        f"SELECT {SEAT} WHERE {condition} AND e.session_id = ANY(${len(args) + 1}::uuid[]) ORDER BY p.name, e.id",
        *args,
        list(session_ids),
    ):
        found.setdefault(row.session_id, []).append(row)
    return found


async def list_qualifications(
    actor: Actor,
    page: Page,
    *,
    site_id: UUID | None = None,
    training_id: UUID | None = None,
    state: str | None = None,
    ends_by: date | None = None,
    search: str = "",
    with_total: bool = False,
) -> Slice:
    """List what people hold, by their names; `ends_by`: what counts on no day after that one."""
    condition, args = visible_qualifications(actor)
    columns, more = _qualification(actor, len(args) + 1)
    n = len(args) + len(more)
    sql = (
        f"SELECT {columns} WHERE {condition} AND (${n + 1}::uuid IS NULL OR {AT_SITE.format(f'${n + 1}')})"
        f" AND (${n + 2}::uuid IS NULL OR q.training_id = ${n + 2}) AND (${n + 3}::text IS NULL OR q.state = ${n + 3})"
        f" AND (${n + 4}::date IS NULL OR {LAST_DAY} <= ${n + 4}) AND (p.name ILIKE ${n + 5} OR t.name ILIKE ${n + 5})"
    )
    return await paginate(sql, [*args, *more, site_id, training_id, state, ends_by, like(search)], BY_PERSON, page, with_total=with_total)


async def qualifications_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, QualificationRow]:
    """Return the qualifications among `ids` that the actor may see."""
    condition, args = visible_qualifications(actor)
    columns, more = _qualification(actor, len(args) + 1)
    found = await db.rows_as(
        QualificationRow,
        f"SELECT {columns} WHERE {condition} AND q.id = ANY(${len(args) + len(more) + 1}::uuid[])",
        *args,
        *more,
        list(ids),
    )
    return {row.id: row for row in found}


async def own_qualifications(actor: Actor) -> list[QualificationRow]:
    """Return what the actor holds, held before, or has suspended, by the trainings' names; at most 200."""
    actor.require_person()
    columns, args = _qualification(actor, 1)
    return await db.rows_as(QualificationRow, f"SELECT {columns} WHERE q.person_id = $1 ORDER BY t.name, q.id LIMIT 200", *args)


async def open_requirements(actor: Actor) -> list[OpenRequirementRow]:
    """Return what units ask for, at the sites that the actor's organisation has to do with, that the actor does not hold today."""
    return await db.rows_as(
        OpenRequirementRow,
        "SELECT t.id AS training_id, r.level, array_agg(u.name ORDER BY u.name) AS units, (SELECT n.id FROM training_session n"
        " WHERE n.training_id = t.id AND n.state = 'planned' AND n.starts_at > $3 AND n.seats_taken < n.seats AND n.site_id = ANY(array_agg(u.site_id))"
        " ORDER BY n.starts_at, n.id LIMIT 1) AS next_session_id"
        " FROM unit_requirement r JOIN training t ON t.id = r.training_id JOIN unit u ON u.id = r.unit_id"
        " WHERE u.site_id IN (SELECT at.site_id FROM organization_at_site at WHERE at.organization_id = ANY($2::uuid[]))"
        " AND NOT EXISTS (SELECT 1 FROM qualification q WHERE q.person_id = $1 AND q.training_id = t.id AND q.state = 'held' AND q.level >= r.level"
        f" AND coalesce({LAST_DAY}, 'infinity') >= $4) GROUP BY t.id, r.level ORDER BY t.name, r.level LIMIT 100",
        actor.require_person(),
        list(actor.organization_ids_as()),
        clock.now(),
        clock.today(actor.time_zone),
    )


async def requirements_of_units(actor: Actor, unit_ids: Iterable[UUID]) -> dict[UUID, list[RequirementRow]]:
    """Return what units ask for, by unit, by the trainings' names."""
    condition, args = visible_units(actor)
    found: dict[UUID, list[RequirementRow]] = {}
    for row in await db.rows_as(
        RequirementRow,
        "SELECT a.atom_id AS unit_id, r.unit_id AS asking_id, t.id AS training_id, t.name AS training, t.kind, t.levels, r.level, r.unattended_level,"
        " r.needs_second_person, r.needs_presence FROM unit_atom a JOIN unit_requirement r ON r.unit_id = a.unit_id"
        f" JOIN training t ON t.id = r.training_id WHERE {condition} AND a.atom_id = ANY(${len(args) + 1}::uuid[]) ORDER BY t.name, r.id",
        *args,
        list(unit_ids),
    ):
        found.setdefault(row.unit_id, []).append(row)
    return found


async def find_people(actor: Actor, search: str) -> list[PersonRow]:
    """Return the people whom the actor may see and whose name or address has some words, by name; at most 20."""
    condition, args = visible_people(actor)
    return await db.rows_as(
        PersonRow,
        f"SELECT {PERSON} FROM person p WHERE {condition} AND (p.name ILIKE ${len(args) + 1} OR p.email ILIKE ${len(args) + 1})"
        " ORDER BY p.name, p.id LIMIT 20",
        *args,
        like(search),
    )


async def possible_companions(actor: Actor, unit_id: UUID, search: str) -> list[tuple[UUID, str]]:
    """Return who may be the second person at a unit, as (person, name) by name, at most 20: colleagues, and trainers of what it asks for.

    Trainers are told to who has to do with the unit's site.
    """
    found = await db.rows(
        "SELECT p.id, p.name FROM person p WHERE p.name ILIKE $4 AND p.id <> $1 AND (EXISTS (SELECT 1 FROM role_assignment x"
        " WHERE x.person_id = p.id AND x.organization_id = ANY($2::uuid[])) OR EXISTS (SELECT 1 FROM trainer y"
        " JOIN unit_requirement r ON r.training_id = y.training_id JOIN unit_atom a ON a.unit_id = r.unit_id JOIN unit u ON u.id = a.atom_id"
        " JOIN organization_at_site at ON at.site_id = u.site_id WHERE y.person_id = p.id AND a.atom_id = $3 AND at.organization_id = ANY($2::uuid[])))"
        " ORDER BY p.name, p.id LIMIT 20",
        actor.require_person(),
        list(actor.organization_ids_as()),
        unit_id,
        like(search),
    )
    return [(row["id"], row["name"]) for row in found]


async def list_presences(
    actor: Actor, page: Page, *, site_id: UUID | None = None, room_id: UUID | None = None, with_total: bool = False
) -> Slice:
    """List who is in an area now, by their names."""
    condition, args = visible_presences(actor)
    n = len(args)
    sql = (
        f"SELECT {PRESENCE} WHERE {condition} AND a.left_at IS NULL AND (${n + 1}::uuid IS NULL OR b.site_id = ${n + 1})"
        f" AND (${n + 2}::uuid IS NULL OR a.room_id = ${n + 2})"
    )
    return await paginate(sql, [*args, site_id, room_id], BY_PERSON, page, with_total=with_total)


async def presences_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, PresenceRow]:
    """Return the presences among `ids` that the actor may see."""
    condition, args = visible_presences(actor)
    found = await db.rows_as(PresenceRow, f"SELECT {PRESENCE} WHERE {condition} AND a.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}
