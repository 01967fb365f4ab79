"""Keys and badges in the API."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor, Grant
from incubator.kernel.paging import Page
from incubator.spaces import badge_queries, service
from incubator.spaces.badge_queries import BadgeRow, HolderRow, IssueRow
from incubator.spaces.rental_scope import visible_badges
from incubator.spaces.service import IssueTerms
from incubator_graphql.fields import SIGNED_IN, Info, Payload, granted, mutation, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, maybe, one, register_node, shown
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Person, Site, person_known_by_name
from incubator_graphql.outputs import entity, enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.scalars import MinorUnits
from incubator_graphql.spaces.types import some_id


@enum
class BadgeKind(StrEnum):
    """What it is."""

    KEY = "key"
    BADGE = "badge"
    CARD = "card"


@enum
class BadgeState(StrEnum):
    """Whether it is in the drawer, in somebody's hands, there for too long, or lost."""

    IN = "in"
    OUT = "out"
    OVERDUE = "overdue"
    LOST = "lost"


@enum
class BadgeOutcome(StrEnum):
    """How it went: still out, given back, or lost."""

    OUT = ""
    RETURNED = "returned"
    LOST = "lost"


@value
class BadgeIssue:
    """A badge in somebody's hands, now or before."""

    person_name: str
    organization_name: str
    issued_at: datetime
    ended_at: datetime | None
    outcome: BadgeOutcome
    fee: Money | None = strawberry.field(description="What was charged for losing it; null for whom money is not.")

    @classmethod
    def of(cls, row: IssueRow) -> Self:
        return cls(
            person_name=row.person_name,
            organization_name=row.organization_name,
            issued_at=row.issued_at,
            ended_at=row.ended_at,
            outcome=BadgeOutcome(row.outcome),
            fee=Money.maybe(row.fee_minor, row.currency),
        )


@entity(visible_badges)
class Badge(Node):
    """A key, badge or card of a site. Who is no staff of the site sees what is in their organisation's hands."""

    row: strawberry.Private[BadgeRow]
    kind: BadgeKind
    number: str
    opens: str
    state: BadgeState
    rental_id: strawberry.ID | None
    issued_at: datetime | None
    due_on: date | None = strawberry.field(description="The site's day it is wanted back: its own, or its rental's last.")
    version: int

    @classmethod
    def of(cls, row: BadgeRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Badge", row.id)),
            row=row,
            kind=BadgeKind(row.kind),
            number=row.number,
            opens=row.opens,
            state=BadgeState(row.state),
            rental_id=some_id("Rental", row.rental_id),
            issued_at=row.issued_at,
            due_on=row.due_on,
            version=row.version,
        )

    @resolved
    async def site(self, info: Info) -> Site:
        """Whose it is."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def holder(self, info: Info) -> Person | None:
        """Who has it now."""
        if self.row.person_id is None or self.row.person_name is None:
            return None
        return await person_known_by_name(info, self.row.person_id, self.row.person_name)

    @resolved
    async def organization(self, info: Info) -> Organization | None:
        """For which organisation."""
        row = await maybe(info, ORGANIZATIONS, self.row.organization_id)
        return Organization.of(row) if row else None

    @resolved
    async def history(self, info: Info) -> list[BadgeIssue]:
        """Who had it, the latest first; for others than staff what was their own organisation's."""
        return [BadgeIssue.of(row) for row in await info.context.loaders.of(ISSUES).load(self.row.id)]


@value
class BadgeHolder:
    """A person who may be given a badge, with the organisation it would be for."""

    row: strawberry.Private[HolderRow]

    @resolved
    async def person(self, info: Info) -> Person:
        """The person."""
        return await person_known_by_name(info, self.row.person_id, self.row.person_name)

    @resolved
    async def organization(self, info: Info) -> Organization:
        """The organisation."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.organization_id))


async def _issues(actor: Actor, badge_ids: Sequence[UUID]) -> list[list[IssueRow]]:
    found = await badge_queries.issues_of(actor, badge_ids)
    return [found.get(badge_id, []) for badge_id in badge_ids]


async def _of_rentals(actor: Actor, rental_ids: Sequence[UUID]) -> list[list[BadgeRow]]:
    found = await badge_queries.badges_of_rentals(actor, rental_ids)
    return [found.get(rental_id, []) for rental_id in rental_ids]


ISSUES: Relation[UUID, list[IssueRow]] = Relation("issues of a badge", _issues)
BADGES_OF_RENTAL: Relation[UUID, list[BadgeRow]] = Relation("badges of a rental", _of_rentals)
BADGES = register_node("Badge", badge_queries.badges_by_id, Badge.of)


@given
class AddBadgeInput:
    """A new key, badge or card; its number is the site's own."""

    site_id: strawberry.ID
    kind: BadgeKind
    number: str
    opens: str = ""


