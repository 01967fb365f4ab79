"""One event loop for every process of the product: uvloop where there is one."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def runner() -> asyncio.Runner:
    """Return a runner on the fastest loop there is."""
    if sys.platform == "win32":
        return asyncio.Runner()
    import uvloop

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    with runner() as opened:
        return opened.run(main)
