"""Documents and fapiao of an invoice as the API shows them."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

import strawberry

from incubator.billing.document_facts import KeptDocument, documents_of
from incubator.billing.fapiao_views import FapiaoView, fapiaos_of
from incubator.kernel.actor import Actor
from incubator_graphql.billing.fapiao_kinds import FapiaoKind
from incubator_graphql.ids import encode
from incubator_graphql.loaders import Relation
from incubator_graphql.outputs import enum, value


@enum
class DocumentKind(StrEnum):
    """What a file of an invoice is: the PDF for people (with EN 16931 inside where the seller's country has it), or XML for machines."""

    PDF = "pdf"
    XRECHNUNG = "xrechnung"
    UBL = "ubl"


@enum
class FapiaoState(StrEnum):
    """How far the tax platform of China is; a red letter takes a credit note's amount back and waits for the buyer to confirm."""

    REQUESTED = "requested"
    ISSUED = "issued"
    RED_LETTER_WAITING = "red letter waiting"
    RED_LETTER_ISSUED = "red letter issued"


ENDINGS = {DocumentKind.PDF: "pdf", DocumentKind.XRECHNUNG: "xrechnung.xml", DocumentKind.UBL: "ubl.xml"}


@value
class InvoiceDocument:
    """A file of an invoice, kept as it was made."""

    kind: DocumentKind
    url: str
    sha256: str = strawberry.field(description="SHA-256 of its bytes.")
    size: int = strawberry.field(description="In bytes.")

    @classmethod
    def of(cls, row: KeptDocument) -> Self:
        kind = DocumentKind(row.kind)
        url = f"/documents/invoices/{encode('Invoice', row.invoice_id)}.{ENDINGS[kind]}"
        return cls(kind=kind, url=url, sha256=row.sha256, size=row.size_bytes)


@value
class Fapiao:
    """What the tax platform of China knows of a billing statement, or of a credit note. Once issued, its amounts are the invoice's."""

    kind: FapiaoKind
    state: FapiaoState
    number: str | None = strawberry.field(description="20 digits; null until it is issued.")
    issued_on: date | None
    file_sha256: str = strawberry.field(description="SHA-256 of the signed XML, which is the original; empty when it was not given.")
    confirmation: str = strawberry.field(description="The number of the confirmation sheet of a red letter.")
    requested_at: datetime
    request_url: str | None = strawberry.field(description="Where finance reads what to hand to the tax platform; null for a credit note.")
    version: int

    @classmethod
    def of(cls, row: FapiaoView) -> Self:
        is_request = row.state in {FapiaoState.REQUESTED, FapiaoState.ISSUED}
        return cls(
            kind=FapiaoKind(row.kind),
            state=FapiaoState(row.state),
            number=row.number,
            issued_on=row.issued_on,
            file_sha256=row.file_sha256,
            confirmation=row.confirmation,
            requested_at=row.requested_at,
            request_url=f"/documents/invoices/{encode('Invoice', row.invoice_id)}/fapiao-request.json" if is_request else None,
            version=row.version,
        )


async def _documents(actor: Actor, invoice_ids: Sequence[UUID]) -> list[list[KeptDocument]]:
    found = await documents_of(invoice_ids)
    return [found.get(invoice_id, []) for invoice_id in invoice_ids]


async def _fapiaos(actor: Actor, invoice_ids: Sequence[UUID]) -> list[FapiaoView | None]:
    found = await fapiaos_of(invoice_ids)
    return [found.get(invoice_id) for invoice_id in invoice_ids]


DOCUMENTS: Relation[UUID, list[KeptDocument]] = Relation("invoice documents", _documents)
FAPIAOS: Relation[UUID, FapiaoView | None] = Relation("fapiao", _fapiaos)
