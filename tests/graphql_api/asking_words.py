"""How a call of a root field is said: who asks, and with which arguments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from incubator.kernel import clock
from tests.support.sides import Side

KEY = "asking-key-1"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who may ask for a root field, with which arguments; where an id is of public things, what is refused of somebody else's."""

    who: str
    arguments: Callable[[Side], dict[str, Any]]
    public: dict[str, str] = field(default_factory=dict)


def day(days: int = 0) -> str:
    return str(clock.today("Europe/Berlin") + timedelta(days=days))


def at(hours: int) -> str:
    return (clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3, hours=hours)).isoformat()


def given(**fields: Any) -> dict[str, Any]:
    return {"input": fields}


def window(**more: Any) -> dict[str, Any]:
    return {"from": at(-240), "until": at(240), **more}
