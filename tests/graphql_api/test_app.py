"""What stands around the API: health, metrics, the client's files, the explorer, headers."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import get_introspection_query
from starlette.requests import Request

from incubator import db, valkey
from incubator_graphql.health import Health
from tests.support import make
from tests.support.servers import Servers
from tests.support.web import Web, serving, session_of


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A client as the build leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Incubator</title>")
    (tmp_path / "assets" / "main-1a2b.js").write_text("console.log('hello')")
    (tmp_path / "assets" / "main-1a2b.js.gz").write_bytes(gzip.compress(b"console.log('hello')"))
    (tmp_path / "assets" / "main-1a2b.js.br").write_bytes(b"brotli")
    (tmp_path / "explorer" / "assets").mkdir(parents=True)
    (tmp_path / "explorer" / "index.html").write_text("<!doctype html><title>API explorer</title>")
    (tmp_path / "explorer" / "assets" / "index-3c4d.js").write_text("console.log('explore')")
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text("{}")
    return tmp_path


@pytest.fixture
async def pages(servers: Servers, database_url: str, built: Path) -> AsyncIterator[Web]:
    async with serving(servers, database_url, client_folder=built, is_demo=True) as running:
        yield running


async def test_the_process_lives_and_is_ready(web: Web) -> None:
    async with web.client() as client:
        lives, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (lives.status_code, lives.json()) == (200, {"lives": True})
    assert (ready.status_code, ready.json()) == (200, {"database": True, "queue": True, "schema": True})


async def test_without_a_constraint_it_is_not_ready(web: Web) -> None:
    await db.execute("ALTER TABLE person DROP CONSTRAINT person_email_lower")

    async with web.client() as client:
        ready = await client.get("/readyz")

    assert (ready.status_code, ready.json()) == (503, {"database": True, "queue": True, "schema": False})


async def test_without_its_queue_or_its_database_it_is_not_ready(database: str, tmp_path: Path) -> None:
    health, request = Health(valkey.client(f"unix://{tmp_path}/nobody.sock")), Request({"type": "http"})

    alone = await health.ready(request)
    await db.close()
    closed = await health.ready(request)

    assert (alone.status_code, json.loads(bytes(alone.body))) == (503, {"database": True, "queue": False, "schema": True})
    assert (closed.status_code, json.loads(bytes(closed.body))["database"]) == (503, False)


async def test_metrics_count_by_our_own_routes_only(web: Web) -> None:
    async with web.client() as client:
        await client.get("/healthz")
        await client.get("/nowhere.txt")
        figures = (await client.get("/metrics")).text

    assert 'incubator_http_requests_total{method="GET",route="/healthz",status="200"}' in figures
    assert "nowhere" not in figures


async def test_metrics_count_operations_and_sockets(web: Web) -> None:
    session = await session_of(await make.startup_owner())
    async with web.client() as client:

        async def figure(name: str) -> float:
            lines = (await client.get("/metrics")).text.splitlines()
            return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

        fine, wrong = (
            'incubator_graphql_operations_total{outcome="fine",type="query"}',
            'incubator_graphql_operations_total{outcome="errors"',
        )
        before = await figure(fine), await figure(wrong), await figure("incubator_graphql_sockets")
        await client.post("/graphql", json={"query": "{ sites { totalCount } }"})
        await client.post("/graphql", json={"query": "{ nothing }"})
        async with web.socket(session["session"]) as socket:
            await socket.send('{"type": "connection_init"}')
            await socket.recv()
            within = await figure("incubator_graphql_sockets")
        after = await figure(fine), await figure(wrong)

    assert within == before[2] + 1
    assert after == (before[0] + 1, before[1] + 1)


async def test_without_a_built_client_it_says_what_to_do(web: Web, tmp_path: Path, servers: Servers) -> None:
    async with web.client() as client:
        assert (await client.get("/nothing.js")).status_code == 404


async def test_the_page_is_always_asked_for_and_assets_never_again(pages: Web) -> None:
    async with pages.client() as client:
        page, route = await client.get("/"), await client.get("/offers/abc")
        asset = await client.get("/assets/main-1a2b.js", headers={"accept-encoding": "identity"})

    assert page.text == route.text == "<!doctype html><title>Incubator</title>"
    assert page.headers["cache-control"] == route.headers["cache-control"] == "no-cache"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    ("accepted", "form"), [("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0, gzip", "gzip"), ("identity", None), ("", None), ("br;q=x", None)]
)
async def test_assets_come_compressed_as_accepted(pages: Web, accepted: str, form: str | None) -> None:
    async with pages.client() as client, client.stream("GET", "/assets/main-1a2b.js", headers={"accept-encoding": accepted}) as response:
        raw = b"".join([part async for part in response.aiter_raw()])

    assert response.headers.get("content-encoding") == form
    assert response.headers["vary"].lower() == "accept-encoding"
    assert raw == {"br": b"brotli", None: b"console.log('hello')"}.get(form, raw)


async def test_what_is_known_is_not_sent_again(pages: Web) -> None:
    async with pages.client() as client:
        first = await client.get("/")
        second = await client.get("/", headers={"if-none-match": first.headers["etag"]})

    assert (second.status_code, second.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/assets/gone.js", "/main.js", "/.vite/manifest.json", "/assets/main-1a2b.js.gz", "/../app.py", "/%2e%2e/app.py", "/assets/%00.js"],
)
async def test_what_was_not_built_is_not_there(pages: Web, path: str) -> None:
    async with pages.client() as client:
        response = await client.get(path)

    assert response.status_code == 404
    assert "import" not in response.text


async def test_the_explorer_is_for_people_who_are_signed_in(pages: Web) -> None:
    owner = await make.startup_owner()
    async with pages.client() as stranger, pages.client(**(await session_of(owner))) as person:
        refused, shown = await stranger.get("/graphql"), await person.get("/graphql")
        script, direct = await stranger.get("/explorer/assets/index-3c4d.js"), await person.get("/explorer/index.html")

    assert (refused.status_code, direct.status_code) == (404, 404)
    assert "API explorer" in shown.text
    assert "script-src 'self';" in shown.headers["content-security-policy"]
    assert script.headers["cache-control"].endswith("immutable")


async def test_the_explorers_own_question_is_within_the_limits(pages: Web) -> None:
    question = get_introspection_query(descriptions=True, specified_by_url=True, directive_is_repeatable=True, schema_description=True)
    owner = await make.startup_owner()

    async with pages.client(**(await session_of(owner))) as client:
        answer = (await client.post("/graphql", json={"query": question})).json()

    assert "errors" not in answer
    assert answer["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_the_demos_mail_is_shown_in_the_demo(pages: Web) -> None:
    async with pages.client() as demo:
        shown = await demo.get("/dev/mail")

    assert (shown.status_code, "Mail of the demo" in shown.text) == (200, True)


async def test_there_is_no_mail_outside_of_the_demo(web: Web) -> None:
    async with web.client() as client:
        assert "Mail of the demo" not in (await client.get("/dev/mail")).text


async def test_a_large_answer_is_compressed(web: Web) -> None:
    session = await session_of(await make.startup_owner())
    async with web.client(**session) as client:
        small = await client.post("/graphql", json={"query": "{ __typename }"})
        large = await client.post("/graphql", json={"query": "{ __schema { types { name description } } }"})

    assert "content-encoding" not in small.headers
    assert large.headers["content-encoding"] == "gzip"


async def test_a_body_over_a_megabyte_is_answered_with_413(web: Web) -> None:
    async with web.client() as client:
        response = await client.post("/graphql", content=b" " * 1_000_001, headers={"content-type": "application/json"})

    assert response.status_code == 413
    assert "content-security-policy" in response.headers
    assert "x-request-id" in response.headers
