"""Units and bookings as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.spaces import queries
from incubator.spaces.queries import BookingRow, UnitRow
from incubator.spaces.scope import visible_bookings, visible_units
from incubator_graphql.errors import UserError
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, maybe, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Person, Site, person_known_by_name
from incubator_graphql.outputs import entity, enum, value


@enum
class UnitKind(StrEnum):
    """What a unit is."""

    DESK = "desk"
    BENCH = "bench"
    OFFICE = "office"
    LAB_SUITE = "lab suite"
    MEETING_ROOM = "meeting room"
    INSTRUMENT = "instrument"
    STORAGE = "storage"
    ACCESSORY = "accessory"


@enum
class BookingState(StrEnum):
    """How a booking stands: pending ones wait for approval, expired ones waited in vain, released ones were not come for."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    MOVED = "moved"
    DECLINED = "declined"
    EXPIRED = "expired"
    RELEASED = "released"


@entity(visible_units)
class Unit(Node):
    """Anything that can be assigned or booked."""

    row: strawberry.Private[UnitRow]
    name: str
    kind: UnitKind
    capacity: int
    monthly_price: Money | None = strawberry.field(description="Null when it is not let.")
    hourly_price: Money | None = strawberry.field(description="Null when it is not booked.")
    price_includes_tax: bool
    opening_hours: str = strawberry.field(description="Its own or the site's, in the site's zone.")
    version: int

    @classmethod
    def of(cls, row: UnitRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Unit", row.id)),
            row=row,
            name=row.name,
            kind=UnitKind(row.kind),
            capacity=row.capacity,
            monthly_price=Money.maybe(row.monthly_minor, row.currency),
            hourly_price=Money.maybe(row.hourly_minor, row.currency),
            price_includes_tax=row.price_includes_tax,
            opening_hours=row.opening_hours,
            version=row.version,
        )

    @resolved
    async def site(self, info: Info) -> Site:
        """Where it stands."""
        return Site.of(await one(info, SITES, self.row.site_id))


@entity(visible_bookings)
class Booking(Node):
    """A unit held for a range of instants, `[startsAt, endsAt)`. Of others' bookings only the time is told."""

    row: strawberry.Private[BookingRow]
    starts_at: datetime
    ends_at: datetime
    title: str | None
    state: BookingState
    is_mine: bool = strawberry.field(description="Whether it is that of the viewer's organisation.")
    price: Money | None
    version: int

    @classmethod
    def of(cls, row: BookingRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Booking", row.id)),
            row=row,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=row.title,
            state=BookingState(row.state),
            is_mine=row.is_mine,
            price=Money.maybe(row.price_minor, row.currency),
            version=row.version,
        )

    @resolved
    async def unit(self, info: Info) -> Unit:
        """The unit."""
        return Unit.of(await one(info, UNITS, self.row.unit_id))

    @resolved
    async def organization(self, info: Info) -> Organization | None:
        """Who pays."""
        row = await maybe(info, ORGANIZATIONS, self.row.organization_id)
        return Organization.of(row) if row else None

    @resolved
    async def booked_by(self, info: Info) -> Person | None:
        """Who booked."""
        if self.row.booked_by_id is None or self.row.booked_by_name is None:
            return None
        return await person_known_by_name(info, self.row.booked_by_id, self.row.booked_by_name)


@value
class BookingQuote:
    """What a booking would cost, and every rule it breaks. Nothing is held."""

    price: Money | None = strawberry.field(description="Null when the unit cannot be booked.")
    price_includes_tax: bool
    broken_rules: list[UserError]


UNITS = register_node("Unit", queries.units_by_id, Unit.of)
BOOKINGS = register_node("Booking", queries.bookings_by_id, Booking.of)
