"""The work table: what is to do, leased with a fence, tried five times, then parked for a person."""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel import clock, doorbell, faults, outbox
from incubator.kernel.actor import set_request_id
from incubator.kernel.errors import DomainError
from incubator.kernel.faults import Point
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
MAX_LEASES = 100
LEASE = timedelta(seconds=15)
BACKOFF_S = (5, 30, 120, 600)


@dataclass(frozen=True, slots=True)
class Item:
    """A leased piece of work. `fence` grows with every lease: an outcome counts only while the fence is still ours.

    `concerns_id` is the site, legal entity or organisation that it is done for; None for work of the whole installation.
    """

    id: UUID
    kind: str
    subject: str
    period: str
    payload: dict[str, Any]
    attempts: int
    fence: int
    concerns_id: UUID | None


@dataclass(frozen=True, slots=True)
class Job:
    """How a kind of work is done.

    Local work runs inside one transaction with its own completion; remote work orders its steps itself. Bulk work (documents) waits
    behind everything else, a few pieces at a time, so that ten thousand of it hold up no payment. With `given_up` what failed to the last
    is not parked: it is told why, in a transaction, and sees to it that people find the reason where they look for it.
    """

    function: Callable[[Item], Awaitable[None]]
    is_local: bool
    is_bulk: bool
    given_up: "GivenUp | None" = None


class TryLater(Exception):
    """The other side is away or not ready: try again after `delay_s` seconds, without counting it as a failure."""

    def __init__(self, reason: str, delay_s: float) -> None:
        super().__init__(reason)
        self.delay_s = delay_s


class LeaseLost(Exception):
    """Somebody else leased the work meanwhile; whatever was done here is rolled back."""


JOBS: dict[str, Job] = {}
SWEEPS: dict[str, Callable[[], Awaitable[None]]] = {}
_concerned: ContextVar[UUID | None] = ContextVar("concerned", default=None)


GivenUp = Callable[[Item, str], Awaitable[None]]


def job(
    kind: str, *, remote: bool = False, is_bulk: bool = False, given_up: GivenUp | None = None
) -> Callable[[Callable[[Item], Awaitable[None]]], Callable[[Item], Awaitable[None]]]:
    """Register how work of `kind` is done. It may run more than once: after a kill, a lost lease or a lost answer."""

    def register(function: Callable[[Item], Awaitable[None]]) -> Callable[[Item], Awaitable[None]]:
        JOBS[kind] = Job(function, is_local=not remote, is_bulk=is_bulk, given_up=given_up)
        return function

    return register


