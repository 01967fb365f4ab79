"""The only way to Stripe, and the only module that imports its SDK. Production and demo differ by settings alone.

What can go wrong has three meanings for a caller, whatever Stripe calls it: `GatewayRefused` (it did not and will not happen),
`GatewayBusy` (it did not happen, try again later with the same key), `GatewayUnclear` (it may have happened: read, or repeat with
the same key; never with a new one).
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import stripe
from stripe.params.checkout import SessionCreateParams

from incubator.billing.stripe_amounts import from_stripe, methods_for, to_stripe
from incubator.config import StripeAccount

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
RETRIES = 2


class GatewayProblem(Exception):
    """Stripe gave no good answer; `code` is Stripe's, for logs and for people who look after parked work."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class GatewayRefused(GatewayProblem):
    """It did not happen, and asking again changes nothing."""


class GatewayBusy(GatewayProblem):
    """It did not happen; ask again later with the same key."""


class GatewayUnclear(GatewayProblem):
    """It may have happened; read the other side, or repeat with the same key."""


class SignatureWrong(Exception):
    """A webhook that Stripe did not sign for this account, or signed too long ago."""


@dataclass(frozen=True, slots=True)
class CheckoutTerms:
    """What a payment page is opened for. `amount_minor` is in ISO minor units; the ids come back as metadata on everything."""

    invoice_id: str
    legal_entity_id: str
    attempt_id: str
    description: str
    amount_minor: int
    currency: str
    success_url: str
    cancel_url: str
    language: str
    customer: str | None = None

    def metadata(self) -> dict[str, str]:
        """Return what links Stripe's objects to ours."""
        return {"invoice_id": self.invoice_id, "entity": self.legal_entity_id, "attempt_id": self.attempt_id}


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page: `status` is open, complete or expired; `url` is there while it is open."""

    id: str
    status: str
    is_paid: bool
    url: str | None
    payment_intent: str | None
    attempt_id: str | None


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment as Stripe has it now; amounts in ISO minor units."""

    id: str
    status: str
    received_minor: int
    refunded_minor: int
    currency: str
    method: str
    error: str
    attempt_id: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook event, reduced to what it is a hint for: read the object again."""

    id: str
    type: str
    object_id: str
    object_kind: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """One balance transaction; amounts signed, in ISO minor units, positive towards the legal entity."""

    id: str
    kind: str
    amount_minor: int
    fee_minor: int
    currency: str
    source: str
    created_at: datetime


def _connection_error(error: httpx.HTTPError) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(f"{type(error).__name__}: {error}", should_retry=True)  # type: ignore[no-untyped-call]  # the SDK's own


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


class Httpx(stripe.HTTPClient):
    """The SDK's way out: bounded in time, no redirects, no proxies from the environment."""

    name = "httpx"

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one request.

        Raises:
            stripe.APIConnectionError: no whole answer came.
        """
        content = post_data.encode() if isinstance(post_data, str) else post_data
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT, verify=_trusted(), trust_env=False) as client:
                answer = await client.request(method.upper(), url, headers=dict(headers), content=content)
        except httpx.HTTPError as error:
            raise _connection_error(error) from error
        return answer.content, answer.status_code, answer.headers

    async def sleep_async(self, secs: float) -> None:
        """Wait between tries."""
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Hold nothing open between calls."""


_ways_out: list[stripe.HTTPClient] = []


@contextmanager
def through(http_client: stripe.HTTPClient) -> Iterator[None]:
    """Send everything through another HTTP client meanwhile: tests call the simulator in their own process."""
    _ways_out.append(http_client)
    try:
        yield
    finally:
        _ways_out.remove(http_client)


