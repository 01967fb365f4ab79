"""Take and free units. The exclusion constraint over (atom, instants) decides between two who want the same space at once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.kernel.periods import start_of_day

COVER = "cover AS (SELECT DISTINCT a.atom_id FROM unit_atom a WHERE a.unit_id = ANY($2::uuid[]))"
HELD = (
    "held AS (INSERT INTO unit_hold (id, holder_id, unit_id, starts_at, ends_at, kind)"
    " SELECT gen_random_uuid(), $1, c.atom_id, $3::timestamptz, $4::timestamptz, {kind} FROM cover c ORDER BY c.atom_id ON CONFLICT DO NOTHING RETURNING 1)"
)
IS_WHOLE = "(SELECT count(*) FROM held) = (SELECT count(*) FROM cover)"


async def take_units(holder_id: UUID, unit_ids: Sequence[UUID], starts_at: datetime, ends_at: datetime, kind: str = "rental") -> bool:
    """Hold every atom of some units for a rental or an offer, in the order of their ids; returns whether all were free.

    When not all were, some are held: the caller rolls back.
    """
    return bool(
        await db.value(f"WITH {COVER}, {HELD.format(kind='$5')} SELECT {IS_WHOLE}", holder_id, list(unit_ids), starts_at, ends_at, kind)
    )


async def free_units(holder_id: UUID) -> None:
    """Free what a rental or booking holds."""
    await db.execute("DELETE FROM unit_hold WHERE holder_id = $1", holder_id)


async def are_taken(unit_ids: Sequence[UUID], starts_at: datetime, ends_at: datetime, but: UUID | None = None) -> bool:
    """Tell whether somebody (`but` one holder) holds some atom of the units in `[starts_at, ends_at)`. Nothing is held."""
    return bool(
        await db.value(
            "SELECT EXISTS (SELECT 1 FROM unit_atom a JOIN unit_hold h ON h.unit_id = a.atom_id WHERE a.unit_id = ANY($1::uuid[])"
            " AND tstzrange(h.starts_at, h.ends_at) && tstzrange($2, $3) AND h.holder_id IS DISTINCT FROM $4)",
            list(unit_ids),
            starts_at,
            ends_at,
            but,
        )
    )


async def are_held_until(holder_id: UUID, ends_at: datetime) -> bool:
    """Let a holder hold its units until another end; returns False, and changes nothing, when somebody else holds one of them by then."""
    try:
        async with db.transaction():
            await db.execute("UPDATE unit_hold SET ends_at = $2 WHERE holder_id = $1", holder_id, ends_at)
    except asyncpg.ExclusionViolationError:
        return False
    return True


async def taken_days(unit_id: UUID, first: date, last: date, zone: str, but: UUID | None = None) -> list[tuple[date, date]]:
    """Return the local days from `first` to `last` on which somebody (`but` one holder) holds some atom of a unit, as ranges, joined."""
    found = await db.rows(
        "SELECT DISTINCT h.starts_at, h.ends_at FROM unit_atom a JOIN unit_hold h ON h.unit_id = a.atom_id WHERE a.unit_id = $1"
        " AND tstzrange(h.starts_at, h.ends_at) && tstzrange($2, $3) AND h.holder_id IS DISTINCT FROM $4 ORDER BY 1, 2",
        unit_id,
        start_of_day(first, zone),
        start_of_day(last + timedelta(days=1), zone),
        but,
    )
    ranges: list[tuple[date, date]] = []
    for row in found:
        begins = max(first, row["starts_at"].astimezone(ZoneInfo(zone)).date())
        ends = min(last, (row["ends_at"] - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date())
        if ranges and begins <= ranges[-1][1] + timedelta(days=1):
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], ends))
        else:
            ranges.append((begins, ends))
    return ranges
