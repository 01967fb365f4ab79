"""What a client may ask for: the shape of one request, the same over HTTP and WebSocket."""

import re
from dataclasses import dataclass

MAX_QUERY_LENGTH = 50_000

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,127}", re.ASCII)


class MalformedRequest(Exception):
    """The request has not the shape of a GraphQL request; `reason` is safe to show and echoes no input."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """One operation, of the right shape; nothing is known of its meaning yet."""

    query: str
    variables: dict[str, object] | None
    operation_name: str | None
    extensions: dict[str, object] | None


def read_request(data: object) -> OperationRequest:
    """Check the shape of a decoded JSON body (or of the payload of a `subscribe` message).

    Raises:
        MalformedRequest: with the first thing that is wrong.
    """
    if isinstance(data, list):
        raise MalformedRequest("Batches are not accepted: send one operation a request.")
    if not isinstance(data, dict):
        raise MalformedRequest("The request must be a JSON object.")
    query = data.get("query")
    if not isinstance(query, str) or not query.strip():
        raise MalformedRequest("`query` must be a text.")
    if len(query) > MAX_QUERY_LENGTH:
        raise MalformedRequest(f"`query` may have at most {MAX_QUERY_LENGTH} characters.")
    operation_name = data.get("operationName")
    if operation_name is not None and not (isinstance(operation_name, str) and _NAME.fullmatch(operation_name)):
        raise MalformedRequest("`operationName` must be a GraphQL name.")
    return OperationRequest(query, _map(data, "variables"), operation_name, _map(data, "extensions"))


def _map(data: dict[object, object], key: str) -> dict[str, object] | None:
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise MalformedRequest(f"`{key}` must be an object.")
    return value
