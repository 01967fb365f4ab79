"""The servers a command needs: those the settings name, those that a running `incubator up` started, or embedded ones of its own."""

import contextlib
import fcntl
import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import asyncpg

from incubator import loop
from incubator.config import Settings, credentials
from incubator.embedded.postgres import EmbeddedPostgres
from incubator.embedded.processes import StartFailed
from incubator.embedded.valkey import EmbeddedValkey

DATABASE = "incubator"


@dataclass(frozen=True)
class Addresses:
    """Where the servers are; `stripe_api_base` is empty when Stripe itself is meant, `registers` when VIES and the ECB are, `web` while
    nothing is served."""

    database_url: str
    redis_url: str
    web: str = ""
    stripe_api_base: str = ""
    registers: str = ""

    def environment(self) -> dict[str, str]:
        """Return them as the settings of a child process."""
        found = {"INCUBATOR_DATABASE_URL": self.database_url, "INCUBATOR_REDIS_URL": self.redis_url}
        found |= {"INCUBATOR_STRIPE_API_BASE": self.stripe_api_base} if self.stripe_api_base else {}
        return found | (
            {"INCUBATOR_VIES_URL": f"{self.registers}/vies", "INCUBATOR_ECB_URL": f"{self.registers}/ecb"} if self.registers else {}
        )


class AlreadyRunning(StartFailed):
    """Another process uses the data folder."""


@contextlib.contextmanager
def data_folder_lock(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process; the lock goes with the process, however it ends.

    Raises:
        AlreadyRunning: another process holds it.
        StartFailed: the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartFailed(f"the data folder {folder} cannot be written ({error.strerror}): name another with INCUBATOR_DATA_DIR") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            found = running(folder)
            where = f" at {found.web}" if found and found.web else ""
            raise AlreadyRunning(
                f"incubator runs already{where} with the data folder {folder}: stop it, or name another INCUBATOR_DATA_DIR"
            ) from error
        yield
    finally:
        os.close(handle)


def running(folder: Path) -> Addresses | None:
    """Return where the servers of a running `incubator up` are, as it wrote them down."""
    try:
        return Addresses(**json.loads((folder / "running.json").read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def is_held(folder: Path) -> bool:
    """Tell whether a process holds the data folder."""
    try:
        with data_folder_lock(folder):
            return False
    except AlreadyRunning:
        return True


@contextlib.contextmanager
def written_down(folder: Path, addresses: Addresses) -> Iterator[None]:
    """Tell other commands where the servers are, for as long as they run."""
    path = folder / "running.json"
    path.write_text(json.dumps(asdict(addresses)), "utf-8")
    path.chmod(0o600)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def embedded_servers(settings: Settings) -> Iterator[Addresses]:
    """Start what the settings do not name; hold the data folder meanwhile.

    Raises:
        AlreadyRunning, StartFailed: with a remedy.
    """
    with data_folder_lock(settings.data_dir), contextlib.ExitStack() as stack:
        database_url, redis_url = settings.database_url, settings.redis_url
        if database_url is None:
            postgres = EmbeddedPostgres(settings.data_dir / "postgresql")
            stack.callback(postgres.stop)
            ensure_database(postgres.start())
            database_url = postgres.url(DATABASE)
        if redis_url is None:
            valkey = EmbeddedValkey(settings.data_dir / "valkey")
            stack.callback(valkey.stop)
            redis_url = valkey.start()
        yield Addresses(database_url, redis_url)


def ensure_database(admin_url: str) -> None:
    """Make the product's database in an embedded server when it is not there."""

    async def ensure() -> None:
        connection = await asyncpg.connect(**credentials(admin_url))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()

    loop.run(ensure())


@contextlib.contextmanager
def addresses(settings: Settings) -> Iterator[Addresses]:
    """Give a command its servers: named ones, those of a running product, or embedded ones for the time being."""
    if settings.database_url and settings.redis_url:
        yield Addresses(settings.database_url, settings.redis_url)
        return
    found = running(settings.data_dir)
    if found is not None and is_held(settings.data_dir):
        yield replace(found, database_url=settings.database_url or found.database_url, redis_url=settings.redis_url or found.redis_url)
        return
    with embedded_servers(settings) as started:
        yield started


@contextlib.asynccontextmanager
async def connected(found: Addresses, *, migrated: bool = True, is_durable: bool = True) -> AsyncIterator[None]:
    """Connect this process to the database, with the schema brought up to date first."""
    from incubator import db, jobs, schema  # half a second that commands without a database do not spend

    if migrated:
        await schema.migrate(found.database_url)
    await db.connect(found.database_url, is_durable=is_durable)
    jobs.load()
    try:
        yield
    finally:
        await db.close()
