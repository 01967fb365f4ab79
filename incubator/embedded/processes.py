"""Child processes that outlive a killed parent are found again and ended before new ones start."""

import contextlib
import hashlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

MAX_SOCKET_PATH = 100
"""Unix socket paths end at 103 (macOS) or 107 (Linux) bytes; room is left for the file's own name."""


class StartFailed(RuntimeError):
    """A server could not be started; the message is one line with the remedy."""


def socket_folder(folder: Path, name: str) -> Path:
    """Return where a server of `folder` puts its socket: inside it, or, when that path is too long, in a private folder of the system's."""
    if len(str(folder / name)) < MAX_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"incubator-{os.geteuid()}-{digest}"


def private_folder(folder: Path, *, uid: int | None = None, gid: int | None = None) -> None:
    """Make a folder that only its owner can enter.

    Raises:
        StartFailed: somebody else owns it already.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    owner = os.geteuid() if uid is None else uid
    if folder.stat().st_uid not in {owner, os.geteuid()}:
        raise StartFailed(f"{folder} belongs to another user: choose another data folder with INCUBATOR_DATA_DIR")
    folder.chmod(0o700)
    if uid is not None:
        os.chown(folder, uid, gid if gid is not None else -1)


def left_over(pid_file: Path, marker: str) -> psutil.Process | None:
    """Return the running process that a pid file names when its command line holds `marker`, else None."""
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        return process if marker in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE else None
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def end(process: psutil.Process | subprocess.Popen[bytes], first: signal.Signals, patience_s: float = 10) -> None:
    """Ask a process to stop, wait, then insist."""
    for sign in (first, signal.SIGKILL):
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            process.send_signal(sign)
        try:
            process.wait(patience_s)
        except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
            continue
        except psutil.NoSuchProcess:
            return
        return


def spawn(command: Sequence[str], log: Path, *, uid: int | None = None, gid: int | None = None) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C reaches only its parent, which then stops it in order."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=uid,
            group=gid,
            cwd="/",
            env=_clean_environment(),
        )


def _clean_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], what: str, log: Path, patience_s: float = 30) -> None:
    """Wait for a server to be ready.

    Raises:
        StartFailed: it ended or took too long; names its log.
    """
    deadline = time.monotonic() + patience_s
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            end(process, signal.SIGTERM, 3)
            last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise StartFailed(f"{what} did not start: {last[0]} (log: {log})")
        time.sleep(0.01)
