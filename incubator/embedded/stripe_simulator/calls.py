"""A request to the API and the table of endpoints that answer requests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.store import Books, Resource


@dataclass(frozen=True)
class Call:
    """One request, authenticated and with checked parameters."""

    books: Books
    params: dict[str, Any]
    path: dict[str, str]
    url_path: str
    base_url: str
    request_id: str
    idempotency_key: str | None

    @property
    def now(self) -> int:
        """The simulator's time in whole Unix seconds."""
        return self.books.now

    def metadata(self, before: dict[str, str] | None = None) -> dict[str, str]:
        """Merge the given metadata into what was there; an empty value unsets a key, an empty whole unsets all."""
        given = self.params.get("metadata")
        return merged_metadata(before, given)


def merged_metadata(before: dict[str, str] | None, given: Any) -> dict[str, str]:
    """Merge metadata as Stripe does."""
    if given is None:
        return dict(before or {})
    if given == "":
        return {}
    merged = {**(before or {}), **given}
    return {key: value for key, value in merged.items() if value != ""}


Handler = Callable[[Call], Resource]


@dataclass(frozen=True)
class Endpoint:
    """A method and path of the API, the SDK's TypedDict for its parameters, and what answers it."""

    method: str
    path: str
    params: str
    answer: Handler


ENDPOINTS: list[Endpoint] = []


def endpoint(method: str, path: str, params: str) -> Callable[[Handler], Handler]:
    """Register what answers a method and path (`/v1/customers/{id}`)."""

    def register(answer: Handler) -> Handler:
        ENDPOINTS.append(Endpoint(method, path, params, answer))
        return answer

    return register


def page_of(call: Call, resources: list[Resource], *filters: str) -> Resource:
    """Page through objects, newest first, as every list of Stripe's does.

    `filters` name parameters that must equal the object's field of the same name. `created` takes a number or a range.
    """
    params = call.params
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100", param="limit")
    found = [item for item in resources if all(name not in params or item.get(name) == params[name] for name in filters)]
    found = [item for item in found if _created_in(item, params.get("created"))]
    if "starting_after" in params and "ending_before" in params:
        raise invalid("You may only specify one of these parameters: starting_after, ending_before.")
    ids = [item["id"] for item in found]
    if "starting_after" in params:
        found = found[_position(ids, params["starting_after"], "starting_after") + 1 :]
        data = found[:limit]
    elif "ending_before" in params:
        found = found[: _position(ids, params["ending_before"], "ending_before")]
        data = found[-limit:]
    else:
        data = found[:limit]
    return {"object": "list", "data": data, "has_more": len(found) > len(data), "url": call.url_path}


def _position(ids: list[str], object_id: str, param: str) -> int:
    if object_id not in ids:
        raise invalid(f"No such object: '{object_id}'", code="resource_missing", param=param)
    return ids.index(object_id)


def _created_in(item: Resource, wanted: Any) -> bool:
    if wanted is None:
        return True
    created = item["created"]
    if isinstance(wanted, int):
        return bool(created == wanted)
    bounds = {"gt": created > wanted.get("gt", -1), "gte": created >= wanted.get("gte", -1)}
    bounds |= {"lt": created < wanted.get("lt", 1 << 62), "lte": created <= wanted.get("lte", 1 << 62)}
    return all(bounds[name] for name in wanted)
