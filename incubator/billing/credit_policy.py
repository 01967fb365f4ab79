"""Pure arithmetic of credit notes: whatever is credited in whatever pieces, all of it together leaves exactly nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from incubator.billing.policy import rounded
from incubator.billing.terms import TaxCategory


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """A line of an invoice, what was credited of it before and what shall be now; minor units, as priced unless `net`."""

    amount_minor: int
    net_minor: int
    includes_tax: bool
    category: TaxCategory
    rate: Decimal
    before_minor: int
    before_net_minor: int
    now_minor: int

    @property
    def left_minor(self) -> int:
        """What can still be credited."""
        return self.amount_minor - self.before_minor

    def net_now(self) -> int:
        """Return the net of what is credited now: the share of the line's net up to here, less what was credited before."""
        up_to = self.before_minor + self.now_minor
        return _share(self.net_minor, up_to, self.amount_minor) - self.before_net_minor


@dataclass(frozen=True, slots=True)
class CreditedGroup:
    """A tax group of the invoice: its net and tax, and the tax credited before."""

    category: TaxCategory
    rate: Decimal
    net_minor: int
    tax_minor: int
    before_tax_minor: int


def tax_now(group: CreditedGroup, lines: Sequence[CreditedLine]) -> int:
    """Return the tax of what is credited now: the group's tax for all that is credited up to here, less what was credited before.

    `lines` are all lines of the group, also those of which nothing is credited now.
    """
    up_to = sum(line.before_net_minor + line.net_now() for line in lines)
    return max(0, _share(group.tax_minor, up_to, group.net_minor) - group.before_tax_minor)


def _share(whole: int, part: int, of: int) -> int:
    """Return `whole` × `part` / `of`, rounded half up."""
    return rounded(Fraction(whole * part, of)) if of else 0


@dataclass(frozen=True, slots=True)
class Settled:
    """How a credit is settled: what the customer owes less for it, and what was paid already and goes back to it."""

    offset_minor: int
    returned_minor: int


def settle(gross_minor: int, outstanding_minor: int) -> Settled:
    """Take a credit off what is outstanding first; the rest was paid already."""
    offset = min(gross_minor, max(outstanding_minor, 0))
    return Settled(offset, gross_minor - offset)
