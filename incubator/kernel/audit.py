"""The audit trail: append-only, in the transaction of what it tells."""

from collections.abc import Sequence
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Actor, current_request_id
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps


async def record(
    actor: Actor,
    action: str,
    type_name: str,
    subject_id: UUID,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    concerns: UUID | None = None,
) -> None:
    """Write who did what. `before` and `after` hold only what changed, never a secret.

    `concerns` is whose matter it is, where the row does not tell by itself: a site, a legal entity or an organisation.
    """
    await db.execute(
        "INSERT INTO audit_entry (id, at, person_id, organization_id, via, action, type_name, subject_id, before, after, request_id,"
        " concerns_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        new_id(),
        clock.now(),
        actor.person_id,
        actor.organization_id,
        actor.via,
        action,
        type_name,
        subject_id,
        None if before is None else dumps(before),
        None if after is None else dumps(after),
        current_request_id()[:60],
        concerns,
    )


async def record_all(actor: Actor, action: str, type_name: str, subjects: Sequence[tuple[UUID, dict[str, object]]]) -> None:
    """Write the same action on many rows in one statement, each with what it came to."""
    await db.execute(
        "INSERT INTO audit_entry (id, at, person_id, organization_id, via, action, type_name, subject_id, after, request_id)"
        " SELECT s.id, $4, $5, $6, $7, $8, $9, s.subject, s.after::jsonb, $10 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS s(id, subject, after)",
        [new_id() for _ in subjects],
        [subject for subject, _ in subjects],
        [dumps(after) for _, after in subjects],
        clock.now(),
        actor.person_id,
        actor.organization_id,
        actor.via,
        action,
        type_name,
        current_request_id()[:60],
    )
