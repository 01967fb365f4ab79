"""The real Stripe SDK in front of the simulator, without a network: an HTTP client of the SDK that calls the ASGI application."""

from collections.abc import Mapping
from typing import Any

import httpx
import stripe
from starlette.types import ASGIApp, Message

BASE_URL = "http://127.0.0.1:4242"


class Broken(Exception):
    """The answer ended in the middle."""


def _broken() -> stripe.APIConnectionError:
    return stripe.APIConnectionError("the connection broke", should_retry=True)  # type: ignore[no-untyped-call]  # the SDK's own


class InProcess(stripe.HTTPClient):
    """Calls an ASGI application; an answer that breaks off becomes the SDK's own connection error."""

    name = "in-process"

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self.app = app
        self.calls: list[tuple[str, str]] = []

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one request."""
        self.calls.append((method.upper(), url))
        body = post_data.encode() if isinstance(post_data, str) else (post_data or b"")
        try:
            return await call(self.app, method.upper(), url, dict(headers), body)
        except Broken as error:
            raise _broken() from error

    async def sleep_async(self, secs: float) -> None:
        """Wait for nothing: tests need no back-off."""

    async def close_async(self) -> None:
        """Hold nothing open."""


async def call(app: ASGIApp, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> tuple[bytes, int, dict[str, str]]:
    """Send one request into an ASGI application.

    Raises:
        Broken: the application stopped before the end of its answer.
    """
    target = httpx.URL(url)
    lower = {name.lower(): value for name, value in headers.items()}
    lower.setdefault("host", target.netloc.decode())
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": target.scheme,
        "path": target.path,
        "raw_path": target.raw_path.split(b"?")[0],
        "query_string": target.query,
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in lower.items()],
        "client": ("127.0.0.1", 1),
        "server": (target.host, target.port or 80),
    }
    sent: list[Message] = []
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent or len(sent) < 2 or sent[-1].get("more_body"):
        raise Broken
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return b"".join(message.get("body", b"") for message in sent[1:]), sent[0]["status"], httpx.Headers(answered)  # type: ignore[return-value]


def client(app: ASGIApp, key: str = "sk_test_nord_incubator", *, retries: int = 0) -> stripe.StripeClient:
    """Make the SDK's client for one API key."""
    return stripe.StripeClient(key, base_addresses={"api": BASE_URL}, http_client=InProcess(app), max_network_retries=retries)
