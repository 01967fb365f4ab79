"""VIES and the European Central Bank in this process: the strict simulator behind the product's own HTTP client."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from incubator.billing.public_services import through
from incubator.embedded.public_registers.app import State, create_app


@contextmanager
def registers() -> Iterator[State]:
    """Answer from the simulator meanwhile; what it shall say is in the state."""
    state = State()
    with through(httpx.ASGITransport(create_app(state))):
        yield state


class Saying(httpx.AsyncBaseTransport):
    """A service that says one thing, whatever it is asked."""

    def __init__(self, content: bytes, status: int = 200) -> None:
        self.content, self.status = content, status

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Say it."""
        return httpx.Response(self.status, content=self.content)


class Silent(httpx.AsyncBaseTransport):
    """A service that nobody reaches."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Fail as a network does."""
        raise httpx.ConnectError("nobody is there")
