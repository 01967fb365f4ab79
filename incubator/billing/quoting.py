"""What supplies would cost with tax, before anything is charged: the decision and the arithmetic of invoices, and nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from incubator.billing import tax
from incubator.billing.policy import TaxedLine, tax_groups
from incubator.billing.tax_errors import VatIdUnconfirmed
from incubator.billing.tax_facts import tax_facts
from incubator.billing.terms import Buyer, Supply


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in minor units; `nets` are each supply's share of the net, in order."""

    nets: tuple[int, ...]
    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        """Net and tax."""
        return self.net_minor + self.tax_minor


async def quote_supplies(buyer: Buyer, supplies: Sequence[tuple[Supply, int]], on: date, *, includes_tax: bool) -> Totals:
    """Work out the tax of supplies, each with its amount in minor units as priced, as if they were alone on an invoice of a day of supply.

    Raises:
        NotFound: there is no such customer or legal entity.
        NoTaxRule: no rule says how one of them is taxed.
    """
    facts = await tax_facts(buyer.customer_id, buyer.legal_entity_id, buyer.site_id, on)
    lines = []
    for supply, amount in supplies:
        decision = _as_it_stands(facts.question(supply, on))
        lines.append(TaxedLine(amount, includes_tax, decision.category, decision.rate))
    groups = tax_groups(lines)
    nets = {index: net for group in groups for index, net in zip(group.lines, group.nets, strict=True)}
    return Totals(
        tuple(nets[index] for index in range(len(lines))),
        sum(group.net_minor for group in groups),
        sum(group.tax_minor for group in groups),
    )


def _as_it_stands(question: tax.Question) -> tax.Decision:
    """Decide for a preview, which must say something: an id that is not confirmed yet counts for nothing."""
    try:
        return tax.decide(question)
    except VatIdUnconfirmed:
        return tax.decide(replace(question, buyer_vat_id=""))
