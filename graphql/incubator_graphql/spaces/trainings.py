"""Trainings, their sessions and seats in the API."""

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.kernel.paging import Page
from incubator.spaces import training_queries
from incubator.spaces.training_queries import SeatRow, SessionRow, TrainingRow
from incubator.spaces.training_scope import visible_seats, visible_sessions, visible_trainings
from incubator_graphql.fields import SIGNED_IN, Info, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.nodes import Node, maybe, one, register_node
from incubator_graphql.organizations.types import SITES, Person, Site, person_known_by_name
from incubator_graphql.outputs import entity, enum
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.requirements import TrainingKind
from incubator_graphql.spaces.types import UNITS, Unit, some_id


@enum
class SessionState(StrEnum):
    """Whether a session is to come or goes on, was cancelled, or has all its results."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    HELD = "held"


@entity(visible_trainings)
class Training(Node):
    """A kind of qualification of an operator. Levels are names, the lowest first, counted from 1."""

    row: strawberry.Private[TrainingRow]
    name: str
    kind: TrainingKind
    biosafety_level: int = strawberry.field(description="1 to 4 for a biosafety approval, else 0.")
    description: str
    levels: list[str]
    trainer_level: int = strawberry.field(description="From which level on people may train others.")
    valid_days: int | None = strawberry.field(description="How many days after it was passed it ends; never when null.")
    disuse_days: int | None = strawberry.field(description="How many days after its last use it ends; never when null.")
    reminder_days: int = strawberry.field(description="How many days before its end people are reminded.")
    version: int

    @classmethod
    def of(cls, row: TrainingRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Training", row.id)),
            row=row,
            name=row.name,
            kind=TrainingKind(row.kind),
            biosafety_level=row.biosafety_level,
            description=row.description,
            levels=json.loads(row.levels),
            trainer_level=row.trainer_level,
            valid_days=row.valid_days,
            disuse_days=row.disuse_days,
            reminder_days=row.reminder_days,
            version=row.version,
        )

    @resolved
    async def site(self, info: Info) -> Site | None:
        """Where it counts; null when it counts at all sites of the operator."""
        row = await maybe(info, SITES, self.row.site_id)
        return Site.of(row) if row else None

    @resolved
    async def trainers(self, info: Info) -> list[Person]:
        """Who gives it; told to the staff only."""
        found = await info.context.loaders.of(TRAINERS).load(self.row.id)
        return [await person_known_by_name(info, person_id, name) for person_id, name in found]


@entity(visible_seats)
class TrainingSeat(Node):
    """A person's seat in a session."""

    row: strawberry.Private[SeatRow]
    attended: bool | None = strawberry.field(description="Null until the trainer says.")
    passed_level: int = strawberry.field(description="0 when not passed.")

    @classmethod
    def of(cls, row: SeatRow) -> Self:
        return cls(id=strawberry.ID(encode("TrainingSeat", row.id)), row=row, attended=row.attended, passed_level=row.passed_level)

    @resolved
    async def person(self, info: Info) -> Person:
        """Whose it is."""
        return await person_known_by_name(info, self.row.person_id, self.row.person_name)


@entity(visible_sessions)
class TrainingSession(Node):
    """A time at which a training is given, `[startsAt, endsAt)`."""

    row: strawberry.Private[SessionRow]
    starts_at: datetime
    ends_at: datetime
    place: str
    seats: int
    seats_taken: int
    state: SessionState
    own_seat_id: strawberry.ID | None = strawberry.field(description="The viewer's seat.")
    is_given_by_viewer: bool
    version: int

    @classmethod
    def of(cls, row: SessionRow) -> Self:
        return cls(
            id=strawberry.ID(encode("TrainingSession", row.id)),
            row=row,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            place=row.place,
            seats=row.seats,
            seats_taken=row.seats_taken,
            state=SessionState(row.state),
            own_seat_id=some_id("TrainingSeat", row.own_seat_id),
            is_given_by_viewer=row.is_given,
            version=row.version,
        )

    @resolved
    async def training(self, info: Info) -> Training:
        """What is trained."""
        return Training.of(await one(info, TRAININGS, self.row.training_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """Where it is."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def unit(self, info: Info) -> Unit | None:
        """The unit that it is on, and holds."""
        row = await maybe(info, UNITS, self.row.unit_id)
        return Unit.of(row) if row else None

    @resolved
    async def trainer(self, info: Info) -> Person:
        """Who gives it."""
        return await person_known_by_name(info, self.row.trainer_id, self.row.trainer_name)

    @resolved
    async def seats_of_people(self, info: Info) -> list[TrainingSeat]:
        """The seats by people's names: all of them for the trainer and the site's staff, else the viewer's own."""
        return [TrainingSeat.of(row) for row in await info.context.loaders.of(SEATS_OF).load(self.row.id)]


async def _trainers(actor: Actor, training_ids: Sequence[UUID]) -> list[list[tuple[UUID, str]]]:
    found = await training_queries.trainers_of(actor, training_ids)
    return [found.get(training_id, []) for training_id in training_ids]


async def _seats(actor: Actor, session_ids: Sequence[UUID]) -> list[list[SeatRow]]:
    found = await training_queries.seats_of_sessions(actor, session_ids)
    return [found.get(session_id, []) for session_id in session_ids]


TRAINERS: Relation[UUID, list[tuple[UUID, str]]] = Relation("trainers", _trainers)
SEATS_OF: Relation[UUID, list[SeatRow]] = Relation("seats of sessions", _seats)
TRAININGS = register_node("Training", training_queries.trainings_by_id, Training.of)
SESSIONS = register_node("TrainingSession", training_queries.sessions_by_id, TrainingSession.of)
SEATS = register_node("TrainingSeat", training_queries.seats_by_id, TrainingSeat.of)


@strawberry.type
class TrainingsQuery:
    """Reading trainings and sessions."""

    @query(SIGNED_IN)
    async def trainings(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        kind: TrainingKind | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Training]:
        """List trainings by name; with a site those that count there."""
        found = await training_queries.list_trainings(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            kind=kind.value if kind else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Training].of(found, lambda row: Training.of(TrainingRow(**row)))

    @query(SIGNED_IN)
    async def training_sessions(
        self,
        info: Info,
        from_: Annotated[datetime | None, strawberry.argument(name="from")] = None,
        until: datetime | None = None,
        site_id: strawberry.ID | None = None,
        training_id: strawberry.ID | None = None,
        given_by_me: bool | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TrainingSession]:
        """List sessions that touch `[from, until)`, in order of their start: at sites that one has to do with, and those that one gives."""
        found = await training_queries.list_sessions(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            training_id=decode(training_id, "Training", "trainingId") if training_id else None,
            starts_at=from_,
            ends_at=until,
            given_only=bool(given_by_me),
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[TrainingSession].of(found, lambda row: TrainingSession.of(SessionRow(**row)))
