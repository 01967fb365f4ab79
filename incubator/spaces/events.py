"""What happened to units, rentals and bookings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
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


@dataclass(frozen=True)
class RateChanged(Event):
    """A rate was added, ended or removed."""

    rate_id: UUID
    unit_id: UUID | None

    def touches(self) -> Sequence[Touched]:
        """The unit whose price it is."""
        return [Touched("Unit", self.unit_id)] if self.unit_id else []


@dataclass(frozen=True)
class OwnerShareChanged(Event):
    """What an owner gets of a unit's takings was set, from a day of the site on."""

    unit_id: UUID
    owner_id: UUID
    share_percent: Decimal
    starts_on: date
    changed_by: UUID | None

    def touches(self) -> Sequence[Touched]:
        """The unit."""
        return [Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class OwnerStatementMade(Event):
    """An owner's statement was written."""

    statement_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The statement."""
        return [Touched("OwnerStatement", self.statement_id, 1)]


@dataclass(frozen=True)
class BookingMoved(Event):
    """A booking was moved; its heir holds the new slot."""

    booking_id: UUID
    heir_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking and its heir."""
        return [Touched("Booking", self.booking_id, self.version), Touched("Booking", self.heir_id, 1)]


@dataclass(frozen=True)
class BookingHandedOver(Event):
    """A booking is another person's now."""

    booking_id: UUID
    person_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, self.version)]


@dataclass(frozen=True)
class BookingChanged(Event):
    """Something of a booking is different that nobody needs to be told of."""

    booking_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, self.version)]


@dataclass(frozen=True)
class BookingApproved(Event):
    """Staff approved a booking that waited."""

    booking_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, self.version)]


@dataclass(frozen=True)
class BookingDeclined(Event):
    """Staff declined a booking that waited, with a reason; or nobody decided in time, without one."""

    booking_id: UUID
    reason: str
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, self.version)]


@dataclass(frozen=True)
class FloorChanged(Event):
    """A floor has another plan."""

    floor_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The floor."""
        return [Touched("Floor", self.floor_id, self.version)]


@dataclass(frozen=True)
class BookingReleased(Event):
    """Nobody came in time: the unit is free again, and the no-show fee was charged."""

    booking_id: UUID
    fee_minor: int
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, self.version)]


@dataclass(frozen=True)
class UsageChanged(Event):
    """A usage began, ended, became a problem or was resolved."""

    usage_id: UUID
    booking_id: UUID | None

    def touches(self) -> Sequence[Touched]:
        """The usage and its booking."""
        found = [Touched("Usage", self.usage_id)]
        return [*found, Touched("Booking", self.booking_id)] if self.booking_id else found


@dataclass(frozen=True)
class WaitingChanged(Event):
    """Somebody waits, waits no more, or lost an offer."""

    waiting_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The entry."""
        return [Touched("WaitingEntry", self.waiting_id, self.version)]


@dataclass(frozen=True)
class SlotOffered(Event):
    """A slot came free and is kept for the first who waits."""

    waiting_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The entry."""
        return [Touched("WaitingEntry", self.waiting_id, self.version)]


@dataclass(frozen=True)
class OutageAnnounced(Event):
    """A unit cannot be used for a time, from now or later; or for longer or shorter than was said."""

    outage_id: UUID
    unit_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The outage and its unit."""
        return [Touched("Outage", self.outage_id, self.version), Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class OutageLifted(Event):
    """An outage was resolved, shortened or cancelled: the unit is free again in `[starts_at, ends_at)`, without end when that is None."""

    outage_id: UUID
    unit_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    version: int

    def touches(self) -> Sequence[Touched]:
        """The outage and its unit."""
        return [Touched("Outage", self.outage_id, self.version), Touched("Unit", self.unit_id)]


@dataclass(frozen=True)
class BookingEndedByOutage(Event):
    """An outage ended a booking: cancelled it, or cut it short when it had begun. Nothing is charged. `starts_at` and `ends_at` are what it had held."""

    booking_id: UUID
    outage_id: UUID
    starts_at: datetime
    ends_at: datetime
    version: int

    def touches(self) -> Sequence[Touched]:
        """The booking."""
        return [Touched("Booking", self.booking_id, self.version)]


@dataclass(frozen=True)
class AnotherSlotWanted(Event):
    """For a booking that an outage ended another slot is to be found: as long as `[starts_at, ends_at)`, and not dearer."""

    booking_id: UUID
    starts_at: datetime
    ends_at: datetime
    price_minor: int


@dataclass(frozen=True)
class SeriesCancelled(Event):
    """Bookings of a series were cancelled together; the units are free again."""

    series_id: UUID
    booking_ids: tuple[UUID, ...]
    cancelled_by: UUID | None
    fee_minor: int

    def touches(self) -> Sequence[Touched]:
        """The bookings."""
        return [Touched("Booking", booking_id) for booking_id in self.booking_ids]
