"""What stands in the way of giving a draft its number: found before, said with who must act, and looked at again later."""

from collections.abc import Sequence

from incubator.billing.errors import BuyerWithoutAddress, VatIdWrong
from incubator.billing.party_facts import Buyer
from incubator.kernel.errors import DomainError
from incubator.kernel.language import Language
from incubator.organizations.vat_ids import EU, has_vat_id

CUSTOMER, FINANCE = "customer", "finance"
_CUSTOMERS = frozenset(("BuyerWithoutAddress", "VatIdWrong", "VatIdUnconfirmed"))
"""What the customer can mend; all else is for finance."""


def blockers_of_buyer(buyer: Buyer) -> list[DomainError]:
    """Return what is missing or wrong about a buyer."""
    found: list[DomainError] = []
    shown = buyer.shown
    if not shown["address"].strip() or not shown["city"].strip():
        found.append(BuyerWithoutAddress(customer=shown["name"]))
    if shown["vat_id"] and shown["country"] in EU and not has_vat_id(shown["vat_id"], shown["country"]):
        found.append(VatIdWrong(customer=shown["name"], value=shown["vat_id"]))
    return found


def written(blockers: Sequence[DomainError]) -> list[dict[str, str]]:
    """Return blockers as they are kept with a draft: code, field, who acts, and the sentence in each language."""
    return [
        {
            "code": one.code,
            "field": str(one.details().get("field", "")),
            "act": CUSTOMER if one.code in _CUSTOMERS else FINANCE,
            **{language.value: one.message(language.value) for language in Language},
        }
        for one in blockers
    ]
