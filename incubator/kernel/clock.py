"""The only reader of the time. Tests and the demo world move it; everything else asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _travelled.get() or datetime.now(UTC)  # noqa: TID251 - this is the one reader


def today(zone: str) -> date:
    """Return the calendar day it is in `zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


def later(**parts: float) -> datetime:
    """Return the instant that lies `timedelta(**parts)` after now."""
    return now() + timedelta(**parts)


@contextmanager
def travel_to(instant: datetime) -> Iterator[None]:
    """Stand the clock still at `instant` (aware) for this task and the tasks it starts."""
    if instant.tzinfo is None:
        raise ValueError("travel_to takes an aware instant")
    token = _travelled.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)
