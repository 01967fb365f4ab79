"""Opening and moving pilot deals."""

import strawberry

from incubator.kernel.actor import Grant
from incubator.pilots import service
from incubator.pilots.policy import Stage
from incubator_graphql.fields import Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.nodes import maybe, shown
from incubator_graphql.organizations.types import SITES
from incubator_graphql.outputs import given, value
from incubator_graphql.pilots.types import DEALS, Deal
from incubator_graphql.scalars import MinorUnits

MANAGES_DEALS = granted(Grant.MANAGE_DEALS)


@given
class OpenDealInput:
    """A deal at the stage of introduction; who opens it manages it."""

    title: str
    startup_id: strawberry.ID
    corporate_id: strawberry.ID
    site_id: strawberry.ID = strawberry.field(description="The site that brokers it.")
    value_minor: MinorUnits | None = strawberry.field(default=None, description="What it is thought to be worth; 0 when left out.")
    currency: str | None = strawberry.field(default=None, description="ISO 4217; the site's when left out.")


@given
class MoveDealInput:
    """A move to a stage that follows the present one; a loss says why."""

    deal_id: strawberry.ID
    to_stage: Stage
    expected_version: int
    reason: str = ""


@value
class OpenDealPayload(Payload):
    """The deal."""

    deal: Deal | None = None


@value
class MoveDealPayload(Payload):
    """The deal where it stands now."""

    deal: Deal | None = None


@strawberry.type
class PilotsMutation:
    """Opening and moving pilot deals."""

    @mutation(MANAGES_DEALS)
    async def open_deal(self, info: Info, input: OpenDealInput) -> OpenDealPayload:
        """Open a deal between a startup and a corporate."""
        site_id = decode(input.site_id, "Site", "input", "siteId")
        site = await maybe(info, SITES, site_id)
        deal_id = await service.open_deal(
            info.context.actor,
            input.title,
            decode(input.startup_id, "Organization", "input", "startupId"),
            decode(input.corporate_id, "Organization", "input", "corporateId"),
            site_id,
            input.value_minor or 0,
            input.currency or (site.currency if site else ""),
        )
        return OpenDealPayload(deal=await shown(info, DEALS, deal_id, Deal.of))

    @mutation(MANAGES_DEALS)
    async def move_deal(self, info: Info, input: MoveDealInput) -> MoveDealPayload:
        """Move a deal to a stage that follows; every move is kept with its time and person."""
        deal_id = decode(input.deal_id, "Deal", "input", "dealId")
        await service.move_deal(info.context.actor, deal_id, input.to_stage, input.expected_version, input.reason)
        return MoveDealPayload(deal=await shown(info, DEALS, deal_id, Deal.of))
