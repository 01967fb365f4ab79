"""Booking creation through GraphQL at 16 connections, against a bare ASGI handler that runs the same statements in one transaction, and
against one that runs a single INSERT. All are separate processes on one database, measured in turns in one run."""

import asyncio
import json
import os
import pickle
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1]))

from incubator import db, schema
from incubator.kernel import clock
from incubator.spaces import service
from incubator.spaces.service import BookingTerms
from incubator_graphql.ids import encode
from tests.support import make
from tests.support.evidence import record
from tests.support.servers import Servers, running
from tests.support.web import document, session_of

LEAN = "mutation($input: CreateBookingInput!) { createBooking(input: $input) { errors { code } booking { id version } } }"
CONNECTIONS, REQUESTS, TURNS, TARGET = 16, 320, 5, 0.6
HOUR = timedelta(hours=1)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def process(port: int, *command: str, **environment: str) -> Iterator[int]:
    """Run a server until the block ends; waits for its port."""
    started = subprocess.Popen(
        [sys.executable, *command], env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        started.terminate()
        started.wait(20)


async def post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """Send a request on an open connection and read its answer; refuses one that is not 200."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    body = await reader.readexactly(length)
    assert head.startswith(b"HTTP/1.1 200"), head + body
    return body


async def rate(port: int, requests: list[bytes]) -> float:
    """Return requests a second over all connections."""
    waiting = iter(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            body = await post(reader, writer, request)
            assert b'"booked": true' in body or b'"errors":[]' in body, body
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return len(requests) / (time.perf_counter() - started)


def framed(body: bytes, session: str = "") -> bytes:
    """Make an HTTP request of a body."""
    cookie = f"cookie: incubator_session={session}\r\n" if session else ""
    head = f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nx-requested-with: incubator\r\n{cookie}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


class World:
    """A house with a startup whose people book rooms; each people's session has an allowance of its own."""

    def __init__(self, sessions: list[str], rooms: list[UUID], first: datetime) -> None:
        self.sessions, self.rooms, self.first, self.number = sessions, rooms, first, 0

    def requests(self, count: int, text: str) -> list[bytes]:
        """Make requests of a document for slots that nobody has yet."""
        made = []
        for _ in range(count):
            number, self.number = self.number, self.number + 1
            at = self.first + (number // len(self.rooms)) * HOUR
            given = {
                "unitId": encode("Unit", self.rooms[number % len(self.rooms)]),
                "title": "Board",
                "idempotencyKey": f"bench-{number:08}",
            }
            given |= {"startsAt": at.isoformat(), "endsAt": (at + HOUR).isoformat()}
            body = json.dumps({"query": text, "variables": {"input": given}}).encode()
            made.append(framed(body, self.sessions[number % len(self.sessions)]))
        return made


async def prepare(servers: Servers, url: str) -> World:
    """Make the world, and record the statements of one booking for the bare handler."""
    await db.connect(url, pool_size=1)
    house = await make.house()
    owners = [await make.resident(house) for _ in range(8)]
    sessions = [(await session_of(owner))["session"] for owner in owners]
    ours, theirs, both = [[await make.unit(house, horizon_days=None) for _ in range(n)] for n in (60, 60, 1)]
    day = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    seen: list[tuple[str, tuple[Any, ...]]] = []
    async with db._client().acquire_connection() as connection:
        connection.add_query_logger(lambda query: seen.append((query.query, tuple(query.args or ()))))
    booking = await service.create_booking(owners[0], BookingTerms(both[0], day, day + HOUR, "Board"), "recorded-key-1")
    statements = [one for one in seen if not one[0].startswith(("BEGIN", "COMMIT"))]
    known = {*both, house.site_id, house.operator_id, *(o.person_id for o in owners), *(o.organization_id for o in owners)}
    known |= {row["id"] for row in await db.rows("SELECT id FROM rate")}
    fresh = {booking} | {one for _, arguments in statements for value in arguments for one in _ids(value) if one not in known}
    recorded = {"statements": statements, "fresh": [*fresh], "key": "recorded-key-1", "unit": both[0], "units": theirs, "starts_at": day}
    (servers.folder / "recorded.pickle").write_bytes(pickle.dumps(recorded))
    print(f"statements of a booking, BEGIN and COMMIT with it: {len(statements) + 2}")
    await db.close()
    return World(sessions, ours, day)


def _ids(value: Any) -> list[UUID]:
    if isinstance(value, str):
        return [UUID(found) for found in ID.findall(value)]
    return [value] if isinstance(value, UUID) else [one for one in value if isinstance(one, UUID)] if isinstance(value, list) else []


async def measure() -> None:
    """Measure the three in turns and print the ratios of the medians."""
    with running() as servers:
        url = servers.database("postgres")
        await schema.migrate(url)
        world = await prepare(servers, url)
        ports, script, file = (
            [free_port() for _ in range(3)],
            str(Path(__file__).with_name("_bare_booking.py")),
            str(servers.folder / "recorded.pickle"),
        )
        settings = {"INCUBATOR_DATABASE_URL": url, "INCUBATOR_REDIS_URL": servers.redis_url, "INCUBATOR_REQUIRES_TWO_FACTOR": "false"}
        with (
            process(ports[0], "-m", "incubator_graphql", "--port", str(ports[0]), **settings),
            process(ports[1], script, str(ports[1]), url, file, "all"),
            process(ports[2], script, str(ports[2]), url, file, "single"),
        ):
            bare = [framed(b"{}")] * REQUESTS
            rates: list[list[float]] = [[], [], [], []]
            for turn in range(TURNS + 1):
                found = [await rate(ports[0], world.requests(REQUESTS, text)) for text in (LEAN, document("CreateBooking"))]
                found += [await rate(port, bare) for port in ports[1:]]
                for kept, one in zip(rates, found, strict=True):
                    kept += [one] if turn else []
        lean, ours, same, single = (median(one) for one in rates)
    print(
        f"bookings/s: {lean:.0f} through GraphQL, {ours:.0f} by the client's document, {same:.0f} bare, {single:.0f} by a single bare INSERT"
    )
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {clock.now():%Y-%m-%d %H:%M} UTC")
    print(f"booking creation by the client's document, which shows unit, organisation and person: ratio={ours / same:.2f}")
    print(f"booking creation through GraphQL against a single bare INSERT: ratio={lean / single:.2f}")
    record(
        f"a booking through GraphQL against the same statements bare: at least {TARGET}",
        f"{lean / same:.2f}, {lean:.0f}/s against {same:.0f}/s",
    )
    verdict = "ok" if lean / same >= TARGET else "short"
    print(f"booking creation through GraphQL against the same statements bare: ratio={lean / same:.2f} target={TARGET} {verdict}")


if __name__ == "__main__":
    asyncio.run(measure())
