"""The states of admissions; which one holds today is worked out in the zone of the call or site."""

from enum import StrEnum

from incubator_graphql.outputs import enum


@enum
class CallState(StrEnum):
    """Whether a call takes applications today."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@enum
class ApplicationState(StrEnum):
    """How an application was answered."""

    SUBMITTED = "submitted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@enum
class OfferState(StrEnum):
    """Whether an offer can be accepted; it is open until the end of its last day at the site."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@enum
class ResidencyState(StrEnum):
    """Where a residency stands today."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"
