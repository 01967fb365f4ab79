"""Units that belong to others: whose they are, for which share, and who may set their rates, policy and requirements."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.ids import new_id
from incubator.kernel.periods import month_of
from incubator.spaces.errors import UnitHasNoOwner
from incubator.spaces.events import OwnerShareChanged, UnitChanged


@dataclass(frozen=True, slots=True)
class OwnerTerms:
    """Whose a unit is; the share of its takings in percent, with at most two decimals."""

    owner_id: UUID
    share_percent: Decimal = field(default=Decimal(0))


def require_keeper(actor: Actor, site_id: UUID, owner_id: UUID | None, path: tuple[str, ...]) -> None:
    """Let those pass who keep a unit: who manages its site's space, and its owner.

    Raises:
        NotSignedIn, Forbidden: the actor does neither.
    """
    if owner_id is not None and actor.may(Grant.KEEP_OWN_UNITS, owner_id):
        actor.require(Grant.KEEP_OWN_UNITS, owner_id, path=path)
        return
    actor.require(Grant.MANAGE_SPACE, site_id, path=path)


async def lock_kept_unit(actor: Actor, unit_id: UUID, path: tuple[str, ...] = ("input", "unitId")) -> asyncpg.Record:
    """Lock a unit that the actor keeps; returns its id, site, room, owner, version, policy, and the site's operator and zone.

    Raises:
        NotFound: there is no such unit.
        NotSignedIn, Forbidden: the actor does not keep it.
    """
    found = await db.row(
        "SELECT u.id, u.site_id, u.room_id, u.owner_id, u.version, u.policy, s.operator_id, s.time_zone FROM unit u JOIN site s ON s.id = u.site_id"
        " WHERE u.id = $1 FOR UPDATE OF u",
        unit_id,
    )
    if found is None:
        raise NotFound(kind="Unit", path=path)
    require_keeper(actor, found["site_id"], found["owner_id"], path)
    return found


async def set_owner(actor: Actor, unit_id: UUID, terms: OwnerTerms | None) -> None:
    """Say whose a unit is from today on and which share of its takings the owner gets; None: the house's own.

    What was supplied before today stays with the owner before.

    Raises:
        NotFound: there is no such unit, or no such organisation.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        OutOfRange: a share beyond 0 to 100 percent, or with more than two decimals.
    """
    async with db.transaction():
        found = await lock_kept_unit(actor, unit_id)
        actor.require(Grant.MANAGE_SPACE, found["site_id"], path=("input", "unitId"))
        if terms is not None:
            _check_share(terms.share_percent)
            if not await db.value("SELECT 1 FROM organization WHERE id = $1", terms.owner_id):
                raise NotFound(kind="Organization", path=("input", "ownerId"))
        today = clock.today(found["time_zone"])
        await _end_ownership(unit_id, today)
        if terms is not None:
            await _begin_ownership(unit_id, terms, today)
        await db.execute("UPDATE unit SET owner_id = $2, version = version + 1 WHERE id = $1", unit_id, terms.owner_id if terms else None)
        after: dict[str, object] = {"owner": terms and terms.owner_id, "share_percent": terms and str(terms.share_percent)}
        await audit.record(actor, "set owner", "Unit", unit_id, before={"owner": found["owner_id"]}, after=after)
        await outbox.record(UnitChanged(unit_id, found["version"] + 1))


async def set_share(actor: Actor, unit_id: UUID, share_percent: Decimal, expected_version: int | None = None) -> date:
    """Set the owner's share of a unit's takings from the first day of the next month on, told to both sides; returns that day.

    Either side may, the owner or who manages the site's space; months that have begun keep their share.

    Raises:
        NotFound: there is no such unit.
        NotSignedIn, Forbidden: the actor does not keep the unit.
        UnitHasNoOwner: it is the house's own.
        Stale: the unit was changed meanwhile.
        OutOfRange: a share beyond 0 to 100 percent, or with more than two decimals.
    """
    _check_share(share_percent)
    async with db.transaction():
        found = await lock_kept_unit(actor, unit_id)
        checks.version(expected_version, found["version"])
        if found["owner_id"] is None:
            raise UnitHasNoOwner(unit_id=unit_id, path=("input", "unitId"))
        first = month_of(clock.today(found["time_zone"])).end
        await _end_ownership(unit_id, first)
        await _begin_ownership(unit_id, OwnerTerms(found["owner_id"], share_percent), first)
        await db.execute("UPDATE unit SET version = version + 1 WHERE id = $1", unit_id)
        await audit.record(actor, "set share", "Unit", unit_id, after={"share_percent": str(share_percent), "from": first})
        await outbox.record(
            UnitChanged(unit_id, found["version"] + 1), OwnerShareChanged(unit_id, found["owner_id"], share_percent, first, actor.person_id)
        )
    return first


def _check_share(percent: Decimal) -> None:
    if not 0 <= percent <= 100 or percent != round(percent, 2):
        raise OutOfRange(field="sharePercent", limit="0 – 100, two decimals", path=("input", "sharePercent"))


async def _end_ownership(unit_id: UUID, first_free: date) -> None:
    """Let what is agreed for a unit end before a day; what would only begin then is gone."""
    await db.execute("DELETE FROM unit_ownership WHERE unit_id = $1 AND starts_on >= $2", unit_id, first_free)
    await db.execute(
        "UPDATE unit_ownership SET ends_on = $2 WHERE unit_id = $1 AND coalesce(ends_on, 'infinity') > $2",
        unit_id,
        first_free - timedelta(days=1),
    )


async def _begin_ownership(unit_id: UUID, terms: OwnerTerms, starts_on: date) -> None:
    await db.execute(
        "INSERT INTO unit_ownership (id, unit_id, owner_id, share_percent, starts_on, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(),
        unit_id,
        terms.owner_id,
        terms.share_percent,
        starts_on,
        clock.now(),
    )
