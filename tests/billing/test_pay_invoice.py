"""Paying: one page for an invoice, webhooks in any order and number, lost answers, races, and what a payment writes."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.applications import Starlette

from incubator import db
from incubator.billing import checks, payments, service, views
from incubator.billing.errors import AmountTooSmall, PaymentProviderAway, SignatureInvalid, TransferOnly
from incubator.billing.invoice_errors import InvoiceNotOpen
from incubator.billing.stripe_gateway import through
from incubator.config import Settings
from incubator.embedded.stripe_simulator import create_app
from incubator.kernel import clock
from incubator.kernel.actor import ANONYMOUS, SYSTEM, Actor, Role
from incubator.kernel.errors import Forbidden, IdempotencyMismatch, NotFound
from tests.billing.worlds import APRIL, MARCH, charged, drain, rented
from tests.support import make
from tests.support.make import House
from tests.support.stripe_in_process import BASE_URL, InProcess, call


class Stripe:
    """The simulator in this process, with what it delivered."""

    def __init__(self) -> None:
        self.delivered: list[tuple[bytes, str]] = []
        self.way_out = InProcess(create_app(send=self._send))
        self.app: Starlette = self.way_out.app  # type: ignore[assignment]  # it is the application given above

    async def _send(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        self.delivered.append((body, headers["Stripe-Signature"]))
        return 200

    async def steer(self, what: str, key: str = "", verb: str = "POST", /, **given: object) -> dict[str, Any]:
        body, _, _ = await call(self.app, verb, f"{BASE_URL}/_test/{what}", {"Authorization": f"Bearer {key}"}, json.dumps(given).encode())
        answer: dict[str, Any] = json.loads(body)
        return answer


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    simulator = Stripe()
    with through(simulator.way_out):
        yield simulator


class Debt:
    """An invoice of 119.00 EUR, who owes it, and the account it is paid into."""

    def __init__(self, house: House, owner: Actor, invoice_id: UUID, key: str, secret: str) -> None:
        self.house, self.owner, self.invoice_id, self.key, self.secret = house, owner, invoice_id, key, secret


@pytest.fixture
async def debt(database: str, stripe: Stripe, own_settings: Settings) -> Debt:
    house = await make.house()
    owner = await make.startup_owner()
    assert owner.organization_id is not None
    with clock.travel_to(APRIL):
        await charged(house, owner.organization_id, 10_000)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
    account = own_settings.stripe_account(await db.value("SELECT series FROM legal_entity WHERE id = $1", house.legal_entity_id))
    assert account is not None
    url = f"http://127.0.0.1:8000/webhooks/stripe/{house.legal_entity_id}"
    await stripe.steer("webhook_endpoint", account.secret_key, url=url, secret=account.webhook_secret)
    invoice_id: UUID = await db.value("SELECT id FROM invoice")
    return Debt(house, owner, invoice_id, account.secret_key, account.webhook_secret)


async def session_of(debt: Debt) -> str:
    found: str = await db.value("SELECT session_id FROM payment_attempt ORDER BY id DESC LIMIT 1")
    return found


async def deliver(stripe: Stripe, debt: Debt) -> None:
    """Bring every webhook that waits, as Stripe would, and do the work."""
    await stripe.steer("deliver")
    for body, signature in stripe.delivered:
        await service.receive_stripe_event(debt.house.legal_entity_id, body, signature)
    stripe.delivered.clear()
    await drain()


async def state_of(debt: Debt) -> tuple[str, int, int]:
    found = await views.require_invoice(SYSTEM, debt.invoice_id)
    return found.payment_state, found.paid_minor, await db.value("SELECT count(*) FROM payment")


async def test_a_paid_page_settles_the_invoice_by_its_webhook(debt: Debt, stripe: Stripe) -> None:
    url = await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt))

    await deliver(stripe, debt)

    assert url.startswith(f"{BASE_URL}/c/pay/cs_test_")
    assert await state_of(debt) == ("paid", 11_900, 1)
    assert await checks.problems() == []
    ledger = await db.rows("SELECT account, sum(amount_minor)::int AS total FROM ledger_entry GROUP BY 1 ORDER BY 1")
    assert {row["account"]: row["total"] for row in ledger} == {
        "receivable": 0,
        "revenue": -10_000,
        "stripe clearing": 11_900,
        "tax payable": -1_900,
    }
    kinds = await db.value("SELECT array_agg(kind ORDER BY id) FROM outbox_message WHERE kind IN ('PaymentReceived', 'InvoicePaid')")
    assert kinds == ["PaymentReceived", "InvoicePaid"]


async def test_webhooks_may_come_doubled_reversed_and_forged(debt: Debt, stripe: Stripe) -> None:
    await stripe.steer("webhooks", order="reversed", duplicates=2)
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt), choice="decline")
    await stripe.steer("pay", session=await session_of(debt))
    await stripe.steer("deliver")
    body, signature = stripe.delivered[0]

    for changed, signed in ((body + b" ", signature), (body, "t=1,v1=abc"), (b"", "")):
        with pytest.raises(SignatureInvalid):
            await service.receive_stripe_event(debt.house.legal_entity_id, changed, signed)
    with pytest.raises(NotFound):
        await service.receive_stripe_event(debt.house.site_id, body, signature)
    await deliver(stripe, debt)

    assert await state_of(debt) == ("paid", 11_900, 1)


async def test_two_clicks_and_two_people_get_one_page(debt: Debt, stripe: Stripe) -> None:
    assert debt.owner.organization_id is not None
    contact = await make.person(debt.owner.organization_id, Role.BILLING_CONTACT)

    urls = await asyncio.gather(
        service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1"),
        service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1"),
        service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-2"),
        service.pay_invoice(contact, debt.invoice_id, "pay-number-1"),
    )

    assert len(set(urls)) == 1
    assert await db.value("SELECT count(*) FROM payment_attempt") == 1
    with pytest.raises(NotFound):
        await service.pay_invoice(debt.owner, debt.house.site_id, "pay-number-1")


async def test_a_key_belongs_to_one_invoice(debt: Debt, stripe: Stripe) -> None:
    assert debt.owner.organization_id is not None
    with clock.travel_to(APRIL):
        await charged(debt.house, debt.owner.organization_id, 500)
        await service.start_billing_run(debt.house.manager, MARCH, "another-run")
        await drain()
    other: UUID = await db.value("SELECT id FROM invoice WHERE id <> $1", debt.invoice_id)
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")

    with pytest.raises(IdempotencyMismatch):
        await service.pay_invoice(debt.owner, other, "pay-number-1")


@pytest.mark.parametrize("fault", ["drop_reply", "error_500_after"])
async def test_a_page_whose_answer_was_lost_is_found_by_reading(debt: Debt, stripe: Stripe, fault: str) -> None:
    await stripe.steer("faults", kind=fault, count=3, path="/v1/checkout/sessions")

    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt))
    await deliver(stripe, debt)

    assert await state_of(debt) == ("paid", 11_900, 1)


@pytest.mark.parametrize("fault", ["drop_request", "error_500", "rate_limit_429"])
async def test_an_unclear_answer_is_told_and_asking_again_pays_once(debt: Debt, stripe: Stripe, fault: str) -> None:
    await stripe.steer("faults", kind=fault, count=3, path="/v1/checkout/sessions")
    with pytest.raises(PaymentProviderAway):
        await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("faults", "", "DELETE")

    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt))
    await deliver(stripe, debt)

    assert await db.value("SELECT count(*) FROM payment_attempt") == 1
    assert await state_of(debt) == ("paid", 11_900, 1)


async def test_an_attempt_that_never_reached_stripe_is_given_up_and_another_made(debt: Debt, stripe: Stripe) -> None:
    await stripe.steer("faults", kind="error_500", count=100, method="POST", path="/v1/checkout/sessions")
    with pytest.raises(PaymentProviderAway):
        await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")

    for minutes in (2, 4, 6, 8):
        with clock.travel_to(clock.now() + timedelta(minutes=minutes)):
            await payments.check_attempts()
            await drain()
    await stripe.steer("faults", "", "DELETE")
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-2")

    assert await db.value("SELECT array_agg(state ORDER BY id) FROM payment_attempt") == ["failed", "open"]


async def test_a_payment_whose_webhook_never_came_is_found_by_reading(debt: Debt, stripe: Stripe) -> None:
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt))
    too_early = await payments.check_attempts()

    with clock.travel_to(clock.now() + timedelta(minutes=2)):
        found = await payments.check_attempts()
        await drain()
        again = await payments.check_attempts()

    assert (too_early, found, again) == (0, 1, 0)
    assert await state_of(debt) == ("paid", 11_900, 1)


async def test_a_page_that_was_never_paid_ends_and_a_new_one_can_be_opened(debt: Debt, stripe: Stripe) -> None:
    first = await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")

    with clock.travel_to(clock.now() + timedelta(hours=21)):
        second = await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-2")

    assert first != second
    assert await db.value("SELECT array_agg(state ORDER BY id) FROM payment_attempt") == ["expired", "open"]


async def test_an_old_page_that_was_paid_meanwhile_is_not_replaced(debt: Debt, stripe: Stripe) -> None:
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt))

    with clock.travel_to(clock.now() + timedelta(hours=21)), pytest.raises(InvoiceNotOpen):
        await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-2")

    assert await state_of(debt) == ("paid", 11_900, 1)


async def test_a_direct_debit_is_paid_when_it_is_decided(debt: Debt, stripe: Stripe) -> None:
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt), method="sepa_debit")
    await deliver(stripe, debt)
    between = await state_of(debt)

    await stripe.steer("clock", advance_s=60)
    await deliver(stripe, debt)

    assert between[1:] == (0, 0)
    assert await state_of(debt) == ("paid", 11_900, 1)


async def test_a_bounced_direct_debit_leaves_the_invoice_open_and_can_be_tried_again(debt: Debt, stripe: Stripe) -> None:
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt), method="sepa_debit", choice="decline")
    await stripe.steer("clock", advance_s=60)
    await deliver(stripe, debt)
    failed = await db.value("SELECT state FROM payment_attempt")

    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-2")

    assert failed == "failed"
    assert (await state_of(debt))[1:] == (0, 0)
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'PaymentFailed'") == 1


async def test_settling_at_once_by_webhook_sweep_and_hand_writes_one_payment(debt: Debt, stripe: Stripe) -> None:
    await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    await stripe.steer("pay", session=await session_of(debt))
    attempt_id: UUID = await db.value("SELECT id FROM payment_attempt")

    await asyncio.gather(*[payments.settle(attempt_id) for _ in range(8)])

    assert await state_of(debt) == ("paid", 11_900, 1)
    assert await checks.problems() == []


async def test_an_invoice_that_is_not_open_cannot_be_paid(debt: Debt, stripe: Stripe) -> None:
    finance = await make.person(debt.house.operator_id, Role.FINANCE)
    await service.record_transfer(finance, debt.invoice_id, 11_870, "MT940 17/1")
    await service.record_transfer(finance, debt.invoice_id, 11_870, "MT940 17/1")
    with pytest.raises(AmountTooSmall):
        await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-1")
    between = await state_of(debt)
    await service.record_transfer(finance, debt.invoice_id, 40, "MT940 17/2")

    with pytest.raises(InvoiceNotOpen):
        await service.pay_invoice(debt.owner, debt.invoice_id, "pay-number-2")

    assert between[1:] == (11_870, 1)
    assert await state_of(debt) == ("paid", 11_910, 2)
    assert await db.value("SELECT count(*) FROM payment_attempt") == 0
    assert await checks.problems() == []


async def test_mainland_china_takes_transfers_only(database: str, stripe: Stripe) -> None:
    house = await make.house(country="CN", time_zone="Asia/Shanghai", currency="CNY")
    owner = await make.startup_owner()
    assert owner.organization_id is not None
    with clock.travel_to(APRIL):
        await rented(house, owner.organization_id)
        await db.execute("UPDATE contract SET currency = 'CNY'")
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()

    with pytest.raises(TransferOnly):
        await service.pay_invoice(owner, await db.value("SELECT id FROM invoice"), "pay-number-1")


async def test_who_may_pay(debt: Debt, stripe: Stripe) -> None:
    assert debt.owner.organization_id is not None
    table: list[tuple[Actor, type[Exception]]] = [
        (ANONYMOUS, NotFound),
        (await make.startup_owner(), NotFound),
        (await make.person(debt.owner.organization_id, Role.MEMBER), NotFound),
        (debt.house.manager, Forbidden),
        (await make.person(debt.house.operator_id, Role.FINANCE), Forbidden),
        (await make.person(debt.house.operator_id, Role.AUDITOR), Forbidden),
    ]
    for number, (actor, refusal) in enumerate(table):
        with pytest.raises(refusal):
            await service.pay_invoice(actor, debt.invoice_id, f"pay-number-{number}")

    assert await db.value("SELECT count(*) FROM payment_attempt") == 0


async def test_an_invoice_is_overdue_from_the_day_after_it_was_due(debt: Debt) -> None:
    states = {}
    for days in (0, 14, 15):
        with clock.travel_to(APRIL + timedelta(days=days)):
            states[days] = (await views.require_invoice(debt.owner, debt.invoice_id)).payment_state

    assert states == {0: "open", 14: "open", 15: "overdue"}
