"""Bring a database to the present schema, once, and check that what the code relies on stands in its catalogue."""

import re
from importlib.resources import files

import asyncpg
from tortoise.connection import get_connection
from tortoise.migrations.api import migrate as tortoise_migrate
from tortoise.migrations.executor import MigrationExecutor

from incubator import db
from incubator.config import credentials

ADVISORY_LOCK = 7_301_402_611
_NAMED = re.compile(r"(?:ADD CONSTRAINT|CREATE (?:UNIQUE )?INDEX|CREATE (?:CONSTRAINT )?TRIGGER)\s+(\w+)", re.IGNORECASE)


async def migrate(url: str) -> None:
    """Apply what is missing. Of several migrators at once the first works under an advisory lock, the others wait and find nothing."""
    found = credentials(url)
    guard = await asyncpg.connect(**found, server_settings={"application_name": "incubator migrate"})
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        await tortoise_migrate(config=db.orm_config(url, pool_size=2))
        await db.close()
    finally:
        await guard.close()


def names_in(sql: str) -> set[str]:
    """Return the names of the constraints, indexes and triggers that a migration's SQL makes."""
    return set(_NAMED.findall(sql))


def expected_names() -> frozenset[str]:
    """Return every constraint, index and trigger that the packages' SQL files promise."""
    folder = files("incubator.migrations").joinpath("sql")
    return frozenset().union(*(names_in(entry.read_text("utf-8")) for entry in folder.iterdir() if entry.name.endswith(".sql")))


async def missing_constraints() -> list[str]:
    """Compare the live catalogue with the list; returns the names that are missing or disabled, sorted."""
    found = await db.rows(
        "SELECT conname AS name FROM pg_constraint WHERE convalidated"
        " UNION SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisvalid"
        " UNION SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND NOT tgisinternal"
    )
    return sorted(expected_names() - {row["name"] for row in found})


async def pending_migrations() -> list[str]:
    """Return the names of migrations on disk that the database has not seen."""
    executor = MigrationExecutor(get_connection("default"), {"incubator": db.orm_config("postgresql://")["apps"]["incubator"]})
    return [step.migration.name for step in await executor.plan()]
