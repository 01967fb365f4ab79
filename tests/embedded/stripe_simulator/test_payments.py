"""Payment intents: test cards, 3-D Secure, capture, cancel, saved cards, direct debits."""

from typing import Any

import pytest
import stripe

from tests.embedded.stripe_simulator.conftest import Simulator, error_of, merged

EUR: Any = {"amount": 56_662, "currency": "eur", "allowed_payment_method_types": ["card"]}


async def test_a_good_card_pays_at_once_and_the_fee_is_booked(simulator: Simulator) -> None:
    intent = await simulator.client.v1.payment_intents.create_async(
        merged(EUR, {"payment_method": "pm_card_visa", "confirm": True, "expand": ["latest_charge.balance_transaction"]})
    )

    booked = intent.to_dict()["latest_charge"]["balance_transaction"]
    assert (intent.status, intent.amount_received) == ("succeeded", 56_662)
    assert (booked["amount"], booked["fee"], booked["net"]) == (56_662, 875, 55_787)
    assert await simulator.event_types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
async def test_a_declined_card_leaves_a_failed_charge_and_can_be_tried_again(
    simulator: Simulator, card: str, code: str, decline_code: str
) -> None:
    service = simulator.client.v1.payment_intents
    intent = await service.create_async(EUR)

    with pytest.raises(stripe.CardError) as refused:
        await service.confirm_async(intent.id, {"payment_method": card})
    after = await service.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    paid = await service.confirm_async(intent.id, {"payment_method": "pm_card_visa"})

    assert (refused.value.code, error_of(refused).decline_code, refused.value.http_status) == (code, decline_code, 402)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error is not None
    assert after.to_dict()["latest_charge"]["status"] == "failed"
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)


async def test_a_card_that_fails_after_it_was_attached(simulator: Simulator) -> None:
    v1 = simulator.client.v1
    customer = await v1.customers.create_async({"name": "Elbe Cell"})
    card: Any = {"type": "card", "card": {"number": "4000000000000341", "exp_month": 12, "exp_year": 2035, "cvc": "123"}}
    method = await v1.payment_methods.create_async(card)
    await v1.payment_methods.attach_async(method.id, {"customer": customer.id})

    with pytest.raises(stripe.CardError):
        await v1.payment_intents.create_async(merged(EUR, {"customer": customer.id, "payment_method": method.id, "confirm": True}))

    assert [item.id for item in (await v1.customers.payment_methods.list_async(customer.id)).data] == [method.id]


async def test_a_declining_card_cannot_be_attached(simulator: Simulator) -> None:
    customer = await simulator.client.v1.customers.create_async({"name": "Elbe Cell"})

    with pytest.raises(stripe.CardError):
        await simulator.client.v1.payment_methods.attach_async("pm_card_chargeDeclined", {"customer": customer.id})

    assert (await simulator.client.v1.customers.payment_methods.list_async(customer.id)).data == []


async def test_never_takes_the_number_of_a_real_card(simulator: Simulator) -> None:
    card: Any = {"type": "card", "card": {"number": "4111111111111111", "exp_month": 12, "exp_year": 2035}}

    with pytest.raises(stripe.CardError) as refused:
        await simulator.client.v1.payment_methods.create_async(card)

    assert error_of(refused).decline_code == "test_mode_live_card"


@pytest.mark.parametrize("card", ["pm_card_authenticationRequiredOnSetup", "pm_card_threeDSecure2Required"])
@pytest.mark.parametrize(("passed", "status"), [(True, "succeeded"), (False, "requires_payment_method")])
async def test_asks_for_three_d_secure(simulator: Simulator, card: str, passed: bool, status: str) -> None:
    service = simulator.client.v1.payment_intents
    intent = await service.create_async(merged(EUR, {"payment_method": card, "confirm": True, "return_url": "http://localhost/back"}))

    await simulator.steer("authenticate", intent=intent.id, passed=passed)
    after = await service.retrieve_async(intent.id)

    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.type == "redirect_to_url"
    assert after.status == status


async def test_a_card_set_up_once_pays_later_without_its_owner(simulator: Simulator) -> None:
    v1 = simulator.client.v1
    customer = await v1.customers.create_async({"name": "Elbe Cell"})
    setup = await v1.setup_intents.create_async(
        {"customer": customer.id, "payment_method": "pm_card_authenticationRequiredOnSetup", "confirm": True}
    )
    await simulator.steer("authenticate", intent=setup.id, passed=True)
    saved = (await v1.customers.payment_methods.list_async(customer.id)).data[0]

    intent = await v1.payment_intents.create_async(
        merged(EUR, {"customer": customer.id, "payment_method": saved.id, "off_session": True, "confirm": True})
    )

    assert (setup.status, intent.status) == ("requires_action", "succeeded")


