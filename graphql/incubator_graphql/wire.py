"""JSON in and out: strict, bounded and quick, for HTTP and WebSocket alike."""

from json import JSONDecodeError

import orjson

MAX_NESTING = 64


def decode(data: bytes | str) -> object:
    """Read one JSON text.

    Strict: UTF-8 only, no lone surrogates, no NaN, no number beyond a double, at most `MAX_NESTING` levels.

    Raises:
        JSONDecodeError: it is not such a text, whatever the reason.
    """
    try:
        value: object = orjson.loads(data)
    except JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise JSONDecodeError("not JSON", "", 0) from error
    if nesting(value) > MAX_NESTING:
        raise JSONDecodeError("nested too deeply", "", 0)
    return value


def encode(value: object) -> bytes:
    """Write JSON; dates and UUIDs as their ISO texts."""
    return orjson.dumps(value)


def nesting(value: object) -> int:
    """Count the levels of lists and objects; 0 for a plain value. Takes no stack, so depth cannot hurt it."""
    level = [value]
    levels = 0
    while True:
        inner: list[object] = []
        containers = False
        for item in level:
            if isinstance(item, dict):
                containers = True
                inner.extend(item.values())
            elif isinstance(item, list):
                containers = True
                inner.extend(item)
        if not containers:
            return levels
        levels += 1
        level = inner
