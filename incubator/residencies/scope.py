"""Row scopes of admissions and residencies."""

from incubator.kernel.actor import Actor, Role
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope

STAFF = (Role.MANAGER, Role.AUDITOR)


def visible_applications(actor: Actor, alias: str = "a") -> Scope:
    """The applicant's owners, and managers and auditors of the site applied for. Finance and front desk read no applications."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.startup_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[]))",
        [list(actor.organization_ids_as(Role.OWNER)), list(actor.site_ids_as(*STAFF))],
    )


def visible_offers(actor: Actor, alias: str = "o") -> Scope:
    """The startup's owners and billing contacts, and managers and auditors of the site."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.startup_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[]))",
        [list(actor.organization_ids_as(Role.OWNER, Role.BILLING_CONTACT)), list(actor.site_ids_as(*STAFF))],
    )


def visible_residencies(actor: Actor, alias: str = "r") -> Scope:
    """The startup's people, and the staff of the site."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.startup_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[]))",
        [
            list(actor.organization_ids_as(Role.OWNER, Role.MEMBER, Role.BILLING_CONTACT)),
            list(actor.site_ids_as(Role.MANAGER, Role.AUDITOR, Role.FRONT_DESK, Role.FINANCE)),
        ],
    )
