"""The surface of the whole product as it runs: the audits, the protocol and the abuse list once more, against the real schema."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.graphql_api.patience import quickly
from tests.graphql_api.test_abuse import BODIES, DOCUMENTS, spreading
from tests.graphql_api.test_http_audits import GRAPHQL, JSON, MUST, SHOULD_FAIL, SHOULD_SUCCEED, UNREADABLE
from tests.graphql_api.test_ws_malformed import MALFORMED
from tests.graphql_api.ws_client import begin, closed, is_alive, receive_of, send, subscribe
from tests.support.product import Product

MANAGER = "manager@incubator.example"


@pytest.fixture(scope="module")
def token(product: Product) -> str:
    return product.command("token", "create", "--email", MANAGER).strip()


@pytest.fixture
async def client(product: Product, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=product.url, headers={"authorization": f"Bearer {token}"}, timeout=20, verify=False) as opened:
        del opened.headers["accept"]
        yield opened


async def post(client: httpx.AsyncClient, body: object, accept: str | None) -> httpx.Response:
    headers = {"content-type": JSON, **({"accept": accept} if accept else {})}
    content = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return await client.post("/graphql", content=content, headers=headers)


async def test_every_must_and_every_should_of_the_audits(client: httpx.AsyncClient) -> None:
    found: dict[str, tuple[int, bool]] = {}
    for audit, (body, accept) in MUST.items():
        response = await post(client, body, accept)
        found[audit] = (response.status_code, "errors" in response.json())
    for audit, (body, accept, media_type) in SHOULD_SUCCEED.items():
        response = await post(client, body, accept)
        found[audit] = (response.status_code, "errors" in response.json() or not response.headers["content-type"].startswith(media_type))
    for audit, (body, accept, status) in SHOULD_FAIL.items():
        response = await post(client, body, accept)
        found[audit] = (200 if response.status_code == status else response.status_code, "data" in response.json())
    unreadable = [(await post(client, UNREADABLE, accept)).status_code for accept in (JSON, GRAPHQL)]
    untyped = await client.post("/graphql")
    utf8 = await post(client, '{"query": "{ __type(name: \\"Run🏃Swim🏊\\") { name } }"}', JSON)

    assert found == dict.fromkeys(found, (200, False))
    assert (unreadable, untyped.status_code, utf8.status_code) == ([400, 400], 415, 200)


HEAVY = {
    **DOCUMENTS,
    "fragments on the real schema": spreading(28, "viewer { roles }"),
    "pages of pages of the real schema": "{ secondments(first: 100) { nodes { host { id } timeLogs(first: 100) { nodes { secondment { timeLogs(first: 100) "
    "{ nodes { minutes } } } } } } } }",
    "a hundred lists": "{" + " ".join(f"a{n}: sites(first: 100) {{ nodes {{ id legalEntity {{ id }} }} }}" for n in range(29)) + "}",
    "ids of nothing": '{ nodes(ids: ["' + '", "'.join(["x"] * 100) + '"]) { id } }',
    "a search of wildcards": '{ organizations(search: "%_%_%_%_%_%_%_%_%_%_%_%_%\\\\") { nodes { id } } }',
    "a long search": '{ organizations(search: "' + "x" * 20_000 + '") { nodes { id } } }',
    "days that are none": '{ timeLogs(from: "2026-02-30", until: "2026-03-01") { nodes { id } } }',
    "all time": '{ timeLogs(from: "0001-01-01", until: "9999-12-31") { nodes { id } } }',
    "instants at the ends": '{ bookings(from: "0001-01-01T00:00:00Z", until: "9999-12-31T23:59:59Z") { nodes { id } } }',
    "instants beyond the ends": '{ bookings(from: "0001-01-01T00:00:00+14:00", until: "9999-12-31T23:59:59-12:00") { nodes { id } } }',
    "all of our time": '{ timeLogs(from: "1900-01-01", until: "2999-12-31") { nodes { id } } }',
    "our instants": '{ bookings(from: "1900-01-01T00:00:00Z", until: "2999-12-31T23:59:59Z") { nodes { id } } }',
    "months at our ends": '{ a: portfolio(month: "1900-01-01") { totalCount } b: portfolio(month: "2999-12-31") { totalCount } }',
    "a month at the ends": '{ a: portfolio(month: "0001-01-01") { totalCount } b: portfolio(month: "9999-12-31") { totalCount } }',
    "a cursor of another list": '{ organizations(after: "WyJhIiwgImIiXQ") { nodes { id } } }',
}


@pytest.mark.parametrize("name", HEAVY)
async def test_no_document_hurts(client: httpx.AsyncClient, name: str) -> None:
    response = await quickly(lambda: post(client, {"query": HEAVY[name]}, GRAPHQL))

    assert response.status_code < 500
    assert "Defect" not in response.text or "defect" in HEAVY[name], response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize("name", BODIES)
async def test_no_body_hurts(client: httpx.AsyncClient, name: str) -> None:
    response = await quickly(lambda: post(client, BODIES[name], GRAPHQL))

    assert 400 <= response.status_code < 500 or response.json().get("errors")
    assert response.status_code < 500
    assert "Defect" not in response.text


def socket(product: Product, token: str) -> connect:
    return connect(
        product.url.replace("http", "ws") + "/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers={"authorization": f"Bearer {token}"},
    )


async def opened(product: Product, token: str) -> ClientConnection:
    connection = await socket(product, token)
    await begin(connection)
    return connection


async def test_every_malformed_message_closes_its_socket_with_4400(product: Product, token: str) -> None:
    codes: dict[str, Any] = {}
    for name, message in MALFORMED.items():
        connection = await opened(product, token)
        await send(connection, message)
        codes[name] = (await closed(connection))[0]

    assert codes == dict.fromkeys(MALFORMED, 4400)


TYPED = {"content-type": JSON}
CHANGED = "mutation($v: Int!) { updatePreferences(input: {expectedVersion: $v}) { errors { code } } }"


async def version(client: httpx.AsyncClient) -> int:
    answer = await client.post("/graphql", content=json.dumps({"query": "{ viewer { person { version } } }"}), headers=TYPED)
    return int(answer.json()["data"]["viewer"]["person"]["version"])


async def test_a_socket_carries_queries_and_changes_side_by_side(product: Product, token: str, client: httpx.AsyncClient) -> None:
    """Others work in the product too (its documents are being made), so the stream may speak at any time, before the query as well."""
    async with socket(product, token) as connection:
        await begin(connection)
        await send(connection, subscribe("subscription { changes { typeName id } }", "stream"))
        await send(connection, subscribe("{ viewer { roles } }", "query"))
        answer, end = await receive_of(connection, "query"), await receive_of(connection, "query")
        await client.post("/graphql", content=json.dumps({"query": CHANGED, "variables": {"v": await version(client)}}), headers=TYPED)
        told = await receive_of(connection, "stream")
        await send(connection, {"type": "complete", "id": "stream"})

        assert (answer["type"], end["type"]) == ("next", "complete")
        assert answer["payload"]["data"]["viewer"]["roles"]
        assert told["payload"]["data"]["changes"].keys() == {"typeName", "id"}
        assert await is_alive(connection, passing_over="stream")


async def test_thirty_slow_bodies_keep_nobody_else_waiting(product: Product, client: httpx.AsyncClient) -> None:
    port = int(product.url.rsplit(":", 1)[1])
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
    for _, writer in slow:
        writer.write(b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{")
        await writer.drain()

    response = await quickly(lambda: post(client, {"query": "{ viewer { roles } }"}, JSON))
    for _, writer in slow:
        writer.close()

    assert response.status_code == 200
