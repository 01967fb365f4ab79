"""What happened to rentals, to units kept for somebody, to checklists, keys and badges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class UnitHeld(Event):
    """A unit is kept for an organisation."""

    rental_hold_id: UUID
    unit_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The hold and its unit."""
        return [Touched("RentalHold", self.rental_hold_id, 1), Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class HoldRunsOut(Event):
    """A unit is kept for a short while only."""

    rental_hold_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The hold."""
        return [Touched("RentalHold", self.rental_hold_id)]


@dataclass(frozen=True)
class HoldEnded(Event):
    """A unit is kept no more: released or expired; it is free again `[starts_at, ends_at)`."""

    rental_hold_id: UUID
    unit_id: UUID
    state: str
    starts_at: datetime
    ends_at: datetime
    version: int

    def touches(self) -> Sequence[Touched]:
        """The hold and its unit."""
        return [Touched("RentalHold", self.rental_hold_id, self.version), Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class RentalAssigned(Event):
    """Staff let a unit to an organisation, perhaps one that was kept for it."""

    rental_id: UUID
    rental_hold_id: UUID | None

    def touches(self) -> Sequence[Touched]:
        """The rental and the hold."""
        found = [Touched("Rental", self.rental_id, 1)]
        return [*found, Touched("RentalHold", self.rental_hold_id)] if self.rental_hold_id else found


@dataclass(frozen=True)
class RentalShortened(Event):
    """A rental ends earlier: by notice, or because it goes on as its heir. Its unit is free `[starts_at, ends_at)`."""

    rental_id: UUID
    unit_id: UUID
    heir_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    version: int

    def touches(self) -> Sequence[Touched]:
        """The rental, its heir and its unit."""
        heir = [Touched("Rental", self.heir_id, 1)] if self.heir_id else []
        return [Touched("Rental", self.rental_id, self.version), *heir, Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class RentalExtended(Event):
    """A rental ends later."""

    rental_id: UUID
    unit_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The rental and its unit."""
        return [Touched("Rental", self.rental_id, self.version), Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class DepositDecided(Event):
    """It was decided how much of a rental's deposit is returned."""

    rental_id: UUID
    deposit_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The rental and the deposit's document."""
        return [Touched("Rental", self.rental_id), Touched("Invoice", self.deposit_id)]


@dataclass(frozen=True)
class ChecklistChanged(Event):
    """A checklist was begun, filled or signed; `waits_for_tenant` when it was the staff's signature."""

    checklist_id: UUID
    rental_id: UUID
    waits_for_tenant: bool
    version: int

    def touches(self) -> Sequence[Touched]:
        """The checklist and its rental."""
        return [Touched("Checklist", self.checklist_id, self.version), Touched("Rental", self.rental_id)]


@dataclass(frozen=True)
class BadgeChanged(Event):
    """A key or badge was added, issued, given back or lost."""

    badge_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The badge."""
        return [Touched("Badge", self.badge_id, self.version)]


@dataclass(frozen=True)
class BadgeOverdue(Event):
    """A key or badge is still out after the day it was wanted back."""

    badge_id: UUID
    issue_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The badge."""
        return [Touched("Badge", self.badge_id)]
