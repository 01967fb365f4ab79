"""Asking public services over HTTP: bounded in time and size, no redirects, no proxies from the environment. Never inside a transaction."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import httpx

from incubator.config import settings

MAX_BYTES = 65_536


class ServiceAway(Exception):
    """No usable answer came: the service is away, overloaded, or said something that is none. Nothing is known; ask again later."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole."""

    status: int
    content: bytes


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


_ways_out: list[httpx.AsyncBaseTransport] = []


@contextmanager
def through(transport: httpx.AsyncBaseTransport) -> Iterator[None]:
    """Send everything through another transport meanwhile: tests call the simulator in their own process."""
    _ways_out.append(transport)
    try:
        yield
    finally:
        _ways_out.remove(transport)


async def ask(
    method: str, url: str, *, body: Mapping[str, object] | None = None, accept: str = "application/json", at_most: int = MAX_BYTES
) -> Reply:
    """Send one request and read the whole answer.

    Raises:
        ServiceAway: no answer in time, one that breaks off, or more than `at_most` bytes.
    """
    way_out = _ways_out[-1] if _ways_out else None
    try:
        async with (
            asyncio.timeout(settings().outside_timeout_s),
            httpx.AsyncClient(transport=way_out, verify=_trusted(), trust_env=False) as client,
            client.stream(method, url, json=body, headers={"accept": accept, "user-agent": "incubator"}) as answer,
        ):
            content = b""
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > at_most:
                    raise ServiceAway(f"{url}: more than {at_most} bytes")
            return Reply(answer.status_code, content)
    except (httpx.HTTPError, TimeoutError) as error:
        raise ServiceAway(f"{url}: {type(error).__name__}: {error}") from error
