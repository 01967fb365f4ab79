"""Checkout sessions: the page on which a payer pays or saves a payment method."""

from typing import Any

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.currencies import check_amount, check_currency, usable_methods
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.store import Books, Resource

_SUPPORTED = frozenset((
    "automatic_tax", "billing_address_collection", "cancel_url", "client_reference_id", "currency", "customer", "customer_creation",
    "customer_email", "expand", "expires_at", "line_items", "locale", "metadata", "mode", "payment_intent_data",
    "allowed_payment_method_types", "setup_intent_data", "submit_type", "success_url", "ui_mode",
))  # fmt: skip
DAY_S = 86_400


def _only_supported(params: dict[str, Any]) -> None:
    unsupported = sorted(params.keys() - _SUPPORTED)
    if unsupported:
        raise invalid(f"This simulator does not do checkout sessions with {unsupported[0]}", param=unsupported[0], status=501)
    if params.get("customer_creation") == "always":
        raise invalid("This simulator creates no customers of its own accord", param="customer_creation", status=501)
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("This simulator does hosted pages only", param="ui_mode", status=501)
    if params.get("automatic_tax", {}).get("enabled"):
        raise invalid("This simulator works out no tax", param="automatic_tax", status=501)


@endpoint("POST", "/v1/checkout/sessions", "checkout.SessionCreateParams")
def create(call: Call) -> Resource:
    """Open a page for a payment or for saving a payment method."""
    params, books = call.params, call.books
    _only_supported(params)
    mode = params.get("mode")
    if mode is None:
        raise invalid("Missing required param: mode.", code="parameter_missing", param="mode")
    if mode == "subscription":
        raise invalid("This simulator does no subscriptions", param="mode", status=501)
    if "success_url" not in params:
        raise invalid("Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        if name in params and not params[name].startswith(("http://", "https://")):
            raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param=name)
    other = "setup_intent_data" if mode == "payment" else "payment_intent_data"
    if other in params:
        raise invalid(f"You can not pass `{other}` in `{mode}` mode.", param=other)
    if "customer" in params:
        books.find("customer", params["customer"], "customer")
        if "customer_email" in params:
            raise invalid("You may only specify one of these parameters: customer, customer_email.")
    expires_at = params.get("expires_at", call.now + DAY_S)
    if not call.now + 1800 <= expires_at <= call.now + DAY_S:
        raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", param="expires_at")
    items = _line_items(call) if mode == "payment" else []
    currency = items[0]["currency"] if items else None
    if mode == "setup" and "currency" in params:
        currency = check_currency(params["currency"])
    total = sum(item["amount_total"] for item in items)
    if mode == "setup" and currency is None and "allowed_payment_method_types" not in params:
        raise invalid("`currency` is required in `setup` mode when `allowed_payment_method_types` is not set.", param="currency")
    types = usable_methods(params.get("allowed_payment_method_types"), currency)
    if items:
        check_amount(total, currency or "", "line_items")
    session = _session(call, mode, expires_at, currency, total if items else None, types)
    books.add("checkout.session", session, {"line_items": items, "params": _remembered(params)})
    books.set_timer(expires_at, "session", session["id"])
    return session


def _remembered(params: dict[str, Any]) -> dict[str, Any]:
    return {name: params[name] for name in ("payment_intent_data", "setup_intent_data") if name in params}


def _session(call: Call, mode: str, expires_at: int, currency: str | None, total: int | None, types: list[str]) -> Resource:
    params = call.params
    session_id = "cs_test_" + call.books.new_id("x")[2:]
    email = params.get("customer_email")
    details: Resource | None = None
    if email or "customer" in params:
        customer = call.books.find("customer", params["customer"], "customer") if "customer" in params else {}
        details = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone"))
        details |= {"email": email or customer.get("email"), "tax_exempt": "none", "tax_ids": None}
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": None,
        "after_expiration": None,
        "allow_promotion_codes": None,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": call.now,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": params.get("customer"),
        "customer_creation": params.get("customer_creation", "if_required") if mode == "payment" else None,
        "customer_details": details,
        "customer_email": email,
        "discounts": [],
        "expires_at": expires_at,
        "invoice": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": call.metadata(),
        "mode": mode,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required" if mode == "payment" else "always",
        "payment_method_options": {},
        "payment_method_types": types,
        "payment_status": "unpaid" if mode == "payment" else "no_payment_required",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "redirect_on_completion": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0} if mode == "payment" else None,
        "ui_mode": "hosted_page",
        "url": f"{call.base_url}/c/pay/{session_id}",
        "wallet_options": None,
    }


