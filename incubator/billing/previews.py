"""What the next invoices of a customer will say: the plan that a run would write, and nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incubator.billing import party_facts
from incubator.billing.drafting import nets_of
from incubator.billing.planned_lines import PlannedLine
from incubator.billing.planning import CustomerKey, plan
from incubator.billing.policy import TaxGroup, tax_groups
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.periods import month_of


@dataclass(frozen=True, slots=True)
class InvoicePreview:
    """A document to come, in minor units of `currency`; `nets` are the lines' shares of the net, in order."""

    currency: str
    language: str
    lines: Sequence[PlannedLine]
    nets: Sequence[int]
    groups: Sequence[TaxGroup]

    @property
    def net_minor(self) -> int:
        """The sum without tax."""
        return sum(group.net_minor for group in self.groups)

    @property
    def tax_minor(self) -> int:
        """The tax."""
        return sum(group.tax_minor for group in self.groups)


async def preview_invoices(actor: Actor, customer_id: UUID, legal_entity_id: UUID, currency: str, month: date) -> list[InvoicePreview]:
    """Return the documents that a run of a month would make for a customer now, what was due earlier included.

    Raises:
        NotSignedIn, Forbidden: the actor neither sees the customer's money nor the legal entity's.
        NotFound: there is no such customer.
        DomainError: a price makes no sense; what a run would park the customer for.
    """
    if not actor.may(Grant.SEE_MONEY, customer_id):
        actor.require(Grant.SEE_MONEY, legal_entity_id, path=("legalEntityId",))
    known = (await party_facts.buyers([customer_id])).get(customer_id)
    if known is None:
        raise NotFound(kind="Organization", path=("customerId",))
    [planned] = await plan([CustomerKey(customer_id, legal_entity_id, currency)], month_of(month), to_write=False)
    if planned.refusal is not None:
        raise planned.refusal
    found = []
    for lines in planned.documents:
        groups = tax_groups([line.taxed for line in lines])
        nets = nets_of(groups)
        found.append(InvoicePreview(currency, known.language, lines, [nets[index] for index in range(len(lines))], groups))
    return found
