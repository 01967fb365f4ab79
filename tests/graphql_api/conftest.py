"""One server of the small schema for all tests of the surface."""

from collections.abc import AsyncIterator

import pytest

from tests.graphql_api.small_world import Server, SmallWorld, serving


@pytest.fixture(scope="session")
async def small_server() -> AsyncIterator[Server]:
    async with serving(SmallWorld()) as server:
        yield server
