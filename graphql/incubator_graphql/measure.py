"""Measures a GraphQL document before anything expensive looks at it, in one walk that is linear in its length.

Fragments are measured once and counted at each spread, so a chain of fragments that spread each other twice is counted as what it
would cost to run, but costs nothing to count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from graphql.type import GraphQLCompositeType, GraphQLOutputType

DEFAULT_PAGE = 25
MAX_PAGE = 100
ASSUMED_LIST = 10
MEASURED_FIELDS = 2_000
MEASURED_LEVELS = 64


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one document may hold; counted with every fragment spread expanded, over all operations of the document.

    `repeats` is how often one name may stand in one selection: validation compares each of them with each other.
    """

    depth: int = 16
    fields: int = 400
    aliases: int = 30
    directives: int = 30
    repeats: int = 5
    fragments: int = 30
    operations: int = 10
    tokens: int = 2_000
    list_items: int = 100
    cost: int = 20_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a selection costs: `base`, and each factor times the cost that stands under it."""

    base: int = 0
    scaled: tuple["Scaled", ...] = ()

    def plus(self, other: "Cost") -> "Cost":
        return Cost(self.base + other.base, self.scaled + other.scaled)

    def times(self, factor: int | str) -> "Cost":
        """Multiply by a number, or by what the variable of that name will say."""
        if isinstance(factor, str):
            return Cost(0, (Scaled(factor, self),))
        return Cost(factor * self.base, tuple(Scaled(term.variable, term.cost.times(factor)) for term in self.scaled))

    def under(self, variables: Mapping[str, object] | None) -> int:
        """Work the cost out; each field of each row is one point."""
        return self.base + sum(term.factor(variables) * term.cost.under(variables) for term in self.scaled)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A cost that is multiplied by what a variable says: a page size, or the length of a list."""

    variable: str
    cost: Cost

    def factor(self, variables: Mapping[str, object] | None) -> int:
        value = variables.get(self.variable) if variables else None
        if isinstance(value, list):
            return min(len(value), MAX_PAGE)
        if isinstance(value, int) and not isinstance(value, bool):
            return max(0, min(value, MAX_PAGE))
        return DEFAULT_PAGE


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a selection; depth is that of the deepest field, a root field being 1.

    `names` counts the names that the selection itself answers with, `repeats` is the highest such count anywhere in it.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    repeats: int = 0
    cost: Cost = field(default_factory=Cost)
    names: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "Tally") -> "Tally":
        """Add two selections; past any bound the terms of the cost are dropped, since there might be 2^30 of them."""
        fields = self.fields + other.fields
        names = dict(self.names)
        for name, count in other.names.items():
            names[name] = names.get(name, 0) + count
        return Tally(
            max(self.depth, other.depth),
            fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
            max(self.repeats, other.repeats, *(names[name] for name in other.names)) if other.names else max(self.repeats, other.repeats),
            self.cost.plus(other.cost) if fields <= MEASURED_FIELDS else Cost(self.cost.base + other.cost.base),
            names,
        )


@dataclass(frozen=True, slots=True)
class Excess:
    """The document holds more of something than is allowed."""

    what: str
    found: int
    allowed: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A document's counts, the first excess found (or none), and the cost of each operation by its name (None without one)."""

    tally: Tally
    excess: Excess | None
    costs: Mapping[str | None, "OperationCost"]


@dataclass(frozen=True, slots=True)
class OperationCost:
    """What an operation costs; `defaults` are the values that its variables have when the request leaves them out."""

    cost: Cost
    defaults: Mapping[str, int]

    def under(self, variables: Mapping[str, object] | None) -> int:
        return self.cost.under({**self.defaults, **(variables or {})})


