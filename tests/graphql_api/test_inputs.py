"""Inputs are built by a plan of our own; Strawberry's own way gives the same."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.arguments import convert_argument
from strawberry.types.base import get_object_definition

from incubator.kernel import clock
from incubator_graphql.budget import Allowance, Taken
from incubator_graphql.documents import Documents
from incubator_graphql.outputs import given
from incubator_graphql.schema import make_schema
from incubator_graphql.spaces.mutations import AddUnitInput, CreateBookingInput
from incubator_graphql.spaces.types import UnitKind


@given
class Loose:
    """Something that may be left out without a default."""

    note: str | None
    kinds: list[UnitKind]


class Unlimited:
    async def take(self, allowance: Allowance, key: str, points: int) -> Taken:
        raise AssertionError(f"nobody asks for points of {allowance.name}")


SCHEMA = make_schema(Unlimited(), Documents())
REGISTRY = {**DEFAULT_SCALAR_REGISTRY, **SCHEMA.schema_converter.scalar_registry}
BOOKING = {"unitId": "u", "startsAt": clock.now(), "endsAt": clock.now(), "title": "Board", "idempotencyKey": "12345678"}


def built(cls: type, value: Mapping[str, Any]) -> Any:
    return convert_argument(value, cls, REGISTRY, SCHEMA.config)


@pytest.mark.parametrize(
    ("cls", "value"),
    [
        (Loose, {"kinds": [UnitKind.DESK]}),
        (CreateBookingInput, BOOKING),
        (CreateBookingInput, {**BOOKING, "organizationId": None, "accessoryIds": ["a", "b"], "companionId": "c"}),
        (AddUnitInput, {"siteId": "s", "name": "Bench", "kind": UnitKind.BENCH, "monthlyMinor": 20_000, "equipment": ["hood"]}),
    ],
)
def test_builds_what_strawberry_builds(cls: type, value: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    ours = built(cls, value)

    monkeypatch.setattr(get_object_definition(cls, strict=True), "from_input", None)
    theirs = built(cls, value)

    assert ours == theirs


def test_a_list_of_the_schema_s_defaults_is_nobody_s_to_change() -> None:
    shared: list[str] = []

    made = built(CreateBookingInput, {**BOOKING, "accessoryIds": shared})
    made.accessory_ids.append(str(UUID(int=1)))

    assert shared == []
