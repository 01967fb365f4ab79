"""The `incubator` command. It starts the web and worker packages as processes and never imports them."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import click
import typer

from incubator import loop
from incubator.cli.servers import addresses, connected
from incubator.cli.supervisor import Supervisor
from incubator.cli.up import child_environment, listening, up, web_child, worker_children
from incubator.config import SettingInvalid, Settings, read, settings
from incubator.embedded.processes import StartFailed
from incubator.kernel.errors import DomainError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
token_app = typer.Typer(no_args_is_help=True, help="API tokens.")
user_app = typer.Typer(no_args_is_help=True, help="People who sign in.")
demo_app = typer.Typer(no_args_is_help=True, help="The demo world.")
app.add_typer(token_app, name="token")
app.add_typer(user_app, name="user")
app.add_typer(demo_app, name="demo")


def main() -> None:
    """Run a command; what goes wrong in a way a person can mend is said in one line, with exit code 2."""
    try:
        app(standalone_mode=False)
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except DomainError as refusal:
        fail(f"{refusal.code}: {refusal.message()}")
    except (StartFailed, SettingInvalid) as problem:
        fail(str(problem))
    except click.ClickException as usage:
        usage.show()
        sys.exit(usage.exit_code)


def fail(message: str) -> None:
    """Say what is wrong on one line and end with exit code 2."""
    typer.echo(f"incubator: {message}", err=True)
    sys.exit(2)


@app.command("up")
def command_up(
    demo: Annotated[bool, typer.Option(help="Load the demo world on the first start; sign-ins and mail are shown.")] = False,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Worker processes.")] = 1,
) -> None:
    """Start everything on this machine and serve until Ctrl-C."""
    current = read({**os.environ, "INCUBATOR_DEMO": "1"}) if demo else settings()
    up(current, processes=processes)


@app.command("serve")
def command_serve() -> None:
    """Start one web process for servers that run elsewhere or under `incubator up`."""
    current = settings()
    with listening(current.port) as taken, addresses(current) as found:
        loop.run(Supervisor([web_child(taken, child_environment(current, found))]).run())


@app.command("worker")
def command_worker(processes: Annotated[int, typer.Option(min=1, max=64, help="How many processes.")] = 1) -> None:
    """Start worker processes and keep them running."""
    current = settings()
    with addresses(current) as found:
        loop.run(Supervisor(worker_children(processes, child_environment(current, found))).run())


@app.command("migrate")
def command_migrate() -> None:
    """Bring the database to the present schema; several at once wait for each other."""

    async def run(found_url: str) -> None:
        from incubator import schema

        await schema.migrate(found_url)

    with addresses(settings()) as found:
        loop.run(run(found.database_url))
    typer.echo("the schema is up to date")


@app.command("doctor")
def command_doctor() -> None:
    """Say what works on this machine, and the remedy for what does not."""
    from incubator.cli import doctor

    sys.exit(doctor.examine(settings()))


@app.command("verify")
def command_verify() -> None:
    """Check money, numbering, work and the database's constraints; exit code 1 when something is wrong."""
    from incubator.cli import verify

    with addresses(settings()) as found:
        sys.exit(loop.run(verify.run(found)))


@app.command("month")
def command_month(
    folder: Annotated[Path, typer.Argument(help="A folder that holds a lines.csv.")],
    out: Annotated[Path, typer.Option(help="The file to write the invoices to.")],
    month_text: Annotated[str, typer.Option("--month", help="YYYY-MM; else the folder's name or its dates say it.")] = "",
) -> None:
    """Bill one month of lines in a database of its own and write what was invoiced."""
    from incubator.cli import month

    month.run(settings(), folder, out, month_text)


@app.command("import")
def command_import(
    kind: Annotated[str, typer.Argument(help="organizations or sites")],
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8.")],
    email: Annotated[str, typer.Option(help="The manager who imports.")],
    apply: Annotated[bool, typer.Option("--apply", help="Apply it; without it only a preview is shown.")] = False,
) -> None:
    """Preview and apply a CSV file, all rows or none."""
    from incubator.cli import imports

    with addresses(settings()) as found:
        sys.exit(loop.run(imports.run(found, kind, file, email, apply)))


