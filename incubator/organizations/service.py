"""What people do with organisations, roles and their own settings."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import READ_SCOPE, ROLES_OF_KIND, WRITE_SCOPE, Actor, Grant, OrganizationKind, Role
from incubator.kernel.errors import NotFound, OutOfRange, PatternMismatch, Stale
from incubator.kernel.ids import new_id
from incubator.kernel.jsonable import dumps
from incubator.kernel.language import Language
from incubator.kernel.periods import check_zone, start_of_day
from incubator.organizations import secrets
from incubator.organizations.access import TOKEN_PREFIX, person_needs_two_factor
from incubator.organizations.errors import LinkExpired, RoleNotOfKind, TwoFactorRequired, WrongCredentials
from incubator.organizations.events import InvitationAccepted, PersonChanged, PersonInvited
from incubator.organizations.sign_in import start_session

INVITATION_LENGTH = timedelta(days=14)


async def register_person(email: str, name: str, language: Language = Language.EN, time_zone: str = "UTC") -> UUID:
    """Return the person with an address, made now when there is none; runs in the caller's transaction or its own statement.

    Raises:
        PatternMismatch, TooLong, TooShort, UnknownZone: a value breaks its rule.
    """
    address = checks.email(email)
    found = await db.value(
        "INSERT INTO person (id, email, name, language, time_zone, password_hash, totp_secret, totp_last_step, created_at, version)"
        " VALUES ($1, $2, $3, $4, $5, '', '', 0, $6, 1) ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id",
        new_id(),
        address,
        checks.text(name, "name"),
        language.value,
        check_zone(time_zone),
        clock.now(),
    )
    assert isinstance(found, UUID)
    return found


async def give_role(
    actor: Actor, person_id: UUID, organization_id: UUID, role: Role, *, site_id: UUID | None = None, legal_entity_id: UUID | None = None
) -> None:
    """Give a person a role; once given, giving it again changes nothing. For services and commands, which check the actor's right to.

    Raises:
        NotFound: there is no such organisation.
        RoleNotOfKind: people of such an organisation do not have the role.
    """
    kind = await db.value("SELECT kind FROM organization WHERE id = $1", organization_id)
    if kind is None:
        raise NotFound(kind="Organization")
    if role not in ROLES_OF_KIND[OrganizationKind(kind)]:
        raise RoleNotOfKind(role=role.value, kind=kind)
    given = await db.execute(
        "INSERT INTO role_assignment (id, person_id, organization_id, role, site_id, legal_entity_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        new_id(),
        person_id,
        organization_id,
        role.value,
        site_id,
        legal_entity_id,
        clock.now(),
    )
    if given:
        after: dict[str, object] = {"organization": organization_id, "role": role.value, "site": site_id}
        await audit.record(actor, "give role", "Person", person_id, after=after, concerns=organization_id)


async def set_password(person_id: UUID, password: str) -> None:
    """Set a person's password without a link; for commands and the demo world only.

    Raises:
        PasswordTooWeak: it is easy to guess.
    """
    await db.execute("UPDATE person SET password_hash = $2 WHERE id = $1", person_id, await secrets.hash_password(password))


async def invite_person(actor: Actor, email: str, name: str, roles: Sequence[Role], organization_id: UUID | None = None) -> UUID:
    """Invite somebody into an organisation (by default the one the actor stands in); a mail with a link follows.

    Raises:
        NotSignedIn, Forbidden: the actor may not invite people there.
        PatternMismatch, TooLong, TooShort: the address or name breaks its rule.
        OutOfRange: no role, or more than five.
        RoleNotOfKind: people of such an organisation do not have the role.
    """
    target = organization_id or actor.organization_id
    if target is None:
        actor.require_person()
        raise NotFound(kind="Organization", path=("input", "organizationId"))
    actor.require(Grant.INVITE_PEOPLE, target)
    address = checks.email(email, path=("input", "email"))
    shown = checks.text(name, "name", path=("input", "name"))
    if not 1 <= len(set(roles)) <= 5:
        raise OutOfRange(field="roles", limit="1 – 5", path=("input", "roles"))
    async with db.transaction():
        kind = OrganizationKind(await db.value("SELECT kind FROM organization WHERE id = $1", target))
        for role in roles:
            if role not in ROLES_OF_KIND[kind]:
                raise RoleNotOfKind(role=role.value, kind=kind.value, path=("input", "roles"))
        return await _write_invitation(actor, target, address, shown, roles, actor.language)


async def invite_first_owner(organization_id: UUID, email: str, name: str, role: Role, language: Language) -> UUID:
    """Invite the first person of an organisation that came in by an application; runs in the caller's transaction."""
    return await _write_invitation(Actor(via="system"), organization_id, checks.email(email), name, [role], language)


