"""Passwords, secrets of links and tokens, and the second factor. Slow hashing runs off the event loop, two at a time."""

import asyncio
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from incubator.organizations.errors import PasswordTooWeak

MIN_PASSWORD = 12
MAX_PASSWORD = 200
_hasher = PasswordHasher()  # argon2id with RFC 9106's second recommended parameters (64 MiB, 3 passes)
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe(16))


def new_secret(prefix: str = "") -> str:
    """Make a secret of 256 random bits for a link, session or token."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is kept of a secret: its SHA-256 in hex. Enough for 256 random bits; passwords get argon2id."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def hash_password(password: str, *personal: str) -> str:
    """Return the argon2id hash of a new password.

    Raises:
        PasswordTooWeak: under 12 or over 200 characters, one repeated character, or the person's own name or address.
    """
    own = {word.strip().lower() for word in personal}
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or len(set(password)) < 4 or password.strip().lower() in own:
        raise PasswordTooWeak(path=("password",))
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


async def verify_password(password: str, password_hash: str) -> bool:
    """Compare a password; an unknown person (empty hash) costs the same time."""

    def compare() -> bool:
        try:
            return _hasher.verify(password_hash or _NOBODYS_HASH, password[:MAX_PASSWORD]) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_pool, compare)


def new_totp_secret() -> str:
    """Make a secret for an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s)."""
    return pyotp.random_base32()


def totp_address(secret: str, email: str, issuer: str = "Incubator") -> str:
    """Return the otpauth address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the 30-second step a code belongs to (this one or a neighbour), None for a wrong code; each step counts once."""
    current = int(now.timestamp()) // 30
    generator = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        if secrets.compare_digest(generator.at(step * 30), code.strip().replace(" ", "")):
            return step
    return None


def new_recovery_codes(count: int = 8) -> list[str]:
    """Make single-use codes for who loses the second factor: 50 random bits each, in two groups."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return ["-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(2)) for _ in range(count)]
