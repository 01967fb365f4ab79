"""What happened to calls, applications, offers and residencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class CallOpened(Event):
    """A call was announced."""

    call_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The call."""
        return [Touched("Call", self.call_id, 1)]


@dataclass(frozen=True)
class ApplicationSubmitted(Event):
    """A startup applied."""

    application_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The application."""
        return [Touched("Application", self.application_id, 1)]


@dataclass(frozen=True)
class ApplicationDeclined(Event):
    """A manager declined an application."""

    application_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The application."""
        return [Touched("Application", self.application_id, self.version)]


@dataclass(frozen=True)
class OfferMade(Event):
    """A manager made an offer."""

    offer_id: UUID
    application_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The offer and its application."""
        return [Touched("Offer", self.offer_id, 1), Touched("Application", self.application_id)]


@dataclass(frozen=True)
class OfferWithdrawn(Event):
    """A manager took an open offer back."""

    offer_id: UUID
    application_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The offer and its application."""
        return [Touched("Offer", self.offer_id, self.version), Touched("Application", self.application_id)]


@dataclass(frozen=True)
class OfferAccepted(Event):
    """A startup's owner accepted an offer; the residency stands."""

    offer_id: UUID
    application_id: UUID
    residency_id: UUID
    accepted_by: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The residency, the offer and the application."""
        return [
            Touched("Residency", self.residency_id, 1),
            Touched("Offer", self.offer_id, self.version),
            Touched("Application", self.application_id),
        ]


@dataclass(frozen=True)
class SiteClosing(Event):
    """A site is closed from a day of its calendar on, `closes_on`; what it ended is named. Nothing of it is charged."""

    site_id: UUID
    closes_on: date
    reason: str
    booking_ids: tuple[UUID, ...]
    waiting_ids: tuple[UUID, ...]
    version: int

    def touches(self) -> Sequence[Touched]:
        """The site, and what ended."""
        return [
            Touched("Site", self.site_id, self.version),
            *(Touched("Booking", one) for one in self.booking_ids),
            *(Touched("WaitingEntry", one) for one in self.waiting_ids),
        ]


@dataclass(frozen=True)
class SiteReopened(Event):
    """A site is open again, or stays open; what its closing ended stays ended."""

    site_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The site."""
        return [Touched("Site", self.site_id, self.version)]
