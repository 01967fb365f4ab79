"""What people hold: grants, use, suspension, reminders and ends; and who is in an area."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, Stale
from incubator.spaces import presence, qualifications, service
from incubator.spaces.qualifying import Held, last_day
from incubator.spaces.service import BookingTerms, MachineEvent
from incubator.spaces.training_errors import QualificationNotHeld
from tests.support import make, schooling
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = date(2026, 3, 10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def some(actor: Actor) -> UUID:
    """Return who an actor is."""
    assert actor.person_id is not None
    return actor.person_id


async def told() -> list[str]:
    """What people were told, in order."""
    return [row["kind"] for row in await db.rows("SELECT kind FROM notification WHERE kind LIKE 'qualification%' ORDER BY id")]


async def sweep() -> None:
    """Do what the minute's sweep and the workers do."""
    await qualifications.tell_of_endings()
    await qualifications.tell_of_endings()
    await drain()


async def test_staff_grant_suspend_renew_and_revoke_with_reasons() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        person, training = await make.resident(house), await schooling.training(house, valid_days=30)
        stranger, elsewhere = await make.startup_owner(), (await make.house()).manager

        with pytest.raises(NotFound):
            await service.grant_qualification(house.manager, some(stranger), training, 1, "who?")
        with pytest.raises(Forbidden):
            await service.grant_qualification(elsewhere, some(elsewhere), training, 1, "mine")
        with pytest.raises(OutOfRange):
            await service.grant_qualification(house.manager, some(person), training, 4, "too high")
        with pytest.raises(OutOfRange):
            await service.grant_qualification(house.manager, some(person), training, 1, "past", TODAY - DAY)
        nothing = await db.value("SELECT count(*) FROM qualification")
        granted = await service.grant_qualification(house.manager, some(person), training, 1, "knows it")
        with pytest.raises(Stale):
            await service.suspend_qualification(house.manager, granted, "accident", 7)
        with pytest.raises(Forbidden):
            await service.suspend_qualification(person, granted, "mine", 1)
        with pytest.raises(NotFound):
            await service.suspend_qualification(elsewhere, granted, "not mine", 1)
        await service.suspend_qualification(house.manager, granted, "accident", 1)
        with pytest.raises(QualificationNotHeld):
            await service.suspend_qualification(house.manager, granted, "twice", 2)
        with pytest.raises(QualificationNotHeld):
            await service.grant_qualification(house.manager, some(person), training, 1, "around it")
    with clock.travel_to(NOW + 5 * DAY):
        await service.renew_qualification(house.manager, granted, "trained again", 2)
        renewed = await db.row("SELECT state, granted_on, valid_until FROM qualification")
        await service.revoke_qualification(house.manager, granted, "left", 3)
        with pytest.raises(QualificationNotHeld):
            await service.renew_qualification(house.manager, granted, "no", 4)
        await drain()

    assert nothing == 0
    assert renewed is not None
    assert tuple(renewed) == ("held", date(2026, 3, 15), date(2026, 4, 14))
    assert await told() == ["qualification_ended", "qualification_ended"]
    actions = [row["action"] for row in await db.rows("SELECT action FROM audit_entry WHERE type_name = 'Qualification' ORDER BY id")]
    assert actions == ["grant qualification", "suspend qualification", "renew qualification", "revoke qualification"]


async def test_use_is_noted_from_check_out_and_moves_the_end_by_disuse() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house, disuse_days=30)
        unit = await schooling.scope(house, training)
        qualification = await schooling.passed(owner, training)
        booking = await service.create_booking(owner, BookingTerms(unit, NOW + 5 * DAY, NOW + 5 * DAY + HOUR, "Cells"), "key-12345")
    with clock.travel_to(NOW + 5 * DAY):
        await service.check_in(owner, booking)
        await drain()
        during = await db.value("SELECT last_used_on FROM qualification")
    with clock.travel_to(NOW + 5 * DAY + HOUR / 2):
        await service.check_out(owner, booking)
        await drain()

    assert during is None
    assert await db.value("SELECT last_used_on FROM qualification WHERE id = $1", qualification) == TODAY + 5 * DAY


async def test_use_is_noted_from_what_a_machine_tells_late_and_never_goes_back() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house)
        unit = await schooling.scope(house, training)
        await schooling.passed(owner, training)
        for days in (1, 2):
            at = NOW + days * DAY
            await service.create_booking(owner, BookingTerms(unit, at, at + HOUR, "Cells"), f"key-1234{days}")
    with clock.travel_to(NOW + 3 * DAY):
        seen = []
        for days in (2, 1):
            for kind, minutes in (("start", 1), ("stop", 40)):
                at = NOW + days * DAY + timedelta(minutes=minutes)
                await service.record_machine_event(house.manager, MachineEvent(unit, f"{kind}{days}", kind, at))
            await drain()
            seen.append(await db.value("SELECT last_used_on FROM qualification"))

    assert seen == [TODAY + 2 * DAY, TODAY + 2 * DAY]


async def test_a_person_is_reminded_once_and_told_once_that_it_has_ended() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house, valid_days=40, reminder_days=10)
        await schooling.passed(owner, training)
    seen = []
    for days in (29, 30, 31, 40, 41, 42):
        with clock.travel_to(NOW + days * DAY):
            await sweep()
            seen.append(len(await told()))

    assert seen == [0, 1, 1, 1, 2, 2]
    assert await told() == ["qualification_ends_soon", "qualification_ended"]


