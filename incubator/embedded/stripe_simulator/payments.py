"""What happens to money: confirming, authenticating, capturing and settling a payment intent.

The states follow https://docs.stripe.com/payments/paymentintents/lifecycle (November 2026).
"""

from typing import Any, Literal

from incubator.embedded.stripe_simulator.calls import Call
from incubator.embedded.stripe_simulator.cards import Card, card_of, direct_debit_of
from incubator.embedded.stripe_simulator.currencies import check_method, display
from incubator.embedded.stripe_simulator.errors import StripeRefusal, declined, invalid, wrong_state
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.resources import charges, disputes
from incubator.embedded.stripe_simulator.store import Books, Resource

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


class Declined(Exception):
    """The bank refused: the refusal is the answer, and what was written stays written."""

    def __init__(self, refusal: StripeRefusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def confirm_intent(
    books: Books,
    intent: Resource,
    method: Resource,
    *,
    off_session: bool = False,
    return_url: str | None = None,
    base_url: str = "",
    call: Call | None = None,
) -> Resource:
    """Try to take the money of an intent with a payment method.

    Raises:
        StripeRefusal: the intent is in no state to be confirmed, or does not allow this kind of payment method.
        Declined: the bank refused; the failed charge and the intent's error are stored.
    """
    if intent["status"] not in CONFIRMABLE:
        raise wrong_state("payment_intent", intent["status"], "confirmed", payment_intent=intent)
    if method["type"] not in intent["payment_method_types"]:
        allowed = ", ".join(intent["payment_method_types"])
        message = f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent; it allows {allowed}."
        raise invalid(message, param="payment_method")
    check_method(method["type"], intent["currency"], "payment_method")
    if method["customer"] is not None and method["customer"] != intent["customer"]:
        message = f"The provided PaymentMethod cannot be used: it belongs to customer {method['customer']}."
        raise invalid(message, code="payment_method_customer_mismatch", param="payment_method")
    intent["payment_method"] = method["id"]
    intent["last_payment_error"] = None
    intent["next_action"] = None
    if method["type"] == "card":
        card = card_of(books.hidden(method["id"])["number"])
        if _asks(card, books.hidden(method["id"]), off_session):
            if off_session:
                return _refuse(books, intent, method, _AUTHENTICATION_REQUIRED, call)
            return _ask_for_authentication(books, intent, return_url, base_url, call)
    return charge_intent(books, intent, method, call=call)


_AUTHENTICATION_REQUIRED = (
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)


def _asks(card: Card, hidden: Resource, off_session: bool) -> bool:
    if card.authentication == "unless_set_up":
        return not (hidden.get("set_up") and off_session)
    return card.authentication == "always"


def _ask_for_authentication(books: Books, intent: Resource, return_url: str | None, base_url: str, call: Call | None) -> Resource:
    intent["status"] = "requires_action"
    if return_url is None:
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    else:
        url = f"{base_url}/3ds/{intent['id']}"
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    books.put(intent)
    emit(books, "payment_intent.requires_action", intent, call=call)
    return intent


def charge_intent(books: Books, intent: Resource, method: Resource, *, three_d_secure: bool = False, call: Call | None = None) -> Resource:
    """Charge a payment method that needs no (further) authentication.

    Raises:
        Declined: the bank refused.
    """
    if method["type"] == "sepa_debit":
        return _start_direct_debit(books, intent, method, call)
    if method["type"] == "card":
        card = card_of(books.hidden(method["id"])["number"])
        if card.decline is not None:
            return _refuse(books, intent, method, card.decline, call)
    charge = charges.authorise(books, charges.open_charge(books, intent, method, three_d_secure=three_d_secure))
    intent["latest_charge"] = charge["id"]
    if intent["capture_method"] == "manual":
        intent["status"] = "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        books.put(intent)
        emit(books, "charge.succeeded", charge, call=call)
        emit(books, "payment_intent.amount_capturable_updated", intent, call=call)
        return intent
    return _succeed(books, intent, charge, intent["amount"], call)


def _succeed(books: Books, intent: Resource, charge: Resource, amount: int, call: Call | None, first: str = "charge.succeeded") -> Resource:
    charges.take_money(books, charge, amount)
    intent["status"] = "succeeded"
    intent["amount_received"] = amount
    intent["amount_capturable"] = 0
    intent["next_action"] = None
    intent["processing"] = None
    books.put(intent)
    emit(books, first, charge, call=call)
    emit(books, "payment_intent.succeeded", intent, call=call)
    if charges.number_disputes(books, charge["payment_method"]):
        disputes.open_dispute(books, charge)
    return intent


def _refuse(books: Books, intent: Resource, method: Resource, reason: tuple[str, str | None, str], call: Call | None) -> Resource:
    code, decline_code, message = reason
    charge = charges.fail(books, charges.open_charge(books, intent, method), code, message, decline_code)
    intent["latest_charge"] = charge["id"]
    _back_to_start(books, intent, method, reason, charge["id"])
    emit(books, "payment_intent.payment_failed", intent, call=call)
    extra: dict[str, Any] = {"charge": charge["id"], "payment_intent": intent, "payment_method": method}
    raise Declined(declined(code, message, decline_code, **extra))


def _back_to_start(books: Books, intent: Resource, method: Resource, reason: tuple[str, str | None, str], charge_id: str | None) -> None:
    code, decline_code, message = reason
    error: Resource = {"code": code, "message": message, "payment_method": method, "type": "card_error"}
    if method["type"] != "card":
        error["type"] = "invalid_request_error"
    if decline_code is not None:
        error["decline_code"] = decline_code
    if charge_id is not None:
        error["charge"] = charge_id
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["next_action"] = None
    intent["processing"] = None
    intent["last_payment_error"] = error | {"source": None}
    books.put(intent)


def _start_direct_debit(books: Books, intent: Resource, method: Resource, call: Call | None) -> Resource:
    debit = direct_debit_of(books.hidden(method["id"])["iban"])
    charge = charges.open_charge(books, intent, method)
    charge["payment_method_details"]["sepa_debit"]["mandate"] = books.hidden(intent["id"]).get("mandate")
    books.put(charge)
    intent["latest_charge"] = charge["id"]
    intent["status"] = "processing"
    books.put(intent)
    books.set_timer(books.now + debit.after_s, "direct_debit", intent["id"])
    emit(books, "charge.pending", charge, call=call)
    emit(books, "payment_intent.processing", intent, call=call)
    return intent


def settle_direct_debit(books: Books, intent_id: str, outcome: Literal["succeeded", "failed"] | None = None) -> Resource:
    """Decide a direct debit that is under way, as its IBAN says or as the test asks."""
    intent = books.find("payment_intent", intent_id)
    if intent["status"] != "processing":
        return intent
    method = books.find("payment_method", intent["payment_method"])
    debit = direct_debit_of(books.hidden(method["id"])["iban"])
    charge = books.find("charge", intent["latest_charge"])
    if debit.succeeds if outcome is None else outcome == "succeeded":
        charges.authorise(books, charge)
        _succeed(books, intent, charge, intent["amount"], None)
        if debit.disputes:
            disputes.open_dispute(books, books.find("charge", charge["id"]))
        return intent
    code = debit.failure_code or "payment_intent_payment_attempt_failed"
    reason = (code, None, "The bank account could not be debited.")
    charges.fail(books, charge, code, reason[2], None)
    _back_to_start(books, intent, method, reason, charge["id"])
    emit(books, "payment_intent.payment_failed", intent)
    return intent


def authenticate_intent(books: Books, intent_id: str, *, passed: bool) -> Resource:
    """Answer the bank's question in the payer's place.

    Raises:
        StripeRefusal: the intent asks for nothing.
        Declined: the payment was refused after the authentication.
    """
    intent = books.find("payment_intent", intent_id)
    if intent["status"] != "requires_action":
        raise wrong_state("payment_intent", intent["status"], "authenticated", payment_intent=intent)
    method = books.find("payment_method", intent["payment_method"])
    if passed:
        books.hide(method["id"], set_up=True)
        intent["next_action"] = None
        return charge_intent(books, intent, method, three_d_secure=True)
    message = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    _back_to_start(books, intent, method, ("payment_intent_authentication_failure", None, message), None)
    intent["last_payment_error"]["type"] = "invalid_request_error"
    emit(books, "payment_intent.payment_failed", books.put(intent))
    return intent


def capture_intent(books: Books, intent: Resource, amount: int | None, call: Call | None) -> Resource:
    """Take an authorised amount, or a part of it; the rest is released.

    Raises:
        StripeRefusal: nothing waits to be captured, or more is asked than was authorised.
    """
    if intent["status"] != "requires_capture":
        raise wrong_state("payment_intent", intent["status"], "captured", payment_intent=intent)
    taken = intent["amount_capturable"] if amount is None else amount
    if not 0 < taken <= intent["amount_capturable"]:
        allowed = display(intent["amount_capturable"], intent["currency"])
        raise invalid(
            f"The amount to capture must be positive and no more than {allowed}.", code="amount_too_large", param="amount_to_capture"
        )
    charge = books.find("charge", intent["latest_charge"])
    return _succeed(books, intent, charge, taken, call, first="charge.captured")


def cancel_intent(books: Books, intent: Resource, reason: str | None, call: Call | None) -> Resource:
    """Give up an intent that took no money; an authorisation is released.

    Raises:
        StripeRefusal: it succeeded, is being processed, or was cancelled before.
    """
    if intent["status"] not in (*CONFIRMABLE, "requires_capture"):
        raise wrong_state("payment_intent", intent["status"], "canceled", payment_intent=intent)
    if intent["status"] == "requires_capture":
        charge = books.find("charge", intent["latest_charge"])
        charge["refunded"] = True
        charge["amount_refunded"] = charge["amount"]
        emit(books, "charge.refunded", books.put(charge), call=call)
    intent["status"] = "canceled"
    intent["cancellation_reason"] = reason
    intent["canceled_at"] = books.now
    intent["amount_capturable"] = 0
    intent["next_action"] = None
    books.put(intent)
    emit(books, "payment_intent.canceled", intent, call=call)
    return intent
