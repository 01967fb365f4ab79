"""Webhook endpoints: who is told of events. Only addresses on this machine are taken."""

from urllib.parse import urlsplit

from incubator.embedded.stripe_simulator.calls import Call, endpoint, page_of
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.events import API_VERSION
from incubator.embedded.stripe_simulator.store import Books, Resource

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", code="url_invalid", param="url")
    if parts.hostname not in LOOPBACK:
        raise invalid("This simulator only calls addresses on this machine (127.0.0.1, localhost).", code="url_invalid", param="url")
    return url


def _with_secret(call: Call, item: Resource) -> Resource:
    return item | {"secret": call.books.hidden(item["id"])["secret"]}


@endpoint("POST", "/v1/webhook_endpoints", "WebhookEndpointCreateParams")
def create(call: Call) -> Resource:
    """Register an address; its signing secret is shown in this answer only."""
    if call.params.get("connect"):
        raise invalid("This simulator does not do Connect", param="connect", status=501)
    item = _endpoint(call.books, _check_url(call.params["url"]), call.params["enabled_events"])
    item |= {"api_version": call.params.get("api_version"), "description": call.params.get("description") or None}
    item["metadata"] = call.metadata()
    if item["api_version"] not in (None, API_VERSION):
        raise invalid(f"This simulator sends events of API version {API_VERSION} only", param="api_version", status=501)
    call.books.add("webhook_endpoint", item, {"secret": call.books.new_id("whsec")})
    return _with_secret(call, item)


def _endpoint(books: Books, url: str, events: list[str]) -> Resource:
    return {
        "id": books.new_id("we"),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": books.now,
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


def open_with_secret(books: Books, url: str, secret: str) -> Resource:
    """Register an address for all events with a secret that both sides know already; a known address gets the new secret.

    Raises:
        StripeRefusal: the address is not on this machine.
    """
    known = next((item for item in books.newest_first("webhook_endpoint") if item["url"] == url), None)
    if known is not None:
        books.hide(known["id"], secret=secret)
        return known
    return books.add("webhook_endpoint", _endpoint(books, _check_url(url), ["*"]), {"secret": secret})


@endpoint("GET", "/v1/webhook_endpoints", "WebhookEndpointListParams")
def listed(call: Call) -> Resource:
    """List webhook endpoints, without their secrets."""
    return page_of(call, call.books.newest_first("webhook_endpoint"))


@endpoint("GET", "/v1/webhook_endpoints/{id}", "WebhookEndpointRetrieveParams")
def retrieve(call: Call) -> Resource:
    """Give a webhook endpoint, without its secret."""
    return call.books.find("webhook_endpoint", call.path["id"])


@endpoint("POST", "/v1/webhook_endpoints/{id}", "WebhookEndpointUpdateParams")
def update(call: Call) -> Resource:
    """Change the address, the events, or switch an endpoint off and on."""
    item = call.books.find("webhook_endpoint", call.path["id"])
    if "url" in call.params:
        item["url"] = _check_url(call.params["url"])
    if "enabled_events" in call.params:
        item["enabled_events"] = call.params["enabled_events"]
    if "disabled" in call.params:
        item["status"] = "disabled" if call.params["disabled"] else "enabled"
    if "description" in call.params:
        item["description"] = call.params["description"] or None
    item["metadata"] = call.metadata(item["metadata"])
    return call.books.put(item)


@endpoint("DELETE", "/v1/webhook_endpoints/{id}", "WebhookEndpointDeleteParams")
def delete(call: Call) -> Resource:
    """Remove a webhook endpoint; what was not delivered yet is dropped."""
    item = call.books.find("webhook_endpoint", call.path["id"])
    call.books.remove(item["id"])
    call.books.store.connection.execute("DELETE FROM delivery WHERE account = ? AND endpoint = ?", (call.books.account, item["id"]))
    return {"id": item["id"], "object": "webhook_endpoint", "deleted": True}
