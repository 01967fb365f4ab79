"""Root fields resolve directly: their rule, their arguments by a plan made once, their method. Strawberry puts all of it together anew
for each request."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField

from incubator_graphql.context import Info
from incubator_graphql.fields import Guard
from incubator_graphql.outputs import is_plain

Registry = Mapping[object, Any]


def resolve_directly(schema: GraphQLSchema, config: StrawberryConfig, registry: Registry) -> None:
    """Give every field of Query and Mutation its direct resolver."""
    for root in (schema.query_type, schema.mutation_type):
        for field in root.fields.values() if root else ():
            field.resolve = _direct(field.extensions["strawberry-definition"], config, registry)


def _direct(field: StrawberryField, config: StrawberryConfig, registry: Registry) -> Callable[..., Awaitable[Any]]:
    [guard] = field.extensions
    resolver = field.base_resolver
    assert isinstance(guard, Guard)
    assert resolver is not None
    method: Callable[..., Awaitable[Any]] = resolver.wrapped_func  # type: ignore[assignment]  # no classmethod has a rule
    takes_info = resolver.info_parameter is not None
    plan = [
        (config.name_converter.from_argument(argument), argument.python_name, None if is_plain(argument.type, registry) else argument.type)
        for argument in field.arguments
    ]

    async def call(source: object, info: Info, **arguments: object) -> Any:
        return await (method(source, info=info, **arguments) if takes_info else method(source, **arguments))

    async def resolve(source: object, found: GraphQLResolveInfo[Any], **given: Any) -> Any:
        info = Info(found, field)
        arguments = {
            python_name: given[name] if type_ is None else convert_argument(given[name], type_, registry, config, info, path=(name,))
            for name, python_name, type_ in plan
            if name in given
        }
        return await guard.resolve_async(call, source, info, **arguments)

    return resolve
