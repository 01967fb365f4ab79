"""Refunds, disputes, balance and payouts."""

from typing import Any

import pytest
import stripe

from tests.embedded.stripe_simulator.conftest import Simulator, error_of


async def _paid(simulator: Simulator, card: str = "pm_card_visa", amount: int = 10_000) -> stripe.PaymentIntent:
    params: Any = {"amount": amount, "currency": "eur", "allowed_payment_method_types": ["card"], "payment_method": card, "confirm": True}
    return await simulator.client.v1.payment_intents.create_async(params)


async def test_refunds_in_parts_and_never_more_than_was_paid(simulator: Simulator) -> None:
    service = simulator.client.v1.refunds
    intent = await _paid(simulator)

    first = await service.create_async({"payment_intent": intent.id, "amount": 4_000})
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        await service.create_async({"payment_intent": intent.id, "amount": 6_001})
    rest = await service.create_async({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as again:
        await service.create_async({"payment_intent": intent.id})

    assert (first.amount, rest.amount, first.status) == (4_000, 6_000, "succeeded")
    assert error_of(too_much).param == "amount"
    assert again.value.code == "charge_already_refunded"
    assert len((await service.list_async({"payment_intent": intent.id})).data) == 2


async def test_refuses_a_refund_of_what_took_no_money(simulator: Simulator) -> None:
    intent = await simulator.client.v1.payment_intents.create_async({"amount": 1_000, "currency": "eur"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await simulator.client.v1.refunds.create_async({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError):
        await simulator.client.v1.refunds.create_async({})

    assert refused.value.code == "payment_intent_unexpected_state"


async def test_a_disputed_payment_is_withdrawn_and_can_be_won_back(simulator: Simulator) -> None:
    v1 = simulator.client.v1
    intent = await _paid(simulator, "pm_card_createDispute")
    dispute = (await v1.disputes.list_async({"payment_intent": intent.id})).data[0]

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await v1.refunds.create_async({"payment_intent": intent.id})
    won = await v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True})

    assert (dispute.status, won.status) == ("needs_response", "won")
    assert refused.value.code == "charge_disputed"
    assert [item.amount for item in won.balance_transactions] == [-10_000, 10_000]


async def test_a_dispute_that_nobody_answers_is_lost_after_a_week(simulator: Simulator) -> None:
    intent = await _paid(simulator, "pm_card_createDispute")

    await simulator.steer("clock", advance_s=7 * 86_400)

    dispute = (await simulator.client.v1.disputes.list_async({"payment_intent": intent.id})).data[0]
    assert (dispute.status, dispute.evidence_details.past_due) == ("lost", True)


async def test_the_balance_is_the_sum_of_its_transactions(simulator: Simulator) -> None:
    v1 = simulator.client.v1
    intent = await _paid(simulator)
    await v1.refunds.create_async({"payment_intent": intent.id, "amount": 1_000})

    pending = await v1.balance.retrieve_async()
    await simulator.steer("clock", advance_s=2 * 86_400)
    available = await v1.balance.retrieve_async()
    transactions = [item async for item in (await v1.balance_transactions.list_async()).auto_paging_iter()]

    assert (pending.pending[0].amount, pending.available[0].amount) == (8_825, 0)
    assert (available.pending[0].amount, available.available[0].amount) == (0, 8_825)
    assert sum(item.net for item in transactions) == 8_825


async def test_pays_out_what_is_available_and_no_more(simulator: Simulator) -> None:
    v1 = simulator.client.v1
    await _paid(simulator)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await v1.payouts.create_async({"amount": 9_000, "currency": "eur"})
    await simulator.steer("clock", advance_s=2 * 86_400)
    payout = await v1.payouts.create_async({"amount": 9_000, "currency": "eur"})
    await simulator.steer("clock", advance_s=2 * 86_400)

    assert refused.value.code == "balance_insufficient"
    assert (payout.status, (await v1.payouts.retrieve_async(payout.id)).status) == ("pending", "paid")
    assert (await v1.balance_transactions.list_async({"payout": payout.id})).data[0].amount == -9_000