def sweep(name: str) -> Callable[[Callable[[], Awaitable[None]]], Callable[[], Awaitable[None]]]:
    """Register what runs every minute of UTC: it finds what is due and schedules it; running twice must change nothing."""

    def register(function: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        SWEEPS[name] = function
        return function

    return register


async def schedule(
    kind: str,
    subject: object,
    *,
    period: str = "",
    run_after: datetime | None = None,
    payload: dict[str, Any] | None = None,
    concerns: UUID | None = None,
) -> bool:
    """Put work on the list unless the same (kind, subject, period) is there already; returns whether it was new.

    `concerns` is the site, legal entity or organisation that the work is done for, whose staff look after it when it is parked. Work that
    comes of other work concerns the same; what concerns nobody is work of the whole installation.
    """
    now = clock.now()
    inserted = await db.execute(
        "INSERT INTO work_item (id, kind, subject, period, payload, state, attempts, run_after, fence, last_error, created_at,"
        " concerns_id) VALUES ($1, $2, $3, $4, $5, 'ready', 0, $6, 0, '', $7, $8) ON CONFLICT (kind, subject, period) DO NOTHING",
        new_id(),
        kind,
        str(subject),
        period,
        dumps(payload or {}),
        run_after or now,
        now,
        concerns or _concerned.get(),
    )
    if inserted and (run_after is None or run_after <= now):
        db.on_commit(doorbell.ring)
    return inserted == 1


async def schedule_all(kind: str, subjects: Sequence[tuple[object, UUID]]) -> None:
    """Put work on the list for many subjects in one statement, each with whom it concerns; what is there already stays as it is."""
    now = clock.now()
    inserted = await db.execute(
        "INSERT INTO work_item (id, kind, subject, period, payload, state, attempts, run_after, fence, last_error, created_at, concerns_id)"
        " SELECT id, $4, subject, '', '{}', 'ready', 0, $5, 0, '', $5, concerned"
        " FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS w(id, subject, concerned) ON CONFLICT (kind, subject, period) DO NOTHING",
        [new_id() for _ in subjects],
        [str(subject) for subject, _ in subjects],
        [concerned for _, concerned in subjects],
        kind,
        now,
    )
    if inserted:
        db.on_commit(doorbell.ring)


async def due(limit: int = 100, *, kinds: Collection[str] | None = None, leave: Collection[str] = ()) -> list[tuple[UUID, int]]:
    """Return (id, fence) of work that can start now: ready and due, or leased by somebody who did not come back; oldest first."""
    now = clock.now()
    found = await db.rows(
        "(SELECT id, fence, run_after FROM work_item WHERE state = 'ready' AND run_after <= $1"
        " AND ($3::text[] IS NULL OR kind = ANY($3)) AND kind <> ALL($4::text[]) ORDER BY run_after, id LIMIT $2)"
        " UNION ALL (SELECT id, fence, run_after FROM work_item WHERE state = 'leased' AND leased_until < $1"
        " AND ($3::text[] IS NULL OR kind = ANY($3)) AND kind <> ALL($4::text[]) ORDER BY leased_until LIMIT $2)",
        now,
        limit,
        None if kinds is None else list(kinds),
        list(leave),
    )
    return [(row["id"], row["fence"]) for row in found]


def bulk_kinds() -> list[str]:
    """Return the kinds of work that wait behind everything else."""
    return [kind for kind, known in JOBS.items() if known.is_bulk]


async def under_way(kinds: Collection[str]) -> int:
    """Return how many pieces of some kinds are leased now."""
    return int(
        await db.value(
            "SELECT count(*) FROM work_item WHERE state = 'leased' AND leased_until >= $2 AND kind = ANY($1::text[])",
            list(kinds),
            clock.now(),
        )
    )


async def lease(item_id: UUID, process_id: UUID | None = None) -> Item | None:
    """Take a piece of work for 15 s, or return None when somebody else has it or it is done."""
    now = clock.now()
    row = await db.row(
        "UPDATE work_item SET state = 'leased', fence = fence + 1, leased_until = $3, leased_by = $4"
        " WHERE id = (SELECT id FROM work_item WHERE id = $1 AND ((state = 'ready' AND run_after <= $2)"
        " OR (state = 'leased' AND leased_until < $2)) FOR UPDATE SKIP LOCKED)"
        " RETURNING id, kind, subject, period, payload, attempts, fence, concerns_id",
        item_id,
        now,
        now + LEASE,
        process_id,
    )
    if row is None:
        return None
    payload = json.loads(row["payload"])
    return Item(row["id"], row["kind"], row["subject"], row["period"], payload, row["attempts"], row["fence"], row["concerns_id"])


async def _renew(item: Item) -> None:
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        await db.execute(
            "UPDATE work_item SET leased_until = $3 WHERE id = $1 AND fence = $2 AND state = 'leased'",
            item.id,
            item.fence,
            clock.now() + LEASE,
        )


async def run(item_id: UUID, process_id: UUID | None = None) -> bool:
    """Lease one piece of work, do it, and write down how it ended; returns whether there was anything to do.

    The lease is renewed while the work goes on. A job that fails is tried again after 5 s, 30 s, 2 and 10 minutes, then parked;
    a worker that is killed costs no try, but what was leased 100 times is parked too.
    """
    item = await lease(item_id, process_id)
    if item is None:
        return False
    set_request_id(f"work:{item.id}")
    concerned = _concerned.set(item.concerns_id)
    renewal = asyncio.get_running_loop().create_task(_renew(item))
    try:
        await _do(item)
    except LeaseLost:
        logger.warning("lease lost", extra={"work": str(item.id), "kind": item.kind})
    except TryLater as pause:
        await _put_back(item, str(pause), pause.delay_s, attempts=item.attempts)
    except asyncio.CancelledError:
        await asyncio.shield(_put_back(item, "the worker was stopped", 0, attempts=item.attempts))
        raise
    except Exception as error:  # the one supervisor of all jobs: whatever fails is written down, and tried again or parked
        attempts = item.attempts + 1
        logger.exception("work failed", extra={"work": str(item.id), "kind": item.kind, "attempt": attempts})
        reason = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        if attempts >= MAX_ATTEMPTS or item.fence > MAX_LEASES:
            await _give_up(item, reason, attempts)
        else:
            await _put_back(item, reason, BACKOFF_S[attempts - 1] * random.uniform(0.8, 1.2), attempts=attempts)  # noqa: S311 - jitter
    finally:
        renewal.cancel()
        _concerned.reset(concerned)
    if item.kind in bulk_kinds():
        doorbell.ring()
    return True


async def _do(item: Item) -> None:
    known = JOBS.get(item.kind)
    if known is None:
        raise LookupError(f"no job is registered for work of kind {item.kind}")
    if item.fence > MAX_LEASES:
        raise RuntimeError(f"leased {MAX_LEASES} times and never finished")
    if known.is_local:
        async with db.transaction():
            await known.function(item)
            faults.reach(Point.WORK_DONE)
            await _complete(item)
    else:
        await known.function(item)
        faults.reach(Point.WORK_DONE)
        await _complete(item)
    faults.reach(Point.WORK_COMMITTED)


async def _complete(item: Item) -> None:
    done = await db.execute(
        "UPDATE work_item SET state = 'done', finished_at = $3, leased_until = NULL, leased_by = NULL, last_error = ''"
        " WHERE id = $1 AND fence = $2 AND state = 'leased'",
        item.id,
        item.fence,
        clock.now(),
    )
    if not done:
        raise LeaseLost(item.id)


async def require_lease(item: Item) -> None:
    """Refuse to write an outcome for work that somebody else has leased meanwhile; locks the row until commit.

    Raises:
        LeaseLost: the fence is no longer ours.
    """
    if not await db.value("SELECT 1 FROM work_item WHERE id = $1 AND fence = $2 AND state = 'leased' FOR UPDATE", item.id, item.fence):
        raise LeaseLost(item.id)


async def _put_back(item: Item, reason: str, delay_s: float, *, attempts: int) -> None:
    await db.execute(
        "UPDATE work_item SET state = 'ready', leased_until = NULL, leased_by = NULL, run_after = $3, last_error = $4, attempts = $5"
        " WHERE id = $1 AND fence = $2 AND state = 'leased'",
        item.id,
        item.fence,
        clock.now() + timedelta(seconds=delay_s),
        reason[:2000],
        attempts,
    )


async def _give_up(item: Item, reason: str, attempts: int) -> None:
    known = JOBS.get(item.kind)
    if known is None or known.given_up is None or item.fence > MAX_LEASES:
        await _park(item, reason, attempts)
        return
    async with db.transaction():
        await known.given_up(item, reason)
        await _complete(item)


async def _park(item: Item, reason: str, attempts: int) -> None:
    await db.execute(
        "UPDATE work_item SET state = 'parked', leased_until = NULL, leased_by = NULL, last_error = $3, attempts = $4"
        " WHERE id = $1 AND fence = $2 AND state = 'leased'",
        item.id,
        item.fence,
        reason[:2000],
        attempts,
    )


async def release(process_id: UUID) -> int:
    """Free what a process had leased when it died, so that nobody waits for the leases to run out; returns how many pieces."""
    freed = await db.execute(
        "UPDATE work_item SET state = 'ready', leased_until = NULL, leased_by = NULL, run_after = $2"
        " WHERE leased_by = $1 AND state = 'leased'",
        process_id,
        clock.now(),
    )
    if freed:
        db.on_commit(doorbell.ring)
    return freed


async def unpark(item_id: UUID) -> bool:
    """Put parked work back on the list with a fresh count; returns whether it was parked."""
    freed = await db.execute(
        "UPDATE work_item SET state = 'ready', attempts = 0, run_after = $2 WHERE id = $1 AND state = 'parked'", item_id, clock.now()
    )
    if freed:
        db.on_commit(doorbell.ring)
    return freed == 1


async def drain(limit: int = 100_000, *, kinds: Collection[str] | None = None, leave: Collection[str] = ()) -> int:
    """Relay and do everything that is due, here and now, until nothing is left; returns how many pieces were done.

    For commands and the demo world, which run before any worker does; workers do the same one by one. With `kinds` only work of those
    kinds is done, and nothing is relayed; what is of a kind in `leave` stays on the list for the workers.
    """
    done = 0
    while done < limit:
        relayed = 0 if kinds is not None else await outbox.relay(1000)
        items = await due(500, kinds=kinds, leave=leave)
        if not items and not relayed:
            return done
        for item_id, _ in items:
            done += await run(item_id)
    return done


@job("consume")
async def give_to_consumer(item: Item) -> None:
    """Give a fact of the outbox to one consumer; the work row's uniqueness drops repeats."""
    await outbox.consume(UUID(item.subject), item.period)
