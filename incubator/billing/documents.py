"""The documents of a finalised invoice: the PDF for people, e-invoices for machines; the same bytes at any time, made in a process of their own."""

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
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
from incubator.billing.document_facts import PDF, UBL, XRECHNUNG, InvoiceFacts, documents_of, invoice_facts
from incubator.billing.document_pages import page_data, title_of
from incubator.billing.einvoices import embedding, writing
from incubator.billing.events import InvoiceDocumented
from incubator.kernel import clock, faults, outbox
from incubator.kernel.faults import Point
from incubator.kernel.files import StoredFile, store
from incubator.kernel.ids import new_id
from incubator.organizations.vat_ids import EU

MAKE_DOCUMENT = "make invoice document"
WITH_XML_INSIDE = EU | {"CH"}
"""Where the seller's PDF carries the XML of EN 16931 (Factur-X, ZUGFeRD)."""


@dataclass(frozen=True, slots=True)
class Made:
    """A document as bytes: `pdf`, `xrechnung` or `ubl`."""

    kind: str
    content: bytes


@cache
def _fonts() -> typst.Fonts:
    """Load the one font family that documents use, never the machine's own, so that every machine sets the same pages."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(Path(manimgx_fonts_cjk.__file__).parent)])


def documents_due(facts: InvoiceFacts) -> tuple[str, ...]:
    """Return the kinds of documents that an invoice gets: always the PDF; XML for machines as the buyer wishes, in Singapore always.

    A deposit request is no invoice, and a billing statement in China is none either: there the fapiao is.
    """
    wished = facts.buyer.get("format", "")
    if facts.is_deposit or facts.country == "CN":
        return (PDF,)
    kinds = [PDF]
    if wished == "xrechnung":
        kinds.append(XRECHNUNG)
    if wished == "peppol" or facts.country == "SG":
        kinds.append(UBL)
    return tuple(kinds)


def make(facts: InvoiceFacts) -> tuple[Made, ...]:
    """Make all documents of a finalised invoice. Pure: equal facts give equal bytes, in any process."""
    writers = {PDF: _pdf, XRECHNUNG: writing.xrechnung, UBL: writing.ubl}
    return tuple(Made(kind, writers[kind](facts)) for kind in documents_due(facts))


def _pdf(facts: InvoiceFacts) -> bytes:
    assert facts.finalised_at is not None
    stamp_s = int(facts.finalised_at.timestamp())
    page = page_data(facts)
    pdf = render(json.dumps(page, ensure_ascii=False, sort_keys=True), stamp_s)
    if facts.is_deposit or facts.country not in WITH_XML_INSIDE:
        return pdf
    return embedding.embed(
        pdf,
        writing.cii(facts),
        title=title_of(facts),
        author=facts.seller["name"],
        subject=f"{facts.number}, {facts.issued_on}",
        language=f"{page['lang']}-{page['region']}",
        stamp_s=stamp_s,
    )


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
    """Make and keep the documents of a finalised invoice, once; returns its PDF, None when it was there or the invoice is a draft."""
    facts = await invoice_facts(invoice_id)
    if facts is None or facts.finalised_at is None or await documents_of([invoice_id]):
        return None
    made = await asyncio.get_running_loop().run_in_executor(_pool(), make, facts)
    kept = {one.kind: await store().put(one.content) for one in made}
    faults.reach(Point.DOCUMENT_KEPT)
    async with db.transaction():
        written = [
            await db.execute(
                "INSERT INTO invoice_document (id, invoice_id, kind, sha256, size_bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (invoice_id, kind) DO NOTHING",
                new_id(),
                invoice_id,
                kind,
                file.sha256,
                file.size_bytes,
                clock.now(),
            )
            for kind, file in kept.items()
        ]
        if any(written):
            await outbox.record(InvoiceDocumented(invoice_id))
    return kept[PDF]


async def read_document(invoice_id: UUID, kind: str = PDF) -> bytes | None:
    """Return a document of an invoice that the caller has been shown, None while it is being made or when there is none of that kind."""
    for kept in (await documents_of([invoice_id])).get(invoice_id, []):
        if kept.kind == kind:
            return await store().get(kept.sha256)
    return None


__all__ = ["closing_pool", "documents_due", "make", "make_document", "read_document", "render"]
