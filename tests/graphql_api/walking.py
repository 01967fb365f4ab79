"""The schema read for tests that walk all of it: where ids are given, which lists there are, and a document for any root field."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from incubator_graphql.documents import Documents
from incubator_graphql.schema import make_schema
from tests.graphql_api.small_world import FakeBuckets

SCHEMA = make_schema(FakeBuckets(), Documents())._schema


def roots() -> dict[str, GraphQLField]:
    """Return the root fields of queries and mutations by name."""
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    return {**SCHEMA.query_type.fields, **SCHEMA.mutation_type.fields}


def objects() -> Iterator[GraphQLObjectType]:
    """Yield every object type but the roots and GraphQL's own."""
    for kind in SCHEMA.type_map.values():
        if (
            isinstance(kind, GraphQLObjectType)
            and not kind.name.startswith("__")
            and kind.name not in ("Query", "Mutation", "Subscription")
        ):
            yield kind


def id_arguments(field: GraphQLField) -> list[tuple[str, ...]]:
    """Return the paths of all ids that a field takes, input objects looked through."""
    return [path for name, argument in field.args.items() for path in _ids(argument.type, (name,))]


def _ids(given: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    named: GraphQLNamedType = get_named_type(given)
    if named.name == "ID":
        yield path
    elif isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from _ids(field.type, (*path, name))


def document_of(name: str, selection: str = "") -> str:
    """Write a document for a root field with all of its arguments as variables; refusals come with code, message and path."""
    field = roots()[name]
    assert SCHEMA.mutation_type
    kind = "mutation" if name in SCHEMA.mutation_type.fields else "query"
    heads = ", ".join(f"${argument}: {given.type}" for argument, given in field.args.items())
    handed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    arguments = (f"({heads})", f"({handed})") if field.args else ("", "")
    return f"{kind}{arguments[0]} {{ {name}{arguments[1]} {selection or shallow(get_named_type(field.type))} }}"


def shallow(kind: GraphQLNamedType) -> str:
    """Select what a type says of itself: its plain fields, its refusals, and the ids of a list's nodes."""
    if is_leaf_type(kind):
        return ""
    assert isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
    chosen = [_chosen(name, field) for name, field in kind.fields.items() if not any(a.default_value is None for a in field.args.values())]
    return "{ __typename " + " ".join(filter(None, chosen)) + " }"


def _chosen(name: str, field: GraphQLField) -> str:
    named = get_named_type(field.type)
    if is_leaf_type(named):
        return name
    if named.name == "UserError":
        return f"{name} {{ code message path }}"
    if name == "nodes" and isinstance(named, (GraphQLObjectType, GraphQLInterfaceType)):
        return f"{name} {{ {'id' if 'id' in named.fields else '__typename'} }}"
    return ""


def connections() -> dict[str, GraphQLField]:
    """Return every field of the schema that is a list in pages, by `Type.field`."""
    assert SCHEMA.query_type
    return {
        f"{kind.name}.{name}": field
        for kind in (SCHEMA.query_type, *objects())
        for name, field in kind.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    }


def deep(kind: GraphQLNamedType, levels: int) -> str:
    """Select all that a type says, its objects included for some levels; of lists in pages nothing."""
    assert isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
    chosen = [_deeply(name, get_named_type(field.type), levels) for name, field in kind.fields.items() if not field.args]
    return "{ __typename " + " ".join(filter(None, chosen)) + " }"


def _deeply(name: str, kind: GraphQLNamedType, levels: int) -> str:
    if is_leaf_type(kind):
        return name
    if levels == 0 or not isinstance(kind, GraphQLObjectType) or kind.name.endswith("Connection"):
        return ""
    return f"{name} {deep(kind, levels - 1)}"
