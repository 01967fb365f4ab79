"""Who is told of what happens to rentals, kept units, checklists, deposits and badges."""

from datetime import timedelta
from uuid import UUID

from incubator import db
from incubator.kernel import outbox
from incubator.notifications.facts import MONEY_ROLES, people_of, row_of
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell
from incubator.organizations import queries as organizations
from incubator.spaces.rental_events import (
    BadgeOverdue,
    ChecklistChanged,
    DepositDecided,
    HoldEnded,
    HoldRunsOut,
    RentalAssigned,
    RentalShortened,
    UnitHeld,
)

TENANTS = ("owner", "representative", "corporate admin")
SPACE, RENTALS, BADGES = "/space", "/rentals", "/badges"
RENTAL = (
    "SELECT r.organization_id, r.site_id, r.starts_on, r.ends_on, r.monthly_minor, r.currency, u.name AS unit, s.name AS site, o.name AS organization"
    " FROM rental r JOIN unit u ON u.id = r.unit_id JOIN site s ON s.id = r.site_id JOIN organization o ON o.id = r.organization_id WHERE r.id = $1"
)
HOLD = (
    "SELECT h.organization_id, h.held_by_id, h.starts_on, h.ends_on, h.expires_at, u.name AS unit, s.name AS site, o.name AS organization"
    " FROM rental_hold h JOIN unit u ON u.id = h.unit_id JOIN site s ON s.id = h.site_id JOIN organization o ON o.id = h.organization_id WHERE h.id = $1"
)


async def _tell_of_hold(hold_id: UUID, kind: Kind, message_id: UUID) -> None:
    """The owners of the organisation it is kept for, and who keeps it."""
    found = await row_of(HOLD, hold_id)
    people = [*await organizations.contacts(found["organization_id"], TENANTS), *await people_of(found["held_by_id"])]
    params = {name: found[name] for name in ("unit", "site", "organization", "starts_on", "ends_on", "expires_at")}
    await tell(people, kind, params, SPACE, message_id)


@outbox.consumer(UnitHeld, "tell of a kept unit")
async def unit_held(event: UnitHeld, message_id: UUID) -> None:
    """Who may rent it, and who keeps it."""
    await _tell_of_hold(event.rental_hold_id, Kind.UNIT_HELD, message_id)


@outbox.consumer(HoldRunsOut, "tell of a hold that runs out")
async def hold_runs_out(event: HoldRunsOut, message_id: UUID) -> None:
    """Who may rent it, and who keeps it."""
    await _tell_of_hold(event.rental_hold_id, Kind.HOLD_RUNS_OUT, message_id)


@outbox.consumer(HoldEnded, "tell of a hold that ended")
async def hold_ended(event: HoldEnded, message_id: UUID) -> None:
    """Who may have rented it, and who kept it."""
    await _tell_of_hold(event.rental_hold_id, Kind.HOLD_ENDED, message_id)


@outbox.consumer(RentalAssigned, "tell of an assigned rental")
async def rental_assigned(event: RentalAssigned, message_id: UUID) -> None:
    """Who pays for it."""
    found = await row_of(RENTAL, event.rental_id)
    params = {name: found[name] for name in ("unit", "site", "starts_on", "ends_on", "monthly_minor", "currency")}
    await tell(await organizations.contacts(found["organization_id"], MONEY_ROLES), Kind.RENTAL_ASSIGNED, params, SPACE, message_id)


@outbox.consumer(RentalShortened, "tell of a notice or a change of unit")
async def rental_shortened(event: RentalShortened, message_id: UUID) -> None:
    """Who pays for it, who uses it, and the site's managers and front desk."""
    found = await row_of(RENTAL, event.rental_id)
    tenants = await organizations.contacts(found["organization_id"], (*MONEY_ROLES, "member"))
    staff = await organizations.site_staff(found["site_id"], ["manager", "front desk"])
    params = {name: found[name] for name in ("unit", "site", "organization", "ends_on")}
    if event.heir_id is None:
        kind = Kind.NOTICE_CONFIRMED
    else:
        kind, heir = Kind.UNIT_CHANGED, await row_of(RENTAL, event.heir_id)
        params |= {"new_unit": heir["unit"], "starts_on": found["ends_on"] + timedelta(days=1)}
    await tell(tenants, kind, params, SPACE, message_id)
    await tell(staff, kind, params, RENTALS, message_id)


@outbox.consumer(ChecklistChanged, "tell of a checklist to confirm")
async def checklist_changed(event: ChecklistChanged, message_id: UUID) -> None:
    """The tenant's owners, when staff have signed."""
    if not event.waits_for_tenant:
        return
    found = await row_of(
        "SELECT c.purpose, r.organization_id, u.name AS unit, s.name AS site FROM checklist c JOIN rental r ON r.id = c.rental_id"
        " JOIN unit u ON u.id = r.unit_id JOIN site s ON s.id = r.site_id WHERE c.id = $1",
        event.checklist_id,
    )
    params = {name: found[name] for name in ("purpose", "unit", "site")}
    await tell(await organizations.contacts(found["organization_id"], TENANTS), Kind.CHECKLIST_TO_CONFIRM, params, SPACE, message_id)


@outbox.consumer(DepositDecided, "tell of a settled deposit")
async def deposit_decided(event: DepositDecided, message_id: UUID) -> None:
    """Who paid it, and the finance people who pay it out."""
    found = await row_of(RENTAL, event.rental_id)
    settled = await db.row(
        "SELECT d.kept_minor, d.returned_minor, d.reason, i.currency, i.legal_entity_id FROM deposit_settlement d"
        " JOIN invoice i ON i.id = d.invoice_id WHERE i.id = $1",
        event.deposit_id,
    )
    assert settled is not None
    params = {name: settled[name] for name in ("kept_minor", "returned_minor", "reason", "currency")}
    params |= {name: found[name] for name in ("unit", "site", "organization")}
    people = [
        *await organizations.contacts(found["organization_id"], MONEY_ROLES),
        *await organizations.entity_staff(settled["legal_entity_id"], ["finance"]),
    ]
    await tell(people, Kind.DEPOSIT_SETTLED, params, "/invoices", message_id)


@outbox.consumer(BadgeOverdue, "tell of an overdue badge")
async def badge_overdue(event: BadgeOverdue, message_id: UUID) -> None:
    """Who has it, and the front desk."""
    found = await row_of(
        "SELECT i.person_id, b.site_id, b.number, p.name AS holder, o.name AS organization, s.name AS site FROM badge_issue i"
        " JOIN badge b ON b.id = i.badge_id JOIN site s ON s.id = b.site_id JOIN person p ON p.id = i.person_id"
        " JOIN organization o ON o.id = i.organization_id WHERE i.id = $1",
        event.issue_id,
    )
    params = {name: found[name] for name in ("number", "holder", "organization", "site")}
    await tell(await people_of(found["person_id"]), Kind.BADGE_OVERDUE, params, SPACE, message_id)
    await tell(await organizations.site_staff(found["site_id"], ["front desk"]), Kind.BADGE_OVERDUE, params, BADGES, message_id)
