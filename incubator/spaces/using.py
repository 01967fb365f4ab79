"""Whether somebody may begin to use what they booked: asked again at check-in, as it is then and there."""

import json
from datetime import date, datetime
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel.errors import DomainError, Refusals
from incubator.spaces import presence
from incubator.spaces.qualifying import broken_by, needs_second
from incubator.spaces.standing import ASKED, read_asked
from incubator.spaces.training_errors import NotInArea, SecondPersonAbsent

HERE = "EXISTS (SELECT 1 FROM area_presence h WHERE h.person_id = {person} AND h.room_id = u.room_id AND h.left_at IS NULL AND h.entered_at > $4)"
SQL = (
    f"SELECT {ASKED.format(units='$1', person='$2', second='$3')} AS asked, (SELECT p.name FROM person p WHERE p.id = $3) AS second,"
    " (SELECT json_agg(json_build_array(q.training_id, q.needs_presence, o.id, o.name,"
    f" {HERE.format(person='$2')}, {HERE.format(person='$3')})) FROM unit_requirement q JOIN unit u ON u.id = q.unit_id"
    " JOIN room o ON o.id = u.room_id WHERE q.unit_id IN (SELECT a.unit_id FROM unit_atom a WHERE a.atom_id = ANY($1::uuid[]))) AS places"
)


async def require_fit(booking: asyncpg.Record, user_id: UUID | None, day: date, now: datetime) -> None:
    """Accept that a person begins to use a locked booking on a day of its site.

    What staff overrode for who booked is not asked again of that person; where two are needed, both must be in the area then.

    Raises:
        Refusals of QualificationRule, NotInArea, SecondPersonAbsent: everything that is missing, at once.
    """
    units = [booking["unit_id"], *map(UUID, json.loads(booking["accessory_ids"]))]
    second_id = None if booking["companion_id"] == user_id else booking["companion_id"]
    found = await db.row(SQL, units, user_id, second_id, now - presence.LONGEST)
    assert found is not None
    asked = read_asked(found["asked"], found["second"])
    overridden = set(json.loads(booking["overridden_rules"])) if user_id == booking["booked_by_id"] else set()
    missing: list[DomainError] = [rule for rule in broken_by(asked, day) if rule.code not in overridden]
    for rule in missing:
        rule.path = ("input", "bookingId")
    missing += _absent(found, {one.requirement.training_id for one in asked if needs_second(one) is not None})
    if missing:
        raise Refusals("the unit may not be used", missing)


def _absent(found: asyncpg.Record, in_two: set[UUID]) -> list[DomainError]:
    """Return who is not where they must be, each once."""
    absent: dict[tuple[str, str], DomainError] = {}
    for training_id, needs_presence, room_id, area, is_here, second_is_here in json.loads(found["places"] or "[]"):
        for_two = UUID(training_id) in in_two
        if (needs_presence or for_two) and not is_here:
            absent["NotInArea", room_id] = NotInArea(room_id=UUID(room_id), area=area, path=("input", "bookingId"))
        if for_two and found["second"] is not None and not second_is_here:
            absent["SecondPersonAbsent", room_id] = SecondPersonAbsent(
                room_id=UUID(room_id), area=area, name=found["second"], path=("input", "bookingId")
            )
    return list(absent.values())
