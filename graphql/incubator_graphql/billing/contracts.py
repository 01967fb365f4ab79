"""Reading contracts, and what a change of one would come to."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

import strawberry

from incubator.billing import contract_views, service
from incubator.billing.contract_previews import ChangePreview, CreditToCome, NewEnd, NewPause
from incubator.billing.contract_views import ContractView
from incubator.billing.heirs import NewPrice
from incubator.kernel.actor import Grant
from incubator.kernel.errors import NotFound, OutOfRange
from incubator.kernel.paging import Page
from incubator_graphql.billing.accounts import InvoicePreview
from incubator_graphql.billing.contract_types import Contract, ContractState
from incubator_graphql.fields import Info, granted, query
from incubator_graphql.ids import decode, encode
from incubator_graphql.money import Money
from incubator_graphql.outputs import enum, given, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total
from incubator_graphql.scalars import MinorUnits


@enum
class ContractChangeKind(StrEnum):
    """What is to become of a contract: another price of a term, a pause, or its end."""

    NEW_PRICE = "new price"
    PAUSE = "pause"
    END = "end"


@given
class ContractChangeInput:
    """A change to look at. `firstOn` is the first day of a new price or pause, `lastOn` the last of a pause or of the contract."""

    contract_id: strawberry.ID
    kind: ContractChangeKind
    first_on: date | None = None
    last_on: date | None = None
    term_id: strawberry.ID | None = None
    unit_price_minor: MinorUnits | None = None
    quantity: Decimal | None = None
    discount_percent: Decimal | None = None
    discount_until: date | None = None

    def change(self) -> NewPrice | NewPause | NewEnd:
        """Return it as billing knows it.

        Raises:
            OutOfRange: a day that the kind needs is missing.
            NotFound: a new price without its term.
        """
        if self.kind is ContractChangeKind.END:
            return NewEnd(_given(self.last_on, "lastOn"))
        first_on = _given(self.first_on, "firstOn")
        if self.kind is ContractChangeKind.PAUSE:
            return NewPause(first_on, self.last_on)
        if self.term_id is None:
            raise NotFound(kind="ContractTerm", path=("change", "termId"))
        return NewPrice(
            decode(self.term_id, "ContractTerm", "change", "termId"),
            first_on,
            self.unit_price_minor,
            self.quantity,
            self.discount_percent,
            self.discount_until,
        )


def _given(day: date | None, field: str) -> date:
    if day is None:
        raise OutOfRange(field=field, limit="YYYY-MM-DD", path=("change", field))
    return day


@value
class CreditNoteToCome:
    """A credit note that a change would make."""

    invoice_id: strawberry.ID
    invoice_number: str
    gross: Money

    @classmethod
    def of(cls, row: CreditToCome, currency: str) -> Self:
        return cls(
            invoice_id=strawberry.ID(encode("Invoice", row.invoice_id)),
            invoice_number=row.invoice_number,
            gross=Money.minor(row.gross_minor, currency),
        )


@value
class ContractChangePreview:
    """What a change would come to now: what is taken back, as priced, what is credited, and what the running month would be invoiced."""

    taken_back: Money
    credits: list[CreditNoteToCome]
    invoices: list[InvoicePreview]

    @classmethod
    def of(cls, found: ChangePreview) -> Self:
        return cls(
            taken_back=Money.minor(found.taken_back_minor, found.currency),
            credits=[CreditNoteToCome.of(row, found.currency) for row in found.credits],
            invoices=[InvoicePreview.of(invoice) for invoice in found.invoices],
        )


@strawberry.type
class ContractsQuery:
    """Reading contracts."""

    @query(granted(Grant.SEE_MONEY))
    async def contracts(
        self,
        info: Info,
        customer_id: strawberry.ID | None = None,
        site_id: strawberry.ID | None = None,
        state: ContractState | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Contract]:
        """List contracts, the latest first; customers see their own."""
        found = await contract_views.list_contracts(
            info.context.actor,
            Page(first, after, last, before),
            customer_id=decode(customer_id, "Organization", "customerId") if customer_id else None,
            site_id=decode(site_id, "Site", "siteId") if site_id else None,
            state=state.value if state else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[Contract].of(found, lambda row: Contract.of(ContractView(**row)))

    @query(granted(Grant.RUN_BILLING))
    async def contract_change_preview(self, info: Info, change: ContractChangeInput) -> ContractChangePreview:
        """Show what a change of a contract would take back, credit and bill. It is the change itself, undone: nothing stays written."""
        contract_id = decode(change.contract_id, "Contract", "change", "contractId")
        return ContractChangePreview.of(await service.preview_change(info.context.actor, contract_id, change.change()))
