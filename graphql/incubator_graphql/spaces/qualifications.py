"""What people hold, what they lack, and who is in an area, in the API."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator.spaces import service, training_queries
from incubator.spaces.training_queries import OpenRequirementRow, PresenceRow, QualificationRow
from incubator.spaces.training_scope import visible_presences, visible_qualifications
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.nodes import Node, maybe, one, register_node, shown
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Person, Site, person_known_by_name
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.spaces.places import ROOMS, Room
from incubator_graphql.spaces.trainings import SESSIONS, TRAININGS, Training, TrainingSession


@enum
class QualificationState(StrEnum):
    """Whether a qualification is held (until its last day), suspended until it is renewed, or revoked."""

    HELD = "held"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@entity(visible_qualifications)
class Qualification(Node):
    """What a person holds of a training: one's own, for owners those of their people, for staff those of their trainings."""

    row: strawberry.Private[QualificationRow]
    level: int = strawberry.field(description="Counted from 1.")
    granted_on: date
    valid_until: date | None = strawberry.field(description="The last day by date.")
    last_used_on: date | None
    ends_on: date | None = strawberry.field(description="The last day that counts, by date or by disuse; none when null.")
    state: QualificationState
    reason: str | None = strawberry.field(description="Why it is so; for the person and for managers and auditors only.")
    version: int

    @classmethod
    def of(cls, row: QualificationRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Qualification", row.id)),
            row=row,
            level=row.level,
            granted_on=row.granted_on,
            valid_until=row.valid_until,
            last_used_on=row.last_used_on,
            ends_on=row.last_day,
            state=QualificationState(row.state),
            reason=row.reason,
            version=row.version,
        )

    @resolved
    async def person(self, info: Info) -> Person:
        """Whose it is."""
        return await person_known_by_name(info, self.row.person_id, self.row.person_name)

    @resolved
    async def training(self, info: Info) -> Training:
        """Of what."""
        return Training.of(await one(info, TRAININGS, self.row.training_id))


@value
class OpenRequirement:
    """A training that the viewer does not hold at the level that units ask for, and the units that they cannot book for that reason."""

    row: strawberry.Private[OpenRequirementRow]
    level: int
    units: list[str]

    @classmethod
    def of(cls, row: OpenRequirementRow) -> Self:
        return cls(row=row, level=row.level, units=row.units)

    @resolved
    async def training(self, info: Info) -> Training:
        """What is lacking."""
        return Training.of(await one(info, TRAININGS, self.row.training_id))

    @resolved
    async def next_session(self, info: Info) -> TrainingSession | None:
        """The next session with a free seat."""
        row = await maybe(info, SESSIONS, self.row.next_session_id)
        return TrainingSession.of(row) if row else None


