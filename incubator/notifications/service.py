"""Tell people: in the product and by mail, each as they chose, once for each fact."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel import clock, outbox, work
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps, jsonable
from incubator.kernel.outbox import Event, Touched
from incubator.notifications.kinds import KINDS, Kind
from incubator.organizations.queries import PersonRow

_is_history: ContextVar[bool] = ContextVar("is_history", default=False)


@contextmanager
def of_history() -> Iterator[None]:
    """Tell nobody by mail within this block: what is written down there happened long ago."""
    token = _is_history.set(True)
    try:
        yield
    finally:
        _is_history.reset(token)


@dataclass(frozen=True)
class NotificationsChanged(Event):
    """People have something new in the product, or have read it; one note of each person is enough to tell."""

    notification_ids: tuple[UUID, ...]

    def touches(self) -> Sequence[Touched]:
        """The notes, which only their person sees."""
        return [Touched("Notification", notification_id) for notification_id in self.notification_ids]


async def tell(people: Iterable[PersonRow], kind: Kind, params: dict[str, Any], path: str, source: UUID) -> None:
    """Tell people a fact inside the running transaction: a note in the product now, a mail by a worker.

    Args:
        params: fill the kind's template; JSON values and what `jsonable` knows.
        path: where in the client one sees it.
        source: the outbox message; the same one tells each person once, however often it comes.
    """
    who = {person.id: person for person in people}
    if not who:
        return
    chosen = {
        row["person_id"]: row
        for row in await db.rows(
            "SELECT person_id, by_email, in_app FROM notification_preference WHERE kind = $1 AND person_id = ANY($2::uuid[])",
            kind.value,
            list(who),
        )
    }
    in_app = [person_id for person_id in who if person_id not in chosen or chosen[person_id]["in_app"]]
    told = await db.rows(
        "INSERT INTO notification (id, person_id, source, kind, params, path, created_at)"
        " SELECT id, person_id, $3, $4, $5, $6, $7 FROM unnest($1::uuid[], $2::uuid[]) AS n(id, person_id)"
        " ON CONFLICT (person_id, source, kind) DO NOTHING RETURNING id",
        [new_id() for _ in in_app],
        in_app,
        source,
        kind.value,
        dumps(params),
        path,
        clock.now(),
    )
    if told:
        await outbox.record(NotificationsChanged(tuple(row["id"] for row in told)))
    for person_id, person in who.items():
        if person_id not in chosen or chosen[person_id]["by_email"]:
            await write_mail(person.email, person.name, person.language, person.time_zone, kind, params, path, f"{source}:{person_id}")


async def write_mail(
    email: str, name: str, language: str, time_zone: str, kind: Kind, params: dict[str, Any], path: str, subject: str, secret_of: str = ""
) -> None:
    """Put one mail on the work list inside the running transaction; `subject` names it, so that it is sent once.

    Args:
        secret_of: `invitation:<id>` or `reset:<id>` when the link needs a secret, which is made only when the mail is written.
    """
    if _is_history.get():
        return
    payload = {
        "email": email,
        "name": name,
        "language": language,
        "time_zone": time_zone,
        "kind": kind.value,
        "params": jsonable(params),
        "path": path,
        "secret_of": secret_of,
    }
    await work.schedule("send mail", subject, period=kind.value, payload=payload)


async def mark_read(actor: Actor, ids: Sequence[UUID] | None) -> None:
    """Mark the actor's notes as read: these, or all when `ids` is None.

    Raises:
        NotSignedIn: nobody is signed in.
        NotFound: one of the ids is no note of the actor.
    """
    person_id = actor.require_person()
    async with db.transaction():
        if ids is not None:
            own = await db.value(
                "SELECT count(*) FROM notification WHERE person_id = $1 AND id = ANY($2::uuid[])", person_id, list(set(ids))
            )
            if own != len(set(ids)):
                raise NotFound(kind="Notification", path=("input", "ids"))
        changed = await db.rows(
            "UPDATE notification SET read_at = $2 WHERE person_id = $1 AND read_at IS NULL AND ($3::uuid[] IS NULL OR id = ANY($3))"
            " RETURNING id",
            person_id,
            clock.now(),
            None if ids is None else list(ids),
        )
        if changed:
            await outbox.record(NotificationsChanged((changed[0]["id"],)))


async def set_preference(actor: Actor, kind: str, *, by_email: bool, in_app: bool) -> None:
    """Choose what reaches the actor for one kind.

    Raises:
        NotSignedIn: nobody is signed in.
        PatternMismatch: there is no such kind, or it cannot be turned off.
    """
    person_id = actor.require_person()
    optional = [known.value for known, described in KINDS.items() if described.is_optional]
    if kind not in optional:
        raise PatternMismatch(field="kind", limit=", ".join(optional), path=("input", "kind"))
    await db.execute(
        "INSERT INTO notification_preference (id, person_id, kind, by_email, in_app) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (person_id, kind) DO UPDATE SET by_email = excluded.by_email, in_app = excluded.in_app",
        new_id(),
        person_id,
        kind,
        by_email,
        in_app,
    )
