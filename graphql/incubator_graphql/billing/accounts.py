"""What is to come and what was: previews of invoices, and customers' accounts."""

from datetime import date
from typing import Self

import strawberry

from incubator.billing import customer_accounts, service
from incubator.billing.account_statements import StatementEntry
from incubator.billing.customer_accounts import AccountRow
from incubator.billing.planned_lines import PlannedLine
from incubator.billing.policy import plain
from incubator.billing.previews import InvoicePreview as Preview
from incubator.kernel.actor import Grant
from incubator.kernel.paging import Page
from incubator_graphql.fields import Info, granted, query, resolved
from incubator_graphql.ids import decode, encode
from incubator_graphql.money import Money
from incubator_graphql.nodes import one
from incubator_graphql.organizations.types import LEGAL_ENTITIES, ORGANIZATIONS, LegalEntity, Organization
from incubator_graphql.outputs import entity, value
from incubator_graphql.paging import After, Before, Connection, First, Last, wants_total


@value
class PreviewLine:
    """A line of an invoice to come, exactly as it will be."""

    description: str
    net: Money
    amount: Money
    tax_category: str = strawberry.field(description="Empty while no rule decides it.")
    tax_rate: str
    tax_note: str
    rule_note: str
    supplied_from: date
    supplied_to: date

    @classmethod
    def of(cls, line: PlannedLine, net_minor: int, currency: str) -> Self:
        return cls(
            description=line.description,
            net=Money.minor(net_minor, currency),
            amount=Money.minor(line.taxed.amount_minor, currency),
            tax_category=line.taxed.category.value if line.taxed.category else "",
            tax_rate=plain(line.taxed.rate),
            tax_note=line.tax_note,
            rule_note=line.rule_note,
            supplied_from=line.supplied_from,
            supplied_to=line.supplied_to,
        )


@value
class InvoicePreview:
    """An invoice that a billing run would make now."""

    net: Money
    tax: Money
    gross: Money
    lines: list[PreviewLine]

    @classmethod
    def of(cls, found: Preview) -> Self:
        return cls(
            net=Money.minor(found.net_minor, found.currency),
            tax=Money.minor(found.tax_minor, found.currency),
            gross=Money.minor(found.net_minor + found.tax_minor, found.currency),
            lines=[PreviewLine.of(line, net, found.currency) for line, net in zip(found.lines, found.nets, strict=True)],
        )


@value
class AccountEntry:
    """One thing that changed what a customer owes: positive owes more."""

    booked_on: date
    kind: str = strawberry.field(
        description="invoice, credit note, payment, balance used, credit returned, deposit request or deposit settlement."
    )
    number: str = strawberry.field(description="Of the invoice or credit note.")
    invoice_id: strawberry.ID | None
    amount: Money
    balance: Money = strawberry.field(description="What is owed after it.")

    @classmethod
    def of(cls, entry: StatementEntry, currency: str) -> Self:
        return cls(
            booked_on=entry.booked_on,
            kind=entry.kind,
            number=entry.number,
            invoice_id=strawberry.ID(encode("Invoice", entry.invoice_id)) if entry.invoice_id else None,
            amount=Money.minor(entry.amount_minor, currency),
            balance=Money.minor(entry.balance_minor, currency),
        )


@value
class AccountStatement:
    """What a customer owes a legal entity at the start and the end of some days, and what came between."""

    opening: Money
    closing: Money
    entries: list[AccountEntry]


@entity(customer_accounts.list_accounts)
class CustomerAccount:
    """A customer's account with a legal entity in a currency."""

    row: strawberry.Private[AccountRow]
    key: str = strawberry.field(description="Unique among accounts.")
    currency: str
    owed: Money = strawberry.field(description="What the books say; negative when the customer paid more than it was asked.")
    overdue: Money
    balance: Money = strawberry.field(description="Kept for the customer's next invoices.")

    @classmethod
    def of(cls, row: AccountRow) -> Self:
        return cls(
            row=row,
            key=row.key,
            currency=row.currency,
            owed=Money.minor(row.owed_minor, row.currency),
            overdue=Money.minor(row.overdue_minor, row.currency),
            balance=Money.minor(row.balance_minor, row.currency),
        )

    @resolved
    async def customer(self, info: Info) -> Organization:
        """Who owes."""
        return Organization.of(await one(info, ORGANIZATIONS, self.row.customer_id))

    @resolved
    async def legal_entity(self, info: Info) -> LegalEntity:
        """Whom."""
        return LegalEntity.of(await one(info, LEGAL_ENTITIES, self.row.legal_entity_id))


@strawberry.type
class AccountsQuery:
    """Reading previews and accounts."""

    @query(granted(Grant.SEE_MONEY))
    async def customer_accounts(
        self,
        info: Info,
        customer_id: strawberry.ID | None = None,
        search: str | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[CustomerAccount]:
        """List the accounts of customers by name: one's own, and those with legal entities whose money one sees."""
        found = await customer_accounts.list_accounts(
            info.context.actor,
            Page(first, after, last, before),
            customer_id=decode(customer_id, "Organization", "customerId") if customer_id else None,
            search=search or "",
            with_total=wants_total(info),
        )
        return Connection[CustomerAccount].of(found, lambda row: CustomerAccount.of(AccountRow(**row)))

    @query(granted(Grant.SEE_MONEY))
    async def invoice_previews(
        self, info: Info, customer_id: strawberry.ID, legal_entity_id: strawberry.ID, currency: str, month: date
    ) -> list[InvoicePreview]:
        """Show the invoices that a billing run of a month would make for a customer now; what was due earlier is in them."""
        found = await service.preview_invoices(
            info.context.actor,
            decode(customer_id, "Organization", "customerId"),
            decode(legal_entity_id, "LegalEntity", "legalEntityId"),
            currency,
            month,
        )
        return [InvoicePreview.of(one) for one in found]

    @query(granted(Grant.SEE_MONEY))
    async def account_statement(
        self, info: Info, customer_id: strawberry.ID, legal_entity_id: strawberry.ID, currency: str, first: date, last: date
    ) -> AccountStatement:
        """Show a customer's account with a legal entity in a currency, for days that are both included."""
        found = await service.account_statement(
            info.context.actor,
            decode(customer_id, "Organization", "customerId"),
            decode(legal_entity_id, "LegalEntity", "legalEntityId"),
            currency,
            first,
            last,
        )
        return AccountStatement(
            opening=Money.minor(found.opening_minor, currency),
            closing=Money.minor(found.closing_minor, currency),
            entries=[AccountEntry.of(entry, currency) for entry in found.entries],
        )
