"""Documents of invoices: PDF/A-3b, three languages, the same bytes every time, kept once and found by their hash."""

import hashlib
import io
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from pypdf import PdfReader

from incubator import db
from incubator.billing import documents, service, views
from incubator.billing.document_facts import documents_of, invoice_facts
from incubator.config import Settings
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.files import FileMissing, FolderStore
from tests.billing.worlds import APRIL, MARCH, buyer_at, charged, rented
from tests.support import make
from tests.support.drain import drain
from tests.support.filed import filed
from tests.support.papers import PAPERS


async def billed(language: str = "en", country: str = "DE") -> UUID:
    """Bill a customer whose billing contact reads that language; returns the invoice."""
    house = await make.house(country=country, currency={"CN": "CNY"}.get(country, "EUR"))
    customer = await make.organization(country=country)
    contact = await make.person(customer, Role.BILLING_CONTACT)
    await db.execute("UPDATE person SET language = $2 WHERE id = $1", contact.person_id, language)
    with clock.travel_to(APRIL):
        await charged(house, customer, 123_450)
        await rented(house, customer)
        await service.start_billing_run(house.manager, MARCH, "run-of-march")
        await drain()
    found: UUID = await db.value("SELECT id FROM invoice WHERE customer_id = $1", customer)
    return found


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Invoice", "Date of issue", "1 April 2026", "1,234.50", "Please pay 1,710.21 EUR")),
        ("de", ("Rechnung", "Rechnungsdatum", "1. April 2026", "1.234,50", "Umsatzsteuer 19 %")),
        ("zh-CN", ("账单", "开具日期", "2026年4月1日", "1,234.50", "合计")),
    ],
)
async def test_says_what_is_owed_in_the_customers_language(database: str, language: str, said: tuple[str, ...]) -> None:
    content = await service.read_document(await billed(language))

    assert content is not None
    text = text_of(content)
    assert [word for word in said if word.replace(" ", "") not in text.replace(" ", "")] == []
    assert "2026-03-14 – 2026-03-31: 18/31 × 349.00" in text


async def test_is_an_archive_format_with_its_fonts_inside(database: str) -> None:
    content = await service.read_document(await billed("zh-CN", "CN"))

    assert content is not None
    reader = PdfReader(io.BytesIO(content))
    fonts = [font["/DescendantFonts"][0] for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert b"<pdfaid:part>3</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content
    assert "/OutputIntents" in reader.trailer["/Root"]  # type: ignore[operator]
    assert all("/FontFile3" in font["/FontDescriptor"] or "/FontFile2" in font["/FontDescriptor"] for font in fonts)
    assert "账单" in text_of(content)
    assert "发票将通过税务平台开具" in text_of(content).replace("\n", "")


async def test_the_same_invoice_gives_the_same_bytes(database: str) -> None:
    invoice_id = await billed("de")
    kept = await service.read_document(invoice_id)
    facts = await invoice_facts(invoice_id)
    assert facts is not None

    [again] = documents.make(facts)

    assert kept == again.content
    assert hashlib.sha256(again.content).hexdigest() == (await documents_of([invoice_id]))[invoice_id][0].sha256


async def test_is_made_once_and_told(database: str) -> None:
    invoice_id = await billed()

    assert await documents.make_document(invoice_id) is None
    assert await db.value("SELECT count(*) FROM invoice_document") == 1
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'InvoiceDocumented'") == 1
    assert (await views.require_invoice(SYSTEM, invoice_id)).has_document


async def test_a_deposit_request_says_that_it_bears_no_tax(database: str) -> None:
    house, customer = await make.house(), await make.organization()
    with clock.travel_to(APRIL):
        async with db.transaction():
            invoice_id = await service.request_deposit(SYSTEM, buyer_at(house, customer), "Deposit, bench 4", 70_000, date(2026, 4, 1))
        await drain()

    text = text_of(await service.read_document(invoice_id) or b"")
    assert "Kautionsanforderung" in text
    assert "trägt keine Steuer" in text.replace("\n", " ")
    assert "Umsatzsteuer" not in text


async def test_a_file_that_was_changed_on_disk_is_not_given_out(database: str, own_settings: Settings) -> None:
    invoice_id = await billed()
    [kept] = (await documents_of([invoice_id]))[invoice_id]
    [path] = (own_settings.data_dir / "files").rglob(kept.sha256)
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(FileMissing):
        await service.read_document(invoice_id)
    with pytest.raises(FileMissing):
        await FolderStore(own_settings.data_dir / "files").get("../../etc/passwd")


@pytest.mark.breaks_books
@pytest.mark.parametrize(
    "name", ["DE XRechnung", "DK E and S, in EUR", "SG S in EUR, credit note", "CN statement", "DE both kinds of prices"]
)
async def test_a_row_gives_back_its_facts_and_each_kind_is_kept_under_its_hash(database: str, name: str) -> None:
    house, customer = await make.house(), await make.organization()
    credited = await filed(house, customer, PAPERS["DE S, part of a month"]) if PAPERS[name].is_credit_note else None
    invoice_id = await filed(house, customer, PAPERS[name], credited)

    await documents.make_document(invoice_id)
    facts = await invoice_facts(invoice_id)
    kept = (await documents_of([invoice_id]))[invoice_id]

    assert facts is not None
    expected = replace(
        PAPERS[name],
        id=invoice_id,
        number=facts.number,
        corrects_number=facts.corrects_number,
        corrects_issued_on=facts.corrects_issued_on,
    )
    assert facts == expected
    assert tuple(one.kind for one in kept) == documents.documents_due(facts)
    for one, made in zip(kept, documents.make(facts), strict=True):
        assert await service.read_document(invoice_id, one.kind) == made.content
        assert (one.sha256, one.size_bytes) == (hashlib.sha256(made.content).hexdigest(), len(made.content))
    assert await service.read_document(invoice_id, "none of these") is None
