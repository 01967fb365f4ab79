"""What Prometheus reads. Labels come from our own routes and outcomes, never from what a client sends."""

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from strawberry.extensions import SchemaExtension

REQUESTS = Counter("incubator_http_requests_total", "Answered HTTP requests", ("route", "method", "status"))
DURATIONS = Histogram(
    "incubator_http_request_seconds",
    "Time to the end of the answer",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OPERATIONS = Counter("incubator_graphql_operations_total", "GraphQL operations", ("type", "outcome"))
SOCKETS = Gauge("incubator_graphql_sockets", "Open WebSockets of signed-in people", multiprocess_mode="livesum")
LISTENERS = Gauge("incubator_change_listeners", "Subscriptions that wait for changes", multiprocess_mode="livesum")


class Counted(SchemaExtension):
    """Counts operations by their type and whether they had errors; a subscription when it ends."""

    def on_operation(self) -> Iterator[None]:
        yield
        operation = self.execution_context
        kind = operation.operation_type.value if operation.graphql_document and not operation.pre_execution_errors else "none"
        count_operation(kind, has_errors=bool(operation.pre_execution_errors))


def count_operation(kind: str, *, has_errors: bool) -> None:
    """Count an operation of a kind (query, mutation, subscription, none for one that did not begin)."""
    OPERATIONS.labels(kind, "errors" if has_errors else "fine").inc()


async def metrics(request: Request) -> Response:
    """Answer with the figures of this process, or of all of them where PROMETHEUS_MULTIPROC_DIR is set."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
