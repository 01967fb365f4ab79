"""`incubator doctor`: what works on this machine, and the remedy for what does not."""

import shutil
import sys

import typer

from incubator import db, loop, schema, valkey
from incubator.cli.servers import Addresses, addresses
from incubator.config import Settings
from incubator.embedded.processes import StartFailed


def examine(settings: Settings) -> int:
    """Print one line per check; returns 0 when everything that is needed works."""
    problems = 0

    def told(name: str, is_good: bool, remedy: str, *, is_needed: bool = True) -> None:
        nonlocal problems
        problems += not is_good and is_needed
        typer.echo(f"{'ok  ' if is_good else 'MISS' if is_needed else 'note'}  {name}{'' if is_good else f': {remedy}'}")

    told(
        f"Python {sys.version_info.major}.{sys.version_info.minor}",
        (3, 11) <= sys.version_info[:2] <= (3, 13),
        "install Python 3.11 to 3.13",
    )
    told(
        "browser for the browser tests", bool(shutil.which("chromium")), "install chromium (Debian: apt install chromium)", is_needed=False
    )
    try:
        with addresses(settings) as found:
            told("data folder and servers", True, "")
            loop.run(_examine_servers(found, told))
    except StartFailed as problem:
        told("data folder and servers", False, str(problem))
    return 1 if problems else 0


async def _examine_servers(found: Addresses, told: "object") -> None:
    assert callable(told)
    await db.connect(found.database_url)
    try:
        version = int(await db.value("SELECT current_setting('server_version_num')"))
        told(f"PostgreSQL {version // 10000}", version >= 150000, "PostgreSQL 15 or newer is needed")
        pending = await schema.pending_migrations()
        told("schema", not pending, "run `incubator migrate`")
        missing = [] if pending else await schema.missing_constraints()
        told("constraints", not missing, f"missing {', '.join(missing)}: restore a backup or run `incubator migrate` on a new database")
        workers = await db.value("SELECT count(*) FROM process_heartbeat") if not pending else 0
        told(f"worker processes: {workers}", workers > 0, "start them with `incubator worker`", is_needed=False)
    finally:
        await db.close()
    redis = valkey.client(found.redis_url)
    told("Valkey", bool(await redis.ping()), "set INCUBATOR_REDIS_URL to a reachable server")
    await redis.aclose()
