"""Composes the schema out of the packages' parts, and nothing else."""

from collections.abc import Callable

import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from incubator_graphql.budget import Buckets
from incubator_graphql.changes import ChangesSubscription
from incubator_graphql.documents import Documents
from incubator_graphql.errors import error_types
from incubator_graphql.execution import OperationSchema, TimeLimit
from incubator_graphql.limits import Limits
from incubator_graphql.measure import Bounds
from incubator_graphql.organizations.mutations import OrganizationsMutation
from incubator_graphql.organizations.queries import OrganizationsQuery
from incubator_graphql.scalars import SCALARS


@strawberry.type(description="Everything that can be read. Lists come in pages and hold what the viewer may see.")
class Query(OrganizationsQuery):
    """Everything that can be read."""


@strawberry.type(description="Everything that can be done. A refusal is in the payload's `errors`, and then nothing was written.")
class Mutation(OrganizationsMutation):
    """Everything that can be done."""


@strawberry.type(description="What is told without being asked.")
class Subscription(ChangesSubscription):
    """What is told without being asked."""


def make_schema(buckets: Buckets, documents: Documents, bounds: Bounds | None = None) -> OperationSchema:
    """Make the schema with its limits."""
    held = bounds or Bounds()
    extensions: list[Callable[[], SchemaExtension]] = [lambda: Limits(held, documents, buckets), TimeLimit]
    return OperationSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=error_types(),
        extensions=extensions,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
