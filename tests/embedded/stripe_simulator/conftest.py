"""A simulator in this process, the SDK in front of it, and a mailbox for its webhooks."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe
from starlette.applications import Starlette

from incubator.embedded.stripe_simulator import create_app
from tests.support.stripe_in_process import BASE_URL, call, client

KEY = "sk_test_nord_incubator"


@dataclass
class Simulator:
    """The application, its steering wheel, and what it sent."""

    app: Starlette
    received: list[tuple[str, bytes, dict[str, str]]]
    answers: list[int | None]
    client: stripe.StripeClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = client(self.app, KEY)

    def with_key(self, key: str, *, retries: int = 0) -> stripe.StripeClient:
        """Give the SDK's client for another key, or with retries."""
        return client(self.app, key, retries=retries)

    async def steer(self, what: str, verb: str = "POST", /, **given: object) -> dict[str, Any]:
        """Call the steering API."""
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        body, _, _ = await call(self.app, verb, f"{BASE_URL}/_test/{what}", headers, json.dumps(given).encode())
        answer: dict[str, Any] = json.loads(body)
        return answer

    async def browse(
        self, method: str, url: str, body: bytes = b"", host: str | None = None, language: str = "en"
    ) -> tuple[int, str, dict[str, str]]:
        """Open a page as a browser does: status, text, headers."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": language}
        if host is not None:
            headers["Host"] = host
        text, status, answered = await call(self.app, method, url, headers, body)
        return status, text.decode(), answered

    async def event_types(self) -> list[str]:
        """List the types of all events, the oldest first."""
        page = await self.client.v1.events.list_async({"limit": 100})
        return [event.type for event in reversed(page.data)]


def merged(*parts: Any) -> Any:
    """Put parameters together, right ones or wrong ones."""
    return {name: value for part in parts for name, value in part.items()}


def error_of(refused: "pytest.ExceptionInfo[Any]") -> stripe.ErrorObject:
    """Give the error object of a refusal."""
    error: stripe.ErrorObject | None = refused.value.error
    assert error is not None
    return error


@pytest.fixture
def simulator() -> Simulator:
    """A fresh simulator in memory."""
    received: list[tuple[str, bytes, dict[str, str]]] = []
    answers: list[int | None] = []

    async def send(url: str, body: bytes, headers: dict[str, str]) -> int | None:
        received.append((url, body, headers))
        return answers.pop(0) if answers else 200

    return Simulator(create_app(send=send), received, answers)
