"""Every read of notifications; each person reads only their own."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.notifications.kinds import KINDS
from incubator.notifications.templates import render


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A note in the words of the person who reads it."""

    id: UUID
    kind: str
    title: str
    body: str
    path: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """What a person chose for one kind that can be turned off; `label` is in their language."""

    kind: str
    label: str
    by_email: bool
    in_app: bool


NOTE = "id, kind, params, path, created_at, read_at"
NEWEST = (Order("id", "uuid", is_descending=True),)


async def list_notifications(actor: Actor, page: Page, *, unread_only: bool = False, with_total: bool = False) -> Slice:
    """List the actor's notes, newest first; read them with `in_words`."""
    sql = f"SELECT {NOTE} FROM notification WHERE person_id = $1 AND (NOT $2 OR read_at IS NULL)"
    return await paginate(sql, [actor.require_person(), unread_only], NEWEST, page, with_total=with_total)


def in_words(actor: Actor, rows: Iterable[Mapping[str, Any]]) -> list[NotificationRow]:
    """Write notes out in the actor's language and zone."""
    found = []
    for row in rows:
        words = render(row["kind"], actor.language, actor.time_zone, json.loads(row["params"]), "")
        found.append(NotificationRow(row["id"], row["kind"], words.subject, words.body, row["path"], row["created_at"], row["read_at"]))
    return found


async def notifications_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, NotificationRow]:
    """Return the notes among `ids` that are the actor's."""
    rows = await db.rows(
        f"SELECT {NOTE} FROM notification WHERE person_id = $1 AND id = ANY($2::uuid[])", actor.require_person(), list(ids)
    )
    return {note.id: note for note in in_words(actor, rows)}


async def unread_count(actor: Actor) -> int:
    """Return how many notes the actor has not read."""
    return int(await db.value("SELECT count(*) FROM notification WHERE person_id = $1 AND read_at IS NULL", actor.require_person()))


async def preferences(actor: Actor) -> list[PreferenceRow]:
    """Return what the actor chose, for every kind that can be turned off."""
    chosen = {
        row["kind"]: row
        for row in await db.rows("SELECT kind, by_email, in_app FROM notification_preference WHERE person_id = $1", actor.require_person())
    }
    return [
        PreferenceRow(
            kind.value,
            described.label[actor.language],
            chosen[kind]["by_email"] if kind in chosen else True,
            chosen[kind]["in_app"] if kind in chosen else True,
        )
        for kind, described in KINDS.items()
        if described.is_optional
    ]
