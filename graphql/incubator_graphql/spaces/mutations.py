"""Adding units and booking them."""

from datetime import datetime

import strawberry

from incubator.kernel.actor import Grant
from incubator.spaces import service
from incubator.spaces.service import BookingTerms, UnitTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation
from incubator_graphql.ids import decode, decode_many
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.scalars import MinorUnits
from incubator_graphql.spaces.types import BOOKINGS, UNITS, Booking, Unit, UnitKind


@given
class AddUnitInput:
    """A unit and its rules; prices are in the site's currency, an empty one is none."""

    site_id: strawberry.ID
    name: str
    kind: UnitKind
    capacity: int = 1
    monthly_minor: MinorUnits | None = None
    hourly_minor: MinorUnits | None = None
    price_includes_tax: bool = False
    opening_hours: str = strawberry.field(default="", description="Its own; the site's when empty.")
    shortest_minutes: int = 15
    longest_minutes: int = 480
    step_minutes: int = 15
    horizon_days: int = 90
    buffer_minutes: int = 0
    weekly_minutes: int | None = None
    room_id: strawberry.ID | None = None
    pool_id: strawberry.ID | None = None
    biosafety_level: int = 0
    equipment: list[str] = strawberry.field(default_factory=list)


@given
class CreateBookingInput:
    """A booking of `[startsAt, endsAt)`."""

    unit_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    title: str
    idempotency_key: str = strawberry.field(
        description="8 to 200 characters: sent again with the same input, the same booking is answered."
    )
    organization_id: strawberry.ID | None = strawberry.field(default=None, description="Who pays; one's own organisation when left out.")
    override_reason: str | None = strawberry.field(default=None, description="Staff say here why rules may be broken.")
    accessory_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description="Units of that kind at the site, held along.")
    companion_id: strawberry.ID | None = strawberry.field(default=None, description="The second person, where two use the unit.")


@given
class CancelBookingInput:
    """The booking to cancel, as it was seen."""

    booking_id: strawberry.ID
    expected_version: int
    override_reason: str | None = strawberry.field(default=None, description="Staff who give a reason cancel late, and without a fee.")


@value
class AddUnitPayload(Payload):
    """The unit."""

    unit: Unit | None = None


@value
class CreateBookingPayload(Payload):
    """The booking; or every rule it would break."""

    booking: Booking | None = None


@value
class CancelBookingPayload(Payload):
    """The booking, cancelled."""

    booking: Booking | None = None


@strawberry.type
class SpacesMutation:
    """Adding units and booking them."""

    @mutation(granted(Grant.MANAGE_SPACE))
    async def add_unit(self, info: Info, input: AddUnitInput) -> AddUnitPayload:
        """Add a unit to a site."""
        terms = UnitTerms(
            site_id=decode(input.site_id, "Site", "input", "siteId"),
            name=input.name,
            kind=input.kind.value,
            capacity=input.capacity,
            monthly_minor=input.monthly_minor,
            hourly_minor=input.hourly_minor,
            price_includes_tax=input.price_includes_tax,
            opening_hours=input.opening_hours,
            shortest_minutes=input.shortest_minutes,
            longest_minutes=input.longest_minutes,
            step_minutes=input.step_minutes,
            horizon_days=input.horizon_days,
            buffer_minutes=input.buffer_minutes,
            weekly_minutes=input.weekly_minutes,
            room_id=decode(input.room_id, "Room", "input", "roomId") if input.room_id else None,
            pool_id=decode(input.pool_id, "Pool", "input", "poolId") if input.pool_id else None,
            biosafety_level=input.biosafety_level,
            equipment=tuple(input.equipment),
        )
        unit_id = await service.add_unit(info.context.actor, terms)
        return AddUnitPayload(unit=await shown(info, UNITS, unit_id, Unit.of))

    @mutation(SIGNED_IN)
    async def create_booking(self, info: Info, input: CreateBookingInput) -> CreateBookingPayload:
        """Book a unit. Of several who want one time exactly one gets it; all broken rules are told together."""
        payer = input.organization_id
        terms = BookingTerms(
            unit_id=decode(input.unit_id, "Unit", "input", "unitId"),
            starts_at=input.starts_at,
            ends_at=input.ends_at,
            title=input.title,
            organization_id=decode(payer, "Organization", "input", "organizationId") if payer else None,
            override_reason=input.override_reason or "",
            accessory_ids=tuple(decode_many(input.accessory_ids, "Unit", "input", "accessoryIds")),
            companion_id=decode(input.companion_id, "Person", "input", "companionId") if input.companion_id else None,
        )
        return CreateBookingPayload(booking=Booking.of(await service.book_unit(info.context.actor, terms, input.idempotency_key)))

    @mutation(SIGNED_IN)
    async def cancel_booking(self, info: Info, input: CancelBookingInput) -> CancelBookingPayload:
        """Cancel a booking that has not begun; what it costs is told by `bookingFees` before."""
        booking_id = decode(input.booking_id, "Booking", "input", "bookingId")
        await service.cancel_booking(info.context.actor, booking_id, input.expected_version, input.override_reason or "")
        return CancelBookingPayload(booking=await shown(info, BOOKINGS, booking_id, Booking.of))
