"""Identifiers: UUID version 7, made by the application, so that PostgreSQL 15 works and rows sort by the time they were made."""

import base64
import os
import threading
from uuid import UUID

from incubator.kernel import clock

_lock = threading.Lock()
_last: list[int] = [0, 0]


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, 12 bits of a counter, 62 random bits.

    Ids made by one process within one millisecond of its clock ascend; the counter starts anew each millisecond and, when used up,
    the millisecond is advanced by one.
    """
    return new_ids(1)[0]


def new_ids(count: int) -> list[UUID]:
    """Make some ids at once, ascending, with one look at the clock."""
    milliseconds = int(clock.now().timestamp() * 1000)
    noise = os.urandom(8 * count)
    with _lock:
        if milliseconds != _last[0]:  # also when the clock was set back: ids of that time need not ascend past later ones
            _last[0], _last[1] = milliseconds, -1
        stamps = []
        for _ in range(count):
            _last[1] += 1
            if _last[1] > 0xFFF:
                _last[0] += 1
                _last[1] = 0
            stamps.append((_last[0] << 80) | (0x7 << 76) | (_last[1] << 64) | (0b10 << 62))
    return [
        UUID(int=stamp | (int.from_bytes(noise[8 * place : 8 * place + 8], "big") & ((1 << 62) - 1))) for place, stamp in enumerate(stamps)
    ]


def global_id(type_name: str, id: UUID) -> str:
    """Return the opaque id that clients know a row by: base64url of "TypeName:uuid", unpadded."""
    return base64.urlsafe_b64encode(f"{type_name}:{id}".encode()).decode().rstrip("=")
