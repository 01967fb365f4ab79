"""Keep a unit for an organisation until an instant. It expires by itself; then, or when it is released, the space goes to who waits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, idempotency, outbox, work
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.ids import new_id
from incubator.spaces import holds, queries
from incubator.spaces.closed_sites import require_open_site
from incubator.spaces.policy import MINUTE, Policy
from incubator.spaces.rental_errors import DaysTaken, HoldOver, HoldTooLong
from incubator.spaces.rental_events import HoldEnded, HoldRunsOut, UnitHeld
from incubator.spaces.rental_queries import rental_holds_by_id
from incubator.spaces.rental_quotes import LONGEST_DAYS, tenant_of, units_of
from incubator.spaces.rentals import span

EXPIRE_HOLD = "expire rental hold"
REMIND_OF_HOLD = "remind of rental hold"
REMIND_BEFORE = timedelta(days=1)
LONGEST_HOLD = timedelta(days=90)
"""As long as staff may keep a unit; how long an owner may says the unit's policy."""


@dataclass(frozen=True, slots=True)
class HoldTerms:
    """Days of a unit, or of any unit of a pool, both ends included, and until when it is kept."""

    starts_on: date
    ends_on: date
    expires_at: datetime
    unit_id: UUID | None = None
    pool_id: UUID | None = None
    organization_id: UUID | None = None
    note: str = ""


@db.retried
async def hold_unit(actor: Actor, terms: HoldTerms, idempotency_key: str) -> UUID:
    """Keep a unit for an organisation, once for each key; of a pool the first by name that is free. Returns the hold.

    Raises:
        IdempotencyMismatch: the key was used with other input.
        TooLong, PatternMismatch, PeriodInverted, PeriodTooLong: note or days break their rule.
        NotFound: there is no such unit, pool or organisation.
        NotSignedIn, Forbidden: the actor neither rents for the organisation nor lets the site's space.
        OutOfRange: the days have begun.
        HoldTooLong: until an instant that has passed, lies after the first day's end, or is further off than is let.
        SiteClosed: the site is closed on the last day.
        DaysTaken: somebody holds the unit on some of the days; of a pool the last one that was tried.
    """
    note = checks.text(terms.note, "note", at_least=0, at_most=300, path=("input", "note"))
    checks.days(terms.starts_on, terms.ends_on, "endsOn", at_most_days=LONGEST_DAYS, path=("input", "endsOn"))
    hold_id = new_id()
    async with db.transaction():
        claimed = await idempotency.claim(actor, idempotency_key, "holdUnit", terms, answer={"rental_hold_id": hold_id})
        if claimed.answer is not None:
            return UUID(claimed.answer["rental_hold_id"])
        unit = await _take_any(actor, terms, hold_id)
        tenant_id = await tenant_of(actor, unit, terms.organization_id)
        await db.execute(
            "INSERT INTO rental_hold (id, unit_id, site_id, organization_id, held_by_id, starts_on, ends_on, expires_at, note, state,"
            " created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'held', $10, 1)",
            hold_id,
            unit.id,
            unit.site_id,
            tenant_id,
            actor.person_id,
            terms.starts_on,
            terms.ends_on,
            terms.expires_at,
            note,
            clock.now(),
        )
        await work.schedule(EXPIRE_HOLD, hold_id, run_after=terms.expires_at, concerns=unit.site_id)
        if terms.expires_at - REMIND_BEFORE > clock.now():
            await work.schedule(REMIND_OF_HOLD, hold_id, run_after=terms.expires_at - REMIND_BEFORE, concerns=unit.site_id)
        await audit.record(
            actor, "hold unit", "RentalHold", hold_id, after={"unit": unit.id, "organization": tenant_id, "until": terms.expires_at}
        )
        await outbox.record(UnitHeld(hold_id, unit.id))
    return hold_id


async def _take_any(actor: Actor, terms: HoldTerms, hold_id: UUID) -> queries.BookableUnit:
    """Hold the unit that is named, or the first of the pool that is free; each try is undone when it fails."""
    refused: DaysTaken | None = None
    for unit_id in await units_of(terms.unit_id, terms.pool_id):
        unit = await queries.bookable_unit(actor, unit_id, to_hold=True)
        await _require_allowed(actor, unit, terms)
        await require_open_site(unit.site_id, terms.ends_on, ("input", "endsOn"))
        starts_at, ends_at = span(terms.starts_on, terms.ends_on, unit.time_zone)
        try:
            async with db.transaction():
                if not await holds.take_units(hold_id, [unit.id], starts_at, ends_at, "hold"):
                    raise await days_taken(unit, terms.starts_on, terms.ends_on)
        except DaysTaken as taken:
            refused = taken
            continue
        return unit
    assert refused is not None
    raise refused


