"""Disputes: a payer takes the money back through the bank."""

from typing import Any, Literal

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.resources import balance
from incubator.embedded.stripe_simulator.store import Books, Resource

_EVIDENCE = (
    "access_activity_log", "appeal", "billing_address", "cancellation_policy", "cancellation_policy_disclosure", "cancellation_rebuttal",
    "customer_communication", "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
    "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip
_OPEN = ("warning_needs_response", "needs_response")
ANSWER_WITHIN_S = 7 * 86_400


def open_dispute(books: Books, charge: Resource) -> Resource:
    """Open a dispute over a whole charge and withdraw the money with the fee."""
    dispute_id = books.new_id("du")
    withdrawal = balance.book(
        books, "adjustment", -charge["amount"], charge["currency"], dispute_id, fee=balance.DISPUTE_FEE, category="dispute"
    )
    dispute: Resource = {
        "id": dispute_id,
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": [withdrawal],
        "charge": charge["id"],
        "created": books.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": books.now + ANSWER_WITHIN_S,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
    }
    charge["disputed"] = True
    books.put(charge)
    books.add("dispute", dispute)
    books.set_timer(books.now + ANSWER_WITHIN_S, "dispute", dispute_id)
    emit(books, "charge.dispute.created", dispute)
    emit(books, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def decide(books: Books, dispute_id: str, status: Literal["won", "lost"]) -> Resource:
    """End a dispute; a won one brings the money back."""
    dispute = books.find("dispute", dispute_id)
    if dispute["status"] in ("won", "lost"):
        return dispute
    dispute["status"] = status
    if status == "won":
        returned = balance.book(books, "adjustment", dispute["amount"], dispute["currency"], dispute_id, category="dispute_reversal")
        dispute["balance_transactions"].append(returned)
        emit(books, "charge.dispute.funds_reinstated", books.put(dispute))
    emit(books, "charge.dispute.closed", books.put(dispute))
    return dispute


def answer_is_due(books: Books, dispute_id: str) -> None:
    """Lose a dispute that nobody answered in time."""
    dispute = books.find("dispute", dispute_id)
    if dispute["status"] in _OPEN:
        dispute["evidence_details"]["past_due"] = True
        books.put(dispute)
        decide(books, dispute_id, "lost")


@endpoint("GET", "/v1/disputes", "DisputeListParams")
def listed(call: Call) -> Resource:
    """List disputes."""
    return page_of(call, call.books.newest_first("dispute"), "charge", "payment_intent")


@endpoint("GET", "/v1/disputes/{id}", "DisputeRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a dispute."""
    return call.books.find("dispute", call.path["id"])


@endpoint("POST", "/v1/disputes/{id}", "DisputeUpdateParams")
def update(call: Call) -> Resource:
    """Give evidence and submit it; the texts `winning_evidence` and `losing_evidence` decide at once, as in Stripe's test mode."""
    dispute = call.books.find("dispute", call.path["id"])
    if "evidence" in call.params and dispute["status"] not in _OPEN:
        raise invalid("This dispute is already closed or under review; its evidence cannot be changed.", param="evidence")
    evidence: dict[str, Any] = call.params.get("evidence", {})
    dispute["evidence"] |= {name: value or None for name, value in evidence.items() if name in _EVIDENCE}
    details = dispute["evidence_details"]
    details["has_evidence"] = any(dispute["evidence"][name] for name in _EVIDENCE)
    dispute["metadata"] = call.metadata(dispute["metadata"])
    submits = call.params.get("submit", "evidence" in call.params)
    if submits and evidence:
        details["submission_count"] += 1
        details["submission_method"] = "manual"
        dispute["status"] = "under_review"
    emit(call.books, "charge.dispute.updated", call.books.put(dispute), call=call)
    text = dispute["evidence"]["uncategorized_text"]
    if dispute["status"] == "under_review" and text in ("winning_evidence", "losing_evidence"):
        return decide(call.books, dispute["id"], "won" if text == "winning_evidence" else "lost")
    return dispute


@endpoint("POST", "/v1/disputes/{id}/close", "DisputeCloseParams")
def close(call: Call) -> Resource:
    """Accept that the dispute is lost."""
    dispute = call.books.find("dispute", call.path["id"])
    if dispute["status"] not in _OPEN:
        raise invalid("This dispute is already closed.", param="dispute")
    return decide(call.books, dispute["id"], "lost")
