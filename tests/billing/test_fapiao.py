"""Fapiao: what is asked of the tax platform, what it gave is the invoice's to the fen, and red letters wait for the buyer."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import service
from incubator.billing.document_errors import ContentMissing, FapiaoAtAnotherStep, FapiaoMismatch, FapiaoNumberTaken, NoFapiao
from incubator.billing.document_facts import InvoiceFacts
from incubator.billing.fapiao_views import FapiaoView, fapiaos_of
from incubator.billing.service import FapiaoResult
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Role
from incubator.kernel.errors import Forbidden, NotFound, OutOfRange, PatternMismatch, Refusals, Stale
from tests.support import make
from tests.support.filed import filed
from tests.support.make import House
from tests.support.papers import PAPERS, STAMP

STATEMENT, CREDIT = PAPERS["CN statement"], PAPERS["CN credit note"]
NUMBER, OTHER = "26312000000012345678", "26312000000087654321"

pytestmark = pytest.mark.breaks_books
"""The statements are written by hand, without books."""


def given(facts: InvoiceFacts, number: str = NUMBER, *, more_net: int = 0, more_tax: int = 0) -> FapiaoResult:
    """What the platform gives for a document, or an amount beside it."""
    return FapiaoResult(number, date(2026, 11, 3), facts.net_minor + more_net, facts.tax_minor + more_tax, "a" * 64)


@dataclass(frozen=True)
class Shanghai:
    """A house in Shanghai with its finance, a customer, and a billing statement."""

    house: House
    finance: Actor
    customer_id: UUID
    statement_id: UUID


@pytest.fixture
async def shanghai(database: str) -> Shanghai:
    house = await make.house(country="CN", currency="CNY", time_zone="Asia/Shanghai")
    customer = await make.organization(country="CN")
    return Shanghai(house, await make.person(house.operator_id, Role.FINANCE), customer, await filed(house, customer, STATEMENT))


async def state_of(invoice_id: UUID) -> FapiaoView | None:
    return (await fapiaos_of([invoice_id])).get(invoice_id)


@pytest.fixture(autouse=True)
def november() -> object:
    with clock.travel_to(STAMP.replace(day=5)):
        yield


async def test_a_request_names_parties_lines_classes_and_the_lease(shanghai: Shanghai) -> None:
    await service.request_fapiao(shanghai.finance, shanghai.statement_id)
    asked: Any = await service.fapiao_request(shanghai.finance, shanghai.statement_id)

    assert (asked["fapiao_kind"], asked["net"], asked["tax"], asked["total"]) == ("ordinary", "15726.15", "1273.85", "17000.00")
    assert asked["seller"]["uscc"] == "91310000775785552L"
    assert asked["buyer"]["uscc"] == "91110108551385082Q"
    service_line, room = asked["lines"]
    assert (service_line["name"], service_line["tax_class_code"]) == ("*企业管理服务*孵化服务", "3040801990000000000")
    assert (service_line["price_includes_tax"], service_line["net"], service_line["tax"]) == (True, "4716.98", "283.02")
    assert room["tax_class_code"] == "3040502020000000000"
    assert (room["lease"]["from"], room["lease"]["to"], room["lease"]["is_in_another_city"]) == ("2026-11-01", "2026-11-30", True)
    assert "lease" not in service_line
    assert {len(line["tax_class_code"]) for line in (service_line, room)} == {19}


async def test_a_fapiao_is_asked_for_and_written_down_once(shanghai: Shanghai) -> None:
    await service.request_fapiao(shanghai.finance, shanghai.statement_id)
    with pytest.raises(FapiaoAtAnotherStep):
        await service.request_fapiao(shanghai.finance, shanghai.statement_id)
    with pytest.raises(Stale):
        await service.record_fapiao(shanghai.finance, shanghai.statement_id, given(STATEMENT), 7)
    await service.record_fapiao(shanghai.finance, shanghai.statement_id, given(STATEMENT), 1)
    with pytest.raises(FapiaoAtAnotherStep) as again:
        await service.record_fapiao(shanghai.finance, shanghai.statement_id, given(STATEMENT), 2)

    found = await state_of(shanghai.statement_id)
    assert found is not None
    assert (found.state, found.number, found.net_minor, found.tax_minor, found.version) == ("issued", NUMBER, 1_572_615, 127_385, 2)
    assert (found.issued_on, found.file_sha256, again.value.state) == (date(2026, 11, 3), "a" * 64, "issued")
    assert await db.value("SELECT array_agg(action ORDER BY id) FROM audit_entry WHERE action LIKE '%fapiao%'") == [
        *("request fapiao", "record fapiao")
    ]
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'FapiaoMoved'") == 2


@pytest.mark.parametrize(
    ("changed", "field", "expected", "found"),
    [
        (given(STATEMENT, more_net=-1), "netMinor", "15726.15 CNY", "15726.14 CNY"),
        (given(STATEMENT, more_tax=1), "taxMinor", "1273.85 CNY", "1273.86 CNY"),
    ],
)
async def test_amounts_that_are_not_the_invoices_are_refused_with_both(
    shanghai: Shanghai, changed: FapiaoResult, field: str, expected: str, found: str
) -> None:
    await service.request_fapiao(shanghai.finance, shanghai.statement_id)

    with pytest.raises(FapiaoMismatch) as refused:
        await service.record_fapiao(shanghai.finance, shanghai.statement_id, changed, 1)

    assert (refused.value.field, refused.value.expected, refused.value.found) == (field, expected, found)
    left = await state_of(shanghai.statement_id)
    assert left is not None
    assert (left.state, left.number, left.version) == ("requested", None, 1)


async def test_what_cannot_be_a_fapiao_is_refused(shanghai: Shanghai) -> None:
    await service.request_fapiao(shanghai.finance, shanghai.statement_id)
    right = given(STATEMENT)

    for wrong, refusal in (
        (replace(right, number="1234567890"), PatternMismatch),
        (replace(right, file_sha256="xyz"), PatternMismatch),
        (replace(right, issued_on=date(2026, 11, 6)), OutOfRange),
    ):
        with pytest.raises(refusal):
            await service.record_fapiao(shanghai.finance, shanghai.statement_id, wrong, 1)

    left = await state_of(shanghai.statement_id)
    assert left is not None
    assert left.state == "requested"


async def test_a_number_stands_on_one_invoice_only(shanghai: Shanghai) -> None:
    other = await filed(shanghai.house, shanghai.customer_id, STATEMENT)
    for invoice_id in (shanghai.statement_id, other):
        await service.request_fapiao(shanghai.finance, invoice_id)
    await service.record_fapiao(shanghai.finance, shanghai.statement_id, given(STATEMENT), 1)

    with pytest.raises(FapiaoNumberTaken):
        await service.record_fapiao(shanghai.finance, other, given(STATEMENT), 1)

    left = await state_of(other)
    assert left is not None
    assert left.number is None


async def test_what_a_fapiao_lacks_is_named(shanghai: Shanghai) -> None:
    special = replace(STATEMENT, buyer={**STATEMENT.buyer, "fapiao_kind": "special", "tax_number": "91110108551385082X"})
    invoice_id = await filed(shanghai.house, shanghai.customer_id, special)

    with pytest.raises(Refusals) as refused:
        await service.request_fapiao(shanghai.finance, invoice_id)

    assert [(one.field, one.who) for one in refused.value.each if isinstance(one, ContentMissing)] == [
        ("buyer.tax_number", "customer"),
        ("buyer.phone", "customer"),
        ("buyer.bank_name", "customer"),
        ("buyer.bank_account", "customer"),
    ]
    assert await state_of(invoice_id) is None


async def test_a_credit_note_waits_for_the_buyer_then_turns_red(shanghai: Shanghai) -> None:
    credit_id = await filed(shanghai.house, shanghai.customer_id, CREDIT, corrects=shanghai.statement_id)
    with pytest.raises(FapiaoAtAnotherStep) as early:
        await service.start_red_letter(shanghai.finance, credit_id, "3100112611000001")
    await service.request_fapiao(shanghai.finance, shanghai.statement_id)
    await service.record_fapiao(shanghai.finance, shanghai.statement_id, given(STATEMENT), 1)

    await service.start_red_letter(shanghai.finance, credit_id, "3100112611000001")
    waiting = await state_of(credit_id)
    with pytest.raises(FapiaoMismatch):
        await service.record_red_letter(shanghai.finance, credit_id, given(STATEMENT, OTHER), 1)
    await service.record_red_letter(shanghai.finance, credit_id, given(CREDIT, OTHER), 1)

    red = await state_of(credit_id)
    assert waiting is not None
    assert red is not None
    assert early.value.state == "not requested"
    assert (waiting.state, waiting.confirmation, waiting.number) == ("red letter waiting", "3100112611000001", None)
    assert (red.state, red.number, red.net_minor) == ("red letter issued", OTHER, 471_698)


async def test_only_statements_of_chinese_sellers_get_one(shanghai: Shanghai) -> None:
    german = await filed(shanghai.house, shanghai.customer_id, PAPERS["DE S, part of a month"])
    credit = await filed(shanghai.house, shanghai.customer_id, CREDIT, corrects=shanghai.statement_id)

    for invoice_id in (german, credit):
        with pytest.raises(NoFapiao):
            await service.request_fapiao(shanghai.finance, invoice_id)
    with pytest.raises(NoFapiao):
        await service.start_red_letter(shanghai.finance, shanghai.statement_id, "31001")
    assert await db.value("SELECT count(*) FROM fapiao") == 0


async def test_only_finance_of_the_seller_may(shanghai: Shanghai) -> None:
    stranger = await make.startup_owner()

    with pytest.raises(Forbidden):
        await service.request_fapiao(shanghai.house.manager, shanghai.statement_id)
    with pytest.raises(NotFound):
        await service.request_fapiao(stranger, shanghai.statement_id)
    await service.request_fapiao(shanghai.finance, shanghai.statement_id)
    with pytest.raises(Forbidden):
        await service.fapiao_request(shanghai.house.manager, shanghai.statement_id)
    with pytest.raises(Forbidden):
        await service.record_fapiao(shanghai.house.manager, shanghai.statement_id, given(STATEMENT), 1)
