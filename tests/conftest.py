"""Fixtures: real servers once a session, a fresh database a test, cloned from a migrated template."""

import os
from collections.abc import AsyncIterator, Generator, Iterator
from itertools import count

import asyncpg
import pytest

from incubator import db, schema
from incubator.billing import checks
from incubator.config import credentials
from incubator.kernel import doorbell
from tests.support.evidence import is_proving, record
from tests.support.product import Product, running_product
from tests.support.servers import Servers, running

NOWHERE = {"INCUBATOR_VIES_URL": "http://127.0.0.1:9/vies", "INCUBATOR_ECB_URL": "http://127.0.0.1:9/ecb"}
"""No test asks the real registers: where none is said, nobody answers."""
os.environ |= NOWHERE
TEMPLATE = f"incubator_template_{os.getpid()}"
_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave long proofs to `make prove`; of the processes of `make test` one does a file, and one all files of the browser's one product."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("browser" if "browser" in item.path.parts else item.path.name))
        if not is_proving() and item.get_closest_marker("prove"):
            item.add_marker(pytest.mark.skip(reason="a long proof, run by make prove"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write down what is claimed by a proof that has passed."""
    report = yield
    mark = item.get_closest_marker("prove")
    if mark is not None and mark.args and report.when == "call" and report.passed:
        record(*mark.args)
    return report


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The whole product with its demo world, started once; what a test changes there stays."""
    with running_product() as started:
        yield started


@pytest.fixture(scope="session")
async def template(servers: Servers) -> AsyncIterator[str]:
    """A database with the present schema, cloned for each test."""
    await statement(servers, f"CREATE DATABASE {TEMPLATE}")
    await schema.migrate(servers.database(TEMPLATE))
    yield TEMPLATE
    await statement(servers, f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@pytest.fixture
async def database_url(servers: Servers, template: str) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    await statement(servers, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield servers.database(name)
    await statement(servers, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A fresh database, connected; most tests want this.

    Whatever a test of money did to it, every check of the books finds nothing; unless breaking them is what it is about.
    """
    await db.connect(database_url, pool_size=20)
    yield database_url
    is_sound = "billing" in str(request.path) and not request.node.get_closest_marker("breaks_books")
    problems = [*await checks.problems(), *await checks.missing_constraints()] if is_sound else []
    doorbell.connect(None)
    await db.close()
    assert problems == []


async def statement(servers: Servers, sql: str) -> None:
    """Run one statement outside of any test database."""
    connection = await asyncpg.connect(**credentials(servers.postgres_url))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
