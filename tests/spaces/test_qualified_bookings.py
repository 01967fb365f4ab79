"""Qualifications through every door of booking, at hand-over, at check-in, and in the search for free times."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.errors import NotFound, Refusals
from incubator.spaces import availability, service
from incubator.spaces.service import BookingTerms, MoveTerms, OutageTerms, PoolTerms, RequirementTerms, SeriesTerms
from tests.support import make, schooling
from tests.support.drain import drain

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 11, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def wish(unit: UUID, at: datetime = TEN, **more: Any) -> BookingTerms:
    """An hour of a unit."""
    return replace(BookingTerms(unit, at, at + HOUR, "Cells"), **more)


async def refused(attempt: Awaitable[object]) -> list[str]:
    """Return the codes of all that was refused together."""
    with pytest.raises(Refusals) as caught:
        await attempt
    return [str(rule).partition(":")[0] for rule in caught.value.exceptions]


async def colleague(of: Actor) -> Actor:
    """Make another member of somebody's startup."""
    assert of.organization_id is not None
    return await make.person(of.organization_id, Role.MEMBER)


async def written() -> int:
    """Count what a booking writes."""
    return int(
        await db.value(
            "SELECT (SELECT count(*) FROM booking) + (SELECT count(*) FROM waiting_entry) + (SELECT count(*) FROM booking_series)"
        )
    )


async def create(who: Actor, unit: UUID) -> object:
    return await service.create_booking(who, wish(unit), "key-create-1")


async def import_as_system(who: Actor, unit: UUID) -> object:
    return await service.create_booking(SYSTEM, wish(unit, organization_id=who.organization_id), "key-import-1")


async def from_pool(who: Actor, unit: UUID) -> object:
    pool_id = await db.value("SELECT pool_id FROM unit WHERE id = $1", unit)
    return await service.create_pool_booking(who, PoolTerms(pool_id, TEN, TEN + HOUR, "Any"), "key-pool-1")


async def wait(who: Actor, unit: UUID) -> object:
    return await service.join_waiting_list(who, wish(unit))


DOORS: list[tuple[Callable[[Actor, UUID], Awaitable[object]], list[str]]] = [
    (create, []),
    (from_pool, []),
    (wait, []),
    (import_as_system, ["OverrideNeedsReason"]),
]


@pytest.mark.parametrize(("door", "more"), DOORS)
async def test_every_door_refuses_the_unqualified_and_writes_nothing(
    door: Callable[[Actor, UUID], Awaitable[object]], more: list[str]
) -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, elsewhere = await make.resident(house), await make.house()
        await schooling.passed(owner, await schooling.training(elsewhere), 3)  # another operator's counts for nothing here
        pool = await service.add_pool(house.manager, house.site_id, "Any microscope")
        unit = await make.unit(house, "instrument", pool_id=pool)
        await service.require_qualification(house.manager, RequirementTerms(unit, await schooling.training(house)))

        codes = await refused(door(owner, unit))

    assert codes == ["QualificationMissing", *more]
    assert await written() == 0
    assert await db.value("SELECT count(*) FROM unit_hold WHERE kind = 'booking'") == 0


async def test_a_series_reports_the_instances_after_the_last_day() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house, valid_days=10)
        unit = await schooling.scope(house, training)
        await schooling.passed(owner, training)

        report = await service.create_series(owner, SeriesTerms(unit, TEN, TEN + HOUR, "Weekly", "FREQ=WEEKLY;COUNT=3"), "key-series-1")

    assert [(failure.starts_at, failure.code) for failure in report.failures] == [
        ("2026-03-25T10:00", "QualificationExpired"),
    ]
    assert len(report.booking_ids) == 2


async def test_a_move_beyond_the_last_day_is_refused_and_the_booking_stands() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house, disuse_days=10)
        unit = await schooling.scope(house, training)
        await schooling.passed(owner, training)
        booking = await service.create_booking(owner, wish(unit), "key-12345")
        later = TEN + timedelta(days=14)

        codes = await refused(service.move_booking(owner, MoveTerms(booking, later, later + HOUR), 1, "key-move-1"))

    assert codes == ["QualificationExpired"]
    assert await db.value("SELECT state FROM booking") == "confirmed"


async def test_an_offered_slot_is_judged_anew_when_it_is_accepted() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        holder, waiting, training = await make.resident(house), await make.resident(house), await schooling.training(house)
        unit = await schooling.scope(house, training)
        await schooling.passed(holder, training)
        qualification = await schooling.passed(waiting, training)
        booking = await service.create_booking(holder, wish(unit), "key-12345")
        entry = await service.join_waiting_list(waiting, wish(unit))
        await service.cancel_booking(holder, booking, 1)
        await drain()
        await service.suspend_qualification(house.manager, qualification, "left the laser on", 1)

        codes = await refused(service.accept_slot(waiting, entry, "key-accept-1"))

    assert codes == ["QualificationSuspended"]
    assert await db.value("SELECT state FROM waiting_entry") == "offered"


