"""Relay connections over the kernel's keyset pages."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Generic, Self, TypeVar

import asyncpg
import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from incubator.kernel.paging import Page, Slice, check, decode_cursor, encode_cursor
from incubator_graphql.context import Info

NodeType = TypeVar("NodeType")

First = Annotated[int | None, strawberry.argument(description="How many from the front, at most 100; 25 without `first` and `last`.")]
After = Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the back, at most 100.")]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="A row and its cursor.")
class Edge(Generic[NodeType]):
    """A row and its cursor."""

    cursor: str
    node: NodeType


@strawberry.type(description="One page of a list. Cursors hold a row's own ordering values, so nothing comes twice or is skipped.")
class Connection(Generic[NodeType]):
    """One page of a list; `total_count` is counted only when it was asked for."""

    edges: list[Edge[NodeType]]
    nodes: list[NodeType]
    page_info: PageInfo
    total_count: int

    @classmethod
    def of(cls, page: Slice, make: Callable[[asyncpg.Record], NodeType]) -> Self:
        """Make the connection of a page, each row by `make`."""
        nodes = [make(row) for row in page.rows]
        return cls(
            edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
            nodes=nodes,
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=page.has_previous,
                start_cursor=page.cursors[0] if page.cursors else None,
                end_cursor=page.cursors[-1] if page.cursors else None,
            ),
            total_count=page.total or 0,
        )


def sliced(cls: type[Connection[NodeType]], nodes: Sequence[NodeType], page: Page) -> Connection[NodeType]:
    """Make a page of a list that is in memory; a cursor is a row's place in it.

    Raises:
        OutOfRange, PatternMismatch: the page or a cursor makes no sense.
    """
    size, from_end = check(page)
    begin = int(decode_cursor(page.after, 1, "after")[0]) + 1 if page.after is not None else 0
    end = int(decode_cursor(page.before, 1, "before")[0]) if page.before is not None else len(nodes)
    begin, end = max(0, min(begin, len(nodes))), max(0, min(end, len(nodes)))
    first, last = (max(begin, end - size), end) if from_end else (begin, max(begin, min(end, begin + size)))
    edges = [Edge(cursor=encode_cursor([place]), node=nodes[place]) for place in range(first, last)]
    return cls(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=last < len(nodes),
            has_previous_page=first > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total_count=len(nodes),
    )


def wants_total(info: Info) -> bool:
    """Tell whether the client selects `totalCount`, which costs a statement of its own."""
    raw: Any = info._raw_info
    return any(name == "totalCount" for node in raw.field_nodes for name in _selected(node.selection_set, raw.fragments))


def _selected(selection: SelectionSetNode | None, fragments: dict[str, Any]) -> Iterator[str]:
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _selected(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            yield from _selected(_fragment(fragments[node.name.value]).selection_set, fragments)


def _fragment(details: Any) -> Any:
    """Give the definition, which graphql-core wraps in its details."""
    return getattr(details, "definition", details)
