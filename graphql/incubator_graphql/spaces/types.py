"""Units and bookings as the API shows them."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.spaces import outage_queries, owner_queries, place_queries, queries
from incubator.spaces.bookings import Quote
from incubator.spaces.lines import read_lines
from incubator.spaces.outage_queries import OutageRow
from incubator.spaces.outages import state_of
from incubator.spaces.place_queries import PhotoRow
from incubator.spaces.policy import Policy
from incubator.spaces.queries import BookingRow, UnitRow
from incubator.spaces.scope import visible_bookings, visible_outages, visible_units
from incubator_graphql.errors import UserError, user_error
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, maybe, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Person, Site, person_known_by_name
from incubator_graphql.outputs import entity, enum, value
from incubator_graphql.spaces.door_codes import code_url
from incubator_graphql.spaces.policy import BookingPolicy
from incubator_graphql.spaces.prices import PriceLine, PriceTotals
from incubator_graphql.spaces.requirements import REQUIREMENTS, UnitRequirement


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


def some_id(type_name: str, id: UUID | None) -> strawberry.ID | None:
    """Make the global id of something that may be missing."""
    return strawberry.ID(encode(type_name, id)) if id else None


@value
class UnitPhoto:
    """A photo of a unit. Both addresses give WebP to whoever is signed in."""

    id: strawberry.ID
    url: str = strawberry.field(description="At most 1600 points long.")
    small_url: str = strawberry.field(description="At most 480 points long.")
    caption: str
    width: int
    height: int

    @classmethod
    def of(cls, row: PhotoRow) -> Self:
        return cls(
            id=strawberry.ID(encode("UnitPhoto", row.id)),
            url=f"/photos/{row.id}.webp",
            small_url=f"/photos/{row.id}-small.webp",
            caption=row.caption,
            width=row.width,
            height=row.height,
        )


@value
class OwnerShare:
    """What an owner gets of a unit's takings, in percent, and what from a day of the site on."""

    percent: Decimal
    next_percent: Decimal | None
    next_from: date | None


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
    biosafety_level: int = strawberry.field(description="1 to 4, 0 for none.")
    equipment: list[str]
    room_id: strawberry.ID | None
    pool_id: strawberry.ID | None
    whole_id: strawberry.ID | None = strawberry.field(description="The unit that it is a part of.")
    policy: BookingPolicy
    code_url: str = strawberry.field(
        description="The picture of the code that hangs at it, for who manages the site's space or checks people in."
    )
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
            biosafety_level=row.biosafety_level,
            equipment=row.equipment,
            room_id=some_id("Room", row.room_id),
            pool_id=some_id("Pool", row.pool_id),
            whole_id=some_id("Unit", row.whole_id),
            policy=BookingPolicy.of(Policy.read(row.policy)),
            code_url=code_url("unit", row.id),
            version=row.version,
        )

    @resolved
    async def current_outage(self, info: Info) -> "Outage | None":
        """The outage that goes on and reaches it; null while it is in order."""
        row = await info.context.loaders.of(CURRENT_OUTAGES).load(self.row.id)
        return Outage.of(row) if row else None

    @resolved
    async def owner(self, info: Info) -> Organization | None:
        """Whose it is; null when it is the house's own."""
        row = await maybe(info, ORGANIZATIONS, self.row.owner_id)
        return Organization.of(row) if row else None

    @resolved
    async def requirements(self, info: Info) -> list[UnitRequirement]:
        """What it asks of who uses it, also as a part of another unit."""
        return [UnitRequirement.of(row) for row in await info.context.loaders.of(REQUIREMENTS).load(self.row.id)]

    @resolved
    async def photos(self, info: Info) -> list[UnitPhoto]:
        """What it looks like, the first added first."""
        return [UnitPhoto.of(row) for row in await info.context.loaders.of(PHOTOS).load(self.row.id)]

    @resolved
    async def owner_share(self, info: Info) -> OwnerShare | None:
        """What its owner gets of its takings; null for the house's own, and for whom it does not concern."""
        found = await info.context.loaders.of(SHARES).load(self.row.id) if self.row.owner_id else None
        return OwnerShare(percent=found.percent, next_percent=found.next_percent, next_from=found.next_from) if found else None

    @resolved
    async def site(self, info: Info) -> Site:
        """Where it stands."""
        return Site.of(await one(info, SITES, self.row.site_id))


@enum
class OutageKind(StrEnum):
    """Whether an outage was planned ahead, or came suddenly."""

    PLANNED = "planned"
    SUDDEN = "sudden"


@enum
class OutageState(StrEnum):
    """How an outage stands now."""

    AHEAD = "ahead"
    UNDER_WAY = "under way"
    OVER = "over"
    CANCELLED = "cancelled"


