"""The demo's Stripe: the simulator beside the product, with an account for every legal entity that Stripe would take."""

import asyncio
import json
import secrets
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from incubator.cli.supervisor import Child
from incubator.config import credentials


@dataclass(frozen=True, slots=True)
class Account:
    """A legal entity's account at the simulator."""

    entity_id: UUID
    series: str
    name: str
    key: str
    webhook_secret: str


async def accounts(database_url: str, data_dir: Path) -> list[Account]:
    """Return an account for each legal entity outside mainland China; the keys are made once and kept in the data folder."""
    connection = await asyncpg.connect(**credentials(database_url))
    try:
        entities = await connection.fetch("SELECT id, series, name FROM legal_entity WHERE country <> 'CN' ORDER BY series")
    finally:
        await connection.close()
    path = data_dir / "demo-stripe.json"
    known: dict[str, list[str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for entity in entities:
        known.setdefault(entity["series"], [f"sk_test_{secrets.token_hex(12)}", f"whsec_{secrets.token_hex(16)}"])
    path.write_text(json.dumps(known), "utf-8")
    path.chmod(0o600)
    return [Account(e["id"], e["series"], e["name"], *known[e["series"]]) for e in entities]


def environment(found: list[Account]) -> dict[str, str]:
    """Return the accounts as the settings that production would have."""
    keys = {f"INCUBATOR_STRIPE_{account.series}_KEY": account.key for account in found}
    return keys | {f"INCUBATOR_STRIPE_{account.series}_WEBHOOK_SECRET": account.webhook_secret for account in found}


def child(data_dir: Path, port: int, after: asyncio.Event) -> Child:
    """Return the simulator's process, which starts after an event."""
    state = data_dir / "stripe-simulator.sqlite3"
    return Child(
        "stripe", [sys.executable, "-m", "incubator.embedded.stripe_simulator", "--port", str(port), "--state", str(state)], after=after
    )


async def introduce(found: list[Account], api_base: str, web_port: int) -> None:
    """Tell the simulator, once it answers, each merchant's name and where its webhooks go."""
    while not await asyncio.to_thread(_call, f"{api_base}/_test/state", "sk_test_demo", None):  # noqa: ASYNC110 - another process becomes ready
        await asyncio.sleep(0.1)
    for account in found:
        hook = {"url": f"http://127.0.0.1:{web_port}/webhooks/stripe/{account.entity_id}", "secret": account.webhook_secret}
        await asyncio.to_thread(_call, f"{api_base}/_test/account", account.key, {"display_name": account.name})
        await asyncio.to_thread(_call, f"{api_base}/_test/webhook_endpoint", account.key, hook)


def _call(address: str, key: str, body: dict[str, str] | None) -> bool:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - a loopback address of our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
