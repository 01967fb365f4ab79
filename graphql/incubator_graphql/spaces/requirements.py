"""What units ask of who uses them, as the API shows it."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.spaces import training_queries
from incubator.spaces.training_queries import RequirementRow
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.outputs import enum, value


@enum
class TrainingKind(StrEnum):
    """What a training is: a biosafety approval is an authority's, so staff never override what it is asked for."""

    TRAINING = "training"
    BIOSAFETY_APPROVAL = "biosafety approval"
    SAFETY_BRIEFING = "safety briefing"


@value
class UnitRequirement:
    """What a unit asks for of a training. Levels are counted from 1."""

    unit_id: strawberry.ID = strawberry.field(description="The unit itself, or the one it is a part of, that asks.")
    training_id: strawberry.ID
    training: str
    kind: TrainingKind
    level: int
    level_name: str
    unattended_level: int | None = strawberry.field(description="Below it nobody uses the unit alone.")
    needs_second_person: bool
    needs_presence: bool = strawberry.field(description="Who uses it has said that they are in its room.")

    @classmethod
    def of(cls, row: RequirementRow) -> Self:
        levels = json.loads(row.levels)
        return cls(
            unit_id=strawberry.ID(encode("Unit", row.asking_id)),
            training_id=strawberry.ID(encode("Training", row.training_id)),
            training=row.training,
            kind=TrainingKind(row.kind),
            level=row.level,
            level_name=levels[min(row.level, len(levels)) - 1],
            unattended_level=row.unattended_level,
            needs_second_person=row.needs_second_person,
            needs_presence=row.needs_presence,
        )


async def _requirements(actor: Actor, unit_ids: Sequence[UUID]) -> list[list[RequirementRow]]:
    found = await training_queries.requirements_of_units(actor, unit_ids)
    return [found.get(unit_id, []) for unit_id in unit_ids]


REQUIREMENTS: Relation[UUID, list[RequirementRow]] = Relation("unit requirements", _requirements)