class StripeGateway:
    """Stripe for one legal entity."""

    def __init__(self, account: StripeAccount) -> None:
        self._account = account
        way_out = _ways_out[-1] if _ways_out else Httpx()
        base: Any = {"api": account.api_base} if account.api_base else {}
        self._client = stripe.StripeClient(account.secret_key, base_addresses=base, http_client=way_out, max_network_retries=RETRIES)

    async def open_checkout(self, terms: CheckoutTerms, *, key: str) -> Checkout:
        """Open a payment page for an invoice.

        Raises:
            GatewayProblem: see the module.
        """
        metadata = terms.metadata()
        params: SessionCreateParams = {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": terms.currency.lower(),
                        "unit_amount": to_stripe(terms.amount_minor, terms.currency),
                        "product_data": {"name": terms.description},
                    },
                }
            ],
            "allowed_payment_method_types": list(methods_for(terms.currency)),
            "success_url": terms.success_url,
            "cancel_url": terms.cancel_url,
            "client_reference_id": terms.attempt_id,
            "locale": {"de": "de", "zh-CN": "zh"}.get(terms.language, "en"),
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": terms.description},
        }
        if terms.customer is not None:
            params["customer"] = terms.customer
        with _translated():
            session = await self._client.v1.checkout.sessions.create_async(params, {"idempotency_key": key})
        return _checkout(session)

    async def read_checkout(self, session_id: str) -> Checkout:
        """Read a payment page.

        Raises:
            GatewayProblem: see the module.
        """
        with _translated():
            return _checkout(await self._client.v1.checkout.sessions.retrieve_async(session_id))

    async def find_checkout(self, attempt_id: str, since: datetime) -> Checkout | None:
        """Look for the page of an attempt whose answer was lost, among those made from `since` on; None when Stripe has none.

        Raises:
            GatewayProblem: see the module.
        """
        with _translated():
            page = await self._client.v1.checkout.sessions.list_async({"limit": 100, "created": {"gte": int(since.timestamp())}})
            async for session in page.auto_paging_iter():
                if session.client_reference_id == attempt_id:
                    return _checkout(session)
        return None

    async def expire_checkout(self, session_id: str) -> Checkout:
        """Close a payment page that nobody has finished.

        Raises:
            GatewayProblem: see the module; refused when it is not open any more.
        """
        with _translated():
            return _checkout(await self._client.v1.checkout.sessions.expire_async(session_id))

    async def read_payment(self, intent_id: str) -> PaymentState:
        """Read a payment with its latest charge.

        Raises:
            GatewayProblem: see the module.
        """
        with _translated():
            intent = await self._client.v1.payment_intents.retrieve_async(intent_id, {"expand": ["latest_charge"]})
        return _payment(intent)

    async def refund(self, intent_id: str, amount_minor: int, currency: str, metadata: Mapping[str, str], *, key: str) -> str:
        """Send money back; returns Stripe's id of the refund. Our credit note is written before.

        Raises:
            GatewayProblem: see the module.
        """
        params: Any = {"payment_intent": intent_id, "amount": to_stripe(amount_minor, currency), "metadata": dict(metadata)}
        with _translated():
            return (await self._client.v1.refunds.create_async(params, {"idempotency_key": key})).id

    def read_event(self, payload: bytes, signature: str) -> Notice:
        """Verify a webhook over its raw bytes, then read it.

        Raises:
            SignatureWrong: not signed by this account's secret, changed on the way, or more than 300 s old.
        """
        try:
            event = self._client.construct_event(payload, signature, self._account.webhook_secret)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise SignatureWrong(str(error)) from error
        return _notice(event)

    async def events_since(self, since: datetime) -> AsyncIterator[Notice]:
        """Yield what happened from `since` on, the newest first; for what webhooks missed.

        Raises:
            GatewayProblem: see the module.
        """
        with _translated():
            page = await self._client.v1.events.list_async({"limit": 100, "created": {"gte": int(since.timestamp())}})
            async for event in page.auto_paging_iter():
                yield _notice(event)

    async def movements_since(self, since: datetime) -> AsyncIterator[Movement]:
        """Yield the balance transactions from `since` on, the newest first; what the ledger's clearing account must equal.

        Raises:
            GatewayProblem: see the module.
        """
        with _translated():
            page = await self._client.v1.balance_transactions.list_async({"limit": 100, "created": {"gte": int(since.timestamp())}})
            async for found in page.auto_paging_iter():
                currency = found.currency.upper()
                source = found.source if isinstance(found.source, str) else getattr(found.source, "id", "")
                yield Movement(
                    found.id,
                    str(found.type),
                    from_stripe(found.amount, currency),
                    from_stripe(found.fee, currency),
                    currency,
                    source or "",
                    datetime.fromtimestamp(found.created, UTC),
                )


def _checkout(session: stripe.checkout.Session) -> Checkout:
    intent = session.payment_intent
    return Checkout(
        id=session.id,
        status=str(session.status),
        is_paid=session.payment_status == "paid",
        url=session.url,
        payment_intent=intent if intent is None or isinstance(intent, str) else intent.id,
        attempt_id=_attempt(session.metadata),
    )


def _attempt(metadata: Any) -> str | None:
    found: str | None = metadata["attempt_id"] if metadata is not None and "attempt_id" in metadata else None
    return found


def _payment(intent: stripe.PaymentIntent) -> PaymentState:
    currency, charge = intent.currency.upper(), intent.latest_charge
    refunded, method = 0, ""
    if charge is not None and not isinstance(charge, str):
        refunded = charge.amount_refunded
        method = charge.payment_method_details.type if charge.payment_method_details else ""
    error = intent.last_payment_error
    return PaymentState(
        id=intent.id,
        status=str(intent.status),
        received_minor=from_stripe(intent.amount_received, currency),
        refunded_minor=from_stripe(refunded, currency),
        currency=currency,
        method=method,
        error=str(error.message or error.code) if error is not None else "",
        attempt_id=_attempt(intent.metadata),
    )


def _notice(event: stripe.Event) -> Notice:
    thing = event.data.object.to_dict()
    return Notice(event.id, event.type, str(thing.get("id", "")), str(thing["object"]), datetime.fromtimestamp(event.created, UTC))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn Stripe's errors into the three meanings."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise GatewayUnclear("connection", str(error)) from error
    except stripe.RateLimitError as error:
        raise GatewayBusy("rate_limit", str(error)) from error
    except stripe.StripeError as error:
        code, status = str(error.code or type(error).__name__), error.http_status or 0
        if status == 409:
            raise GatewayBusy(code, str(error)) from error
        if status >= 500 or status == 0:
            raise GatewayUnclear(code, str(error)) from error
        raise GatewayRefused(code, str(error)) from error
