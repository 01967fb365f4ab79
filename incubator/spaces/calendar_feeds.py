"""Calendars that a calendar program reads by a secret address. What one shows is decided anew at each read, by who its person is then."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, NotSignedIn, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.language import Language
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations import queries as organizations
from incubator.organizations import secrets
from incubator.organizations.access import actor_of_person
from incubator.spaces import queries
from incubator.spaces.calendar_reads import Busy, Entry, busy_times, entries_of
from incubator.spaces.outage_errors import TooManyFeeds
from incubator.spaces.scope import visible_feeds

PREFIX = "cal_"
MOST_FEEDS = 20
BACK, AHEAD = timedelta(days=90), timedelta(days=400)
EVENTS, BUSY = "events", "busy"
LONGEST_SECRET = 100


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """What a calendar is of: a unit, a site, or, with neither, the person's own bookings. `content`: events, or busy times only."""

    unit_id: UUID | None = None
    site_id: UUID | None = None
    content: str = EVENTS


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A calendar that works; its secret is not known any more."""

    id: UUID
    unit_id: UUID | None
    site_id: UUID | None
    content: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a calendar shows now, `[starts_at, ends_at)`: entries, or busy times by unit. `name` is that of unit, site or person."""

    name: str
    language: Language
    starts_at: datetime
    ends_at: datetime
    entries: Sequence[Entry]
    busy: Sequence[Busy] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A calendar as it is read: a fingerprint of what it shows, and since when it has shown that."""

    calendar: Calendar
    fingerprint: str
    changed_at: datetime


FEED = "f.id, f.unit_id, f.site_id, f.content, f.created_at, f.last_used_at FROM calendar_feed f"
NEWEST = (Order("created_at", "timestamptz", is_descending=True), Order("id", "uuid"))


async def create_feed(actor: Actor, terms: FeedTerms) -> tuple[UUID, str]:
    """Make a calendar for the actor, standing where the actor stands; returns its id and its secret, shown this once.

    Raises:
        NotSignedIn: nobody is signed in, or an API token asks, which a calendar would outlive.
        NotFound: the actor sees no such unit or site.
        PatternMismatch: it has busy times of a person, or neither content.
        TooManyFeeds: the actor has 20 already.
    """
    person_id = actor.require_person()
    if actor.via == "token":
        raise NotSignedIn()
    if actor.organization_id is None:
        raise NotFound(kind="Organization")
    assert terms.unit_id is None or terms.site_id is None
    if terms.content not in (EVENTS, BUSY) or (terms.content == BUSY and terms.unit_id is None and terms.site_id is None):
        raise PatternMismatch(field="content", limit="EVENTS; BUSY of a unit or a site", path=("input", "content"))
    if terms.unit_id is not None and not await queries.units_by_id(actor, [terms.unit_id]):
        raise NotFound(kind="CalendarSubject", path=("input", "subjectId"))
    if terms.site_id is not None and not await organizations.sites_by_id(actor, [terms.site_id]):
        raise NotFound(kind="CalendarSubject", path=("input", "subjectId"))
    async with db.transaction():
        await db.row("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", person_id)
        count = await db.value("SELECT count(*) FROM calendar_feed WHERE person_id = $1 AND revoked_at IS NULL", person_id)
        if count >= MOST_FEEDS:
            raise TooManyFeeds(limit=str(MOST_FEEDS), value=str(count), path=("input",))
        secret, feed_id = secrets.new_secret(PREFIX), new_id()
        await db.execute(
            "INSERT INTO calendar_feed (id, token_hash, person_id, organization_id, unit_id, site_id, content, content_hash, content_changed_at,"
            " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $8)",
            feed_id,
            secrets.digest(secret),
            person_id,
            actor.organization_id,
            terms.unit_id,
            terms.site_id,
            terms.content,
            clock.now(),
        )
        after: dict[str, object] = {"unit": terms.unit_id, "site": terms.site_id, "content": terms.content}
        await audit.record(actor, "create calendar feed", "CalendarFeed", feed_id, after=after)
    return feed_id, secret


async def revoke_feed(actor: Actor, feed_id: UUID) -> None:
    """End one of the actor's calendars at once.

    Raises:
        NotSignedIn, NotFound: nobody is signed in; the actor has no such calendar.
    """
    person_id = actor.require_person()
    async with db.transaction():
        ended = await db.execute(
            "UPDATE calendar_feed SET revoked_at = $3 WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL",
            feed_id,
            person_id,
            clock.now(),
        )
        if not ended:
            raise NotFound(kind="CalendarFeed", path=("input", "calendarFeedId"))
        await audit.record(actor, "revoke calendar feed", "CalendarFeed", feed_id)


async def list_feeds(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List the actor's own calendars that work, the newest first."""
    condition, args = visible_feeds(actor)
    return await paginate(f"SELECT {FEED} WHERE {condition}", args, NEWEST, page, with_total=with_total)


async def feeds_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, FeedRow]:
    """Return the actor's own calendars among `ids`."""
    condition, args = visible_feeds(actor)
    found = await db.rows_as(FeedRow, f"SELECT {FEED} WHERE {condition} AND f.id = ANY(${len(args) + 1}::uuid[])", *args, list(ids))
    return {row.id: row for row in found}


async def read_feed(secret: str) -> Reading | None:
    """Return what a calendar shows, or None for a secret that is wrong or revoked, or whose person has left the organisation. Five statements."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
        return None
    feed = await db.row(
        "SELECT f.id, f.person_id, f.organization_id, f.unit_id, f.site_id, f.content, coalesce(u.name || ', ' || us.name, s.name, p.name) AS name"
        " FROM calendar_feed f JOIN person p ON p.id = f.person_id LEFT JOIN unit u ON u.id = f.unit_id LEFT JOIN site us ON us.id = u.site_id"
        " LEFT JOIN site s ON s.id = f.site_id WHERE f.token_hash = $1 AND f.revoked_at IS NULL",
        secrets.digest(secret),
    )
    if feed is None:
        return None
    actor = await actor_of_person(feed["person_id"], feed["organization_id"])
    if actor is None or not actor.memberships:
        return None
    calendar = await _shown(actor, feed)
    fingerprint = hashlib.sha256(dumps(calendar).encode()).hexdigest()
    changed_at: datetime = await db.value(
        "UPDATE calendar_feed SET last_used_at = $2, content_hash = $3::varchar,"
        " content_changed_at = CASE WHEN content_hash = $3::varchar THEN content_changed_at ELSE $2 END WHERE id = $1 RETURNING content_changed_at",
        feed["id"],
        clock.now(),
        fingerprint,
    )
    return Reading(calendar, fingerprint, changed_at)


async def _shown(actor: Actor, feed: asyncpg.Record) -> Calendar:
    """Read what the actor may see now. The window moves with the day, so that what is shown stays the same within one."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    window = (today - BACK, today + AHEAD)
    if feed["content"] == BUSY:
        busy = await busy_times(actor, feed["unit_id"], feed["site_id"], *window)
        return Calendar(feed["name"], actor.language, *window, (), busy)
    return Calendar(feed["name"], actor.language, *window, await entries_of(actor, feed["unit_id"], feed["site_id"], *window), None)
