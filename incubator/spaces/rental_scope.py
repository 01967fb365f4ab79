"""Row scopes around rentals: the renting organisation and the site's staff; money for its owner and billing contact, managers and auditors."""

from incubator.kernel.actor import Actor, Role
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope
from incubator.spaces.scope import RESIDENTS, STAFF

PAYERS = (Role.OWNER, Role.BILLING_CONTACT)
KEEPERS_OF_MONEY = (Role.MANAGER, Role.AUDITOR)


def knows_money(actor: Actor, alias: str, n: int) -> Scope:
    """Return the condition for who may see what a row of `alias` costs, its arguments numbered from `n`."""
    if actor.is_system:
        return f"(${n}::uuid[] IS NOT NULL AND ${n + 1}::uuid[] IS NOT NULL)", [[], []]
    return (
        f"({alias}.organization_id = ANY(${n}::uuid[]) OR {alias}.site_id = ANY(${n + 1}::uuid[]))",
        [list(actor.organization_ids_as(*PAYERS)), list(actor.site_ids_as(*KEEPERS_OF_MONEY))],
    )


def _of_tenant_and_staff(actor: Actor, organization: str, site: str) -> Scope:
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({organization} = ANY($1::uuid[]) OR {site} = ANY($2::uuid[]))",
        [list(actor.organization_ids_as(*RESIDENTS)), list(actor.site_ids_as(*STAFF))],
    )


def visible_rental_holds(actor: Actor, alias: str = "h") -> Scope:
    """Return the condition over `rental_hold` under `alias`."""
    return _of_tenant_and_staff(actor, f"{alias}.organization_id", f"{alias}.site_id")


def visible_allowances(actor: Actor, organization: str, site: str) -> Scope:
    """Return the condition for what credit an `organization` has left at a `site`, both aliases of their tables."""
    return _of_tenant_and_staff(actor, f"{organization}.id", f"{site}.id")


def visible_checklists(actor: Actor, alias: str = "c") -> Scope:
    """Return the condition over `checklist` under `alias`: those of rentals one sees."""
    tenant = f"(SELECT tenant.organization_id FROM rental tenant WHERE tenant.id = {alias}.rental_id)"
    return _of_tenant_and_staff(actor, tenant, f"{alias}.site_id")


def visible_badges(actor: Actor, alias: str = "b") -> Scope:
    """Return the condition over `badge` under `alias`: those of the staff's sites, and those in the hands of one's organisation."""
    holder = f"(SELECT out.organization_id FROM badge_issue out WHERE out.badge_id = {alias}.id AND out.ended_at IS NULL)"
    return _of_tenant_and_staff(actor, holder, f"{alias}.site_id")


def visible_templates(actor: Actor, alias: str = "t") -> Scope:
    """Return the condition over `checklist_template` under `alias`: those of the staff's sites."""
    if actor.is_system:
        return EVERYTHING
    return f"{alias}.site_id = ANY($1::uuid[])", [list(actor.site_ids_as(*STAFF))]
