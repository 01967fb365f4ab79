"""What strangers send: no answer is a 5xx, none takes a second, none tells of our insides. Each against a real server."""

import json
from collections.abc import Mapping

import httpx
import pytest

from tests.graphql_api.patience import quickly
from tests.graphql_api.small_world import Server

JSON = "application/json"


def spreading(count: int, leaf: str = "hello") -> str:
    """A chain of fragments that each spread the next one twice: 2^count fields."""
    links = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(count)]
    return f"{{ ...F0 }} {' '.join(links)} fragment F{count} on Query {{ {leaf} }}"


def nested(levels: int) -> str:
    return "{ items { nodes " + "{ children { nodes " * levels + "{ number }" + " } }" * levels + " } }"


DOCUMENTS: Mapping[str, str] = {
    "fragments that spread twice, 20": spreading(20),
    "fragments that spread twice, 28": spreading(28),
    "fragments that spread twice, 28, with a variable page": "query($n: Int) " + spreading(28, "items(first: $n) { nodes { number } }"),
    "a thousand fragments": "{ hello } " + " ".join(f"fragment F{n} on Query {{ hello }}" for n in range(300)),
    "a fragment that spreads itself": "{ ...F } fragment F on Query { ...F }",
    "fragments that spread each other": "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
    "an unknown fragment": "{ ...Nope }",
    "deep nesting": nested(20),
    "150 levels": "{ a " * 150 + "}" * 150,
    "199 inline fragments": "{ ... " * 190 + "{ hello }" + "}" * 190,
    "fragments nested in fragments": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ {'... {' * 18} ...F{n + 1} {'}' * 18} }}" for n in range(25)),
    "40 x 40 inline fragments": "{" + " ".join("... {" + " ".join("... { hello }" for _ in range(40)) + "}" for _ in range(40)) + "}",
    "399 fields of one name": "{" + " hello" * 399 + "}",
    "10 x 10 x 2 fields of one name": "{" + (" items {" + (" nodes {" + " number" * 2 + "}") * 10 + "}") * 10 + "}",
    "5 x 5 x 5 fields of one name": "{" + (" items {" + (" nodes {" + " number square" * 5 + "}") * 5 + "}") * 5 + "}",
    "900 fields of one name": "{" + " hello" * 900 + "}",
    "20,000 fields": "{" + " hello" * 8_000 + "}",
    "100 aliases": "{" + " ".join(f"a{n}: hello" for n in range(100)) + "}",
    "100 directives": "{ hello " + "@skip(if: false) " * 100 + "}",
    "100 operations": " ".join(f"query Q{n} {{ hello }}" for n in range(100)),
    "circular introspection": "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields "
    "{ type { fields { type { fields { type { name } } } } } } } } } } } } } } } } }",
    "a list of 10,000": "{ total(numbers: [" + "1," * 10_000 + "]) }",
    "a long text": '{ hello(name: "' + "x" * 40_000 + '") }',
    "a document of commas": "{ hello }" + "," * 49_000,
    "a document over the limit": "{ hello }" + "," * 60_000,
    "a page of a million": "{ items(first: 1000000) { nodes { number } } }",
    "a page of minus one": "{ items(first: -1) { nodes { number } } }",
    "a page of 10^400": "{ items(first: 1" + "0" * 400 + ") { nodes { number } } }",
    "pages of pages": "{ items(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { nodes { number } } } } } } }",
    "a type system": "type Query { a: Int } extend type Query { b: Int }",
    "a NUL": '{ hello(name: "\\u0000") }',
    "a defect": "{ defect }",
    "an empty selection": "{ }",
    "a lone surrogate escape": '{ hello(name: "\\ud800") }',
    "defer": "{ ... @defer { hello } }",
    "unknown directive": "{ hello @nope }",
    "a block string": '{ hello(name: """' + "\n \t" * 10_000 + '""") }',
}


@pytest.mark.parametrize("token", ["alice", None], ids=["signed in", "anonymous"])
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
async def test_documents(small_server: Server, document: str, token: str | None) -> None:
    async with small_server.http(token) as client:
        response = await quickly(lambda: client.post("/graphql", json={"query": document}))

    harmless(response)
    assert "data" in response.json() or len(response.content) < 2_000


BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "a text": b'"x"',
    "a number": b"1",
    "null": b"null",
    "true": b"true",
    "a list": b"[]",
    "a batch": b'[{"query": "{ hello }"}, {"query": "{ hello }"}]',
    "cut off": b'{"query": "{ he',
    "invalid UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": '{"query": "{ hello }"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query": "{ hello }"}',
    "20,000 levels": b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}}",
    "100 levels": b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 100 + b"]" * 100 + b"}}",
    "a number of 5,000 digits": b'{"query": "{ hello }", "variables": {"a": ' + b"1" * 5_000 + b"}}",
    "NaN": b'{"query": "{ hello }", "variables": {"a": NaN}}',
    "a lone surrogate in the name": b'{"query": "query A { hello }", "operationName": "\\ud800"}',
    "a lone surrogate in the query": b'{"query": "{ hello(name: \\"\\ud800\\") }"}',
    "an operation name with blanks": b'{"query": "query A { hello }", "operationName": "A B"}',
    "an operation name of a megabyte": b'{"query": "query A { hello }", "operationName": "' + b"A" * 900_000 + b'"}',
    "an unknown operation": b'{"query": "query A { hello }", "operationName": "B"}',
    "two operations and no name": b'{"query": "query A { hello } query B { hello }"}',
    "a list of 10,000 in variables": json.dumps(
        {"query": "query($n: [Int!]!) { total(numbers: $n) }", "variables": {"n": [1] * 10_000}}
    ).encode(),
    "a NUL in variables": b'{"query": "query($n: String!) { hello(name: $n) }", "variables": {"n": "a\\u0000b"}}',
    "a text of 500 KB": json.dumps({"query": "query($n: Int!) { total(numbers: [$n]) }", "variables": {"n": "x" * 500_000}}).encode(),
    "variables of a wrong shape": b'{"query": "query($n: Int!) { total(numbers: [$n]) }", "variables": {"n": {"a": [1]}}}',
    "300,000 keys": json.dumps({"query": "{ hello }", **{f"k{n}": n for n in range(60_000)}}).encode(),
    "a subscription": b'{"query": "subscription { ticks }"}',
    "a persisted query": b'{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}}',
    "over a megabyte": b'{"query": "' + b" " * 1_000_001 + b'"}',
}


@pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json", "text/event-stream, */*", "multipart/mixed, */*"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_bodies(small_server: Server, body: bytes, accept: str) -> None:
    async with small_server.http() as client:
        response = await quickly(lambda: client.post("/graphql", content=body, headers={"content-type": JSON, "accept": accept}))

    harmless(response)
    assert len(response.content) < 2_000


@pytest.mark.parametrize("name", ["A B", "", "1A", "A-B", "Ä", "A\n", "x" * 129])
async def test_an_operation_name_is_a_graphql_name(small_server: Server, name: str) -> None:
    async with small_server.http() as client:
        response = await client.post("/graphql", json={"query": "query A { hello }", "operationName": name})

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == "`operationName` must be a GraphQL name."


HEADERS: Mapping[str, tuple[Mapping[str, str], int]] = {
    "application/jsonx": ({"content-type": "application/jsonx"}, 415),
    "text/plain": ({"content-type": "text/plain"}, 415),
    "a form": ({"content-type": "application/x-www-form-urlencoded"}, 415),
    "multipart": ({"content-type": "multipart/form-data; boundary=x"}, 415),
    "application/graphql": ({"content-type": "application/graphql"}, 415),
    "another charset": ({"content-type": "application/json; charset=latin-1"}, 415),
    "two types": ({"content-type": "text/plain, application/json"}, 415),
    "no type": ({"content-type": ""}, 415),
    "a type of commas": ({"content-type": ",;=,;="}, 415),
    "nothing acceptable": ({"content-type": JSON, "accept": "text/html"}, 406),
    "quality zero": ({"content-type": JSON, "accept": "application/json;q=0"}, 406),
    "quality nonsense": ({"content-type": JSON, "accept": "application/json;q=x, */*;q=0.1"}, 200),
    "a long accept": ({"content-type": JSON, "accept": ",".join(["a/b"] * 2_000) + ",*/*"}, 406),
    "a wrong token": ({"content-type": JSON, "authorization": "Bearer nobody"}, 401),
    "another scheme": ({"content-type": JSON, "authorization": "Basic YTpi"}, 200),
    "a bare scheme": ({"content-type": JSON, "authorization": "Bearer"}, 200),
    "a nasty request id": ({"content-type": JSON, "x-request-id": "x" * 5_000}, 200),
}


@pytest.mark.parametrize(("headers", "status"), HEADERS.values(), ids=HEADERS.keys())
async def test_headers(small_server: Server, headers: Mapping[str, str], status: int) -> None:
    async with small_server.http(None) as client:
        response = await quickly(lambda: client.post("/graphql", content=b'{"query": "{ hello }"}', headers=dict(headers)))

    harmless(response)
    assert response.status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_methods(small_server: Server, method: str) -> None:
    async with small_server.http() as client:
        response = await quickly(lambda: client.request(method, "/graphql", params={"query": "{ hello }"}))

    harmless(response)
    assert response.status_code == 405


def harmless(response: httpx.Response) -> None:
    """No 5xx and nothing of our insides."""
    assert response.status_code < 500
    for inside in ("Traceback", "swordfish", ".py", "site-packages", "ZeroDivision", "RecursionError"):
        assert inside not in response.text
