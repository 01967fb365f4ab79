"""Faults on demand: the reply is lost, the server is down, busy or slow; seeded and bounded."""

from typing import Any

import pytest
import stripe

from tests.embedded.stripe_simulator.conftest import KEY, Simulator

PAYMENT: Any = {
    "amount": 1_000,
    "currency": "eur",
    "allowed_payment_method_types": ["card"],
    "payment_method": "pm_card_visa",
    "confirm": True,
}
KEYED: Any = {"idempotency_key": "attempt-0001"}


async def _payments(simulator: Simulator) -> int:
    count: int = (await simulator.steer("state", "GET"))["objects"].get("payment_intent", 0)
    return count


async def test_a_lost_reply_did_execute_and_the_key_gives_it_back(simulator: Simulator) -> None:
    await simulator.steer("faults", kind="drop_reply", path="/v1/payment_intents")

    with pytest.raises(stripe.APIConnectionError):
        await simulator.client.v1.payment_intents.create_async(PAYMENT, KEYED)
    executed = await _payments(simulator)
    again = await simulator.client.v1.payment_intents.create_async(PAYMENT, KEYED)

    assert (executed, again.status, await _payments(simulator)) == (1, "succeeded", 1)


async def test_a_lost_request_did_not_execute(simulator: Simulator) -> None:
    await simulator.steer("faults", kind="drop_request")

    with pytest.raises(stripe.APIConnectionError):
        await simulator.client.v1.payment_intents.create_async(PAYMENT, KEYED)

    assert await _payments(simulator) == 0
    assert (await simulator.client.v1.payment_intents.create_async(PAYMENT, KEYED)).status == "succeeded"


@pytest.mark.parametrize(("kind", "status"), [("error_500", 500), ("conflict_409", 409), ("rate_limit_429", 429)])
async def test_an_error_before_execution_leaves_nothing(simulator: Simulator, kind: str, status: int) -> None:
    await simulator.steer("faults", kind=kind)

    with pytest.raises(stripe.StripeError) as refused:
        await simulator.client.v1.payment_intents.create_async(PAYMENT, KEYED)

    assert (refused.value.http_status, await _payments(simulator)) == (status, 0)
    assert isinstance(refused.value, stripe.RateLimitError) == (status == 429)


async def test_an_error_after_execution_is_what_the_key_answers_from_then_on(simulator: Simulator) -> None:
    await simulator.steer("faults", kind="error_500_after")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await simulator.client.v1.payment_intents.create_async(PAYMENT, KEYED)

    assert await _payments(simulator) == 1


async def test_the_sdk_gets_through_faults_with_its_retries(simulator: Simulator) -> None:
    await simulator.steer("faults", kind="drop_reply", count=2)

    intent = await simulator.with_key(KEY, retries=2).v1.payment_intents.create_async(PAYMENT, KEYED)

    assert (intent.status, await _payments(simulator)) == ("succeeded", 1)


async def test_rates_are_seeded_and_bounded(simulator: Simulator) -> None:
    async def pattern() -> list[int]:
        await simulator.steer("faults", "DELETE")
        await simulator.steer("faults", kind="rate_limit_429", rate=0.5, count=5, seed=7, method="GET")
        found = []
        for _ in range(30):
            try:
                await simulator.client.v1.customers.list_async()
                found.append(200)
            except stripe.RateLimitError:
                found.append(429)
        return found

    first, second = await pattern(), await pattern()

    assert first == second
    assert first.count(429) == 5


async def test_a_fault_out_of_bounds_is_refused(simulator: Simulator) -> None:
    for given in ({"kind": "earthquake"}, {"kind": "delay", "delay_s": 31}, {"kind": "delay", "count": 0}, {"kind": "delay", "rate": 2}):
        assert "error" in await simulator.steer("faults", **given)

    assert (await simulator.steer("state", "GET"))["faults"] == []
