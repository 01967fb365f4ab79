"""Invoices, credit notes and deposit requests as the API shows them."""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.billing.policy import plain
from incubator.billing.tax_terms import TaxFactName
from incubator.billing.views import LineView, PaymentState, PaymentView, RefundView
from incubator_graphql.ids import encode
from incubator_graphql.money import Money
from incubator_graphql.outputs import enum, value

enum(PaymentState)
enum(TaxFactName)


@enum
class InvoiceState(StrEnum):
    """Whether an invoice counts: a draft has no number yet, a finalised one never changes, a void one was credited."""

    DRAFT = "draft"
    FINALISED = "finalised"
    VOID = "void"


@enum
class InvoiceKind(StrEnum):
    """What a document is: it asks for money for supplies, takes some of that back, or asks for a deposit that is held and paid back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    DEPOSIT_REQUEST = "deposit request"


@value
class TaxFact:
    """Something that a tax decision was made with."""

    name: TaxFactName
    value: str


@value
class InvoiceLine:
    """One charge on an invoice, or what a credit note takes back of a line."""

    position: int = strawberry.field(description="Its place on the invoice, from 1.")
    description: str
    basis: str = strawberry.field(description="What the unit price is for: month, year, hour, minute or once.")
    quantity: str
    unit_price: Money
    discount: Money = strawberry.field(description="What a discount took off before `amount`.")
    credited: Money = strawberry.field(description="What credit notes took back of it, as priced.")
    supplied_from: date
    supplied_to: date = strawberry.field(description="The last day.")
    tax_rule: str = strawberry.field(description="The id of the rule that decided the tax; `agreed` when the agreement fixed it.")
    tax_evidence: list[TaxFact] = strawberry.field(description="What the decision was made with.")
    net: Money = strawberry.field(description="Its share of the net; the shares sum to the invoice's net.")
    tax_category: str = strawberry.field(description="EN 16931: S, Z, E, AE, G, K or O.")
    tax_rate: str = strawberry.field(description="In percent.")
    amount: Money = strawberry.field(description="As priced: with or without tax, as agreed.")
    rule_note: str = strawberry.field(description="How the amount came about.")
    tax_note: str = strawberry.field(description="The law, where there is no ordinary tax.")

    @classmethod
    def of(cls, row: LineView) -> Self:
        return cls(
            position=row.ordinal,
            description=row.description,
            basis=row.basis,
            quantity=plain(row.quantity),
            unit_price=Money.minor(row.unit_price_minor, row.currency),
            discount=Money.minor(row.discount_minor, row.currency),
            credited=Money.minor(row.credited_minor, row.currency),
            supplied_from=row.supplied_from,
            supplied_to=row.supplied_to,
            tax_rule=row.tax_rule,
            tax_evidence=[TaxFact(name=TaxFactName(name), value=shown) for name, shown in json.loads(row.tax_evidence).items()],
            net=Money.minor(row.net_minor, row.currency),
            tax_category=row.tax_category,
            tax_rate=plain(row.tax_rate),
            amount=Money.minor(row.amount_minor, row.currency),
            rule_note=row.rule_note,
            tax_note=row.tax_note,
        )


@value
class Payment:
    """Money that came in."""

    id: strawberry.ID
    amount: Money
    method: str
    received_at: datetime

    @classmethod
    def of(cls, row: PaymentView) -> Self:
        return cls(
            id=strawberry.ID(encode("Payment", row.id)),
            amount=Money.minor(row.amount_minor, row.currency),
            method=row.method,
            received_at=row.received_at,
        )


@enum
class CreditSettlement(StrEnum):
    """What becomes of a credited amount that was paid already: refunded, or kept for the next invoices; offset when nothing was paid."""

    OFFSET = "offset"
    REFUND = "refund"
    BALANCE = "balance"


@value
class InvoiceBlocker:
    """Something that is missing before a draft can get its number."""

    code: str
    field: str
    message: str = strawberry.field(description="In the viewer's language.")
    act: str = strawberry.field(description="Who must act: `customer` or `finance`.")


@value
class Refund:
    """What a credit note pays back."""

    amount: Money
    paid_out_at: datetime | None = strawberry.field(description="When it left the bank; null while it is owed.")
    reference: str | None

    @classmethod
    def of(cls, row: RefundView) -> Self:
        return cls(amount=Money.minor(row.amount_minor, row.currency), paid_out_at=row.paid_out_at, reference=row.reference)


@value
class HomeTax:
    """The tax in the seller's own currency, where the invoice is in another."""

    tax: Money
    rate: str = strawberry.field(description="Units of the seller's currency for one of the invoice's.")
    rate_on: date = strawberry.field(description="The day of the European Central Bank's rate.")
