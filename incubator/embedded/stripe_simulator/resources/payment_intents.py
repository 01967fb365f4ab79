"""Payment intents: one object from the wish for money until it is there."""

from typing import Any

from incubator.embedded.stripe_simulator.calls import Call, endpoint, merged_metadata, page_of
from incubator.embedded.stripe_simulator.currencies import check_amount, check_currency, check_method, usable_methods
from incubator.embedded.stripe_simulator.errors import invalid, wrong_state
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.payments import CONFIRMABLE, cancel_intent, capture_intent, confirm_intent
from incubator.embedded.stripe_simulator.resources.payment_methods import known_method, make, mandate_for
from incubator.embedded.stripe_simulator.searching import search_in
from incubator.embedded.stripe_simulator.store import Books, Resource

_TEXTS = ("description", "receipt_email", "shipping", "statement_descriptor", "statement_descriptor_suffix", "setup_future_usage")
_SUPPORTED = frozenset((
    *_TEXTS, "amount", "amount_to_capture", "automatic_payment_methods", "cancellation_reason", "capture_method", "confirm",
    "confirmation_method",
    "currency", "customer", "expand", "final_capture", "mandate", "mandate_data", "metadata", "off_session", "payment_method",
    "payment_method_data", "payment_method_options", "allowed_payment_method_types", "return_url", "use_stripe_sdk",
    "error_on_requires_action",
))  # fmt: skip
_SEARCHED = frozenset(("amount", "created", "currency", "customer", "status"))
_LATER = ("payment_method_options", "mandate_data", "return_url", "off_session", "error_on_requires_action", "mandate")


def _only_supported(params: dict[str, Any]) -> None:
    unsupported = sorted(params.keys() - _SUPPORTED)
    if unsupported:
        raise invalid(f"This simulator does not do payment intents with {unsupported[0]}", param=unsupported[0], status=501)


def new_intent(books: Books, params: dict[str, Any], call: Call | None = None) -> Resource:
    """Write an intent that nobody has tried to pay.

    Raises:
        StripeRefusal: unknown currency or customer, an amount too small or too large, a payment method that does not fit.
    """
    currency = check_currency(params["currency"])
    check_amount(params["amount"], currency)
    if "customer" in params:
        books.find("customer", params["customer"], "customer")
    allowed = params.get("allowed_payment_method_types")
    automatic = params.get("automatic_payment_methods", None if allowed else {"enabled": True})
    if allowed is None and currency == "eur" and automatic and automatic["enabled"]:
        allowed = ["card", "sepa_debit"]
    types = usable_methods(allowed, currency)
    intent_id = books.new_id("pi")
    intent: Resource = {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": automatic.get("allow_redirects", "always"), "enabled": automatic["enabled"]}
        if automatic
        else None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": f"{intent_id}_secret_{books.new_id('x')[2:]}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": books.now,
        "currency": currency,
        "customer": params.get("customer"),
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": merged_metadata(None, params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": params.get("payment_method_options", {}),
        "payment_method_types": types,
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    intent |= {name: params[name] or None for name in _TEXTS if name in params}
    books.add("payment_intent", intent)
    emit(books, "payment_intent.created", intent, call=call)
    return intent


def _method(books: Books, params: dict[str, Any], intent: Resource) -> Resource | None:
    if "payment_method_data" in params:
        return make(books, params["payment_method_data"])
    method_id = params.get("payment_method") or intent["payment_method"]
    return known_method(books, method_id) if method_id else None


@endpoint("POST", "/v1/payment_intents", "PaymentIntentCreateParams")
def create(call: Call) -> Resource:
    """Create an intent, and confirm it at once if asked."""
    params = call.params
    _only_supported(params)
    if not params.get("confirm"):
        for name in ("off_session", "return_url", "mandate_data", "error_on_requires_action"):
            if name in params:
                raise invalid(f"You can only pass `{name}` when `confirm` is true.", param=name)
    intent = new_intent(call.books, params, call)
    method = _method(call.books, params, intent)
    if method is not None:
        check_method(method["type"], intent["currency"], "payment_method")
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
        call.books.put(intent)
    return _confirm(call, intent, method) if params.get("confirm") else intent


def _confirm(call: Call, intent: Resource, method: Resource | None) -> Resource:
    params = call.params
    if method is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent "
            "with a payment method and then confirm it again, or confirm it again directly with a payment method."
        )
        raise invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)
    if method["type"] == "sepa_debit" and intent["status"] in CONFIRMABLE:
        if "mandate_data" not in params and "mandate" not in params and not call.books.hidden(method["id"]).get("mandate"):
            raise invalid("A mandate is required to debit a bank account: give `mandate_data` or `mandate`.", param="mandate_data")
        remember_mandate(call.books, intent, method, params)
    automatic = intent["automatic_payment_methods"]
    if automatic and automatic["enabled"] and automatic["allow_redirects"] == "always" and "return_url" not in params:
        message = (
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment "
            "methods might redirect your customer off of your page, you must provide a `return_url`."
        )
        raise invalid(message, param="return_url")
    confirmed = confirm_intent(
        call.books,
        intent,
        method,
        off_session=bool(params.get("off_session")),
        return_url=params.get("return_url"),
        base_url=call.base_url,
        call=call,
    )
    if params.get("error_on_requires_action") and confirmed["status"] == "requires_action":
        raise invalid("This payment required an authentication action to complete.", code="authentication_required")
    if confirmed["setup_future_usage"] and confirmed["customer"] and method["customer"] is None:
        method["customer"] = confirmed["customer"]
        call.books.put(method)
        emit(call.books, "payment_method.attached", method, call=call)
    return confirmed


