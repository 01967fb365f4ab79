"""What Stripe would refuse is refused: names, types, keys, other accounts' ids."""

from typing import Any

import pytest
import stripe

from tests.embedded.stripe_simulator.conftest import Simulator, error_of, merged
from tests.support.stripe_in_process import BASE_URL, call

GOOD: Any = {"amount": 1000, "currency": "eur", "allowed_payment_method_types": ["card"]}


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        (merged(GOOD, {"colour": "red"}), "colour", "parameter_unknown"),
        (merged(GOOD, {"payment_method_options": {"card": {"colour": 1}}}), "payment_method_options[card][colour]", "parameter_unknown"),
        (
            merged(GOOD, {"payment_method_data": {"type": "sepa_debit", "sepa_debit": {"no": "1"}}}),
            "payment_method_data[sepa_debit][no]",
            "parameter_unknown",
        ),
        ({"amount": 1000}, "currency", "parameter_missing"),
        ({"currency": "eur"}, "amount", "parameter_missing"),
        (merged(GOOD, {"amount": "ten"}), "amount", "parameter_invalid_integer"),
        (merged(GOOD, {"amount": "10.00"}), "amount", "parameter_invalid_integer"),
        (merged(GOOD, {"confirm": "yes"}), "confirm", None),
        (merged(GOOD, {"currency": ""}), "currency", "parameter_invalid_empty"),
        (merged(GOOD, {"currency": "zzz"}), "currency", None),
        (merged(GOOD, {"setup_future_usage": "never"}), "setup_future_usage", None),
        (merged(GOOD, {"allowed_payment_method_types": "card"}), "allowed_payment_method_types", None),
        (merged(GOOD, {"metadata": {"k" * 41: "v"}}), "metadata[" + "k" * 41 + "]", None),
        (merged(GOOD, {"metadata": {"k": "v" * 501}}), "metadata[k]", None),
        (merged(GOOD, {"metadata": {f"k{n}": "v" for n in range(51)}}), "metadata", None),
        (merged(GOOD, {"customer": "cus_unknown"}), "customer", "resource_missing"),
        (merged(GOOD, {"payment_method": "pm_unknown"}), "payment_method", "resource_missing"),
        (merged(GOOD, {"allowed_payment_method_types": ["sepa_debit"], "currency": "usd"}), "allowed_payment_method_types", None),
        ({"amount": 49, "currency": "eur"}, "amount", "amount_too_small"),
        ({"amount": 249, "currency": "dkk"}, "amount", "amount_too_small"),
        ({"amount": 49, "currency": "jpy"}, "amount", "amount_too_small"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount", "amount_too_large"),
        ({"amount": 10_050, "currency": "isk"}, "amount", None),
        (merged(GOOD, {"off_session": "true"}), "off_session", None),
        (merged(GOOD, {"transfer_group": "x"}), "transfer_group", None),
    ],
)
async def test_refuses_a_wrong_parameter_by_name_and_creates_nothing(
    simulator: Simulator, params: Any, param: str, code: str | None
) -> None:
    with pytest.raises((stripe.InvalidRequestError, stripe.APIError)) as refused:
        await simulator.client.v1.payment_intents.create_async(params)

    assert (error_of(refused).param, refused.value.code) == (param, code)
    assert (await simulator.steer("state", "GET"))["objects"] == {}


async def test_takes_zero_decimal_amounts_as_they_are(simulator: Simulator) -> None:
    intent = await simulator.client.v1.payment_intents.create_async({"amount": 120_000, "currency": "jpy"})

    assert (intent.amount, intent.currency, intent.status) == (120_000, "jpy", "requires_payment_method")


async def test_keeps_the_books_of_each_key_apart(simulator: Simulator) -> None:
    customer = await simulator.client.v1.customers.create_async({"name": "Elbe Cell"})
    other = simulator.with_key("sk_test_zurich_bridge")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await other.v1.customers.retrieve_async(customer.id)

    assert (refused.value.code, refused.value.http_status) == ("resource_missing", 404)
    assert (await other.v1.customers.list_async()).data == []


