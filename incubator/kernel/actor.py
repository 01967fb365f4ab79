"""Who acts, with which grants. Everything a person may do is decided here and in the row scopes of the packages."""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from incubator.kernel.errors import Forbidden, NotSignedIn
from incubator.kernel.language import Language


class OrganizationKind(StrEnum):
    """What an organisation is."""

    OPERATOR = "operator"
    STARTUP = "startup"
    CORPORATE = "corporate"
    UNIVERSITY = "university"
    RESEARCH_INSTITUTE = "research institute"
    HOSPITAL = "hospital"
    INVESTOR = "investor"
    PUBLIC_BODY = "public body"
    LAB_PROVIDER = "lab provider"


class Role(StrEnum):
    """What a person is in an organisation."""

    OWNER = "owner"
    MEMBER = "member"
    BILLING_CONTACT = "billing contact"
    CORPORATE_ADMIN = "corporate admin"
    MENTOR = "mentor"
    SCOUT = "scout"
    MANAGER = "manager"
    FINANCE = "finance"
    FRONT_DESK = "front desk"
    AUDITOR = "auditor"
    REVIEWER = "reviewer"
    EXPERT = "expert"
    REPRESENTATIVE = "representative"


class Grant(StrEnum):
    """What an actor may do; always within the organisation, sites or legal entities that the role covers."""

    ACCEPT_OFFER = "accept offers"
    BOOK_UNIT = "book units"
    RENT_UNIT = "rent units"
    PAY_INVOICE = "pay invoices"
    INVITE_PEOPLE = "invite people"
    OFFER_PEOPLE = "offer people for secondment"
    LOG_TIME = "log time"
    MANAGE_PROGRAMMES = "open calls and decide applications"
    MAKE_OFFER = "make offers"
    MANAGE_SPACE = "manage space"
    KEEP_OWN_UNITS = "keep own units"
    OVERRIDE_BOOKING_RULES = "override booking rules"
    CHECK_IN = "check people in"
    PUT_OUT_OF_ORDER = "put units out of order"
    SECOND_PEOPLE = "arrange secondments"
    MANAGE_DEALS = "manage deals"
    RUN_BILLING = "run billing"
    RECORD_PAYMENT = "record payments"
    SEE_MONEY = "see money"
    SEE_PORTFOLIO = "see the portfolio"
    SEE_AUDIT_TRAIL = "see the audit trail"
    IMPORT_DATA = "import data"
    MANAGE_WORK = "look after parked work"


GRANTS: dict[Role, frozenset[Grant]] = {
    Role.OWNER: frozenset(
        {
            Grant.ACCEPT_OFFER,
            Grant.BOOK_UNIT,
            Grant.RENT_UNIT,
            Grant.PAY_INVOICE,
            Grant.SEE_MONEY,
            Grant.INVITE_PEOPLE,
            Grant.KEEP_OWN_UNITS,
            Grant.PUT_OUT_OF_ORDER,
        }
    ),
    Role.MEMBER: frozenset({Grant.BOOK_UNIT}),
    Role.BILLING_CONTACT: frozenset({Grant.PAY_INVOICE, Grant.SEE_MONEY}),
    Role.CORPORATE_ADMIN: frozenset({Grant.OFFER_PEOPLE, Grant.INVITE_PEOPLE, Grant.PAY_INVOICE, Grant.SEE_MONEY}),
    Role.MENTOR: frozenset({Grant.LOG_TIME}),
    Role.SCOUT: frozenset(),
    Role.MANAGER: frozenset(
        {
            Grant.MANAGE_PROGRAMMES,
            Grant.MAKE_OFFER,
            Grant.MANAGE_SPACE,
            Grant.OVERRIDE_BOOKING_RULES,
            Grant.BOOK_UNIT,
            Grant.CHECK_IN,
            Grant.PUT_OUT_OF_ORDER,
            Grant.SECOND_PEOPLE,
            Grant.MANAGE_DEALS,
            Grant.RUN_BILLING,
            Grant.SEE_MONEY,
            Grant.SEE_PORTFOLIO,
            Grant.SEE_AUDIT_TRAIL,
            Grant.IMPORT_DATA,
            Grant.MANAGE_WORK,
            Grant.INVITE_PEOPLE,
        }
    ),
    Role.FINANCE: frozenset({Grant.RUN_BILLING, Grant.RECORD_PAYMENT, Grant.SEE_MONEY, Grant.MANAGE_WORK}),
    Role.FRONT_DESK: frozenset({Grant.CHECK_IN, Grant.BOOK_UNIT, Grant.OVERRIDE_BOOKING_RULES, Grant.PUT_OUT_OF_ORDER}),
    Role.AUDITOR: frozenset({Grant.SEE_MONEY, Grant.SEE_PORTFOLIO, Grant.SEE_AUDIT_TRAIL}),
    Role.REVIEWER: frozenset(),
    Role.EXPERT: frozenset(),
    Role.REPRESENTATIVE: frozenset({Grant.PAY_INVOICE, Grant.SEE_MONEY, Grant.KEEP_OWN_UNITS, Grant.PUT_OUT_OF_ORDER}),
}
OPERATOR_ROLES = frozenset({Role.MANAGER, Role.FINANCE, Role.FRONT_DESK, Role.AUDITOR, Role.REVIEWER, Role.EXPERT})
ROLES_OF_KIND: dict[OrganizationKind, frozenset[Role]] = {
    OrganizationKind.OPERATOR: OPERATOR_ROLES,
    OrganizationKind.STARTUP: frozenset({Role.OWNER, Role.MEMBER, Role.BILLING_CONTACT}),
    OrganizationKind.CORPORATE: frozenset({Role.CORPORATE_ADMIN, Role.MENTOR, Role.SCOUT, Role.BILLING_CONTACT}),
    **{
        kind: frozenset({Role.REPRESENTATIVE, Role.BILLING_CONTACT})
        for kind in (
            OrganizationKind.UNIVERSITY,
            OrganizationKind.RESEARCH_INSTITUTE,
            OrganizationKind.HOSPITAL,
            OrganizationKind.INVESTOR,
            OrganizationKind.PUBLIC_BODY,
            OrganizationKind.LAB_PROVIDER,
        )
    },
}
READ_SCOPE = "read"
WRITE_SCOPE = "write"


