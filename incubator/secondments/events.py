"""What happened to secondments."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class SecondmentAgreed(Event):
    """A person of a corporate was seconded to a startup."""

    secondment_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The secondment."""
        return [Touched("Secondment", self.secondment_id, 1)]


@dataclass(frozen=True)
class TimeLogged(Event):
    """Time was written down, or taken back."""

    secondment_id: UUID
    time_log_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The entry and the sums of its secondment."""
        return [Touched("TimeLog", self.time_log_id, self.version), Touched("Secondment", self.secondment_id)]
