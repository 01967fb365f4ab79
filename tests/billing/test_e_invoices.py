"""E-invoices of every country, kind and category: valid against the XSD, equal to the invoice to the last unit, and said in net prices."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from facturx import get_facturx_xml_from_pdf, xml_check_xsd
from lxml import etree
from pypdf import PdfReader

from incubator.billing import documents
from incubator.billing.document_facts import PDF, UBL, XRECHNUNG, InvoiceFacts
from incubator.billing.documents import WITH_XML_INSIDE
from incubator.billing.einvoices.terms import at_home
from incubator.billing.einvoices.writing import PEPPOL, PINT_SG, cii, ubl, xrechnung
from incubator.kernel.money import digits
from tests.support.papers import BUYERS, PAPERS, SELLERS

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
WITH_CII = [name for name, facts in PAPERS.items() if not facts.is_deposit and facts.country in WITH_XML_INSIDE]
WITH_UBL = [name for name, facts in PAPERS.items() if not facts.is_deposit and facts.country != "CN"]


def minor(text: str | None, currency: str) -> int:
    assert text is not None
    return int(Decimal(text).scaleb(digits(currency)))


def texts(root: etree._Element, path: str) -> list[str]:
    return [str(found.text) for found in root.iterfind(path)]


def sums(facts: InvoiceFacts) -> tuple[object, ...]:
    """What an XML must say of an invoice: net, tax, gross, net of each line, net and tax of each group, tax at home."""
    return (
        facts.net_minor,
        facts.tax_minor,
        facts.gross_minor,
        [line.net_minor for line in facts.lines],
        [(tax.tax_category, tax.net_minor, tax.tax_minor) for tax in facts.taxes],
        facts.home_tax_minor,
    )


def sums_of_cii(content: bytes, facts: InvoiceFacts) -> tuple[object, ...]:
    root, currency = etree.fromstring(content), facts.currency
    total = root.find(f".//{RAM}SpecifiedTradeSettlementHeaderMonetarySummation")
    taxes = {str(found.get("currencyID")): found.text for found in total.iterfind(f"{RAM}TaxTotalAmount")}
    groups = root.iterfind(f".//{RAM}ApplicableHeaderTradeSettlement/{RAM}ApplicableTradeTax")
    return (
        minor(total.findtext(f"{RAM}TaxBasisTotalAmount"), currency),
        minor(taxes.pop(currency), currency),
        minor(total.findtext(f"{RAM}GrandTotalAmount"), currency),
        [minor(text, currency) for text in texts(root, f".//{RAM}SpecifiedTradeSettlementLineMonetarySummation/{RAM}LineTotalAmount")],
        [
            (
                group.findtext(f"{RAM}CategoryCode"),
                minor(group.findtext(f"{RAM}BasisAmount"), currency),
                minor(group.findtext(f"{RAM}CalculatedAmount"), currency),
            )
            for group in groups
        ],
        minor(taxes[facts.home_currency], facts.home_currency) if facts.home_currency else None,
    )


def sums_of_ubl(content: bytes, facts: InvoiceFacts) -> tuple[object, ...]:
    root, currency = etree.fromstring(content), facts.currency
    total = root.find(f"{CAC}LegalMonetaryTotal")
    taxes = {str(found.get("currencyID")): found.text for found in root.iterfind(f"{CAC}TaxTotal/{CBC}TaxAmount")}
    codes = {"SR": "S", "ZR": "Z", "OS": "O"}
    return (
        minor(total.findtext(f"{CBC}TaxExclusiveAmount"), currency),
        minor(taxes.pop(currency), currency),
        minor(total.findtext(f"{CBC}TaxInclusiveAmount"), currency),
        [minor(text, currency) for kind in ("Invoice", "CreditNote") for text in texts(root, f"{CAC}{kind}Line/{CBC}LineExtensionAmount")],
        [
            (
                codes.get(code := str(group.findtext(f"{CAC}TaxCategory/{CBC}ID")), code),
                minor(group.findtext(f"{CBC}TaxableAmount"), currency),
                minor(group.findtext(f"{CBC}TaxAmount"), currency),
            )
            for group in root.iterfind(f"{CAC}TaxTotal/{CAC}TaxSubtotal")
        ],
        minor(taxes[facts.home_currency], facts.home_currency) if facts.home_currency else None,
    )


def test_there_are_thirty_documents_over_all_countries_kinds_and_categories() -> None:
    facts = PAPERS.values()

    assert len(PAPERS) >= 30
    assert {one.country for one in facts} == set(SELLERS)
    assert {one.kind for one in facts} == {"invoice", "credit note", "deposit request"}
    assert {category for one in facts for category in one.categories} == {"S", "Z", "E", "AE", "G", "K", "O"}
    assert {one.currency for one in facts} >= {"EUR", "DKK", "CHF", "SGD", "CNY", "USD", "JPY", "KWD"}
    assert {one.buyer["country"] for one in facts} == set(BUYERS)


@pytest.mark.parametrize("name", [name for name, facts in PAPERS.items() if facts.home_rate is not None])
def test_tax_at_home_is_the_tax_at_the_rate_half_up(name: str) -> None:
    assert at_home(PAPERS[name].tax_minor, PAPERS[name]) == PAPERS[name].home_tax_minor


def test_a_supply_within_the_eu_says_where_it_goes() -> None:
    place = etree.fromstring(cii(PAPERS["DE K"])).find(f".//{RAM}ShipToTradeParty/{RAM}PostalTradeAddress")

    assert (place.findtext(f"{RAM}CityName"), place.findtext(f"{RAM}CountryID")) == ("Aarhus", "DK")


@pytest.mark.parametrize("name", WITH_CII)
def test_cii_is_valid_and_says_the_invoices_amounts(name: str) -> None:
    content = cii(PAPERS[name])

    assert xml_check_xsd(content, flavor="factur-x", level="en16931")
    assert sums_of_cii(content, PAPERS[name]) == sums(PAPERS[name])


@pytest.mark.parametrize("name", WITH_UBL)
def test_ubl_is_valid_and_says_the_invoices_amounts(name: str) -> None:
    facts = PAPERS[name]
    flavor = "ubl-2.1-creditnote" if facts.is_credit_note else "ubl-2.1-invoice"

    for content in (ubl(facts), xrechnung(facts)):
        assert xml_check_xsd(content, flavor=flavor)
        assert sums_of_ubl(content, facts) == sums(facts)


@pytest.mark.parametrize("name", WITH_UBL)
def test_quantity_times_price_less_allowance_is_the_lines_amount(name: str) -> None:
    facts = PAPERS[name]
    root = etree.fromstring(ubl(facts))

    for line, said in zip(facts.lines, root.iter(f"{CAC}InvoiceLine", f"{CAC}CreditNoteLine"), strict=True):
        quantity = Decimal(said.findtext(f"{CBC}InvoicedQuantity") or said.findtext(f"{CBC}CreditedQuantity"))
        price = Decimal(said.findtext(f"{CAC}Price/{CBC}PriceAmount")) / Decimal(said.findtext(f"{CAC}Price/{CBC}BaseQuantity") or 1)
        allowance = Decimal(said.findtext(f"{CAC}AllowanceCharge/{CBC}Amount") or 0)
        assert abs((quantity * price - allowance).scaleb(digits(facts.currency)) - line.net_minor) <= Decimal("0.5")
        assert price >= 0


def test_units_stay_what_was_agreed() -> None:
    said = {
        name: [
            (line.get("unitCode"), line.text, price.text)
            for line, price in zip(
                etree.fromstring(cii(PAPERS[name])).iter(f"{RAM}BilledQuantity"),
                etree.fromstring(cii(PAPERS[name])).iterfind(f".//{RAM}NetPriceProductTradePrice/{RAM}ChargeAmount"),
                strict=True,
            )
        ]
        for name in ("DE S, part of a month", "DE minutes by the hour", "DE prices with tax in them", "DE discounts", "DK S")
    }

    assert said == {
        "DE S, part of a month": [("DAY", "17", "349.00")],
        "DE minutes by the hour": [("MIN", "91.428", "45.00")],
        "DE prices with tax in them": [("C62", "3", "28.01")],
        "DE discounts": [("MON", "2", "500.00"), ("MON", "1", "16.81")],
        "DK S": [("MON", "2", "1899.95")],
    }


def test_outside_the_scope_there_are_no_vat_ids_and_no_rates() -> None:
    for name in ("DE O", "CH O to Germany"):
        root = etree.fromstring(cii(PAPERS[name]))

        assert texts(root, f".//{RAM}SpecifiedTaxRegistration/{RAM}ID") == [PAPERS[name].seller["tax_number"]]
        assert texts(root, f".//{RAM}RateApplicablePercent") == []
        assert texts(root, f".//{RAM}SpecifiedLegalOrganization/{RAM}ID") == [PAPERS[name].seller["register_number"]]


def test_reverse_charge_has_both_vat_ids_and_its_reason() -> None:
    root = etree.fromstring(cii(PAPERS["DE S and AE"]))

    assert texts(root, f".//{RAM}SpecifiedTaxRegistration/{RAM}ID[@schemeID='VA']") == ["DE136695976", "DK88146328"]
    assert texts(root, f".//{RAM}ExemptionReasonCode") == ["VATEX-EU-AE"]
    assert texts(root, f".//{RAM}ExemptionReason") == ["§ 3a Abs. 2, § 13b UStG"]


def test_a_credit_note_names_the_invoice_in_positive_amounts() -> None:
    root = etree.fromstring(cii(PAPERS["DE credit note"]))
    reference = root.find(f".//{RAM}InvoiceReferencedDocument")

    assert root.findtext(f".//{RAM}TypeCode") == "381"
    assert (reference.findtext(f"{RAM}IssuerAssignedID"), "".join(reference[1].itertext()).strip()) == ("DE01-2026-00031", "20261002")
    assert root.findtext(f".//{RAM}GrandTotalAmount") == "119.00"


def test_xrechnung_says_whom_to_reach_and_where_it_goes() -> None:
    root = etree.fromstring(xrechnung(PAPERS["DE XRechnung"]))

    assert root.findtext(f"{CBC}CustomizationID") == "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
    assert root.findtext(f"{CBC}ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
    assert root.findtext(f"{CBC}BuyerReference") == "04011000-12345-34"
    assert texts(root, f".//{CAC}Contact/*") == ["Buchhaltung", "+49 30 1234567", "billing@berlin.example"]
    assert [(found.get("schemeID"), found.text) for found in root.iter(f"{CBC}EndpointID")] == [
        ("9930", "DE136695976"),
        ("9930", "DE811569869"),
    ]


def test_who_has_no_electronic_address_is_reached_by_mail_in_xrechnung_only() -> None:
    facts = PAPERS["DE in JPY"]

    assert [found.get("schemeID") for found in etree.fromstring(xrechnung(facts)).iter(f"{CBC}EndpointID")] == ["9930", "EM"]
    assert [found.get("schemeID") for found in etree.fromstring(ubl(facts)).iter(f"{CBC}EndpointID")] == ["9930"]
    assert etree.fromstring(ubl(facts)).findtext(f"{CBC}CustomizationID") == PEPPOL


def test_singapore_speaks_pint() -> None:
    root = etree.fromstring(ubl(PAPERS["SG S in EUR, credit note"]))
    references = [[part.text for part in found] for found in root.iterfind(f"{CAC}AdditionalDocumentReference")]

    assert root.findtext(f"{CBC}CustomizationID") == PINT_SG
    assert set(texts(root, f".//{CAC}TaxScheme/{CBC}ID")) == {"GST"}
    assert set(texts(root, f".//{CAC}ClassifiedTaxCategory/{CBC}ID")) == {"SR"}
    assert len(str(root.findtext(f"{CBC}UUID"))) == 36
    assert references == [["SGD", "sgdtotal-excl-gst", "1512.35"], ["SGD", "sgdtotal-incl-gst", "1648.46"]]
    assert root.findtext(f"{CBC}Note")
    assert root.findtext(f"{CBC}UBLVersionID") is None


def test_each_invoice_gets_the_documents_of_its_country_and_buyer() -> None:
    due = {name: documents.documents_due(facts) for name, facts in PAPERS.items()}

    assert {name for name, kinds in due.items() if XRECHNUNG in kinds} == {"DE XRechnung", "DE XRechnung credit note"}
    assert {name for name, kinds in due.items() if UBL in kinds} == {
        *("DE Peppol", "DK E and S, in EUR", "DK AE credit note", "SG S", "SG Z in JPY", "SG S in EUR, credit note")
    }
    assert all(kinds[0] == PDF for kinds in due.values())


@pytest.mark.parametrize("name", ["CN statement", "DE deposit request"])
def test_what_is_no_invoice_is_never_sent_as_one(name: str) -> None:
    wishing = [replace(PAPERS[name], buyer={**PAPERS[name].buyer, "format": wished}) for wished in ("xrechnung", "peppol")]

    assert [documents.documents_due(facts) for facts in wishing] == [(PDF,), (PDF,)]


@pytest.mark.parametrize("name", list(PAPERS))
def test_the_pdf_carries_the_xml_once_and_is_marked_as_such(name: str) -> None:
    facts = PAPERS[name]
    content = documents.make(facts)[0].content
    catalog = PdfReader(io.BytesIO(content)).trailer["/Root"]
    xmp = catalog["/Metadata"].get_data()  # type: ignore[index]

    assert content.count(b"%PDF-") == 1
    assert "/OutputIntents" in catalog  # type: ignore[operator]
    assert b"<pdfaid:part>3</pdfaid:part>" in xmp
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert xmp.count(b"<rdf:RDF") == 1
    if name in WITH_CII:
        assert (len(catalog["/AF"]), xmp.count(b"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>")) == (1, 1)  # type: ignore[index]
        assert get_facturx_xml_from_pdf(content)[1] == cii(facts)
    else:
        assert "/AF" not in catalog  # type: ignore[operator]
