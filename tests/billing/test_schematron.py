"""Our documents against the official rules, where a copy of them is at hand: `INCUBATOR_SCHEMATRON_DIR` has the compiled style sheets."""

import importlib
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from incubator.billing.document_facts import InvoiceFacts
from incubator.billing.documents import WITH_XML_INSIDE, documents_due
from incubator.billing.einvoices.writing import cii, ubl, xrechnung
from incubator.kernel.money import digits
from tests.support.papers import PAPERS

FOLDER = os.environ.get("INCUBATOR_SCHEMATRON_DIR", "")
WRITERS: dict[str, Callable[[InvoiceFacts], bytes]] = {"cii": cii, "ubl": ubl, "xrechnung": xrechnung}
SHEETS = {
    "EN16931-CII-validation.xslt": "cii",
    "EN16931-UBL-validation.xslt": "ubl",
    "PEPPOL-EN16931-UBL.xslt": "ubl",
    "XRechnung-UBL-validation.xsl": "xrechnung",
}
"""The files as CEN, OpenPeppol and KoSIT name them, and what they judge."""

pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="INCUBATOR_SCHEMATRON_DIR names no folder"),
    pytest.mark.skipif(importlib.util.find_spec("saxonche") is None, reason="saxonche is not installed"),
]


def judged(kind: str, name: str, facts: InvoiceFacts) -> bool:
    """Tell whether a rule set is for a document: EN 16931 has no third decimal, PINT-SG has rules of its own."""
    wished = {"xrechnung": "xrechnung" in documents_due(facts), "ubl": "ubl" in documents_due(facts)}
    applies = wished.get(kind, facts.country in WITH_XML_INSIDE and not facts.is_deposit)
    return applies and facts.country != "SG" and digits(facts.currency) <= 2


@pytest.mark.parametrize("sheet", list(SHEETS))
def test_no_rule_is_broken(sheet: str, tmp_path: Path) -> None:
    found = sorted(Path(FOLDER).rglob(sheet))
    if not found:
        pytest.skip(f"{sheet} is not in the folder")
    saxonche = importlib.import_module("saxonche")
    broken = []

    with saxonche.PySaxonProcessor(license=False) as processor:
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(found[0]))
        for name, facts in PAPERS.items():
            if judged(SHEETS[sheet], name, facts):
                document = processor.parse_xml(xml_text=WRITERS[SHEETS[sheet]](facts).decode())
                report = rules.transform_to_string(xdm_node=document) or ""
                broken += [name] if "failed-assert" in report else []

    assert broken == []
