"""What happened to trainings, sessions, qualifications and areas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class TrainingChanged(Event):
    """A training was added or changed, or its trainers were."""

    training_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The training."""
        return [Touched("Training", self.training_id, self.version)]


@dataclass(frozen=True)
class SessionScheduled(Event):
    """A session was planned."""

    session_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The session."""
        return [Touched("TrainingSession", self.session_id, 1)]


@dataclass(frozen=True)
class SessionChanged(Event):
    """A session was changed; `is_moved`: to another time or place, which those with a seat must hear of."""

    session_id: UUID
    is_moved: bool
    version: int

    def touches(self) -> Sequence[Touched]:
        """The session."""
        return [Touched("TrainingSession", self.session_id, self.version)]


@dataclass(frozen=True)
class SessionCancelled(Event):
    """A session will not be."""

    session_id: UUID
    reason: str
    version: int

    def touches(self) -> Sequence[Touched]:
        """The session."""
        return [Touched("TrainingSession", self.session_id, self.version)]


@dataclass(frozen=True)
class SeatTaken(Event):
    """A person has a seat in a session."""

    seat_id: UUID
    session_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The session, whose seats are fewer now, and the seat."""
        return [Touched("TrainingSession", self.session_id), Touched("TrainingSeat", self.seat_id)]


@dataclass(frozen=True)
class SeatLeft(Event):
    """A person gave their seat back."""

    session_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The session."""
        return [Touched("TrainingSession", self.session_id)]


@dataclass(frozen=True)
class QualificationGranted(Event):
    """A person passed, or staff granted or renewed what they hold."""

    qualification_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The qualification."""
        return [Touched("Qualification", self.qualification_id)]


@dataclass(frozen=True)
class QualificationChanged(Event):
    """Something of a qualification is different that nobody needs to be told of."""

    qualification_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The qualification."""
        return [Touched("Qualification", self.qualification_id)]


@dataclass(frozen=True)
class QualificationEndsSoon(Event):
    """A qualification's last day is near."""

    qualification_id: UUID
    last_day: date

    def touches(self) -> Sequence[Touched]:
        """The qualification."""
        return [Touched("Qualification", self.qualification_id)]


@dataclass(frozen=True)
class QualificationEnded(Event):
    """A qualification does not count any more: `how` is expired, suspended or revoked."""

    qualification_id: UUID
    how: str
    last_day: date | None

    def touches(self) -> Sequence[Touched]:
        """The qualification."""
        return [Touched("Qualification", self.qualification_id)]


@dataclass(frozen=True)
class PresenceChanged(Event):
    """A person entered an area or left it."""

    presence_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The presence."""
        return [Touched("AreaPresence", self.presence_id)]
