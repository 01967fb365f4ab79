"""GraphQL over HTTP as the draft specification has it: POST, JSON, and an answer whose status and media type mean something."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import lru_cache
from json import JSONDecodeError
from typing import Any, cast

from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import process_result
from strawberry.http.parse_content_type import parse_content_type
from strawberry.schema.base import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from incubator.kernel.actor import ANONYMOUS, current_request_id
from incubator.kernel.errors import DomainError
from incubator.kernel.language import negotiate
from incubator_graphql import wire
from incubator_graphql.context import Edge, OperationContext, credentials_of, open_context
from incubator_graphql.cross_site import is_cross_site
from incubator_graphql.loaders import Loaders
from incubator_graphql.operation_request import MalformedRequest, OperationRequest, read_request
from incubator_graphql.ws import SocketAdapter, Sockets, TransportHandler

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
CONNECTION_INIT_WAIT = timedelta(seconds=8)
_STATUS_OF_CODE = {"Defect": 500, "OperationTimedOut": 503, "RateLimited": 429}


class GraphQLEndpoint(GraphQL[OperationContext, None]):
    """POST and WebSocket at one address. Queries by GET, batches, multipart and the legacy socket protocol do not exist."""

    graphql_transport_ws_handler_class = TransportHandler
    websocket_adapter_class = SocketAdapter

    def __init__(self, schema: BaseSchema, edge: Edge, sockets: Sockets, allowed_origins: Collection[str] = ()) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=CONNECTION_INIT_WAIT,
            multipart_uploads_enabled=False,
            max_subscriptions_per_connection=100,
            allowed_origins=list(allowed_origins),
        )
        self.edge = edge
        self.sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except HTTPException as error:
            response = refuse(request, error.status_code, error.reason)
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return refuse(request, 405, "GraphQL is asked by POST.", {"allow": "POST"})
        if not acceptable(request.headers.get("accept")):
            return refuse(request, 406, f"The answer is {GRAPHQL_RESPONSE} or {JSON}.")
        if credentials_of(request).is_ambient and is_cross_site(request, self.allowed_origins):
            return refuse(
                request, 403, "A request with a session cookie must come from our own pages, or carry X-Requested-With: incubator."
            )
        try:
            context = await open_context(self.edge, request, current_request_id())
        except DomainError as refusal:
            message = refusal.message(negotiate(request.headers.get("accept-language", "")))
            return refuse(request, 401, message, {"www-authenticate": "Bearer"}, refusal.code)
        asked = await self._read(request)
        try:
            result = await self.schema.execute(
                asked.query, asked.variables, context, None, asked.operation_name, OperationType.from_http("POST"), asked.extensions
            )
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason("POST")) from error
        return respond(result, request.headers.get("accept"))

    async def _read(self, request: Request) -> OperationRequest:
        """Read the body: exactly JSON, in UTF-8, and a single operation."""
        if not is_json_in_utf8(request.headers.get("content-type", "")):
            raise HTTPException(415, f"The body must be {JSON} in UTF-8.")
        try:
            return read_request(wire.decode(await request.body()))
        except JSONDecodeError as error:
            raise HTTPException(400, "Unable to parse request body as JSON") from error
        except MalformedRequest as error:
            raise HTTPException(400, error.reason) from error

    def decode_json(self, data: str | bytes) -> object:
        return wire.decode(data)

    def encode_json(self, data: object) -> bytes:
        return wire.encode(data)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> OperationContext:
        """Give a socket a place to keep its `connection_init` payload; each of its operations asks for itself who calls."""
        return OperationContext(self.edge, request, ANONYMOUS, current_request_id(), Loaders(ANONYMOUS), {})

    async def on_ws_connect(self, context: OperationContext) -> UnsetType | dict[str, object] | None:
        """Let a socket in: only signed-in people have one, and not too many."""
        parameters = context.connection_params
        try:
            known = await open_context(self.edge, context.connection, context.request_id, parameters)
        except DomainError as refusal:
            raise ConnectionRejectionError() from refusal
        if known.is_anonymous or not self.sockets.admit(known.budget_key, context):
            raise ConnectionRejectionError()
        return cast(UnsetType, UNSET)


def respond(result: ExecutionResult, accept: str | None) -> Response:
    """Answer with a result; media type and status by Accept. `data` is left out where execution never began."""
    body = process_result(result)
    if isinstance(result, PreExecutionError):
        body.pop("data", None)
    media_type = media_type_for(accept)
    response = Response(wire.encode(body), status_of(body, media_type), media_type=f"{media_type}; charset=utf-8")
    retry_after = next((e["extensions"].get("retryAfterS") for e in cast(Any, body).get("errors") or [] if "extensions" in e), None)
    if response.status_code == 429 and retry_after:
        response.headers["retry-after"] = str(retry_after)
    return response


@lru_cache(maxsize=256)
def is_json_in_utf8(content_type: str) -> bool:
    """Tell whether a Content-Type says JSON in UTF-8."""
    media_type, parameters = parse_content_type(content_type)
    return media_type.lower() == JSON and parameters.get("charset", "utf-8").lower().strip('"') in ("utf-8", "utf8")


def status_of(body: Mapping[str, Any], media_type: str) -> int:
    """Give the status of a well-formed request's answer: as `application/json` 200 unless the caller must wait, else what happened."""
    if "data" in body:
        return 200
    code = body["errors"][0].get("extensions", {}).get("code")
    if media_type == JSON:
        return 429 if code == "RateLimited" else 200
    return _STATUS_OF_CODE.get(code, 400)


@lru_cache(maxsize=256)
def media_type_for(accept: str | None) -> str:
    """Choose between the two media types; the newer one only for those who name it at least as high."""
    ranked = _ranked(accept)
    named = ranked.get(GRAPHQL_RESPONSE, 0.0)
    return GRAPHQL_RESPONSE if named > 0 and named >= ranked.get(JSON, 0.0) else JSON


@lru_cache(maxsize=256)
def acceptable(accept: str | None) -> bool:
    """Tell whether the caller takes one of the two media types."""
    if not accept:
        return True
    ranked = _ranked(accept)
    return any(ranked.get(kind, 0.0) > 0 for kind in (GRAPHQL_RESPONSE, JSON, "application/*", "*/*"))


def _ranked(accept: str | None) -> dict[str, float]:
    """Read an Accept header: media range to quality, a malformed quality counting as 0. Source: RFC 9110, section 12.5.1."""
    ranked: dict[str, float] = {}
    for part in (accept or "").split(",")[:32]:
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        ranked[kind.lower()] = quality
    return ranked


def refuse(request: Request, status: int, message: str, headers: Mapping[str, str] | None = None, code: str = "BadRequest") -> Response:
    """Answer a request that is no GraphQL request, in the form of a GraphQL answer."""
    media_type = media_type_for(request.headers.get("accept"))
    body = wire.encode({"errors": [{"message": message, "extensions": {"code": code}}]})
    return Response(body, status, dict(headers or {}), media_type=f"{media_type}; charset=utf-8")