async def days_taken(unit: queries.BookableUnit, first: date, last: date, but: UUID | None = None) -> DaysTaken:
    """Make the refusal that names the days on which a unit is taken."""
    taken = await holds.taken_days(unit.id, first, last, unit.time_zone, but)
    days = [str(begins) if begins == ends else f"{begins} – {ends}" for begins, ends in taken[:20]]
    return DaysTaken(unit_id=unit.id, days=days, path=("input", "startsOn"))


async def _require_allowed(actor: Actor, unit: queries.BookableUnit, terms: HoldTerms) -> None:
    await tenant_of(actor, unit, terms.organization_id)
    now = clock.now()
    if terms.starts_on < clock.today(unit.time_zone):
        raise OutOfRange(field="startsOn", limit=f"≥ {clock.today(unit.time_zone)}", path=("input", "startsOn"))
    is_staff = actor.may(Grant.MANAGE_SPACE, unit.site_id)
    longest = LONGEST_HOLD if is_staff else Policy.read(unit.policy).hold_minutes * MINUTE
    if not is_staff and not longest:
        actor.require(Grant.MANAGE_SPACE, unit.site_id, path=("input", "unitId"))
    _, ends_at = span(terms.starts_on, terms.ends_on, unit.time_zone)
    limit = min(now + longest, ends_at)
    if not now < terms.expires_at <= limit:
        raise HoldTooLong(limit=limit, value=terms.expires_at, path=("input", "expiresAt"))


async def release_hold(actor: Actor, hold_id: UUID, expected_version: int | None = None) -> None:
    """Keep a unit no more; it goes to who waits for it.

    Raises:
        NotFound: the actor sees no such hold.
        NotSignedIn, Forbidden: the actor neither rents for the organisation nor lets the site's space.
        Stale: it was changed meanwhile.
        HoldOver: it was released, assigned or has expired.
    """
    async with db.transaction():
        found = await lock_hold(actor, hold_id)
        if not actor.may(Grant.RENT_UNIT, found["organization_id"]):
            actor.require(Grant.MANAGE_SPACE, found["site_id"], path=("input", "rentalHoldId"))
        checks.version(expected_version, found["version"])
        require_held(found)
        await end_hold(found, "released")
        await audit.record(actor, "release hold", "RentalHold", hold_id)


async def lock_hold(actor: Actor, hold_id: UUID) -> asyncpg.Record:
    """Lock a hold that the actor sees.

    Raises:
        NotFound: there is none.
    """
    found = await db.row("SELECT * FROM rental_hold WHERE id = $1 FOR UPDATE", hold_id)
    if found is None or hold_id not in await rental_holds_by_id(actor, [hold_id]):
        raise NotFound(kind="RentalHold", path=("input", "rentalHoldId"))
    return found


def require_held(found: asyncpg.Record) -> None:
    """Accept a hold that still keeps its unit.

    Raises:
        HoldOver: it was released, assigned or has expired.
    """
    is_over = found["expires_at"] <= clock.now()
    if found["state"] != "held" or is_over:
        state = "expired" if found["state"] == "held" else found["state"]
        raise HoldOver(state=state, expires_at=found["expires_at"], path=("input", "rentalHoldId"))


async def expire_hold(hold_id: UUID) -> None:
    """End a hold that has run out, inside the running transaction."""
    found = await db.row("SELECT * FROM rental_hold WHERE id = $1 AND state = 'held' AND expires_at <= $2 FOR UPDATE", hold_id, clock.now())
    if found is not None:
        await end_hold(found, "expired")


async def remind_of_hold(hold_id: UUID) -> None:
    """Tell that a hold runs out soon, inside the running transaction; one that is over is left alone."""
    if await db.value("SELECT 1 FROM rental_hold WHERE id = $1 AND state = 'held' AND expires_at > $2", hold_id, clock.now()):
        await outbox.record(HoldRunsOut(hold_id))


async def close_hold(found: asyncpg.Record, state: str, rental_id: UUID | None = None) -> None:
    """Write the end of a locked hold and free what it holds."""
    await db.execute(
        "UPDATE rental_hold SET state = $2, rental_id = $3, version = version + 1 WHERE id = $1", found["id"], state, rental_id
    )
    await holds.free_units(found["id"])


async def end_hold(found: asyncpg.Record, state: str) -> None:
    """End a locked hold, inside the running transaction; it goes to who waits."""
    zone: str = await db.value("SELECT time_zone FROM site WHERE id = $1", found["site_id"])
    await close_hold(found, state)
    starts_at, ends_at = span(found["starts_on"], found["ends_on"], zone)
    await outbox.record(HoldEnded(found["id"], found["unit_id"], state, starts_at, ends_at, found["version"] + 1))
