"""What is missing on an invoice is named before it is finalised: the field, the rule, and who must act."""

from dataclasses import replace

import pytest

from incubator.billing.document_errors import ContentMissing
from incubator.billing.document_facts import InvoiceFacts
from incubator.billing.einvoices.contents import Missing, missing_contents, require_contents
from incubator.kernel.errors import Refusals
from tests.support.papers import PAPERS


def without(name: str, *, seller: str = "", buyer: str = "") -> InvoiceFacts:
    """Return a document without a key of its seller or buyer (`seller="vat_id"`)."""
    facts = PAPERS[name]
    return replace(facts, seller={**facts.seller, seller: ""}, buyer={**facts.buyer, buyer: ""})


def test_nothing_is_missing_on_documents_that_are_whole() -> None:
    assert {name: missing_contents(facts) for name, facts in PAPERS.items() if missing_contents(facts)} == {}


@pytest.mark.parametrize(
    ("facts", "field", "rule", "who"),
    [
        (without("DE S, part of a month", seller="address"), "seller.address", "§ 14 Abs. 4 Nr. 1 UStG", "finance"),
        (without("DE S, part of a month", buyer="name"), "buyer.name", "§ 14 Abs. 4 Nr. 1 UStG", "customer"),
        (without("DE AE to Denmark", buyer="vat_id"), "buyer.vat_id", "§ 14a Abs. 1 UStG", "customer"),
        (without("DK AE credit note", seller="vat_id"), "seller.vat_id", "2006/112/EC Art. 226 (4), (11a)", "finance"),
        (without("DE G", seller="vat_id"), "seller.vat_id", "EN 16931 BR-G-02", "finance"),
        (without("DE K", buyer="vat_id"), "buyer.vat_id", "§ 14a Abs. 3 UStG", "customer"),
        (without("DK S", buyer="address"), "buyer.address", "momsbekendtgørelsen § 61, stk. 1, nr. 5", "customer"),
        (without("CH S", seller="vat_id"), "seller.vat_id", "Art. 26 Abs. 2 Bst. a MWSTG", "finance"),
        (without("SG S", seller="vat_id"), "seller.vat_id", "GST (General) Regulations, reg. 11(1)", "finance"),
        (without("CN statement", seller="tax_number"), "seller.tax_number", "发票管理办法", "finance"),
        (without("DE XRechnung", buyer="reference"), "buyer.reference", "XRechnung BR-DE-15", "customer"),
        (without("DE XRechnung", seller="phone"), "seller.phone", "XRechnung BR-DE-6", "finance"),
        (without("DE Peppol", buyer="endpoint_id"), "buyer.endpoint_id", "PEPPOL-EN16931-R010", "customer"),
        (without("DE Peppol", buyer="reference"), "buyer.reference", "PEPPOL-EN16931-R003", "customer"),
        (without("SG S in EUR, credit note", buyer="register_number"), "buyer.register_number", "IRASC5-034", "customer"),
        (replace(PAPERS["DE credit note"], corrects_number=""), "corrects.number", "EN 16931 BG-3", "finance"),
        (replace(PAPERS["DE in JPY"], home_tax_minor=None), "home_rate", "2006/112/EC Art. 230", "finance"),
        (replace(PAPERS["SG Z in JPY"], home_tax_minor=None), "home_rate", "GST (General) Regulations, reg. 11(2)", "finance"),
        (
            replace(PAPERS["DE E, letting"], taxes=tuple(replace(tax, note="") for tax in PAPERS["DE E, letting"].taxes)),
            *("taxes.E.note", "EN 16931 BR-E-10", "finance"),
        ),
        (
            replace(PAPERS["DE S and E"], lines=(replace(PAPERS["DE S and E"].lines[0], description=" "),)),
            *("lines.1.description", "EN 16931 BR-25", "finance"),
        ),
        (replace(PAPERS["DE Peppol"], currency="KWD", home_tax_minor=1), "currency", "EN 16931 BR-DEC", "customer"),
    ],
)
def test_what_is_missing_is_named_with_its_rule(facts: InvoiceFacts, field: str, rule: str, who: str) -> None:
    assert missing_contents(facts) == [Missing(field, rule, who)]


def test_a_number_of_the_seller_is_asked_for_only_when_there_is_none() -> None:
    facts = PAPERS["DE S, part of a month"]
    bare = replace(facts, seller={**facts.seller, "vat_id": "", "tax_number": ""})

    assert missing_contents(without("DE S, part of a month", seller="vat_id")) == []
    assert missing_contents(bare) == [Missing("seller.tax_number", "§ 14 Abs. 4 Nr. 2 UStG", "finance")]


def test_a_deposit_request_asks_for_names_only() -> None:
    assert missing_contents(without("DE deposit request", seller="address", buyer="address")) == []
    assert [one.field for one in missing_contents(without("US deposit request", buyer="name"))] == ["buyer.name"]


def test_all_that_is_missing_is_refused_at_once() -> None:
    facts = without("DE XRechnung", seller="email", buyer="city")

    with pytest.raises(Refusals) as refused:
        require_contents(facts)

    found = [one for one in refused.value.each if isinstance(one, ContentMissing)]
    assert [(one.field, one.rule, one.who) for one in found] == [
        ("seller.email", "XRechnung BR-DE-7", "finance"),
        ("buyer.city", "XRechnung BR-DE-8", "customer"),
    ]
    assert found[0].message("de") == "seller.email fehlt (XRechnung BR-DE-7)."
