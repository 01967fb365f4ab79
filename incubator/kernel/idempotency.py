"""Same key and input, same answer; other input, a refusal. The key is written in the transaction of what it guards."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel import checks, clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import IdempotencyMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key in this transaction. `answer` is what was answered before, None when the key is new."""

    id: UUID
    answer: dict[str, Any] | None


async def claim(
    actor: Actor,
    key: str,
    operation: str,
    given: object,
    path: tuple[str, ...] = ("input", "idempotencyKey"),
    *,
    answer: dict[str, object] | None = None,
) -> Claim:
    """Take a key inside the running transaction. An `answer` that is known before the work is kept at once, instead of by `store`.

    A second caller with the same key waits here until the first has committed or given up, so at most one does the work.

    Raises:
        TooShort, TooLong: the key has not 8 to 200 characters.
        IdempotencyMismatch: the key was used by this person for another operation or other input.
    """
    key = checks.text(key, "idempotencyKey", at_least=8, at_most=200, path=path)
    fingerprint = hashlib.sha256(dumps(given).encode()).hexdigest()
    owner, new = actor.person_id or _NOBODY, new_id()
    if await db.execute(
        "INSERT INTO idempotency_key (id, owner_id, key, operation, input_hash, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (owner_id, key) DO NOTHING",
        new,
        owner,
        key,
        operation,
        fingerprint,
        None if answer is None else dumps(answer),
        clock.now(),
    ):
        return Claim(new, None)
    found = await db.row("SELECT id, operation, input_hash, answer FROM idempotency_key WHERE owner_id = $1 AND key = $2", owner, key)
    if found is None or (found["operation"], found["input_hash"]) != (operation, fingerprint):
        raise IdempotencyMismatch(path=path)
    return Claim(found["id"], json.loads(found["answer"]) if found["answer"] else {})


async def store(claimed: Claim, answer: dict[str, object]) -> None:
    """Keep the answer (ids, not whole objects) for whoever comes with the key again."""
    await db.execute("UPDATE idempotency_key SET answer = $2 WHERE id = $1", claimed.id, dumps(answer))