async def _write_invitation(actor: Actor, organization_id: UUID, email: str, name: str, roles: Sequence[Role], language: Language) -> UUID:
    invitation_id, now = new_id(), clock.now()
    await db.execute(
        "UPDATE invitation SET revoked_at = $3 WHERE organization_id = $1 AND email = $2 AND accepted_at IS NULL AND revoked_at IS NULL",
        organization_id,
        email,
        now,
    )
    await db.execute(
        "INSERT INTO invitation (id, organization_id, email, name, roles, language, invited_by_id, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        invitation_id,
        organization_id,
        email,
        name,
        dumps(sorted({role.value for role in roles})),
        language.value,
        actor.person_id,
        now,
        now + INVITATION_LENGTH,
    )
    await audit.record(actor, "invite", "Invitation", invitation_id, after={"email": email, "roles": sorted({r.value for r in roles})})
    await outbox.record(PersonInvited(invitation_id), concerns=organization_id)
    return invitation_id


async def revoke_invitation(actor: Actor, invitation_id: UUID) -> None:
    """Take an open invitation back.

    Raises:
        NotSignedIn, Forbidden: the actor may not invite people there.
        NotFound: no open invitation of the actor's organisations.
    """
    async with db.transaction():
        organization_id = await db.value(
            "SELECT organization_id FROM invitation WHERE id = $1 AND organization_id = ANY($2::uuid[]) AND accepted_at IS NULL"
            " AND revoked_at IS NULL FOR UPDATE",
            invitation_id,
            list(actor.organization_ids_as()),
        )
        if organization_id is None:
            raise NotFound(kind="Invitation", path=("input", "invitationId"))
        actor.require(Grant.INVITE_PEOPLE, organization_id)
        await db.execute("UPDATE invitation SET revoked_at = $2 WHERE id = $1", invitation_id, clock.now())
        await audit.record(actor, "revoke invitation", "Invitation", invitation_id)


async def issue_invitation_secret(invitation_id: UUID) -> str | None:
    """Make the link's secret, at the moment the mail is written; an earlier one stops working. None when it is no longer open."""
    secret = secrets.new_secret()
    issued = await db.execute(
        "UPDATE invitation SET token_hash = $2 WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3",
        invitation_id,
        secrets.digest(secret),
        clock.now(),
    )
    return secret if issued else None


async def accept_invitation(secret: str, name: str, password: str, *, user_agent: str) -> str:
    """Come in by a mailed link, once: a new person sets a password, a known one proves theirs; returns a session's secret.

    Raises:
        LinkExpired: the link is unknown, used, revoked or too old.
        WrongCredentials: the person has a password and this is not it.
        PasswordTooWeak, TooShort, TooLong: a new password or name breaks its rule; the link stays good.
    """
    found = await db.row(
        "SELECT i.id, i.organization_id, i.email, i.roles, i.language, coalesce(p.password_hash, '') AS password_hash FROM invitation i"
        " LEFT JOIN person p ON p.email = i.email WHERE i.token_hash = $1",
        secrets.digest(secret),
    )
    if found is None:
        raise LinkExpired(path=("token",))
    shown = checks.text(name, "name", path=("name",))
    new_hash = ""
    if not found["password_hash"]:
        new_hash = await secrets.hash_password(password, found["email"], shown)
    elif not await secrets.verify_password(password, found["password_hash"]):
        raise WrongCredentials(path=("password",))
    now = clock.now()
    async with db.transaction():
        used = await db.execute(
            "UPDATE invitation SET accepted_at = $2 WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2",
            found["id"],
            now,
        )
        if not used:
            raise LinkExpired(path=("token",))
        person_id = await register_person(found["email"], shown, Language(found["language"]))
        if new_hash:
            await db.execute(
                "UPDATE person SET password_hash = $2, name = $3 WHERE id = $1 AND password_hash = ''", person_id, new_hash, shown
            )
        joined = Actor(person_id=person_id, via="link")
        for role in json_roles(found["roles"]):
            await give_role(joined, person_id, found["organization_id"], role)
        await outbox.record(InvitationAccepted(found["id"], person_id, found["organization_id"]))
        return await start_session(person_id, user_agent, found["organization_id"])


def json_roles(raw: str) -> list[Role]:
    """Read the roles of an invitation."""
    return [Role(value) for value in json.loads(raw)]


