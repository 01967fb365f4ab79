"""Who sees and changes the profiles of sellers and buyers."""

from uuid import UUID

from incubator import db
from incubator.billing.scope import CUSTOMER_ROLES
from incubator.kernel.actor import Actor, Grant, Role
from incubator.kernel.errors import NotFound
from incubator.organizations.scope import EVERYTHING, NOTHING, Scope

HOUSE = (Role.FINANCE, Role.MANAGER, Role.AUDITOR)
PATH = ("input", "organizationId")


def visible_sellers(actor: Actor, alias: str = "e") -> Scope:
    """Return the condition over `legal_entity` under `alias`: finance, managers and auditors see the companies that their role covers."""
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    return f"{alias}.id = ANY($1::uuid[])", [list(actor.entity_ids_as(*HOUSE))]


def visible_buyers(actor: Actor, alias: str = "o") -> Scope:
    """Return the condition over `organization` under `alias`: the customer's people for money, and those of the house who bill it."""
    return _buyers(actor, alias, HOUSE)


def changeable_buyers(actor: Actor, alias: str = "o") -> Scope:
    """Return the condition over `organization` under `alias`: the customer's people for money, and finance of who bills it."""
    return _buyers(actor, alias, (Role.FINANCE,))


def _buyers(actor: Actor, alias: str, staff: tuple[Role, ...]) -> Scope:
    if actor.is_system:
        return EVERYTHING
    if actor.person_id is None:
        return NOTHING
    condition = (
        f"({alias}.id = ANY($1::uuid[])"
        f" OR EXISTS (SELECT 1 FROM organization_at_site a WHERE a.organization_id = {alias}.id AND a.site_id = ANY($2::uuid[]))"
        f" OR EXISTS (SELECT 1 FROM invoice i WHERE i.customer_id = {alias}.id AND i.legal_entity_id = ANY($3::uuid[])))"
    )
    return condition, [
        list(actor.organization_ids_as(*CUSTOMER_ROLES)),
        list(actor.site_ids_as(*staff)),
        list(actor.entity_ids_as(*staff)),
    ]


async def require_buyer(actor: Actor, organization_id: UUID, path: tuple[str, ...] = PATH) -> None:
    """Refuse who may not change how an organisation is billed.

    Raises:
        NotSignedIn, Forbidden: the actor neither pays for an organisation nor records payments.
        NotFound: the organisation is neither theirs nor billed by them.
    """
    if not actor.may(Grant.PAY_INVOICE):
        actor.require(Grant.RECORD_PAYMENT, path=path)
    condition, args = changeable_buyers(actor)
    if not await db.value(
        f"SELECT EXISTS (SELECT 1 FROM organization o WHERE {condition} AND o.id = ${len(args) + 1})", *args, organization_id
    ):
        raise NotFound(kind="Organization", path=path)


def require_seller(actor: Actor, legal_entity_id: UUID) -> None:
    """Refuse who does not look after a legal entity's money.

    Raises:
        NotSignedIn, Forbidden: they do not.
    """
    actor.require(Grant.RECORD_PAYMENT, legal_entity_id, path=("input", "legalEntityId"))
