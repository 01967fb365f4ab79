"""What a client learns of an error: refusals in its language, its own mistakes shortened, defects not at all."""

import logging
import re
from collections.abc import Sequence

from graphql import GraphQLError

from incubator.kernel.errors import DomainError
from incubator_graphql.context import OperationContext
from incubator_graphql.ids import outward

logger = logging.getLogger("graphql")

MASKED = "Something went wrong on our side. Please try again; if it stays, name the trace id to us."
MAX_MESSAGE = 500

_SUGGESTION = re.compile(r"\s*Did you mean .*?\?(?=\s|$)", re.DOTALL)


class OperationTimedOut(Exception):
    """The operation ran into its time limit; what it had begun was rolled back."""


def present(errors: Sequence[GraphQLError], context: OperationContext | None) -> list[GraphQLError]:
    """Turn raw errors into what may leave the house. The raw ones are untouched, so that cached ones stay as they were."""
    return [_presented(error, context) for error in errors]


def _presented(error: GraphQLError, context: OperationContext | None) -> GraphQLError:
    cause = root_cause(error)
    extensions: dict[str, object]
    if isinstance(cause, DomainError):
        message = cause.message(context.actor.language) if context else cause.message()
        extensions = {"code": cause.code, **{camel(name): outward(name, value) for name, value in cause.details().items()}}
    elif isinstance(cause, OperationTimedOut):
        message, extensions = str(cause), {"code": "OperationTimedOut"}
    elif cause is None:
        message, extensions = error.message, {"code": "InvalidRequest", **(error.extensions or {})}
        if context is None or context.is_anonymous:
            message = _SUGGESTION.sub("", message)
    else:
        message, extensions = MASKED, {"code": "Defect", "traceId": context.request_id if context else ""}
    return GraphQLError(
        message[: MAX_MESSAGE - 1] + "…" if len(message) > MAX_MESSAGE else message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def root_cause(error: GraphQLError) -> BaseException | None:
    """Find what a resolver raised; None when the error is GraphQL's own, that is, the client's mistake."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def record(errors: Sequence[GraphQLError], operation_name: str | None, context: OperationContext | None) -> None:
    """Log each error once: defects with their traceback, refusals and clients' mistakes as a line. Never variables, they hold secrets."""
    for error in errors:
        cause = root_cause(error)
        facts: dict[str, object] = {
            "operation": operation_name,
            "path": ".".join(map(str, error.path)) if error.path else None,
            "person": str(context.actor.person_id) if context and context.actor.person_id else None,
        }
        if cause is None:
            logger.info("invalid operation", extra={"reason": error.message[:MAX_MESSAGE], **facts})
        elif isinstance(cause, (DomainError, OperationTimedOut)):
            logger.info("operation refused", extra={"code": type(cause).__name__, **facts})
        else:
            logger.error("operation failed", exc_info=(type(cause), cause, cause.__traceback__), extra=facts)


def camel(name: str) -> str:
    """Give the GraphQL name of a Python field."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)
