"""The rules of qualifications: values in, all broken rules out. Days are those of the unit's site; the last day is the last one that counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from incubator.spaces.training_errors import (
    QualificationExpired,
    QualificationMissing,
    QualificationRule,
    QualificationSuspended,
    QualificationTooLow,
    SecondPersonNeeded,
    SecondPersonNotQualified,
)

BIOSAFETY = "biosafety approval"
KINDS = ("training", BIOSAFETY, "safety briefing")


@dataclass(frozen=True, slots=True)
class Held:
    """What a person holds of a training: a level from 1, and since when. `state` is held, suspended or revoked."""

    level: int
    state: str
    granted_on: date
    valid_until: date | None = None
    last_used_on: date | None = None

    @classmethod
    def of(cls, found: dict[str, Any] | None) -> "Held | None":
        """Make it of a row as JSON; None for none."""
        if found is None:
            return None
        days = [found[name] and date.fromisoformat(found[name]) for name in ("granted_on", "valid_until", "last_used_on")]
        return cls(found["level"], found["state"], days[0], days[1], days[2])


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a unit asks for of one training. `level` books it; below `unattended_level` nobody uses it alone."""

    training_id: UUID
    training: str
    kind: str
    levels: tuple[str, ...]
    level: int = 1
    unattended_level: int | None = None
    needs_second_person: bool = False
    disuse_days: int | None = None

    @property
    def may_override(self) -> bool:
        """Whether staff may break it for a reason. Who may work with biological agents is decided by the authority, not at the desk."""
        return self.kind != BIOSAFETY

    def named(self, level: int) -> str:
        """Return the training with a level, in words."""
        return self.training if len(self.levels) < 2 else f"{self.training}, {self.level_name(level)}"

    def level_name(self, level: int) -> str:
        """Return a level's name; of one that is no more, the highest below."""
        return self.levels[min(level, len(self.levels)) - 1]


@dataclass(frozen=True, slots=True)
class Second:
    """The second person of a booking; a trainer of the training is qualified by that."""

    name: str
    held: Held | None = None
    is_trainer: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement, with what who uses the unit and the second person hold of it."""

    requirement: Requirement
    own: Held | None = None
    second: Second | None = None


def last_day(held: Held, disuse_days: int | None) -> date | None:
    """Return the last day that a qualification counts, by date or by disuse, whichever is first; None for no end."""
    ends = [held.valid_until] if held.valid_until else []
    if disuse_days is not None:
        ends.append(max(held.granted_on, held.last_used_on or held.granted_on) + timedelta(days=disuse_days))
    return min(ends, default=None)


def holds_on(held: Held | None, disuse_days: int | None, day: date) -> bool:
    """Tell whether a qualification counts on a day of the site."""
    if held is None or held.state != "held":
        return False
    ends = last_day(held, disuse_days)
    return ends is None or day <= ends


def broken_by(asked: Sequence[Asked], day: date) -> list[QualificationRule]:
    """Return every rule of qualifications that a booking breaks whose first day is `day`, in the order of the requirements."""
    return [rule for one in asked for rule in (*_of_person(one, day), *_of_second(one, day))]


def needs_second(one: Asked) -> int | None:
    """Return the level that a second person must hold; None when none is needed."""
    requirement, own = one.requirement, one.own.level if one.own and one.own.state != "revoked" else 0
    if requirement.unattended_level is not None and own < requirement.unattended_level:
        return max(requirement.level, requirement.unattended_level)
    return requirement.level if requirement.needs_second_person else None


def _of_person(one: Asked, day: date) -> Iterator[QualificationRule]:
    requirement, own = one.requirement, one.own
    limit, training_id, path = requirement.named(requirement.level), requirement.training_id, ("input", "unitId")
    may = requirement.may_override
    if own is None or own.state == "revoked":
        yield QualificationMissing(limit=limit, training_id=training_id, may_override=may, path=path)
        return
    if own.state == "suspended":
        yield QualificationSuspended(limit=limit, training_id=training_id, path=path)
    elif not holds_on(own, requirement.disuse_days, day):
        ends = str(last_day(own, requirement.disuse_days))
        yield QualificationExpired(limit=limit, value=ends, training_id=training_id, may_override=may, path=path)
    if own.level < requirement.level:
        value = requirement.level_name(own.level)
        yield QualificationTooLow(limit=limit, value=value, training_id=training_id, may_override=may, path=path)


def _of_second(one: Asked, day: date) -> Iterator[QualificationRule]:
    needed, requirement, second = needs_second(one), one.requirement, one.second
    if needed is None:
        return
    limit, training_id, path = requirement.named(needed), requirement.training_id, ("input", "companionId")
    if second is None:
        yield SecondPersonNeeded(limit=limit, training_id=training_id, may_override=requirement.may_override, path=path)
    elif not second.is_trainer and not (
        second.held and second.held.level >= needed and holds_on(second.held, requirement.disuse_days, day)
    ):
        yield SecondPersonNotQualified(
            limit=limit, value=second.name, training_id=training_id, may_override=requirement.may_override, path=path
        )
