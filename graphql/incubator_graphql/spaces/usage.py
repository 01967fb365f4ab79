"""Usage in the API: checking in and out, machines, problems for staff, utilisation."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator.spaces import days, place_queries, service
from incubator.spaces.place_queries import UsageRow
from incubator.spaces.scope import visible_usages
from incubator.spaces.service import MachineEvent
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.nodes import Node, maybe, one, register_node, shown
from incubator_graphql.organizations.types import ORGANIZATIONS, Organization
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.types import UNITS, Unit


@enum
class UsageState(StrEnum):
    """Whether a usage goes on, has ended, waits for staff, or was resolved by them."""

    OPEN = "open"
    CLOSED = "closed"
    PROBLEM = "problem"
    RESOLVED = "resolved"


@enum
class MachineEventKind(StrEnum):
    """What a machine tells."""

    START = "start"
    STOP = "stop"


@entity(visible_usages)
class Usage(Node):
    """What was really used of a unit."""

    row: strawberry.Private[UsageRow]
    state: UsageState
    problem: str = strawberry.field(description="not ended, no start, no booking, or after charge; empty for none.")
    started_at: datetime | None
    ended_at: datetime | None
    used_on: date = strawberry.field(description="A day of the site.")
    minutes: int
    resolution: str
    booking_id: strawberry.ID | None
    version: int

    @classmethod
    def of(cls, row: UsageRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Usage", row.id)),
            row=row,
            state=UsageState(row.state),
            problem=row.problem,
            started_at=row.started_at,
            ended_at=row.ended_at,
            used_on=row.used_on,
            minutes=row.minutes,
            resolution=row.resolution,
            booking_id=strawberry.ID(encode("Booking", row.booking_id)) if row.booking_id else None,
            version=row.version,
        )

    @resolved
    async def unit(self, info: Info) -> Unit:
        """The unit."""
        return Unit.of(await one(info, UNITS, self.row.unit_id))

    @resolved
    async def organization(self, info: Info) -> Organization | None:
        """Who pays; null while nobody is known."""
        row = await maybe(info, ORGANIZATIONS, self.row.organization_id)
        return Organization.of(row) if row else None


USAGES = register_node("Usage", place_queries.usages_by_id, Usage.of)


@value
class UnitUtilization:
    """How much of a unit was open, booked, let and used, in minutes."""

    unit_id: strawberry.ID
    name: str
    open_minutes: int = strawberry.field(description="When it was open and in order.")
    out_minutes: int = strawberry.field(description="When it was open and out of order.")
    booked_minutes: int
    let_minutes: int
    used_minutes: int


@given
class CheckInInput:
    """The booking that begins to be used."""

    booking_id: strawberry.ID


@given
class CheckOutInput:
    """The booking whose use ends."""

    booking_id: strawberry.ID
    note: str = strawberry.field(default="", description="What the next user needs to know.")


@given
class RecordMachineEventInput:
    """What a machine told; the same event id again changes nothing."""

    unit_id: strawberry.ID
    event_id: str
    kind: MachineEventKind
    at: datetime


@given
class ResolveUsageInput:
    """How long a usage was that is a problem, and why staff say so."""

    usage_id: strawberry.ID
    minutes: int
    reason: str
    expected_version: int
    organization_id: strawberry.ID | None = strawberry.field(default=None, description="Who pays, when there is no booking.")


@value
class UsagePayload(Payload):
    """The usage; null for a machine event that is known."""

    usage: Usage | None = None


@strawberry.type
class UsageQuery:
    """Reading usage."""

    @query(SIGNED_IN)
    async def usages(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        problems_only: bool | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Usage]:
        """List what was used, the latest told first; for staff also what waits for them."""
        found = await place_queries.list_usages(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            problems_only=bool(problems_only),
            with_total=wants_total(info),
        )
        return Connection[Usage].of(found, lambda row: Usage.of(place_queries.usage_row(row)))

    @query(SIGNED_IN)
    async def utilization(
        self, info: Info, site_id: strawberry.ID, from_: Annotated[date, strawberry.argument(name="from")], until: date
    ) -> list[UnitUtilization]:
        """Tell how much each unit was used from a first to a last day of the site; for its staff and for the owners of units."""
        found = await days.utilization(info.context.actor, decode(site_id, "Site", "siteId"), from_, until)
        return [
            UnitUtilization(
                unit_id=strawberry.ID(encode("Unit", row.unit_id)),
                name=row.name,
                open_minutes=row.open_minutes,
                out_minutes=row.out_minutes,
                booked_minutes=row.booked_minutes,
                let_minutes=row.let_minutes,
                used_minutes=row.used_minutes,
            )
            for row in found
        ]


@strawberry.type
class UsageMutation:
    """Checking in and out, machines, problems."""

    @mutation(SIGNED_IN)
    async def check_in(self, info: Info, input: CheckInInput) -> UsagePayload:
        """Begin to use a booking, from 15 minutes before its start; again, nothing changes."""
        usage_id = await service.check_in(info.context.actor, decode(input.booking_id, "Booking", "input", "bookingId"))
        return UsagePayload(usage=await shown(info, USAGES, usage_id, Usage.of))

    @mutation(SIGNED_IN)
    async def check_out(self, info: Info, input: CheckOutInput) -> UsagePayload:
        """End the use of a booking, with a note for who comes next."""
        booking_id = decode(input.booking_id, "Booking", "input", "bookingId")
        usage_id = await service.check_out(info.context.actor, booking_id, input.note)
        return UsagePayload(usage=await shown(info, USAGES, usage_id, Usage.of))

    @mutation(granted(Grant.CHECK_IN))
    async def record_machine_event(self, info: Info, input: RecordMachineEventInput) -> UsagePayload:
        """Take what a machine tells; in any order, and again without effect."""
        event = MachineEvent(decode(input.unit_id, "Unit", "input", "unitId"), input.event_id, input.kind.value, input.at)
        usage_id = await service.record_machine_event(info.context.actor, event)
        return UsagePayload(usage=await shown(info, USAGES, usage_id, Usage.of) if usage_id else None)

    @mutation(granted(Grant.CHECK_IN))
    async def resolve_usage(self, info: Info, input: ResolveUsageInput) -> UsagePayload:
        """Say how long a usage was that is a problem; it is charged then."""
        usage_id = decode(input.usage_id, "Usage", "input", "usageId")
        payer = decode(input.organization_id, "Organization", "input", "organizationId") if input.organization_id else None
        await service.resolve_usage(info.context.actor, usage_id, input.minutes, input.reason, input.expected_version, payer)
        return UsagePayload(usage=await shown(info, USAGES, usage_id, Usage.of))
