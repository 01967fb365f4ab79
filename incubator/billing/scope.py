"""Row scopes of money: the customer's people for money, finance of the legal entity, managers and auditors of its sites.

Each function returns an SQL condition over the table's columns under the alias given, and its arguments, numbered from `$1`.
"""

from incubator.kernel.actor import Actor, Grant, OrganizationKind, Role
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope

CUSTOMER_ROLES = (Role.OWNER, Role.BILLING_CONTACT, Role.CORPORATE_ADMIN, Role.REPRESENTATIVE)


def visible_invoices(actor: Actor, alias: str = "i") -> Scope:
    """Return the condition over `invoice` under `alias`: own ones but no drafts, the legal entity's, or those with a line of one's site."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    condition = (
        f"(({alias}.state <> 'draft' AND {alias}.customer_id = ANY($1::uuid[])) OR {alias}.legal_entity_id = ANY($2::uuid[])"
        f" OR EXISTS (SELECT 1 FROM invoice_line seen WHERE seen.invoice_id = {alias}.id AND seen.site_id = ANY($3::uuid[])))"
    )
    return condition, [
        list(actor.organization_ids_as(*CUSTOMER_ROLES)),
        list(actor.entity_ids_as(Role.FINANCE)),
        list(actor.site_ids_as(Role.MANAGER, Role.AUDITOR)),
    ]


def visible_contracts(actor: Actor, alias: str = "c") -> Scope:
    """Return the condition over `contract` under `alias`: one's own, the legal entity's, or those of one's site."""
    return _of_customer_entity_site(actor, alias)


def visible_charges(actor: Actor, alias: str = "h") -> Scope:
    """Return the condition over `charge` under `alias`: one's own, the legal entity's, or those of one's site."""
    return _of_customer_entity_site(actor, alias)


def visible_customer_credits(actor: Actor, alias: str = "c") -> Scope:
    """Return the condition over `customer_credit` under `alias`: one's own, and those of legal entities whose money one sees."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    condition = f"({alias}.customer_id = ANY($1::uuid[]) OR {alias}.legal_entity_id = ANY($2::uuid[]))"
    return condition, [list(actor.organization_ids_as(*CUSTOMER_ROLES)), list(actor.reach_with(Grant.SEE_MONEY))]


def _of_customer_entity_site(actor: Actor, alias: str) -> Scope:
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    condition = f"({alias}.customer_id = ANY($1::uuid[]) OR {alias}.legal_entity_id = ANY($2::uuid[]) OR {alias}.site_id = ANY($3::uuid[]))"
    return condition, [
        list(actor.organization_ids_as(*CUSTOMER_ROLES)),
        list(actor.entity_ids_as(Role.FINANCE)),
        list(actor.site_ids_as(Role.MANAGER, Role.AUDITOR)),
    ]


def visible_price_indexes(actor: Actor, alias: str = "x") -> Scope:
    """Return the condition over `price_index` under `alias`: the operator's people who have to do with money."""
    return visible_billing_runs(actor, alias)


def visible_billing_runs(actor: Actor, alias: str = "r") -> Scope:
    """Return the condition over `billing_run` under `alias`: the operator's people who have to do with money."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return (
        f"{alias}.operator_id = ANY($1::uuid[])",
        [list(actor.organization_ids_as(Role.MANAGER, Role.FINANCE, Role.AUDITOR))],
    )


def visible_plans(actor: Actor, alias: str = "p") -> Scope:
    """Return the condition over `plan` under `alias`: the operator's own people see its plans, a startup's those that it was offered."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    operators = [m.organization_id for m in actor.memberships if m.kind is OrganizationKind.OPERATOR]
    offered = f"SELECT 1 FROM plan_offered seen WHERE seen.plan_id = {alias}.id AND seen.startup_id = ANY($2::uuid[])"
    startups = list(actor.organization_ids_as(Role.OWNER, Role.MEMBER, Role.BILLING_CONTACT))
    return f"({alias}.operator_id = ANY($1::uuid[]) OR EXISTS ({offered}))", [operators, startups]
