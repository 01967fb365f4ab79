"""Every read of imports; each manager reads their own."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel import errors as kernel_errors
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import DomainError
from incubator.kernel.paging import Order, Page, Slice, paginate


@dataclass(frozen=True, slots=True)
class ImportRowError:
    """What is wrong in one cell, in the reader's language; rows count from 1 below the header."""

    row: int
    column: str
    code: str
    message: str
    value: str


@dataclass(frozen=True, slots=True)
class ImportBatchRow:
    """An import with its rows (number, action, cells) and errors."""

    id: UUID
    kind: str
    file_name: str
    state: str
    rows: list[dict[str, Any]]
    errors: list[ImportRowError]
    created_at: datetime
    applied_at: datetime | None
    version: int


BATCH = "id, kind, file_name, state, rows, errors, created_at, applied_at, version"


def _refusal_named(code: str) -> type[DomainError]:
    found = {cls.__name__: cls for cls in _subclasses(kernel_errors.DomainError)}
    return found[code]


def _subclasses(cls: type[DomainError]) -> Iterable[type[DomainError]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _read(actor: Actor, row: Any) -> ImportBatchRow:
    errors = [
        ImportRowError(e["row"], e["column"], e["code"], _refusal_named(e["code"])(**e["details"]).message(actor.language), e["value"])
        for e in json.loads(row["errors"])
    ]
    return ImportBatchRow(
        row["id"],
        row["kind"],
        row["file_name"],
        row["state"],
        json.loads(row["rows"]),
        errors,
        row["created_at"],
        row["applied_at"],
        row["version"],
    )


async def batches_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ImportBatchRow]:
    """Return the imports among `ids` that the actor brought."""
    if not actor.may(Grant.IMPORT_DATA):
        return {}
    found = await db.rows(
        f"SELECT {BATCH} FROM import_batch WHERE imported_by_id = $1 AND id = ANY($2::uuid[])", actor.person_id, list(ids)
    )
    return {row["id"]: _read(actor, row) for row in found}


async def list_batches(actor: Actor, page: Page, *, with_total: bool = False) -> Slice:
    """List the actor's imports, newest first, without their rows."""
    actor.require(Grant.IMPORT_DATA)
    sql = "SELECT id, kind, file_name, state, created_at, applied_at, version FROM import_batch WHERE imported_by_id = $1"
    return await paginate(sql, [actor.require_person()], (Order("id", "uuid", is_descending=True),), page, with_total=with_total)
