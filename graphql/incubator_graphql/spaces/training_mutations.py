"""Setting up trainings, planning sessions, taking seats, writing down results, in the API."""

from datetime import datetime

import strawberry

from incubator.kernel.actor import Grant
from incubator.spaces import service
from incubator.spaces.service import RequirementTerms, Result, SessionTerms, TrainingTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import shown
from incubator_graphql.outputs import given, value
from incubator_graphql.spaces.changes import BookingPayload
from incubator_graphql.spaces.requirements import TrainingKind
from incubator_graphql.spaces.trainings import SEATS, SESSIONS, TRAININGS, Training, TrainingSeat, TrainingSession
from incubator_graphql.spaces.types import BOOKINGS, UNITS, Booking, Unit


@given
class TrainingFields:
    """A training; its levels are names, the lowest first, counted from 1."""

    name: str
    kind: TrainingKind
    levels: list[str]
    trainer_level: int = strawberry.field(description="From which level on people may train others.")
    biosafety_level: int = strawberry.field(default=0, description="1 to 4 for a biosafety approval, else 0.")
    description: str = ""
    valid_days: int | None = None
    disuse_days: int | None = None
    reminder_days: int = 30

    def terms(self) -> TrainingTerms:
        """Return them as the domain takes them."""
        return TrainingTerms(
            self.name,
            self.kind.value,
            tuple(self.levels),
            self.trainer_level,
            self.biosafety_level,
            self.description,
            self.valid_days,
            self.disuse_days,
            self.reminder_days,
        )


@given
class AddTrainingInput(TrainingFields):
    """A training of a site, or of all sites of its operator."""

    site_id: strawberry.ID
    is_everywhere: bool = False


@given
class ChangeTrainingInput(TrainingFields):
    """The training as it shall be."""

    training_id: strawberry.ID
    expected_version: int


@given
class TrainerInput:
    """Who gives a training, or gives it no more."""

    training_id: strawberry.ID
    person_id: strawberry.ID


@given
class SessionFields:
    """When and where a session is, `[startsAt, endsAt)`: at a place in words, on a unit that it holds, or both."""

    starts_at: datetime
    ends_at: datetime
    seats: int
    trainer_id: strawberry.ID
    place: str = ""
    unit_id: strawberry.ID | None = None

    def terms(self) -> SessionTerms:
        """Return them as the domain takes them."""
        return SessionTerms(
            self.starts_at,
            self.ends_at,
            self.seats,
            decode(self.trainer_id, "Person", "input", "trainerId"),
            self.place,
            decode(self.unit_id, "Unit", "input", "unitId") if self.unit_id else None,
        )


@given
class ScheduleSessionInput(SessionFields):
    """A session of a training at a site."""

    training_id: strawberry.ID
    site_id: strawberry.ID


@given
class ChangeSessionInput(SessionFields):
    """The session as it shall be."""

    session_id: strawberry.ID
    expected_version: int


@given
class CancelSessionInput:
    """The session that will not be, and why; those with a seat are told."""

    session_id: strawberry.ID
    reason: str
    expected_version: int


@given
class TakeSeatInput:
    """The session to have a seat in; staff may seat somebody."""

    session_id: strawberry.ID
    person_id: strawberry.ID | None = None


@given
class LeaveSeatInput:
    """The seat to give back."""

    seat_id: strawberry.ID


@given
class SeatResultInput:
    """What became of a seat."""

    seat_id: strawberry.ID
    attended: bool
    passed_level: int = strawberry.field(default=0, description="0 when not passed.")


@given
class RecordResultsInput:
    """What became of seats of a session; the same again changes nothing."""

    session_id: strawberry.ID
    results: list[SeatResultInput]


@given
class RequireQualificationInput:
    """What a unit, and all that is a part of it, asks for of a training; said again, it is replaced."""

    unit_id: strawberry.ID
    training_id: strawberry.ID
    level: int = 1
    unattended_level: int | None = strawberry.field(default=None, description="Below it nobody uses the unit alone.")
    needs_second_person: bool = False
    needs_presence: bool = False


@given
class DropRequirementInput:
    """What a unit asks for no more."""

    unit_id: strawberry.ID
    training_id: strawberry.ID


@given
class NameCompanionInput:
    """The second person of a booking; nobody when left out."""

    booking_id: strawberry.ID
    expected_version: int
    companion_id: strawberry.ID | None = None


@value
class TrainingPayload(Payload):
    """The training."""

    training: Training | None = None


@value
class TrainingSessionPayload(Payload):
    """The session."""

    session: TrainingSession | None = None


@value
class TrainingSeatPayload(Payload):
    """The seat."""

    seat: TrainingSeat | None = None


@value
class RequirementPayload(Payload):
    """The unit."""

    unit: Unit | None = None