async def test_a_part_asks_for_what_its_whole_asks_for() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, approval = await make.resident(house), await schooling.approval(house)
        suite, bench = await schooling.scope(house, approval), await make.unit(house, "bench")
        await service.put_unit_into(house.manager, bench, suite)

        before = await refused(service.create_booking(owner, wish(bench), "key-12345"))
        await schooling.passed(owner, approval)
        await service.create_booking(owner, wish(bench), "key-12345")

    assert before == ["QualificationMissing"]


async def test_staff_override_a_training_for_a_reason_and_never_an_approval() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner = await make.resident(house)
        guided = await schooling.scope(house, await schooling.training(house))
        approved = await schooling.scope(house, await schooling.approval(house))
        given: dict[str, Any] = {"organization_id": owner.organization_id, "override_reason": "a guided visit"}

        booking = await service.create_booking(house.manager, wish(guided, **given), "key-12345")
        codes = await refused(service.create_booking(house.manager, wish(approved, **given), "key-22222"))

    assert codes == ["QualificationMissing"]
    assert await db.value("SELECT overridden_rules FROM booking WHERE id = $1", booking) == '["QualificationMissing"]'


async def test_a_colleague_takes_over_only_what_they_may_use_and_no_exception_made_for_another() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house)
        able, unable = await colleague(owner), await colleague(owner)
        unit = await schooling.scope(house, training)
        await schooling.passed(able, training)
        terms = wish(unit, organization_id=owner.organization_id, override_reason="a guided visit")
        booking = await service.create_booking(house.manager, terms, "key-12345")
        assert able.person_id is not None
        assert unable.person_id is not None

        codes = await refused(service.hand_over_booking(owner, booking, unable.person_id, 1))
        await service.hand_over_booking(owner, booking, able.person_id, 1)

    assert codes == ["QualificationMissing"]
    found = await db.row("SELECT booked_by_id, overridden_rules FROM booking")
    assert found is not None
    assert (found["booked_by_id"], found["overridden_rules"]) == (able.person_id, "[]")


async def test_two_persons_are_needed_and_the_second_is_of_the_house_and_qualified() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house)
        unit = await schooling.scope(house, training, needs_second_person=True)
        able, unable, stranger = await colleague(owner), await colleague(owner), await make.resident(house)
        for person in (owner, able, stranger):
            await schooling.passed(person, training)
        trainer = await schooling.trainer(house, training)

        alone = await refused(service.create_booking(owner, wish(unit), "key-11111"))
        with_self = await refused(service.create_booking(owner, wish(unit, companion_id=owner.person_id), "key-22222"))
        with_unable = await refused(service.create_booking(owner, wish(unit, companion_id=unable.person_id), "key-33333"))
        with pytest.raises(NotFound):
            await service.create_booking(owner, wish(unit, companion_id=stranger.person_id), "key-44444")
        nothing = await written()
        with_able = await service.create_booking(owner, wish(unit, companion_id=able.person_id), "key-55555")
        await service.create_booking(owner, wish(unit, TEN + HOUR, companion_id=trainer.person_id), "key-66666")
        assert able.person_id is not None
        with pytest.raises(NotFound):
            await service.name_companion(owner, with_able, stranger.person_id, 1)
        dropped = await refused(service.name_companion(owner, with_able, None, 1))
        await service.name_companion(owner, with_able, trainer.person_id, 1)

    assert (alone, with_self, dropped) == (["SecondPersonNeeded"], ["SecondPersonNeeded"], ["SecondPersonNeeded"])
    assert (with_unable, nothing) == (["SecondPersonNotQualified"], 0)
    assert await db.value("SELECT count(*) FROM booking WHERE companion_id = $1", trainer.person_id) == 2


async def test_what_has_ended_since_is_refused_at_check_in_and_nothing_begins() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house)
        unit = await schooling.scope(house, training)
        qualification = await schooling.passed(owner, training)
        booking = await service.create_booking(owner, wish(unit), "key-12345")
        await service.revoke_qualification(house.manager, qualification, "broke the stage", 1)
    with clock.travel_to(TEN):
        owners = await refused(service.check_in(owner, booking))
        staffs = await refused(service.check_in(house.manager, booking))
        nothing = await db.value("SELECT count(*) FROM usage")
        await schooling.passed(owner, training)
        await service.check_in(house.manager, booking)

    assert (owners, staffs, nothing) == (["QualificationMissing"], ["QualificationMissing"], 0)
    assert await db.value("SELECT person_id FROM usage") == owner.person_id


