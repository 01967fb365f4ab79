"""The schema class: every operation passes the gate and has a time limit, and its errors are logged and then made presentable."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Any, cast

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from graphql import OperationType as Kind
from graphql.execution import execute
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from incubator_graphql import failures
from incubator_graphql.context import OperationContext
from incubator_graphql.direct import resolve_directly
from incubator_graphql.documents import KnownDocument
from incubator_graphql.errors import error_types
from incubator_graphql.failures import OperationTimedOut
from incubator_graphql.limits import Gate, Limits
from incubator_graphql.metrics import Counted, count_operation
from incubator_graphql.scalars import SCALARS

DIRECT = (Kind.QUERY, Kind.MUTATION)
OPERATION_LIMIT_S = 10.0


class time_limit:
    """Stops what stands in it after `limit_s`: a client that hangs up does not stop its resolvers. What they had begun is rolled back.

    Raises:
        OperationTimedOut: it took longer.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._timeout = asyncio.timeout(limit_s)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError as timeout:
            raise OperationTimedOut(f"The operation took longer than {self._limit_s:g} s and was stopped.") from timeout


class TimeLimit(SchemaExtension):
    """Puts an operation's execution under the time limit; of a subscription only its start."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s

    async def on_execute(self) -> AsyncIterator[None]:
        async with time_limit(self._limit_s):
            yield


class OperationSchema(strawberry.Schema):
    """Strawberry's schema behind the gate. Every error is logged as it was raised and presented as it may be told.

    A query or mutation whose document has passed the gate before goes straight to execution; everything else, and what comes over a
    socket, takes Strawberry's way through its extensions, which ask the same gate.
    """

    def __init__(self, query: type, mutation: type, subscription: type, *, gate: Gate, limit_s: float = OPERATION_LIMIT_S) -> None:
        super().__init__(
            query,
            mutation,
            subscription,
            types=error_types(),
            extensions=[Counted, lambda: Limits(gate), lambda: TimeLimit(limit_s)],
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        resolve_directly(self._schema, self.config, self.schema_converter.scalar_registry)
        self._gate = gate
        self._limit_s = limit_s

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
        context = cast(OperationContext, context_value)
        known = self._gate.documents.find(query or "")
        operation = known.operation(operation_name) if known is not None and known.errors.get(context.is_anonymous) == [] else None
        if known is None or operation is None or operation.operation not in DIRECT:
            result = await super().execute(
                query, variable_values, context_value, root_value, operation_name, allowed_operation_types, operation_extensions
            )
        else:
            result = await self._execute_known(known, operation, variable_values, context)
        return _presentable(result, context)

    async def _execute_known(
        self, known: KnownDocument, operation: OperationDefinitionNode, variables: dict[str, Any] | None, context: OperationContext
    ) -> ExecutionResult:
        name = operation.name.value if operation.name else None
        charged = await self._gate.charge(known, name, variables, context)
        if charged.errors:
            result: ExecutionResult = PreExecutionError(None, charged.errors)
        else:
            try:
                async with time_limit(self._limit_s):
                    running = execute(
                        self._schema,
                        known.document,
                        None,
                        context,
                        variables,
                        name,
                        None,
                        is_awaitable=cast(Any, optimized_is_awaitable),
                        executor_class=self.execution_context_class,
                    )
                    found = await running if isinstance(running, Awaitable) else running
                result = ExecutionResult(found.data, found.errors)
            except OperationTimedOut as error:
                result = PreExecutionError(None, [GraphQLError(str(error), original_error=error)])
        if result.errors:
            failures.record(result.errors, name, context)
        count_operation("none" if charged.errors else operation.operation.value, has_errors=bool(result.errors))
        result.extensions = {"cost": charged.report} if charged.report else {}
        return result

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
