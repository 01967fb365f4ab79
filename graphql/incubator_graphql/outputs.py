"""The decorators of the schema's types. Each says how its rows are kept from others' eyes, which a test over the whole schema asks for."""

import dataclasses
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.types.field import StrawberryField

from incubator_graphql.fields import description

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

OWN_ROWS = "rows of the actor's own person"
PART_OF_A_COVERED_TYPE = "a part of a type that is covered"

_coverage: dict[str, object] = {}


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField, dataclasses.field))
def entity(scope: Callable[..., object] | str) -> Callable[[type[T]], type[T]]:
    """Make a type whose rows come from queries under a row scope of the domain; the docstring describes it."""

    def decorate(cls: type[T]) -> type[T]:
        _coverage[cls.__name__] = scope
        return strawberry.type(cls, description=description(cls))

    return decorate


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField, dataclasses.field))
def value(cls: type[T]) -> type[T]:
    """Make a type that only ever comes as a part of others; the docstring describes it."""
    _coverage[cls.__name__] = PART_OF_A_COVERED_TYPE
    return strawberry.type(cls, description=description(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField, dataclasses.field))
def given(cls: type[T]) -> type[T]:
    """Make an input type; the docstring describes it."""
    return strawberry.input(cls, description=description(cls))


def enum(cls: type[E], name: str | None = None) -> type[E]:
    """Make an enum of the domain known to the schema, described by its docstring, under its own or another name."""
    found: Any = strawberry.enum(cls, name=name, description=description(cls))
    assert isinstance(found, type)
    return found


def coverage() -> dict[str, object]:
    """Return how each type is covered, by its name."""
    return dict(_coverage)
