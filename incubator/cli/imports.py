"""`incubator import`: the product's own importer from the command line."""

import asyncio
from pathlib import Path

import typer

from incubator import db
from incubator.cli.servers import Addresses, connected
from incubator.embedded.processes import StartFailed
from incubator.importing import queries, service
from incubator.kernel.errors import NotFound
from incubator.organizations import access


async def run(found: Addresses, kind: str, file: Path, email: str, apply: bool) -> int:
    """Preview a file as a manager and apply it when asked to; returns 1 when it has errors.

    Raises:
        NotFound: nobody has the address.
        DomainError: the file cannot be read as a whole, or the person may not import.
    """
    try:
        content = await asyncio.to_thread(file.read_bytes)
    except OSError as problem:
        raise StartFailed(f"{file} cannot be read ({problem.strerror})") from problem
    async with connected(found):
        person_id = await db.value("SELECT id FROM person WHERE email = $1", email.strip().lower())
        actor = await access.actor_of_person(person_id) if person_id else None
        if actor is None:
            raise NotFound(kind="Person")
        batch_id = await service.preview(actor, kind, file.name, content)
        batch = (await queries.batches_by_id(actor, [batch_id]))[batch_id]
        for error in batch.errors:
            typer.echo(f"{file.name}: row {error.row}, {error.column}: {error.message}", err=True)
        if batch.errors:
            typer.echo(f"{len(batch.errors)} errors; nothing was applied", err=True)
            return 1
        new = sum(row["action"] == "new" for row in batch.rows)
        if apply:
            await service.apply(actor, batch_id)
        typer.echo(f"{len(batch.rows)} rows, {new} new: {'applied' if apply else 'preview only, add --apply'}")
    return 0
