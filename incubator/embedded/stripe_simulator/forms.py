"""Form bodies and query strings as the SDK writes them: a[b]=1, a[0][c]=2."""

import itertools
import re
from typing import Any
from urllib.parse import parse_qsl

from incubator.embedded.stripe_simulator.errors import invalid

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def parse(text: str) -> dict[str, Any]:
    """Turn bracketed pairs into nested dicts and lists; leaves stay strings.

    Raises:
        StripeRefusal: a key that is no name followed by brackets.
    """
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = _KEY.match(key)
        if match is None:
            raise invalid(f"Invalid request: unparsable parameter name {key[:100]!r}")
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        node = tree
        for name, following in itertools.pairwise(path):
            step = _index(node, name)
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise invalid(f"Invalid request: parameter {key[:100]!r} is both a value and an object ({following})")
        node[_index(node, path[-1])] = value
    return {name: _lists(value) for name, value in tree.items()}


def _index(node: dict[str, Any], name: str) -> str:
    return str(len(node)) if name == "" else name


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(inner) for name, inner in value.items()}
