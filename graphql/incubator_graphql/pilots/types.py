"""Pilot deals as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.pilots import queries
from incubator.pilots.policy import Stage, next_stages
from incubator.pilots.queries import DealRow, MoveRow
from incubator.pilots.scope import visible_deals
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.money import Money
from incubator_graphql.nodes import Node, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Person, Site, person_known_by_name
from incubator_graphql.outputs import entity, enum, value

enum(Stage, name="DealStage")


@value
class DealMove:
    """One move of a deal, kept for good."""

    from_stage: Stage | None = strawberry.field(description="Null for the opening.")
    to_stage: Stage
    reason: str
    moved_at: datetime
    moved_by: str | None = strawberry.field(description="The person's name.")

    @classmethod
    def of(cls, row: MoveRow) -> Self:
        return cls(
            from_stage=Stage(row.from_stage) if row.from_stage else None,
            to_stage=Stage(row.to_stage),
            reason=row.reason,
            moved_at=row.moved_at,
            moved_by=row.moved_by,
        )


@entity(visible_deals)
class Deal(Node):
    """A pilot deal between a startup and a corporate."""

    row: strawberry.Private[DealRow]
    title: str
    stage: Stage
    value: Money
    opened_at: datetime
    version: int

    @classmethod
    def of(cls, row: DealRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Deal", row.id)),
            row=row,
            title=row.title,
            stage=Stage(row.stage),
            value=Money.minor(row.value_minor, row.currency),
            opened_at=row.opened_at,
            version=row.version,
        )

    @resolved
    async def startup(self, info: Info) -> Organization:
        """The startup."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.startup_id))

    @resolved
    async def corporate(self, info: Info) -> Organization:
        """The corporate."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.corporate_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """The site that brokers it."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def manager(self, info: Info) -> Person | None:
        """Who manages it."""
        if self.row.manager_id is None or self.row.manager_name is None:
            return None
        return await person_known_by_name(info, self.row.manager_id, self.row.manager_name)

    @resolved
    async def next_stages(self) -> list[Stage]:
        """Where it can go from here."""
        return next_stages(self.stage)

    @resolved
    async def history(self, info: Info) -> list[DealMove]:
        """Every move, the oldest first."""
        return [DealMove.of(move) for move in await info.context.loaders.of(MOVES).load(self.row.id)]


async def _moves(actor: Actor, deal_ids: Sequence[UUID]) -> list[list[MoveRow]]:
    found = await queries.moves_of(actor, deal_ids)
    return [found.get(deal_id, []) for deal_id in deal_ids]


MOVES: Relation[UUID, list[MoveRow]] = Relation("moves", _moves)
DEALS = register_node("Deal", queries.deals_by_id, Deal.of)
