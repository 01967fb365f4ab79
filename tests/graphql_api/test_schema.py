"""The whole schema, walked: every field has a rule or a scope, every document of the client fits, the snapshot is the code's."""

from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType, OperationDefinitionNode, parse, validate
from strawberry.schema.schema import Schema

from incubator.spaces.service import UNIT_KINDS
from incubator_graphql import schema_snapshot
from incubator_graphql.documents import Documents
from incubator_graphql.errors import UserError, error_types
from incubator_graphql.fields import Guard, Rule, StreamGuard
from incubator_graphql.measure import Bounds, measure
from incubator_graphql.nodes import node_names
from incubator_graphql.outputs import coverage
from incubator_graphql.schema import Mutation, Query, Subscription, make_schema
from incubator_graphql.spaces.types import UnitKind
from tests.graphql_api.small_world import FakeBuckets

SCHEMA = make_schema(FakeBuckets(), Documents())
ROOTS = {"Query", "Mutation", "Subscription"}
OPERATIONS = sorted((Path(schema_snapshot.PATH).parent / "operations").glob("*.graphql"))


def unruled(schema: Schema) -> list[str]:
    """Name the root fields without a rule."""
    found = []
    for root in (schema.query, schema.mutation, schema.subscription):
        definition: Any = getattr(root, "__strawberry_definition__", None)
        for field in definition.fields if definition else ():
            guards = [one for one in field.extensions if isinstance(one, (Guard, StreamGuard))]
            if len(guards) != 1 or not isinstance(guards[0].rule, Rule):
                found.append(f"{definition.name}.{field.python_name}")
    return found


def uncovered(schema: Schema) -> list[str]:
    """Name the object types that nobody says are kept from others' eyes."""
    known = {*coverage(), *ROOTS, "PageInfo", *(cls.__name__ for cls in error_types())}
    return [
        name
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        and not name.startswith("__")
        and name not in known
        and not (name.endswith("Connection") and name.removesuffix("Connection") in known)
        and not (name.endswith("Edge") and name.removesuffix("Edge") in known)
    ]


async def test_every_root_field_has_a_rule() -> None:
    assert unruled(SCHEMA) == []


async def test_every_type_is_covered_by_a_scope() -> None:
    assert uncovered(SCHEMA) == []


async def test_a_field_without_a_rule_and_a_type_without_a_scope_are_found() -> None:
    @strawberry.type
    class Stray:
        name: str

    @strawberry.type(name="Query")
    class Unruled:
        @strawberry.field
        async def stray(self) -> Stray:
            return Stray(name="x")

    careless = strawberry.Schema(Unruled)

    assert unruled(careless) == ["Query.stray"]
    assert uncovered(careless) == ["Stray"]


async def test_every_node_type_can_be_looked_up() -> None:
    nodes = {kind.name for kind in SCHEMA._schema.get_possible_types(SCHEMA._schema.type_map["Node"])}  # type: ignore[arg-type]

    assert nodes == node_names()


async def test_every_field_of_the_roots_is_described() -> None:
    for root in (Query, Mutation, Subscription):
        definition: Any = getattr(root, "__strawberry_definition__")  # noqa: B009 - strawberry adds it at run time
        assert [field.python_name for field in definition.fields if not field.description] == []


async def test_every_mutation_answers_with_errors() -> None:
    definition: Any = Mutation.__strawberry_definition__  # type: ignore[attr-defined]
    for field in definition.fields:
        payload = SCHEMA._schema.type_map[field.type.__name__]
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["errors"].type) == "[UserError!]!"
        for name, other in payload.fields.items():
            assert name == "errors" or not str(other.type).endswith("!"), f"{payload.name}.{name} must be null when refused"


async def test_every_refusal_is_in_the_schema_under_its_code() -> None:
    for cls in error_types():
        kind = SCHEMA._schema.type_map[cls.__name__]
        assert isinstance(kind, GraphQLObjectType)
        assert [interface.name for interface in kind.interfaces] == [UserError.__name__]


async def test_the_edges_enums_are_the_domains() -> None:
    assert {kind.value for kind in UnitKind} == set(UNIT_KINDS)


async def test_the_snapshot_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert schema_snapshot.main(["--check"]) == 0, capsys.readouterr().err


async def test_a_stale_snapshot_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(schema_snapshot, "PATH", tmp_path / "schema.graphql")
    assert schema_snapshot.main([]) == 0
    assert schema_snapshot.main(["--check"]) == 0
    (tmp_path / "schema.graphql").write_text("type Query { a: Int }\n")

    assert schema_snapshot.main(["--check"]) == 1
    assert "run `make schema`" in capsys.readouterr().err


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
async def test_every_document_of_the_client_is_valid_and_within_the_limits(path: Path) -> None:
    document = parse(path.read_text("utf-8"), max_tokens=Bounds().tokens)

    assert validate(SCHEMA._schema, document) == []
    found = measure(document, SCHEMA._schema, Bounds())
    assert found.excess is None
    [cost] = found.costs.values()
    assert cost.under({"first": 100, "last": 100}) <= Bounds().cost


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
async def test_every_document_is_named_like_its_file(path: Path) -> None:
    [definition] = parse(path.read_text("utf-8")).definitions

    assert isinstance(definition, OperationDefinitionNode)
    assert definition.name is not None
    assert definition.name.value == path.stem
