"""Drafts, credit notes and refunds through the API, driven by the client's documents: what is done, what is refused, what it costs."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import service
from incubator.billing.crediting import Settlement
from incubator.kernel.actor import Role
from incubator.kernel.errors import Refusals
from incubator.kernel.ids import new_id
from incubator_graphql.ids import encode
from tests.support import invoicing, make
from tests.support.web import Web, document, run, session_of, statements
from tests.support.written import contents

DETAILS = "InvoiceDetails"


@dataclass(frozen=True, slots=True)
class Desk:
    """A house with its finance person, a customer, and the sessions of both."""

    house: make.House
    customer_id: UUID
    finance: dict[str, str]
    owner: dict[str, str]


@pytest.fixture
async def desk(web: Web) -> Desk:
    house, owner = await make.house(), await make.startup_owner()
    finance = await make.person(house.operator_id, Role.FINANCE)
    assert owner.organization_id is not None
    return Desk(house, owner.organization_id, await session_of(finance), await session_of(owner))


async def invoice(desk: Desk, *amounts: int) -> str:
    return encode("Invoice", await invoicing.invoice(desk.house, desk.customer_id, *amounts))


async def details(web: Web, session: dict[str, str], invoice_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await run(web, session, DETAILS, id=invoice_id))["node"]
    return found


def crediting(invoice_id: str, version: int, **more: object) -> dict[str, object]:
    return {
        "invoiceId": invoice_id,
        "lines": None,
        "settlement": "OFFSET",
        "reason": "Wrong price",
        "expectedVersion": version,
        "idempotencyKey": "credit-key-1",
        **more,
    }


async def test_a_draft_says_what_is_missing_and_who_must_act_and_is_finalised_once_it_is_there(web: Web, desk: Desk) -> None:
    customer = await invoicing.without_address()
    draft = encode("Invoice", await invoicing.draft(desk.house, customer))

    refused = await run(web, desk.finance, "FinaliseInvoice", input={"invoiceId": draft})
    waiting = await details(web, desk.finance, draft)
    totals = await run(web, desk.finance, "InvoiceTotals")
    await invoicing.move_in(customer)
    done = await run(web, desk.finance, "FinaliseInvoice", input={"invoiceId": draft})
    again = await run(web, desk.finance, "FinaliseInvoice", input={"invoiceId": draft})

    assert [error["code"] for error in refused["errors"]] == ["BuyerWithoutAddress"]
    assert [(one["code"], one["act"]) for one in waiting["blockers"]] == [("BuyerWithoutAddress", "customer")]
    assert totals["blocked"] == [{"invoices": 1, "gross": {"currency": "EUR"}}]
    assert (done["errors"], done["invoice"]["state"]) == ([], "FINALISED")
    assert done["invoice"]["number"] in again["errors"][0]["message"]
    assert again["errors"][0]["code"] == "InvoiceNotDraft"


async def test_blockers_are_told_in_the_viewers_language(web: Web, desk: Desk) -> None:
    draft = encode("Invoice", await invoicing.draft(desk.house, await invoicing.without_address()))
    await run(web, desk.finance, "FinaliseInvoice", input={"invoiceId": draft})
    await db.execute("UPDATE person SET language = 'de'")

    [blocker] = (await details(web, desk.finance, draft))["blockers"]

    assert "Straße und Ort" in blocker["message"]


async def test_a_draft_is_thrown_away_once_and_only_as_it_was_seen(web: Web, desk: Desk) -> None:
    draft = encode("Invoice", await invoicing.draft(desk.house, desk.customer_id))

    stale = await run(web, desk.finance, "DiscardDraft", input={"invoiceId": draft, "expectedVersion": 7})
    done = await run(web, desk.finance, "DiscardDraft", input={"invoiceId": draft, "expectedVersion": 1})
    again = await run(web, desk.finance, "DiscardDraft", input={"invoiceId": draft, "expectedVersion": 1})

    assert [error["code"] for error in stale["errors"]] == ["Stale"]
    assert (done["errors"], done["isDiscarded"]) == ([], True)
    assert [error["code"] for error in again["errors"]] == ["NotFound"]


async def test_a_credit_is_shown_before_it_is_written_and_comes_to_the_same(web: Web, desk: Desk) -> None:
    credited = await invoice(desk, 10_000, 3_333)
    lines = [{"position": 2, "amountMinor": 1_111}]
    before = await contents()

    preview = (await run(web, desk.finance, "CreditPreview", invoiceId=credited, lines=lines))["creditPreview"]
    untouched = await contents() == before
    done = await run(web, desk.finance, "CreateCreditNote", input=crediting(credited, 2, lines=lines))
    seen = await details(web, desk.finance, credited)
    note = await details(web, desk.owner, done["creditNote"]["id"])

    assert untouched
    assert [preview[name]["amountMinor"] for name in ("net", "tax", "gross", "offset", "returned")] == [1_111, 211, 1_322, 1_322, 0]
    assert done["creditNote"]["gross"]["amountMinor"] == preview["gross"]["amountMinor"]
    assert [line["credited"]["amountMinor"] for line in seen["lines"]] == [0, 1_111]
    assert [one["number"] for one in seen["creditNotes"]] == [done["creditNote"]["number"]]
    assert (seen["credited"]["amountMinor"], seen["outstanding"]["amountMinor"]) == (1_322, 15_866 - 1_322)
    assert (note["kind"], note["reason"], note["corrects"]["id"]) == ("CREDIT_NOTE", "Wrong price", credited)


async def test_a_line_is_never_credited_above_what_is_left_of_it(web: Web, desk: Desk) -> None:
    credited = await invoice(desk, 10_000)
    await run(web, desk.finance, "CreateCreditNote", input=crediting(credited, 2, lines=[{"position": 1, "amountMinor": 6_000}]))
    before = await contents()

    above = crediting(credited, 3, lines=[{"position": 1, "amountMinor": 4_001}], idempotencyKey="credit-key-2")
    [error] = (await run(web, desk.finance, "CreateCreditNote", input=above))["errors"]

    assert (error["code"], error["line"], error["leftMinor"], error["path"]) == ("CreditAboveLine", 1, 4_000, ["input", "lines"])
    assert await contents() == before


async def test_of_two_who_credit_at_once_one_is_told_and_the_other_done(web: Web, desk: Desk) -> None:
    credited = await invoice(desk, 10_000)

    answers = await asyncio.gather(
        *(run(web, desk.finance, "CreateCreditNote", input=crediting(credited, 2, idempotencyKey=f"credit-key-{n}")) for n in range(2))
    )

    assert sorted([error["code"] for error in answer["errors"]] for answer in answers) == [[], ["Stale"]]
    assert await db.value("SELECT count(*) FROM invoice WHERE kind = 'credit note'") == 1


async def test_the_same_key_gives_the_same_credit_note(web: Web, desk: Desk) -> None:
    credited = await invoice(desk, 10_000)

    first, second = [await run(web, desk.finance, "CreateCreditNote", input=crediting(credited, 2)) for _ in range(2)]
    other = await run(web, desk.finance, "CreateCreditNote", input=crediting(credited, 2, reason="Another"))

    assert first["creditNote"]["id"] == second["creditNote"]["id"]
    assert [error["code"] for error in other["errors"]] == ["IdempotencyMismatch"]


async def test_what_was_paid_needs_a_settlement_and_its_refund_is_paid_out_once(web: Web, desk: Desk) -> None:
    credited = await invoice(desk, 10_000)
    await invoicing.paid((await db.value("SELECT id FROM invoice")), 11_900)
    version = await db.value("SELECT version FROM invoice")

    [undecided] = (await run(web, desk.finance, "CreateCreditNote", input=crediting(credited, version)))["errors"]
    note = (await run(web, desk.finance, "CreateCreditNote", input=crediting(credited, version, settlement="REFUND")))["creditNote"]
    owed = await details(web, desk.owner, note["id"])
    paid_out, again = [
        await run(web, desk.finance, "RecordRefund", input={"creditNoteId": note["id"], "reference": "TR-1"}) for _ in range(2)
    ]

    assert (undecided["code"], undecided["paidMinor"], undecided["path"]) == ("SettlementNeeded", 11_900, ["input", "settlement"])
    assert owed["refund"] == {"paidOutAt": None, "reference": None, "amount": {"amountMinor": 11_900, "currency": "EUR"}}
    assert (paid_out["errors"], paid_out["creditNote"]["refund"]["reference"]) == ([], "TR-1")
    assert [error["code"] for error in again["errors"]] == ["RefundSettled"]


async def test_a_void_invoice_keeps_its_number_and_asks_for_nothing(web: Web, desk: Desk) -> None:
    voided = await invoice(desk, 10_000)
    given = crediting(voided, 2)
    del given["lines"]

    done = await run(web, desk.finance, "VoidInvoice", input=given)
    seen = await details(web, desk.owner, voided)
    refused = await run(web, desk.finance, "CreateCreditNote", input=crediting(voided, 4, idempotencyKey="credit-key-9"))

    assert (done["errors"], done["invoice"]["state"], done["creditNote"]["gross"]["amountMinor"]) == ([], "VOID", 11_900)
    assert (seen["state"], seen["outstanding"]["amountMinor"], seen["number"] is None) == ("VOID", 0, False)
    assert [error["code"] for error in refused["errors"]] == ["InvoiceNotFinalised"]


async def test_refusals_are_typed_and_write_nothing(web: Web, desk: Desk) -> None:
    known = await invoice(desk, 10_000)
    draft = encode("Invoice", await invoicing.draft(desk.house, desk.customer_id))
    before = await contents()
    void = {name: value for name, value in crediting(known, 2).items() if name != "lines"}

    table = [
        (desk.owner, "CreateCreditNote", crediting(known, 2), "Forbidden"),
        (desk.owner, "VoidInvoice", void, "Forbidden"),
        (desk.owner, "FinaliseInvoice", {"invoiceId": draft}, "Forbidden"),
        (None, "RecordRefund", {"creditNoteId": known, "reference": "x"}, "NotSignedIn"),
        (desk.finance, "CreateCreditNote", crediting(encode("Invoice", new_id()), 1), "NotFound"),
        (desk.finance, "CreateCreditNote", crediting(known, 1), "Stale"),
        (desk.finance, "CreateCreditNote", crediting(known, 2, reason=" "), "TooShort"),
        (desk.finance, "CreateCreditNote", crediting(known, 2, lines=[{"position": 1, "amountMinor": 0}]), "OutOfRange"),
        (desk.finance, "CreateCreditNote", crediting(known, 2, lines=[{"position": 9, "amountMinor": 1}]), "NotFound"),
        (desk.finance, "CreateCreditNote", crediting(known, 2, lines=[]), "NothingToCredit"),
        (desk.finance, "CreateCreditNote", crediting(draft, 1), "InvoiceNotFinalised"),
        (desk.finance, "RecordRefund", {"creditNoteId": known, "reference": "x"}, "RefundSettled"),
        (desk.finance, "DiscardDraft", {"invoiceId": known, "expectedVersion": 2}, "InvoiceNotDraft"),
    ]
    for credentials, operation, given, code in table:
        [error] = (await run(web, credentials, operation, input=given))["errors"]
        assert (operation, error["code"]) == (operation, code)

    assert await contents() == before


async def some_credited(house: make.House, invoices: int, notes: int) -> None:
    """Add invoices with credit notes, some paid, and drafts with something missing."""
    finance = await make.person(house.operator_id, Role.FINANCE)
    for _ in range(invoices):
        invoice_id = await invoicing.invoice(house, await make.organization(), 10_000, 5_000)
        for _ in range(notes):
            await invoicing.credited(finance, invoice_id, {1: 100}, Settlement.OFFSET)
        draft = await invoicing.draft(house, await invoicing.without_address())
        with pytest.raises(Refusals):
            await service.finalise_invoice(house.manager, draft)


async def test_lists_cost_the_same_however_many_lines_credit_notes_and_blockers_there_are(web: Web) -> None:
    house = await make.house()
    manager = await session_of(house.manager)
    everything = (
        "query($first: Int) { invoices(first: $first) { totalCount nodes { id lines { description taxEvidence { name } } blockers { code }"
        " corrects { id } refund { reference } creditNotes { id number refund { reference } } } } }"
    )
    await some_credited(house, 1, 1)
    few = [await statements(web, manager, text, first=100) for text in (everything, document("Invoices"), document("InvoiceTotals"))]

    await some_credited(house, 6, 3)
    many = [await statements(web, manager, text, first=100) for text in (everything, document("Invoices"), document("InvoiceTotals"))]

    assert many == few


async def test_invoices_are_parted_ordered_and_summed_up(web: Web, desk: Desk) -> None:
    large, small = await invoice(desk, 20_000), await invoice(desk, 1_000)
    await invoicing.paid(await db.value("SELECT id FROM invoice WHERE gross_minor = 1190"), 1_190)
    await invoicing.draft(desk.house, desk.customer_id)

    async def found(**filters: object) -> list[str]:
        return [node["id"] for node in (await run(web, desk.finance, "Invoices", first=50, **filters))["invoices"]["nodes"]]

    async def totals(**filters: object) -> list[tuple[int, int, int]]:
        rows = (await run(web, desk.finance, "InvoiceTotals", **filters))["totals"]
        return [(row["invoices"], row["gross"]["amountMinor"], row["outstanding"]["amountMinor"]) for row in rows]

    assert await found(isOutstanding=True) == [large]
    assert await found(paymentState="PAID") == [small]
    assert await found(state="FINALISED", orderBy={"field": "GROSS", "direction": "ASC"}) == [small, large]
    assert await found(state="FINALISED", orderBy={"field": "GROSS", "direction": "DESC"}) == [large, small]
    assert len(await found(isBlocked=False)) == 1
    assert await found(isBlocked=True) == []
    assert await totals(state="FINALISED") == [(2, 24_990, 23_800)]
    assert await totals(state="DRAFT") == [(1, 11_900, 0)]
    assert await totals(search="nobody is called this") == []
