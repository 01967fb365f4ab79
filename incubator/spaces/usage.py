"""Write down what was used."""

from datetime import date
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.ids import new_id
from incubator.spaces import queries
from incubator.spaces.charging import charge_usage


async def record_usage(
    actor: Actor,
    unit_id: UUID,
    organization_id: UUID,
    used_on: date,
    minutes: int,
    hourly_minor: int,
    event_id: str,
    *,
    is_charged: bool = True,
) -> UUID | None:
    """Write down and charge machine time once for each event id; returns None for an event that is known. Inside the running transaction.

    Not `is_charged`: the caller charges it, by an agreement of its own.

    Raises:
        NotSignedIn, Forbidden: the actor is no staff of the site.
        NotFound: there is no such unit.
        OutOfRange, TooShort, TooLong: minutes or event id break their rule.
    """
    unit = await queries.bookable_unit(actor, unit_id)
    actor.require(Grant.CHECK_IN, unit.site_id, path=("input", "unitId"))
    checks.between(minutes, "minutes", 1, 100_000, path=("input", "minutes"))
    usage_id = new_id()
    written = await db.execute(
        "INSERT INTO usage (id, unit_id, site_id, organization_id, used_on, minutes, hourly_minor, event_id, created_at, state, problem,"
        " resolution, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'closed', '', '', 1) ON CONFLICT (unit_id, event_id) DO NOTHING",
        usage_id,
        unit.id,
        unit.site_id,
        organization_id,
        used_on,
        minutes,
        hourly_minor,
        checks.text(event_id, "eventId", at_most=120, path=("input", "eventId")),
        clock.now(),
    )
    if not written:
        return None
    if is_charged:
        await charge_usage(usage_id)
    await audit.record(actor, "record usage", "Usage", usage_id, after={"unit": unit.id, "minutes": minutes})
    return usage_id
