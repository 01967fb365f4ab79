"""Setup intents: a payment method is saved for later, with the payer's consent."""

from typing import Any

from incubator.embedded.stripe_simulator.calls import Call, endpoint, merged_metadata, page_of
from incubator.embedded.stripe_simulator.cards import card_of, refusal_of
from incubator.embedded.stripe_simulator.currencies import usable_methods
from incubator.embedded.stripe_simulator.errors import invalid, wrong_state
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.payments import CONFIRMABLE, Declined
from incubator.embedded.stripe_simulator.resources.payment_methods import known_method, make, mandate_for
from incubator.embedded.stripe_simulator.store import Books, Resource

_SUPPORTED = frozenset((
    "automatic_payment_methods", "cancellation_reason", "confirm", "customer", "description", "expand", "mandate_data", "metadata",
    "payment_method", "payment_method_data", "payment_method_options", "allowed_payment_method_types", "return_url", "usage",
    "use_stripe_sdk",
))  # fmt: skip


def _only_supported(params: dict[str, Any]) -> None:
    unsupported = sorted(params.keys() - _SUPPORTED)
    if unsupported:
        raise invalid(f"This simulator does not do setup intents with {unsupported[0]}", param=unsupported[0], status=501)


def new_setup_intent(books: Books, params: dict[str, Any], call: Call | None = None) -> Resource:
    """Write a setup intent that waits for a payment method."""
    if "customer" in params:
        books.find("customer", params["customer"], "customer")
    types = usable_methods(params.get("allowed_payment_method_types"), None)
    automatic = params.get("automatic_payment_methods")
    intent_id = books.new_id("seti")
    intent: Resource = {
        "id": intent_id,
        "object": "setup_intent",
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "application": None,
        "automatic_payment_methods": {"allow_redirects": automatic.get("allow_redirects", "always"), "enabled": automatic["enabled"]}
        if automatic
        else None,
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{books.new_id('x')[2:]}",
        "created": books.now,
        "customer": params.get("customer"),
        "description": params.get("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merged_metadata(None, params.get("metadata")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": params.get("payment_method_options", {}),
        "payment_method_types": types,
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }
    books.add("setup_intent", intent)
    emit(books, "setup_intent.created", intent, call=call)
    return intent


def confirm_setup(
    books: Books, intent: Resource, method: Resource, params: dict[str, Any], base_url: str = "", call: Call | None = None
) -> Resource:
    """Save a payment method.

    Raises:
        StripeRefusal: the intent is done, or does not allow this kind of payment method.
        Declined: the bank refused the check.
    """
    if intent["status"] not in CONFIRMABLE:
        raise wrong_state("setup_intent", intent["status"], "confirmed", setup_intent=intent)
    if method["type"] not in intent["payment_method_types"]:
        raise invalid(f"The PaymentMethod provided ({method['type']}) is not allowed for this SetupIntent.", param="payment_method")
    intent |= {"payment_method": method["id"], "last_setup_error": None, "next_action": None}
    if method["type"] == "card":
        card = card_of(books.hidden(method["id"])["number"])
        if card.decline is not None and not card.declines_when_attached:
            refusal = refusal_of(card, setup_intent=intent, payment_method=method)
            intent |= {"status": "requires_payment_method", "payment_method": None}
            error = {"code": refusal.code, "message": refusal.message, "payment_method": method, "source": None, "type": "card_error"}
            intent["last_setup_error"] = error | {"decline_code": refusal.extra.get("decline_code")}
            emit(books, "setup_intent.setup_failed", books.put(intent), call=call)
            raise Declined(refusal)
        if card.authentication != "never":
            return _ask(books, intent, params.get("return_url"), base_url, call)
    return _save(books, intent, method, params, call)


def _ask(books: Books, intent: Resource, return_url: str | None, base_url: str, call: Call | None) -> Resource:
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    if return_url is not None:
        redirect = {"return_url": return_url, "url": f"{base_url}/3ds/{intent['id']}"}
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
    emit(books, "setup_intent.requires_action", books.put(intent), call=call)
    return intent


def _save(books: Books, intent: Resource, method: Resource, params: dict[str, Any], call: Call | None) -> Resource:
    if method["type"] == "sepa_debit" or "mandate_data" in params:
        intent["mandate"] = mandate_for(books, method, params.get("mandate_data"))["id"]
        books.hide(method["id"], mandate=intent["mandate"])
    books.hide(method["id"], set_up=True)
    if intent["customer"] is not None and method["customer"] is None:
        method["customer"] = intent["customer"]
        emit(books, "payment_method.attached", books.put(method), call=call)
    intent |= {"status": "succeeded", "next_action": None}
    emit(books, "setup_intent.succeeded", books.put(intent), call=call)
    return intent


def authenticate_setup(books: Books, intent_id: str, *, passed: bool) -> Resource:
    """Answer the bank's question in the payer's place.

    Raises:
        StripeRefusal: the intent asks for nothing.
    """
    intent = books.find("setup_intent", intent_id)
    if intent["status"] != "requires_action":
        raise wrong_state("setup_intent", intent["status"], "authenticated", setup_intent=intent)
    method = books.find("payment_method", intent["payment_method"])
    if passed:
        return _save(books, intent, method, {}, None)
    error = {
        "code": "setup_intent_authentication_failure",
        "message": "The latest attempt to set up the payment method has failed because authentication failed.",
        "payment_method": method,
        "source": None,
        "type": "invalid_request_error",
    }
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None, "last_setup_error": error}
    emit(books, "setup_intent.setup_failed", books.put(intent))
    return intent


