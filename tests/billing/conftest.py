"""Files of billing tests go to a folder of their own; the processes that set documents end with the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from incubator.billing import documents
from incubator.config import Settings, read


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose data folder is the test's own, and whose Stripe accounts are the demo's at a simulator in this process."""
    found = read(
        {
            "INCUBATOR_DATA_DIR": str(tmp_path / "data"),
            "INCUBATOR_DEMO": "1",
            "INCUBATOR_STRIPE_API_BASE": "http://127.0.0.1:4242",
            "INCUBATOR_PUBLIC_URL": "http://127.0.0.1:8000",
        }
    )
    for module in ("incubator.kernel.files", "incubator.billing.payments"):
        monkeypatch.setattr(f"{module}.settings", lambda: found)
    return found


@pytest.fixture(scope="session", autouse=True)
def documents_pool() -> Iterator[None]:
    """End the pool's processes after the session."""
    with documents.closing_pool():
        yield
