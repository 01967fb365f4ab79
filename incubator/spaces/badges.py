"""Keys, badges and cards of a site: who has which, since when, until when. One is in one person's hands at a time; the database sees to it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, Source, Supply
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, OutOfRange, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.spaces.rental_errors import BadgeLost, BadgeNotOut, BadgeNumberTaken, BadgeOut, HolderUnknown
from incubator.spaces.rental_events import BadgeChanged, BadgeOverdue
from incubator.spaces.rental_scope import visible_badges

KINDS = ("key", "badge", "card")
DUE = "coalesce(i.due_on, r.ends_on)"
"""The day on which an issue (i) that may be for a rental (r) ends."""


@dataclass(frozen=True, slots=True)
class IssueTerms:
    """Who gets a badge, for which organisation; for a rental of it, or until a day of the site, or until further notice."""

    badge_id: UUID
    person_id: UUID
    organization_id: UUID
    rental_id: UUID | None = None
    due_on: date | None = None


async def add_badge(actor: Actor, site_id: UUID, kind: str, number: str, opens: str = "") -> UUID:
    """Add a key, badge or card to a site; `opens` says what it is for.

    Raises:
        NotSignedIn, Forbidden: the actor is no staff of the site.
        PatternMismatch, TooShort, TooLong: kind, number or text break their rule.
        BadgeNumberTaken: the site has that number.
    """
    actor.require(Grant.CHECK_IN, site_id, path=("input", "siteId"))
    if kind not in KINDS:
        raise PatternMismatch(field="kind", limit=", ".join(KINDS), path=("input", "kind"))
    shown = checks.text(number, "number", at_most=40, path=("input", "number"))
    opens = checks.text(opens, "opens", at_least=0, at_most=120, path=("input", "opens"))
    badge_id = new_id()
    async with db.transaction():
        if not await db.execute(
            "INSERT INTO badge (id, site_id, kind, number, opens, created_at, version) VALUES ($1, $2, $3, $4, $5, $6, 1)"
            " ON CONFLICT (site_id, number) DO NOTHING",
            badge_id,
            site_id,
            kind,
            shown,
            opens,
            clock.now(),
        ):
            raise BadgeNumberTaken(value=shown, path=("input", "number"))
        await audit.record(actor, "add badge", "Badge", badge_id, after={"kind": kind, "number": shown})
        await outbox.record(BadgeChanged(badge_id, 1))
    return badge_id


async def issue_badge(actor: Actor, terms: IssueTerms) -> None:
    """Give a badge to a person. Of many who issue the same one at once, one does.

    Raises:
        NotFound: the actor sees no such badge, or the organisation has no such rental at the site.
        NotSignedIn, Forbidden: the actor is no staff of the site.
        BadgeLost, BadgeOut: it was lost, or is in somebody's hands.
        HolderUnknown: the person does not belong to the organisation, or that has nothing to do with the site.
        OutOfRange: the day it is wanted back has passed.
    """
    async with db.transaction():
        badge = await _locked(actor, terms.badge_id)
        if badge["lost_at"] is not None:
            raise BadgeLost(badge_id=badge["id"], number=badge["number"], path=("input", "badgeId"))
        today = clock.today(badge["time_zone"])
        if terms.due_on is not None and terms.due_on < today:
            raise OutOfRange(field="dueOn", limit=f"≥ {today}", path=("input", "dueOn"))
        await _require_holder(badge, terms)
        if not await db.execute(
            "INSERT INTO badge_issue (id, badge_id, person_id, organization_id, rental_id, issued_at, issued_by_id, due_on, outcome, fee_minor)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0) ON CONFLICT (badge_id) WHERE ended_at IS NULL DO NOTHING",
            new_id(),
            badge["id"],
            terms.person_id,
            terms.organization_id,
            terms.rental_id,
            clock.now(),
            actor.person_id,
            terms.due_on,
        ):
            raise BadgeOut(badge_id=badge["id"], number=badge["number"], path=("input", "badgeId"))
        await _changed(badge)
        await audit.record(
            actor, "issue badge", "Badge", badge["id"], after={"person": terms.person_id, "organization": terms.organization_id}
        )


async def _require_holder(badge: asyncpg.Record, terms: IssueTerms) -> None:
    if terms.rental_id is not None and not await db.value(
        "SELECT 1 FROM rental WHERE id = $1 AND organization_id = $2 AND site_id = $3",
        terms.rental_id,
        terms.organization_id,
        badge["site_id"],
    ):
        raise NotFound(kind="Rental", path=("input", "rentalId"))
    if not await db.value(
        "SELECT 1 FROM role_assignment a WHERE a.person_id = $1 AND a.organization_id = $2 AND (EXISTS (SELECT 1 FROM organization_at_site o"
        " WHERE o.organization_id = $2 AND o.site_id = $3) OR EXISTS (SELECT 1 FROM site s WHERE s.id = $3 AND s.operator_id = $2))",
        terms.person_id,
        terms.organization_id,
        badge["site_id"],
    ):
        raise HolderUnknown(person_id=terms.person_id, path=("input", "personId"))


async def return_badge(actor: Actor, badge_id: UUID) -> None:
    """Take a badge back. One that was lost and turned up can be issued again.

    Raises:
        NotFound: the actor sees no such badge.
        NotSignedIn, Forbidden: the actor is no staff of the site.
        BadgeNotOut: it is in nobody's hands, and was not lost.
    """
    async with db.transaction():
        badge = await _locked(actor, badge_id)
        ended = await _end_issue(actor, badge, "returned")
        if not ended and badge["lost_at"] is None:
            raise BadgeNotOut(badge_id=badge_id, number=badge["number"], path=("input", "badgeId"))
        await db.execute("UPDATE badge SET lost_at = NULL WHERE id = $1", badge_id)
        await _changed(badge)
        await audit.record(actor, "return badge", "Badge", badge_id)


async def lose_badge(actor: Actor, badge_id: UUID, fee_minor: int = 0) -> None:
    """Write down that a badge is lost; who had it may be charged for it, once, by who lets the site's space.

    Raises:
        NotFound: the actor sees no such badge.
        NotSignedIn, Forbidden: the actor is no staff of the site, or names a fee and does not let its space.
        OutOfRange: the fee is no amount.
        BadgeNotOut: it is in nobody's hands.
        NoTaxRule: no rule says how the fee is taxed.
    """
    checks.between(fee_minor, "feeMinor", 0, MAX_AMOUNT_MINOR, path=("input", "feeMinor"))
    async with db.transaction():
        badge = await _locked(actor, badge_id)
        if fee_minor:
            actor.require(Grant.MANAGE_SPACE, badge["site_id"], path=("input", "feeMinor"))
        issue = await _end_issue(actor, badge, "lost", fee_minor)
        if issue is None:
            raise BadgeNotOut(badge_id=badge_id, number=badge["number"], path=("input", "badgeId"))
        await db.execute("UPDATE badge SET lost_at = $2 WHERE id = $1", badge_id, clock.now())
        if fee_minor:
            await _charge(badge, issue, fee_minor)
        await _changed(badge)
        await audit.record(actor, "lose badge", "Badge", badge_id, after={"fee_minor": fee_minor})


async def _charge(badge: asyncpg.Record, issue: asyncpg.Record, fee_minor: int) -> None:
    today = clock.today(badge["time_zone"])
    await billing.charge_count(
        CountedCharge(
            source=Source("badge", issue["id"]),
            buyer=Buyer(issue["organization_id"], badge["legal_entity_id"], badge["site_id"], badge["currency"]),
            description=f"Lost {badge['kind']} {badge['number']}",
            price=Price(fee_minor, Basis.ONCE, includes_tax=False),
            supply=Supply.SERVICE,
            supplied_from=today,
            supplied_to=today,
        )
    )


async def tell_of_overdue(limit: int = 200) -> int:
    """Tell of badges that are out although their day, or their rental's last day, is over at the site; each once. Returns how many."""
    async with db.transaction():
        found = await db.rows(
            "SELECT i.id, i.badge_id FROM badge_issue i JOIN badge b ON b.id = i.badge_id JOIN site s ON s.id = b.site_id"
            " LEFT JOIN rental r ON r.id = i.rental_id WHERE i.ended_at IS NULL AND i.overdue_told_at IS NULL"
            f" AND {DUE} < ($1::timestamptz AT TIME ZONE s.time_zone)::date ORDER BY i.id LIMIT $2 FOR UPDATE OF i SKIP LOCKED",
            clock.now(),
            limit,
        )
        await db.execute(
            "UPDATE badge_issue SET overdue_told_at = $2 WHERE id = ANY($1::uuid[])", [row["id"] for row in found], clock.now()
        )
        await outbox.record(*(BadgeOverdue(row["badge_id"], row["id"]) for row in found))
    return len(found)


