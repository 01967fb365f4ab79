"""Facts for others: written with what made them true, relayed at least once, dropped by consumers when they come again."""

import dataclasses
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from incubator import db
from incubator.kernel import clock, doorbell
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps

EVENTS: dict[str, type["Event"]] = {}
CONSUMERS: dict[str, dict[str, "Consumer"]] = {}


@dataclass(frozen=True, slots=True)
class Touched:
    """A row that changed: what the client is told, and nothing more."""

    type_name: str
    id: UUID
    version: int = 0


@dataclass(frozen=True)
class Event:
    """A fact in the past tense. Subclasses are frozen dataclasses of ids, dates, numbers and texts; the class name is the kind."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__name__ in EVENTS and EVENTS[cls.__name__].__module__ != cls.__module__:
            raise TypeError(f"two events are called {cls.__name__}")
        EVENTS[cls.__name__] = cls

    def touches(self) -> Sequence[Touched]:
        """Return the rows whose viewers' screens are out of date now."""
        return ()


E = TypeVar("E", bound=Event)
Consumer = Callable[[Any, UUID], Awaitable[None]]


def consumer(event: type[E], name: str) -> Callable[[Callable[[E, UUID], Awaitable[None]]], Callable[[E, UUID], Awaitable[None]]]:
    """Register `async def f(event, message_id)` under a name that stays; it runs as local work, in one transaction, at least once."""

    def register(function: Callable[[E, UUID], Awaitable[None]]) -> Callable[[E, UUID], Awaitable[None]]:
        CONSUMERS.setdefault(event.__name__, {})[name] = function
        return function

    return register


async def record(*events: Event, concerns: UUID | None = None) -> None:
    """Write facts in the running transaction; whoever waits for work is woken after the commit.

    `concerns` is whose matter it is, where the rows that the facts touch do not tell.

    Raises:
        RuntimeError: there is no transaction, so the fact could be told without being true.
    """
    if not db.in_transaction():
        raise RuntimeError("outbox.record belongs inside transaction()")
    if not events:
        return
    messages = [{"id": new_id(), "kind": type(event).__name__, "payload": event, "touches": event.touches()} for event in events]
    await db.execute(
        "INSERT INTO outbox_message (id, kind, payload, touches, created_at, concerns_id) SELECT id, kind, payload, touches, $2, $3"
        " FROM jsonb_to_recordset($1::jsonb) AS message (id uuid, kind text, payload jsonb, touches jsonb)",
        dumps(messages),
        clock.now(),
        concerns,
    )
    db.on_commit(doorbell.ring)


def revive(kind: str, payload: str) -> Event:
    """Make the event again from what stands in the outbox."""
    cls = EVENTS[kind]
    hints, raw = get_type_hints(cls), json.loads(payload)
    return cls(**{field.name: _typed(hints[field.name], raw[field.name]) for field in dataclasses.fields(cls) if field.name in raw})


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    arguments: tuple[Any, ...] = getattr(hint, "__args__", ())
    if type(None) in arguments:
        return _typed(next(argument for argument in arguments if argument is not type(None)), value)
    if getattr(hint, "__origin__", None) in (list, tuple):
        items = [_typed(arguments[0], item) for item in value]
        return items if hint.__origin__ is list else tuple(items)
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if hint is Decimal:
        return Decimal(value)
    return value


async def relay(limit: int = 200) -> int:
    """Turn up to `limit` facts, oldest first, into work for their consumers, and announce what they touched.

    Two relays at once share the facts out (SKIP LOCKED). Killed before the commit, it has done nothing; after it, only the announcement
    to open screens is lost, and those fetch again when they reconnect.
    """
    async with db.transaction():
        messages = await db.rows(
            "SELECT id, kind, touches, concerns_id FROM outbox_message WHERE relayed_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED",
            limit,
        )
        if not messages:
            return 0
        now = clock.now()
        pairs = [(name, message) for message in messages for name in CONSUMERS.get(message["kind"], {})]
        await db.execute(
            "INSERT INTO work_item (id, kind, subject, period, payload, state, attempts, run_after, fence, last_error, created_at,"
            " concerns_id) SELECT id, 'consume', subject, consumer, '{}', 'ready', 0, $5, 0, '', $5, concerns_id"
            " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) AS w(id, subject, consumer, concerns_id)"
            " ON CONFLICT (kind, subject, period) DO NOTHING",
            [new_id() for _ in pairs],
            [str(message["id"]) for _, message in pairs],
            [name for name, _ in pairs],
            [message["concerns_id"] for _, message in pairs],
            now,
        )
        await db.execute("UPDATE outbox_message SET relayed_at = $2 WHERE id = ANY($1::uuid[])", [m["id"] for m in messages], now)
    touched = {(t["type_name"], t["id"]): t for message in messages for t in json.loads(message["touches"])}
    doorbell.announce([Touched(t["type_name"], UUID(t["id"]), t["version"]) for t in touched.values()])
    if pairs:
        doorbell.ring()
    return len(messages)


async def consume(message_id: UUID, name: str) -> None:
    """Give one fact to one consumer."""
    message = await db.row("SELECT kind, payload FROM outbox_message WHERE id = $1", message_id)
    if message is None:
        raise LookupError(f"outbox message {message_id} is gone")
    await CONSUMERS[message["kind"]][name](revive(message["kind"], message["payload"]), message_id)
