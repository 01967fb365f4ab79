"""The way to PostgreSQL: connect, close, one `transaction()`, plain SQL beside the models."""

import asyncio
import logging
import weakref
from collections.abc import Awaitable, Callable
from contextvars import ContextVar, Token
from functools import wraps
from types import TracebackType
from typing import Any, Literal, ParamSpec, Self, TypeVar

import asyncpg
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import BaseORMException

from incubator.config import credentials

logger = logging.getLogger(__name__)

MODEL_MODULES = [
    "incubator.kernel.models",
    "incubator.organizations.models",
    "incubator.billing.models",
    "incubator.billing.credit_models",
    "incubator.billing.invoice_models",
    "incubator.billing.profile_models",
    "incubator.spaces.models",
    "incubator.spaces.rate_models",
    "incubator.spaces.booking_models",
    "incubator.spaces.training_models",
    "incubator.spaces.rental_models",
    "incubator.spaces.outage_models",
    "incubator.spaces.calendar_models",
    "incubator.spaces.owner_models",
    "incubator.residencies.models",
    "incubator.secondments.models",
    "incubator.pilots.models",
    "incubator.importing.models",
    "incubator.notifications.models",
]
ACQUIRE_TIMEOUT_S = 10
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException)
"""What a database that does not do as it is asked raises, besides the errors of the network."""
T = TypeVar("T")
Isolation = Literal["read_committed", "repeatable_read", "serializable"]
Observer = Callable[[str, float], None]

_observers: list[Observer] = []
_opened: "weakref.WeakSet[PooledConnection]" = weakref.WeakSet()
_after_commit: ContextVar[list[Callable[[], None]] | None] = ContextVar("after_commit", default=None)
_running: ContextVar[TransactionWrapper | None] = ContextVar("running", default=None)
_cleanups: set[asyncio.Task[None]] = set()


class PooledConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A connection that goes back to the pool without a round trip.

    The stock pool runs `RESET ALL` and more at each release, 20 to 30 % of the time of a small request (docs/adr/0003). The price is a
    rule: no session state on pooled connections, only `SET LOCAL`.
    """

    def get_reset_query(self) -> str:
        """Return no statement at all."""
        return ""


def observe(observer: Observer) -> Callable[[], None]:
    """Call `observer(sql, seconds)` after each statement of this process; returns the function that stops it.

    Connections log for nobody until then: a logger costs each statement a tenth of its time.
    """
    _observers.append(observer)
    for connection in _opened:
        connection.add_query_logger(_tell)

    def stop() -> None:
        _observers.remove(observer)
        if not _observers:
            for connection in _opened:
                connection.remove_query_logger(_tell)

    return stop


def _tell(query: Any) -> None:
    for observer in _observers:
        observer(query.query, query.elapsed)


LISTS_OF = ("bool", "date", "int4", "int8", "jsonb", "numeric", "text", "timestamptz", "uuid", "varchar")
"""What statements take or give lists of."""


async def _prepare(connection: Any) -> None:
    """Let a new connection learn the types of lists at once; else asyncpg asks for each within the first request that needs it."""
    await connection.fetch("SELECT " + ", ".join(f"NULL::{name}[]" for name in LISTS_OF))
    _opened.add(connection)
    if _observers:
        connection.add_query_logger(_tell)


def orm_config(url: str, *, pool_size: int = 10, is_durable: bool = True) -> dict[str, Any]:
    """Return Tortoise's configuration for one database; without durability a power cut may lose the last commits, as a demo may."""
    found = credentials(url)
    found["port"] = found["port"] if isinstance(found["port"], int) else found["port"][0]
    return {
        "connections": {
            "default": {
                "engine": "tortoise.backends.asyncpg",
                "credentials": {
                    **found,
                    "minsize": 1,
                    "maxsize": pool_size,
                    "connection_class": PooledConnection,
                    "init": _prepare,
                    "max_inactive_connection_lifetime": 300.0,
                    "server_settings": {
                        "application_name": "incubator",
                        "TimeZone": "UTC",
                        "jit": "off",
                        "synchronous_commit": "on" if is_durable else "off",
                        "statement_timeout": "30s",
                        "lock_timeout": "10s",
                        "idle_in_transaction_session_timeout": "30s",
                    },
                },
            }
        },
        "apps": {"incubator": {"models": MODEL_MODULES, "default_connection": "default", "migrations": "incubator.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str, *, pool_size: int = 10, is_durable: bool = True) -> None:
    """Open the pool for this process."""
    await Tortoise.init(config=orm_config(url, pool_size=pool_size, is_durable=is_durable), _enable_global_fallback=True)
    await value("SELECT 1")


async def close() -> None:
    """Let open clean-ups end, then close the pool."""
    while _cleanups:
        await asyncio.gather(*_cleanups, return_exceptions=True)
    await Tortoise.close_connections()


def _client() -> AsyncpgDBClient:
    client = get_connections().get("default")
    assert isinstance(client, AsyncpgDBClient)
    return client


def pool_free() -> int:
    """Return how many connections of the pool nobody holds, counting those not opened yet."""
    pool = _client()._pool
    assert pool is not None
    return int(pool.get_max_size() - pool.get_size() + pool.get_idle_size())


class _connection:
    """The running transaction's connection, one statement at a time; outside of one, a connection of the pool."""

    def __init__(self) -> None:
        running = _running.get()
        self._lock = running._lock if running is not None else None
        self._given = running._connection if running is not None else None
        self._taken: Any = None

    async def __aenter__(self) -> Any:
        if self._lock is not None:
            await self._lock.acquire()
            return self._given
        self._taken = _client().acquire_connection()
        return await self._taken.__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lock is not None:
            self._lock.release()
        else:
            await self._taken.__aexit__(kind, error, trace)


async def rows(sql: str, *args: object) -> list[asyncpg.Record]:
    """Run a statement and return its rows, inside the running transaction when there is one."""
    async with _connection() as connection:
        return list(await connection.fetch(sql, *args))


async def rows_as(cls: type[T], sql: str, *args: object) -> list[T]:
    """Run a statement and return its rows as instances of a dataclass; columns and fields have the same names."""
    return [cls(**found) for found in await rows(sql, *args)]


async def row(sql: str, *args: object) -> asyncpg.Record | None:
    """Run a statement and return its first row."""
    async with _connection() as connection:
        return await connection.fetchrow(sql, *args)


async def value(sql: str, *args: object) -> Any:
    """Run a statement and return the first column of its first row."""
    async with _connection() as connection:
        return await connection.fetchval(sql, *args)


async def execute(sql: str, *args: object) -> int:
    """Run a statement and return how many rows it touched."""
    async with _connection() as connection:
        status: str = await connection.execute(sql, *args)
    last = status.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0


def in_transaction() -> bool:
    """Tell whether the current task is inside `transaction()`."""
    return _running.get() is not None


def on_commit(callback: Callable[[], None]) -> None:
    """Call `callback` after the running transaction has committed, at once when there is none; it must not block or raise."""
    waiting = _after_commit.get()
    if waiting is None:
        callback()
    else:
        waiting.append(callback)


def _in_background(work: Awaitable[None]) -> "asyncio.Task[None]":
    """Run a clean-up in a task of its own that outlives its caller's cancellation."""

    async def run() -> None:
        await work

    task = asyncio.get_running_loop().create_task(run())
    _cleanups.add(task)
    task.add_done_callback(_cleanups.discard)
    return task


class transaction:
    """One transaction, or a savepoint inside a running one.

    The stock helper loses its pooled connection when the task is cancelled while it begins. Here a connection whose BEGIN is torn goes
    back to the pool, which rolls it back; commit, rollback and release happen in a task that a cancellation cannot tear and always run
    to their end. A cancelled caller may have committed: what was asked must be repeatable (idempotency keys).

    Args:
        isolation: of a new transaction; a nested one keeps the outer one's.

    Raises:
        TimeoutError: no connection of the pool came free within 10 s.
    """

    def __init__(self, isolation: Isolation = "read_committed") -> None:
        self._isolation = isolation
        self._pool: Any = None
        self._connection: Any = None
        self._transaction: Any = None
        self._orm: ConnectionToken | None = None
        self._outer: Token[TransactionWrapper | None] | None = None
        self._callbacks: Token[list[Callable[[], None]] | None] | None = None

    async def __aenter__(self) -> Self:
        outer = _running.get()
        if outer is not None:
            client: AsyncpgDBClient = outer
            self._connection = outer._connection
            self._transaction = self._connection.transaction()
            await self._transaction.start()
        else:
            client = _client()
            self._pool = client._pool
            await self._begin()
            self._callbacks = _after_commit.set([])
        wrapper = TransactionWrapper(client)
        wrapper._connection = self._connection
        wrapper.transaction = self._transaction
        self._outer = _running.set(wrapper)
        self._orm = get_connections().set("default", wrapper)
        return self

    async def _begin(self) -> None:
        connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        begun = connection.transaction(isolation=self._isolation)
        try:
            await begun.__aenter__()  # as a block: the pool then knows that a torn BEGIN is to be rolled back
        except BaseException:
            await self._pool.release(connection)
            raise
        self._connection, self._transaction = connection, begun

    async def _end(self, kind: type[BaseException] | None, error: BaseException | None) -> None:
        try:
            if not self._connection.is_closed():
                await self._transaction.__aexit__(kind, error, None)
            elif kind is None:
                raise asyncpg.ConnectionDoesNotExistError("the connection was lost before the commit")
        finally:
            await self._pool.release(self._connection)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        get_connections().reset(self._orm)
        if self._outer is not None:
            _running.reset(self._outer)
        if self._pool is None:
            await (self._transaction.commit() if kind is None else self._rollback_savepoint())
            return
        callbacks = _after_commit.get() or []
        if self._callbacks is not None:
            _after_commit.reset(self._callbacks)
        await asyncio.shield(_in_background(self._end(kind, error)))
        if kind is None:
            for callback in callbacks:
                callback()

    async def _rollback_savepoint(self) -> None:
        if not self._connection.is_closed():
            await asyncio.shield(_in_background(self._transaction.rollback()))


P = ParamSpec("P")
R = TypeVar("R")


def retried(use_case: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Run a whole use case again when PostgreSQL asks for it: serialization failure (40001) or deadlock (40P01), up to 5 times.

    Only the outermost call repeats; inside a running transaction the error goes up, since that transaction is lost.
    """

    @wraps(use_case)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, 6):
            try:
                return await use_case(*args, **kwargs)
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                if attempt == 5 or in_transaction():
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    return wrapper