@entity(visible_presences)
class AreaPresence(Node):
    """A person in an area: one's own, and for staff those at their sites."""

    row: strawberry.Private[PresenceRow]
    entered_at: datetime
    left_at: datetime | None

    @classmethod
    def of(cls, row: PresenceRow) -> Self:
        return cls(id=strawberry.ID(encode("AreaPresence", row.id)), row=row, entered_at=row.entered_at, left_at=row.left_at)

    @resolved
    async def person(self, info: Info) -> Person:
        """Who is there."""
        return await person_known_by_name(info, self.row.person_id, self.row.person_name)

    @resolved
    async def organization(self, info: Info) -> Organization | None:
        """Where they stood when they said so; null when the staff said it."""
        row = await maybe(info, ORGANIZATIONS, self.row.organization_id)
        return Organization.of(row) if row else None

    @resolved
    async def room(self, info: Info) -> Room:
        """The area."""
        return Room.of(await one(info, ROOMS, self.row.room_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """Where the area is."""
        return Site.of(await one(info, SITES, self.row.site_id))


QUALIFICATIONS = register_node("Qualification", training_queries.qualifications_by_id, Qualification.of)
PRESENCES = register_node("AreaPresence", training_queries.presences_by_id, AreaPresence.of)


@given
class GrantQualificationInput:
    """What a person holds from today on without a session, and why."""

    person_id: strawberry.ID
    training_id: strawberry.ID
    level: int
    reason: str
    valid_until: date | None = strawberry.field(default=None, description="The training's valid days when left out.")


@given
class EndQualificationInput:
    """The qualification that counts no more, and why."""

    qualification_id: strawberry.ID
    reason: str
    expected_version: int


@given
class RenewQualificationInput:
    """The qualification that counts anew from today on, and why."""

    qualification_id: strawberry.ID
    reason: str
    expected_version: int
    valid_until: date | None = strawberry.field(default=None, description="The training's valid days when left out.")


@given
class EnterAreaInput:
    """The room that one is in; staff may say it for somebody."""

    room_id: strawberry.ID
    person_id: strawberry.ID | None = None


@given
class LeaveAreaInput:
    """The presence that ends."""

    area_presence_id: strawberry.ID


@value
class QualificationPayload(Payload):
    """The qualification."""

    qualification: Qualification | None = None


@value
class AreaPresencePayload(Payload):
    """The presence."""

    presence: AreaPresence | None = None


@strawberry.type
class QualificationsQuery:
    """Reading what people hold and where they are."""

    @query(SIGNED_IN)
    async def my_qualifications(self, info: Info) -> list[Qualification]:
        """Tell what the viewer holds, held before, or has suspended, by the trainings' names."""
        return [Qualification.of(row) for row in await training_queries.own_qualifications(info.context.actor)]

    @query(SIGNED_IN)
    async def open_requirements(self, info: Info) -> list[OpenRequirement]:
        """Tell what units at the viewer's sites ask for that the viewer does not hold today, and when it can be had."""
        return [OpenRequirement.of(row) for row in await training_queries.open_requirements(info.context.actor)]

    @query(SIGNED_IN)
    async def known_people(self, info: Info, search: str) -> list[Person]:
        """Find people to train, grant or appoint, by name or address, 20 at most: for staff those of the organisations at their sites."""
        return [Person.of(row) for row in await training_queries.find_people(info.context.actor, search)]

    @query(SIGNED_IN)
    async def possible_companions(self, info: Info, unit_id: strawberry.ID, search: str) -> list[Person]:
        """Find who may be the second person at a unit, by name, 20 at most: colleagues, and trainers of what the unit asks for."""
        found = await training_queries.possible_companions(info.context.actor, decode(unit_id, "Unit", "unitId"), search)
        return [await person_known_by_name(info, person_id, name) for person_id, name in found]

    @query(SIGNED_IN)
    async def qualifications(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        training_id: strawberry.ID | None = None,
        state: QualificationState | None = None,
        ends_by: date | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Qualification]:
        """List what people hold, by their names; `endsBy`: what counts on no day after that one."""
        found = await training_queries.list_qualifications(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            training_id=decode(training_id, "Training", "trainingId") if training_id else None,
            state=state.value if state else None,
            ends_by=ends_by,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Qualification].of(found, lambda row: Qualification.of(QualificationRow(**row)))

    @query(SIGNED_IN)
    async def area_presences(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        room_id: strawberry.ID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AreaPresence]:
        """List who is in an area now, by their names: for the site's staff everybody, else oneself."""
        found = await training_queries.list_presences(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            room_id=decode(room_id, "Room", "roomId") if room_id else None,
            with_total=wants_total(info),
        )
        return Connection[AreaPresence].of(found, lambda row: AreaPresence.of(PresenceRow(**row)))


@strawberry.type
class QualificationsMutation:
    """Granting, ending and renewing qualifications; entering and leaving areas."""

    @mutation(granted(Grant.MANAGE_SPACE))
    async def grant_qualification(self, info: Info, input: GrantQualificationInput) -> QualificationPayload:
        """Let a person hold a training without a session."""
        qualification_id = await service.grant_qualification(
            info.context.actor,
            decode(input.person_id, "Person", "input", "personId"),
            decode(input.training_id, "Training", "input", "trainingId"),
            input.level,
            input.reason,
            input.valid_until,
        )
        return QualificationPayload(qualification=await shown(info, QUALIFICATIONS, qualification_id, Qualification.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def suspend_qualification(self, info: Info, input: EndQualificationInput) -> QualificationPayload:
        """Let a qualification not count until it is renewed."""
        qualification_id = decode(input.qualification_id, "Qualification", "input", "qualificationId")
        await service.suspend_qualification(info.context.actor, qualification_id, input.reason, input.expected_version)
        return QualificationPayload(qualification=await shown(info, QUALIFICATIONS, qualification_id, Qualification.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def revoke_qualification(self, info: Info, input: EndQualificationInput) -> QualificationPayload:
        """Take a qualification away."""
        qualification_id = decode(input.qualification_id, "Qualification", "input", "qualificationId")
        await service.revoke_qualification(info.context.actor, qualification_id, input.reason, input.expected_version)
        return QualificationPayload(qualification=await shown(info, QUALIFICATIONS, qualification_id, Qualification.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def renew_qualification(self, info: Info, input: RenewQualificationInput) -> QualificationPayload:
        """Let a qualification count anew from today on; a suspension ends with it."""
        qualification_id = decode(input.qualification_id, "Qualification", "input", "qualificationId")
        await service.renew_qualification(info.context.actor, qualification_id, input.reason, input.expected_version, input.valid_until)
        return QualificationPayload(qualification=await shown(info, QUALIFICATIONS, qualification_id, Qualification.of))

    @mutation(SIGNED_IN)
    async def enter_area(self, info: Info, input: EnterAreaInput) -> AreaPresencePayload:
        """Say that one is in an area; who was in another one has left it."""
        presence_id = await service.enter_area(
            info.context.actor,
            decode(input.room_id, "Room", "input", "roomId"),
            decode(input.person_id, "Person", "input", "personId") if input.person_id else None,
        )
        return AreaPresencePayload(presence=await shown(info, PRESENCES, presence_id, AreaPresence.of))

    @mutation(SIGNED_IN)
    async def leave_area(self, info: Info, input: LeaveAreaInput) -> AreaPresencePayload:
        """Say that one has left an area."""
        presence_id = decode(input.area_presence_id, "AreaPresence", "input", "areaPresenceId")
        await service.leave_area(info.context.actor, presence_id)
        return AreaPresencePayload(presence=await shown(info, PRESENCES, presence_id, AreaPresence.of))