@pytest.mark.parametrize("key", ["sk_live_nord_incubator", "pk_test_nord", "nonsense"])
async def test_refuses_any_key_that_is_no_test_key(simulator: Simulator, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        await simulator.with_key(key).v1.customers.list_async()


async def test_refuses_a_request_without_a_key(simulator: Simulator) -> None:
    status, text, _ = await simulator.browse("GET", f"{BASE_URL}/v1/customers")

    assert (status, "did not provide an API key" in text) == (401, True)


async def test_refuses_an_unknown_path_and_another_api_version(simulator: Simulator) -> None:
    headers = {"Authorization": "Bearer sk_test_nord_incubator"}

    _, unknown, _ = await call(simulator.app, "GET", f"{BASE_URL}/v1/subscriptions", headers)
    _, old, _ = await call(simulator.app, "GET", f"{BASE_URL}/v1/customers", headers | {"Stripe-Version": "2020-08-27"})

    assert (unknown, old) == (404, 400)


async def test_answers_only_calls_that_name_this_machine(simulator: Simulator) -> None:
    status, _, _ = await simulator.browse("GET", f"{BASE_URL}/v1/customers", host="attacker.example")
    steered, _, _ = await simulator.browse("POST", f"{BASE_URL}/_test/clock", b'{"advance_s": 5}', host="attacker.example")

    assert (status, steered) == (403, 403)


async def test_expands_only_when_asked_and_only_what_can_be(simulator: Simulator) -> None:
    service = simulator.client.v1.payment_intents
    intent = await service.create_async(merged(GOOD, {"payment_method": "pm_card_visa", "confirm": True}))

    plain = await service.retrieve_async(intent.id)
    expanded = await service.retrieve_async(intent.id, {"expand": ["latest_charge.balance_transaction", "payment_method"]})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await service.retrieve_async(intent.id, {"expand": ["amount"]})
    with pytest.raises(stripe.InvalidRequestError):
        await service.retrieve_async(intent.id, {"expand": ["a.b.c.d.e"]})

    assert isinstance(plain.latest_charge, str)
    assert expanded.to_dict()["latest_charge"]["balance_transaction"]["amount"] == 1000
    assert expanded.to_dict()["payment_method"]["card"]["last4"] == "4242"
    assert error_of(refused).param == "expand"


async def test_searches_customers_by_metadata(simulator: Simulator) -> None:
    service = simulator.client.v1.customers
    wanted = await service.create_async({"name": "Elbe Cell", "metadata": {"organization_id": "o-1"}})
    await service.create_async({"name": "Förde Dx", "metadata": {"organization_id": "o-2"}})

    found = await service.search_async({"query": 'metadata["organization_id"]:"o-1"'})
    both = await service.search_async({"query": 'name~"e" AND -metadata["organization_id"]:null'})
    with pytest.raises(stripe.InvalidRequestError):
        await service.search_async({"query": "colour:'red'"})

    assert [item.id for item in found.data] == [wanted.id]
    assert len(both.data) == 2


async def test_pages_through_lists_in_both_directions(simulator: Simulator) -> None:
    service = simulator.client.v1.customers
    made = [(await service.create_async({"name": f"Startup {n}"})).id for n in range(7)]
    newest_first = list(reversed(made))

    first = await service.list_async({"limit": 3})
    second = await service.list_async({"limit": 3, "starting_after": first.data[-1].id})
    back = await service.list_async({"limit": 3, "ending_before": second.data[0].id})
    everything = [item.id async for item in (await service.list_async({"limit": 2})).auto_paging_iter()]

    assert [item.id for item in first.data] == newest_first[:3]
    assert [item.id for item in second.data] == newest_first[3:6]
    assert [item.id for item in back.data] == newest_first[:3]
    assert everything == newest_first
    assert (first.has_more, second.has_more) == (True, True)
