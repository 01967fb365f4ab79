"""Builders of trainings, of people who passed them, and of rooms to be in."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor
from incubator.spaces import service
from incubator.spaces.service import RequirementTerms, SessionTerms, TrainingTerms, UnitTerms
from tests.support import make

LEVELS = ("Basic", "Advanced", "Trainer")


async def training(of: make.House, **given: Any) -> UUID:
    """Add a training of three levels that does not end, but for what is given."""
    terms = TrainingTerms(**{"name": make.fresh("Confocal "), "levels": LEVELS, "trainer_level": 3, **given})
    return await service.add_training(SYSTEM, of.site_id, terms)


async def approval(of: make.House, **given: Any) -> UUID:
    """Add a biosafety approval of one level."""
    given = {"kind": "biosafety approval", "biosafety_level": 2, "levels": ("Approved",), "trainer_level": 1, **given}
    return await training(of, **given)


async def passed(person: Actor, training_id: UUID, level: int = 1, valid_until: date | None = None) -> UUID:
    """Let a person hold a training from today on."""
    assert person.person_id is not None
    return await service.grant_qualification(SYSTEM, person.person_id, training_id, level, "passed elsewhere", valid_until)


async def room(of: make.House) -> UUID:
    """Add a room in a house of its own."""
    building_id = await service.add_building(SYSTEM, of.site_id, make.fresh("House "))
    return await service.add_room(SYSTEM, await service.add_floor(SYSTEM, building_id, "Ground"), make.fresh("Lab "))


async def scope(of: make.House, *asked: UUID, room_id: UUID | None = None, **terms: Any) -> UUID:
    """Add an instrument in a room that asks for trainings."""
    given = UnitTerms(of.site_id, make.fresh("microscope "), "instrument", hourly_minor=4500, room_id=room_id or await room(of))
    unit_id = await service.add_unit(SYSTEM, given)
    for training_id in asked:
        await service.require_qualification(SYSTEM, RequirementTerms(unit_id, training_id, **terms))
    return unit_id


async def trainer(of: make.House, training_id: UUID) -> Actor:
    """Appoint the site's manager as trainer; returns them."""
    assert of.manager.person_id is not None
    await service.appoint_trainer(of.manager, training_id, of.manager.person_id)
    return of.manager


async def session(of: make.House, training_id: UUID, *, seats: int = 3, days: int = 2, unit_id: UUID | None = None) -> UUID:
    """Plan a session of two hours in some days, given by the site's manager."""
    manager = await trainer(of, training_id)
    assert manager.person_id is not None
    at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
    terms = SessionTerms(at, at + timedelta(hours=2), seats, manager.person_id, "Room 1", unit_id)
    return await service.schedule_session(manager, training_id, of.site_id, terms)


async def version(table: str, row_id: UUID) -> int:
    """Return a row's version."""
    return int(await db.value(f"SELECT version FROM {table} WHERE id = $1", row_id))