@entity(visible_outages)
class Outage(Node):
    """A time `[startsAt, endsAt)` in which a unit, and whatever shares space with it, cannot be used."""

    row: strawberry.Private[OutageRow]
    kind: OutageKind
    state: OutageState
    starts_at: datetime
    ends_at: datetime | None = strawberry.field(description="Null: until somebody says it is over.")
    reason: str
    note: str | None = strawberry.field(description="For the site's staff and the unit's owner; null to others.")
    created_at: datetime
    version: int

    @classmethod
    def of(cls, row: OutageRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Outage", row.id)),
            row=row,
            kind=OutageKind(row.kind),
            state=OutageState(state_of(row.starts_at, row.ends_at, row.cancelled_at, clock.now())),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            reason=row.reason,
            note=row.note,
            created_at=row.created_at,
            version=row.version,
        )

    @resolved
    async def unit(self, info: Info) -> Unit:
        """The unit; an outage of a whole reaches its parts, and one of a part its whole."""
        return Unit.of(await one(info, UNITS, self.row.unit_id))

    @resolved
    async def created_by(self, info: Info) -> Person | None:
        """Who said so; null to all but the site's staff and the unit's owner."""
        if self.row.created_by_id is None or self.row.created_by_name is None:
            return None
        return await person_known_by_name(info, self.row.created_by_id, self.row.created_by_name)

    @resolved
    async def bookings(self, info: Info) -> list["Booking"]:
        """What it ended, in order of its start, as far as the viewer knows it; a booking's heir is what was taken instead. At most 1000."""
        return [Booking.of(row) for row in await info.context.loaders.of(ENDED).load(self.row.id)]


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
    lines: list[PriceLine] | None = strawberry.field(description="How the price comes about.")
    credit_minutes: int | None = strawberry.field(description="Paid with credit of a plan.")
    note_for_next: str | None
    heir_id: strawberry.ID | None = strawberry.field(description="The booking that it was moved to.")
    series_id: strawberry.ID | None
    outage_id: strawberry.ID | None = strawberry.field(description="The outage that ended it; then nothing of it is charged.")
    accessory_ids: list[strawberry.ID]
    expires_at: datetime | None = strawberry.field(description="Until when it waits for approval.")
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
            lines=None if row.lines is None else [PriceLine.of(line, row.currency) for line in read_lines(row.lines)],
            credit_minutes=row.credit_minutes,
            note_for_next=row.note_for_next,
            heir_id=some_id("Booking", row.heir_id),
            series_id=some_id("BookingSeries", row.series_id),
            outage_id=some_id("Outage", row.outage_id),
            accessory_ids=[strawberry.ID(encode("Unit", UUID(one))) for one in json.loads(row.accessory_ids)],
            expires_at=row.expires_at,
            version=row.version,
        )

    @resolved
    async def note_from_before(self, info: Info) -> str | None:
        """What the one before left for who has the unit now; null for others' bookings."""
        return await info.context.loaders.of(NOTES).load(self.row.id) if self.row.organization_id else None

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

    @resolved
    async def companion(self, info: Info) -> Person | None:
        """The second person, where two use the unit."""
        if self.row.companion_id is None or self.row.companion_name is None:
            return None
        return await person_known_by_name(info, self.row.companion_id, self.row.companion_name)


@value
class BookingQuote:
    """What a booking would cost, and every rule it breaks. Nothing is held."""

    price: Money | None = strawberry.field(description="Null when the unit cannot be booked.")
    price_includes_tax: bool
    lines: list[PriceLine] = strawberry.field(description="How the price comes about; what is charged later is this.")
    credit_minutes: int = strawberry.field(description="Paid with credit of a plan, before money.")
    totals: PriceTotals | None = strawberry.field(description="Null when nothing is to be paid.")
    broken_rules: list[UserError]

    @classmethod
    def of(cls, quote: Quote, language: str) -> Self:
        return cls(
            price=Money.maybe(quote.price_minor, quote.currency),
            price_includes_tax=quote.price_includes_tax,
            lines=[PriceLine.of(line, quote.currency) for line in quote.lines],
            credit_minutes=quote.credit_minutes,
            totals=PriceTotals.of(quote.totals, quote.currency) if quote.totals else None,
            broken_rules=[user_error(rule, language) for rule in quote.broken],
        )


@value
class BookingFees:
    """What it would cost now to cancel a booking, or not to come, by the policy at booking time."""

    cancel_fee: Money | None = strawberry.field(description="Null when only staff can cancel now.")
    free_until: datetime | None = strawberry.field(description="Null when cancelling is free until the start.")
    no_show_fee: Money
    price_includes_tax: bool
    cancel_totals: PriceTotals | None
    no_show_totals: PriceTotals | None


async def _ended(actor: Actor, outage_ids: Sequence[UUID]) -> list[list[BookingRow]]:
    found = await queries.bookings_of_outages(actor, outage_ids)
    return [found.get(outage_id, []) for outage_id in outage_ids]


ENDED: Relation[UUID, list[BookingRow]] = Relation("bookings that an outage ended", _ended)


async def _current_outages(actor: Actor, unit_ids: Sequence[UUID]) -> list[OutageRow | None]:
    found = await outage_queries.current_outages(actor, unit_ids)
    return [found.get(unit_id) for unit_id in unit_ids]


CURRENT_OUTAGES: Relation[UUID, OutageRow | None] = Relation("current outage", _current_outages)


async def _notes(actor: Actor, booking_ids: Sequence[UUID]) -> list[str | None]:
    found = await queries.notes_before(booking_ids)
    return [found.get(booking_id) for booking_id in booking_ids]


NOTES: Relation[UUID, str | None] = Relation("note from before", _notes)
PHOTOS: Relation[UUID, list[PhotoRow]] = Relation("photos of unit", place_queries.photos_of)
SHARES: Relation[UUID, owner_queries.Share | None] = Relation("share of owner", owner_queries.shares_of)

UNITS = register_node("Unit", queries.units_by_id, Unit.of)
BOOKINGS = register_node("Booking", queries.bookings_by_id, Booking.of)
OUTAGES = register_node("Outage", outage_queries.outages_by_id, Outage.of)
