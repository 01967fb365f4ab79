"""What is done with bookings besides making and cancelling them: pools, series, moves, hand-over, approval, notes."""

from datetime import datetime
from typing import Self

import strawberry

from incubator.kernel.actor import Grant
from incubator.spaces import recurring, service
from incubator.spaces.service import MoveTerms, PoolTerms, SeriesTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation
from incubator_graphql.ids import decode, decode_many, encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.scalars import MinorUnits
from incubator_graphql.spaces.types import BOOKINGS, Booking, some_id

KEY = "8 to 200 characters: sent again with the same input, the same is answered."


@given
class CreatePoolBookingInput:
    """A booking of `[startsAt, endsAt)` on any free unit of a pool."""

    pool_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    title: str
    idempotency_key: str = strawberry.field(description=KEY)
    organization_id: strawberry.ID | None = None
    override_reason: str | None = None
    companion_id: strawberry.ID | None = strawberry.field(default=None, description="The second person, where two use the unit.")
    most_minor: MinorUnits | None = strawberry.field(
        default=None, description="The price that was shown, as priced: units that cost more are left out. Null takes any."
    )


@given
class MoveBookingInput:
    """Where a booking goes; on its own unit when none is named."""

    booking_id: strawberry.ID
    expected_version: int
    starts_at: datetime
    ends_at: datetime
    idempotency_key: str = strawberry.field(description=KEY)
    unit_id: strawberry.ID | None = None
    override_reason: str | None = None


@given
class HandOverBookingInput:
    """The colleague who gets a booking."""

    booking_id: strawberry.ID
    person_id: strawberry.ID
    expected_version: int


@given
class DecideBookingInput:
    """What staff decide about a booking that waits; declining needs a reason."""

    booking_id: strawberry.ID
    is_approved: bool
    expected_version: int
    reason: str = ""


@given
class LeaveNoteInput:
    """What the next user of the unit needs to know; empty takes it back."""

    booking_id: strawberry.ID
    note: str


@given
class CreateSeriesInput:
    """The first booking of a series and its rule of RFC 5545, such as FREQ=WEEKLY;COUNT=10; it must have an end, and 366 times at most."""

    unit_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    title: str
    rule: str
    idempotency_key: str = strawberry.field(default="", description=KEY + " A preview needs none.")
    organization_id: strawberry.ID | None = None
    override_reason: str | None = None
    accessory_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    companion_id: strawberry.ID | None = strawberry.field(default=None, description="The second person, where two use the unit.")

    def terms(self) -> SeriesTerms:
        """Return them as the domain takes them."""
        payer = self.organization_id
        return SeriesTerms(
            decode(self.unit_id, "Unit", "input", "unitId"),
            self.starts_at,
            self.ends_at,
            self.title,
            self.rule,
            decode(payer, "Organization", "input", "organizationId") if payer else None,
            self.override_reason or "",
            tuple(decode_many(self.accessory_ids, "Unit", "input", "accessoryIds")),
            decode(self.companion_id, "Person", "input", "companionId") if self.companion_id else None,
        )


@value
class SeriesFailure:
    """An instance of a series that was not booked, by its start on the site's clock, and why."""

    starts_at: str
    code: str
    message: str


@value
class SeriesReport:
    """What became of a series."""

    series_id: strawberry.ID | None = strawberry.field(description="Null for a preview.")
    booking_ids: list[strawberry.ID]
    failures: list[SeriesFailure]
    price: Money

    @classmethod
    def of(cls, report: recurring.SeriesReport) -> Self:
        return cls(
            series_id=some_id("BookingSeries", report.series_id),
            booking_ids=[strawberry.ID(encode("Booking", one)) for one in report.booking_ids],
            failures=[SeriesFailure(starts_at=one.starts_at, code=one.code, message=one.message) for one in report.failures],
            price=Money.minor(report.price_minor, report.currency),
        )


@value
class BookingPayload(Payload):
    """The booking."""

    booking: Booking | None = None


@value
class CreateSeriesPayload(Payload):
    """What became of the series."""

    report: SeriesReport | None = None


@strawberry.type
class BookingChangesMutation:
    """What is done with bookings besides making and cancelling them."""

    @mutation(SIGNED_IN)
    async def create_pool_booking(self, info: Info, input: CreatePoolBookingInput) -> BookingPayload:
        """Book any free unit of a pool. Of many at once each gets one of its own until none is left."""
        payer = input.organization_id
        terms = PoolTerms(
            decode(input.pool_id, "Pool", "input", "poolId"),
            input.starts_at,
            input.ends_at,
            input.title,
            decode(payer, "Organization", "input", "organizationId") if payer else None,
            input.override_reason or "",
            decode(input.companion_id, "Person", "input", "companionId") if input.companion_id else None,
            None if input.most_minor is None else int(input.most_minor),
        )
        booking_id = await service.create_pool_booking(info.context.actor, terms, input.idempotency_key)
        return BookingPayload(booking=await shown(info, BOOKINGS, booking_id, Booking.of))

    @mutation(SIGNED_IN)
    async def create_series(self, info: Info, input: CreateSeriesInput) -> CreateSeriesPayload:
        """Book every instance of a rule that can be booked, and report the others. The time on the site's clock is kept."""
        report = await service.create_series(info.context.actor, input.terms(), input.idempotency_key)
        return CreateSeriesPayload(report=SeriesReport.of(report))

    @mutation(SIGNED_IN)
    async def move_booking(self, info: Info, input: MoveBookingInput) -> BookingPayload:
        """Move a booking, all or nothing: it ends as moved, and its heir is answered."""
        unit = input.unit_id
        terms = MoveTerms(
            decode(input.booking_id, "Booking", "input", "bookingId"),
            input.starts_at,
            input.ends_at,
            decode(unit, "Unit", "input", "unitId") if unit else None,
            input.override_reason or "",
        )
        heir_id = await service.move_booking(info.context.actor, terms, input.expected_version, input.idempotency_key)
        return BookingPayload(booking=await shown(info, BOOKINGS, heir_id, Booking.of))

    @mutation(SIGNED_IN)
    async def hand_over_booking(self, info: Info, input: HandOverBookingInput) -> BookingPayload:
        """Give a booking to a colleague, whose own limits count."""
        booking_id = decode(input.booking_id, "Booking", "input", "bookingId")
        person_id = decode(input.person_id, "Person", "input", "personId")
        await service.hand_over_booking(info.context.actor, booking_id, person_id, input.expected_version)
        return BookingPayload(booking=await shown(info, BOOKINGS, booking_id, Booking.of))

    @mutation(granted(Grant.OVERRIDE_BOOKING_RULES))
    async def decide_booking(self, info: Info, input: DecideBookingInput) -> BookingPayload:
        """Approve or decline a booking that waits."""
        booking_id = decode(input.booking_id, "Booking", "input", "bookingId")
        await service.decide_booking(
            info.context.actor, booking_id, is_approved=input.is_approved, reason=input.reason, expected_version=input.expected_version
        )
        return BookingPayload(booking=await shown(info, BOOKINGS, booking_id, Booking.of))

    @mutation(SIGNED_IN)
    async def leave_note(self, info: Info, input: LeaveNoteInput) -> BookingPayload:
        """Leave a note for who uses the unit next."""
        booking_id = decode(input.booking_id, "Booking", "input", "bookingId")
        await service.leave_note(info.context.actor, booking_id, input.note)
        return BookingPayload(booking=await shown(info, BOOKINGS, booking_id, Booking.of))
