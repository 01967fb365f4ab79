"""Checkout sessions and the page behind them."""

import re
from typing import Any

import pytest
import stripe

from tests.embedded.stripe_simulator.conftest import Simulator, error_of, merged

ITEM: Any = {"price_data": {"currency": "eur", "unit_amount": 56_662, "product_data": {"name": "Invoice NORD-2026-0007"}}, "quantity": 1}
SESSION: Any = {
    "mode": "payment",
    "line_items": [ITEM],
    "success_url": "http://127.0.0.1:8000/invoices/7?paid={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1:8000/invoices/7",
    "metadata": {"invoice_id": "i-7"},
    "payment_intent_data": {"metadata": {"invoice_id": "i-7", "attempt_id": "a-1"}, "description": "NORD-2026-0007"},
}


async def _open(simulator: Simulator, **more: Any) -> tuple[stripe.checkout.Session, str]:
    session = await simulator.client.v1.checkout.sessions.create_async(merged(SESSION, {**more}))
    assert session.url is not None
    return session, session.url


async def _again(simulator: Simulator, session: stripe.checkout.Session) -> dict[str, Any]:
    found = await simulator.client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent", "line_items"]})
    return found.to_dict()


async def test_the_page_says_who_is_paid_how_much_and_for_what(simulator: Simulator) -> None:
    await simulator.steer("account", display_name="Nord Incubator <GmbH>")
    _, url = await _open(simulator)

    status, page, headers = await simulator.browse("GET", url)

    assert status == 200
    assert "Pay Nord Incubator &lt;GmbH&gt;" in page
    assert "566.62 EUR" in page
    assert "Invoice NORD-2026-0007" in page
    assert re.findall(r"name='action' value='(\w+)'", page) == ["pay", "decline", "authenticate", "cancel"]
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert "form-action 'self' http://127.0.0.1:8000" in headers["content-security-policy"]
    assert not re.search(r"<script|style=|\son\w+=", page)


@pytest.mark.parametrize(("language", "said"), [("de-DE,de;q=0.9", "bezahlen"), ("zh-CN", "付款"), ("fr", "Pay ")])
async def test_the_page_speaks_the_payers_language(simulator: Simulator, language: str, said: str) -> None:
    _, url = await _open(simulator)

    _, page, _ = await simulator.browse("GET", url, language=language)

    assert said in page


async def test_paying_leads_back_to_the_shop_with_a_paid_session(simulator: Simulator) -> None:
    session, url = await _open(simulator)

    status, _, headers = await simulator.browse("POST", url, b"method=card&action=pay")
    after = await _again(simulator, session)

    assert (status, headers["location"]) == (303, f"http://127.0.0.1:8000/invoices/7?paid={session.id}")
    assert (session.payment_intent, after["status"], after["payment_status"], after["url"]) == (None, "complete", "paid", None)
    assert after["payment_intent"]["metadata"] == {"invoice_id": "i-7", "attempt_id": "a-1"}
    assert after["payment_intent"]["description"] == "NORD-2026-0007"
    assert (await simulator.event_types())[-2:] == ["payment_intent.succeeded", "checkout.session.completed"]


async def test_a_declined_card_says_so_and_the_payer_can_try_again(simulator: Simulator) -> None:
    session, url = await _open(simulator)

    status, page, _ = await simulator.browse("POST", url, b"method=card&action=decline")
    between = await _again(simulator, session)
    await simulator.browse("POST", url, b"method=card&action=pay")
    after = await _again(simulator, session)

    assert (status, "Your card was declined." in page) == (402, True)
    assert (between["status"], between["payment_intent"]["status"]) == ("open", "requires_payment_method")
    assert (after["payment_status"], after["payment_intent"]["id"]) == ("paid", between["payment_intent"]["id"])


@pytest.mark.parametrize(("answer", "status"), [(b"passed=yes", "complete"), (b"passed=no", "open")])
async def test_three_d_secure_asks_the_payer(simulator: Simulator, answer: bytes, status: str) -> None:
    session, url = await _open(simulator)

    _, _, headers = await simulator.browse("POST", url, b"method=card&action=authenticate")
    bank = url.split("/c/pay")[0] + headers["location"]
    shown, page, _ = await simulator.browse("GET", bank)
    await simulator.browse("POST", bank, answer)

    assert (shown, "566.62 EUR" in page) == (200, True)
    assert (await _again(simulator, session))["status"] == status


