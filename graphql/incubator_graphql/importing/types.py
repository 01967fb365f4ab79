"""Imports as the API shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Self

import strawberry

from incubator.importing import queries
from incubator.importing.queries import ImportBatchRow
from incubator.kernel.paging import Page
from incubator_graphql.fields import resolved
from incubator_graphql.ids import encode
from incubator_graphql.nodes import Node, register_node
from incubator_graphql.outputs import OWN_ROWS, entity, enum, value
from incubator_graphql.paging import After, Before, Connection, First, Last, sliced


@enum
class ImportKind(StrEnum):
    """What a file holds."""

    ORGANIZATIONS = "organizations"
    SITES = "sites"


@enum
class ImportState(StrEnum):
    """Where an import stands: previewed, rejected for its errors, or applied."""

    PREVIEWED = "previewed"
    REJECTED = "rejected"
    APPLIED = "applied"


@value
class ImportRow:
    """A row of the file, counted from 1 below the header."""

    number: int
    action: str = strawberry.field(description="`new` or `change`.")
    values: list[str] = strawberry.field(description="The cells in the order of the columns.")


@value
class ImportRowError:
    """What is wrong in one cell, in the viewer's language."""

    row: int
    column: str
    code: str
    message: str
    value: str


@entity(OWN_ROWS)
class ImportBatch(Node):
    """A file the viewer brought, and what it would do or did."""

    batch: strawberry.Private[ImportBatchRow]
    kind: ImportKind
    file_name: str
    state: ImportState
    row_count: int
    new_count: int
    changed_count: int
    created_at: datetime
    applied_at: datetime | None
    errors: list[ImportRowError]
    version: int

    @classmethod
    def of(cls, row: ImportBatchRow) -> Self:
        new_count = sum(one["action"] == "new" for one in row.rows)
        return cls(
            id=strawberry.ID(encode("ImportBatch", row.id)),
            batch=row,
            kind=ImportKind(row.kind),
            file_name=row.file_name,
            state=ImportState(row.state),
            row_count=len(row.rows),
            new_count=new_count,
            changed_count=len(row.rows) - new_count,
            created_at=row.created_at,
            applied_at=row.applied_at,
            errors=[
                ImportRowError(row=error.row, column=error.column, code=error.code, message=error.message, value=error.value)
                for error in row.errors
            ],
            version=row.version,
        )

    @resolved
    async def rows(self, first: First = None, after: After = None, last: Last = None, before: Before = None) -> Connection[ImportRow]:
        """List the rows in the file's order."""
        shown = [
            ImportRow(number=row["number"], action=row["action"], values=[str(cell) for cell in row["cells"].values()])
            for row in self.batch.rows
        ]
        return sliced(Connection[ImportRow], shown, Page(first, after, last, before))


IMPORT_BATCHES = register_node("ImportBatch", queries.batches_by_id, ImportBatch.of)
