"""Servers of one test alone, which it may stop, start again and empty: those of the other tests stay as they are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from incubator import db, schema
from incubator.config import credentials
from incubator.embedded.postgres import EmbeddedPostgres
from incubator.embedded.valkey import EmbeddedValkey


@dataclass(frozen=True)
class OwnServers:
    """A PostgreSQL that keeps its data over a restart, with one migrated database, and a Valkey."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    url: str
    redis_url: str

    async def clone(self, name: str) -> str:
        """Copy the database as it is; nobody may be connected to it. Returns the copy's address."""
        await statement(self.postgres, f"CREATE DATABASE {name} TEMPLATE product")
        return self.postgres.url(name)


@asynccontextmanager
async def own_servers(folder: Path) -> AsyncIterator[OwnServers]:
    """Start them, with a migrated database, and stop them afterwards."""
    postgres, valkey = EmbeddedPostgres(folder / "postgresql"), EmbeddedValkey(folder / "valkey")
    try:
        postgres.start()
        redis_url = valkey.start()
        await statement(postgres, "CREATE DATABASE product")
        url = postgres.url("product")
        await schema.migrate(url)
        await db.close()
        yield OwnServers(postgres, valkey, url, redis_url)
    finally:
        await db.close()
        valkey.stop()
        postgres.stop()


async def statement(postgres: EmbeddedPostgres, sql: str) -> None:
    """Run one statement outside of the product's database."""
    connection = await asyncpg.connect(**credentials(postgres.url("postgres")))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
