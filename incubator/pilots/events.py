"""What happened to pilot deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class DealOpened(Event):
    """A startup and a corporate were introduced."""

    deal_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The deal."""
        return [Touched("Deal", self.deal_id, 1)]


@dataclass(frozen=True)
class DealMoved(Event):
    """A deal moved to another stage."""

    deal_id: UUID
    from_stage: str
    to_stage: str
    version: int

    def touches(self) -> Sequence[Touched]:
        """The deal."""
        return [Touched("Deal", self.deal_id, self.version)]
