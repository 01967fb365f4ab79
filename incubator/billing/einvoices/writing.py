"""Write e-invoices: CII for the PDF (Factur-X, ZUGFeRD), XRechnung and Peppol as UBL, Singapore's PINT as UBL.

factur-x writes and checks against the XSD; `_Ubl` mends in one place what it cannot say itself.
"""

import logging
from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

from facturx import generate_xml, xml_check_xsd
from lxml import etree

from incubator.billing.document_facts import InvoiceFacts
from incubator.billing.einvoices.terms import Terms, amount, at_home, business_terms
from incubator.organizations.vat_ids import EU

CII_LEVEL = "en16931"
PEPPOL_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PINT_SG, PINT_PROCESS = "urn:peppol:pint:billing-1@sg-1", "urn:peppol:bis:billing"
SINGAPORE_CATEGORIES = {"S": "SR", "Z": "ZR", "E": "ESN33", "G": "ZR", "O": "OS"}
"""GST categories of PINT-SG; residential letting (ES33) is nothing we do."""
MAIL_SCHEME = "EM"

logging.getLogger("factur-x").setLevel(logging.ERROR)  # it reports each step of each file


def cii(facts: InvoiceFacts) -> bytes:
    """Write an invoice as CII in the profile EN 16931 of Factur-X, valid against its XSD."""
    return _generated(business_terms(facts, in_eu=facts.country in EU), "factur-x", check_xsd=True)


def xrechnung(facts: InvoiceFacts) -> bytes:
    """Write an invoice as XRechnung 3.0 in UBL. Who has no electronic address is reached by mail (EM), which XRechnung takes."""
    terms = business_terms(facts, in_eu=facts.country in EU) | {"BT-23": PEPPOL_PROCESS}
    for key, side in (("BG-4", facts.seller), ("BG-7", facts.buyer)):
        if not side.get("endpoint_id") and side.get("email"):
            terms[key] |= {"einvoicing_addr": side["email"], "einvoicing_addr_schemeid": MAIL_SCHEME}
    return _ubl(terms, XRECHNUNG, lambda ubl: None)


def ubl(facts: InvoiceFacts) -> bytes:
    """Write an invoice as UBL for Peppol: BIS Billing 3, or PINT-SG when the seller is in Singapore."""
    terms = business_terms(facts, in_eu=facts.country in EU)
    if facts.country == "SG":
        return _ubl(terms | {"BT-23": PINT_PROCESS}, PINT_SG, lambda written: written.as_in_singapore(facts))
    return _ubl(terms | {"BT-23": PEPPOL_PROCESS}, PEPPOL, lambda written: None)


def _generated(terms: Terms, flavor: str, *, check_xsd: bool) -> bytes:
    # Its check of the schematron asks a server that is not there, and says nothing then.
    written: bytes = generate_xml(terms, flavor=flavor, level=CII_LEVEL, check_xsd=check_xsd, check_schematron=False)
    return written


def _ubl(terms: Terms, customization: str, mend: Callable[["_Ubl"], None]) -> bytes:
    written = _Ubl(_generated(terms, "ubl-2.1", check_xsd=False))  # checked below, once it is mended
    written.set_customization(customization)
    mend(written)
    xml_check_xsd(written.root, flavor="ubl-2.1-creditnote" if "BG-3" in terms else "ubl-2.1-invoice")
    return written.content()


class _Ubl:
    """What factur-x wrote, and what is to be mended in it."""

    CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
    CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"

    def __init__(self, written: bytes) -> None:
        self.root = etree.fromstring(written, etree.XMLParser(resolve_entities=False, remove_blank_text=True))

    def content(self) -> bytes:
        """Return the file."""
        content: bytes = etree.tostring(self.root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
        return content

    def set_customization(self, customization: str) -> None:
        """factur-x always writes that of EN 16931 itself (BT-24), and a version that neither XRechnung nor Peppol knows (UBL-CR-001)."""
        self._only("CustomizationID").text = customization
        self.root.remove(self._only("UBLVersionID"))

    def as_in_singapore(self, facts: InvoiceFacts) -> None:
        """Say GST where factur-x says VAT, with Singapore's categories, and what only PINT-SG has.

        A UUID (BT-SG-003), one tax registration, a rate in every category, and both totals in SGD when the currency is another
        (BR-53-GST-SG).
        """
        uuid = etree.Element(f"{self.CBC}UUID")
        uuid.text = str(uuid5(NAMESPACE_URL, f"invoice:{facts.id}"))
        self._only("ID").addnext(uuid)
        for scheme in list(self.root.iter(f"{self.CAC}PartyTaxScheme")):
            if scheme.findtext(f"{self.CAC}TaxScheme/{self.CBC}ID") == "LOC":
                scheme.getparent().remove(scheme)
        for category in [*self.root.iter(f"{self.CAC}TaxCategory"), *self.root.iter(f"{self.CAC}ClassifiedTaxCategory")]:
            code = category.find(f"{self.CBC}ID")
            code.text = SINGAPORE_CATEGORIES.get(code.text, code.text)
            if category.find(f"{self.CBC}Percent") is None:
                percent = etree.Element(f"{self.CBC}Percent")
                percent.text = "0"
                code.addnext(percent)
        for scheme in self.root.iter(f"{self.CAC}TaxScheme"):
            scheme.find(f"{self.CBC}ID").text = "GST"
        if facts.home_tax_minor is not None:
            net, tax = at_home(facts.net_minor, facts), facts.home_tax_minor
            for kind, minor in (("sgdtotal-excl-gst", net), ("sgdtotal-incl-gst", net + tax)):
                self._refer(facts.home_currency, kind, amount(minor, facts.home_currency))

    def _only(self, name: str) -> etree._Element:
        found = self.root.find(f"{self.CBC}{name}")
        assert found is not None
        return found

    def _refer(self, what: str, kind: str, description: str) -> None:
        reference = etree.Element(f"{self.CAC}AdditionalDocumentReference")
        for name, text in (("ID", what), ("DocumentTypeCode", kind), ("DocumentDescription", description)):
            etree.SubElement(reference, f"{self.CBC}{name}").text = text
        supplier = self.root.find(f"{self.CAC}AccountingSupplierParty")
        assert supplier is not None
        supplier.addprevious(reference)
