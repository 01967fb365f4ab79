"""Bring a file, look at what it would do, apply it once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.importing.errors import ImportApplied, ImportHasErrors, RowRepeated
from incubator.importing.files import read_rows
from incubator.importing.kinds import KINDS, RowRefusal
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps, jsonable
from incubator.kernel.outbox import Event, Touched


@dataclass(frozen=True)
class ImportChanged(Event):
    """A file was previewed or applied."""

    batch_id: UUID
    version: int

    def touches(self) -> Sequence[Touched]:
        """The import, and the lists it filled."""
        return [Touched("ImportBatch", self.batch_id, self.version)]


async def preview(actor: Actor, kind: str, file_name: str, content: bytes) -> UUID:
    """Read a file and keep what it would do; nothing of it is applied. Returns the import's id.

    A file with errors is kept too, as rejected, with every error by row and column.

    Raises:
        NotSignedIn, Forbidden: the actor may not import.
        PatternMismatch: there is no such kind of import.
        FileTooLarge, WrongEncoding, WrongHeader, WrongShape, FileEmpty: the file cannot be read as a whole; nothing is kept.
    """
    actor.require(Grant.IMPORT_DATA)
    person_id = actor.require_person()
    if kind not in KINDS:
        raise PatternMismatch(field="kind", limit=", ".join(KINDS), path=("input", "kind"))
    shown = checks.text(file_name, "fileName", path=("input", "fileName"))
    described = KINDS[kind]
    rows = read_rows(content, described.columns, optional=described.optional)
    known, taken = await described.known(actor, [*rows])
    first_row: dict[str, int] = {}
    errors: list[dict[str, object]] = []
    kept: list[dict[str, object]] = []
    for number, row in enumerate(rows, start=1):
        key = row["key"].strip()
        refusals: list[RowRefusal] = [*described.check(row), *taken.get(key, [])]
        if first_row.setdefault(key, number) != number:
            refusals.append(("key", RowRepeated(first_row=first_row[key])))
        errors += [
            {
                "row": number,
                "column": column,
                "code": refused.code,
                "details": jsonable(refused.details()),
                "value": row.get(column, "")[:80],
            }
            for column, refused in refusals
        ]
        kept.append({"number": number, "action": "change" if key in known else "new", "cells": row})
    batch_id = new_id()
    async with db.transaction():
        await db.execute(
            "INSERT INTO import_batch (id, kind, file_name, file_hash, state, rows, errors, imported_by_id, organization_id, created_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
            batch_id,
            kind,
            shown,
            hashlib.sha256(content).hexdigest(),
            "rejected" if errors else "previewed",
            dumps(kept),
            dumps(errors),
            person_id,
            actor.organization_id,
            clock.now(),
        )
        await audit.record(actor, "preview import", "ImportBatch", batch_id, after={"kind": kind, "rows": len(rows), "errors": len(errors)})
        await outbox.record(ImportChanged(batch_id, 1))
    return batch_id


async def apply(actor: Actor, batch_id: UUID) -> None:
    """Apply a previewed file: every row of it in one transaction, once.

    Raises:
        NotSignedIn, Forbidden: the actor may not import.
        NotFound: the actor has previewed no such file.
        ImportHasErrors: it was rejected.
        ImportApplied: it was applied already.
        DomainError: a row is no longer good; none is applied.
    """
    actor.require(Grant.IMPORT_DATA)
    async with db.transaction():
        batch = await db.row(
            "SELECT kind, state, rows, errors, version FROM import_batch WHERE id = $1 AND imported_by_id = $2 FOR UPDATE",
            batch_id,
            actor.require_person(),
        )
        if batch is None:
            raise NotFound(kind="ImportBatch", path=("input", "importBatchId"))
        if batch["state"] == "applied":
            raise ImportApplied(path=("input", "importBatchId"))
        if batch["state"] == "rejected":
            raise ImportHasErrors(error_count=len(json.loads(batch["errors"])), path=("input", "importBatchId"))
        for row in json.loads(batch["rows"]):
            await KINDS[batch["kind"]].apply(actor, row["cells"])
        await db.execute(
            "UPDATE import_batch SET state = 'applied', applied_at = $2, version = version + 1 WHERE id = $1", batch_id, clock.now()
        )
        await audit.record(actor, "apply import", "ImportBatch", batch_id)
        await outbox.record(ImportChanged(batch_id, batch["version"] + 1))
