"""Put the XML of an invoice into its PDF/A-3, as Factur-X wants it, the same bytes at any time."""

import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from facturx import generate_from_file

_WRITTEN = re.compile(
    rb"(?P<pdf>(?<=Date \(D\\072)\d{14}(?=\\05300\\04700))|(?P<xmp>(?<=Date>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=\+00:00</xmp:))"
)
"""The times that factur-x writes: in Info and with the attachment (as pypdf escapes them), and in XMP."""


def embed(pdf: bytes, xml: bytes, *, title: str, author: str, subject: str, language: str, stamp_s: int) -> bytes:
    """Return a PDF/A-3 with the XML as the alternative of its pages; pure: equal arguments give equal bytes."""
    # generate_from_binary appends the new PDF to the old one in its temporary file; a file of its own to write to is clean.
    with TemporaryDirectory(prefix="invoice-") as folder:
        before, after = Path(folder, "pages.pdf"), Path(folder, "invoice.pdf")
        before.write_bytes(pdf)
        generate_from_file(
            str(before),
            xml,
            flavor="factur-x",
            level="en16931",
            check_xsd=False,
            check_schematron=False,
            pdf_metadata={"author": author, "title": title, "subject": subject, "keywords": "Factur-X, ZUGFeRD"},
            lang=language,
            output_pdf_file=str(after),
            afrelationship="alternative",
            xmp_compression=False,
        )
        made = after.read_bytes()
    return _stamped(made, datetime.fromtimestamp(stamp_s, UTC))


def _stamped(content: bytes, at: datetime) -> bytes:
    """Put the invoice's own time where factur-x wrote the clock's; it takes none, and equally long texts leave every offset as it is."""

    def own(found: re.Match[bytes]) -> bytes:
        return at.strftime("%Y%m%d%H%M%S" if found["pdf"] else "%Y-%m-%dT%H:%M:%S").encode()

    stamped, count = _WRITTEN.subn(own, content)
    if count != 5:  # created and modified, each in Info and XMP, and the attachment's own
        raise ValueError(f"factur-x wrote {count} times, not 5")
    return stamped