def _line_items(call: Call) -> list[Resource]:
    given = call.params.get("line_items")
    if not given:
        raise invalid("The parameter line_items is required in `payment` mode.", code="parameter_missing", param="line_items")
    items: list[Resource] = []
    for index, item in enumerate(given):
        at = f"line_items[{index}]"
        unknown = sorted(item.keys() - {"price_data", "quantity", "metadata"})
        if unknown:
            raise invalid(f"This simulator does line items with price_data only, not {unknown[0]}", param=f"{at}[{unknown[0]}]", status=501)
        price, quantity = item.get("price_data"), item.get("quantity", 1)
        if price is None or "unit_amount" not in price or "product_data" not in price:
            missing = "price_data" if price is None else "unit_amount" if "unit_amount" not in price else "product_data"
            raise invalid(f"Missing required param: {at}[{missing}].", code="parameter_missing", param=f"{at}[{missing}]")
        if price["unit_amount"] < 0 or quantity < 1:
            raise invalid("Invalid non-negative integer", param=f"{at}[price_data][unit_amount]")
        currency = check_currency(price["currency"], f"{at}[price_data][currency]")
        if items and currency != items[0]["currency"]:
            raise invalid("All prices on a Checkout Session must have the same currency.", param=f"{at}[price_data][currency]")
        amount = price["unit_amount"] * quantity
        items.append({
            "id": call.books.new_id("li"),
            "object": "item",
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "currency": currency,
            "description": price["product_data"]["name"],
            "metadata": item.get("metadata") or {},
            "price": None,
            "quantity": quantity,
        })  # fmt: skip
    return items


def line_items_of(books: Books, session_id: str) -> list[Resource]:
    """Give what a session charges for, in the order given."""
    items: list[Resource] = books.hidden(session_id)["line_items"]
    return items


@endpoint("GET", "/v1/checkout/sessions", "checkout.SessionListParams")
def listed(call: Call) -> Resource:
    """List sessions."""
    return page_of(call, call.books.newest_first("checkout.session"), "customer", "payment_intent", "status")


@endpoint("GET", "/v1/checkout/sessions/{id}", "checkout.SessionRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a session."""
    return call.books.find("checkout.session", call.path["id"])


@endpoint("POST", "/v1/checkout/sessions/{id}", "checkout.SessionUpdateParams")
def update(call: Call) -> Resource:
    """Change a session's metadata."""
    session = call.books.find("checkout.session", call.path["id"])
    unsupported = sorted(call.params.keys() - {"metadata", "expand"})
    if unsupported:
        raise invalid(f"This simulator does not change {unsupported[0]} of a session", param=unsupported[0], status=501)
    session["metadata"] = call.metadata(session["metadata"])
    return call.books.put(session)


@endpoint("GET", "/v1/checkout/sessions/{id}/line_items", "checkout.SessionLineItemListParams")
def list_line_items(call: Call) -> Resource:
    """List what a session charges for."""
    session = call.books.find("checkout.session", call.path["id"])
    return page_of(call, line_items_of(call.books, session["id"]))


@endpoint("POST", "/v1/checkout/sessions/{id}/expire", "checkout.SessionExpireParams")
def expire(call: Call) -> Resource:
    """Close an open session."""
    session = call.books.find("checkout.session", call.path["id"])
    if session["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of {session["status"]}.'
        )
    return expire_session(call.books, session, call)


def expire_session(books: Books, session: Resource, call: Call | None = None) -> Resource:
    """Close a session that nobody finished; its page says so from now on."""
    session |= {"status": "expired", "url": None}
    emit(books, "checkout.session.expired", books.put(session), call=call)
    return session
