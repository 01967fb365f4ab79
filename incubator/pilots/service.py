"""Open pilot deals and move them through their stages."""

from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant, OrganizationKind
from incubator.kernel.errors import NotFound, Stale
from incubator.kernel.ids import new_id
from incubator.kernel.money import MAX_AMOUNT_MINOR, check_currency
from incubator.organizations import queries as organizations
from incubator.pilots import policy, queries
from incubator.pilots.errors import WrongParty
from incubator.pilots.events import DealMoved, DealOpened
from incubator.pilots.policy import Stage


async def open_deal(actor: Actor, title: str, startup_id: UUID, corporate_id: UUID, site_id: UUID, value_minor: int, currency: str) -> UUID:
    """Open a deal at the stage of introduction; the actor becomes its manager.

    Raises:
        NotSignedIn, Forbidden: the actor manages no deals at the site.
        TooShort, TooLong, OutOfRange, UnknownCurrency: title, value or currency break their rule.
        NotFound: there is no such organisation.
        WrongParty: the parties are not a startup and a corporate.
    """
    actor.require(Grant.MANAGE_DEALS, site_id, path=("input", "siteId"))
    shown = checks.text(title, "title", path=("input", "title"))
    checks.between(value_minor, "valueMinor", 0, MAX_AMOUNT_MINOR, path=("input", "valueMinor"))
    check_currency(currency)
    async with db.transaction():
        await _require_party(actor, startup_id, OrganizationKind.STARTUP, "startupId")
        await _require_party(actor, corporate_id, OrganizationKind.CORPORATE, "corporateId")
        deal_id, now = new_id(), clock.now()
        await db.execute(
            "INSERT INTO deal (id, title, startup_id, corporate_id, site_id, manager_id, stage, value_minor, currency, opened_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
            deal_id,
            shown,
            startup_id,
            corporate_id,
            site_id,
            actor.person_id,
            Stage.INTRODUCTION.value,
            value_minor,
            currency,
            now,
        )
        await _write_move(deal_id, "", Stage.INTRODUCTION, "", actor)
        await audit.record(actor, "open deal", "Deal", deal_id, after={"title": shown, "startup": startup_id, "corporate": corporate_id})
        await outbox.record(DealOpened(deal_id))
    return deal_id


async def move_deal(actor: Actor, deal_id: UUID, to_stage: Stage, expected_version: int, reason: str = "") -> None:
    """Move a deal to a stage that follows the one it is in.

    Raises:
        NotFound: the actor sees no such deal.
        NotSignedIn, Forbidden: the actor manages no deals at its site.
        TooLong: the reason has more than 500 characters.
        Stale: it was moved meanwhile; carries the current version.
        StageNotReachable, LossNeedsReason: the move breaks a rule.
    """
    why = checks.text(reason, "reason", at_least=0, at_most=500, path=("input", "reason"))
    async with db.transaction():
        deal = await queries.lock_deal(actor, deal_id)
        actor.require(Grant.MANAGE_DEALS, deal.site_id, path=("input", "dealId"))
        if deal.version != expected_version:
            raise Stale(current_version=deal.version, path=("input", "expectedVersion"))
        policy.require_move(Stage(deal.stage), to_stage, why)
        await db.execute("UPDATE deal SET stage = $2, version = version + 1 WHERE id = $1", deal_id, to_stage.value)
        await _write_move(deal_id, deal.stage, to_stage, why, actor)
        await audit.record(
            actor, "move deal", "Deal", deal_id, before={"stage": deal.stage}, after={"stage": to_stage.value, "reason": why}
        )
        await outbox.record(DealMoved(deal_id, deal.stage, to_stage.value, deal.version + 1))


async def _require_party(actor: Actor, organization_id: UUID, kind: OrganizationKind, field: str) -> None:
    found = (await organizations.organizations_by_id(actor, [organization_id])).get(organization_id)
    if found is None:
        raise NotFound(kind="Organization", path=("input", field))
    if found.kind != kind.value:
        raise WrongParty(expected=kind.value, path=("input", field))


async def _write_move(deal_id: UUID, from_stage: str, to_stage: Stage, reason: str, actor: Actor) -> None:
    await db.execute(
        "INSERT INTO deal_move (id, deal_id, from_stage, to_stage, reason, moved_at, moved_by_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new_id(),
        deal_id,
        from_stage,
        to_stage.value,
        reason,
        clock.now(),
        actor.person_id,
    )
