"""The servers that tests run against: embedded ones of their own, or those that the environment names."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from incubator.embedded.postgres import EmbeddedPostgres
from incubator.embedded.valkey import EmbeddedValkey


@dataclass(frozen=True)
class Servers:
    """Addresses: `database(name)` of PostgreSQL, `redis_url` of Valkey; `folder` is scratch space."""

    postgres_url: str
    redis_url: str
    folder: Path

    def database(self, name: str) -> str:
        """Return the address of another database of the same server."""
        head, _, tail = self.postgres_url.partition("?")
        return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")


@contextmanager
def running() -> Iterator[Servers]:
    """Start what is not named by INCUBATOR_TEST_DATABASE_URL and INCUBATOR_TEST_REDIS_URL, and stop it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="incubator-tests-"))
    postgres = EmbeddedPostgres(folder / "postgresql", is_lasting=False)
    valkey = EmbeddedValkey(folder / "valkey")
    outside_database = os.environ.get("INCUBATOR_TEST_DATABASE_URL")
    outside_redis = os.environ.get("INCUBATOR_TEST_REDIS_URL")
    try:
        yield Servers(outside_database or postgres.start(), outside_redis or valkey.start(), folder)
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
