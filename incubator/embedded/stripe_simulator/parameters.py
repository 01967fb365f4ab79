"""Strictness from the SDK itself: what its TypedDicts do not name is refused as Stripe refuses it.

The SDK is generated from Stripe's own specification, so this check follows Stripe with each upgrade of the SDK.
"""

import re
import sys
import types
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from stripe import params as sdk_params
from stripe._request_options import RequestOptions  # the SDK exports no other name for it
from typing_extensions import get_type_hints, is_typeddict

from incubator.embedded.stripe_simulator.errors import StripeRefusal, invalid

_OPTIONS = frozenset(RequestOptions.__annotations__)
_INTEGER = re.compile(r"^-?\d{1,18}$")


def checked(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Check parameters against the SDK's TypedDict of that name (`checkout.` in front where it lives there) and give them typed.

    Raises:
        StripeRefusal: unknown, missing or ill-typed parameter; `param` names it as Stripe does, `card[number]`.
    """
    return _typed_dict(params_class(name), given, "")


@cache
def params_class(name: str) -> Any:
    """Find the SDK's TypedDict by name."""
    module: Any = sdk_params
    *folders, leaf = name.split(".")
    for folder in folders:
        module = getattr(module, folder)
    return getattr(module, leaf)


@cache
def _hints(typed_dict: Any) -> dict[str, Any]:
    names = {**vars(sys.modules[typed_dict.__module__]), "StripeContext": stripe.StripeContext, "Mapping": Mapping}
    hints = get_type_hints(typed_dict, names)
    options = _OPTIONS if RequestOptions in getattr(typed_dict, "__orig_bases__", ()) else frozenset()
    return {key: _bare(hint) for key, hint in hints.items() if key not in options}


def _bare(hint: Any) -> Any:
    return _bare(get_args(hint)[0]) if get_origin(hint) in (NotRequired, Required) else hint


def _typed_dict(typed_dict: Any, given: dict[str, Any], path: str) -> dict[str, Any]:
    hints = _hints(typed_dict)
    for key in given:
        if key not in hints:
            name = _join(path, key)
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    for key in sorted(typed_dict.__required_keys__ & hints.keys()):
        if key not in given:
            name = _join(path, key)
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return {key: _value(hints[key], value, _join(path, key)) for key, value in given.items()}


def _join(path: str, key: object) -> str:
    return f"{path}[{key}]" if path else str(key)


def _value(hint: Any, value: Any, path: str) -> Any:
    if is_typeddict(hint):
        return _typed_dict(hint, _mapping(value, path), path)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint), value, path)
    if origin is Literal:
        return _literal(get_args(hint), value, path)
    if origin is list:
        if not isinstance(value, list):
            raise invalid("Invalid array", param=path)
        return [_value(get_args(hint)[0], inner, _join(path, index)) for index, inner in enumerate(value)]
    if origin is dict:
        return _free_mapping(get_args(hint)[1], _mapping(value, path), path)
    return _scalar(hint, value, path)


def _mapping(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid("Invalid object", param=path)
    return value


def _free_mapping(hint: Any, value: dict[str, Any], path: str) -> dict[str, Any]:
    """Check metadata: at most 50 keys of 40 characters with values of 500; an empty value unsets its key."""
    if len(value) > 50:
        raise invalid("You can set up to 50 metadata keys.", param=path)
    for key, inner in value.items():
        if len(key) > 40:
            raise invalid(f"Metadata keys can be up to 40 characters long: {key[:60]}", param=_join(path, key[:60]))
        if isinstance(inner, str) and len(inner) > 500:
            raise invalid("Metadata values can have up to 500 characters.", param=_join(path, key))
    return {key: inner if inner == "" else _value(hint, inner, _join(path, key)) for key, inner in value.items()}


def _one_of(members: Iterable[Any], value: Any, path: str) -> Any:
    """Take the first member that fits; names listed beside a plain `str` are the only strings allowed."""
    literals: list[Any] = []
    others: list[Any] = []
    for member in members:
        literals.extend(get_args(member)) if get_origin(member) is Literal else others.append(member)
    if value in literals:
        return value
    names = [name for name in literals if name != ""]
    if names:
        others = [member for member in others if member is not str]
    elif isinstance(value, str) and value and others == [str]:
        return value
    refusal: StripeRefusal | None = None
    for member in others:
        if (member is type(None)) or "UntypedStripeObject" in repr(member):
            continue
        try:
            return _value(member, value, path)
        except StripeRefusal as reason:
            refusal = reason if refusal is None else refusal
    if names:
        return _literal(tuple(names), value, path)
    raise refusal or _empty(path)


def _literal(names: tuple[Any, ...], value: Any, path: str) -> Any:
    by_text = {str(name).lower() if isinstance(name, bool) else str(name): name for name in names}
    if not isinstance(value, str) or value not in by_text:
        listed = ", ".join(by_text) if len(by_text) < 40 else f"one of {len(by_text)} names"
        raise invalid(f"Invalid {path}: must be one of {listed}", param=path)
    return by_text[value]


def _scalar(hint: Any, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise invalid("Invalid string: expected a single value", param=path)
    if value == "":
        raise _empty(path)
    if hint is bool:
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value[:100]}", param=path)
        return value == "true"
    if hint is int:
        if not _INTEGER.match(value):
            raise invalid(f"Invalid integer: {value[:100]}", code="parameter_invalid_integer", param=path)
        return int(value)
    if hint in (float, Decimal):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise invalid(f"Invalid decimal: {value[:100]}", param=path)
        return str(number)
    if len(value) > 5000:
        raise invalid("Invalid string: must be at most 5000 characters", code="parameter_invalid_string_blank", param=path)
    return value


def _empty(path: str) -> StripeRefusal:
    message = (
        f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; however "
        f"'{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value."
    )
    return invalid(message, code="parameter_invalid_empty", param=path)
