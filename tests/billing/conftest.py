"""Files of billing tests go to a folder of their own; the processes that set documents end with the session."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from incubator.billing import documents
from incubator.config import Settings, read


class AccountForAnybody(dict[str, str]):
    """An environment in which every invoice series has a key and a webhook secret."""

    def get(self, name: str, default: object = None) -> str:  # always there, so never the default
        return ("whsec_" if name.endswith("_WEBHOOK_SECRET") else "sk_test_") + name.lower().removesuffix("_webhook_secret").removesuffix(
            "_key"
        )


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose data folder is the test's own, with an account for every legal entity at a simulator in this process."""
    environment = {
        "INCUBATOR_DATA_DIR": str(tmp_path / "data"),
        "INCUBATOR_STRIPE_API_BASE": "http://127.0.0.1:4242",
        "INCUBATOR_PUBLIC_URL": "http://127.0.0.1:8000",
    }
    found = replace(read(environment), environment=AccountForAnybody())
    for module in ("incubator.kernel.files", "incubator.billing.payments"):
        monkeypatch.setattr(f"{module}.settings", lambda: found)
    return found


@pytest.fixture(scope="session", autouse=True)
def documents_pool() -> Iterator[None]:
    """End the pool's processes after the session."""
    with documents.closing_pool():
        yield
