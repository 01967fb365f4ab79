"""Trainings, who may give them, and what units ask for."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.organizations import queries as organizations
from incubator.spaces.events import UnitChanged
from incubator.spaces.owning import lock_kept_unit
from incubator.spaces.qualifying import BIOSAFETY, KINDS
from incubator.spaces.training_errors import ApprovalIsTheHouses, NotATrainer, TrainingNotOfSite, UnitHasNoRoom
from incubator.spaces.training_events import TrainingChanged

MOST_DAYS = 3660
MOST_LEVELS = 6
TRAINING = "SELECT t.*, coalesce(t.site_id, t.operator_id) AS reach FROM training t WHERE t.id = $1"
QUALIFIES = (
    "(EXISTS (SELECT 1 FROM role_assignment x WHERE x.person_id = {person} AND x.organization_id = t.operator_id) OR EXISTS (SELECT 1"
    " FROM qualification q WHERE q.person_id = {person} AND q.training_id = t.id AND q.state = 'held' AND q.level >= t.trainer_level"
    " AND coalesce(least(q.valid_until, greatest(q.granted_on, q.last_used_on) + t.disuse_days), 'infinity') >= {day}))"
)
"""Whether somebody could train: is staff of the operator, or holds the training at the trainers' level on a day."""


@dataclass(frozen=True, slots=True)
class TrainingTerms:
    """A training. Levels are names, the lowest first, and counted from 1; without days it does not end by date, or by disuse."""

    name: str
    kind: str = "training"
    levels: tuple[str, ...] = ("Basic",)
    trainer_level: int = 1
    biosafety_level: int = 0
    description: str = ""
    valid_days: int | None = None
    disuse_days: int | None = None
    reminder_days: int = 30


@dataclass(frozen=True, slots=True)
class RequirementTerms:
    """What a unit asks for of a training; `level` and `unattended_level` are counted from 1."""

    unit_id: UUID
    training_id: UUID
    level: int = 1
    unattended_level: int | None = None
    needs_second_person: bool = False
    needs_presence: bool = False


