"""Keeps child processes running: starts them, starts them again when they die, stops them in order."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

PATIENCE_S = 15
CALM_S = 10


@dataclass(frozen=True)
class Child:
    """A process to keep running. `environment` is added to this process's own; `pass_fds` are sockets it inherits.

    It starts when `after` is set, so that what people wait for has the machine to itself first.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()
    after: asyncio.Event | None = None


class Supervisor:
    """Runs children until `stop` is called or a signal asks for it."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._stopping = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}

    def stop(self) -> None:
        """Ask for the end; `run` returns when all children have stopped."""
        self._stopping.set()

    async def run(self) -> None:
        """Keep all children running until asked to stop."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self.stop)
        tasks = [loop.create_task(self._keep(child)) for child in self._children]
        await self._stopping.wait()
        for child in self._children:
            process = self._running.get(child.name)
            if process is not None and process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
        _, late = await asyncio.wait(tasks, timeout=PATIENCE_S)
        for process in self._running.values():
            if late and process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        if late:
            await asyncio.wait(late, timeout=5)

    async def _keep(self, child: Child) -> None:
        delay = 0.2
        if child.after is not None:
            waiting = [asyncio.ensure_future(child.after.wait()), asyncio.ensure_future(self._stopping.wait())]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            process = await asyncio.create_subprocess_exec(
                *child.command,
                env={**os.environ, **child.environment},
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=child.pass_fds,
                start_new_session=True,
            )
            self._running[child.name] = process
            code = await process.wait()
            if self._stopping.is_set():
                return
            logger.warning("a process ended and is started again", extra={"child": child.name, "code": code})
            delay = 0.2 if asyncio.get_running_loop().time() - started > CALM_S else min(delay * 2, 10)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