async def test_a_card_that_always_asks_declines_without_its_owner(simulator: Simulator) -> None:
    with pytest.raises(stripe.CardError) as refused:
        await simulator.client.v1.payment_intents.create_async(
            merged(EUR, {"payment_method": "pm_card_threeDSecure2Required", "off_session": True, "confirm": True})
        )

    assert refused.value.code == "authentication_required"


async def test_captures_a_part_later_and_not_more_than_was_authorised(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    intent = await service.create_async(merged(EUR, {"capture_method": "manual", "payment_method": "pm_card_visa", "confirm": True}))

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await service.capture_async(intent.id, {"amount_to_capture": 56_663})
    captured = await service.capture_async(intent.id, {"amount_to_capture": 50_000})
    with pytest.raises(stripe.InvalidRequestError) as again:
        await service.capture_async(intent.id)

    assert (intent.status, intent.amount_capturable) == ("requires_capture", 56_662)
    assert refused.value.code == "amount_too_large"
    assert (captured.status, captured.amount_received) == ("succeeded", 50_000)
    assert again.value.code == "payment_intent_unexpected_state"


async def test_a_finished_intent_refuses_everything(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    intent = await service.create_async(merged(EUR, {"payment_method": "pm_card_visa", "confirm": True}))

    for attempt in (
        service.confirm_async(intent.id, {"payment_method": "pm_card_visa"}),
        service.cancel_async(intent.id),
        service.update_async(intent.id, {"amount": 100}),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await attempt
        assert refused.value.code == "payment_intent_unexpected_state"


async def test_cancels_what_nobody_paid(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    intent = await service.create_async(EUR)

    cancelled = await service.cancel_async(intent.id, {"cancellation_reason": "duplicate"})

    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "duplicate")


def _account(iban: str) -> Any:
    details = {"name": "Elbe Cell", "email": "owner@elbe-cell.example"}
    return {"type": "sepa_debit", "sepa_debit": {"iban": iban}, "billing_details": details}


MANDATE: Any = {"customer_acceptance": {"type": "offline", "offline": {}}}


@pytest.mark.parametrize(
    ("iban", "wait_s", "status"),
    [
        ("DE89370400440532013000", 5, "succeeded"),
        ("DE08370400440532013003", 180, "succeeded"),
        ("DE62370400440532013001", 5, "requires_payment_method"),
        ("DE78370400440532013004", 180, "requires_payment_method"),
    ],
)
async def test_a_direct_debit_is_decided_later(simulator: Simulator, iban: str, wait_s: int, status: str) -> None:
    service = simulator.client.v1.payment_intents
    params: Any = merged(
        EUR, {"allowed_payment_method_types": ["sepa_debit"], "payment_method_data": _account(iban), "mandate_data": MANDATE}
    )
    intent = await service.create_async(merged(params, {"confirm": True}))

    await simulator.steer("clock", advance_s=wait_s - 2)
    before = await service.retrieve_async(intent.id)
    await simulator.steer("clock", advance_s=3)
    after = await service.retrieve_async(intent.id)

    assert (intent.status, before.status, after.status) == ("processing", "processing", status)


async def test_a_direct_debit_needs_a_mandate(simulator: Simulator) -> None:
    params: Any = merged(EUR, {"allowed_payment_method_types": ["sepa_debit"], "payment_method_data": _account("DE89370400440532013000")})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await simulator.client.v1.payment_intents.create_async(merged(params, {"confirm": True}))

    assert error_of(refused).param == "mandate_data"


async def test_a_saved_mandate_can_be_used_again(simulator: Simulator) -> None:
    v1 = simulator.client.v1
    customer = await v1.customers.create_async({"name": "Elbe Cell"})
    setup = await v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "allowed_payment_method_types": ["sepa_debit"],
            "payment_method_data": _account("DE89370400440532013000"),
            "mandate_data": MANDATE,
            "confirm": True,
        }
    )
    assert isinstance(setup.mandate, str)
    assert isinstance(setup.payment_method, str)
    mandate = await v1.mandates.retrieve_async(setup.mandate)

    intent = await v1.payment_intents.create_async(
        merged(
            EUR,
            {
                "customer": customer.id,
                "allowed_payment_method_types": ["sepa_debit"],
                "payment_method": setup.payment_method,
                "mandate": setup.mandate,
                "off_session": True,
                "confirm": True,
            },
        )
    )

    assert (mandate.status, intent.status) == ("active", "processing")