async def add_training(actor: Actor, site_id: UUID, terms: TrainingTerms, *, is_everywhere: bool = False) -> UUID:
    """Add a training of a site, or (`is_everywhere`) of all sites of its operator.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the space of the site, or of the operator.
        NotFound: there is no such site.
        InvalidValue: a field breaks its rule, or the operator has a training of that name.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    _check(terms)
    async with db.transaction():
        site = (await organizations.sites_by_id(actor, [site_id])).get(site_id)
        if site is None:
            raise NotFound(kind="Site", path=("input", "siteId"))
        training_id = new_id()
        written = await db.execute(
            "INSERT INTO training (id, operator_id, site_id, name, kind, levels, trainer_level, biosafety_level, description, valid_days,"
            " disuse_days, reminder_days, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)"
            " ON CONFLICT (operator_id, name) DO NOTHING",
            training_id,
            site.operator_id,
            None if is_everywhere else site_id,
            *_columns(terms),
            clock.now(),
        )
        _require_own_name(written)
        await audit.record(actor, "add training", "Training", training_id, after={"name": terms.name.strip(), "kind": terms.kind})
        await outbox.record(TrainingChanged(training_id, 1))
    return training_id


async def change_training(actor: Actor, training_id: UUID, terms: TrainingTerms, expected_version: int) -> None:
    """Change a training. Days by date that people were given stay; the days of disuse count from now on for everybody.

    Raises:
        NotFound: there is no such training.
        NotSignedIn, Forbidden: the actor does not manage the space that it is of.
        Stale: it was changed meanwhile.
        InvalidValue: a field breaks its rule; fewer levels than people hold or units ask for; a name that is taken.
    """
    _check(terms)
    async with db.transaction():
        found = await lock_training(actor, training_id)
        checks.version(expected_version, found["version"])
        used: int = await db.value(
            "SELECT greatest((SELECT max(level) FROM qualification WHERE training_id = $1), (SELECT max(greatest(level, unattended_level))"
            " FROM unit_requirement WHERE training_id = $1), 1)",
            training_id,
        )
        if len(terms.levels) < used:
            raise OutOfRange(field="levels", limit=f"{used} – {MOST_LEVELS}", path=("input", "levels"))
        taken = await db.value(
            "SELECT 1 FROM training WHERE operator_id = $1 AND name = $2 AND id <> $3",
            found["operator_id"],
            terms.name.strip(),
            training_id,
        )
        _require_own_name(0 if taken else 1)
        await db.execute(
            "UPDATE training SET name = $2, kind = $3, levels = $4, trainer_level = $5, biosafety_level = $6, description = $7, valid_days = $8,"
            " disuse_days = $9, reminder_days = $10, version = version + 1 WHERE id = $1",
            training_id,
            *_columns(terms),
        )
        await audit.record(actor, "change training", "Training", training_id, before=_told(found), after={"terms": dumps(terms)})
        await outbox.record(TrainingChanged(training_id, found["version"] + 1))


def _told(found: asyncpg.Record) -> dict[str, object]:
    return {name: found[name] for name in ("name", "kind", "levels", "valid_days", "disuse_days", "reminder_days")}


def _columns(terms: TrainingTerms) -> tuple[object, ...]:
    return (
        terms.name.strip(),
        terms.kind,
        dumps([level.strip() for level in terms.levels]),
        terms.trainer_level,
        terms.biosafety_level,
        terms.description.strip(),
        terms.valid_days,
        terms.disuse_days,
        terms.reminder_days,
    )


def _require_own_name(written: int) -> None:
    if not written:
        raise PatternMismatch(field="name", limit="a name that the operator does not have yet", path=("input", "name"))


def _check(terms: TrainingTerms) -> None:
    checks.text(terms.name, "name", at_most=120, path=("input", "name"))
    checks.text(terms.description, "description", at_least=0, at_most=1000, path=("input", "description"))
    if terms.kind not in KINDS:
        raise PatternMismatch(field="kind", limit=", ".join(KINDS), path=("input", "kind"))
    lowest, highest = (1, 4) if terms.kind == BIOSAFETY else (0, 0)
    checks.between(terms.biosafety_level, "biosafetyLevel", lowest, highest, path=("input", "biosafetyLevel"))
    names = {checks.text(level, "levels", at_most=40, path=("input", "levels")) for level in terms.levels}
    if not 1 <= len(names) == len(terms.levels) <= MOST_LEVELS:
        raise OutOfRange(field="levels", limit=f"1 – {MOST_LEVELS}, each once", path=("input", "levels"))
    checks.between(terms.trainer_level, "trainerLevel", 1, len(terms.levels), path=("input", "trainerLevel"))
    checks.between(terms.reminder_days, "reminderDays", 0, 366, path=("input", "reminderDays"))
    for name, days in (("validDays", terms.valid_days), ("disuseDays", terms.disuse_days)):
        if days is not None:
            checks.between(days, name, 1, MOST_DAYS, path=("input", name))


async def lock_training(actor: Actor, training_id: UUID) -> asyncpg.Record:
    """Lock a training that the actor manages; `reach` is the site or operator that it is of.

    Raises:
        NotFound: there is no such training.
        NotSignedIn, Forbidden: the actor does not manage the space that it is of.
    """
    found = await db.row(f"{TRAINING} FOR UPDATE", training_id)
    if found is None:
        raise NotFound(kind="Training", path=("input", "trainingId"))
    actor.require(Grant.MANAGE_SPACE, found["reach"], path=("input", "trainingId"))
    return found


async def appoint_trainer(actor: Actor, training_id: UUID, person_id: UUID) -> None:
    """Let a person give a training; again, nothing changes.

    Raises:
        NotFound: there is no such training, or the actor knows no such person.
        NotSignedIn, Forbidden: the actor does not manage the space that it is of.
        NotATrainer: the person is no staff, and does not hold the trainers' level.
    """
    async with db.transaction():
        found = await lock_training(actor, training_id)
        person = (await organizations.people_by_id(actor, [person_id])).get(person_id)
        if person is None:
            raise NotFound(kind="Person", path=("input", "personId"))
        if not await db.value(
            f"SELECT {QUALIFIES.format(person='$2', day='$3')} FROM training t WHERE t.id = $1",
            training_id,
            person_id,
            clock.today(actor.time_zone),
        ):
            raise no_trainer(found, ("input", "personId"))
        await db.execute(
            "INSERT INTO trainer (id, training_id, person_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (training_id, person_id) DO NOTHING",
            new_id(),
            training_id,
            person_id,
            clock.now(),
        )
        await audit.record(actor, "appoint trainer", "Training", training_id, after={"person": person_id})
        await outbox.record(TrainingChanged(training_id, found["version"]))


def no_trainer(training: asyncpg.Record, path: tuple[str, ...]) -> NotATrainer:
    """Return the refusal that says what a trainer holds."""
    return NotATrainer(limit=f"{training['name']} ({training['trainer_level']})", path=path)


async def dismiss_trainer(actor: Actor, training_id: UUID, person_id: UUID) -> None:
    """Let a person give a training no more; sessions that stand keep their trainer.

    Raises:
        NotFound: there is no such training, or the person is none of its trainers.
        NotSignedIn, Forbidden: the actor does not manage the space that it is of.
    """
    async with db.transaction():
        found = await lock_training(actor, training_id)
        if not await db.execute("DELETE FROM trainer WHERE training_id = $1 AND person_id = $2", training_id, person_id):
            raise NotFound(kind="Person", path=("input", "personId"))
        await audit.record(actor, "dismiss trainer", "Training", training_id, before={"person": person_id})
        await outbox.record(TrainingChanged(training_id, found["version"]))


async def require_qualification(actor: Actor, terms: RequirementTerms) -> None:
    """Say what a unit, and all that is a part of it, asks for of a training; said again, it is replaced.

    Bookings that stand are not touched: who uses the unit is asked again when they check in. Which biosafety approval is asked for is the
    house's to say, also where nobody has said so yet: the house answers for it to the authority, and saying it again would lower its level.

    Raises:
        NotFound: there is no such unit or training.
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
        TrainingNotOfSite: the training is another operator's, or another site's.
        ApprovalIsTheHouses: it is a biosafety approval, and the actor does not manage the site's space.
        OutOfRange: the training has no such level; below the level that books nobody is unattended.
        UnitHasNoRoom: two persons or presence are asked for, and the unit stands in no room.
    """
    async with db.transaction():
        unit = await lock_kept_unit(actor, terms.unit_id)
        training = await db.row(f"{TRAINING} FOR SHARE", terms.training_id)
        if training is None:
            raise NotFound(kind="Training", path=("input", "trainingId"))
        if training["operator_id"] != unit["operator_id"] or training["site_id"] not in (None, unit["site_id"]):
            raise TrainingNotOfSite(training_id=terms.training_id, path=("input", "trainingId"))
        _require_sayer(actor, unit["site_id"], terms.training_id, training["kind"])
        highest: int = await db.value("SELECT jsonb_array_length(levels) FROM training WHERE id = $1", terms.training_id)
        checks.between(terms.level, "level", 1, highest, path=("input", "level"))
        if terms.unattended_level is not None:
            checks.between(terms.unattended_level, "unattendedLevel", terms.level, highest, path=("input", "unattendedLevel"))
        asks_for_place = terms.needs_presence or terms.needs_second_person or terms.unattended_level is not None
        if asks_for_place and unit["room_id"] is None:
            raise UnitHasNoRoom(unit_id=terms.unit_id, path=("input", "unitId"))
        await db.execute(
            "INSERT INTO unit_requirement (id, unit_id, training_id, level, unattended_level, needs_second_person, needs_presence, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (unit_id, training_id) DO UPDATE SET (level, unattended_level,"
            " needs_second_person, needs_presence) = (excluded.level, excluded.unattended_level, excluded.needs_second_person,"
            " excluded.needs_presence)",
            new_id(),
            terms.unit_id,
            terms.training_id,
            terms.level,
            terms.unattended_level,
            terms.needs_second_person,
            terms.needs_presence,
            clock.now(),
        )
        await _write_down(actor, "require qualification", unit, {"terms": dumps(terms)})


async def drop_requirement(actor: Actor, unit_id: UUID, training_id: UUID) -> None:
    """Ask no more for a training at a unit.

    Raises:
        NotFound: there is no such unit, or it does not ask for that training itself.
        NotSignedIn, Forbidden: the actor neither manages the site's space nor owns the unit.
        ApprovalIsTheHouses: it is a biosafety approval, and the actor does not manage the site's space.
    """
    async with db.transaction():
        unit = await lock_kept_unit(actor, unit_id)
        kind: str | None = await db.value(
            "SELECT t.kind FROM unit_requirement r JOIN training t ON t.id = r.training_id WHERE r.unit_id = $1 AND r.training_id = $2"
            " FOR SHARE OF t",
            unit_id,
            training_id,
        )
        if kind is None:
            raise NotFound(kind="Training", path=("input", "trainingId"))
        _require_sayer(actor, unit["site_id"], training_id, kind)
        await db.execute("DELETE FROM unit_requirement WHERE unit_id = $1 AND training_id = $2", unit_id, training_id)
        await _write_down(actor, "drop requirement", unit, {"training": training_id})


def _require_sayer(actor: Actor, site_id: UUID, training_id: UUID, kind: str) -> None:
    """Let the house alone speak of biosafety approvals.

    Raises:
        ApprovalIsTheHouses: the training is one, and the actor does not manage the site's space.
    """
    if kind == BIOSAFETY and not actor.may(Grant.MANAGE_SPACE, site_id):
        raise ApprovalIsTheHouses(training_id=training_id, path=("input", "trainingId"))


async def _write_down(actor: Actor, action: str, unit: asyncpg.Record, after: dict[str, object]) -> None:
    await db.execute("UPDATE unit SET version = version + 1 WHERE id = $1", unit["id"])
    await audit.record(actor, action, "Unit", unit["id"], after=after)
    await outbox.record(UnitChanged(unit["id"], unit["version"] + 1))
