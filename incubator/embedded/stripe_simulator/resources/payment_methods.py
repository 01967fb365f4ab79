"""Payment methods: test cards, test IBANs and the wallets of some currencies."""

from hashlib import sha256
from typing import Any

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.cards import CARD_TOKENS, IBAN_TOKENS, card_of, direct_debit_of, refusal_of
from incubator.embedded.stripe_simulator.currencies import METHODS
from incubator.embedded.stripe_simulator.errors import invalid, missing
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.store import Books, Resource


def billing_details(given: dict[str, Any] | None) -> Resource:
    """Write billing details with every field there."""
    details = given or {}
    address = details.get("address") or {}
    fields = ("city", "country", "line1", "line2", "postal_code", "state")
    return {
        "address": {name: address.get(name) or None for name in fields},
        "email": details.get("email") or None,
        "name": details.get("name") or None,
        "phone": details.get("phone") or None,
        "tax_id": details.get("tax_id") or None,
    }


def make(books: Books, params: dict[str, Any]) -> Resource:
    """Create a payment method of the given type.

    Raises:
        StripeRefusal: a type that this server does not know, a card or IBAN that is no test one, or details that are missing.
    """
    kind = params.get("type")
    if kind is None:
        raise invalid("Missing required param: type.", code="parameter_missing", param="type")
    if kind not in METHODS:
        raise invalid(f"The payment method type provided: {kind} is invalid or not activated for this account.", param="type")
    method: Resource = {
        "id": books.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": params.get("allow_redisplay", "unspecified"),
        "billing_details": billing_details(params.get("billing_details")),
        "created": books.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": params.get("metadata") or {},
        "type": kind,
    }
    if kind == "card":
        method["card"], hidden = _card(params.get("card") or {})
    elif kind == "sepa_debit":
        method["sepa_debit"], hidden = _sepa_debit(params.get("sepa_debit") or {})
        if not (method["billing_details"]["name"] and method["billing_details"]["email"]):
            name = "name" if not method["billing_details"]["name"] else "email"
            param = f"billing_details[{name}]"
            raise invalid(f"Missing required param: {param}.", code="parameter_missing", param=param)
    else:
        method[kind], hidden = {}, {}
    return books.add("payment_method", method, hidden)


