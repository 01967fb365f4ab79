"""Row scopes: which organisations, sites and people an actor may see. Every list, node look-up and filter asks here.

Each function returns an SQL condition over the table's columns under the alias given, and its arguments, numbered from `$1`.
"""

from incubator.kernel.actor import Actor, Role

Scope = tuple[str, list[object]]
EVERYTHING: Scope = ("TRUE", [])
NOTHING: Scope = ("FALSE", [])
STAFF = (Role.MANAGER, Role.FRONT_DESK, Role.AUDITOR, Role.FINANCE)


def visible_organizations(actor: Actor) -> Scope:
    """Public profiles: everybody who is signed in."""
    return EVERYTHING if actor.is_system or actor.person_id else NOTHING


def visible_sites(actor: Actor) -> Scope:
    """Sites are public, like the calls that name them."""
    return EVERYTHING


def visible_people(actor: Actor, alias: str = "p") -> Scope:
    """Oneself, the people of the organisation one stands in, and for operator staff those of organisations that have to do with their sites."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        (
            f"({alias}.id = $1 OR EXISTS (SELECT 1 FROM role_assignment r"
            f" WHERE r.person_id = {alias}.id AND (r.organization_id = ANY($2::uuid[]) OR r.organization_id IN"
            " (SELECT organization_id FROM organization_at_site WHERE site_id = ANY($3::uuid[])))))"
        ),
        [actor.person_id, list(actor.organization_ids_as()), list(actor.site_ids_as(*STAFF))],
    )