def remember_mandate(books: Books, intent: Resource, method: Resource, params: dict[str, Any]) -> None:
    """Keep the mandate under which a bank account will be debited."""
    mandate_id = params.get("mandate") or books.hidden(method["id"]).get("mandate")
    mandate = books.find("mandate", mandate_id, "mandate") if mandate_id else mandate_for(books, method, params.get("mandate_data"))
    books.hide(method["id"], mandate=mandate["id"])
    books.hide(intent["id"], mandate=mandate["id"])


@endpoint("POST", "/v1/payment_intents/{id}/confirm", "PaymentIntentConfirmParams")
def confirm(call: Call) -> Resource:
    """Try to take the money."""
    _only_supported(call.params)
    intent = call.books.find("payment_intent", call.path["id"])
    if intent["status"] not in CONFIRMABLE:
        raise wrong_state("payment_intent", intent["status"], "confirmed", payment_intent=intent)
    if call.params.get("setup_future_usage"):
        intent["setup_future_usage"] = call.params["setup_future_usage"]
    return _confirm(call, intent, _method(call.books, call.params, intent))


@endpoint("POST", "/v1/payment_intents/{id}/capture", "PaymentIntentCaptureParams")
def capture(call: Call) -> Resource:
    """Take an authorised amount."""
    _only_supported(call.params)
    intent = call.books.find("payment_intent", call.path["id"])
    intent["metadata"] = call.metadata(intent["metadata"])
    return capture_intent(call.books, intent, call.params.get("amount_to_capture"), call)


@endpoint("POST", "/v1/charges/{id}/capture", "ChargeCaptureParams")
def capture_charge(call: Call) -> Resource:
    """Capture the charge of an intent that waits for it."""
    charge = call.books.find("charge", call.path["id"])
    intent = call.books.find("payment_intent", charge["payment_intent"])
    capture_intent(call.books, intent, call.params.get("amount"), call)
    return call.books.find("charge", charge["id"])


@endpoint("POST", "/v1/payment_intents/{id}/cancel", "PaymentIntentCancelParams")
def cancel(call: Call) -> Resource:
    """Give an intent up."""
    intent = call.books.find("payment_intent", call.path["id"])
    if call.books.hidden(intent["id"]).get("session"):
        message = "You cannot cancel this PaymentIntent because it was created by a Checkout Session. Expire the session instead."
        raise invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)
    return cancel_intent(call.books, intent, call.params.get("cancellation_reason"), call)


@endpoint("GET", "/v1/payment_intents/search", "PaymentIntentSearchParams")
def search(call: Call) -> Resource:
    """Find intents by metadata, amount, status and the like."""
    return search_in(call, call.books.newest_first("payment_intent"), _SEARCHED)


@endpoint("GET", "/v1/payment_intents", "PaymentIntentListParams")
def listed(call: Call) -> Resource:
    """List intents."""
    return page_of(call, call.books.newest_first("payment_intent"), "customer")


@endpoint("GET", "/v1/payment_intents/{id}", "PaymentIntentRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give an intent."""
    return call.books.find("payment_intent", call.path["id"])


@endpoint("POST", "/v1/payment_intents/{id}", "PaymentIntentUpdateParams")
def update(call: Call) -> Resource:
    """Change an intent that nobody has paid yet; texts and metadata can be changed at any time."""
    params, books = call.params, call.books
    _only_supported(params)
    intent = books.find("payment_intent", call.path["id"])
    before: dict[str, Any] = dict(intent)
    fixed = sorted(params.keys() & {"amount", "currency", "customer", "payment_method", "allowed_payment_method_types"})
    if fixed and intent["status"] not in CONFIRMABLE:
        raise wrong_state("payment_intent", intent["status"], "updated", payment_intent=intent)
    if "currency" in params:
        intent["currency"] = check_currency(params["currency"])
    if "amount" in params or "currency" in params:
        intent["amount"] = check_amount(params["amount"] if "amount" in params else intent["amount"], intent["currency"])
    if "allowed_payment_method_types" in params:
        intent["allowed_payment_method_types"] = params["allowed_payment_method_types"]
    if {"currency", "allowed_payment_method_types"} & params.keys():
        intent["payment_method_types"] = usable_methods(intent["allowed_payment_method_types"], intent["currency"])
    if "customer" in params:
        intent["customer"] = books.find("customer", params["customer"], "customer")["id"]
    method = _method(books, params, intent) if {"payment_method", "payment_method_data"} & params.keys() else None
    if method is not None:
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
    intent |= {name: params[name] or None for name in _TEXTS if name in params}
    intent["metadata"] = call.metadata(before["metadata"])
    return books.put(intent)
