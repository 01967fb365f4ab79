"""Webhook delivery: signed, at least once, retried, and on demand late, doubled or in the wrong order."""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import stripe

from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.store import Books, Resource, Store

# Sends a body with headers to an address and gives the status of the answer, None when none came.
Send = Callable[[str, bytes, dict[str, str]], Awaitable[int | None]]

RETRY_AFTER_S = (1, 5, 15, 60, 300, 900, 3600, 3600 * 3, 3600 * 6, 3600 * 12)
ANSWER_WITHIN_S = 10.0
_LOG = logging.getLogger(__name__)


@dataclass
class Manner:
    """How events are delivered: kept in order and at once, unless a test wants otherwise."""

    order: Literal["kept", "reversed", "shuffled"] = "kept"
    duplicates: int = 0
    delay_s: float = 0.0
    held: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311  # dice for tests, not a secret

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Manner":
        """Read a manner from the steering API.

        Raises:
            StripeRefusal: an unknown word, or a number outside its bounds.
        """
        unknown = sorted(given.keys() - {"order", "duplicates", "delay_s", "held", "seed"})
        order, duplicates, delay_s = given.get("order", "kept"), given.get("duplicates", 0), given.get("delay_s", 0.0)
        if unknown or order not in ("kept", "reversed", "shuffled") or not 0 <= duplicates <= 10 or not 0 <= delay_s <= 3600:
            raise invalid("order is kept, reversed or shuffled; duplicates 0 to 10; delay_s 0 to 3600; held; seed", param="order")
        dice = random.Random(given.get("seed", 0))  # noqa: S311  # dice for tests, not a secret
        return cls(order, duplicates, delay_s, bool(given.get("held", False)), dice)


@dataclass
class Courier:
    """Takes events to their endpoints."""

    store: Store
    send: Send
    manner: Manner = field(default_factory=Manner)
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, every_s: float = 0.1) -> None:
        """Deliver what is due, for ever."""
        while True:
            try:
                if not self.manner.held:
                    await self.deliver(everything=False)
            except Exception:  # noqa: BLE001  # the courier must outlive any one bad delivery; it is logged with its traceback
                _LOG.exception("a delivery round failed")
            await asyncio.sleep(every_s)

    async def deliver(self, *, everything: bool) -> list[Resource]:
        """Make one round; `everything` takes also what is not due yet. Gives what was sent, in order, with each status."""
        async with self._busy:
            now = self.store.exact_now()
            rows = self.store.connection.execute(
                "SELECT seq, account, event, endpoint, attempts FROM delivery WHERE state = 'pending' AND (? OR due <= ?) ORDER BY seq",
                (everything, now - self.manner.delay_s),
            ).fetchall()
            if self.manner.order == "reversed":
                rows.reverse()
            elif self.manner.order == "shuffled":
                self.manner.dice.shuffle(rows)
            return [await self._take(*row) for row in rows]

    async def _take(self, seq: int, account: str, event_id: str, endpoint_id: str, attempts: int) -> Resource:
        books = Books(self.store, account)
        found = books.any(endpoint_id)
        status: int | None = None
        event = books.find("event", event_id)
        if found is not None and found[1]["status"] == "enabled":
            body = json.dumps(event, indent=2).encode()
            for _ in range(1 + self.manner.duplicates):
                status = await self.send(found[1]["url"], body, self._headers(books, endpoint_id, body))
        self._note(books, seq, event_id, attempts + 1, status, found is None)
        return {"event": event_id, "type": event["type"], "endpoint": endpoint_id, "status": status}

    def _headers(self, books: Books, endpoint_id: str, body: bytes) -> dict[str, str]:
        secret = books.hidden(endpoint_id)["secret"]
        signature = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, int(self.store.real_time()))
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }

    def _note(self, books: Books, seq: int, event_id: str, attempts: int, status: int | None, gone: bool) -> None:
        arrived = status is not None and 200 <= status < 300
        given_up = gone or attempts > len(RETRY_AFTER_S)
        state = "delivered" if arrived else "given_up" if given_up else "pending"
        due = self.store.exact_now() + RETRY_AFTER_S[min(attempts, len(RETRY_AFTER_S)) - 1]
        with self.store.transaction():
            self.store.connection.execute(
                "UPDATE delivery SET attempts = ?, state = ?, due = ?, last_status = ? WHERE seq = ?", (attempts, state, due, status, seq)
            )
            if arrived:
                event = books.find("event", event_id)
                event["pending_webhooks"] -= 1
                books.put(event)


def over_http(client: httpx.AsyncClient) -> Send:
    """Send over the network of this machine."""

    async def send(url: str, body: bytes, headers: dict[str, str]) -> int | None:
        try:
            answer = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            _LOG.info("no answer from %s: %s", url, type(error).__name__)
            return None
        return answer.status_code

    return send
