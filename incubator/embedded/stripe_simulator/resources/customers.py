"""Customers and their tax ids."""

from typing import Any

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.events import emit
from incubator.embedded.stripe_simulator.resources.payment_methods import attach_to
from incubator.embedded.stripe_simulator.searching import search_in
from incubator.embedded.stripe_simulator.store import Books, Resource

_PLAIN = ("address", "description", "email", "name", "phone", "preferred_locales", "shipping")
_SIMPLE = frozenset(("metadata", "address", "description", "email", "name", "phone", "preferred_locales", "shipping", "tax_exempt"))
_MORE = frozenset(("tax_id_data", "payment_method", "invoice_settings", "expand"))
_SEARCHED = frozenset(("created", "email", "name", "phone"))
# Letters before the digits of a number, by type of tax id; enough to refuse a number that cannot be one.
_LENGTHS = {
    "eu_vat": (4, 14),
    "ch_vat": (9, 20),
    "ch_uid": (9, 15),
    "sg_gst": (8, 10),
    "sg_uen": (9, 10),
    "cn_tin": (15, 20),
    "us_ein": (9, 10),
}


@endpoint("POST", "/v1/customers", "CustomerCreateParams")
def create(call: Call) -> Resource:
    """Create a customer, with tax ids and a payment method where given."""
    _only_supported(call)
    customer: Resource = {
        "id": call.books.new_id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": call.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": call.books.new_id("x")[2:10].upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
        "livemode": False,
        "metadata": call.metadata(),
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _apply(customer, call.params)
    call.books.add("customer", customer)
    for item in call.params.get("tax_id_data", []):
        _add_tax_id(call, customer["id"], item)
    if "payment_method" in call.params:
        attach_to(call, call.params["payment_method"], customer["id"])
    _default_method(call, customer)
    call.books.put(customer)
    emit(call.books, "customer.created", customer, call=call)
    return customer


def _only_supported(call: Call) -> None:
    unsupported = sorted(call.params.keys() - _SIMPLE - _MORE)
    if unsupported:
        raise invalid(f"This simulator does not do customers with {unsupported[0]}", param=unsupported[0], status=501)


def _apply(customer: Resource, params: dict[str, Any]) -> None:
    for name in _PLAIN:
        if name in params:
            customer[name] = None if params[name] == "" else params[name]
    if "address" in params and customer["address"] is not None:
        fields = ("city", "country", "line1", "line2", "postal_code", "state")
        customer["address"] = {name: customer["address"].get(name) or None for name in fields}
    if "tax_exempt" in params:
        customer["tax_exempt"] = params["tax_exempt"] or "none"


def _default_method(call: Call, customer: Resource) -> None:
    settings = call.params.get("invoice_settings", {})
    method = settings.get("default_payment_method")
    if method:
        found = call.books.find("payment_method", method, "invoice_settings[default_payment_method]")
        if found["customer"] != customer["id"]:
            raise invalid(
                f"The customer does not have a payment method with the ID {method}. The payment method must be attached to the customer.",
                code="resource_missing",
                param="invoice_settings[default_payment_method]",
            )
        customer["invoice_settings"]["default_payment_method"] = method


@endpoint("POST", "/v1/customers/{id}", "CustomerUpdateParams")
def update(call: Call) -> Resource:
    """Change a customer; what is not named stays."""
    _only_supported(call)
    customer = call.books.find("customer", call.path["id"])
    before = dict(customer)
    _apply(customer, call.params)
    customer["metadata"] = call.metadata(customer["metadata"])
    _default_method(call, customer)
    call.books.put(customer)
    previous = {name: before[name] for name in before if before[name] != customer[name]}
    emit(call.books, "customer.updated", customer, previous=previous, call=call)
    return customer


@endpoint("GET", "/v1/customers/search", "CustomerSearchParams")
def search(call: Call) -> Resource:
    """Find customers by metadata, e-mail, name or phone."""
    return search_in(call, call.books.newest_first("customer"), _SEARCHED)


@endpoint("GET", "/v1/customers/{id}", "CustomerRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a customer, or the stub that a deleted one leaves."""
    found = call.books.any(call.path["id"])
    if found is not None and found[0] == "deleted_customer":
        return found[1]
    return call.books.find("customer", call.path["id"])


@endpoint("GET", "/v1/customers", "CustomerListParams")
def listed(call: Call) -> Resource:
    """List customers."""
    return page_of(call, call.books.newest_first("customer"), "email")


@endpoint("DELETE", "/v1/customers/{id}", "CustomerDeleteParams")
def delete(call: Call) -> Resource:
    """Delete a customer; its id keeps answering that it was deleted."""
    customer = call.books.find("customer", call.path["id"])
    stub = {"id": customer["id"], "object": "customer", "deleted": True}
    call.books.remove(customer["id"])
    call.books.add("deleted_customer", stub)
    emit(call.books, "customer.deleted", customer, call=call)
    return stub


def _add_tax_id(call: Call, customer_id: str, given: dict[str, Any]) -> Resource:
    kind, value = given["type"], given["value"].strip()
    shortest, longest = _LENGTHS.get(kind, (3, 30))
    if not shortest <= len(value) <= longest:
        raise invalid(f"Invalid value for {kind}.", code="tax_id_invalid", param="value")
    tax_id: Resource = {
        "id": call.books.new_id("txi"),
        "object": "tax_id",
        "country": value[:2].upper() if kind == "eu_vat" else kind[:2].upper(),
        "created": call.now,
        "customer": customer_id,
        "customer_account": None,
        "livemode": False,
        "owner": {"type": "customer", "customer": customer_id},
        "type": kind,
        "value": value,
        "verification": {"status": "pending" if kind == "eu_vat" else "unavailable", "verified_address": None, "verified_name": None},
    }
    call.books.add("tax_id", tax_id)
    emit(call.books, "customer.tax_id.created", tax_id, call=call)
    return tax_id


@endpoint("POST", "/v1/customers/{customer}/tax_ids", "CustomerTaxIdCreateParams")
def create_tax_id(call: Call) -> Resource:
    """Give a customer a tax id."""
    customer = call.books.find("customer", call.path["customer"])
    return _add_tax_id(call, customer["id"], call.params)


def tax_ids_of(books: Books, customer_id: str) -> list[Resource]:
    """Give a customer's tax ids, the newest first."""
    return [item for item in books.newest_first("tax_id") if item["customer"] == customer_id]


@endpoint("GET", "/v1/customers/{customer}/tax_ids", "CustomerTaxIdListParams")
def list_tax_ids(call: Call) -> Resource:
    """List a customer's tax ids."""
    customer = call.books.find("customer", call.path["customer"])
    return page_of(call, tax_ids_of(call.books, customer["id"]))


def _tax_id(call: Call) -> Resource:
    tax_id = call.books.find("tax_id", call.path["id"])
    if tax_id["customer"] != call.path["customer"]:
        raise invalid(f"No such tax ID: '{tax_id['id']}'", code="resource_missing", param="id", status=404)
    return tax_id


@endpoint("GET", "/v1/customers/{customer}/tax_ids/{id}", "CustomerTaxIdRetrieveParams")
def retrieve_tax_id(call: Call) -> Resource:
    """Give one tax id of a customer."""
    return _tax_id(call)


@endpoint("DELETE", "/v1/customers/{customer}/tax_ids/{id}", "CustomerTaxIdDeleteParams")
def delete_tax_id(call: Call) -> Resource:
    """Take a tax id away."""
    tax_id = _tax_id(call)
    call.books.remove(tax_id["id"])
    emit(call.books, "customer.tax_id.deleted", tax_id, call=call)
    return {"id": tax_id["id"], "object": "tax_id", "deleted": True}
