"""Stripe's search query language, the part the product uses: metadata["k"]:"v" AND status:"succeeded".

Source: https://docs.stripe.com/search#search-query-language (November 2026).
"""

import re
from typing import Any

from incubator.embedded.stripe_simulator.calls import Call
from incubator.embedded.stripe_simulator.errors import invalid
from incubator.embedded.stripe_simulator.store import Resource

_CLAUSE = re.compile(
    r"""\s*(?P<minus>-?)(?P<field>[a-z_]+)(?:\[(?P<quote>["'])(?P<key>.+?)(?P=quote)\])?\s*(?P<operator>[:~]|>=|<=|>|<)\s*"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+|null)\s*"""
)
_JOINT = re.compile(r"(AND|OR)\b", re.IGNORECASE)


def search_in(call: Call, resources: list[Resource], fields: frozenset[str]) -> Resource:
    """Answer a search; `fields` are those that may be asked for beside metadata.

    Raises:
        StripeRefusal: a query that does not parse, mixes AND with OR, or asks for an unknown field.
    """
    clauses, every = _parse(call.params["query"], fields)
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100", param="limit")
    quantifier = all if every else any
    found = [item for item in resources if quantifier(_holds(clause, item) for clause in clauses)]
    start = int(call.params.get("page", "0")) if str(call.params.get("page", "0")).isdigit() else -1
    if start < 0:
        raise invalid("Invalid page", param="page")
    data = found[start : start + limit]
    more = len(found) > start + limit
    return {
        "object": "search_result",
        "data": data,
        "has_more": more,
        "next_page": str(start + limit) if more else None,
        "url": call.url_path,
    }


def _parse(query: str, fields: frozenset[str]) -> tuple[list[dict[str, Any]], bool]:
    clauses: list[dict[str, Any]] = []
    joints: set[str] = set()
    position = 0
    while True:
        match = _CLAUSE.match(query, position)
        if match is None:
            raise invalid("We were unable to parse your search query.", param="query")
        clause = match.groupdict()
        if clause["field"] != "metadata" and clause["field"] not in fields:
            raise invalid(f"Field `{clause['field']}` is an unsupported search field for this resource.", param="query")
        if (clause["field"] == "metadata") != (clause["key"] is not None):
            raise invalid("We were unable to parse your search query.", param="query")
        clauses.append(clause)
        position = match.end()
        if position >= len(query):
            break
        joint = _JOINT.match(query, position)
        joints.add(joint[1].upper() if joint else "AND")
        position = joint.end() if joint else position
    if len(joints) > 1:
        raise invalid("You cannot combine AND with OR in the same search query.", param="query")
    return clauses, joints != {"OR"}


def _holds(clause: dict[str, Any], item: Resource) -> bool:
    found = item.get(clause["field"])
    if clause["key"] is not None:
        found = (found or {}).get(clause["key"])
    wanted = clause["value"]
    if wanted == "null":
        result = found is None
    else:
        text = re.sub(r"\\(.)", r"\1", wanted[1:-1]) if wanted[0] in "\"'" else wanted
        result = found is not None and _compares(clause["operator"], found, text)
    return result != bool(clause["minus"])


def _compares(operator: str, found: Any, text: str) -> bool:
    if operator == ":":
        return str(found).lower() == text.lower()
    if operator == "~":
        return text.lower() in str(found).lower()
    left, right = int(found), int(text)
    return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator]
