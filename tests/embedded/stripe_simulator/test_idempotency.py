"""One key, one execution: replays, mismatches, requests in flight, and what frees a key again."""

import asyncio
from typing import Any

import pytest
import stripe

from tests.embedded.stripe_simulator.conftest import Simulator, merged

PAYMENT: Any = {
    "amount": 1_000,
    "currency": "eur",
    "allowed_payment_method_types": ["card"],
    "payment_method": "pm_card_visa",
    "confirm": True,
}
KEYED: Any = {"idempotency_key": "attempt-0001"}


async def _count(simulator: Simulator, kind: str) -> int:
    count: int = (await simulator.steer("state", "GET"))["objects"].get(kind, 0)
    return count


async def test_the_same_key_and_input_get_the_same_answer_and_one_payment(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents

    first = await service.create_async(PAYMENT, KEYED)
    second = await service.create_async(PAYMENT, KEYED)

    assert first.to_dict() == second.to_dict()
    assert second.last_response is not None
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert await _count(simulator, "payment_intent") == 1


async def test_a_declined_payment_is_replayed_too(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    declined: Any = merged(PAYMENT, {"payment_method": "pm_card_chargeDeclined"})

    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await service.create_async(declined, KEYED)

    assert await _count(simulator, "charge") == 1


async def test_the_same_key_with_other_input_is_refused(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    await service.create_async(PAYMENT, KEYED)

    with pytest.raises(stripe.IdempotencyError) as refused:
        await service.create_async(merged(PAYMENT, {"amount": 1_001}), KEYED)

    assert refused.value.http_status == 400
    assert await _count(simulator, "payment_intent") == 1


async def test_a_second_request_while_the_first_is_in_flight_is_a_conflict(simulator: Simulator) -> None:
    await simulator.steer("faults", kind="delay", delay_s=0.2)
    service = simulator.client.v1.payment_intents

    answers = await asyncio.gather(*(service.create_async(PAYMENT, KEYED) for _ in range(2)), return_exceptions=True)

    assert {getattr(answer, "http_status", None) or getattr(answer, "status", None) for answer in answers} == {409, "succeeded"}
    assert await _count(simulator, "payment_intent") == 1


async def test_a_key_is_forgotten_after_a_day(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    first = await service.create_async(PAYMENT, KEYED)

    await simulator.steer("clock", advance_s=86_399)
    still = await service.create_async(PAYMENT, KEYED)
    await simulator.steer("clock", advance_s=2)
    later = await service.create_async(PAYMENT, KEYED)

    assert still.id == first.id
    assert later.id != first.id


async def test_what_was_refused_before_it_ran_leaves_the_key_free(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    wrong: Any = {"amount": 1_000}

    with pytest.raises(stripe.InvalidRequestError):
        await service.create_async(wrong, KEYED)

    assert (await service.create_async(PAYMENT, KEYED)).status == "succeeded"


async def test_the_keys_of_two_accounts_do_not_meet(simulator: Simulator) -> None:
    first = await simulator.client.v1.payment_intents.create_async(PAYMENT, KEYED)
    second = await simulator.with_key("sk_test_zurich_bridge").v1.payment_intents.create_async(PAYMENT, KEYED)

    assert first.id != second.id