async def test_a_renewed_one_is_reminded_of_anew_and_a_suspended_one_not() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house, valid_days=40, reminder_days=10)
        qualification = await schooling.passed(owner, training)
    with clock.travel_to(NOW + 31 * DAY):
        await sweep()
        await service.renew_qualification(
            house.manager, qualification, "passed again", await schooling.version("qualification", qualification)
        )
    with clock.travel_to(NOW + 62 * DAY):
        await sweep()
        again = await told()
        await service.suspend_qualification(house.manager, qualification, "x", await schooling.version("qualification", qualification))
    with clock.travel_to(NOW + 90 * DAY):
        await sweep()

    assert again == ["qualification_ends_soon", "qualification_ends_soon"]
    assert await told() == [*again, "qualification_ended"]  # of the suspension, not of the end


async def test_the_day_is_the_persons_own() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house, reminder_days=0)
        await schooling.passed(owner, training, 1, TODAY)
        await db.execute("UPDATE person SET time_zone = 'Pacific/Auckland' WHERE id = $1", owner.person_id)
    with clock.travel_to(datetime(2026, 3, 10, 10, 59, tzinfo=UTC)):
        await sweep()
        before = await told()
    with clock.travel_to(datetime(2026, 3, 10, 11, 0, tzinfo=UTC)):
        await sweep()

    assert (before, await told()) == (["qualification_ends_soon"], ["qualification_ends_soon", "qualification_ended"])


async def test_two_sweeps_at_once_tell_once() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        training = await schooling.training(house, reminder_days=10)
        for _ in range(5):
            await schooling.passed(await make.resident(house), training, 1, TODAY + 3 * DAY)

        for _ in range(5):  # the first opens the connections that the others meet on
            await db.execute("UPDATE qualification SET reminded_of = NULL")
            await asyncio.gather(*(qualifications.tell_of_endings() for _ in range(8)))

    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'QualificationEndsSoon'") == 5 * 5


LAST_DAYS: list[tuple[int | None, int | None, int | None]] = [(None, None, None), (9, None, None), (None, 5, None), (9, 5, None), (9, 5, 8)]


@pytest.mark.parametrize(("until", "disuse", "used"), LAST_DAYS)
async def test_the_last_day_is_the_same_in_sql_and_in_the_rules(until: int | None, disuse: int | None, used: int | None) -> None:
    days = {number: TODAY + timedelta(days=number) for number in range(10)}
    held = Held(1, "held", TODAY, days.get(until or -1), days.get(used or -1))

    found = await db.value(
        f"SELECT {qualifications.LAST_DAY} FROM (SELECT $1::date AS granted_on, $2::date AS valid_until, $3::date AS last_used_on) q,"
        " (SELECT $4::int AS disuse_days) t",
        held.granted_on,
        held.valid_until,
        held.last_used_on,
        disuse,
    )

    assert found == last_day(held, disuse)


async def test_a_person_is_in_one_area_at_a_time_however_often_they_say_so() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        person, first, second = await make.resident(house), await schooling.room(house), await schooling.room(house)

        await asyncio.gather(*(service.enter_area(person, first) for _ in range(8)))  # opens the connections that the next meet on
        await db.execute("DELETE FROM area_presence")
        known = await asyncio.gather(*(service.enter_area(person, first) for _ in range(8)))
        moved = await service.enter_area(person, second)
        for _ in range(2):
            await service.leave_area(person, moved)

    assert len(set(known)) == 1
    found = await db.rows("SELECT room_id, left_at FROM area_presence ORDER BY id")
    assert [(row["room_id"], row["left_at"]) for row in found] == [(first, NOW), (second, NOW)]


async def test_strangers_are_in_no_area_and_only_the_desk_speaks_for_others() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        room, person, stranger = await schooling.room(house), await make.resident(house), await make.startup_owner()
        desk, elsewhere = await make.person(house.operator_id, Role.FRONT_DESK), (await make.house()).manager

        for who in (stranger, elsewhere):
            with pytest.raises(NotFound):
                await service.enter_area(who, room)
        with pytest.raises(Forbidden):
            await service.enter_area(person, room, desk.person_id)
        with pytest.raises(NotFound):
            await service.enter_area(desk, room, stranger.person_id)
        nothing = await db.value("SELECT count(*) FROM area_presence")
        entered = await service.enter_area(desk, room, person.person_id)
        with pytest.raises(NotFound):
            await service.leave_area(stranger, entered)
        await service.leave_area(desk, entered)

    assert nothing == 0
    assert await db.value("SELECT left_at FROM area_presence") == NOW


async def test_a_forgotten_presence_ends_by_itself_and_is_deleted_after_thirty_days() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        await service.enter_area(await make.resident(house), await schooling.room(house))
    seen = []
    for later in (timedelta(hours=13), timedelta(hours=14), timedelta(days=30), timedelta(days=31)):
        with clock.travel_to(NOW + later):
            await presence.end_forgotten()
        seen.append([row["left_at"] for row in await db.rows("SELECT left_at FROM area_presence")])

    assert seen == [[None], [NOW + timedelta(hours=14)], [NOW + timedelta(hours=14)], []]