async def test_cancelling_leads_back_and_leaves_the_session_open(simulator: Simulator) -> None:
    session, url = await _open(simulator)

    status, _, headers = await simulator.browse("POST", url, b"action=cancel")

    assert (status, headers["location"]) == (303, "http://127.0.0.1:8000/invoices/7")
    assert (await _again(simulator, session))["status"] == "open"


async def test_a_direct_debit_completes_the_session_and_pays_later(simulator: Simulator) -> None:
    session, url = await _open(simulator, allowed_payment_method_types=["card", "sepa_debit"])

    await simulator.browse("POST", url, b"method=sepa_debit&action=pay")
    between = await _again(simulator, session)
    await simulator.steer("clock", advance_s=10)
    after = await _again(simulator, session)

    assert (between["status"], between["payment_status"]) == ("complete", "unpaid")
    assert after["payment_status"] == "paid"
    assert (await simulator.event_types())[-1] == "checkout.session.async_payment_succeeded"


async def test_a_bounced_direct_debit_is_told(simulator: Simulator) -> None:
    session, url = await _open(simulator, allowed_payment_method_types=["sepa_debit"])

    await simulator.browse("POST", url, b"method=sepa_debit&action=decline")
    await simulator.steer("clock", advance_s=10)

    assert (await _again(simulator, session))["payment_status"] == "unpaid"
    assert (await simulator.event_types())[-1] == "checkout.session.async_payment_failed"


async def test_an_expired_session_cannot_be_paid(simulator: Simulator) -> None:
    session, url = await _open(simulator)
    other, other_url = await _open(simulator)

    await simulator.client.v1.checkout.sessions.expire_async(session.id)
    await simulator.steer("clock", advance_s=86_401)
    _, page, _ = await simulator.browse("GET", url)
    await simulator.browse("POST", other_url, b"method=card&action=pay")
    with pytest.raises(stripe.InvalidRequestError):
        await simulator.client.v1.checkout.sessions.expire_async(session.id)

    assert "This page has expired" in page
    assert ((await _again(simulator, other))["status"], (await _again(simulator, other))["payment_intent"]) == ("expired", None)


async def test_saves_a_card_in_setup_mode(simulator: Simulator) -> None:
    v1 = simulator.client.v1
    customer = await v1.customers.create_async({"name": "Elbe Cell"})
    setup: Any = {"mode": "setup", "customer": customer.id, "success_url": "http://localhost/ok", "currency": "eur"}
    session = await v1.checkout.sessions.create_async(setup)
    assert session.url is not None

    await simulator.browse("POST", session.url, b"method=card&action=pay")

    assert len((await v1.customers.payment_methods.list_async(customer.id)).data) == 1
    assert (await v1.checkout.sessions.retrieve_async(session.id)).status == "complete"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"mode": "setup"}, "payment_intent_data"),
        ({"mode": "subscription"}, "mode"),
        ({"success_url": "/relative"}, "success_url"),
        ({"expires_at": 1}, "expires_at"),
        ({"line_items": [merged(ITEM, {"quantity": 0})]}, "line_items[0][price_data][unit_amount]"),
        ({"customer": "cus_unknown"}, "customer"),
        ({"allowed_payment_method_types": ["twint"]}, "allowed_payment_method_types"),
    ],
)
async def test_refuses_a_session_that_makes_no_sense(simulator: Simulator, changes: Any, param: str) -> None:
    params = merged(SESSION, {**changes})

    with pytest.raises((stripe.InvalidRequestError, stripe.APIError)) as refused:
        await simulator.client.v1.checkout.sessions.create_async(params)

    assert error_of(refused).param == param
    assert "checkout.session" not in (await simulator.steer("state", "GET"))["objects"]


async def test_an_unknown_page_is_not_there(simulator: Simulator) -> None:
    _, url = await _open(simulator)

    status, _, _ = await simulator.browse("GET", url + "x")

    assert status == 404