def measure(document: DocumentNode, schema: GraphQLSchema, bounds: Bounds) -> Measure:
    """Measure a parsed document, valid or not: what the schema does not know costs one point and is refused later by validation."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    definitions = len(document.definitions)
    if len(operations) > bounds.operations:
        return Measure(Tally(), Excess("operations", len(operations), bounds.operations), {})
    if definitions - len(operations) > bounds.fragments:
        return Measure(Tally(), Excess("fragments", definitions - len(operations), bounds.fragments), {})
    walk = _Walk(schema, fragments)
    tally = Tally()
    costs: dict[str | None, OperationCost] = {}
    try:
        for operation in operations:
            root = schema.get_root_type(operation.operation)
            own = walk.selection(operation.selection_set, root).plus(Tally(directives=len(operation.directives or ())))
            own = replace(own, names={})
            costs[operation.name.value if operation.name else None] = OperationCost(own.cost, _defaults(operation))
            tally = tally.plus(own)
        for name in fragments:
            if not walk.met(name):
                tally = tally.plus(replace(walk.fragment(name), names={}))
    except _TooDeep:
        return Measure(Tally(), Excess("depth", MEASURED_LEVELS, bounds.depth), {})
    found: Sequence[tuple[str, int, int]] = (
        ("depth", tally.depth, bounds.depth),
        ("fields", tally.fields, bounds.fields),
        ("aliases", tally.aliases, bounds.aliases),
        ("directives", tally.directives, bounds.directives),
        ("fields of one name", tally.repeats, bounds.repeats),
    )
    excess = next((Excess(what, count, allowed) for what, count, allowed in found if count > allowed), None)
    return Measure(tally, excess, costs)


class _TooDeep(Exception):
    """The walk stands `MEASURED_LEVELS` deep: more than any bound, and near the end of the stack."""


class _Walk:
    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments
        self._measured: dict[str, Tally] = {}
        self._level = 0

    def met(self, name: str) -> bool:
        return name in self._measured

    def fragment(self, name: str) -> Tally:
        """Measure a fragment once; one that spreads itself counts nothing there (validation refuses it)."""
        known = self._measured.get(name)
        if known is not None:
            return known
        node = self._fragments.get(name)
        if node is None:
            return Tally()
        self._measured[name] = Tally()
        own = self.selection(node.selection_set, self._type_named(node.type_condition.name.value))
        self._measured[name] = own.plus(Tally(directives=len(node.directives or ())))
        return self._measured[name]

    def selection(self, node: SelectionSetNode, parent: GraphQLCompositeType | None) -> Tally:
        self._level += 1
        if self._level > MEASURED_LEVELS:
            raise _TooDeep
        tally = Tally()
        for child in node.selections:
            tally = tally.plus(Tally(directives=len(child.directives or ())))
            if isinstance(child, FieldNode):
                tally = tally.plus(self._field(child, parent))
            elif isinstance(child, FragmentSpreadNode):
                tally = tally.plus(Tally(fields=1)).plus(self.fragment(child.name.value))
            elif isinstance(child, InlineFragmentNode):
                condition = child.type_condition
                inner = self._type_named(condition.name.value) if condition else parent
                tally = tally.plus(Tally(fields=1)).plus(self.selection(child.selection_set, inner))
        self._level -= 1
        return tally

    def _field(self, node: FieldNode, parent: GraphQLCompositeType | None) -> Tally:
        definition = self._schema.get_field(parent, node.name.value) if parent is not None else None
        alias = 1 if node.alias else 0
        names = {node.alias.value if node.alias else node.name.value: 1}
        if node.selection_set is None:
            return Tally(depth=1, fields=1, aliases=alias, repeats=1, cost=Cost(1), names=names)
        named = get_named_type(definition.type) if definition else None
        inner = self.selection(node.selection_set, named if is_composite_type(named) else None)
        cost = Cost(1).plus(inner.cost.times(_factor(node, definition, parent)))
        repeats = max(1, inner.repeats)
        return Tally(inner.depth + 1, inner.fields + 1, inner.aliases + alias, inner.directives, repeats, cost, names)

    def _type_named(self, name: str) -> GraphQLCompositeType | None:
        named = self._schema.get_type(name)
        return named if is_composite_type(named) else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    return {
        definition.variable.name.value: int(definition.default_value.value[:12])
        for definition in operation.variable_definitions or ()
        if isinstance(definition.default_value, IntValueNode)
    }


def _factor(node: FieldNode, definition: GraphQLField | None, parent: GraphQLCompositeType | None) -> int | str:
    """Give the page size, the length of a list of ids, what a plain list is assumed to hold, or the variable that says it."""
    if definition is None or parent is None:
        return 1
    if "first" in definition.args:
        return _argument(node, ("first", "last"), DEFAULT_PAGE)
    if "ids" in definition.args:
        return _argument(node, ("ids",), MAX_PAGE)
    is_counted_above = parent.name.endswith("Connection") or parent.name.startswith("__")
    return ASSUMED_LIST if _is_list(definition.type) and not is_counted_above else 1


def _argument(node: FieldNode, names: tuple[str, ...], default: int) -> int | str:
    """Give the factor an argument stands for: a number, or the name of the variable that carries it."""
    for argument in node.arguments or ():
        if argument.name.value not in names:
            continue
        value = argument.value
        if isinstance(value, VariableNode):
            return value.name.value
        if isinstance(value, IntValueNode):
            return max(0, min(int(value.value[:12]), MAX_PAGE))
        if isinstance(value, ListValueNode):
            return min(len(value.values), MAX_PAGE)
    return default


def _is_list(kind: GraphQLOutputType) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)