def _confirm(call: Call, intent: Resource) -> Resource:
    if "payment_method_data" in call.params:
        method = make(call.books, call.params["payment_method_data"])
    else:
        method_id = call.params.get("payment_method") or intent["payment_method"]
        if method_id is None:
            raise invalid("You cannot confirm this SetupIntent because it's missing a payment method.", setup_intent=intent)
        method = known_method(call.books, method_id)
    return confirm_setup(call.books, intent, method, call.params, call.base_url, call)


@endpoint("POST", "/v1/setup_intents", "SetupIntentCreateParams")
def create(call: Call) -> Resource:
    """Create a setup intent, and confirm it at once if asked."""
    _only_supported(call.params)
    intent = new_setup_intent(call.books, call.params, call)
    if call.params.get("confirm"):
        return _confirm(call, intent)
    if "payment_method" in call.params:
        intent["payment_method"] = known_method(call.books, call.params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    return call.books.put(intent)


@endpoint("POST", "/v1/setup_intents/{id}/confirm", "SetupIntentConfirmParams")
def confirm(call: Call) -> Resource:
    """Try to save the payment method."""
    _only_supported(call.params)
    return _confirm(call, call.books.find("setup_intent", call.path["id"]))


@endpoint("POST", "/v1/setup_intents/{id}/cancel", "SetupIntentCancelParams")
def cancel(call: Call) -> Resource:
    """Give a setup intent up."""
    intent = call.books.find("setup_intent", call.path["id"])
    if intent["status"] not in CONFIRMABLE:
        raise wrong_state("setup_intent", intent["status"], "canceled", setup_intent=intent)
    intent |= {"status": "canceled", "cancellation_reason": call.params.get("cancellation_reason"), "next_action": None}
    emit(call.books, "setup_intent.canceled", call.books.put(intent), call=call)
    return intent


@endpoint("GET", "/v1/setup_intents", "SetupIntentListParams")
def listed(call: Call) -> Resource:
    """List setup intents."""
    return page_of(call, call.books.newest_first("setup_intent"), "customer", "payment_method")


@endpoint("GET", "/v1/setup_intents/{id}", "SetupIntentRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a setup intent."""
    return call.books.find("setup_intent", call.path["id"])


@endpoint("POST", "/v1/setup_intents/{id}", "SetupIntentUpdateParams")
def update(call: Call) -> Resource:
    """Change the description, the metadata or the payment method of a setup intent."""
    _only_supported(call.params)
    intent = call.books.find("setup_intent", call.path["id"])
    if "payment_method" in call.params:
        if intent["status"] not in CONFIRMABLE:
            raise wrong_state("setup_intent", intent["status"], "updated", setup_intent=intent)
        intent["payment_method"] = known_method(call.books, call.params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    if "description" in call.params:
        intent["description"] = call.params["description"] or None
    intent["metadata"] = call.metadata(intent["metadata"])
    return call.books.put(intent)
