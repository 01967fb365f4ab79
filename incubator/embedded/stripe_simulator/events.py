"""Events: what happened, kept for reading and queued for every webhook endpoint that wants it."""

from typing import Any

import stripe

from incubator.embedded.stripe_simulator.calls import Call
from incubator.embedded.stripe_simulator.store import Books, Resource

API_VERSION = stripe.api_version


def emit(
    books: Books, event_type: str, resource: Resource, *, previous: dict[str, Any] | None = None, call: Call | None = None
) -> Resource:
    """Record that something happened to an object, with the object as it is now.

    `previous` holds the old values of changed fields, for `….updated` events. `call` is the request that caused it; events
    that a clock or a payer caused name no request.
    """
    endpoints = [item for item in books.newest_first("webhook_endpoint") if _wants(item, event_type)]
    data: Resource = {"object": resource}
    if previous is not None:
        data["previous_attributes"] = previous
    event: Resource = {
        "id": books.new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": books.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": len(endpoints),
        "request": {"id": call.request_id if call else None, "idempotency_key": call.idempotency_key if call else None},
        "type": event_type,
    }
    books.add("event", event)
    for item in endpoints:
        books.store.connection.execute(
            "INSERT INTO delivery (account, event, endpoint, due) VALUES (?, ?, ?, ?)",
            (books.account, event["id"], item["id"], books.store.exact_now()),
        )
    return event


def _wants(endpoint: Resource, event_type: str) -> bool:
    names = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in names or event_type in names)
