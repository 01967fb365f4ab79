"""The seal of an invoice: a hash over all that is legally in it, the seal of the one before included."""

import hashlib

from incubator.kernel.jsonable import dumps


def content_hash_of(content: dict[str, object]) -> str:
    """Return the SHA-256 over everything that is legally in an invoice, the hash of the one before included."""
    return hashlib.sha256(dumps(content).encode()).hexdigest()
