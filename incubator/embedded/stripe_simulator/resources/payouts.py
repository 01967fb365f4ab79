"""Payouts: the merchant's balance goes to the merchant's bank."""

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.currencies import check_currency
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.resources import balance
from incubator.embedded.stripe_simulator.store import Books, Resource

ARRIVES_AFTER_S = 2 * 86_400
_UNSUPPORTED = ("destination", "source_type", "payout_method")


@endpoint("POST", "/v1/payouts", "PayoutCreateParams")
def create(call: Call) -> Resource:
    """Pay out a part of the available balance."""
    for name in _UNSUPPORTED:
        if name in call.params:
            raise invalid(f"This simulator does not do payouts with {name}", param=name, status=501)
    amount, currency = call.params["amount"], check_currency(call.params["currency"])
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    balance.check_funds(call.books, amount, currency)
    payout: Resource = {
        "id": call.books.new_id("po"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": call.now + ARRIVES_AFTER_S,
        "automatic": False,
        "balance_transaction": None,
        "created": call.now,
        "currency": currency,
        "description": call.params.get("description"),
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": call.metadata(),
        "method": call.params.get("method", "standard"),
        "original_payout": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": call.params.get("statement_descriptor"),
        "status": "pending",
        "type": "bank_account",
    }
    payout["balance_transaction"] = balance.book(call.books, "payout", -amount, currency, payout["id"], at_once=True)["id"]
    call.books.add("payout", payout)
    call.books.set_timer(payout["arrival_date"], "payout", payout["id"])
    emit(call.books, "payout.created", payout, call=call)
    return payout


def arrive(books: Books, payout_id: str) -> None:
    """Mark a payout as arrived, if it was not cancelled."""
    payout = books.find("payout", payout_id)
    if payout["status"] == "pending":
        payout["status"] = "paid"
        emit(books, "payout.paid", books.put(payout))


@endpoint("GET", "/v1/payouts", "PayoutListParams")
def listed(call: Call) -> Resource:
    """List payouts."""
    return page_of(call, call.books.newest_first("payout"), "status", "destination")


@endpoint("GET", "/v1/payouts/{id}", "PayoutRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a payout."""
    return call.books.find("payout", call.path["id"])


@endpoint("POST", "/v1/payouts/{id}", "PayoutUpdateParams")
def update(call: Call) -> Resource:
    """Change a payout's metadata, the only thing of it that can be changed."""
    payout = call.books.find("payout", call.path["id"])
    before = payout["metadata"]
    payout["metadata"] = call.metadata(before)
    emit(call.books, "payout.updated", call.books.put(payout), previous={"metadata": before}, call=call)
    return payout


@endpoint("POST", "/v1/payouts/{id}/cancel", "PayoutCancelParams")
def cancel(call: Call) -> Resource:
    """Take a payout back that has not left."""
    payout = call.books.find("payout", call.path["id"])
    if payout["status"] != "pending":
        raise invalid("Payouts can only be canceled while they are pending.", code="payouts_not_allowed")
    returned = balance.book(
        call.books, "payout_cancel", payout["amount"], payout["currency"], payout["id"], at_once=True, category="payout_reversal"
    )
    payout["status"] = "canceled"
    payout["failure_balance_transaction"] = returned["id"]
    emit(call.books, "payout.canceled", call.books.put(payout), call=call)
    return payout
