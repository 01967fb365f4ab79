"""The one extension of the schema: parses once, measures before validating, refuses what is too much and charges for the rest."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import cast

from graphql import GraphQLError, NoSchemaIntrospectionCustomRule
from graphql.language import DocumentNode, OperationDefinitionNode, StringValueNode, Visitor, visit
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from incubator_graphql.budget import Allowance, Buckets
from incubator_graphql.context import OperationContext
from incubator_graphql.documents import Documents, KnownDocument
from incubator_graphql.measure import Bounds, Excess, OperationCost, measure

SIGNED_IN = Allowance("operations", capacity=400_000, per_s=8_000, ahead=1_000)
"""A busy page asks for 15,000 points at most, a point being some 4 µs of work: who clicks through thirty pages in a row is not stopped."""
ANONYMOUS = Allowance("operations-anonymous", capacity=20_000, per_s=200)


class Limits(SchemaExtension):
    """One operation's passage through the limits; `documents` and `buckets` are shared by all."""

    def __init__(self, bounds: Bounds, documents: Documents, buckets: Buckets) -> None:
        self._bounds = bounds
        self._documents = documents
        self._buckets = buckets
        self._known: KnownDocument | None = None
        self._report: dict[str, object] = {}

    def on_parse(self) -> Iterator[None]:
        """Take a known document as it is; otherwise let the lexer stop at the token limit."""
        operation = self.execution_context
        self._known = self._documents.find(operation.query or "")
        if self._known is not None:
            operation.graphql_document = self._known.document
        operation.parse_options["max_tokens"] = self._bounds.tokens
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        """Refuse too much, then what is invalid, then what the caller has no points for."""
        operation = self.execution_context
        assert operation.graphql_document is not None
        if self._known is None:
            self._known = KnownDocument(operation.graphql_document)
        operation.pre_execution_errors = await self._errors(self._known) or []
        yield

    def get_results(self) -> dict[str, object]:
        return {"cost": self._report} if self._report else {}

    async def _errors(self, known: KnownDocument) -> list[GraphQLError]:
        operation = self.execution_context
        schema = operation.schema._schema
        if known.measure is None:
            known.measure = measure(known.document, schema, self._bounds)
        if known.measure.excess is not None:
            return [_too_much(known.measure.excess)]
        context = cast(OperationContext, operation.context)
        errors = known.errors.get(context.is_anonymous)
        if errors is None:
            rules = operation.validation_rules
            if context.is_anonymous:
                rules = (*rules, NoSchemaIntrospectionCustomRule)
            errors = validate_document(schema, known.document, rules) + _unstorable(known.document)
            known.errors[context.is_anonymous] = errors
            self._documents.keep(operation.query or "", known)
        if errors:
            return errors
        return self._check_variables(operation.variables) or await self._charge(
            known.measure.costs.get(self._operation(known.document)), context
        )

    def _operation(self, document: DocumentNode) -> str | None:
        """Give the key of the operation that will run: the name asked for, or that of the first one."""
        asked = self.execution_context.operation_name
        if asked is not None:
            return asked
        first = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        return first.name.value if first.name else None

    def _check_variables(self, variables: Mapping[str, object] | None) -> list[GraphQLError]:
        """Refuse long lists and texts that PostgreSQL cannot store, wherever they stand in the variables."""
        waiting: list[object] = list((variables or {}).values())
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                if len(value) > self._bounds.list_items:
                    return [_too_much(Excess("list items", len(value), self._bounds.list_items))]
                waiting.extend(value)
            elif isinstance(value, dict):
                waiting.extend(value.values())
            elif isinstance(value, str) and "\0" in value:
                return [GraphQLError("A text may not hold the character U+0000.", extensions={"code": "InvalidText"})]
        return []

    async def _charge(self, cost: OperationCost | None, context: OperationContext) -> list[GraphQLError]:
        requested = cost.under(self.execution_context.variables) if cost else 1
        self._report = {"requested": requested, "limit": self._bounds.cost}
        if requested > self._bounds.cost:
            return [_too_much(Excess("cost", requested, self._bounds.cost))]
        allowance = ANONYMOUS if context.is_anonymous else SIGNED_IN
        taken = await self._buckets.take(allowance, context.budget_key, requested)
        self._report["remaining"] = taken.remaining
        if taken.granted:
            return []
        return [
            GraphQLError(
                f"Your points are used up. Please wait {taken.retry_after_s} seconds.",
                extensions={"code": "RateLimited", "retryAfterS": taken.retry_after_s},
            )
        ]


def _too_much(excess: Excess) -> GraphQLError:
    return GraphQLError(
        f"The operation asks for too much: {excess.found} {excess.what}, at most {excess.allowed} are allowed.",
        extensions={"code": "TooMuch", "what": excess.what, "found": min(excess.found, 2**31 - 1), "allowed": excess.allowed},
    )


class _Texts(Visitor):
    found = False

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if "\0" in node.value:
            self.found = True


def _unstorable(document: DocumentNode) -> list[GraphQLError]:
    texts = _Texts()
    visit(document, texts)
    return [GraphQLError("A text may not hold the character U+0000.", extensions={"code": "InvalidText"})] if texts.found else []
