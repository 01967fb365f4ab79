"""Webhooks: signed, at least once, retried, on demand in the wrong order and doubled."""

import json
from typing import Any

import pytest
import stripe

from tests.embedded.stripe_simulator.conftest import Simulator

URL = "http://127.0.0.1:8000/webhooks/stripe/1"


async def _listen(simulator: Simulator, *events: str) -> stripe.WebhookEndpoint:
    wanted: Any = list(events) or ["*"]
    return await simulator.client.v1.webhook_endpoints.create_async({"url": URL, "enabled_events": wanted})


def _types(simulator: Simulator) -> list[str]:
    return [json.loads(body)["type"] for _, body, _ in simulator.received]


async def _pay(simulator: Simulator) -> None:
    await simulator.client.v1.payment_intents.create_async(
        {"amount": 1_000, "currency": "eur", "allowed_payment_method_types": ["card"], "payment_method": "pm_card_visa", "confirm": True}
    )


async def test_the_sdk_verifies_what_is_delivered(simulator: Simulator) -> None:
    endpoint = await _listen(simulator, "payment_intent.succeeded")
    await _pay(simulator)

    await simulator.steer("deliver")
    [(url, body, headers)] = simulator.received
    event = simulator.client.construct_event(body, headers["Stripe-Signature"], endpoint.secret or "")

    assert url == URL
    assert (event.type, event.livemode, event.pending_webhooks) == ("payment_intent.succeeded", False, 1)
    assert event.api_version == stripe.api_version
    with pytest.raises(stripe.SignatureVerificationError):
        simulator.client.construct_event(body + b" ", headers["Stripe-Signature"], endpoint.secret or "")
    with pytest.raises(stripe.SignatureVerificationError):
        simulator.client.construct_event(body, headers["Stripe-Signature"], "whsec_wrong")


async def test_an_event_names_the_request_that_caused_it(simulator: Simulator) -> None:
    await simulator.client.v1.customers.create_async({"name": "Elbe Cell"}, {"idempotency_key": "customer-0001"})

    event = (await simulator.client.v1.events.list_async({"type": "customer.created"})).data[0]

    assert event.request is not None
    assert event.request.idempotency_key == "customer-0001"
    assert (event.request.id or "").startswith("req_")


async def test_tries_again_until_the_address_answers_well(simulator: Simulator) -> None:
    await _listen(simulator, "payment_intent.succeeded")
    await _pay(simulator)
    simulator.answers.extend([500, None, 200])

    for _ in range(4):
        await simulator.steer("deliver")

    assert _types(simulator) == ["payment_intent.succeeded"] * 3
    assert (await simulator.steer("state", "GET"))["pending_deliveries"] == 0
    event = (await simulator.client.v1.events.list_async({"type": "payment_intent.succeeded"})).data[0]
    assert event.pending_webhooks == 0


async def test_delivers_in_order_reversed_shuffled_and_doubled_on_demand(simulator: Simulator) -> None:
    await _listen(simulator)
    await _pay(simulator)
    kept = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]

    await simulator.steer("deliver")
    in_order = _types(simulator)
    simulator.received.clear()
    await simulator.steer("webhooks", order="reversed", duplicates=1)
    await _pay(simulator)
    await simulator.steer("deliver")

    assert in_order == kept
    assert _types(simulator) == [name for name in reversed(kept) for _ in range(2)]


async def test_sends_only_what_was_asked_for_and_nothing_when_switched_off(simulator: Simulator) -> None:
    endpoint = await _listen(simulator, "charge.succeeded")
    await _pay(simulator)
    await simulator.client.v1.webhook_endpoints.update_async(endpoint.id, {"disabled": True})
    await _pay(simulator)
    await simulator.client.v1.webhook_endpoints.update_async(endpoint.id, {"disabled": False})

    await simulator.steer("deliver")

    assert _types(simulator) == ["charge.succeeded"]


async def test_the_secret_is_shown_once_and_only_this_machine_is_called(simulator: Simulator) -> None:
    endpoint = await _listen(simulator)

    read = await simulator.client.v1.webhook_endpoints.retrieve_async(endpoint.id)
    for url in ("http://example.com/hook", "ftp://127.0.0.1/", "nonsense"):
        with pytest.raises(stripe.InvalidRequestError):
            await simulator.client.v1.webhook_endpoints.create_async({"url": url, "enabled_events": ["*"]})
    with pytest.raises(stripe.InvalidRequestError):
        await simulator.client.v1.webhook_endpoints.create_async({"url": URL, "enabled_events": ["moon.landed"]})  # type: ignore[list-item]

    assert (endpoint.secret or "").startswith("whsec_")
    assert "secret" not in read
    await simulator.client.v1.webhook_endpoints.delete_async(endpoint.id)
    assert (await simulator.client.v1.webhook_endpoints.list_async()).data == []
