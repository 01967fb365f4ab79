"""The demo world's trainings: what instruments ask for at three sites, sessions past and to come, and who passed."""

from datetime import date, timedelta
from uuid import UUID

from incubator import db
from incubator.demo.cast import actor
from incubator.demo.house import Place
from incubator.demo.life import Resident, at
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor
from incubator.spaces import service as spaces
from incubator.spaces.service import RequirementTerms, Result, SessionTerms, TrainingTerms

SITES = ("hamburg", "jlabs_sh", "zurich")
MICROSCOPE = TrainingTerms(
    "Confocal microscope",
    levels=("Basic", "Advanced", "Trainer"),
    trainer_level=3,
    description="Laser safety, sample holders, shutting down. Two hours, on the microscope itself.",
    valid_days=365,
    disuse_days=180,
    reminder_days=30,
)
APPROVAL = TrainingTerms(
    "Biosafety level 2",
    kind="biosafety approval",
    levels=("Approved",),
    biosafety_level=2,
    description="Granted by the biosafety officer for named people, after the briefing.",
    valid_days=730,
    reminder_days=60,
)
BRIEFING = TrainingTerms(
    "Laboratory safety briefing",
    kind="safety briefing",
    levels=("Briefed",),
    description="Escape routes, waste, alarms. Once a year.",
    valid_days=365,
    reminder_days=30,
)


async def school(spots: list[Place], residents: list[Resident], today: date) -> None:
    """Give three sites trainings, sessions and qualified residents. Bookings that stand are not touched."""
    of_operator: dict[UUID, tuple[UUID, UUID, UUID]] = {}
    for place in spots:
        if place.key in SITES:
            manager = await actor("manager@incubator.example", place.operator_key)
            if place.operator_id not in of_operator:
                of_operator[place.operator_id] = await _trainings(place, manager, today)
            people = [resident.startup.owner for resident in residents if resident.place.key == place.key]
            await _school(place, manager, people, of_operator[place.operator_id], today)


async def _trainings(place: Place, manager: Actor, today: date) -> tuple[UUID, UUID, UUID]:
    """Add the operator's trainings, with its manager as trainer."""
    assert manager.person_id is not None
    with clock.travel_to(at(today - timedelta(days=340), 8)):
        microscope, approval, briefing = [
            await spaces.add_training(manager, place.site_id, terms, is_everywhere=True) for terms in (MICROSCOPE, APPROVAL, BRIEFING)
        ]
        for training_id in (microscope, briefing):
            await spaces.appoint_trainer(manager, training_id, manager.person_id)
    return microscope, approval, briefing


async def _school(place: Place, manager: Actor, people: list[Actor], trainings: tuple[UUID, UUID, UUID], today: date) -> None:
    first, second = place.instruments
    microscope, approval, briefing = trainings
    for training_id, days, hours in ((briefing, -300, 9), (microscope, -160, 10)):
        await _past_session(place, manager, training_id, people, today + timedelta(days=days), hours)
    for training_id, days, seats in ((microscope, 6, 4), (microscope, 20, 4), (briefing, 9, 12)):
        session_id = await _plan(place, manager, training_id, today + timedelta(days=days), 14, seats)
        for person in people[2:4] if training_id == microscope and days == 6 else ():
            await spaces.take_seat(person, session_id)
    approved = [await actor("member@elbe-cell.example", "elbe_cell")] if place.key == "hamburg" else []
    for person in (*people[:2], *approved):
        assert person.person_id is not None
        await spaces.grant_qualification(manager, person.person_id, approval, 1, "approved by the biosafety officer")
    await _ask(first, second, microscope, approval, briefing)
    for person in people[:1]:
        await spaces.enter_area(person, await _room_of(first))


async def _past_session(place: Place, manager: Actor, training_id: UUID, people: list[Actor], day: date, hour: int) -> None:
    """A session that most of the residents came to; the last did not pass."""
    with clock.travel_to(at(day - timedelta(days=4), 8)):
        session_id = await _plan(place, manager, training_id, day, hour, max(1, len(people)))
        seats = [await spaces.take_seat(person, session_id) for person in people]
    with clock.travel_to(at(day + timedelta(days=3), hour, place.time_zone)):
        results = [Result(seat, True, 1 if number < max(1, len(seats) - 1) else 0) for number, seat in enumerate(seats)]
        await spaces.record_results(manager, session_id, results)


async def _plan(place: Place, manager: Actor, training_id: UUID, day: date, hour: int, seats: int) -> UUID:
    assert manager.person_id is not None
    starts_at = at(day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0), hour, place.time_zone)
    terms = SessionTerms(starts_at, starts_at + timedelta(hours=2), seats, manager.person_id, "Core facility, ground floor")
    return await spaces.schedule_session(manager, training_id, place.site_id, terms)


async def _ask(first: UUID, second: UUID, microscope: UUID, approval: UUID, briefing: UUID) -> None:
    """The first instrument asks for the microscope's training, the second for two people with the approval."""
    await spaces.require_qualification(SYSTEM, RequirementTerms(first, microscope))
    await spaces.require_qualification(SYSTEM, RequirementTerms(first, briefing))
    await spaces.require_qualification(SYSTEM, RequirementTerms(second, approval, needs_second_person=True, needs_presence=True))


async def _room_of(unit_id: UUID) -> UUID:
    room_id: UUID = await db.value("SELECT room_id FROM unit WHERE id = $1", unit_id)
    return room_id
