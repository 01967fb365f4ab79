"""Gives every refusal of the domain a type of its own in the schema, made from the refusal's class, so that neither can lack the other."""

import dataclasses
import inspect
import itertools
import pkgutil
import types
from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import strawberry

import incubator
from incubator.kernel.errors import DomainError
from incubator_graphql.ids import outward
from incubator_graphql.scalars import MinorUnits

_PLAIN = (str, int, bool, date, datetime)


@strawberry.interface(
    description="A refusal that the caller can act on; nothing was written. `code` is always the same as `__typename`, `message` is in the"
    " viewer's language, `path` says where in the arguments the reason stands, such as `input`, `startsAt`."
)
class UserError:
    """A refusal that the caller can act on."""

    code: str
    message: str
    path: list[str]


_made: dict[type[DomainError], type[UserError]] = {}


def user_error(refusal: DomainError, language: str) -> UserError:
    """Say a refusal as the API does."""
    details = {name: _shown(name, value, language) for name, value in refusal.details().items()}
    return error_type(type(refusal))(code=refusal.code, message=refusal.message(language), path=list(refusal.path), **details)


def _shown(name: str, value: Any, language: str) -> Any:
    if isinstance(value, DomainError):
        return value.message(language)
    return outward(name, value) if _is_id(name) else value


def error_types() -> list[type[UserError]]:
    """Make the types of all refusals of the domain, in the order of their names, whatever else is loaded.

    Raises:
        TypeError: two refusals have the same name, or one carries what the schema has no type for.
    """
    for package in pkgutil.iter_modules(incubator.__path__, "incubator."):
        if package.ispkg and find_spec(f"{package.name}.errors"):
            import_module(f"{package.name}.errors")
    found = {cls for cls in _all(DomainError) if cls.__module__.startswith("incubator.") and cls.__module__.endswith("errors")}
    classes = sorted(found, key=lambda cls: cls.__name__)
    for one, other in itertools.pairwise(classes):
        if one.__name__ == other.__name__:
            raise TypeError(f"two refusals are called {one.__name__}: {one.__module__} and {other.__module__}")
    return [error_type(cls) for cls in classes]


def error_type(cls: type[DomainError]) -> type[UserError]:
    """Give the type of one class of refusals."""
    if cls not in _made:
        hints = get_type_hints(cls)
        carried = {field.name: _graphql(field.name, hints[field.name]) for field in dataclasses.fields(cls) if field.name != "path"}
        body = {"__annotations__": carried, "__module__": __name__, "__doc__": cls.__doc__}
        made = types.new_class(cls.__name__, (UserError,), {}, lambda namespace: namespace.update(body))
        _made[cls] = strawberry.type(made, description=(inspect.getdoc(cls) or "").partition("\n")[0])
    return _made[cls]


def _all(cls: type[DomainError]) -> Iterator[type[DomainError]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _all(sub)


def _is_id(name: str) -> bool:
    return name.endswith(("_id", "_ids"))


def _graphql(name: str, hint: Any) -> Any:
    """Give the annotation that Strawberry takes for a field of a refusal."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not type(None)]
        if len(inner) == 1:
            return _graphql(name, inner[0]) | None
    elif origin in (list, tuple, frozenset):
        return list[_graphql(name, arguments[0])]  # type: ignore[misc]
    elif hint is UUID and _is_id(name):
        return strawberry.ID
    elif hint is int and name.endswith("_minor"):
        return MinorUnits
    elif hint in _PLAIN:
        return hint
    elif isinstance(hint, type) and issubclass(hint, DomainError):
        return str  # a refusal within a refusal is said in words
    elif isinstance(hint, type) and issubclass(hint, str):
        return str
    raise TypeError(f"the schema has no type for the detail {name}: {hint}")
