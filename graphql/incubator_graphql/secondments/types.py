"""Secondments and time as the API shows them."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.kernel.actor import Actor
from incubator.kernel.paging import Page, Slice
from incubator.secondments import queries
from incubator.secondments.queries import SecondmentRow, TimeLogRow
from incubator.secondments.scope import visible_secondments
from incubator_graphql.fields import Info, resolved
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.nodes import Node, one, register_node
from incubator_graphql.organizations.types import ORGANIZATIONS, SITES, Organization, Person, Site, person_known_by_name
from incubator_graphql.outputs import entity, enum
from incubator_graphql.paging import After, Connection, First


@enum
class CostModel(StrEnum):
    """Who bears the cost of a secondment: the employer, both, or the host by the hour."""

    SPONSORED = "sponsored"
    SHARED = "shared"
    CHARGED = "charged"


@entity(visible_secondments)
class Secondment(Node):
    """A person of a corporate who works with a startup. First and last day are the site's, both belong to it."""

    row: strawberry.Private[SecondmentRow]
    function: str = strawberry.field(description="The secondee's work at the host.")
    hours_per_week: int
    starts_on: date
    ends_on: date
    cost_model: CostModel
    goals: str
    logged_minutes: int = strawberry.field(description="All time logged so far.")
    version: int

    @classmethod
    def of(cls, row: SecondmentRow) -> Self:
        return cls(
            id=strawberry.ID(encode("Secondment", row.id)),
            row=row,
            function=row.function,
            hours_per_week=row.hours_per_week,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            cost_model=CostModel(row.cost_model),
            goals=row.goals,
            logged_minutes=row.logged_minutes,
            version=row.version,
        )

    @resolved
    async def secondee(self, info: Info) -> Person:
        """Who is seconded."""
        return await person_known_by_name(info, self.row.secondee_id, self.row.secondee_name)

    @resolved
    async def employer(self, info: Info) -> Organization:
        """The corporate that sends."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.employer_id))

    @resolved
    async def host(self, info: Info) -> Organization:
        """The startup that hosts."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.host_id))

    @resolved
    async def site(self, info: Info) -> Site:
        """The site whose days count."""
        return Site.of(await one(info, SITES, self.row.site_id))

    @resolved
    async def time_logs(self, info: Info, first: First = None, after: After = None) -> Connection["TimeLog"]:
        """List the time logged, the latest day first."""
        if after is None:
            page = await info.context.loaders.of(LATEST_TIME).load((self.row.id, 25 if first is None else first))
        else:
            asked = Page(first=first, after=after)
            page = await queries.list_time_logs(
                info.context.actor, asked, first=date.min, until=date.max, secondment_id=self.row.id, with_total=True
            )
        return Connection[TimeLog].of(page, lambda row: TimeLog.of(TimeLogRow(*(row[name] for name in TimeLogRow.__slots__))))


@entity(visible_secondments)
class TimeLog(Node):
    """Time worked on one day of the secondment's site."""

    row: strawberry.Private[TimeLogRow]
    worked_on: date
    minutes: int
    category: str = strawberry.field(description="`work`, `meeting`, `travel`, `training` or `other`.")
    note: str
    version: int

    @classmethod
    def of(cls, row: TimeLogRow) -> Self:
        return cls(
            id=strawberry.ID(encode("TimeLog", row.id)),
            row=row,
            worked_on=row.worked_on,
            minutes=row.minutes,
            category=row.category,
            note=row.note,
            version=row.version,
        )

    @resolved
    async def secondment(self, info: Info) -> Secondment:
        """The secondment it was worked for."""
        return Secondment.of(await one(info, SECONDMENTS, self.row.secondment_id))


async def _latest(actor: Actor, keys: Sequence[tuple[UUID, int]]) -> list[Slice]:
    """Load first pages together, one statement for each page size asked for."""
    found: dict[tuple[UUID, int], Slice] = {}
    for first in {size for _, size in keys}:
        pages = await queries.latest_time_logs(actor, [one_id for one_id, size in keys if size == first], first)
        found |= {(one_id, first): page for one_id, page in pages.items()}
    return [found.get(key, Slice([], [], has_next=False, has_previous=False, total=0)) for key in keys]


LATEST_TIME: Relation[tuple[UUID, int], Slice] = Relation("latest time", _latest)
SECONDMENTS = register_node("Secondment", queries.secondments_by_id, Secondment.of)
TIME_LOGS = register_node("TimeLog", queries.time_logs_by_id, TimeLog.of)
