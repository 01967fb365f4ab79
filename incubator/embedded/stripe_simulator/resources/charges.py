"""Charges: each try to take money, successful or not."""

from typing import Any

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.cards import card_of
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.resources import balance
from incubator.embedded.stripe_simulator.searching import search_in
from incubator.embedded.stripe_simulator.store import Books, Resource

_SEARCHED = frozenset(("amount", "created", "currency", "customer", "status", "disputed", "refunded"))


def open_charge(books: Books, intent: Resource, method: Resource, *, three_d_secure: bool = False) -> Resource:
    """Write a pending charge for an intent; `settle` or `fail` decide it."""
    charge: Resource = {
        "id": books.new_id("py" if method["type"] == "sepa_debit" else "ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": (intent["statement_descriptor"] or books.display_name).upper()[:22],
        "captured": False,
        "created": books.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method, intent, three_d_secure),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer": None,
        "transfer_data": None,
        "transfer_group": None,
    }
    return books.add("charge", charge)


def _details(method: Resource, intent: Resource, three_d_secure: bool) -> Resource:
    kind = method["type"]
    if kind == "card":
        card = method["card"]
        copied = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet", "regulated_status")
        flow = {"authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": None}
        flow |= {"result": "authenticated", "result_reason": None, "transaction_id": None, "version": "2.2.0"}
        more = {
            "amount_authorized": intent["amount"],
            "authorization_code": "123456",
            "installments": None,
            "mandate": None,
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": None,
            "setup_credential_usage": None,
            "stored_credential_usage": None,
            "three_d_secure": flow if three_d_secure else None,
        }
        return {"type": "card", "card": {name: card[name] for name in copied} | more}
    if kind == "sepa_debit":
        debit = method["sepa_debit"]
        named = ("bank_code", "branch_code", "country", "fingerprint", "last4")
        return {"type": kind, kind: {name: debit[name] for name in named} | {"mandate": None}}
    return {"type": kind, kind: {}}


def authorise(books: Books, charge: Resource) -> Resource:
    """Mark a card charge as approved by the bank; the money is not taken yet."""
    charge["status"] = "succeeded"
    charge["paid"] = True
    charge["outcome"] = _outcome("approved_by_network", "Payment complete.", "authorized", None)
    return books.put(charge)


def take_money(books: Books, charge: Resource, amount: int) -> Resource:
    """Take the money of an approved charge and book it with the fee."""
    kind = charge["payment_method_details"]["type"]
    charge["captured"] = True
    charge["amount_captured"] = amount
    fee = balance.fee_of(kind, amount)
    transaction_kind = "payment" if kind == "sepa_debit" else "charge"
    transaction = balance.book(books, transaction_kind, amount, charge["currency"], charge["id"], fee=fee, category="charge")
    charge["balance_transaction"] = transaction["id"]
    return books.put(charge)


def fail(books: Books, charge: Resource, code: str, message: str, decline_code: str | None) -> Resource:
    """Mark a charge as refused."""
    charge["status"] = "failed"
    charge["failure_code"] = code
    charge["failure_message"] = message
    charge["outcome"] = _outcome("declined_by_network", message, "issuer_declined", decline_code)
    emit(books, "charge.failed", books.put(charge))
    return charge


def _outcome(status: str, message: str, kind: str, reason: str | None) -> Resource:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": status,
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 20,
        "rule": None,
        "seller_message": message,
        "type": kind,
    }


def number_disputes(books: Books, method_id: str) -> bool:
    """Tell whether payments with this card are disputed at once."""
    number = books.hidden(method_id).get("number")
    return number is not None and card_of(number).disputes


@endpoint("GET", "/v1/charges", "ChargeListParams")
def listed(call: Call) -> Resource:
    """List charges."""
    return page_of(call, call.books.newest_first("charge"), "customer", "payment_intent")


@endpoint("GET", "/v1/charges/search", "ChargeSearchParams")
def search(call: Call) -> Resource:
    """Find charges by metadata, amount, status and the like."""
    return search_in(call, call.books.newest_first("charge"), _SEARCHED)


@endpoint("GET", "/v1/charges/{id}", "ChargeRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a charge."""
    return call.books.find("charge", call.path["id"])


@endpoint("POST", "/v1/charges/{id}", "ChargeUpdateParams")
def update(call: Call) -> Resource:
    """Change the description, the receipt address or the metadata of a charge."""
    charge = call.books.find("charge", call.path["id"])
    before: dict[str, Any] = dict(charge)
    for name in ("description", "receipt_email"):
        if name in call.params:
            charge[name] = call.params[name] or None
    charge["metadata"] = call.metadata(charge["metadata"])
    call.books.put(charge)
    previous = {name: before[name] for name in before if before[name] != charge[name]}
    emit(call.books, "charge.updated", charge, previous=previous, call=call)
    return charge
