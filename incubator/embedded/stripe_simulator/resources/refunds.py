"""Refunds: money back to where it came from."""

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.currencies import display
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.resources import balance
from incubator.embedded.stripe_simulator.store import Books, Resource

_UNSUPPORTED = ("customer", "origin", "currency", "instructions_email", "refund_application_fee", "reverse_transfer")


def refunds_of(books: Books, charge_id: str) -> list[Resource]:
    """Give the refunds of a charge, the newest first."""
    return [item for item in books.newest_first("refund") if item["charge"] == charge_id]


def _charge(call: Call) -> Resource:
    params, books = call.params, call.books
    for name in _UNSUPPORTED:
        if name in params:
            raise invalid(f"This simulator does not do refunds with {name}", param=name, status=501)
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        return books.find("charge", params["charge"], "charge")
    intent = books.find("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] not in ("succeeded", "requires_capture") or intent["latest_charge"] is None:
        raise invalid(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return books.find("charge", intent["latest_charge"], "charge")


@endpoint("POST", "/v1/refunds", "RefundCreateParams")
def create(call: Call) -> Resource:
    """Refund a charge, wholly or in part."""
    books, charge = call.books, _charge(call)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if charge["refunded"] or (charge["captured"] and left == 0):
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise invalid(f"Charge {charge['id']} took no money that could be refunded.", param="charge")
    amount = call.params.get("amount", left)
    currency = charge["currency"]
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        shown = f"Refund amount ({display(amount, currency)}) is greater than unrefunded amount on charge ({display(left, currency)})"
        raise invalid(shown, param="amount")
    refund: Resource = {
        "id": books.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.now,
        "currency": currency,
        "customer": charge["customer"],
        "destination_details": {"type": charge["payment_method_details"]["type"]},
        "failure_balance_transaction": None,
        "metadata": call.metadata(),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None,
        "reason": call.params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    if charge["payment_method_details"]["type"] == "card":
        card = {"reference": None, "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
        refund["destination_details"]["card"] = card
    refund["balance_transaction"] = balance.book(books, "refund", -amount, currency, refund["id"])["id"]
    books.add("refund", refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    books.put(charge)
    emit(books, "refund.created", refund, call=call)
    emit(books, "charge.refunded", charge, call=call)
    return refund


@endpoint("GET", "/v1/refunds", "RefundListParams")
def listed(call: Call) -> Resource:
    """List refunds."""
    return page_of(call, call.books.newest_first("refund"), "charge", "payment_intent")


@endpoint("GET", "/v1/refunds/{id}", "RefundRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a refund."""
    return call.books.find("refund", call.path["id"])


@endpoint("POST", "/v1/refunds/{id}", "RefundUpdateParams")
def update(call: Call) -> Resource:
    """Change a refund's metadata, the only thing of it that can be changed."""
    refund = call.books.find("refund", call.path["id"])
    before = refund["metadata"]
    refund["metadata"] = call.metadata(before)
    emit(call.books, "refund.updated", call.books.put(refund), previous={"metadata": before}, call=call)
    return refund


@endpoint("POST", "/v1/refunds/{id}/cancel", "RefundCancelParams")
def cancel(call: Call) -> Resource:
    """Refuse to cancel: every refund here is done at once, and only one that waits for action can be cancelled."""
    refund = call.books.find("refund", call.path["id"])
    raise invalid(f"Refund {refund['id']} has a status of {refund['status']} and cannot be canceled.")
