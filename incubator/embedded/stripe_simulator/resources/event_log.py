"""Reading events: what happened, for 30 days at Stripe, for ever here."""

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.store import Resource


@endpoint("GET", "/v1/events", "EventListParams")
def listed(call: Call) -> Resource:
    """List events by type and time, the newest first."""
    params = call.params
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of these parameters: type, types.")
    found = call.books.newest_first("event")
    if "types" in params:
        found = [item for item in found if item["type"] in params["types"]]
    if "type" in params and params["type"].endswith("*"):
        found = [item for item in found if item["type"].startswith(params["type"][:-1])]
    elif "type" in params:
        found = [item for item in found if item["type"] == params["type"]]
    if "delivery_success" in params:
        found = [item for item in found if (item["pending_webhooks"] == 0) == params["delivery_success"]]
    return page_of(call, found)


@endpoint("GET", "/v1/events/{id}", "EventRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give an event."""
    return call.books.find("event", call.path["id"])