@app.command("export")
def command_export(
    report: Annotated[str, typer.Argument(help="portfolio")],
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    email: Annotated[str, typer.Option(help="The manager whose portfolio it is.")],
    month_text: Annotated[str, typer.Option("--month", help="YYYY-MM")],
) -> None:
    """Write a report as CSV."""
    from incubator.cli import exports

    with addresses(settings()) as found:
        loop.run(exports.run(found, report, out, email, month_text))


@app.command("backup")
def command_backup(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write database and files into one archive."""
    from incubator.cli import backup

    with addresses(settings()) as found:
        backup.write(settings(), found.database_url, file)
    typer.echo(f"written {file}")


@app.command("restore")
def command_restore(file: Annotated[Path, typer.Argument(help="An archive that `incubator backup` wrote.")]) -> None:
    """Read an archive back into an empty database."""
    from incubator.cli import backup

    with addresses(settings()) as found:
        backup.read(settings(), found.database_url, file)
    typer.echo("restored")


@app.command("bench")
def command_bench() -> None:
    """Run every benchmark of a source checkout."""
    folder = Path(__file__).parents[2] / "benchmarks"
    if not folder.is_dir():
        fail("the benchmarks are part of the source checkout: run this there")
    for script in sorted(folder.glob("[a-z]*.py")):
        subprocess.run([sys.executable, str(script)], check=True)


@app.command("make-migrations", hidden=True)
def command_make_migrations(anew: Annotated[bool, typer.Option(help="Write 0001 anew; only before the first release.")] = False) -> None:
    """Write a migration for what changed in the models."""
    from incubator.cli.migrations import make_migrations

    make_migrations(anew)


@token_app.command("create")
def command_token_create(
    email: Annotated[str, typer.Option(help="Whose token it is.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    write: Annotated[bool, typer.Option("--write/--read-only", help="What it may do.")] = True,
    days: Annotated[int, typer.Option(min=0, max=3650, help="How long it works; 0 is without end.")] = 90,
) -> None:
    """Print a new API token and nothing else."""
    from incubator.cli import people

    with _connected_command() as runner:
        typer.echo(runner.run(people.create_token(email, name, write, days)))


@user_app.command("create")
def command_user_create(
    email: Annotated[str, typer.Option()],
    name: Annotated[str, typer.Option()],
    operator: Annotated[str, typer.Option(help="The key of the operator; made when missing.")],
    role: Annotated[str, typer.Option(help="manager, finance, front desk, auditor, reviewer or expert")] = "manager",
    country: Annotated[str, typer.Option(help="Of a new operator.")] = "DE",
    city: Annotated[str, typer.Option(help="Of a new operator.")] = "Hamburg",
) -> None:
    """Add a person of the operator; the password is read from standard input."""
    from incubator.cli import people

    password = typer.prompt("password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with _connected_command() as runner:
        runner.run(people.create_user(email, name, operator, role, country, city, password))
    typer.echo(f"{email} may sign in")


@demo_app.command("logins")
def command_demo_logins(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Print the demo sign-ins."""
    from incubator.demo.logins import LOGINS

    if as_json:
        typer.echo(json.dumps([asdict(login) for login in LOGINS], ensure_ascii=False, indent=2))
    else:
        for login in LOGINS:
            typer.echo(f"{login.role:<22} {login.email:<40} {login.password}")


@demo_app.command("reset")
def command_demo_reset() -> None:
    """Make the demo world anew; everything that was there is lost."""
    from incubator.cli import demo

    with addresses(replace(settings(), is_demo=True)) as found:
        loop.run(demo.reset(found))
    typer.echo("the demo world is new")


@contextlib.contextmanager
def _connected_command() -> Iterator[asyncio.Runner]:
    """Give a command a loop whose database connection is open."""
    current: Settings = settings()
    with addresses(current) as found, loop.runner() as runner:
        context = connected(found)
        runner.run(context.__aenter__())
        try:
            yield runner
        finally:
            runner.run(context.__aexit__(None, None, None))
