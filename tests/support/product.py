"""The whole product with its demo world, as `make run` starts it: a real process tree in a data folder of its own."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from incubator.demo.logins import PASSWORD

PATIENCE_S = 240


@dataclass(frozen=True)
class Product:
    """A running product: where it is, where its data is."""

    url: str
    folder: Path

    def client(self, **headers: str) -> httpx.AsyncClient:
        """Open a browser-like client that keeps cookies."""
        return httpx.AsyncClient(base_url=self.url, headers={"x-requested-with": "incubator", **headers}, timeout=30)

    async def signed_in(self, email: str, password: str = PASSWORD) -> httpx.AsyncClient:
        """Sign somebody in and return their client."""
        client = self.client()
        answer = await client.post("/auth/sign-in", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return client

    def command(self, *arguments: str) -> str:
        """Run an `incubator` command beside the running product and return what it prints."""
        environment = {**os.environ, "INCUBATOR_DATA_DIR": str(self.folder), "INCUBATOR_DEMO": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "incubator", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


async def ask(client: httpx.AsyncClient, document: str, **variables: Any) -> Any:
    """Send a document and return its data; for a mutation with one field that field's payload, which must have no errors."""
    body = json.dumps({"query": document, "variables": variables}, default=str)
    answer = (await client.post("/graphql", content=body, headers={"content-type": "application/json"})).json()
    assert "errors" not in answer, answer["errors"]
    if not document.lstrip().startswith("mutation"):
        return answer["data"]
    payload = next(iter(answer["data"].values()))
    assert payload["errors"] == [], payload["errors"]
    return payload


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_product(kept: Path | None = None) -> Iterator[Product]:
    """Start `incubator up --demo`, wait until it is ready, and stop it with Ctrl-C afterwards; its data is gone then unless the folder is `kept`.

    Raises:
        AssertionError: it did not get ready, or did not stop cleanly.
    """
    folder = kept or Path(tempfile.mkdtemp(prefix="incubator-product-"))
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INCUBATOR_")}
    log = folder / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "incubator", "up", "--demo"],
            env={**environment, "INCUBATOR_DATA_DIR": str(folder), "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    product = Product(f"http://127.0.0.1:{port}", folder)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not _is_ready(f"{product.url}/readyz"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)  # another process gets ready
        yield product
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        stopped = log.read_text()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
    assert process.returncode == 0, stopped


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def eventually(condition: Any, what: str, patience_s: float = 30) -> Any:
    """Ask again and again until there is an answer that counts, and return it.

    Raises:
        AssertionError: there was none in time.
    """
    deadline = asyncio.get_running_loop().time() + patience_s
    while not (found := await condition()):
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.1)  # workers of other processes are at it
    return found