@dataclass(frozen=True, slots=True)
class Membership:
    """One role of a person in one organisation.

    For a role at an operator `site_ids` and `entity_ids` are the sites and legal entities that the role covers (all of the operator's,
    unless the role was given for some only); for others they are empty.
    """

    organization_id: UUID
    kind: OrganizationKind
    role: Role
    site_ids: frozenset[UUID] = frozenset()
    entity_ids: frozenset[UUID] = frozenset()

    def covers(self, scope_id: UUID) -> bool:
        """Tell whether the role reaches the organisation, site or legal entity `scope_id`."""
        return scope_id == self.organization_id or scope_id in self.site_ids or scope_id in self.entity_ids


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, an API token's person, nobody, or the system itself.

    `memberships` are those of the organisation the person stands in now; who stands in an operator has all their operator roles.
    `scopes` limit an API token: without `write` it may only read.
    """

    person_id: UUID | None = None
    organization_id: UUID | None = None
    name: str = ""
    language: Language = Language.EN
    time_zone: str = "UTC"
    memberships: tuple[Membership, ...] = ()
    via: str = "anonymous"
    credential_id: UUID | None = None
    scopes: frozenset[str] = frozenset({READ_SCOPE, WRITE_SCOPE})

    @property
    def is_system(self) -> bool:
        """Whether the product itself acts: a worker, a command, the demo world."""
        return self.via == "system"

    @property
    def roles(self) -> frozenset[Role]:
        """All roles held where the actor stands."""
        return frozenset(membership.role for membership in self.memberships)

    def require_person(self) -> UUID:
        """Return the person's id.

        Raises:
            NotSignedIn: nobody is signed in.
        """
        if self.person_id is None:
            raise NotSignedIn()
        return self.person_id

    def may(self, grant: Grant, scope_id: UUID | None = None) -> bool:
        """Tell whether the actor has `grant` for `scope_id`, or anywhere when it is None."""
        if self.is_system:
            return True
        return any(grant in GRANTS[m.role] and (scope_id is None or m.covers(scope_id)) for m in self.memberships)

    def require(self, grant: Grant, scope_id: UUID | None = None, path: tuple[str, ...] = ()) -> None:
        """Refuse an actor without the grant.

        Raises:
            NotSignedIn: nobody is signed in.
            Forbidden: the actor's roles do not have it there, or the token may only read.
        """
        if self.is_system:
            return
        self.require_person()
        if WRITE_SCOPE not in self.scopes and grant not in READING_GRANTS:
            raise Forbidden(grant="write", path=path)
        if not self.may(grant, scope_id):
            raise Forbidden(grant=grant.value, path=path)

    def organization_ids_as(self, *roles: Role) -> frozenset[UUID]:
        """Return the organisations where the actor has one of `roles` (any role when none is named)."""
        return frozenset(m.organization_id for m in self.memberships if not roles or m.role in roles)

    def site_ids_as(self, *roles: Role) -> frozenset[UUID]:
        """Return the sites that one of `roles` covers."""
        return self._union(m.site_ids for m in self.memberships if m.role in roles)

    def entity_ids_as(self, *roles: Role) -> frozenset[UUID]:
        """Return the legal entities that one of `roles` covers."""
        return self._union(m.entity_ids for m in self.memberships if m.role in roles)

    def site_ids_with(self, grant: Grant) -> frozenset[UUID]:
        """Return the sites where the actor has `grant`."""
        return self._union(m.site_ids for m in self.memberships if grant in GRANTS[m.role])

    def reach_with(self, grant: Grant) -> frozenset[UUID]:
        """Return every organisation, site and legal entity where the actor has `grant`."""
        return self._union(m.site_ids | m.entity_ids | {m.organization_id} for m in self.memberships if grant in GRANTS[m.role])

    @staticmethod
    def _union(sets: Iterable[frozenset[UUID]]) -> frozenset[UUID]:
        return frozenset().union(*sets)


READING_GRANTS = frozenset({Grant.SEE_MONEY, Grant.SEE_PORTFOLIO, Grant.SEE_AUDIT_TRAIL})
ANONYMOUS = Actor()
SYSTEM = Actor(name="System", via="system")

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the id of the request or job that is being served, empty outside of one."""
    return _request_id.get()


def set_request_id(request_id: str) -> None:
    """Name the request or job that the current task serves; it goes into the audit trail and the logs."""
    _request_id.set(request_id)
