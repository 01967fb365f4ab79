"""Who is in an area: people say so at its door, and say when they leave. The two-person rule and the list for an emergency read it."""

from datetime import timedelta
from uuid import UUID

from incubator import db
from incubator.kernel import clock, outbox
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.ids import new_id
from incubator.organizations import queries as organizations
from incubator.spaces.training_events import PresenceChanged
from incubator.spaces.training_scope import visible_presences

LONGEST = timedelta(hours=14)
"""After so long a presence has ended by itself: somebody forgot to say that they left, and must not count as a second person."""
KEPT = timedelta(days=30)
"""How long it is kept who was where; then the rows are deleted."""


async def enter_area(actor: Actor, room_id: UUID, person_id: UUID | None = None) -> UUID:
    """Say that one is in an area, or as its staff that somebody is; who was in another one has left it. Again, nothing changes.

    Raises:
        NotSignedIn: nobody is signed in.
        NotFound: the actor has nothing to do with the site of such a room, or knows no such person.
        Forbidden: it is for somebody else, and the actor is no staff of the site.
    """
    own_id = actor.require_person()
    async with db.transaction():
        site_id: UUID | None = await db.value(
            "SELECT b.site_id FROM room r JOIN floor f ON f.id = r.floor_id JOIN building b ON b.id = f.building_id WHERE r.id = $1"
            " AND (b.site_id = ANY($2::uuid[]) OR EXISTS (SELECT 1 FROM organization_at_site at WHERE at.site_id = b.site_id"
            " AND at.organization_id = ANY($3::uuid[])) OR EXISTS (SELECT 1 FROM qualification q JOIN training t ON t.id = q.training_id"
            " JOIN site s ON s.operator_id = t.operator_id WHERE q.person_id = $4 AND s.id = b.site_id))",
            room_id,
            list(actor.site_ids_as(*(membership.role for membership in actor.memberships))),
            list(actor.organization_ids_as()),
            own_id,
        )
        if site_id is None:
            raise NotFound(kind="Room", path=("input", "roomId"))
        who = person_id or own_id
        if who != own_id:
            actor.require(Grant.CHECK_IN, site_id, path=("input", "personId"))
            if not await organizations.people_by_id(actor, [who]):
                raise NotFound(kind="Person", path=("input", "personId"))
        now = clock.now()
        await db.execute("SELECT 1 FROM person WHERE id = $1 FOR NO KEY UPDATE", who)
        open_row = await db.row("SELECT id, room_id, entered_at FROM area_presence WHERE person_id = $1 AND left_at IS NULL", who)
        if open_row is not None and open_row["room_id"] == room_id and open_row["entered_at"] > now - LONGEST:
            known: UUID = open_row["id"]
            return known
        if open_row is not None:
            await db.execute(
                "UPDATE area_presence SET left_at = least($2, entered_at + $3::interval) WHERE id = $1", open_row["id"], now, LONGEST
            )
            await outbox.record(PresenceChanged(open_row["id"]))
        presence_id = new_id()
        await db.execute(
            "INSERT INTO area_presence (id, room_id, person_id, organization_id, entered_at) VALUES ($1, $2, $3, $4, $5)",
            presence_id,
            room_id,
            who,
            actor.organization_id if who == own_id else None,
            now,
        )
        await outbox.record(PresenceChanged(presence_id))
    return presence_id


async def leave_area(actor: Actor, presence_id: UUID) -> None:
    """Say that one has left an area, or as its staff that somebody has; again, nothing changes.

    Raises:
        NotSignedIn: nobody is signed in.
        NotFound: the actor sees no such presence.
        Forbidden: it is somebody else's, and the actor is no staff of the site that checks people in.
    """
    own_id = actor.require_person()
    condition, args = visible_presences(actor)
    async with db.transaction():
        found = await db.row(
            "SELECT a.person_id, b.site_id FROM area_presence a JOIN room r ON r.id = a.room_id JOIN floor f ON f.id = r.floor_id"
            f" JOIN building b ON b.id = f.building_id WHERE {condition} AND a.id = ${len(args) + 1} FOR UPDATE OF a",
            *args,
            presence_id,
        )
        if found is None:
            raise NotFound(kind="AreaPresence", path=("input", "areaPresenceId"))
        if found["person_id"] != own_id:
            actor.require(Grant.CHECK_IN, found["site_id"], path=("input", "areaPresenceId"))
        if await db.execute("UPDATE area_presence SET left_at = $2 WHERE id = $1 AND left_at IS NULL", presence_id, clock.now()):
            await outbox.record(PresenceChanged(presence_id))


async def end_forgotten() -> None:
    """End what has lasted too long, and delete what is kept no more. Runs again without effect."""
    now = clock.now()
    async with db.transaction():
        ended = await db.rows(
            "UPDATE area_presence SET left_at = entered_at + $2::interval WHERE left_at IS NULL AND entered_at <= $1 RETURNING id",
            now - LONGEST,
            LONGEST,
        )
        await db.execute("DELETE FROM area_presence WHERE left_at < $1", now - KEPT)
        await outbox.record(*(PresenceChanged(row["id"]) for row in ended))
