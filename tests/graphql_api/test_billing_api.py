"""Billing through the API: a run, its invoices, their documents, paying, and Stripe's webhooks."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import documents, service
from incubator.billing.stripe_gateway import through
from incubator.config import Settings
from incubator.embedded.stripe_simulator import create_app
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator.kernel.ids import new_id
from incubator_graphql.ids import encode
from tests.billing.conftest import AccountForAnybody
from tests.billing.worlds import APRIL, MARCH, charged, drain, rented
from tests.support import make
from tests.support.drain import drain as drain_all
from tests.support.make import House
from tests.support.stripe_in_process import BASE_URL, InProcess, call
from tests.support.web import Web, document, run, session_of, statements

DELIVERED: list[tuple[bytes, str]] = []


@pytest.fixture
def simulator(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InProcess]:
    """Stripe in this process, and settings that lead there."""
    settings: Settings = replace(
        web.settings, data_dir=tmp_path, stripe_api_base=BASE_URL, environment=AccountForAnybody(), public_url=web.url
    )
    for module in ("incubator.kernel.files", "incubator.billing.payments"):
        monkeypatch.setattr(f"{module}.settings", lambda: settings)
    DELIVERED.clear()

    async def send(url: str, body: bytes, headers: dict[str, str]) -> int | None:
        DELIVERED.append((body, headers["Stripe-Signature"]))
        return 200

    way_out = InProcess(create_app(send=send))
    with through(way_out), documents.closing_pool():
        yield way_out


async def _account(house: House) -> tuple[str, str]:
    series: str = await db.value("SELECT series FROM legal_entity WHERE id = $1", house.legal_entity_id)
    account = replace(Settings(Path()), environment=AccountForAnybody()).stripe_account(series)
    assert account is not None
    return account.secret_key, account.webhook_secret


async def _steer(simulator: InProcess, what: str, key: str, **given: object) -> None:
    await call(simulator.app, "POST", f"{BASE_URL}/_test/{what}", {"Authorization": f"Bearer {key}"}, json.dumps(given).encode())


async def test_a_month_is_billed_documented_paid_and_settled(web: Web, simulator: InProcess) -> None:
    house = await make.house()
    owner = await make.startup_owner()
    assert owner.organization_id is not None
    manager, payer, stranger = await session_of(house.manager), await session_of(owner), await session_of(await make.startup_owner())
    key, secret = await _account(house)
    await charged(house, owner.organization_id, 10_000)
    await _steer(simulator, "webhook_endpoint", key, url=f"{web.url}/webhooks/stripe/{house.legal_entity_id}", secret=secret)

    started = await run(web, manager, "StartBillingRun", input={"month": "2026-03-17", "idempotencyKey": "run-of-march"})
    await drain_all()
    [shown] = (await run(web, manager, "BillingRuns", first=5))["billingRuns"]["nodes"]
    [listed] = (await run(web, payer, "Invoices", first=5))["invoices"]["nodes"]
    details = (await run(web, payer, "InvoiceDetails", id=listed["id"]))["node"]
    paying = await run(web, payer, "PayInvoice", input={"invoiceId": listed["id"], "idempotencyKey": "pay-number-1"})
    session = paying["checkoutUrl"].rsplit("/", 1)[1]
    await _steer(simulator, "pay", key, session=session)
    await _steer(simulator, "deliver", key)
    async with web.client() as client:
        taken = [
            (
                await client.post(f"/webhooks/stripe/{house.legal_entity_id}", content=body, headers={"stripe-signature": signature})
            ).status_code
            for body, signature in DELIVERED * 2
        ]
        anonymous = await client.get(details["documentUrl"])
    async with web.client(**payer) as client:
        pdf = await client.get(details["documentUrl"])
        by_plain_id = await client.get(f"/documents/invoices/{await db.value('SELECT id FROM invoice')}.pdf")
    async with web.client(**stranger) as client:
        foreign = await client.get(details["documentUrl"])
    await drain()
    paid = (await run(web, payer, "InvoiceDetails", id=listed["id"]))["node"]

    assert (started["errors"], started["billingRun"]["month"], started["billingRun"]["total"]) == ([], "2026-03-01", 1)
    assert (shown["state"], shown["done"], shown["invoicedGross"]) == ("FINISHED", 1, [{"amountMinor": 11_900, "currency": "EUR"}])
    assert (details["paymentState"], details["net"]["amountMinor"], details["tax"]["amountMinor"]) == ("OPEN", 10_000, 1_900)
    assert [(line["description"], line["taxRate"], line["ruleNote"]) for line in details["lines"]] == [("Fee", "19", "1 × 100.00")]
    assert set(taken) == {200}
    assert (pdf.status_code, pdf.content[:5], pdf.headers["content-type"]) == (200, b"%PDF-", "application/pdf")
    assert (by_plain_id.content == pdf.content, anonymous.status_code, foreign.status_code) == (True, 404, 404)
    assert (paid["paymentState"], paid["outstanding"]["amountMinor"]) == ("PAID", 0)
    assert [(payment["method"], payment["amount"]["amountMinor"]) for payment in paid["payments"]] == [("card", 11_900)]


async def test_refusals_are_typed_and_write_nothing(web: Web, simulator: InProcess) -> None:
    house = await make.house()
    owner = await make.startup_owner()
    assert owner.organization_id is not None
    await charged(house, owner.organization_id, 10_000)
    manager, payer = await session_of(house.manager), await session_of(owner)

    table = [
        (payer, "StartBillingRun", {"month": "2026-03-01", "idempotencyKey": "run-of-march"}, "Forbidden"),
        (None, "StartBillingRun", {"month": "2026-03-01", "idempotencyKey": "run-of-march"}, "NotSignedIn"),
        (manager, "StartBillingRun", {"month": "2999-01-01", "idempotencyKey": "run-of-march"}, "MonthNotOver"),
        (manager, "StartBillingRun", {"month": "2026-03-01", "idempotencyKey": "short"}, "TooShort"),
        (payer, "PayInvoice", {"invoiceId": encode("Invoice", new_id()), "idempotencyKey": "pay-number-1"}, "NotFound"),
        (payer, "PayInvoice", {"invoiceId": encode("Site", house.site_id), "idempotencyKey": "pay-number-1"}, "NotFound"),
        (manager, "PayInvoice", {"invoiceId": encode("Invoice", new_id()), "idempotencyKey": "pay-number-1"}, "Forbidden"),
    ]
    for credentials, operation, given, code in table:
        [error] = (await run(web, credentials, operation, input=given))["errors"]
        assert error["code"] == code

    assert not await db.value("SELECT 1 FROM billing_run")
    assert not await db.value("SELECT 1 FROM payment_attempt")


async def test_webhooks_that_stripe_did_not_send_are_refused(web: Web, simulator: InProcess) -> None:
    house = await make.house()
    async with web.client() as client:
        unsigned = await client.post(f"/webhooks/stripe/{house.legal_entity_id}", content=b"{}")
        unknown = await client.post(f"/webhooks/stripe/{new_id()}", content=b"{}", headers={"stripe-signature": "t=1,v1=a"})
        malformed = await client.post("/webhooks/stripe/nonsense", content=b"{}")
        large = await client.post(f"/webhooks/stripe/{house.legal_entity_id}", content=b"x" * 300_000)

    assert (unsigned.status_code, unsigned.json()["code"]) == (400, "SignatureInvalid")
    assert (unknown.status_code, large.status_code) == (404, 413)
    assert malformed.status_code in {404, 405}
    assert not await db.value("SELECT 1 FROM stripe_event")


async def test_an_unknown_document_is_not_there(web: Web) -> None:
    house = await make.house()
    async with web.client(**await session_of(house.manager)) as client:
        for name in (str(new_id()), encode("Invoice", new_id()), encode("Site", house.site_id), "..%2f..%2fetc%2fpasswd", "x" * 500):
            assert (await client.get(f"/documents/invoices/{name}.pdf")).status_code == 404


async def _bill(house: House, customers: int) -> UUID:
    with clock.travel_to(APRIL):
        for _ in range(customers):
            await rented(house)
        run_id = await service.start_billing_run(house.manager, MARCH, f"run-{new_id()}")
        await drain()
    finance = await make.person(house.operator_id, Role.FINANCE)
    for invoice in await db.rows("SELECT id FROM invoice WHERE paid_minor = 0"):
        await service.record_transfer(finance, invoice["id"], 100, str(invoice["id"]))
    return run_id


async def test_lists_cost_the_same_whatever_their_length(web: Web) -> None:
    house = await make.house()
    manager = await session_of(house.manager)
    everything = (
        "query($first: Int) { invoices(first: $first) { totalCount nodes { id documentUrl customer { name } legalEntity { name }"
        " lines { description } payments { method } } } }"
    )
    await _bill(house, 1)
    few = [await statements(web, manager, text, first=100) for text in (everything, document("BillingRuns"))]

    await _bill(house, 12)
    many = [await statements(web, manager, text, first=100) for text in (everything, document("BillingRuns"))]

    assert many == few
    assert await db.value("SELECT count(*) FROM invoice") == 13


async def test_invoices_are_found_by_state_customer_and_words(web: Web) -> None:
    house = await make.house()
    manager = await session_of(house.manager)
    await _bill(house, 3)
    number, customer = (await db.rows("SELECT number, customer_id FROM invoice ORDER BY number LIMIT 1"))[0].values()

    async def found(**filters: object) -> list[str]:
        return [node["number"] for node in (await run(web, manager, "Invoices", first=50, **filters))["invoices"]["nodes"]]

    assert await found(search=number) == [number]
    assert await found(customerId=encode("Organization", customer)) == [number]
    assert len(await found(paymentState="OVERDUE")) == 3
    assert await found(paymentState="PAID") == []
    assert len(await found(search="%")) == 0
