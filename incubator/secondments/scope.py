"""Row scope of secondments: the secondee, the employer's admins and scouts, the host's people, the staff of the site."""

from incubator.kernel.actor import Actor, Role
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope


def visible_secondments(actor: Actor, alias: str = "s") -> Scope:
    """Return the condition over `secondment` under `alias`."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.secondee_id = $1 OR {alias}.employer_id = ANY($2::uuid[]) OR {alias}.host_id = ANY($3::uuid[]) OR {alias}.site_id = ANY($4::uuid[]))",
        [
            actor.person_id,
            list(actor.organization_ids_as(Role.CORPORATE_ADMIN, Role.SCOUT)),
            list(actor.organization_ids_as(Role.OWNER, Role.MEMBER)),
            list(actor.site_ids_as(Role.MANAGER, Role.AUDITOR)),
        ],
    )