@strawberry.type
class TrainingsMutation:
    """Setting up trainings, planning sessions, taking seats, writing down results."""

    @mutation(granted(Grant.MANAGE_SPACE))
    async def add_training(self, info: Info, input: AddTrainingInput) -> TrainingPayload:
        """Add a training of a site, or of all sites of its operator."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        training_id = await service.add_training(info.context.actor, site_id, input.terms(), is_everywhere=input.is_everywhere)
        return TrainingPayload(training=await shown(info, TRAININGS, training_id, Training.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def change_training(self, info: Info, input: ChangeTrainingInput) -> TrainingPayload:
        """Change a training; days by date that people were given stay."""
        training_id = decode(input.training_id, "Training", "input", "trainingId")
        await service.change_training(info.context.actor, training_id, input.terms(), input.expected_version)
        return TrainingPayload(training=await shown(info, TRAININGS, training_id, Training.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def appoint_trainer(self, info: Info, input: TrainerInput) -> TrainingPayload:
        """Let a person give a training, who is staff or holds the trainers' level."""
        training_id = decode(input.training_id, "Training", "input", "trainingId")
        await service.appoint_trainer(info.context.actor, training_id, decode(input.person_id, "Person", "input", "personId"))
        return TrainingPayload(training=await shown(info, TRAININGS, training_id, Training.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def dismiss_trainer(self, info: Info, input: TrainerInput) -> TrainingPayload:
        """Let a person give a training no more."""
        training_id = decode(input.training_id, "Training", "input", "trainingId")
        await service.dismiss_trainer(info.context.actor, training_id, decode(input.person_id, "Person", "input", "personId"))
        return TrainingPayload(training=await shown(info, TRAININGS, training_id, Training.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def schedule_session(self, info: Info, input: ScheduleSessionInput) -> TrainingSessionPayload:
        """Plan a session; a unit that it is on is held for it."""
        session_id = await service.schedule_session(
            info.context.actor,
            decode(input.training_id, "Training", "input", "trainingId"),
            decode(input.site_id, "Site", "input", "siteId"),
            input.terms(),
        )
        return TrainingSessionPayload(session=await shown(info, SESSIONS, session_id, TrainingSession.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def change_session(self, info: Info, input: ChangeSessionInput) -> TrainingSessionPayload:
        """Change a session; at another time or place, those with a seat are told."""
        session_id = decode(input.session_id, "TrainingSession", "input", "sessionId")
        await service.change_session(info.context.actor, session_id, input.terms(), input.expected_version)
        return TrainingSessionPayload(session=await shown(info, SESSIONS, session_id, TrainingSession.of))

    @mutation(granted(Grant.MANAGE_SPACE))
    async def cancel_session(self, info: Info, input: CancelSessionInput) -> TrainingSessionPayload:
        """Cancel a session; those with a seat are told why."""
        session_id = decode(input.session_id, "TrainingSession", "input", "sessionId")
        await service.cancel_session(info.context.actor, session_id, input.reason, input.expected_version)
        return TrainingSessionPayload(session=await shown(info, SESSIONS, session_id, TrainingSession.of))

    @mutation(SIGNED_IN)
    async def take_seat(self, info: Info, input: TakeSeatInput) -> TrainingSeatPayload:
        """Take a seat in a session, while there is one."""
        seat_id = await service.take_seat(
            info.context.actor,
            decode(input.session_id, "TrainingSession", "input", "sessionId"),
            decode(input.person_id, "Person", "input", "personId") if input.person_id else None,
        )
        return TrainingSeatPayload(seat=await shown(info, SEATS, seat_id, TrainingSeat.of))

    @mutation(SIGNED_IN)
    async def leave_seat(self, info: Info, input: LeaveSeatInput) -> TrainingSeatPayload:
        """Give a seat back before the session begins."""
        await service.leave_seat(info.context.actor, decode(input.seat_id, "TrainingSeat", "input", "seatId"))
        return TrainingSeatPayload()

    @mutation(SIGNED_IN)
    async def record_results(self, info: Info, input: RecordResultsInput) -> TrainingSessionPayload:
        """Write down who came and who passed, which they hold from that day on; for the trainer and the site's managers."""
        session_id = decode(input.session_id, "TrainingSession", "input", "sessionId")
        results = [Result(decode(one.seat_id, "TrainingSeat", "input", "results"), one.attended, one.passed_level) for one in input.results]
        await service.record_results(info.context.actor, session_id, results)
        return TrainingSessionPayload(session=await shown(info, SESSIONS, session_id, TrainingSession.of))

    @mutation(granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS))
    async def require_qualification(self, info: Info, input: RequireQualificationInput) -> RequirementPayload:
        """Say what a unit, and all that is a part of it, asks for of a training. Its owner may too, but never of a biosafety approval."""
        terms = RequirementTerms(
            decode(input.unit_id, "Unit", "input", "unitId"),
            decode(input.training_id, "Training", "input", "trainingId"),
            input.level,
            input.unattended_level,
            input.needs_second_person,
            input.needs_presence,
        )
        await service.require_qualification(info.context.actor, terms)
        return RequirementPayload(unit=await shown(info, UNITS, terms.unit_id, Unit.of))

    @mutation(granted(Grant.MANAGE_SPACE, Grant.KEEP_OWN_UNITS))
    async def drop_requirement(self, info: Info, input: DropRequirementInput) -> RequirementPayload:
        """Ask no more for a training at a unit. Its owner may too, but never for a biosafety approval."""
        unit_id = decode(input.unit_id, "Unit", "input", "unitId")
        await service.drop_requirement(info.context.actor, unit_id, decode(input.training_id, "Training", "input", "trainingId"))
        return RequirementPayload(unit=await shown(info, UNITS, unit_id, Unit.of))

    @mutation(SIGNED_IN)
    async def name_companion(self, info: Info, input: NameCompanionInput) -> BookingPayload:
        """Name another second person for a booking, of the same organisation or a trainer."""
        booking_id = decode(input.booking_id, "Booking", "input", "bookingId")
        companion_id = decode(input.companion_id, "Person", "input", "companionId") if input.companion_id else None
        await service.name_companion(info.context.actor, booking_id, companion_id, input.expected_version)
        return BookingPayload(booking=await shown(info, BOOKINGS, booking_id, Booking.of))