async def test_an_unqualified_colleague_cannot_check_in_what_another_booked() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house)
        unit = await schooling.scope(house, training)
        await schooling.passed(owner, training)
        booking = await service.create_booking(owner, wish(unit), "key-12345")
    with clock.travel_to(TEN):
        codes = await refused(service.check_in(await colleague(owner), booking))

    assert codes == ["QualificationMissing"]


async def test_what_staff_overrode_is_not_asked_again_at_check_in_of_who_booked() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        unit = await schooling.scope(house, await schooling.training(house))
        booking = await service.create_booking(house.manager, wish(unit, override_reason="a visit"), "key-12345")
        another = await make.person(house.operator_id, Role.FRONT_DESK)
    with clock.travel_to(TEN):
        anothers = await refused(service.check_in(another, booking))
        await service.check_in(house.manager, booking)

    assert anothers == ["QualificationMissing"]
    assert await db.value("SELECT person_id FROM usage") == house.manager.person_id


async def test_both_persons_must_be_in_the_area_at_check_in() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training, room = await make.resident(house), await schooling.training(house), await schooling.room(house)
        able = await colleague(owner)
        for person in (owner, able):
            await schooling.passed(person, training)
        unit = await schooling.scope(house, training, room_id=room, needs_second_person=True)
        booking = await service.create_booking(owner, wish(unit, companion_id=able.person_id), "key-12345")
    with clock.travel_to(TEN):
        nobody = await refused(service.check_in(owner, booking))
        await service.enter_area(owner, room)
        one = await refused(service.check_in(owner, booking))
        left = await service.enter_area(able, room)
        await service.leave_area(able, left)
        gone = await refused(service.check_in(owner, booking))
        await service.enter_area(able, room)
        await service.check_in(owner, booking)

    assert (nobody, one, gone) == (["NotInArea", "SecondPersonAbsent"], ["SecondPersonAbsent"], ["SecondPersonAbsent"])
    assert await db.value("SELECT count(*) FROM usage") == 1


async def test_presence_alone_can_be_asked_for_and_a_forgotten_one_counts_no_more() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training, room = await make.resident(house), await schooling.training(house), await schooling.room(house)
        await schooling.passed(owner, training)
        unit = await schooling.scope(house, training, room_id=room, needs_presence=True)
        booking = await service.create_booking(owner, wish(unit), "key-12345")
    with clock.travel_to(TEN - timedelta(hours=15)):
        await service.enter_area(owner, room)
    with clock.travel_to(TEN):
        forgotten = await refused(service.check_in(owner, booking))
        await service.enter_area(owner, room)
        await service.check_in(owner, booking)

    assert forgotten == ["NotInArea"]
    assert await db.value("SELECT count(*) FROM area_presence WHERE left_at IS NULL") == 1


async def test_free_times_tell_what_is_missing_and_can_leave_those_units_out() -> None:
    with clock.travel_to(NOW):
        house = await make.house(opening_hours="08:00-18:00")
        owner, held, lacked = await make.resident(house), await schooling.training(house, valid_days=1), await schooling.training(house)
        mine, other = await schooling.scope(house, held), await schooling.scope(house, lacked)
        await schooling.passed(owner, held)
        terms = availability.SearchTerms((house.site_id,), 180, NOW, NOW + timedelta(days=3), "instrument")

        found = await availability.find_slots(owner, terms)
        able = await availability.find_slots(owner, replace(terms, is_qualified=True))

    told = {(slot.unit.id, slot.starts_at.date().day): [rule.code for rule in slot.missing] for slot in found}
    assert told[mine, 11] == []
    assert told[mine, 12] == ["QualificationExpired"]
    assert told[other, 11] == ["QualificationMissing"]
    assert {(slot.unit.id, slot.starts_at.date().day) for slot in able} == {(mine, 10), (mine, 11)}


async def test_who_loses_a_booking_for_two_is_offered_another_slot_for_the_same_two() -> None:
    with clock.travel_to(NOW):
        house = await make.house()
        owner, training = await make.resident(house), await schooling.training(house)
        able = await colleague(owner)
        for person in (owner, able):
            await schooling.passed(person, training)
        unit = await schooling.scope(house, training, needs_second_person=True)
        await service.create_booking(owner, wish(unit, companion_id=able.person_id), "key-12345")

        await service.announce_outage(house.manager, OutageTerms(unit, TEN - HOUR, TEN + 2 * HOUR, "a new lamp"))
        await drain()
        [entry] = await db.rows("SELECT id, companion_id FROM waiting_entry WHERE state = 'offered'")
        booking = await service.accept_slot(owner, entry["id"], "key-accept-1")

    assert entry["companion_id"] == able.person_id
    assert await db.value("SELECT companion_id FROM booking WHERE id = $1", booking) == able.person_id
