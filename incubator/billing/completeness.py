"""What stands in the way of giving a draft its number: found before, said with who must act, and looked at again later."""

from collections.abc import Sequence

from incubator.billing.document_errors import ContentMissing
from incubator.billing.document_facts import InvoiceFacts
from incubator.billing.einvoices.contents import missing_contents
from incubator.billing.invoice_errors import BuyerWithoutAddress
from incubator.billing.tax_errors import VatIdWrong
from incubator.kernel.errors import DomainError
from incubator.kernel.language import Language
from incubator.organizations.vat_ids import EU, has_vat_id

CUSTOMER, FINANCE = "customer", "finance"
_CUSTOMERS = frozenset(("BuyerWithoutAddress", "VatIdWrong", "VatIdUnconfirmed"))
"""What the customer can mend; all else is for finance, but for contents that say whose they are."""
_ADDRESS = frozenset(("buyer.address", "buyer.city"))


def blockers_of(facts: InvoiceFacts) -> list[DomainError]:
    """Return what is missing or wrong on a document that is to get its number."""
    found: list[DomainError] = []
    buyer = facts.buyer
    if not buyer["address"].strip() or not buyer["city"].strip():
        found.append(BuyerWithoutAddress(customer=buyer["name"]))
    if buyer["vat_id"] and buyer["country"] in EU and not has_vat_id(buyer["vat_id"], buyer["country"]):
        found.append(VatIdWrong(customer=buyer["name"], value=buyer["vat_id"]))
    found += (ContentMissing(field=one.field, rule=one.rule, who=one.who) for one in missing_contents(facts) if one.field not in _ADDRESS)
    return found


def written(blockers: Sequence[DomainError]) -> list[dict[str, str]]:
    """Return blockers as they are kept with a draft: code, field, who acts, and the sentence in each language."""
    return [
        {
            "code": one.code,
            "field": str(one.details().get("field", "")),
            "act": _who(one),
            **{language.value: one.message(language.value) for language in Language},
        }
        for one in blockers
    ]


def _who(one: DomainError) -> str:
    if isinstance(one, ContentMissing):
        return one.who
    return CUSTOMER if one.code in _CUSTOMERS else FINANCE
