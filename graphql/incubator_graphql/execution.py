"""The schema class: every operation, over HTTP or a socket, has a time limit, and its errors are logged and then made presentable."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from incubator_graphql import failures
from incubator_graphql.context import OperationContext
from incubator_graphql.failures import OperationTimedOut

OPERATION_LIMIT_S = 10.0


class TimeLimit(SchemaExtension):
    """Stops an operation's execution after `limit_s`; of a subscription only its start stands under the limit.

    A client that hangs up does not stop its resolvers, so this does; what they had begun is rolled back.
    """

    def __init__(self, limit_s: float = OPERATION_LIMIT_S) -> None:
        self._limit_s = limit_s

    async def on_execute(self) -> AsyncIterator[None]:
        limit = asyncio.timeout(self._limit_s)
        try:
            async with limit:
                yield
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise OperationTimedOut(f"The operation took longer than {self._limit_s:g} s and was stopped.") from error


class OperationSchema(strawberry.Schema):
    """Strawberry's schema, with every error logged as it was raised and presented as it may be told."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log errors before any of them is masked."""
        context = execution_context.context if execution_context else None
        name = execution_context.operation_name if execution_context and execution_context.graphql_document else None
        failures.record(errors, name, context)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run a query or mutation."""
        result = await super().execute(
            query, variable_values, context_value, root_value, operation_name, allowed_operation_types, operation_extensions
        )
        return _presentable(result, cast(OperationContext | None, context_value))

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> StreamResult:
        """Run any operation and give its results one by one."""
        source = await super().stream(
            query, variable_values, context_value, root_value, operation_name, operation_extensions, allowed_operation_types
        )
        return cast(StreamResult, _presented(source, cast(OperationContext | None, context_value)))


async def _presented(source: StreamResult, context: OperationContext | None) -> AsyncIterator[ExecutionResult]:
    async with aclosing(source) as results:
        async for result in results:
            yield _presentable(cast(ExecutionResult, result), context)


def _presentable(result: ExecutionResult, context: OperationContext | None) -> ExecutionResult:
    """Present the errors; a result that no field had a part in becomes a `PreExecutionError`, variables that do not fit included."""
    if not result.errors:
        return result
    has_begun = result.data is not None or any(error.path for error in result.errors)
    kind = ExecutionResult if has_begun and not isinstance(result, PreExecutionError) else PreExecutionError
    return kind(data=result.data, errors=failures.present(result.errors, context), extensions=result.extensions)
