"""Trainings, sessions and seats: never over the seats, who trains, and what a passed session gives."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import DomainError, Forbidden, NotFound, OutOfRange, PatternMismatch, Stale
from incubator.spaces import service
from incubator.spaces.errors import UnitTaken
from incubator.spaces.service import BookingTerms, RequirementTerms, Result, SessionTerms, TrainingTerms
from incubator.spaces.training_errors import (
    NotATrainer,
    ResultKnown,
    SeatsTaken,
    SessionClosed,
    SessionFull,
    TrainingNotOfSite,
    UnitHasNoRoom,
)
from tests.support import make, schooling
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def some(actor: Actor) -> UUID:
    """Return who an actor is."""
    assert actor.person_id is not None
    return actor.person_id


async def outcome(attempt: Awaitable[object]) -> str:
    """Return won, or what was refused."""
    [found] = await asyncio.gather(attempt, return_exceptions=True)
    return type(found).__name__ if isinstance(found, BaseException) else "won"


async def told(kind: str) -> set[UUID]:
    """Who was told something, once each."""
    found = await db.rows("SELECT person_id FROM notification WHERE kind = $1", kind)
    assert len(found) == len({row["person_id"] for row in found})
    return {row["person_id"] for row in found}


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.prove)])
async def test_of_sixteen_who_want_the_last_seat_one_gets_it(rounds: int) -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        people = [await make.resident(house) for _ in range(16)]
        training = await schooling.training(house)
        outcomes: Counter[tuple[tuple[str, int], ...]] = Counter()

        for _ in range(rounds):
            session = await schooling.session(house, training, seats=1)
            found = Counter(await asyncio.gather(*(outcome(service.take_seat(person, session)) for person in people)))
            outcomes[tuple(sorted(found.items()))] += 1

    assert outcomes == {(("SessionFull", 15), ("won", 1)): rounds}
    assert await db.value("SELECT count(*) FROM training_seat") == rounds
    assert await db.value("SELECT count(*) FROM training_session WHERE seats_taken = 1") == rounds


async def test_one_person_sixteen_times_at_once_has_one_seat() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        person, training = await make.resident(house), await schooling.training(house)
        found = []

        for _ in range(5):  # the first opens the connections that the others meet on
            session = await schooling.session(house, training, seats=4)
            found.append(len(set(await asyncio.gather(*(service.take_seat(person, session) for _ in range(16))))))

    assert found == [1] * 5
    assert await db.value("SELECT count(*) FROM training_session WHERE seats_taken = 1") == 5


async def test_a_seat_that_is_left_is_free_for_another() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        first, second, session = (
            await make.resident(house),
            await make.resident(house),
            await schooling.session(house, await schooling.training(house), seats=1),
        )
        seat = await service.take_seat(first, session)
        with pytest.raises(SessionFull):
            await service.take_seat(second, session)
        with pytest.raises(NotFound):
            await service.leave_seat(second, seat)

        await service.leave_seat(first, seat)
        await service.take_seat(second, session)
        await drain()

    assert await db.value("SELECT person_id FROM training_seat") == second.person_id
    assert await told("seat_confirmed") >= {some(second)}


async def test_a_stranger_sees_no_session_and_staff_seat_only_whom_they_know() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        resident, stranger = await make.resident(house), await make.startup_owner()
        session = await schooling.session(house, await schooling.training(house))

        with pytest.raises(NotFound):
            await service.take_seat(stranger, session)
        with pytest.raises(NotFound):
            await service.take_seat(house.manager, session, stranger.person_id)
        with pytest.raises(Forbidden):
            await service.take_seat(resident, session, house.manager.person_id)
        nothing = await db.value("SELECT count(*) FROM training_seat")
        await service.take_seat(house.manager, session, resident.person_id)

    assert (nothing, await db.value("SELECT person_id FROM training_seat")) == (0, resident.person_id)


async def test_who_passed_holds_the_level_from_that_day_and_a_result_is_not_changed() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        training = await schooling.training(house, valid_days=100)
        passes, fails, misses = [await make.resident(house) for _ in range(3)]
        session = await schooling.session(house, training)
        seats = [await service.take_seat(person, session) for person in (passes, fails, misses)]
        results = [Result(seats[0], True, 2), Result(seats[1], True), Result(seats[2], False)]
        with pytest.raises(SessionClosed):
            await service.record_results(house.manager, session, results)
    with clock.travel_to(NOW + timedelta(days=2, hours=2)):
        with pytest.raises(Forbidden):
            await service.record_results(passes, session, results)
        with pytest.raises(OutOfRange):
            await service.record_results(house.manager, session, [Result(seats[0], True, 4)])
        with pytest.raises(OutOfRange):
            await service.record_results(house.manager, session, [Result(seats[2], False, 1)])
        nothing = await db.value("SELECT count(*) FROM qualification")

        for _ in range(2):
            await service.record_results(house.manager, session, results)
        with pytest.raises(ResultKnown):
            await service.record_results(house.manager, session, [Result(seats[0], True, 3)])
        await drain()

    assert nothing == 0
    found = await db.rows("SELECT person_id, level, granted_on, valid_until FROM qualification")
    assert [tuple(row) for row in found] == [(passes.person_id, 2, date(2026, 3, 12), date(2026, 6, 20))]
    assert await db.value("SELECT state FROM training_session") == "held"
    assert await told("training_passed") == {some(passes)}


async def test_a_lower_level_takes_nothing_away_and_a_suspension_stays() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        training, person = await schooling.training(house), await make.resident(house)
        qualification = await schooling.passed(person, training, 3)
        await service.suspend_qualification(house.manager, qualification, "an accident", 1)
        session = await schooling.session(house, training)
        seat = await service.take_seat(person, session)
    with clock.travel_to(NOW + timedelta(days=3)):
        await service.record_results(house.manager, session, [Result(seat, True, 1)])

    found = await db.row("SELECT level, state, reason FROM qualification")
    assert found is not None
    assert tuple(found) == (3, "suspended", "an accident")


async def test_a_session_on_a_unit_holds_it_and_gives_it_back() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training, unit = await make.resident(house), await schooling.training(house), await make.unit(house, "instrument")
        session = await schooling.session(house, training, unit_id=unit)
        at = NOW + timedelta(days=2)

        with pytest.raises(UnitTaken):
            await service.create_booking(owner, BookingTerms(unit, at, at + HOUR, "Mine"), "key-12345")
        with pytest.raises(UnitTaken):
            await schooling.session(house, training, unit_id=unit)
        await service.cancel_session(house.manager, session, "the lamp broke", 1)
        await service.create_booking(owner, BookingTerms(unit, at, at + HOUR, "Mine"), "key-22222")

    assert await db.value("SELECT count(*) FROM training_session") == 1


async def test_a_session_that_moves_or_is_cancelled_is_told_to_those_with_a_seat() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        person, session = await make.resident(house), await schooling.session(house, await schooling.training(house))
        await service.take_seat(person, session)
        terms = SessionTerms(NOW + timedelta(days=4), NOW + timedelta(days=4, hours=1), 2, some(house.manager), "Room 1")

        with pytest.raises(Stale):
            await service.change_session(house.manager, session, terms, 9)
        with pytest.raises(Forbidden):
            await service.change_session(person, session, terms, 2)
        await service.change_session(house.manager, session, replace(terms, seats=1), 2)
        await service.take_seat(person, session)
        await service.cancel_session(house.manager, session, "the trainer is ill", 3)
        with pytest.raises(SessionClosed):
            await service.cancel_session(house.manager, session, "again", 4)
        with pytest.raises(SessionClosed):
            await service.take_seat(await make.resident(house), session)
        await drain()

    assert (await told("session_moved"), await told("session_cancelled")) == ({some(person)}, {some(person)})


async def test_seats_are_not_fewer_than_are_taken() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        session = await schooling.session(house, await schooling.training(house))
        for _ in range(2):
            await service.take_seat(await make.resident(house), session)
        terms = SessionTerms(NOW + timedelta(days=4), NOW + timedelta(days=4, hours=1), 1, some(house.manager), "Room 1")

        with pytest.raises(SeatsTaken) as refused:
            await service.change_session(house.manager, session, terms, 3)

    assert (refused.value.limit, refused.value.value) == (1, 2)
    assert await db.value("SELECT seats FROM training_session") == 3


async def test_a_trainer_is_appointed_and_is_staff_or_holds_the_level() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        training, novice, expert = await schooling.training(house), await make.resident(house), await make.resident(house)
        await schooling.passed(novice, training, 2)
        await schooling.passed(expert, training, 3, date(2026, 3, 11))

        with pytest.raises(NotATrainer):
            await service.appoint_trainer(house.manager, training, some(novice))
        await service.appoint_trainer(house.manager, training, some(expert))
        soon = SessionTerms(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1), 2, some(expert), "Room 1")
        await service.schedule_session(house.manager, training, house.site_id, soon)
        for trainer_id in (some(novice), some(house.manager)):
            with pytest.raises(NotATrainer):
                await service.schedule_session(house.manager, training, house.site_id, replace(soon, trainer_id=trainer_id))
        with pytest.raises(NotATrainer):  # by then it has ended
            late = replace(soon, starts_at=NOW + timedelta(days=2), ends_at=NOW + timedelta(days=2, hours=1))
            await service.schedule_session(house.manager, training, house.site_id, late)
        await service.dismiss_trainer(house.manager, training, some(expert))
        with pytest.raises(NotFound):
            await service.dismiss_trainer(house.manager, training, some(expert))

    assert await db.value("SELECT count(*) FROM training_session") == 1


BAD_TRAININGS: list[tuple[TrainingTerms, type[DomainError]]] = [
    (TrainingTerms("Laser", kind="course"), PatternMismatch),
    (TrainingTerms("Laser", levels=()), OutOfRange),
    (TrainingTerms("Laser", levels=("A", "A")), OutOfRange),
    (TrainingTerms("Laser", trainer_level=2), OutOfRange),
    (TrainingTerms("Laser", valid_days=0), OutOfRange),
    (TrainingTerms("Laser", disuse_days=99_999), OutOfRange),
    (TrainingTerms("Laser", biosafety_level=2), OutOfRange),
    (TrainingTerms("S2", kind="biosafety approval"), OutOfRange),
]


@pytest.mark.parametrize(("terms", "error"), BAD_TRAININGS)
async def test_a_training_that_cannot_be_is_refused(terms: TrainingTerms, error: type[DomainError]) -> None:
    house = await make.house()

    with pytest.raises(error):
        await service.add_training(house.manager, house.site_id, terms)

    assert await db.value("SELECT count(*) FROM training") == 0


async def test_a_training_changes_but_never_below_what_is_held_or_asked_for() -> None:
    house, elsewhere = await make.house(), await make.house()
    training, taken = await schooling.training(house), await schooling.training(house, name="Laser")
    await schooling.passed(await make.resident(house), training, 2)

    with pytest.raises(OutOfRange):
        await service.change_training(house.manager, training, TrainingTerms("Confocal", levels=("Basic",)), 1)
    with pytest.raises(PatternMismatch):
        await service.change_training(house.manager, training, TrainingTerms("Laser", levels=("A", "B")), 1)
    with pytest.raises(Forbidden):
        await service.change_training(elsewhere.manager, taken, TrainingTerms("Laser II"), 1)
    await service.change_training(house.manager, training, TrainingTerms("Confocal", levels=("A", "B"), valid_days=3), 1)

    found = await db.row("SELECT name, levels, valid_days, version FROM training WHERE id = $1", training)
    assert found is not None
    assert tuple(found) == ("Confocal", '["A", "B"]', 3, 2)


async def test_a_unit_asks_only_for_its_own_houses_trainings_and_for_presence_only_in_a_room() -> None:
    house, elsewhere = await make.house(), await make.house()
    unit, training, foreign = await make.unit(house, "instrument"), await schooling.training(house), await schooling.training(elsewhere)

    with pytest.raises(TrainingNotOfSite):
        await service.require_qualification(house.manager, RequirementTerms(unit, foreign))
    with pytest.raises(UnitHasNoRoom):
        await service.require_qualification(house.manager, RequirementTerms(unit, training, needs_second_person=True))
    with pytest.raises(OutOfRange):
        await service.require_qualification(house.manager, RequirementTerms(unit, training, level=4))
    with pytest.raises(OutOfRange):
        await service.require_qualification(house.manager, RequirementTerms(unit, training, level=2, unattended_level=1))
    nothing = await db.value("SELECT count(*) FROM unit_requirement")
    for level in (1, 2):
        await service.require_qualification(house.manager, RequirementTerms(unit, training, level))

    assert (nothing, await db.value("SELECT level FROM unit_requirement")) == (0, 2)
    await service.drop_requirement(house.manager, unit, training)
    with pytest.raises(NotFound):
        await service.drop_requirement(house.manager, unit, training)


async def test_who_gives_a_session_writes_down_its_results_though_no_manager() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        training, expert, person = await schooling.training(house), await make.resident(house), await make.resident(house)
        await schooling.passed(expert, training, 3)
        await service.appoint_trainer(house.manager, training, some(expert))
        at = NOW + timedelta(days=1)
        terms = SessionTerms(at, at + HOUR, 2, some(expert), "Room 1")
        session = await service.schedule_session(house.manager, training, house.site_id, terms)
        seat = await service.take_seat(person, session)
        desk = await make.person(house.operator_id, Role.FRONT_DESK)
    with clock.travel_to(at):
        with pytest.raises(Forbidden):
            await service.record_results(desk, session, [Result(seat, True, 1)])
        await service.record_results(expert, session, [Result(seat, True, 1)])

    assert await db.value("SELECT granted_by_id FROM qualification WHERE person_id = $1", person.person_id) == expert.person_id