def _card(given: dict[str, Any]) -> tuple[Resource, Resource]:
    for name in ("number", "exp_month", "exp_year"):
        if name not in given and "token" not in given:
            raise invalid(f"Missing required param: card[{name}].", code="parameter_missing", param=f"card[{name}]")
    if "token" in given:
        raise invalid("This simulator takes card numbers and pm_card_… names, no tokens.", param="card[token]", status=501)
    if not 1 <= given["exp_month"] <= 12:
        raise invalid("Your card's expiration month is invalid.", code="invalid_expiry_month", param="card[exp_month]")
    card = card_of(given["number"])
    shown = {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "unchecked" if "cvc" in given else None,
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": given["exp_month"],
        "exp_year": given["exp_year"],
        "fingerprint": sha256(card.number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return shown, {"number": card.number}


def _sepa_debit(given: dict[str, Any]) -> tuple[Resource, Resource]:
    if "iban" not in given:
        raise invalid("Missing required param: sepa_debit[iban].", code="parameter_missing", param="sepa_debit[iban]")
    debit = direct_debit_of(given["iban"])
    shown = {
        "bank_code": debit.iban[4:12],
        "branch_code": "",
        "country": debit.iban[:2],
        "fingerprint": sha256(debit.iban.encode()).hexdigest()[:16],
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": debit.iban[-4:],
    }
    return shown, {"iban": debit.iban}


def known_method(books: Books, method_id: str, param: str = "payment_method") -> Resource:
    """Give a payment method; a test name such as pm_card_visa makes a new one, as on the real server.

    Raises:
        StripeRefusal: there is none with that id.
    """
    if method_id in CARD_TOKENS:
        card = {"number": CARD_TOKENS[method_id], "exp_month": 12, "exp_year": 2035, "cvc": "123"}
        return make(books, {"type": "card", "card": card})
    if method_id in IBAN_TOKENS:
        details = {"name": "Jenny Rosen", "email": "jenny@example.com"}
        return make(books, {"type": "sepa_debit", "sepa_debit": {"iban": IBAN_TOKENS[method_id]}, "billing_details": details})
    found = books.any(method_id)
    if found is None or found[0] != "payment_method":
        raise missing("PaymentMethod", method_id, param)
    return found[1]


def attach_to(call: Call, method_id: str, customer_id: str) -> Resource:
    """Attach a payment method to a customer.

    Raises:
        StripeRefusal: it belongs to another customer, was detached once, or its bank refuses the check.
    """
    method = known_method(call.books, method_id)
    call.books.find("customer", customer_id, "customer")
    if method["customer"] not in (None, customer_id):
        raise invalid("The payment method you provided has already been attached to a customer.", param="payment_method")
    hidden = call.books.hidden(method["id"])
    if hidden.get("detached"):
        raise invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, "
            "and may not be used again.",
            param="payment_method",
        )
    if method["type"] == "card":
        card = card_of(hidden["number"])
        if card.decline is not None and not card.declines_when_attached:
            raise refusal_of(card)
        method["card"]["checks"]["cvc_check"] = "pass" if method["card"]["checks"]["cvc_check"] else None
    method["customer"] = customer_id
    call.books.put(method)
    emit(call.books, "payment_method.attached", method, call=call)
    return method


@endpoint("POST", "/v1/payment_methods", "PaymentMethodCreateParams")
def create(call: Call) -> Resource:
    """Create a payment method that belongs to nobody yet."""
    return make(call.books, call.params)


@endpoint("GET", "/v1/payment_methods", "PaymentMethodListParams")
def listed(call: Call) -> Resource:
    """List attached payment methods."""
    attached = [item for item in call.books.newest_first("payment_method") if item["customer"] is not None]
    return page_of(call, attached, "customer", "type")


@endpoint("GET", "/v1/customers/{customer}/payment_methods", "CustomerPaymentMethodListParams")
def list_of_customer(call: Call) -> Resource:
    """List a customer's payment methods."""
    customer = call.books.find("customer", call.path["customer"])
    attached = [item for item in call.books.newest_first("payment_method") if item["customer"] == customer["id"]]
    return page_of(call, attached, "type")


@endpoint("GET", "/v1/payment_methods/{id}", "PaymentMethodRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a payment method."""
    return call.books.find("payment_method", call.path["id"])


@endpoint("POST", "/v1/payment_methods/{id}", "PaymentMethodUpdateParams")
def update(call: Call) -> Resource:
    """Change billing details or metadata of an attached payment method."""
    method = call.books.find("payment_method", call.path["id"])
    if method["customer"] is None:
        raise invalid("You must save this PaymentMethod to a customer before you can update it.", param="payment_method")
    before = {name: method[name] for name in ("billing_details", "metadata", "allow_redisplay")}
    if "billing_details" in call.params:
        method["billing_details"] = billing_details(method["billing_details"] | call.params["billing_details"])
    method["metadata"] = call.metadata(method["metadata"])
    method["allow_redisplay"] = call.params.get("allow_redisplay", method["allow_redisplay"])
    call.books.put(method)
    previous = {name: value for name, value in before.items() if method[name] != value}
    emit(call.books, "payment_method.updated", method, previous=previous, call=call)
    return method


@endpoint("POST", "/v1/payment_methods/{id}/attach", "PaymentMethodAttachParams")
def attach(call: Call) -> Resource:
    """Attach a payment method to a customer."""
    if "customer" not in call.params:
        raise invalid("Missing required param: customer.", code="parameter_missing", param="customer")
    return attach_to(call, call.path["id"], call.params["customer"])


@endpoint("POST", "/v1/payment_methods/{id}/detach", "PaymentMethodDetachParams")
def detach(call: Call) -> Resource:
    """Detach a payment method; it can never be used again."""
    method = call.books.find("payment_method", call.path["id"])
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.", param="payment_method")
    former = method["customer"]
    method["customer"] = None
    call.books.put(method)
    call.books.hide(method["id"], detached=True)
    emit(call.books, "payment_method.detached", method, previous={"customer": former}, call=call)
    return method


def mandate_for(books: Books, method: Resource, mandate_data: dict[str, Any] | None) -> Resource:
    """Record the payer's agreement to be debited."""
    acceptance = (mandate_data or {}).get("customer_acceptance") or {"type": "online", "online": {}}
    kind = acceptance["type"]
    online = acceptance.get("online") or {}
    shown: Resource = {"type": kind, "accepted_at": acceptance.get("accepted_at", books.now)}
    if kind == "online":
        shown["online"] = {"ip_address": online.get("ip_address"), "user_agent": online.get("user_agent")}
    else:
        shown["offline"] = {}
    details: Resource = {"type": method["type"], method["type"]: {}}
    if method["type"] == "sepa_debit":
        reference = books.new_id("x")[2:18].upper()
        details["sepa_debit"] = {"reference": reference, "url": f"https://hooks.stripe.com/adapter/sepa_debit/file/{reference}"}
    mandate: Resource = {
        "id": books.new_id("mandate"),
        "object": "mandate",
        "customer_acceptance": shown,
        "livemode": False,
        "multi_use": {},
        "payment_method": method["id"],
        "payment_method_details": details,
        "status": "active",
        "type": "multi_use",
    }
    return books.add("mandate", mandate)


@endpoint("GET", "/v1/mandates/{id}", "MandateRetrieveParams")
def retrieve_mandate(call: Call) -> Resource:
    """Give a mandate."""
    return call.books.find("mandate", call.path["id"])
