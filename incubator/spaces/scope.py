"""Row scopes of space: units are known to who is signed in; bookings to who is at the site; rentals to their holder and the site's staff."""

from incubator.kernel.actor import Actor, Role
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope

STAFF = (Role.MANAGER, Role.FRONT_DESK, Role.AUDITOR)
RESIDENTS = (Role.OWNER, Role.MEMBER, Role.BILLING_CONTACT)
OWNERS = (Role.REPRESENTATIVE, Role.BILLING_CONTACT, Role.OWNER)


def visible_units(actor: Actor) -> Scope:
    """Return the condition over `unit`: names, kinds and prices are no secret within the house."""
    return EVERYTHING if actor.is_system or actor.person_id else NOTHING


def visible_rentals(actor: Actor, alias: str = "r") -> Scope:
    """Return the condition over `rental` under `alias`."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.organization_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[]))",
        [list(actor.organization_ids_as(*RESIDENTS)), list(actor.site_ids_as(*STAFF))],
    )


def visible_bookings(actor: Actor, alias: str = "b") -> Scope:
    """Return the condition over `booking` under `alias`: own ones, those of the staff's sites, and, as busy times only, of sites one rents at."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        (
            f"({alias}.organization_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[]) OR {alias}.site_id IN"
            " (SELECT own.site_id FROM rental own WHERE own.organization_id = ANY($1::uuid[])))"
        ),
        [list(actor.organization_ids_as(*RESIDENTS)), list(actor.site_ids_as(*STAFF))],
    )


def visible_usages(actor: Actor, alias: str = "g") -> Scope:
    """Return the condition over `usage` under `alias`: that of one's organisation, of one's units, and of the staff's sites."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    own, owned = list(actor.organization_ids_as(*RESIDENTS)), list(actor.organization_ids_as(*OWNERS))
    return (
        (
            f"({alias}.organization_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[])"
            f" OR {alias}.unit_id IN (SELECT mine.id FROM unit mine WHERE mine.owner_id = ANY($3::uuid[])))"
        ),
        [own, list(actor.site_ids_as(*STAFF)), owned],
    )


def visible_utilization(actor: Actor, alias: str = "u") -> Scope:
    """Return the condition over `unit` under `alias` for how much it is used: for the staff of its site and for its owner."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.site_id = ANY($1::uuid[]) OR {alias}.owner_id = ANY($2::uuid[]))",
        [list(actor.site_ids_as(*STAFF)), list(actor.organization_ids_as(*OWNERS))],
    )


def visible_waiting(actor: Actor, alias: str = "w") -> Scope:
    """Return the condition over `waiting_entry` under `alias`: those of one's organisation, and of the staff's sites."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.organization_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[]))",
        [list(actor.organization_ids_as(*RESIDENTS)), list(actor.site_ids_as(*STAFF))],
    )


def visible_outages(actor: Actor) -> Scope:
    """Return the condition over `outage`: when a unit cannot be used is known to whoever knows the unit."""
    return visible_units(actor)


def visible_feeds(actor: Actor, alias: str = "f") -> Scope:
    """Return the condition over `calendar_feed` under `alias`: one's own that work."""
    if actor.person_id is None:
        return NOTHING
    return f"({alias}.person_id = $1 AND {alias}.revoked_at IS NULL)", [actor.person_id]


def visible_shares(actor: Actor, alias: str = "u") -> Scope:
    """Return the condition over `unit` under `alias` for its owner's share: for the owner, and for the site's people who see money."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"({alias}.owner_id = ANY($1::uuid[]) OR {alias}.site_id = ANY($2::uuid[]))",
        [list(actor.organization_ids_as(*OWNERS)), list(actor.site_ids_as(Role.MANAGER, Role.FINANCE, Role.AUDITOR))],
    )


def visible_statements(actor: Actor, alias: str = "m") -> Scope:
    """Return the condition over `owner_statement` under `alias`: own ones, the legal entity's, or those with a line of one's site."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        (
            f"({alias}.owner_id = ANY($1::uuid[]) OR {alias}.legal_entity_id = ANY($2::uuid[]) OR EXISTS (SELECT 1 FROM owner_statement_line seen"
            f" JOIN unit placed ON placed.id = seen.unit_id WHERE seen.statement_id = {alias}.id AND placed.site_id = ANY($3::uuid[])))"
        ),
        [
            list(actor.organization_ids_as(*OWNERS)),
            list(actor.entity_ids_as(Role.FINANCE)),
            list(actor.site_ids_as(Role.MANAGER, Role.AUDITOR)),
        ],
    )
