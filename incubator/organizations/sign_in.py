"""Sign-in, sign-out, password reset, second factor. Every refusal costs the same time and says the same for unknown addresses."""

import hashlib
from datetime import timedelta
from uuid import UUID

from incubator import db
from incubator.kernel import audit, clock, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound, RateLimited
from incubator.kernel.ids import new_id
from incubator.organizations import secrets
from incubator.organizations.errors import CodeRequired, LinkExpired, WrongCode, WrongCredentials
from incubator.organizations.events import PasswordChanged, PasswordResetRequested, PersonChanged

SESSION_LENGTH = timedelta(days=14)
RESET_LENGTH = timedelta(hours=1)
WINDOW = timedelta(minutes=15)
FAILURES_PER_ADDRESS = 10
FAILURES_PER_CALLER = 100


async def sign_in(email: str, password: str, code: str | None, *, caller: str, user_agent: str) -> str:
    """Start a session and return its secret for the cookie.

    Args:
        caller: the network address the request came from.

    Raises:
        RateLimited: 10 failures for the address or 100 from the caller within 15 minutes.
        WrongCredentials: unknown address or wrong password.
        CodeRequired: the person has a second factor and gave no code.
        WrongCode: the code is wrong or was used before.
    """
    email = email.strip().lower()[:254]
    buckets = _buckets(email, caller)
    await _require_patience(buckets)
    person = await db.row("SELECT id, password_hash, totp_secret, totp_confirmed_at FROM person WHERE email = $1", email)
    if not await secrets.verify_password(password, person["password_hash"] if person else "") or person is None:
        await _count_failure(buckets)
        raise WrongCredentials()
    if person["totp_confirmed_at"] is not None:
        if not code:
            raise CodeRequired()
        if not await _take_code(person["id"], person["totp_secret"], code):
            await _count_failure(buckets)
            raise WrongCode()
    async with db.transaction():
        await db.execute("DELETE FROM sign_in_attempt WHERE bucket = $1", buckets[0])
        return await start_session(person["id"], user_agent)


async def start_session(person_id: UUID, user_agent: str, organization_id: UUID | None = None) -> str:
    """Write a session inside the running transaction and return its secret; the person stands where they stood last."""
    secret, now, session_id = secrets.new_secret(), clock.now(), new_id()
    await db.execute(
        "INSERT INTO session (id, token_hash, person_id, organization_id, user_agent, created_at, last_seen_at, expires_at)"
        " VALUES ($1, $2, $3, coalesce($7::uuid,"
        "  (SELECT s.organization_id FROM session s WHERE s.person_id = $3 AND EXISTS (SELECT 1 FROM role_assignment r"
        "   WHERE r.person_id = $3 AND r.organization_id = s.organization_id) ORDER BY s.id DESC LIMIT 1),"
        "  (SELECT r.organization_id FROM role_assignment r WHERE r.person_id = $3 ORDER BY r.created_at, r.id LIMIT 1)),"
        " $4, $5, $5, $6)",
        session_id,
        secrets.digest(secret),
        person_id,
        user_agent[:300],
        now,
        now + SESSION_LENGTH,
        organization_id,
    )
    await audit.record(Actor(person_id=person_id, via="session"), "sign in", "Session", session_id)
    return secret


async def sign_out(secret: str) -> None:
    """End a session; an unknown one is no error."""
    await db.execute("UPDATE session SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL", secrets.digest(secret), clock.now())


async def revoke_session(actor: Actor, session_id: UUID) -> None:
    """End one of the actor's own sessions.

    Raises:
        NotSignedIn, NotFound: nobody is signed in; the actor has no such session.
    """
    person_id = actor.require_person()
    async with db.transaction():
        ended = await db.execute(
            "UPDATE session SET revoked_at = $3 WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL", session_id, person_id, clock.now()
        )
        if not ended:
            raise NotFound(kind="Session", path=("input", "sessionId"))
        await audit.record(actor, "revoke session", "Session", session_id)


async def request_password_reset(email: str, *, caller: str) -> None:
    """Send a link to a new password, if somebody has the address; the answer is the same either way.

    Raises:
        RateLimited: too many requests for the address or from the caller.
    """
    email = email.strip().lower()[:254]
    buckets = _buckets(f"reset {email}", caller)
    await _require_patience(buckets)
    await _count_failure(buckets)
    async with db.transaction():
        person_id = await db.value("SELECT id FROM person WHERE email = $1", email)
        if person_id is not None:
            reset_id, now = new_id(), clock.now()
            await db.execute(
                "INSERT INTO password_reset (id, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
                reset_id,
                person_id,
                now,
                now + RESET_LENGTH,
            )
            await outbox.record(PasswordResetRequested(reset_id))


async def issue_reset_secret(reset_id: UUID) -> str | None:
    """Make the link's secret, at the moment the mail is written; an earlier one stops working. None when the reset is used or too old."""
    secret = secrets.new_secret()
    issued = await db.execute(
        "UPDATE password_reset SET token_hash = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $3",
        reset_id,
        secrets.digest(secret),
        clock.now(),
    )
    return secret if issued else None


