"""The decorators of the schema's types. Each says how its rows are kept from others' eyes, which a test over the whole schema asks for."""

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryOptional, StrawberryType, get_object_definition
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


def is_plain(type_: object, registry: Mapping[object, Any]) -> bool:
    """Tell whether a value of a type, as the GraphQL library has read it, is what Python code takes."""
    inner = type_.of_type if isinstance(type_, StrawberryOptional) else type_
    return isinstance(inner, Hashable) and inner in registry


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField, dataclasses.field))
def given(cls: type[T]) -> type[T]:
    """Make an input type; the docstring describes it."""
    made = strawberry.input(cls, description=description(cls))
    get_object_definition(made, strict=True).from_input = Builder()
    return made


class Builder:
    """Builds an input of what the client sent, by a plan made once: Strawberry would look each field's type up again every time."""

    def __init__(self) -> None:
        self._missing: dict[str, None] = {}
        self._plan: list[tuple[str, str, StrawberryType | type | None]] = []

    def __call__(self, cls: type, value: Mapping[str, Any], context: InputContext) -> Any:
        if not self._plan:
            self._make_plan(cls, context)
        kwargs: dict[str, Any] = dict(self._missing)
        for name, python_name, type_ in self._plan:
            if name in value:
                kwargs[python_name] = value[name] if type_ is None else context.convert(value[name], type_, name)
        return cls(**kwargs)

    def _make_plan(self, cls: type, context: InputContext) -> None:
        """Note each field's two names, and its type where a value needs converting; what may be left out without a default is None."""
        definition = get_object_definition(cls, strict=True)
        for found in definition.fields:
            type_ = found.resolve_type(type_definition=definition)
            wanted = None if is_plain(type_, context.scalar_registry) else type_
            self._plan.append((context.config.name_converter.from_field(found), found.python_name, wanted))
            if found.default_value is dataclasses.MISSING and found.default_factory is dataclasses.MISSING:
                self._missing[found.python_name] = None


def enum(cls: type[E], name: str | None = None) -> type[E]:
    """Make an enum of the domain known to the schema, described by its docstring, under its own or another name."""
    found: Any = strawberry.enum(cls, name=name, description=description(cls))
    assert isinstance(found, type)
    return found


def coverage() -> dict[str, object]:
    """Return how each type is covered, by its name."""
    return dict(_coverage)
