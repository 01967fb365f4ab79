"""What happened to organisations and people."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class PersonInvited(Event):
    """Somebody was invited into an organisation; the link's secret is made when the mail is."""

    invitation_id: UUID


@dataclass(frozen=True)
class InvitationAccepted(Event):
    """An invited person came in."""

    invitation_id: UUID
    person_id: UUID
    organization_id: UUID

    def touches(self) -> Sequence[Touched]:
        """The organisation's list of people."""
        return [Touched("Person", self.person_id), Touched("Organization", self.organization_id)]


@dataclass(frozen=True)
class PasswordResetRequested(Event):
    """Somebody asked for a new password; the link's secret is made when the mail is."""

    reset_id: UUID


@dataclass(frozen=True)
class PasswordChanged(Event):
    """A person has a new password; all sessions were ended."""

    person_id: UUID


@dataclass(frozen=True)
class PersonChanged(Event):
    """A person changed their preferences or second factor."""

    person_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The person."""
        return [Touched("Person", self.person_id, self.version)]


@dataclass(frozen=True)
class SiteChanged(Event):
    """Something of a site is different that nobody needs to be told of."""

    site_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The site."""
        return [Touched("Site", self.site_id, self.version)]


@dataclass(frozen=True)
class OrganizationChanged(Event):
    """An organisation's address or VAT id is different."""

    organization_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The organisation."""
        return [Touched("Organization", self.organization_id, self.version)]


@dataclass(frozen=True)
class VatIdWritten(Event):
    """An organisation has another VAT id, or has one now; empty when it has none any more."""

    organization_id: UUID
    vat_id: str
