"""Relay's global ids: base64url of "TypeName:uuid", unpadded. A malformed id, and one of another type, is answered as any unknown id is."""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from incubator.kernel.errors import DomainError
from incubator.kernel.ids import global_id

OF_NO_ROW = UUID(int=0)
_MAX_LENGTH = 200
_PARTS_PLAYED = {
    **dict.fromkeys(("startup", "corporate", "customer", "employer", "host", "operator"), "Organization"),
    **dict.fromkeys(("secondee", "manager", "booked_by", "invited_by"), "Person"),
}


def encode(type_name: str, id: UUID) -> str:
    """Make the global id of a row."""
    return global_id(type_name, id)


def parse(global_id: str) -> tuple[str, UUID] | None:
    """Read a global id; None when it is not one in its only spelling."""
    if len(global_id) > _MAX_LENGTH:
        return None
    try:
        text = base64.b64decode(global_id + "=" * (-len(global_id) % 4), altchars=b"-_", validate=True).decode("ascii")
        type_name, _, value = text.partition(":")
        found = UUID(value)
    except (binascii.Error, ValueError):
        return None
    return (type_name, found) if encode(type_name, found) == global_id else None


def decode(global_id: str, type_name: str, *path: str) -> UUID:
    """Read the id of a row of one type. One that is malformed or of another type becomes the id of no row, so that whoever looks it up
    answers as for any unknown id; `path` tells the reader where it stands among the arguments.
    """
    found = parse(global_id)
    return found[1] if found is not None and found[0] == type_name else OF_NO_ROW


def decode_many(global_ids: Sequence[str], type_name: str, *path: str) -> list[UUID]:
    """Read several ids of one type, in order."""
    return [decode(global_id, type_name, *path) for global_id in global_ids]


def outward(name: str, value: object) -> object:
    """Give a refusal's detail as the client knows it: `unit_id` becomes the global id of a Unit, dates and numbers their text."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [outward(name.removesuffix("s"), item) for item in value]
    if isinstance(value, UUID):
        return encode(type_of(name), value) if name.endswith("_id") else str(value)
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, DomainError):
        return value.code
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, Decimal)):
        return str(value)
    return value


def type_of(name: str) -> str:
    """Give the type that a field such as `legal_entity_id` or `startup_id` points at."""
    part = name.removesuffix("_id")
    return _PARTS_PLAYED.get(part) or "".join(word.capitalize() for word in part.split("_"))
