"""One server of the small schema for all tests of the surface, and the whole product for those of the API."""

from collections.abc import AsyncIterator

import pytest

from tests.graphql_api.small_world import Server, SmallWorld, serving
from tests.support.servers import Servers
from tests.support.web import Web
from tests.support.web import serving as product


@pytest.fixture(scope="session")
async def small_server() -> AsyncIterator[Server]:
    async with serving(SmallWorld()) as server:
        yield server


@pytest.fixture
async def web(servers: Servers, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Web]:
    """The product's web process on a fresh database; the test shares its connection and its settings, which ask for no second factor."""
    async with product(servers, database_url) as running:
        monkeypatch.setattr("incubator.organizations.access.settings", lambda: running.settings)
        yield running