async def switch_organization(actor: Actor, organization_id: UUID) -> None:
    """Stand in another of one's organisations, for the rest of this session.

    Raises:
        NotSignedIn: nobody is signed in.
        NotFound: the person does not belong to it.
    """
    person_id = actor.require_person()
    switched = await db.execute(
        "UPDATE session SET organization_id = $3 WHERE id = $1 AND person_id = $2"
        " AND EXISTS (SELECT 1 FROM role_assignment WHERE person_id = $2 AND organization_id = $3)",
        actor.credential_id,
        person_id,
        organization_id,
    )
    if not switched:
        raise NotFound(kind="Organization", path=("input", "organizationId"))


async def update_preferences(
    actor: Actor, expected_version: int, *, name: str | None = None, language: str | None = None, time_zone: str | None = None
) -> None:
    """Change one's own name, language or time zone.

    Raises:
        NotSignedIn: nobody is signed in.
        TooShort, TooLong, UnknownLanguage, UnknownZone: a value breaks its rule.
        Stale: it was changed meanwhile; carries the current version.
    """
    person_id = actor.require_person()
    new_name = None if name is None else checks.text(name, "name", path=("input", "name"))
    new_language = None if language is None else checks.language(language, path=("input", "language")).value
    new_zone = None if time_zone is None else check_zone(time_zone)
    async with db.transaction():
        before = await db.row("SELECT name, language, time_zone, version FROM person WHERE id = $1 FOR UPDATE", person_id)
        assert before is not None
        if before["version"] != expected_version:
            raise Stale(current_version=before["version"], path=("input", "expectedVersion"))
        after = {
            "name": new_name or before["name"],
            "language": new_language or before["language"],
            "time_zone": new_zone or before["time_zone"],
        }
        await db.execute(
            "UPDATE person SET name = $2, language = $3, time_zone = $4, version = version + 1 WHERE id = $1", person_id, *after.values()
        )
        await audit.record(actor, "update preferences", "Person", person_id, before={k: before[k] for k in after}, after={**after})
        await outbox.record(PersonChanged(person_id, expected_version + 1))


async def create_api_token(actor: Actor, name: str, scopes: Sequence[str], expires_on: date | None) -> tuple[UUID, str]:
    """Make an API token for the actor, standing where the actor stands; returns its id and its secret, shown this once.

    Args:
        scopes: `read`, or `read` and `write`.
        expires_on: the last day it works, in the person's own zone; None for no end.

    Raises:
        NotSignedIn: nobody is signed in, or a token asks for a token.
        TwoFactorRequired: the role asks for a second factor that is not set up.
        TooShort, TooLong, PatternMismatch, OutOfRange: a value breaks its rule.
    """
    person_id = actor.require_person()
    shown = checks.text(name, "name", at_most=100, path=("input", "name"))
    wanted = sorted(set(scopes))
    if READ_SCOPE not in wanted or not set(wanted) <= {READ_SCOPE, WRITE_SCOPE} or actor.via == "token":
        raise PatternMismatch(field="scopes", limit="read, or read and write", path=("input", "scopes"))
    if expires_on is not None and expires_on < clock.today(actor.time_zone):
        raise OutOfRange(field="expiresOn", limit=f"≥ {clock.today(actor.time_zone)}", path=("input", "expiresOn"))
    if actor.organization_id is None:
        raise NotFound(kind="Organization")
    if not actor.memberships and await person_needs_two_factor(person_id):
        raise TwoFactorRequired()
    async with db.transaction():
        ends = start_of_day(expires_on + timedelta(days=1), actor.time_zone) if expires_on else None
        secret, token_id = secrets.new_secret(TOKEN_PREFIX), new_id()
        await db.execute(
            "INSERT INTO api_token (id, token_hash, person_id, organization_id, name, scopes, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            token_id,
            secrets.digest(secret),
            person_id,
            actor.organization_id,
            shown,
            dumps(wanted),
            clock.now(),
            ends,
        )
        await audit.record(actor, "create token", "ApiToken", token_id, after={"name": shown, "scopes": wanted, "expires_at": ends})
    return token_id, secret


async def revoke_api_token(actor: Actor, token_id: UUID) -> None:
    """End one of the actor's own tokens at once.

    Raises:
        NotSignedIn, NotFound: nobody is signed in; the actor has no such token.
    """
    person_id = actor.require_person()
    async with db.transaction():
        ended = await db.execute(
            "UPDATE api_token SET revoked_at = $3 WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL", token_id, person_id, clock.now()
        )
        if not ended:
            raise NotFound(kind="ApiToken", path=("input", "apiTokenId"))
        await audit.record(actor, "revoke token", "ApiToken", token_id)
