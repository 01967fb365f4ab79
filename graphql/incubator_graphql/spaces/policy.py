"""A unit's booking policy as the API shows and takes it."""

from dataclasses import fields
from enum import StrEnum
from typing import Self

import strawberry

from incubator.spaces.policy import Policy
from incubator_graphql.outputs import enum, given, value


@enum
class ChargeOn(StrEnum):
    """What of a booking is paid: the reserved time, the used time, or the longer."""

    RESERVED = "reserved"
    USED = "used"
    LONGER = "longer"


@value
class BookingPolicy:
    """What a unit asks of bookings. Minutes, days, and percent of the price; null is no limit."""

    shortest_minutes: int | None
    longest_minutes: int | None
    step_minutes: int | None
    horizon_days: int | None
    buffer_minutes: int
    weekly_minutes: int | None = strawberry.field(description="For an organisation, in a week of the site.")
    person_day_minutes: int | None = strawberry.field(description="For a person, on a day of the site.")
    future_count: int | None = strawberry.field(description="Bookings ahead, for a person.")
    future_minutes: int | None = strawberry.field(description="Minutes ahead, for a person.")
    gap_minutes: int | None = strawberry.field(description="Between two bookings of one person.")
    create_notice_minutes: int | None
    change_notice_minutes: int | None = strawberry.field(description="The one for cancelling when null.")
    cancel_notice_minutes: int | None
    off_peak_hours: str = strawberry.field(
        description="Where limits of length and amount do not apply, as opening hours on the site's clock."
    )
    cancel_fee_percent: int | None = strawberry.field(description="For cancelling after its notice; refused when null.")
    no_show_fee_percent: int
    grace_minutes: int | None = strawberry.field(description="After so long without a check-in the unit is free again; never when null.")
    charge_on: ChargeOn
    needs_approval: bool
    approval_minutes: int
    offer_minutes: int = strawberry.field(description="How long a slot that comes free is kept for the first who waits.")
    hold_minutes: int = strawberry.field(description="How long an owner may keep it for a rental; 0: staff only.")

    @classmethod
    def of(cls, policy: Policy) -> Self:
        values = {field.name: getattr(policy, field.name) for field in fields(policy)}
        return cls(**{**values, "charge_on": ChargeOn(policy.charge_on)})


@given
class SetBookingPolicyInput:
    """The whole policy of a unit, as it shall be; what is left out is no limit."""

    unit_id: strawberry.ID
    expected_version: int
    shortest_minutes: int | None = None
    longest_minutes: int | None = None
    step_minutes: int | None = None
    horizon_days: int | None = None
    buffer_minutes: int = 0
    weekly_minutes: int | None = None
    person_day_minutes: int | None = None
    future_count: int | None = None
    future_minutes: int | None = None
    gap_minutes: int | None = None
    create_notice_minutes: int | None = None
    change_notice_minutes: int | None = None
    cancel_notice_minutes: int | None = None
    off_peak_hours: str = ""
    cancel_fee_percent: int | None = None
    no_show_fee_percent: int = 0
    grace_minutes: int | None = None
    charge_on: ChargeOn = ChargeOn.RESERVED
    needs_approval: bool = False
    approval_minutes: int = 2880
    offer_minutes: int = 60
    hold_minutes: int = 0

    def policy(self) -> Policy:
        """Return the policy."""
        values = {field.name: getattr(self, field.name) for field in fields(Policy)}
        return Policy(**{**values, "charge_on": self.charge_on.value})
