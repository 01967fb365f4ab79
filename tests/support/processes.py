"""Real processes of the product, started, watched and killed by tests."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path


class Timeout(AssertionError):
    """Something that should have happened by now has not."""


async def until(condition: Callable[[], Awaitable[bool]], what: str, patience_s: float = 30) -> None:
    """Look again and again until a condition holds.

    Raises:
        Timeout: it did not within the time.
    """
    deadline = asyncio.get_running_loop().time() + patience_s
    while not await condition():
        if asyncio.get_running_loop().time() > deadline:
            raise Timeout(what)
        await asyncio.sleep(0.02)  # another process changes what is looked at


class Process:
    """One child process of a test."""

    def __init__(self, running: asyncio.subprocess.Process, log: Path) -> None:
        self._running = running
        self.log = log

    @property
    def pid(self) -> int:
        """Its id."""
        return self._running.pid

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._running.returncode is None:
            os.kill(self._running.pid, signal.SIGKILL)
        await self._running.wait()

    async def ended(self, patience_s: float) -> int:
        """Wait until it ends by itself and return its exit code; it is killed when it does not.

        Raises:
            TimeoutError: it did not end in time.
        """
        try:
            return await asyncio.wait_for(self._running.wait(), patience_s)
        except TimeoutError:
            await self.kill()
            raise

    async def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        if self._running.returncode is None:
            self._running.terminate()
        return await asyncio.wait_for(self._running.wait(), 20)


async def start(module: str, environment: dict[str, str], folder: Path, *arguments: str) -> Process:
    """Start `python -m module`."""
    log = folder / f"{module}.log"
    with log.open("ab") as output:
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            env={**os.environ, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Process(running, log)


@asynccontextmanager
async def worker(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Process]:
    """Run one worker process."""
    process = await start("incubator_workers", worker_environment(database_url, redis_url, folder), folder)
    try:
        yield process
    finally:
        await process.kill()


def worker_environment(database_url: str, redis_url: str, folder: Path) -> dict[str, str]:
    """Return the settings of a worker that keeps its mail and files in `folder` and finds no register or bank: nobody listens there."""
    return {
        "INCUBATOR_DATABASE_URL": database_url,
        "INCUBATOR_REDIS_URL": redis_url,
        "INCUBATOR_DATA_DIR": str(folder),
        "INCUBATOR_REQUIRE_TWO_FACTOR": "0",
        "INCUBATOR_VIES_URL": "http://127.0.0.1:9",
        "INCUBATOR_ECB_URL": "http://127.0.0.1:9",
    }
