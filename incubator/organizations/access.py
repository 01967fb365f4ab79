"""Who comes in: sessions and API tokens become actors, in one statement."""

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from incubator import db
from incubator.config import settings
from incubator.kernel import clock
from incubator.kernel.actor import READ_SCOPE, WRITE_SCOPE, Actor, Membership, OrganizationKind, Role
from incubator.kernel.language import Language
from incubator.organizations.secrets import digest

SEEN_EVERY = timedelta(minutes=5)
ROLES_WITH_TWO_FACTOR = frozenset({Role.MANAGER, Role.FINANCE})
TOKEN_PREFIX = "inc_"  # noqa: S105 - a marker, so that leaked tokens can be found by scanners

_MEMBERSHIPS = """
(SELECT coalesce(json_agg(json_build_object(
   'organization_id', r.organization_id, 'kind', o.kind, 'role', r.role,
   'site_ids', CASE WHEN o.kind <> 'operator' THEN NULL ELSE (SELECT json_agg(s.id) FROM site s WHERE s.operator_id = o.id
     AND (r.site_id IS NULL OR s.id = r.site_id) AND (r.legal_entity_id IS NULL OR s.legal_entity_id = r.legal_entity_id)) END,
   'entity_ids', CASE WHEN o.kind <> 'operator' OR r.site_id IS NOT NULL THEN NULL ELSE (SELECT json_agg(e.id) FROM legal_entity e
     WHERE e.operator_id = o.id AND (r.legal_entity_id IS NULL OR e.id = r.legal_entity_id)) END)), '[]')
 FROM role_assignment r JOIN organization o ON o.id = r.organization_id
 WHERE r.person_id = p.id AND (r.organization_id = c.organization_id
   OR (o.kind = 'operator' AND (SELECT kind FROM organization WHERE id = c.organization_id) = 'operator'))) AS memberships
"""


async def actor_of_session(secret: str) -> Actor | None:
    """Return who a session cookie stands for, or None when it is unknown, expired or revoked."""
    now = clock.now()
    found = await db.row(
        "SELECT c.id, c.organization_id, c.last_seen_at, p.id AS person_id, p.name, p.language, p.time_zone,"
        f" p.totp_confirmed_at IS NOT NULL AS has_two_factor, {_MEMBERSHIPS}"
        " FROM session c JOIN person p ON p.id = c.person_id"
        " WHERE c.token_hash = $1 AND c.revoked_at IS NULL AND c.expires_at > $2",
        digest(secret),
        now,
    )
    if found is None:
        return None
    if now - found["last_seen_at"] > SEEN_EVERY:
        await db.execute("UPDATE session SET last_seen_at = $2 WHERE id = $1", found["id"], now)
    memberships = _memberships(found["memberships"])
    if needs_two_factor(memberships) and not found["has_two_factor"]:
        memberships = ()
    return _actor(found, memberships, "session", frozenset({READ_SCOPE, WRITE_SCOPE}))


async def actor_of_token(secret: str) -> Actor | None:
    """Return who an API token stands for, or None when it is unknown, expired or revoked."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    now = clock.now()
    found = await db.row(
        "SELECT c.id, c.organization_id, c.last_used_at, c.scopes, p.id AS person_id, p.name, p.language, p.time_zone,"
        f" {_MEMBERSHIPS} FROM api_token c JOIN person p ON p.id = c.person_id"
        " WHERE c.token_hash = $1 AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2)",
        digest(secret),
        now,
    )
    if found is None:
        return None
    if found["last_used_at"] is None or now - found["last_used_at"] > SEEN_EVERY:
        await db.execute("UPDATE api_token SET last_used_at = $2 WHERE id = $1", found["id"], now)
    return _actor(found, _memberships(found["memberships"]), "token", frozenset(json.loads(found["scopes"])))


async def actor_of_person(person_id: UUID, organization_id: UUID | None = None) -> Actor | None:
    """Return the actor a person is, standing in `organization_id` or where they first belong; for jobs, commands and subscriptions."""
    found = await db.row(
        "SELECT p.id AS person_id, p.name, p.language, p.time_zone, NULL::uuid AS id, c.organization_id,"
        f" {_MEMBERSHIPS} FROM person p, LATERAL (SELECT coalesce($2::uuid, (SELECT r.organization_id FROM role_assignment r"
        " WHERE r.person_id = p.id ORDER BY r.created_at, r.id LIMIT 1)) AS organization_id) c WHERE p.id = $1",
        person_id,
        organization_id,
    )
    if found is None:
        return None
    return _actor(found, _memberships(found["memberships"]), "session", frozenset({READ_SCOPE, WRITE_SCOPE}))


def needs_two_factor(memberships: Sequence[Membership]) -> bool:
    """Tell whether one of the roles asks for a second factor in this deployment."""
    return settings().requires_two_factor and any(m.role in ROLES_WITH_TWO_FACTOR for m in memberships)


async def person_needs_two_factor(person_id: UUID) -> bool:
    """Tell whether any role of a person asks for a second factor in this deployment."""
    if not settings().requires_two_factor:
        return False
    return bool(
        await db.value(
            "SELECT EXISTS (SELECT 1 FROM role_assignment WHERE person_id = $1 AND role = ANY($2::text[]))",
            person_id,
            [role.value for role in ROLES_WITH_TWO_FACTOR],
        )
    )


@lru_cache(maxsize=1024)
def _memberships(raw: str) -> tuple[Membership, ...]:
    return tuple(
        Membership(
            UUID(item["organization_id"]),
            OrganizationKind(item["kind"]),
            Role(item["role"]),
            frozenset(map(UUID, item["site_ids"] or ())),
            frozenset(map(UUID, item["entity_ids"] or ())),
        )
        for item in json.loads(raw)
    )


def _actor(found: Any, memberships: tuple[Membership, ...], via: str, scopes: frozenset[str]) -> Actor:
    return Actor(
        person_id=found["person_id"],
        organization_id=found["organization_id"],
        name=found["name"],
        language=Language(found["language"]),
        time_zone=found["time_zone"],
        memberships=memberships,
        via=via,
        credential_id=found["id"],
        scopes=scopes,
    )
