"""Close a site from a day on, and open it again. What people were let is a contract, and stands in the way; the rest ends and is told."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.organizations import queries as organizations
from incubator.residencies.errors import SiteNotClosing, SiteStillLet
from incubator.residencies.events import SiteClosing, SiteReopened
from incubator.spaces import service as spaces
from incubator.spaces.service import Reaching

FARTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class ClosingPreview:
    """What reaches past the day on which a site would close. Rentals and residencies stand in the way; the rest would end."""

    reaching: Reaching
    residencies: int


async def preview_closing(actor: Actor, site_id: UUID, closes_on: date) -> ClosingPreview:
    """Count what reaches past a day of a site; nothing is written.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        NotFound: there is no such site.
        OutOfRange: the day has passed, or lies more than five years ahead.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("siteId",))
    site = (await organizations.sites_by_id(actor, [site_id])).get(site_id)
    if site is None:
        raise NotFound(kind="Site", path=("siteId",))
    _check_day(closes_on, site.time_zone, ("closesOn",))
    return await _preview(site_id, closes_on, site.time_zone)


@db.retried
async def close_site(actor: Actor, site_id: UUID, closes_on: date, reason: str, expected_version: int | None = None) -> None:
    """Close a site from a day of its calendar on, or on another day than was said. What was booked past it ends, and is told.

    Whoever holds something at the site and a closing wait for each other, so that nothing made meanwhile is forgotten. Nothing is charged
    for what ends; what was charged before stays.

    Raises:
        TooShort, TooLong, PatternMismatch: the reason breaks its rule.
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        NotFound: there is no such site.
        Stale: it was changed meanwhile.
        OutOfRange: the day has passed, or lies more than five years ahead.
        SiteStillLet: rentals or residencies reach past the day; says how many.
    """
    reason = checks.text(reason, "reason", at_most=300, path=("input", "reason"))
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    async with db.transaction():
        site = await _locked(site_id, expected_version)
        _check_day(closes_on, site["time_zone"], ("input", "closesOn"))
        found = await _preview(site_id, closes_on, site["time_zone"])
        if found.reaching.rentals or found.residencies:
            raise SiteStillLet(limit=closes_on, rentals=found.reaching.rentals, residencies=found.residencies, path=("input", "closesOn"))
        await db.execute(
            "UPDATE site SET closes_on = $2, closing_reason = $3, version = version + 1 WHERE id = $1", site_id, closes_on, reason
        )
        ended = await spaces.end_past(actor, site_id, closes_on, site["time_zone"], reason)
        before = {"closes_on": site["closes_on"]}
        after = {"closes_on": closes_on, "reason": reason, "bookings": len(ended.booking_ids), "waiting_entries": len(ended.waiting_ids)}
        await audit.record(actor, "close site", "Site", site_id, before=before, after=after)
        version = site["version"] + 1
        await outbox.record(SiteClosing(site_id, closes_on, reason, tuple(ended.booking_ids), tuple(ended.waiting_ids), version))


@db.retried
async def reopen_site(actor: Actor, site_id: UUID, expected_version: int | None = None) -> None:
    """Take a closing back, before or after its day. What it ended stays ended.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        NotFound: there is no such site.
        Stale: it was changed meanwhile.
        SiteNotClosing: it is not closed, and no closing is planned.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    async with db.transaction():
        site = await _locked(site_id, expected_version)
        if site["closes_on"] is None:
            raise SiteNotClosing(site_id=site_id, path=("input", "siteId"))
        await db.execute("UPDATE site SET closes_on = NULL, closing_reason = '', version = version + 1 WHERE id = $1", site_id)
        before = {"closes_on": site["closes_on"], "reason": site["closing_reason"]}
        await audit.record(actor, "reopen site", "Site", site_id, before=before)
        await outbox.record(SiteReopened(site_id, site["version"] + 1))


async def _locked(site_id: UUID, expected_version: int | None) -> asyncpg.Record:
    site = await spaces.lock_closing_site(site_id)
    checks.version(expected_version, site["version"])
    return site


async def _preview(site_id: UUID, closes_on: date, zone: str) -> ClosingPreview:
    residencies: int = await db.value("SELECT count(*)::int FROM residency WHERE site_id = $1 AND ends_on >= $2", site_id, closes_on)
    return ClosingPreview(await spaces.reaching_past(site_id, closes_on, zone), residencies)


def _check_day(closes_on: date, zone: str, path: tuple[str, ...]) -> None:
    today = clock.today(zone)
    if not today <= closes_on <= today + FARTHEST:
        raise OutOfRange(field="closesOn", limit=f"{today} – {today + FARTHEST}", path=path)
