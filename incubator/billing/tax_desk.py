"""Decides the tax of many supplies with the facts of their parties, read once for all of them; each question is decided once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from incubator.billing import tax
from incubator.billing.tax_errors import NoTaxRule, VatIdUnconfirmed
from incubator.billing.tax_facts import FactBook, open_facts
from incubator.billing.terms import Buyer, GivenTax, Supply
from incubator.kernel.errors import DomainError

UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Decided:
    """The tax of a supply. Without a decision the category is empty, the rate 0, and `refusal` says why."""

    category: str
    rate: Decimal
    rule: str
    note: str
    evidence: dict[str, str] = field(default_factory=dict)
    refusal: DomainError | None = None


class TaxDesk:
    """The facts of some customers, legal entities and sites, and the decisions made with them."""

    def __init__(self, book: FactBook) -> None:
        self._book = book
        self._known: dict[tuple[tax.Question, GivenTax | None], Decided] = {}

    @classmethod
    async def open(cls, legal_entity_ids: Collection[UUID], customer_ids: Collection[UUID], site_ids: Collection[UUID]) -> "TaxDesk":
        """Read the facts."""
        return cls(await open_facts(legal_entity_ids, customer_ids, site_ids))

    def decide(self, buyer: Buyer, supply: Supply, on: date, given: GivenTax | None = None) -> Decided:
        """Decide the tax of a supply of a day.

        Raises:
            NotFound: there is no such customer or legal entity.
        """
        question = self._book.facts(buyer.customer_id, buyer.legal_entity_id, buyer.site_id, on).question(supply, on)
        known = self._known.get((question, given))
        if known is None:
            known = self._known[question, given] = _decided(question, given)
        return known


def _decided(question: tax.Question, given: GivenTax | None) -> Decided:
    try:
        found = tax.decide(question, given)
    except (NoTaxRule, VatIdUnconfirmed) as refusal:
        return Decided("", Decimal(0), UNDECIDED, refusal.message()[:300], {}, refusal)
    return Decided(found.category.value, found.rate, found.rule, found.note, found.evidence)
