"""The gateway against the simulator: amounts, metadata, webhooks, and the three meanings of a problem."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from incubator.billing.stripe_amounts import from_stripe, to_stripe
from incubator.billing.stripe_gateway import (
    CheckoutTerms,
    GatewayBusy,
    GatewayRefused,
    GatewayUnclear,
    SignatureWrong,
    StripeGateway,
    through,
)
from incubator.config import StripeAccount
from incubator.embedded.stripe_simulator import create_app
from tests.support.stripe_in_process import BASE_URL, InProcess, call

ACCOUNT = StripeAccount("sk_test_nord_incubator", "whsec_nord", BASE_URL)
TERMS = CheckoutTerms(
    invoice_id="i-7",
    legal_entity_id="e-1",
    attempt_id="a-1",
    description="NIG-2026-0007",
    amount_minor=56_662,
    currency="EUR",
    success_url="http://127.0.0.1:8000/invoices/i-7?paid=1",
    cancel_url="http://127.0.0.1:8000/invoices/i-7",
    language="de",
)


@pytest.fixture
def hooks() -> list[tuple[bytes, str]]:
    """What the simulator delivered: raw bodies with their signatures."""
    return []


@pytest.fixture
def simulator(hooks: list[tuple[bytes, str]]) -> Iterator[Starlette]:
    """A simulator in this process, and the way out of every gateway led into it."""

    async def send(url: str, body: bytes, headers: dict[str, str]) -> int | None:
        hooks.append((body, headers["Stripe-Signature"]))
        return 200

    app = create_app(send=send)
    with through(InProcess(app)):
        yield app


@pytest.fixture
def gateway(simulator: Starlette) -> StripeGateway:
    """The gateway of one legal entity."""
    return StripeGateway(ACCOUNT)


async def _steer(app: Starlette, what: str, **given: object) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {ACCOUNT.secret_key}"}
    body, _, _ = await call(app, "POST", f"{BASE_URL}/_test/{what}", headers, json.dumps(given).encode())
    answer: dict[str, Any] = json.loads(body)
    return answer


async def test_a_payment_page_is_paid_and_read_back(gateway: StripeGateway, simulator: Starlette) -> None:
    opened = await gateway.open_checkout(TERMS, key="attempt:a-1")

    await _steer(simulator, "pay", session=opened.id)
    done = await gateway.read_checkout(opened.id)
    assert done.payment_intent is not None
    payment = await gateway.read_payment(done.payment_intent)

    assert (opened.status, opened.is_paid, opened.attempt_id) == ("open", False, "a-1")
    assert opened.url == f"{BASE_URL}/c/pay/{opened.id}"
    assert (done.status, done.is_paid) == ("complete", True)
    assert (payment.status, payment.received_minor, payment.currency, payment.method) == ("succeeded", 56_662, "EUR", "card")
    assert payment.attempt_id == "a-1"


async def test_the_same_key_opens_one_page(gateway: StripeGateway) -> None:
    first = await gateway.open_checkout(TERMS, key="attempt:a-1")
    second = await gateway.open_checkout(TERMS, key="attempt:a-1")

    assert first == second


async def test_each_currency_offers_its_own_ways_to_pay(gateway: StripeGateway, simulator: Starlette) -> None:
    for currency, method in (("EUR", "sepa_debit"), ("CHF", "twint"), ("SGD", "paynow"), ("DKK", "card"), ("JPY", "card")):
        opened = await gateway.open_checkout(dataclasses.replace(TERMS, currency=currency, attempt_id=currency), key=f"attempt:{currency}")
        await _steer(simulator, "pay", session=opened.id, method=method)

        assert (await gateway.read_checkout(opened.id)).status == "complete"


async def test_problems_have_three_meanings(gateway: StripeGateway, simulator: Starlette) -> None:
    for fault, expected in (
        ("rate_limit_429", GatewayBusy),
        ("conflict_409", GatewayBusy),
        ("error_500", GatewayUnclear),
        ("drop_reply", GatewayUnclear),
    ):
        await _steer(simulator, "faults", kind=fault, count=3)
        with pytest.raises(expected):
            await gateway.open_checkout(TERMS, key=f"attempt:{fault}")
        await call(simulator, "DELETE", f"{BASE_URL}/_test/faults", {})

    with pytest.raises(GatewayRefused) as refused:
        await gateway.read_checkout("cs_test_unknown")

    assert refused.value.code == "resource_missing"


async def test_a_lost_answer_is_found_again_with_the_same_key(gateway: StripeGateway, simulator: Starlette) -> None:
    await _steer(simulator, "faults", kind="drop_reply", count=3, path="/v1/checkout/sessions")
    with pytest.raises(GatewayUnclear):
        await gateway.open_checkout(TERMS, key="attempt:a-1")
    await call(simulator, "DELETE", f"{BASE_URL}/_test/faults", {})

    await gateway.open_checkout(TERMS, key="attempt:a-1")

    objects = json.loads((await call(simulator, "GET", f"{BASE_URL}/_test/state", {}))[0])["objects"]
    assert objects == {"checkout.session": 1}


async def test_refunds_once_for_a_key(gateway: StripeGateway, simulator: Starlette) -> None:
    opened = await gateway.open_checkout(TERMS, key="attempt:a-1")
    await _steer(simulator, "pay", session=opened.id)
    intent = (await gateway.read_checkout(opened.id)).payment_intent or ""

    first = await gateway.refund(intent, 10_000, "EUR", {"invoice_id": "i-7"}, key="credit:c-1")
    second = await gateway.refund(intent, 10_000, "EUR", {"invoice_id": "i-7"}, key="credit:c-1")
    with pytest.raises(GatewayRefused):
        await gateway.refund(intent, 50_000, "EUR", {"invoice_id": "i-7"}, key="credit:c-2")

    assert first == second
    assert (await gateway.read_payment(intent)).refunded_minor == 10_000


async def test_webhooks_are_verified_over_raw_bytes(gateway: StripeGateway, simulator: Starlette, hooks: list[tuple[bytes, str]]) -> None:
    await _steer(simulator, "webhook_endpoint", url="http://127.0.0.1:8000/webhooks/stripe/e-1", secret=ACCOUNT.webhook_secret)
    opened = await gateway.open_checkout(TERMS, key="attempt:a-1")
    await _steer(simulator, "pay", session=opened.id)
    await _steer(simulator, "deliver")

    body, signature = hooks[-1]
    notice = gateway.read_event(body, signature)

    assert (notice.type, notice.object_id, notice.object_kind) == ("checkout.session.completed", opened.id, "checkout.session")
    for changed, signed in ((body + b" ", signature), (body, signature.replace("v1=", "v1=0")), (body, ""), (b"\xff", signature)):
        with pytest.raises(SignatureWrong):
            gateway.read_event(changed, signed)
    with pytest.raises(SignatureWrong):
        StripeGateway(dataclasses.replace(ACCOUNT, webhook_secret="whsec_other")).read_event(body, signature)


async def test_events_and_movements_can_be_read_without_webhooks(gateway: StripeGateway, simulator: Starlette) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)  # noqa: TID251 - the simulator has a clock of its own
    opened = await gateway.open_checkout(TERMS, key="attempt:a-1")
    await _steer(simulator, "pay", session=opened.id)

    events = [notice.type async for notice in gateway.events_since(since)]
    movements = [movement async for movement in gateway.movements_since(since)]

    assert events[0] == "checkout.session.completed"
    assert [(found.kind, found.amount_minor, found.fee_minor, found.currency) for found in movements] == [("charge", 56_662, 875, "EUR")]


@pytest.mark.parametrize(
    ("minor", "currency", "stripe_amount"),
    [(56_662, "EUR", 56_662), (120_000, "JPY", 120_000), (500, "ISK", 50_000), (1_500, "UGX", 150_000), (1_230, "KWD", 1_230)],
)
def test_amounts_follow_stripes_decimals_not_isos(minor: int, currency: str, stripe_amount: int) -> None:
    assert to_stripe(minor, currency) == stripe_amount
    assert from_stripe(stripe_amount, currency) == minor


def test_a_fraction_that_stripe_cannot_take_is_refused() -> None:
    with pytest.raises(ValueError, match="KWD"):
        to_stripe(1_234, "KWD")
