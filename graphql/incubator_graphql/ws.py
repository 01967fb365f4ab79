"""GraphQL over WebSocket by the graphql-transport-ws protocol: shapes are checked, and each operation asks anew who the caller is."""

from collections.abc import Mapping
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import CompleteMessage, ConnectionInitMessage, Message

from incubator.kernel.actor import set_request_id
from incubator.kernel.errors import DomainError
from incubator.kernel.ids import new_id
from incubator_graphql import failures, wire
from incubator_graphql.context import OperationContext, open_context
from incubator_graphql.metrics import SOCKETS
from incubator_graphql.operation_request import MalformedRequest, read_request

if TYPE_CHECKING:
    from incubator_graphql.http import GraphQLEndpoint

SOCKETS_PER_PERSON = 20
MAX_ID_LENGTH = 128
_MAX_REASON_BYTES = 123  # RFC 6455, section 5.5: a control frame holds 125 bytes, two of them the code
_TYPES = frozenset({"connection_init", "ping", "pong", "subscribe", "complete"})


class Sockets:
    """The open sockets of this process by person, so that nobody holds too many."""

    def __init__(self, per_person: int = SOCKETS_PER_PERSON) -> None:
        self._per_person = per_person
        self._open: dict[str, set[int]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._open.values()))

    def admit(self, person: str, socket: object) -> bool:
        """Count a socket in, unless the person has as many as allowed."""
        held = self._open.setdefault(person, set())
        if len(held) >= self._per_person:
            return False
        held.add(id(socket))
        SOCKETS.inc()
        return True

    def leave(self, socket: object) -> None:
        """Count a socket out; one that was never counted is no error."""
        for person, held in list(self._open.items()):
            if id(socket) in held:
                held.discard(id(socket))
                SOCKETS.dec()
            if not held:
                del self._open[person]


class SocketAdapter(ASGIWebSocketAdapter):
    """Sends text frames, cuts close reasons to what a frame can hold, and says nothing more on a closed socket."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(wire.encode(message).decode())
        except (RuntimeError, OSError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            return
        with suppress(RuntimeError, OSError):
            await self.ws.close(code, reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore"))


class TransportHandler(BaseGraphQLTransportWSHandler[OperationContext, None]):
    """One socket. What is malformed closes it with 4400; what is merely wrong ends the one operation with an `error` message."""

    @property
    def endpoint(self) -> "GraphQLEndpoint":
        return cast("GraphQLEndpoint", self.view)

    async def handle_message(self, message: Message) -> None:
        raw: object = message
        try:
            check_message(raw)
        except MalformedRequest as error:
            await self.handle_invalid_message(error.reason)
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        if message.get("payload") is None:
            message = {"type": "connection_init"}
        await super().handle_connection_init(message)

    async def shutdown(self) -> None:
        self.endpoint.sockets.leave(self.context)
        await super().shutdown()

    async def run_operation(self, operation: Operation[OperationContext, None]) -> None:
        """Run one operation in a context of its own; whoever is nobody any more loses the socket."""
        context: OperationContext | None = None
        request_id = str(new_id())
        set_request_id(request_id)
        try:
            context = await self._open(request_id)
            if context is None or context.is_anonymous:
                await self.websocket.close(4403, "Forbidden")
                return
            source = await self.schema.stream(operation.query, operation.variables, context, self.root_value, operation.operation_name)
            async with aclosing(source):
                await self._send_result_stream(operation, source)
            await operation.send_operation_message(CompleteMessage(id=operation.id, type="complete"))
        except WebSocketDisconnected:
            return
        except Exception as error:  # noqa: BLE001 - the last line before the socket: masked, logged, told
            raw = [GraphQLError(str(error), original_error=error)]
            failures.record(raw, operation.operation_name, context)
            with suppress(WebSocketDisconnected):
                await operation.send_initial_errors(failures.present(raw, context))
        finally:
            self.operations.pop(operation.id, None)

    async def _open(self, request_id: str) -> OperationContext | None:
        try:
            return await open_context(self.endpoint.edge, self.context.connection, request_id, self.context.connection_params)
        except DomainError:
            return None

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        """Never close a socket, and all its streams, for one document that does not parse."""
        return None


def check_message(message: Any) -> None:
    """Check the shape of a message.

    Raises:
        MalformedRequest: with the first thing that is wrong.

    Source: the graphql-transport-ws protocol, enisdenjo/graphql-ws, PROTOCOL.md (2026).
    """
    if not isinstance(message, dict):
        raise MalformedRequest("A message must be a JSON object.")
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise MalformedRequest("A message must have one of the protocol's types.")
    payload = message.get("payload")
    if kind in ("subscribe", "complete"):
        operation_id = message.get("id")
        if not isinstance(operation_id, str) or not 0 < len(operation_id) <= MAX_ID_LENGTH:
            raise MalformedRequest(f"`id` must be a text of 1 to {MAX_ID_LENGTH} characters.")
    if kind == "subscribe":
        if not isinstance(payload, dict):
            raise MalformedRequest("`payload` must be an object.")
        read_request(payload)
    elif kind != "complete" and payload is not None and not isinstance(payload, dict):
        raise MalformedRequest("`payload` must be an object.")
