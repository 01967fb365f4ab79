"""The peers of `booking.py`: a bare ASGI handler that runs a booking's statements in one transaction, and one that runs a single INSERT."""

import json
import pickle
import sys
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn

from incubator.config import credentials
from incubator.kernel.ids import new_id

HOUR = timedelta(hours=1)


class Recorded:
    """The statements of one booking with their arguments, and what of those is new in every other one."""

    def __init__(self, path: Path) -> None:
        found = pickle.loads(path.read_bytes())
        self.statements: list[tuple[str, tuple[Any, ...]]] = found["statements"]
        self.fresh: list[UUID] = found["fresh"]
        self.key: str = found["key"]
        self.units: list[UUID] = found["units"]
        self.unit: UUID = found["unit"]
        self.starts_at: datetime = found["starts_at"]

    def renewed(self, number: int) -> list[tuple[str, tuple[Any, ...]]]:
        """Give the statements for another slot, with ids and a key of its own."""
        ids: dict[Any, Any] = {old: new_id() for old in self.fresh}
        ids[self.unit] = self.units[number % len(self.units)]
        texts = {str(old): str(new) for old, new in ids.items()} | {self.key: f"bare-{number}-{new_id()}"}
        shift = (number // len(self.units) + 1) * HOUR

        def renew(value: Any) -> Any:
            if isinstance(value, (list, tuple)):
                return type(value)(renew(one) for one in value)
            if isinstance(value, UUID):
                return ids.get(value, value)
            if isinstance(value, datetime):
                return value + shift if self.starts_at <= value <= self.starts_at + HOUR else value
            if isinstance(value, str):
                for old, new in texts.items():
                    value = value.replace(old, new)
            return value

        return [(sql, renew(arguments)) for sql, arguments in self.statements]


class Bare:
    """Answers every POST by running the recorded statements, or only the INSERT of the booking."""

    def __init__(self, url: str, recorded: Recorded, is_single: bool) -> None:
        self.url, self.recorded, self.is_single = url, recorded, is_single
        self.numbers = count(0)
        self.pool: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self.pool = await asyncpg.create_pool(**credentials(self.url), min_size=1, max_size=10, server_settings={"jit": "off"})
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        statements = self.recorded.renewed(next(self.numbers))
        async with self.pool.acquire() as connection:
            if self.is_single:
                [(sql, arguments)] = [one for one in statements if "INSERT INTO booking " in one[0]]
                await connection.execute(sql, *arguments)
            else:
                async with connection.transaction():
                    for sql, arguments in statements:
                        await connection.fetch(sql, *arguments)
        body = json.dumps({"booked": True}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    port, address, file, kind = sys.argv[1:]
    bare = Bare(address, Recorded(Path(file)), kind == "single")
    uvicorn.run(bare, host="127.0.0.1", port=int(port), http="httptools", log_config=None, access_log=False, lifespan="on")  # type: ignore[arg-type]  # an ASGI app
