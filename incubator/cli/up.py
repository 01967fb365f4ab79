"""`incubator up`: everything on one machine, from an empty folder to a served product, and a clean stop."""

import asyncio
import contextlib
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files

import asyncpg
import typer

from incubator import loop
from incubator.cli import demo_registers, demo_stripe
from incubator.cli.servers import Addresses, connected, embedded_servers, written_down
from incubator.cli.supervisor import Child, Supervisor
from incubator.config import Settings, credentials
from incubator.demo.logins import LOADED
from incubator.embedded.processes import StartFailed


def say(text: str = "") -> None:
    """Print one line for the person at the terminal."""
    typer.echo(text)


@contextlib.contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Take the port first, so that a taken one is said before anything starts.

    Raises:
        StartFailed: somebody else has it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", port))
        except OSError as error:
            raise StartFailed(f"port {port} is taken: choose another, for example `make run PORT={port + 1}`") from error
        taken.listen(1024)
        taken.set_inheritable(True)
        yield taken


def free_port(wished: int) -> int:
    """Return the wished loopback port when nobody uses it, so that addresses given out before still work; else any free one."""
    for port in (wished, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StartFailed("no loopback port is free: end some programs and try again")


def web_child(taken: socket.socket, environment: dict[str, str]) -> Child:
    """Return the web process on an open socket."""
    command = [sys.executable, "-m", "incubator_graphql", "--fd", str(taken.fileno())]
    return Child("web", command, environment, (taken.fileno(),))


def worker_children(count: int, environment: dict[str, str], after: asyncio.Event | None = None) -> list[Child]:
    """Return worker processes, which start after an event."""
    return [
        Child(f"worker-{number}", [sys.executable, "-m", "incubator_workers"], environment, after=after) for number in range(1, count + 1)
    ]


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the demo's stand-ins listen; 0 for one that is not needed."""

    stripe: int
    registers: int


def up(settings: Settings, *, processes: int) -> None:
    """Start servers, migrate, load the demo world on the first start when asked to, serve until Ctrl-C."""
    started = time.monotonic()
    with listening(settings.port) as taken, embedded_servers(settings) as found:
        needs_simulator = settings.is_demo and settings.stripe_api_base is None
        stripe_port = free_port(settings.port + 1) if needs_simulator else 0
        registers_port = free_port(settings.port + 2) if demo_registers.is_needed(settings) else 0
        addresses = replace(
            found,
            registers=f"http://127.0.0.1:{registers_port}" if registers_port else "",
            web=settings.public_url,
            stripe_api_base=f"http://127.0.0.1:{stripe_port}" if needs_simulator else settings.stripe_api_base or "",
        )
        with written_down(settings.data_dir, addresses):
            ports = Ports(stripe_port, registers_port)
            loop.run(_run(settings, addresses, taken, ports, processes, started))
    say("stopped")


async def _run(settings: Settings, addresses: Addresses, taken: socket.socket, ports: Ports, processes: int, started: float) -> None:
    if not await _is_current(addresses.database_url, settings.is_demo):
        await _prepare(addresses, settings.is_demo)
    environment = child_environment(settings, addresses)
    is_served = asyncio.Event()
    tasks = [asyncio.get_running_loop().create_task(_announce(settings, started, is_served))]
    children = [demo_registers.child(ports.registers, is_served)] if ports.registers else []
    if ports.stripe:
        accounts = await demo_stripe.accounts(addresses.database_url, settings.data_dir)
        environment |= demo_stripe.environment(accounts)
        children.append(demo_stripe.child(settings.data_dir, ports.stripe, is_served))
        tasks.append(asyncio.get_running_loop().create_task(demo_stripe.introduce(accounts, addresses.stripe_api_base, settings.port)))
    supervisor = Supervisor([web_child(taken, environment), *worker_children(processes, environment, is_served), *children])
    await supervisor.run()
    for task in tasks:
        task.cancel()
    say("\nstopping …")


async def _is_current(database_url: str, is_demo: bool) -> bool:
    """Tell by two cheap questions whether the schema is the present one and the demo world is there, so that a later start is quick."""
    known = sorted(entry.name.removesuffix(".py") for entry in files("incubator.migrations").iterdir() if entry.name.startswith("0"))
    connection = await asyncpg.connect(**credentials(database_url))
    try:
        if not await connection.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL"):
            return False
        applied = [row["name"] for row in await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY name")]
        if applied != known:
            return False
        return not is_demo or bool(await connection.fetchval("SELECT EXISTS (SELECT 1 FROM audit_entry WHERE action = $1)", LOADED))
    finally:
        await connection.close()


async def _prepare(addresses: Addresses, is_demo: bool) -> None:
    """Migrate, and load the demo world when it is asked for and not there."""
    from incubator import schema

    await schema.migrate(addresses.database_url)
    if not is_demo:
        return
    from incubator.demo import world

    async with connected(addresses, migrated=False, is_durable=False):
        if not await world.is_loaded():
            await world.load(say_progress=progress_bar)


def progress_bar(done: int, total: int, what: str) -> None:
    """Draw how far the demo world is, on one line of a terminal, else a line a step."""
    if sys.stdout.isatty():
        width = 30 * done // max(total, 1)
        print(f"\r  demo world [{'█' * width}{'·' * (30 - width)}] {what:<40.40}", end="\n" if done == total else "", flush=True)
    elif done == total or what:
        print(f"  demo world {done}/{total} {what}", flush=True)


def child_environment(settings: Settings, addresses: Addresses) -> dict[str, str]:
    """Return the settings that web and worker processes need, addresses included."""
    found = addresses.environment() | {
        "INCUBATOR_DATA_DIR": str(settings.data_dir),
        "INCUBATOR_PUBLIC_URL": settings.public_url,
        "INCUBATOR_DEMO": "1" if settings.is_demo else "0",
        "INCUBATOR_REQUIRE_TWO_FACTOR": "1" if settings.requires_two_factor else "0",
    }
    logs = settings.data_dir / "logs"
    logs.mkdir(exist_ok=True, mode=0o700)
    return found | {"INCUBATOR_LOG_FILE": str(logs / "incubator.log")}


async def _announce(settings: Settings, started: float, is_served: asyncio.Event) -> None:
    """Wait for the product to be ready, then say where it is and who may sign in."""
    address = f"http://127.0.0.1:{settings.port}"
    while not await asyncio.to_thread(_is_ready, f"{address}/readyz"):  # noqa: ASYNC110 - another process becomes ready
        await asyncio.sleep(0.05)
    is_served.set()
    say(f"\n  Incubator is ready at {settings.public_url}  ({time.monotonic() - started:.1f} s)")
    if settings.is_demo:
        from incubator.demo.logins import LOGINS

        say("\n  Sign in as")
        for login in LOGINS:
            say(f"    {login.role:<22} {login.email:<40} {login.password}")
        say(f"\n  Mail that the demo sends: {settings.public_url}/dev/mail")
    say(f"  Logs: {settings.data_dir / 'logs' / 'incubator.log'}    Stop: Ctrl-C\n")


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - a loopback address of our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
