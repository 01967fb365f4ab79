"""What the simulator remembers: one SQLite database, in memory or in a file, one set of books for each API key."""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from incubator.embedded.stripe_simulator.errors import missing

# A Stripe object as the API shows it. Its shape is Stripe's, checked in tests against the SDK's class of the same name.
Resource = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS account (id TEXT PRIMARY KEY, api_key_hash TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
  body TEXT NOT NULL, hidden TEXT NOT NULL DEFAULT '{}', UNIQUE (account, id));
CREATE INDEX IF NOT EXISTS object_by_kind ON object (account, kind, seq);
CREATE TABLE IF NOT EXISTS reply (
  account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, created INTEGER NOT NULL, request TEXT NOT NULL,
  status INTEGER, body TEXT, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS timer (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, due INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, event TEXT NOT NULL, endpoint TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL, state TEXT NOT NULL DEFAULT 'pending', last_status INTEGER);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass
class Store:
    """The database and the simulator's own clock (real time plus an offset that only moves forward)."""

    path: Path | None = None
    real_time: Callable[[], float] = time.time
    connection: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(self.path or ":memory:", isolation_level=None, check_same_thread=False)
        if self.path is not None:
            self.connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self.connection.executescript(_TABLES)
        # A process that was killed leaves requests without an answer: they were rolled back, so their keys are free again.
        self.connection.execute("DELETE FROM reply WHERE status IS NULL")

    def close(self) -> None:
        """Close the database; what was answered is on disk."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all of a request or nothing of it."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def now(self) -> int:
        """Tell the simulator's time in whole Unix seconds."""
        return int(self.exact_now())

    def exact_now(self) -> float:
        """Tell the simulator's time in Unix seconds."""
        return self.real_time() + self.offset_s()

    def offset_s(self) -> int:
        """Tell how far the manual clock was moved ahead of real time."""
        found = self.connection.execute("SELECT value FROM setting WHERE name = 'clock_offset_s'").fetchone()
        return int(found[0]) if found else 0

    def advance(self, seconds: int) -> None:
        """Move the manual clock ahead."""
        self.connection.execute("INSERT OR REPLACE INTO setting VALUES ('clock_offset_s', ?)", (str(self.offset_s() + seconds),))

    def books(self, api_key: str) -> "Books":
        """Open the books of an API key; each key has its own and sees no other's."""
        key_hash = sha256(api_key.encode()).hexdigest()
        account = f"acct_{key_hash[:16]}"
        self.connection.execute("INSERT OR IGNORE INTO account VALUES (?, ?, ?)", (account, key_hash, _display_name(api_key)))
        return Books(self, account)

    def books_with(self, object_id: str) -> "Books | None":
        """Find the books that hold an object: the payment page knows only the session's id."""
        found = self.connection.execute("SELECT account FROM object WHERE id = ?", (object_id,)).fetchone()
        return Books(self, found[0]) if found else None


def _display_name(api_key: str) -> str:
    """Make a readable merchant name of a key such as sk_test_nord_incubator, until a person gives a better one."""
    words = api_key.removeprefix("sk_test_").removeprefix("rk_test_").replace("_", " ").strip()
    return words.title() if words.replace(" ", "").isalpha() else "Test merchant"


@dataclass(frozen=True)
class Books:
    """The objects of one account."""

    store: Store
    account: str

    @property
    def now(self) -> int:
        """The simulator's time in whole Unix seconds."""
        return self.store.now()

    def new_id(self, prefix: str) -> str:
        """Make an id such as Stripe's: pi_ and 24 letters and digits."""
        alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        return f"{prefix}_" + "".join(secrets.choice(alphabet) for _ in range(24))

    def add(self, kind: str, resource: Resource, hidden: Resource | None = None) -> Resource:
        """Store a new object; `hidden` is what the real server knows and never shows."""
        self.store.connection.execute(
            "INSERT INTO object (account, id, kind, body, hidden) VALUES (?, ?, ?, ?, ?)",
            (self.account, resource["id"], kind, json.dumps(resource), json.dumps(hidden or {})),
        )
        return resource

    def put(self, resource: Resource) -> Resource:
        """Store the new state of an object."""
        self.store.connection.execute(
            "UPDATE object SET body = ? WHERE account = ? AND id = ?", (json.dumps(resource), self.account, resource["id"])
        )
        return resource

    def remove(self, object_id: str) -> None:
        """Delete an object."""
        self.store.connection.execute("DELETE FROM object WHERE account = ? AND id = ?", (self.account, object_id))

    def find(self, kind: str, object_id: str, param: str = "id") -> Resource:
        """Give an object of that kind.

        Raises:
            StripeRefusal: this account has none with that id.
        """
        found = self.any(object_id)
        if found is None or found[0] != kind:
            raise missing(_NOUNS.get(kind, kind), object_id, param)
        return found[1]

    def any(self, object_id: str) -> tuple[str, Resource] | None:
        """Give an object of any kind with its kind, if this account has it."""
        found = self.store.connection.execute(
            "SELECT kind, body FROM object WHERE account = ? AND id = ?", (self.account, object_id)
        ).fetchone()
        return (found[0], json.loads(found[1])) if found else None

    def hidden(self, object_id: str) -> Resource:
        """Give what the real server would know of an object and not show."""
        found = self.store.connection.execute(
            "SELECT hidden FROM object WHERE account = ? AND id = ?", (self.account, object_id)
        ).fetchone()
        return json.loads(found[0]) if found else {}

    def hide(self, object_id: str, **changes: Any) -> None:
        """Change what is known and not shown."""
        merged = json.dumps(self.hidden(object_id) | changes)
        self.store.connection.execute("UPDATE object SET hidden = ? WHERE account = ? AND id = ?", (merged, self.account, object_id))

    def newest_first(self, kind: str) -> list[Resource]:
        """Give all objects of a kind, the newest first."""
        found = self.store.connection.execute(
            "SELECT body FROM object WHERE account = ? AND kind = ? ORDER BY seq DESC", (self.account, kind)
        )
        return [json.loads(body) for (body,) in found]

    def set_timer(self, due: int, kind: str, subject: str) -> None:
        """Have something happen when the simulator's clock reaches `due`."""
        self.store.connection.execute(
            "INSERT INTO timer (account, due, kind, subject) VALUES (?, ?, ?, ?)", (self.account, due, kind, subject)
        )

    @property
    def display_name(self) -> str:
        """The merchant's name as the payment page shows it."""
        found = self.store.connection.execute("SELECT display_name FROM account WHERE id = ?", (self.account,)).fetchone()
        return str(found[0])

    def rename(self, display_name: str) -> None:
        """Give the merchant another name."""
        self.store.connection.execute("UPDATE account SET display_name = ? WHERE id = ?", (display_name, self.account))


_NOUNS = {
    "balance_transaction": "balance transaction",
    "checkout.session": "checkout.session",
    "webhook_endpoint": "webhook endpoint",
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "tax_id": "tax ID",
}
