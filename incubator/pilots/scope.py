"""Row scope of deals: both parties and the staff of the site that brokers it."""

from incubator.kernel.actor import Actor, Role
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope


def visible_deals(actor: Actor, alias: str = "d") -> Scope:
    """Return the condition over `deal` under `alias`."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.startup_id = ANY($1::uuid[]) OR {alias}.corporate_id = ANY($2::uuid[]) OR {alias}.site_id = ANY($3::uuid[]))",
        [
            list(actor.organization_ids_as(Role.OWNER, Role.MEMBER)),
            list(actor.organization_ids_as(Role.CORPORATE_ADMIN, Role.SCOUT)),
            list(actor.site_ids_as(Role.MANAGER, Role.AUDITOR)),
        ],
    )
