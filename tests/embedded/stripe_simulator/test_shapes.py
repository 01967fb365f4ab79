"""Every object the simulator answers has the keys that the SDK's class of that name has."""

from typing import Any, get_args

import stripe
from stripe import checkout

from tests.embedded.stripe_simulator.conftest import Simulator
from tests.support.stripe_shapes import CLASSES, problems

ACCOUNT: Any = {
    "type": "sepa_debit",
    "sepa_debit": {"iban": "DE89370400440532013000"},
    "billing_details": {"name": "Elbe Cell", "email": "owner@elbe-cell.example"},
}
MANDATE: Any = {"customer_acceptance": {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "test"}}}
ITEM: Any = {"price_data": {"currency": "eur", "unit_amount": 1_000, "product_data": {"name": "Invoice"}}, "quantity": 2}


async def _everything(simulator: Simulator) -> list[dict[str, Any]]:
    v1 = simulator.client.v1
    address: Any = {"line1": "Hafenstr. 1", "city": "Hamburg", "country": "DE"}
    customer = await v1.customers.create_async(
        {"name": "Elbe Cell", "address": address, "tax_id_data": [{"type": "eu_vat", "value": "DE123456789"}], "expand": ["tax_ids"]}
    )
    card = await v1.payment_intents.create_async(
        {
            "amount": 1_000,
            "currency": "eur",
            "allowed_payment_method_types": ["card"],
            "payment_method": "pm_card_createDispute",
            "confirm": True,
            "expand": ["latest_charge"],
        }
    )
    secure = await v1.payment_intents.create_async(
        {"amount": 1_000, "currency": "eur", "payment_method": "pm_card_authenticationRequired", "confirm": True, "return_url": "http://x/"}
    )
    await simulator.steer("authenticate", intent=secure.id, passed=True)
    debit = await v1.payment_intents.create_async(
        {
            "amount": 1_000,
            "currency": "eur",
            "allowed_payment_method_types": ["sepa_debit"],
            "payment_method_data": ACCOUNT,
            "mandate_data": MANDATE,
            "confirm": True,
        }
    )
    failed = await v1.payment_intents.create_async({"amount": 1_000, "currency": "eur"})
    setup = await v1.setup_intents.create_async(
        {"allowed_payment_method_types": ["sepa_debit"], "payment_method_data": ACCOUNT, "mandate_data": MANDATE, "confirm": True}
    )
    assert isinstance(setup.mandate, str)
    session = await v1.checkout.sessions.create_async(
        {"mode": "payment", "success_url": "http://localhost/", "line_items": [ITEM], "customer": customer.id, "expand": ["line_items"]}
    )
    await simulator.steer("pay", session=session.id, choice="decline")
    await simulator.steer("pay", session=session.id)
    await v1.checkout.sessions.create_async({"mode": "setup", "currency": "eur", "success_url": "http://localhost/"})
    refund = await v1.refunds.create_async({"payment_intent": secure.id, "amount": 400, "expand": ["charge.refunds"]})
    await simulator.steer("clock", advance_s=3 * 86_400)
    payout = await v1.payouts.create_async({"amount": 100, "currency": "eur"})
    hook = await v1.webhook_endpoints.create_async({"url": "http://127.0.0.1:1/", "enabled_events": ["*"]})
    lists: list[Any] = [
        await v1.customers.list_async(),
        await v1.customers.tax_ids.list_async(customer.id),
        await v1.charges.list_async({"limit": 100}),
        await v1.checkout.sessions.list_async(),
        await v1.payment_intents.list_async(),
        await v1.setup_intents.list_async(),
        await v1.balance_transactions.list_async({"limit": 100}),
        await v1.disputes.list_async(),
        await v1.events.list_async({"limit": 100}),
        await v1.payment_intents.search_async({"query": "currency:'eur'"}),
        await v1.refunds.list_async(),
    ]
    singles: list[Any] = [customer, card, debit, failed, setup, session, refund, payout, hook, await v1.balance.retrieve_async()]
    method = await v1.payment_methods.retrieve_async(str(setup.payment_method))
    return [found.to_dict() for found in [*singles, method, await v1.mandates.retrieve_async(setup.mandate), *lists]]


async def test_every_answer_fits_the_sdks_classes(simulator: Simulator) -> None:
    answers = await _everything(simulator)

    seen = {item["object"] for answer in answers for item in [answer, *answer.get("data", [])] if isinstance(item, dict)}
    seen |= {item["object"] for answer in answers for item in answer.get("line_items", {}).get("data", [])}
    assert [found for answer in answers for found in problems(answer)] == []
    assert CLASSES.keys() - seen == set()


async def test_the_objects_in_events_fit_too_and_their_types_are_stripes(simulator: Simulator) -> None:
    await _everything(simulator)

    events = [event.to_dict() async for event in (await simulator.client.v1.events.list_async({"limit": 100})).auto_paging_iter()]

    known = get_args(stripe.Event.__annotations__["type"])
    assert len(events) > 25
    assert {event["type"] for event in events} <= set(known)
    assert [found for event in events for found in problems(event["data"]["object"])] == []


def test_the_check_itself_finds_what_is_wrong() -> None:
    balance = {"object": "balance", "available": [], "livemode": False, "pending": []}

    assert problems(balance) == []
    assert problems(balance | {"colour": "red"}) == ["balance.colour: the SDK does not know it"]
    assert problems({"object": "balance", "available": [], "livemode": False}) == ["balance.pending: missing"]
    assert problems(balance | {"livemode": "no"}) == ["balance.livemode: 'no' is no bool"]
    assert checkout.Session in CLASSES.values()
