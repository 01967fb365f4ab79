"""Bring a database to the present schema, once, and check that what the code relies on stands in its catalogue."""

import re
from collections.abc import Iterable
from importlib.resources import files

import asyncpg
from tortoise import Tortoise
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


def expected_keys() -> frozenset[str]:
    """Return what is unique and what refers to another row by the models, as `UNIQUE charge (period, source_id, source_kind)`."""
    found = set()
    for model in Tortoise.apps["incubator"].values():
        meta = model._meta
        columns = {name: getattr(field, "source_field", None) or name for name, field in meta.fields_map.items()}
        single = [(name,) for name, field in meta.fields_map.items() if getattr(field, "unique", False) and name in meta.db_fields]
        found |= {_key("UNIQUE", meta.db_table, [columns[name] for name in names]) for names in (*single, *meta.unique_together)}
        found |= {_key("REFERENCES", meta.db_table, [columns[name]]) for name in meta.fk_fields | meta.o2o_fields}
    return frozenset(found)


def _key(kind: str, table: str, columns: Iterable[str]) -> str:
    return f"{kind} {table} ({', '.join(sorted(columns))})"


async def missing_constraints() -> list[str]:
    """Compare the live catalogue with what is expected; returns what is missing or disabled, sorted."""
    named = await db.rows(
        "SELECT conname AS name FROM pg_constraint WHERE convalidated"
        " UNION SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisvalid"
        " UNION SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND NOT tgisinternal"
    )
    keys = await db.rows(
        "SELECT k.kind, k.of::regclass::text AS of, array_agg(a.attname::text) AS columns FROM (SELECT 'REFERENCES' AS kind, oid, conrelid AS of,"
        " conkey::int2[] AS numbers FROM pg_constraint WHERE contype = 'f' AND convalidated UNION ALL SELECT 'UNIQUE', indexrelid, indrelid,"
        " indkey::int2[] FROM pg_index WHERE indisunique AND indisvalid AND indpred IS NULL) k"
        " JOIN pg_attribute a ON a.attrelid = k.of AND a.attnum = ANY(k.numbers) GROUP BY k.kind, k.oid, k.of"
    )
    found = {row["name"] for row in named} | {_key(row["kind"], row["of"], row["columns"]) for row in keys}
    return sorted((expected_names() | expected_keys()) - found)


async def pending_migrations() -> list[str]:
    """Return the names of migrations on disk that the database has not seen."""
    executor = MigrationExecutor(get_connection("default"), {"incubator": db.orm_config("postgresql://")["apps"]["incubator"]})
    return [step.migration.name for step in await executor.plan()]
