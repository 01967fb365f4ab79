"""What supplies would cost with tax, before anything is charged: the decision and the arithmetic of invoices, and nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from incubator.billing.policy import TaxedLine, tax_groups
from incubator.billing.tax_desk import TaxDesk
from incubator.billing.terms import Buyer, Supply, TaxCategory


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
    desk = await TaxDesk.open([buyer.legal_entity_id], [buyer.customer_id])
    lines = []
    for supply, amount in supplies:
        decided = desk.decide(buyer.customer_id, buyer.legal_entity_id, supply, on)
        if decided.refusal is not None:
            raise decided.refusal
        lines.append(TaxedLine(amount, includes_tax, TaxCategory[decided.category], decided.rate))
    groups = tax_groups(lines)
    nets = {index: net for group in groups for index, net in zip(group.lines, group.nets, strict=True)}
    return Totals(
        tuple(nets[index] for index in range(len(lines))),
        sum(group.net_minor for group in groups),
        sum(group.tax_minor for group in groups),
    )
