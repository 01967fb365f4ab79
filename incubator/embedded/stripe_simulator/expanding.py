"""`expand`: related objects inside an answer, only where asked.

Source: https://docs.stripe.com/api/expanding_objects (November 2026): at most four levels, lists by `data.…`.
"""

from typing import Any

from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.resources.checkout import line_items_of
from incubator.embedded.stripe_simulator.resources.customers import tax_ids_of
from incubator.embedded.stripe_simulator.resources.refunds import refunds_of
from incubator.embedded.stripe_simulator.store import Books, Resource


def expanded(books: Books, resource: Resource, paths: list[str]) -> Resource:
    """Give a copy of an answer with the named fields expanded.

    Raises:
        StripeRefusal: a path that is too deep or names a field that holds no related object.
    """
    result = resource
    for path in paths:
        names = path.split(".")
        if len(names) > 4:
            raise invalid("You cannot expand more than 4 levels of a property.", param="expand")
        result = _expand(books, result, names, path)
    return result


def _expand(books: Books, resource: Resource, names: list[str], path: str) -> Resource:
    name, *rest = names
    if name == "data" and resource.get("object") in ("list", "search_result"):
        if not rest:
            raise _impossible(path)
        return resource | {"data": [_expand(books, item, rest, path) for item in resource["data"]]}
    value = _included(books, resource, name) if name not in resource else resource[name]
    if value is None and name in resource:
        return resource
    if isinstance(value, str):
        found = books.any(value)
        if found is None:
            raise _impossible(path)
        value = found[1]
    elif not (isinstance(value, dict) and "object" in value):
        raise _impossible(path)
    return resource | {name: _expand(books, value, rest, path) if rest else value}


def _included(books: Books, resource: Resource, name: str) -> Any:
    """Give a list that an object carries only when asked for it."""
    object_id, kind = resource.get("id", ""), resource.get("object")
    if (kind, name) == ("customer", "tax_ids"):
        return _list(tax_ids_of(books, object_id), f"/v1/customers/{object_id}/tax_ids")
    if (kind, name) == ("charge", "refunds"):
        return _list(refunds_of(books, object_id), f"/v1/charges/{object_id}/refunds")
    if (kind, name) == ("checkout.session", "line_items"):
        return _list(line_items_of(books, object_id), f"/v1/checkout/sessions/{object_id}/line_items")
    return None


def _list(found: list[Resource], url: str) -> Resource:
    return {"object": "list", "data": found[:10], "has_more": len(found) > 10, "url": url}


def _impossible(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")
