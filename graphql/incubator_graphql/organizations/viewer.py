"""The viewer: who asks, where they stand, what they may do there."""

from itertools import groupby
from operator import attrgetter
from typing import Self

import strawberry

from incubator.kernel.actor import GRANTS, Actor
from incubator.notifications.queries import unread_count
from incubator.organizations import access, queries
from incubator_graphql.fields import Info, resolved
from incubator_graphql.nodes import maybe, one
from incubator_graphql.organizations.enums import Role
from incubator_graphql.organizations.types import ORGANIZATIONS, PEOPLE, Organization, Person
from incubator_graphql.outputs import OWN_ROWS, entity, value


@value
class Membership:
    """The viewer's roles in one organisation."""

    organization: Organization
    roles: list[Role]
    is_current: bool = strawberry.field(description="Whether the viewer stands there now.")


@entity(OWN_ROWS)
class Viewer:
    """Who is signed in."""

    actor: strawberry.Private[Actor]
    roles: list[Role] = strawberry.field(description="All roles where the viewer stands now.")
    permissions: list[str] = strawberry.field(description="What the roles allow, such as `MAKE_OFFER`.")

    @classmethod
    def of(cls, actor: Actor) -> Self:
        grants = {grant.name for role in actor.roles for grant in GRANTS[role]}
        return cls(actor=actor, roles=sorted(actor.roles), permissions=sorted(grants))

    @resolved
    async def person(self, info: Info) -> Person:
        """The person."""
        return Person.of(await one(info, PEOPLE, self.actor.require_person()))

    @resolved
    async def organization(self, info: Info) -> Organization | None:
        """Where the viewer stands now."""
        row = await maybe(info, ORGANIZATIONS, self.actor.organization_id)
        return Organization.of(row) if row else None

    @resolved
    async def memberships(self, info: Info) -> list[Membership]:
        """All organisations the viewer belongs to, by name."""
        rows = await queries.memberships_of(self.actor)
        grouped = [(key, list(group)) for key, group in groupby(rows, attrgetter("organization_id"))]
        shown = await info.context.loaders.of(ORGANIZATIONS).load_many([key for key, _ in grouped])
        return [
            Membership(
                organization=Organization.of(organization),
                roles=sorted({Role(row.role) for row in group}),
                is_current=key == self.actor.organization_id,
            )
            for (key, group), organization in zip(grouped, shown, strict=True)
            if organization is not None
        ]

    @resolved
    async def unread_notification_count(self) -> int:
        """How many notifications the viewer has not read."""
        return await unread_count(self.actor)

    @resolved
    async def two_factor_enabled(self) -> bool:
        """Whether the viewer's second factor is in force."""
        return await queries.has_two_factor(self.actor)

    @resolved
    async def two_factor_required(self) -> bool:
        """Whether one of the viewer's roles asks for a second factor. Until it is set up, that role may do nothing."""
        return await access.person_needs_two_factor(self.actor.require_person())