async def reset_password(secret: str, password: str) -> None:
    """Set a new password by a mailed link, once, and end all sessions.

    Raises:
        LinkExpired: the link is unknown, used or too old.
        PasswordTooWeak: the password is easy to guess; the link stays good.
    """
    found = await db.row(
        "SELECT r.id, p.id AS person_id, p.email, p.name FROM password_reset r JOIN person p ON p.id = r.person_id WHERE r.token_hash = $1",
        secrets.digest(secret),
    )
    if found is None:
        raise LinkExpired(path=("token",))
    password_hash = await secrets.hash_password(password, found["email"], found["name"])
    now = clock.now()
    async with db.transaction():
        used = await db.execute(
            "UPDATE password_reset SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2", found["id"], now
        )
        if not used:
            raise LinkExpired(path=("token",))
        await db.execute("UPDATE person SET password_hash = $2, version = version + 1 WHERE id = $1", found["person_id"], password_hash)
        await db.execute("UPDATE session SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL", found["person_id"], now)
        await audit.record(Actor(person_id=found["person_id"], via="link"), "reset password", "Person", found["person_id"])
        await outbox.record(PasswordChanged(found["person_id"]))


async def start_two_factor(actor: Actor) -> tuple[str, str]:
    """Make a new second-factor secret, not yet in force; returns it and its otpauth address.

    Raises:
        NotSignedIn: nobody is signed in.
        WrongCode: a second factor is in force already; it must be given up first.
    """
    person_id, secret = actor.require_person(), secrets.new_totp_secret()
    email = await db.value(
        "UPDATE person SET totp_secret = $2 WHERE id = $1 AND totp_confirmed_at IS NULL RETURNING email", person_id, secret
    )
    if email is None:
        raise WrongCode()
    return secret, secrets.totp_address(secret, email)


async def confirm_two_factor(actor: Actor, code: str) -> list[str]:
    """Put the second factor in force with a first good code; returns the recovery codes, shown this once.

    Raises:
        NotSignedIn: nobody is signed in.
        WrongCode: the code does not fit the secret that was started.
    """
    person_id = actor.require_person()
    codes = secrets.new_recovery_codes()
    async with db.transaction():
        person = await db.row("SELECT totp_secret, totp_confirmed_at FROM person WHERE id = $1 FOR UPDATE", person_id)
        step = secrets.totp_step(person["totp_secret"], code, clock.now()) if person and person["totp_secret"] else None
        if step is None or person is None or person["totp_confirmed_at"] is not None:
            raise WrongCode(path=("input", "code"))
        version = await db.value(
            "UPDATE person SET totp_confirmed_at = $2, totp_last_step = $3, version = version + 1 WHERE id = $1 RETURNING version",
            person_id,
            clock.now(),
            step,
        )
        await db.execute("DELETE FROM recovery_code WHERE person_id = $1", person_id)
        await db.execute(
            "INSERT INTO recovery_code (id, person_id, code_hash) SELECT id, $2, hash FROM unnest($1::uuid[], $3::text[]) AS c(id, hash)",
            [new_id() for _ in codes],
            person_id,
            [secrets.digest(one) for one in codes],
        )
        await audit.record(actor, "set up second factor", "Person", person_id)
        await outbox.record(PersonChanged(person_id, version))
    return codes


async def _take_code(person_id: UUID, totp_secret: str, code: str) -> bool:
    """Use up a code of the app or a recovery code; each works once."""
    step = secrets.totp_step(totp_secret, code, clock.now())
    if step is not None:
        return bool(await db.execute("UPDATE person SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2", person_id, step))
    return bool(
        await db.execute(
            "UPDATE recovery_code SET used_at = $3 WHERE person_id = $1 AND code_hash = $2 AND used_at IS NULL",
            person_id,
            secrets.digest(code.strip().lower()),
            clock.now(),
        )
    )


def _buckets(address: str, caller: str) -> tuple[str, str]:
    return (f"address {hashlib.sha256(address.encode()).hexdigest()[:32]}", f"caller {caller[:60]}")


async def _require_patience(buckets: tuple[str, str]) -> None:
    since = clock.now() - WINDOW
    counts = await db.row(
        "SELECT count(*) FILTER (WHERE bucket = $1) AS address, count(*) FILTER (WHERE bucket = $2) AS caller, min(at) AS oldest"
        " FROM sign_in_attempt WHERE bucket = ANY(ARRAY[$1, $2]) AND at > $3",
        *buckets,
        since,
    )
    if counts and (counts["address"] >= FAILURES_PER_ADDRESS or counts["caller"] >= FAILURES_PER_CALLER):
        raise RateLimited(retry_after_s=max(1, int((counts["oldest"] - since).total_seconds())))


async def _count_failure(buckets: tuple[str, str]) -> None:
    now = clock.now()
    await db.execute(
        "INSERT INTO sign_in_attempt (id, bucket, at) SELECT id, bucket, $3 FROM unnest($1::uuid[], $2::text[]) AS a(id, bucket)",
        [new_id(), new_id()],
        list(buckets),
        now,
    )


async def forget_old_attempts() -> None:
    """Delete what no window counts any more."""
    await db.execute("DELETE FROM sign_in_attempt WHERE at < $1", clock.now() - 2 * WINDOW)
