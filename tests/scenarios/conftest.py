"""Fixtures of scenarios."""

import pytest

from tests.scenarios.stage import Stage, stage_on
from tests.support.servers import Servers


@pytest.fixture
def stage(servers: Servers, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """What serves the product at a moment, on a database of the test's own."""
    return stage_on(servers, database_url, monkeypatch)
