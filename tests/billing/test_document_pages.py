"""The pages of documents: what each country's law wants said, in three languages, with glyphs for all of it on any machine."""

import io
import subprocess
import sys

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from incubator.billing import documents
from tests.support.papers import PAPERS


def said(name: str) -> str:
    """Return what the pages say, without blanks: where they stand is up to the layout."""
    reader = PdfReader(io.BytesIO(documents.make(PAPERS[name])[0].content))
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


@pytest.mark.parametrize(
    ("name", "parts", "never"),
    [
        ("DE S, part of a month", ("Rechnung", "USt-IdNr. DE136695976", "HRB 12345 B", "17/30 × 349.00", "14.11.2026 – 30.11.2026"), ()),
        ("DE S, part of a month", ("Umsatzsteuer 19 %", "197,77", "37,58", "235,35 EUR", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX"), ()),
        ("DE S, part of a month", ("Fällig am", "16. November 2026", "Ihre USt-IdNr.", "DE811569869", "Steuernummer 37/123/45678"), ()),
        ("DE E, letting", ("Steuerfrei (E)", "§ 4 Nr. 12 Buchst. a UStG"), ("Umsatzsteuer 19",)),
        ("DE S and AE", ("Steuerschuldnerschaft des Leistungsempfängers.", "DE136695976", "DK88146328", "§ 13b UStG", "Dänemark"), ()),
        ("DE AE to Denmark", ("Reverse charge: the customer accounts for the VAT.",), ()),
        (
            "DE credit note",
            ("Rechnungskorrektur", "Zu Rechnung DE01-2026-00031, 02.10.2026", "The bench was out of order."),
            ("Gutschrift",),
        ),
        ("DE discounts", ("Discount −100.00", "Price with tax"), ("Prices include tax.",)),
        ("DE prices with tax in them", ("Die Preise enthalten die Steuer.", "99,99 EUR"), ()),
        ("DE in JPY", ("71,401 JPY", "In EUR", "69.81 EUR", "1 JPY = 0.00612345 EUR on 30 Oct 2026 (source: European Central Bank)"), ()),
        ("DE in KWD", ("1,234.567",), ()),
        ("DE deposit request", ("Kautionsanforderung", "trägt keine Steuer"), ("Umsatzsteuer", "Nettobetrag")),
        ("DK S", ("CVR/SE DK13585628", "VAT 25 %", "4,749.88 DKK"), ()),
        ("CH S", ("MWST-Nr. CHE-107.787.577 MWST", "MWST 8,1 %"), ("Umsatzsteuer",)),
        ("SG S", ("Tax Invoice", "GST Reg. No. 200704046R", "GST 9 %", "1,345.61 SGD"), ()),
        ("SG S in EUR, credit note", ("Credit Note", "1,512.35 SGD", "136.11 SGD", "1,648.46 SGD"), ("Tax Invoice",)),
        (
            "CN statement",
            ("账单", "统一社会信用代码 91310000775785552L", "91110108551385082Q", "发票将通过税务平台开具", "4,716.98", "283.02"),
            (),
        ),
        ("CN credit note", ("贷项通知单", "对应账单", "CN01-2026-00031"), ()),
        ("US O", ("Invoice", "EIN 91-1144442", "3,000.00 USD"), ("VAT", "Tax", "Net amount")),
    ],
)
def test_says_what_the_country_asks_for(name: str, parts: tuple[str, ...], never: tuple[str, ...]) -> None:
    text = said(name)

    assert [part for part in parts if part.replace(" ", "") not in text] == []
    assert [part for part in never if part.replace(" ", "") in text] == []


@pytest.mark.parametrize("name", ["CN statement", "DE S and AE", "DK S"])
def test_every_sign_has_a_glyph_without_any_font_of_the_machine(name: str) -> None:
    reader = PdfReader(io.BytesIO(documents.make(PAPERS[name])[0].content))
    glyphs = [
        piece
        for page in reader.pages
        for operands, operator in ContentStream(page["/Contents"], reader).operations
        if operator in {b"Tj", b"TJ"}
        for piece in (operands[0] if operator == b"TJ" else operands)
        if isinstance(piece, (bytes, str))
    ]
    ids = [part for piece in glyphs for part in _pairs(piece.original_bytes if hasattr(piece, "original_bytes") else piece)]

    assert len(ids) > 200
    assert 0 not in ids  # .notdef, the empty box
    assert all("NotoSansCJK" in str(font["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values())  # type: ignore[index]


def _pairs(piece: object) -> list[int]:
    raw = piece if isinstance(piece, bytes) else str(piece).encode("latin-1")
    return [int.from_bytes(raw[start : start + 2], "big") for start in range(0, len(raw), 2)]


@pytest.mark.parametrize("name", ["DE XRechnung", "SG S in EUR, credit note", "CN statement"])
def test_made_again_in_another_process_the_bytes_are_the_same(name: str) -> None:
    program = (
        "import hashlib, sys; from incubator.billing import documents; from tests.support.papers import PAPERS;"
        " print([(made.kind, hashlib.sha256(made.content).hexdigest()) for made in documents.make(PAPERS[sys.argv[1]])])"
    )

    here = subprocess.run([sys.executable, "-c", program, name], capture_output=True, text=True, check=True).stdout
    there = subprocess.run([sys.executable, "-c", program, name], capture_output=True, text=True, check=True).stdout
    made = documents.make(PAPERS[name])

    assert here == there
    assert documents.make(PAPERS[name]) == made
    assert all(str(len(one.content)) for one in made)
