"""The embedded servers start, stop, and recover from whatever happened before."""

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from incubator.cli.servers import AlreadyRunning, data_folder_lock
from incubator.config import credentials
from incubator.embedded.postgres import EmbeddedPostgres
from incubator.embedded.processes import StartFailed
from incubator.embedded.valkey import EmbeddedValkey
from incubator.valkey import client


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that a database's own user can reach."""
    with TemporaryDirectory(prefix="incubator-embedded-") as name:
        yield Path(name)


async def ask(url: str, sql: str) -> object:
    """Run one statement on a server."""
    connection = await asyncpg.connect(**credentials(url))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_postgres_keeps_its_data_over_a_stop_and_listens_on_a_private_socket_only(folder: Path) -> None:
    first = EmbeddedPostgres(folder / "pg")
    url = first.start()
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    ports = await ask(url, "SHOW listen_addresses")
    first.stop()

    second = EmbeddedPostgres(folder / "pg")
    answer = await ask(second.start(), "SELECT answer FROM kept")
    second.stop()

    assert (ports, answer) == ("", 42)
    assert stat.S_IMODE((folder / "pg").stat().st_mode) == 0o700


async def test_postgres_left_by_a_killed_parent_is_ended_and_its_data_recovered(folder: Path) -> None:
    orphan = EmbeddedPostgres(folder / "pg")
    await ask(orphan.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
    left = orphan.pid

    fresh = EmbeddedPostgres(folder / "pg")
    answer = await ask(fresh.start(), "SELECT answer FROM kept")
    fresh.stop()

    assert answer == 42
    assert fresh.pid != left
    orphan.stop()


async def test_postgres_starts_after_a_power_cut(folder: Path) -> None:
    cut = EmbeddedPostgres(folder / "pg")
    await ask(cut.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
    assert cut.pid is not None
    os.kill(cut.pid, signal.SIGKILL)
    cut.stop()

    fresh = EmbeddedPostgres(folder / "pg")
    answer = await ask(fresh.start(), "SELECT answer FROM kept")
    fresh.stop()

    assert answer == 42


async def test_data_of_another_version_is_named_with_the_remedy(folder: Path) -> None:
    old = EmbeddedPostgres(folder / "pg")
    old.start()
    old.stop()
    (folder / "pg" / "data" / "PG_VERSION").write_text("15\n")

    with pytest.raises(StartFailed, match=r"PostgreSQL 15, this is 18.*INCUBATOR_DATA_DIR"):
        EmbeddedPostgres(folder / "pg").start()


async def test_valkey_starts_again_over_a_left_over_one(folder: Path) -> None:
    orphan = EmbeddedValkey(folder / "valkey")
    redis = client(orphan.start())
    await redis.set("kept", "yes")
    await redis.aclose()

    fresh = EmbeddedValkey(folder / "valkey")
    again = client(fresh.start())
    answer = await again.get("kept")
    await again.aclose()
    fresh.stop()
    orphan.stop()

    assert answer == b"yes"
    assert fresh.pid is None


def test_two_instances_do_not_fight_over_a_data_folder(folder: Path) -> None:
    with data_folder_lock(folder), pytest.raises(AlreadyRunning, match="runs already"), data_folder_lock(folder):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
async def test_a_data_folder_inside_a_private_one_works_for_root_too(folder: Path) -> None:
    inner = folder / "private" / "data"
    inner.mkdir(parents=True)
    (folder / "private").chmod(0o700)
    first = EmbeddedPostgres(inner / "pg")
    await ask(first.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()

    second = EmbeddedPostgres(inner / "pg")
    answer = await ask(second.start(), "SELECT answer FROM kept")
    second.stop()
    shutil.rmtree(second.folder)

    assert answer == 42
    assert stat.S_IMODE((folder / "private").stat().st_mode) == 0o700
