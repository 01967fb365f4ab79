"""Row scopes of parked work and the audit trail: what concerns an organisation, site or legal entity that the actor answers for.

What a row concerns is written with it (`migrations/sql/oversight.sql`). Work and entries of the whole installation are for those whose
grant reaches all of its sites and legal entities, and so are those of organisations that no operator answers for.
"""

from incubator.kernel.actor import Actor, Grant
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope


def visible_work(actor: Actor, alias: str = "w") -> Scope:
    """Return the condition over `work_item` under `alias`."""
    return _concerning(actor, Grant.MANAGE_WORK, alias)


def visible_audit(actor: Actor, alias: str = "a") -> Scope:
    """Return the condition over `audit_entry` under `alias`."""
    return _concerning(actor, Grant.SEE_AUDIT_TRAIL, alias)


def _concerning(actor: Actor, grant: Grant, alias: str) -> Scope:
    if actor.is_system:
        return EVERYTHING
    reach = actor.reach_with(grant)
    if not reach:
        return NOTHING
    lacks = "SELECT 1 FROM site WHERE id <> ALL($1::uuid[]) UNION ALL SELECT 1 FROM legal_entity WHERE id <> ALL($1::uuid[])"
    return f"({alias}.concerns_id = ANY($1::uuid[]) OR NOT EXISTS ({lacks}))", [list(reach)]
