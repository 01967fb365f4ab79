"""Write down what was used."""

from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.spaces import queries
from incubator.spaces.charging import charge_usage
from incubator.spaces.errors import UsageNotOpen
from incubator.spaces.events import UsageChanged
from incubator.spaces.place_queries import usages_by_id
from incubator.spaces.standing import standing_of


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


async def resolve_usage(
    actor: Actor, usage_id: UUID, minutes: int, reason: str, expected_version: int, organization_id: UUID | None = None
) -> None:
    """Say how long a usage was that is a problem. That of a booking is charged with it; of others the named organisation pays, by the hour.

    Raises:
        NotFound: the actor sees no such usage, there is no such organisation, or nobody is named who pays.
        NotSignedIn, Forbidden: the actor is no staff of the site.
        Stale: it was changed meanwhile.
        UsageNotOpen: it is no problem.
        OutOfRange, TooShort, TooLong: minutes or reason break their rule.
    """
    checks.between(minutes, "minutes", 0, 100_000, path=("input", "minutes"))
    reason = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    async with db.transaction():
        found = await db.row(
            "SELECT unit_id, site_id, booking_id, organization_id, state, problem, started_at, ended_at, version FROM usage WHERE id = $1 FOR UPDATE",
            usage_id,
        )
        if found is None or not await usages_by_id(actor, [usage_id]):
            raise NotFound(kind="Usage", path=("input", "usageId"))
        actor.require(Grant.CHECK_IN, found["site_id"], path=("input", "usageId"))
        checks.version(expected_version, found["version"])
        if found["state"] != "problem":
            raise UsageNotOpen(state=found["state"], path=("input", "usageId"))
        is_alone = found["booking_id"] is None and minutes > 0
        payer = found["organization_id"] or organization_id
        if is_alone and not await db.value("SELECT 1 FROM organization WHERE id = $1", payer):
            raise NotFound(kind="Organization", path=("input", "organizationId"))
        hourly = await _hourly(actor, found, payer) if is_alone and payer else 0
        await db.execute(
            "UPDATE usage SET state = 'resolved', minutes = $2, resolution = $3, organization_id = $4, hourly_minor = $5, version = version + 1"
            " WHERE id = $1",
            usage_id,
            minutes,
            reason,
            payer,
            hourly,
        )
        if is_alone and hourly:
            await charge_usage(usage_id)
        await audit.record(actor, "resolve usage", "Usage", usage_id, after={"minutes": minutes, "reason": reason})
        await outbox.record(UsageChanged(usage_id, found["booking_id"]))


async def _hourly(actor: Actor, found: asyncpg.Record, payer: UUID) -> int:
    """Return what an hour of machine time costs an organisation; nothing when the unit has no rate for it."""
    unit = await queries.bookable_unit(actor, found["unit_id"])
    standing = await standing_of(payer, None, unit, found["started_at"] or found["ended_at"])
    rate = standing.rate_of(unit.id, unit.kind, ("minute", "hour"))
    return rate.tariff.steps[0].amount_minor if rate else 0
