"""The document of a finalised invoice: PDF/A-3b, the same bytes on every machine, made in a process of its own."""

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from uuid import UUID

import manimgx_fonts_cjk
import typst

from incubator import db
from incubator.billing import views
from incubator.billing.events import InvoiceDocumented
from incubator.billing.policy import plain
from incubator.billing.views import DocumentLine, DocumentTax, DocumentView
from incubator.billing.words import WORDS, Words, country, day, money, number
from incubator.kernel import clock, outbox
from incubator.kernel.files import StoredFile, store
from incubator.kernel.ids import new_id
from incubator.kernel.language import Language

MAKE_DOCUMENT = "make invoice document"
FONTS = ["Noto Sans CJK SC", "Noto Sans CJK JP"]
_REGIONS = {Language.EN: ("en", "GB"), Language.DE: ("de", "DE"), Language.ZH_CN: ("zh", "CN")}


@cache
def _fonts() -> typst.Fonts:
    """Load the one font family that documents use, never the machine's own, so that every machine sets the same pages."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(Path(manimgx_fonts_cjk.__file__).parent)])


def render(data: str, stamp_s: int) -> bytes:
    """Set a document from its data (JSON). Pure: equal data and stamp (whole Unix seconds) give equal bytes."""
    template = files("incubator.billing").joinpath("templates", "invoice.typ").read_bytes()
    return typst.compile(
        template,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=["a-3b"],
        timestamp=datetime.fromtimestamp(stamp_s, UTC),
    )


@cache
def _pool() -> ProcessPoolExecutor:
    """Keep two processes for setting documents; they start when the first document comes, without what this process has open."""
    return ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Make a process of the pool end when its parent was killed; it would wait for work for ever."""

    def watch(parent: BaseProcess) -> None:
        parent.join()
        os._exit(1)

    parent = parent_process()
    if parent is not None:
        threading.Thread(target=watch, args=(parent,), daemon=True).start()


def close_pool() -> None:
    """End the processes."""
    if _pool.cache_info().currsize:
        _pool().shutdown(cancel_futures=True)
        _pool.cache_clear()


@contextmanager
def closing_pool() -> Iterator[None]:
    """Have the processes ended afterwards."""
    try:
        yield
    finally:
        close_pool()


async def make_document(invoice_id: UUID) -> StoredFile | None:
    """Make and keep the document of a finalised invoice, once; returns None when there is one or the invoice is a draft."""
    found = await views.document_view(invoice_id)
    if found is None or found.sha256 is not None:
        return None
    data = json.dumps(document_data(found), ensure_ascii=False, sort_keys=True)
    content = await asyncio.get_running_loop().run_in_executor(_pool(), render, data, int(found.finalised_at.timestamp()))
    kept = await store().put(content)
    async with db.transaction():
        if await db.execute(
            "INSERT INTO invoice_document (id, invoice_id, kind, sha256, size_bytes, created_at) VALUES ($1, $2, 'pdf', $3, $4, $5)"
            " ON CONFLICT (invoice_id, kind) DO NOTHING",
            new_id(),
            invoice_id,
            kept.sha256,
            kept.size_bytes,
            clock.now(),
        ):
            await outbox.record(InvoiceDocumented(invoice_id))
    return kept


def document_data(found: DocumentView) -> dict[str, object]:
    """Turn an invoice into what the template shows: texts only, in the invoice's language."""
    language = Language(found.language)
    words = WORDS[language]
    is_deposit = found.kind == "deposit request"
    lang, region = _REGIONS[language]
    return {
        "title": f"{_title(found, words, is_deposit)} {found.number}",
        "date": [found.issued_on.year, found.issued_on.month, found.issued_on.day],
        "lang": lang,
        "region": region,
        "fonts": FONTS,
        "words": {"columns": list(words.columns), "total": words.total, "page": words.page},
        "seller": _seller(found, words, language),
        "buyer": {"name": found.buyer["name"], "rows": [row for row in _buyer_rows(found.buyer, language) if row]},
        "facts": _facts(found, words, language),
        "lines": [_line(line, found.currency, language) for line in found.lines],
        "sums": [pair for tax in found.taxes for pair in _sums(tax, found.currency, words, language)],
        "total": money(found.gross_minor, found.currency, language),
        "notes": _notes(found, words, is_deposit),
        "payment": _payment(found, words, language),
    }


def _title(found: DocumentView, words: Words, is_deposit: bool) -> str:
    if is_deposit:
        return words.deposit
    return {"CN": words.statement, "SG": words.tax_invoice}.get(found.seller["country"], words.invoice)


def _seller(found: DocumentView, words: Words, language: Language) -> dict[str, object]:
    seller = found.seller
    numbers = [f"{label}: {seller[key]}" for key, label in (("vat_id", words.vat_id), ("tax_number", words.tax_number)) if seller[key]]
    rows = [*seller["address"].splitlines(), country(seller["country"], language), *numbers]
    return {"name": seller["name"], "rows": [row for row in rows if row], "line": " · ".join([seller["name"], *numbers])}


def _buyer_rows(buyer: dict[str, str], language: Language) -> list[str]:
    return [
        *buyer["address"].splitlines(),
        buyer["city"] if buyer["city"] not in buyer["address"] else "",
        country(buyer["country"], language),
    ]


def _facts(found: DocumentView, words: Words, language: Language) -> list[list[str]]:
    facts = [
        [words.number, found.number],
        [words.issued, day(found.issued_on, language)],
        [words.period, f"{day(found.period_start, language)} – {day(found.period_end, language)}"],
        [words.due, day(found.due_on, language)],
    ]
    return facts + ([[words.customer_vat, found.buyer["vat_id"]]] if found.buyer["vat_id"] else [])


def _line(line: DocumentLine, currency: str, language: Language) -> dict[str, object]:
    return {
        "number": line.ordinal,
        "description": line.description,
        "note": line.rule_note,
        "price": money(line.unit_price_minor, currency, language),
        "tax": f"{line.tax_category} {number(line.tax_rate, language)} %",
        "amount": money(line.amount_minor, currency, language),
    }


def _sums(tax: DocumentTax, currency: str, words: Words, language: Language) -> list[list[str]]:
    rate = number(tax.tax_rate, language)
    found = [[words.net.format(category=tax.tax_category, rate=rate), money(tax.net_minor, currency, language)]]
    return found + ([[words.tax.format(rate=rate), money(tax.tax_minor, currency, language)]] if tax.tax_category == "S" else [])


def _notes(found: DocumentView, words: Words, is_deposit: bool) -> list[str]:
    notes = [f"{tax.tax_category} {plain(tax.tax_rate)} %: {tax.note}" for tax in found.taxes if tax.note and not is_deposit]
    if any(line.price_includes_tax for line in found.lines):
        notes.append(words.includes_tax)
    if found.seller["country"] == "CN" and not is_deposit:
        notes.append(words.fapiao)
    return [*notes, words.deposit_note] if is_deposit else notes


def _payment(found: DocumentView, words: Words, language: Language) -> str:
    if found.gross_minor == 0:
        return words.nothing
    amount = money(found.gross_minor, found.currency, language)
    return words.pay.format(amount=amount, due=day(found.due_on, language), number=found.number)


async def read_document(invoice_id: UUID) -> bytes | None:
    """Return the document of an invoice that the caller has been shown, None while it is being made."""
    found = await views.document_view(invoice_id)
    if found is None or found.sha256 is None:
        return None
    return await store().get(found.sha256)


__all__ = ["closing_pool", "document_data", "make_document", "read_document", "render"]
