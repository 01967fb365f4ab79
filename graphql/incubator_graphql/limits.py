"""The limits of the API: measures a document before validating it, refuses what is too much and charges for the rest."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from graphql import GraphQLError, GraphQLSchema, NoSchemaIntrospectionCustomRule, specified_rules
from graphql.language import DocumentNode, StringValueNode, Visitor, visit
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from incubator_graphql.budget import Allowance, Buckets
from incubator_graphql.context import OperationContext
from incubator_graphql.documents import Documents, KnownDocument
from incubator_graphql.measure import Bounds, Excess, measure

SIGNED_IN = Allowance("operations", capacity=400_000, per_s=8_000, ahead=1_000)
"""A busy page asks for 15,000 points at most, a point being some 4 µs of work: who clicks through thirty pages in a row is not stopped."""
ANONYMOUS = Allowance("operations-anonymous", capacity=20_000, per_s=200)


@dataclass(frozen=True, slots=True)
class Charged:
    """What came of asking for an operation's points: why it may not run, and what the answer tells of its cost."""

    errors: list[GraphQLError]
    report: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """What every operation of a schema passes: too much is refused, then what is invalid, then who has no points left."""

    bounds: Bounds
    documents: Documents
    buckets: Buckets

    def judge(self, known: KnownDocument, text: str, schema: GraphQLSchema, *, is_anonymous: bool) -> list[GraphQLError]:
        """Return what is wrong with a document for such a caller; measured and validated once, and then known."""
        if known.measure is None:
            known.measure = measure(known.document, schema, self.bounds)
        if known.measure.excess is not None:
            return [_too_much(known.measure.excess)]
        errors = known.errors.get(is_anonymous)
        if errors is None:
            rules = (*specified_rules, NoSchemaIntrospectionCustomRule) if is_anonymous else tuple(specified_rules)
            errors = validate_document(schema, known.document, rules) + _unstorable(known.document)
            known.errors[is_anonymous] = errors
            self.documents.keep(text, known)
        return errors

    async def charge(
        self, known: KnownDocument, operation_name: str | None, variables: Mapping[str, object] | None, context: OperationContext
    ) -> Charged:
        """Check the variables of a sound document's operation and take its points."""
        errors = self._check_variables(variables)
        if errors:
            return Charged(errors)
        assert known.measure is not None
        cost = known.measure.costs.get(operation_name)
        requested = cost.under(variables) if cost else 1
        report: dict[str, object] = {"requested": requested, "limit": self.bounds.cost}
        if requested > self.bounds.cost:
            return Charged([_too_much(Excess("cost", requested, self.bounds.cost))], report)
        allowance = ANONYMOUS if context.is_anonymous else SIGNED_IN
        taken = await self.buckets.take(allowance, context.budget_key, requested)
        report["remaining"] = taken.remaining
        return Charged([] if taken.granted else [_used_up(taken.retry_after_s)], report)

    def _check_variables(self, variables: Mapping[str, object] | None) -> list[GraphQLError]:
        """Refuse long lists and texts that PostgreSQL cannot store, wherever they stand in the variables."""
        waiting: list[object] = list((variables or {}).values())
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                if len(value) > self.bounds.list_items:
                    return [_too_much(Excess("list items", len(value), self.bounds.list_items))]
                waiting.extend(value)
            elif isinstance(value, dict):
                waiting.extend(value.values())
            elif isinstance(value, str) and "\0" in value:
                return [GraphQLError("A text may not hold the character U+0000.", extensions={"code": "InvalidText"})]
        return []


class Limits(SchemaExtension):
    """Leads an operation through the gate the first time a document comes, and over a socket."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._known: KnownDocument | None = None
        self._charged = Charged([])

    def on_parse(self) -> Iterator[None]:
        """Take a known document as it is; otherwise let the lexer stop at the token limit."""
        operation = self.execution_context
        self._known = self._gate.documents.find(operation.query or "")
        if self._known is not None:
            operation.graphql_document = self._known.document
        operation.parse_options["max_tokens"] = self._gate.bounds.tokens
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        """Refuse too much, then what is invalid, then what the caller has no points for."""
        operation = self.execution_context
        assert operation.graphql_document is not None
        known = self._known or KnownDocument(operation.graphql_document)
        context = cast(OperationContext, operation.context)
        errors = self._gate.judge(known, operation.query or "", operation.schema._schema, is_anonymous=context.is_anonymous)
        if not errors:
            self._charged = await self._gate.charge(known, operation.operation_name, operation.variables, context)
        operation.pre_execution_errors = errors or self._charged.errors
        yield

    def get_results(self) -> dict[str, object]:
        return {"cost": self._charged.report} if self._charged.report else {}


def _too_much(excess: Excess) -> GraphQLError:
    return GraphQLError(
        f"The operation asks for too much: {excess.found} {excess.what}, at most {excess.allowed} are allowed.",
        extensions={"code": "TooMuch", "what": excess.what, "found": min(excess.found, 2**31 - 1), "allowed": excess.allowed},
    )


def _used_up(retry_after_s: int) -> GraphQLError:
    return GraphQLError(
        f"Your points are used up. Please wait {retry_after_s} seconds.",
        extensions={"code": "RateLimited", "retryAfterS": retry_after_s},
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