async def _locked(actor: Actor, badge_id: UUID) -> asyncpg.Record:
    condition, args = visible_badges(actor)
    found = await db.row(
        "SELECT b.id, b.site_id, b.kind, b.number, b.lost_at, b.version, s.time_zone, s.currency, s.legal_entity_id FROM badge b"
        f" JOIN site s ON s.id = b.site_id WHERE {condition} AND b.id = ${len(args) + 1} FOR UPDATE OF b",
        *args,
        badge_id,
    )
    if found is None:
        raise NotFound(kind="Badge", path=("input", "badgeId"))
    actor.require(Grant.CHECK_IN, found["site_id"], path=("input", "badgeId"))
    return found


async def _end_issue(actor: Actor, badge: asyncpg.Record, outcome: str, fee_minor: int = 0) -> asyncpg.Record | None:
    return await db.row(
        "UPDATE badge_issue SET ended_at = $2, ended_by_id = $3, outcome = $4, fee_minor = $5 WHERE badge_id = $1 AND ended_at IS NULL"
        " RETURNING id, organization_id",
        badge["id"],
        clock.now(),
        actor.person_id,
        outcome,
        fee_minor,
    )


async def _changed(badge: asyncpg.Record) -> None:
    await db.execute("UPDATE badge SET version = version + 1 WHERE id = $1", badge["id"])
    await outbox.record(BadgeChanged(badge["id"], badge["version"] + 1))
