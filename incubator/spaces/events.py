"""What happened to units, rentals and bookings."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class UnitChanged(Event):
    """A unit was added or changed."""

    unit_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The unit."""
        return [Touched("Unit", self.unit_id, self.version)]


@dataclass(frozen=True)
class RentalStarted(Event):
    """A unit was let for a range of days."""

    rental_id: UUID
    unit_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The rental and its unit."""
        return [Touched("Rental", self.rental_id, 1), Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class BookingCreated(Event):
    """A unit was booked."""

    booking_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, 1)]


@dataclass(frozen=True)
class BookingCancelled(Event):
    """A booking was cancelled; the unit is free again."""

    booking_id: UUID
    cancelled_by: UUID | None
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, self.version)]
