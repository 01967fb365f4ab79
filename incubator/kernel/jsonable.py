"""Domain values to JSON and back, for payloads that live in the database."""

import dataclasses
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS


def dumps(value: object) -> str:
    """Return canonical JSON text: sorted keys, no blanks; equal values give equal text.

    Ids, dates and decimals become text, sets become sorted lists, dataclasses objects.

    Raises:
        TypeError: something in it has no JSON form here.
    """
    return orjson.dumps(value, _plainer, _CANONICAL).decode()


def jsonable(value: object) -> Any:
    """Return `value` as JSON types, as `dumps` writes it."""
    return orjson.loads(orjson.dumps(value, _plainer, _CANONICAL))


def _plainer(value: object) -> object:
    if isinstance(value, (Decimal, UUID)):  # the driver's ids are of a class of their own
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(jsonable(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form here")
