"""`incubator verify`: are the books, the numbering, the work list and the database's own constraints right?"""

import typer

from incubator import db, schema
from incubator.billing import checks
from incubator.cli.servers import Addresses, connected


async def run(found: Addresses) -> int:
    """Check everything and print one line for each thing that is wrong; returns the exit code, 1 when there is any."""
    async with connected(found, migrated=False):
        wrong = [
            *(f"schema: {name} has not been applied" for name in await schema.pending_migrations()),
            *await checks.missing_constraints(),
            *(f"money: {problem}" for problem in [*await checks.problems(), *await checks.unrelayed()]),
            *await _parked_work(),
        ]
        checked = await db.row("SELECT (SELECT count(*) FROM invoice) AS invoices, (SELECT count(*) FROM ledger_entry) AS entries")
    for line in wrong:
        typer.echo(line)
    if not wrong and checked is not None:
        typer.echo(f"all is right: {checked['invoices']} invoices, {checked['entries']} ledger entries")
    return 1 if wrong else 0


async def _parked_work() -> list[str]:
    found = await db.rows(
        "SELECT kind, count(*) AS count, max(last_error) AS reason FROM work_item WHERE state = 'parked' GROUP BY 1 ORDER BY 1"
    )
    return [f"work: {row['count']} × {row['kind']} parked, for example: {row['reason']}" for row in found]
