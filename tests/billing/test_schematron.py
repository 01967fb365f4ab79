"""Our documents against the official rules, where a copy of them is at hand: `INCUBATOR_SCHEMATRON_DIR` has the compiled style sheets."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import saxonche

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
FOUND = {sheet: found for sheet in SHEETS if FOLDER for found in sorted(Path(FOLDER).rglob(sheet))[:1]}
"""Those that are at hand."""
NO_YEN = """
<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:template match="/">
    <svrl:schematron-output>
      <xsl:if test="//*[local-name() = 'InvoiceCurrencyCode'] = 'JPY'"><svrl:failed-assert test="no yen"/></xsl:if>
    </svrl:schematron-output>
  </xsl:template>
</xsl:stylesheet>
""".strip()
"""A rule set of our own, in the form of the official ones: no invoice in yen."""


def judged(kind: str, name: str, facts: InvoiceFacts) -> bool:
    """Tell whether a rule set is for a document: EN 16931 has no third decimal, PINT-SG has rules of its own."""
    wished = {"xrechnung": "xrechnung" in documents_due(facts), "ubl": "ubl" in documents_due(facts)}
    applies = wished.get(kind, facts.country in WITH_XML_INSIDE and not facts.is_deposit)
    return applies and facts.country != "SG" and digits(facts.currency) <= 2


def broken(sheet: Path, kind: str) -> list[str]:
    """Return the names of the papers that a compiled rule set finds something wrong with."""
    with saxonche.PySaxonProcessor(license=False) as processor:
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))
        reports = {
            name: rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=WRITERS[kind](facts).decode()))
            for name, facts in PAPERS.items()
            if judged(kind, name, facts)
        }
    return [name for name, report in reports.items() if "failed-assert" in (report or "")]


def test_the_folder_that_is_named_has_rules() -> None:
    assert not FOLDER or FOUND, f"none of {', '.join(SHEETS)} is in INCUBATOR_SCHEMATRON_DIR"


@pytest.mark.parametrize("sheet", list(FOUND))
def test_no_rule_is_broken(sheet: str) -> None:
    assert broken(FOUND[sheet], SHEETS[sheet]) == []


def test_a_rule_that_is_broken_is_found(tmp_path: Path) -> None:
    sheet = tmp_path / "no-yen.xslt"
    sheet.write_text(NO_YEN, "utf-8")

    in_yen = [name for name, facts in PAPERS.items() if judged("cii", name, facts) and facts.currency == "JPY"]
    assert broken(sheet, "cii") == in_yen != []
