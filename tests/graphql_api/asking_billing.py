"""A valid call of every field of runs, invoices and accounts that takes an id: who asks it on a side, and with what."""

from typing import Any

from tests.graphql_api.asking_words import KEY, Asking, day, given
from tests.support.sides import Side


def _listed(s: Side) -> dict[str, Any]:
    return {"customerId": s.id("Organization: startup"), "legalEntityId": s.id("LegalEntity")}


def _account(s: Side, **more: Any) -> dict[str, Any]:
    return {**_listed(s), "currency": "EUR", **more}


BILLING: dict[str, Asking] = {
    "invoices": Asking("manager", _listed),
    "invoiceTotals": Asking("manager", _listed),
    "customerAccounts": Asking("manager", lambda s: {"customerId": s.id("Organization: startup")}),
    "creditPreview": Asking("finance", lambda s: {"invoiceId": s.id("Invoice: to credit"), "lines": None}),
    "invoicePreviews": Asking("manager", lambda s: _account(s, month=day()), {"customerId": "", "legalEntityId": "Forbidden"}),
    "accountStatement": Asking(
        "manager", lambda s: _account(s, first=day(-400), last=day()), {"customerId": "", "legalEntityId": "Forbidden"}
    ),
    "decideBillingRun": Asking("manager", lambda s: given(billingRunId=s.id("BillingRun"), approve=True)),
    "resumeBillingRun": Asking("manager", lambda s: given(billingRunId=s.id("BillingRun"))),
    "assignParkedCustomer": Asking("manager", lambda s: given(parkedCustomerId=s.id("ParkedCustomer"), personId=s.id("Person: trainer"))),
    "finaliseInvoice": Asking("manager", lambda s: given(invoiceId=s.id("Invoice: draft"))),
    "discardDraft": Asking("manager", lambda s: given(invoiceId=s.id("Invoice: second draft"), expectedVersion=1)),
    "createCreditNote": Asking(
        "finance",
        lambda s: given(
            invoiceId=s.id("Invoice: to credit"),
            lines=[{"position": 1, "amountMinor": 100}],
            settlement="OFFSET",
            reason="Wrong price",
            expectedVersion=2,
            idempotencyKey=f"{KEY}-credit",
        ),
    ),
    "voidInvoice": Asking(
        "finance",
        lambda s: given(
            invoiceId=s.id("Invoice: to void"), settlement="OFFSET", reason="Twice", expectedVersion=2, idempotencyKey=f"{KEY}-void"
        ),
    ),
    "recordRefund": Asking("finance", lambda s: given(creditNoteId=s.id("Invoice: credit note"), reference="TR-1")),
}
