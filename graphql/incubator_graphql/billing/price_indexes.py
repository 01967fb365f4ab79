"""Price indexes: their values by month, which prices follow."""

from datetime import date
from decimal import Decimal
from typing import Self

import strawberry

from incubator.billing import contract_views, service
from incubator.billing.contract_views import IndexValueView
from incubator.billing.policy import plain
from incubator.billing.scope import visible_price_indexes
from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator_graphql.billing.plans import own_operator
from incubator_graphql.fields import Info, Payload, granted, mutation, query
from incubator_graphql.ids import encode
from incubator_graphql.nodes import Node, register_node, shown
from incubator_graphql.outputs import entity, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@entity(visible_price_indexes)
class PriceIndexValue(Node):
    """The value of a price index in a month."""

    key: str = strawberry.field(description="The index's name, as contracts write it.")
    month: date = strawberry.field(description="The month's first day.")
    value: str
    source: str = strawberry.field(description="Where it was published.")

    @classmethod
    def of(cls, row: IndexValueView) -> Self:
        return cls(
            id=strawberry.ID(encode("PriceIndexValue", row.id)), key=row.key, month=row.month, value=plain(row.value), source=row.source
        )


INDEX_VALUES = register_node("PriceIndexValue", contract_views.index_values_by_id, PriceIndexValue.of)


@strawberry.type
class PriceIndexesQuery:
    """Reading price indexes."""

    @query(granted(Grant.SEE_MONEY))
    async def price_index_values(
        self, info: Info, key: str | None = None, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[PriceIndexValue]:
        """List the values of the operator's price indexes, the latest month first; of one index when its key is given."""
        page = Page(first, after, last, before)
        found = await contract_views.list_index_values(info.context.actor, page, key=key or "", with_total=wants_total(info))
        return Connection[PriceIndexValue].of(found, lambda row: PriceIndexValue.of(IndexValueView(**row)))


@given
class RecordIndexValueInput:
    """A published value: of any day of its month."""

    key: str
    month: date
    value: Decimal
    source: str


@value
class RecordIndexValuePayload(Payload):
    """The value."""

    price_index_value: PriceIndexValue | None = None


@strawberry.type
class PriceIndexesMutation:
    """Recording price indexes."""

    @mutation(granted(Grant.RUN_BILLING))
    async def record_index_value(self, info: Info, input: RecordIndexValueInput) -> RecordIndexValuePayload:
        """Write down the published value of an index. Prices that wait for it follow it by themselves, from the day of their clause on."""
        actor = info.context.actor
        value_id = await service.record_index_value(actor, own_operator(actor), input.key, input.month, input.value, input.source)
        return RecordIndexValuePayload(price_index_value=await shown(info, INDEX_VALUES, value_id, PriceIndexValue.of))