@given
class IssueBadgeInput:
    """Who gets a badge; for a rental, or until a day, or until further notice."""

    badge_id: strawberry.ID
    person_id: strawberry.ID
    organization_id: strawberry.ID
    rental_id: strawberry.ID | None = None
    due_on: date | None = None


@given
class ReturnBadgeInput:
    """The badge that came back."""

    badge_id: strawberry.ID


@given
class LoseBadgeInput:
    """The badge that was lost; the fee, in minor units without tax, is charged to the organisation that had it."""

    badge_id: strawberry.ID
    fee_minor: MinorUnits = MinorUnits(0)


@value
class BadgePayload(Payload):
    """The badge."""

    badge: Badge | None = None


@strawberry.type
class BadgesQuery:
    """Reading keys and badges."""

    @query(SIGNED_IN)
    async def badges(
        self,
        info: Info,
        site_id: strawberry.ID | None = None,
        state: BadgeState | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Badge]:
        """List keys and badges by number; `search` looks at number, what it opens, holder and organisation. OUT has the overdue ones too."""
        found = await badge_queries.list_badges(
            info.context.actor,
            Page(first, after, last, before),
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            state=state.value if state else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Badge].of(found, lambda row: Badge.of(BadgeRow(**row)))

    @query(granted(Grant.CHECK_IN))
    async def badge_holders(self, info: Info, site_id: strawberry.ID, search: str | None = None) -> list[BadgeHolder]:
        """Find up to 20 people who may be given a badge of a site, by name of person or organisation."""
        found = await badge_queries.find_holders(info.context.actor, decode(site_id, "Site", "siteId"), search or "")
        return [BadgeHolder(row=row) for row in found]


@strawberry.type
class BadgesMutation:
    """Issuing keys and badges, and taking them back."""

    @mutation(granted(Grant.CHECK_IN))
    async def add_badge(self, info: Info, input: AddBadgeInput) -> BadgePayload:
        """Add a key, badge or card to a site."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        badge_id = await service.add_badge(info.context.actor, site_id, input.kind.value, input.number, input.opens)
        return BadgePayload(badge=await shown(info, BADGES, badge_id, Badge.of))

    @mutation(granted(Grant.CHECK_IN))
    async def issue_badge(self, info: Info, input: IssueBadgeInput) -> BadgePayload:
        """Give a badge to a person. One badge is in one person's hands."""
        rental = input.rental_id
        terms = IssueTerms(
            decode(input.badge_id, "Badge", "input", "badgeId"),
            decode(input.person_id, "Person", "input", "personId"),
            decode(input.organization_id, "Organization", "input", "organizationId"),
            decode(rental, "Rental", "input", "rentalId") if rental else None,
            input.due_on,
        )
        await service.issue_badge(info.context.actor, terms)
        return BadgePayload(badge=await shown(info, BADGES, terms.badge_id, Badge.of))

    @mutation(granted(Grant.CHECK_IN))
    async def return_badge(self, info: Info, input: ReturnBadgeInput) -> BadgePayload:
        """Take a badge back; one that was lost and turned up too."""
        badge_id = decode(input.badge_id, "Badge", "input", "badgeId")
        await service.return_badge(info.context.actor, badge_id)
        return BadgePayload(badge=await shown(info, BADGES, badge_id, Badge.of))

    @mutation(granted(Grant.CHECK_IN))
    async def lose_badge(self, info: Info, input: LoseBadgeInput) -> BadgePayload:
        """Write down that a badge is lost; a fee for it needs who lets the site's space."""
        badge_id = decode(input.badge_id, "Badge", "input", "badgeId")
        await service.lose_badge(info.context.actor, badge_id, int(input.fee_minor))
        return BadgePayload(badge=await shown(info, BADGES, badge_id, Badge.of))
