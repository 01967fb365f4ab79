"""The audits of graphql-http 1.23.1 (ids as published there) against our endpoint: every MUST and every SHOULD, by their ids.

The audits of queries by GET are left out: GET is off on purpose, and they are MAYs.
"""

from collections.abc import Mapping

import httpx
import pytest

from tests.graphql_api.small_world import Server

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
TYPENAME = {"query": "{ __typename }"}
TYPE = {"query": "query Type($name: String!) { __type(name: $name) { name } }", "variables": {"name": "sometype"}}
NAMED = {"operationName": "Query", "query": "query Query { __typename }"}
UNPARSABLE = {"query": "{"}
INVALID = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
UNCOERCIBLE = {"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": None}}


async def post(server: Server, body: object, accept: str | None = None, content_type: str = JSON) -> httpx.Response:
    async with server.http() as client:
        del client.headers["accept"]
        headers = {"content-type": content_type, **({"accept": accept} if accept else {})}
        if isinstance(body, str):
            return await client.post("/graphql", content=body, headers=headers)
        return await client.post("/graphql", json=body, headers=headers)


MUST: Mapping[str, tuple[object, str | None]] = {
    "4655 accept application/json and match the content-type": (TYPENAME, JSON),
    "2C94 accept POST requests": (TYPENAME, None),
    "03D4 accept application/json POST requests": (TYPENAME, None),
    "78D5 assume utf-8 in request if encoding is unspecified": (TYPENAME, None),
    "13EE allow string {query} parameter": (TYPENAME, JSON),
    "B8B3 allow string {operationName} parameter": (NAMED, JSON),
    "0220 allow null {variables} parameter": ({**TYPENAME, "variables": None}, JSON),
    "0221 allow null {operationName} parameter": ({**TYPENAME, "operationName": None}, JSON),
    "0222 allow null {extensions} parameter": ({**TYPENAME, "extensions": None}, JSON),
    "28B9 allow map {variables} parameter": (TYPE, JSON),
    "1B7A allow map {extensions} parameter": ({**TYPENAME, "extensions": {"some": "value"}}, JSON),
}


@pytest.mark.parametrize("audit", MUST)
async def test_must(small_server: Server, audit: str) -> None:
    body, accept = MUST[audit]

    response = await post(small_server, body, accept)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith(JSON)
    assert "errors" not in response.json()


async def test_must_82a3_use_utf8_encoding_when_responding(small_server: Server) -> None:
    response = await post(small_server, {"query": '{ hello(name: "Zürich 苏黎世") }'})

    assert response.status_code == 200
    assert response.content.decode("utf-8") == '{"data":{"hello":"hello Zürich 苏黎世"},' + response.text.partition('"},')[2]


async def test_must_bf61_accept_utf8_encoded_request(small_server: Server) -> None:
    body = '{"query": "{ __type(name: \\"Run🏃Swim🏊\\") { name } }"}'

    response = await post(small_server, body, content_type="application/json; charset=utf-8")

    assert response.status_code == 200


SHOULD_SUCCEED: Mapping[str, tuple[object, str | None, str]] = {
    "22EB accept graphql-response+json and match the content-type": (TYPENAME, GRAPHQL, GRAPHQL),
    "47DE accept */* and use application/json": (TYPENAME, "*/*", JSON),
    "80D8 assume application/json when accept is missing": (TYPENAME, None, JSON),
    "34A2 allow string {query}": (TYPENAME, GRAPHQL, GRAPHQL),
    "8161 allow string {operationName}": (NAMED, GRAPHQL, GRAPHQL),
    "94B0 allow null {variables}": ({**TYPENAME, "variables": None}, GRAPHQL, GRAPHQL),
    "94B1 allow null {operationName}": ({**TYPENAME, "operationName": None}, GRAPHQL, GRAPHQL),
    "94B2 allow null {extensions}": ({**TYPENAME, "extensions": None}, GRAPHQL, GRAPHQL),
    "2EA1 allow map {variables}": (TYPE, GRAPHQL, GRAPHQL),
    "428F allow map {extensions}": ({**TYPENAME, "extensions": {"some": "value"}}, GRAPHQL, GRAPHQL),
}


@pytest.mark.parametrize("audit", SHOULD_SUCCEED)
async def test_should_succeed(small_server: Server, audit: str) -> None:
    body, accept, media_type = SHOULD_SUCCEED[audit]

    response = await post(small_server, body, accept)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith(media_type)
    assert "errors" not in response.json()


SHOULD_FAIL: Mapping[str, tuple[object, str, int]] = {
    "572B 200 on document parsing failure with application/json": (UNPARSABLE, JSON, 200),
    "FDE2 200 on document validation failure with application/json": (INVALID, JSON, 200),
    "7B9B 200 on variable coercion failure with application/json": (UNCOERCIBLE, JSON, 200),
    "865D 4xx or 5xx on document parsing failure": (UNPARSABLE, GRAPHQL, 400),
    "556A 400 on document parsing failure": (UNPARSABLE, GRAPHQL, 400),
    "D586 no data entry on document parsing failure": (UNPARSABLE, GRAPHQL, 400),
    "51FE 4xx or 5xx on document validation failure": (INVALID, GRAPHQL, 400),
    "74FF 400 on document validation failure": (INVALID, GRAPHQL, 400),
    "5E5B no data entry on document validation failure": (INVALID, GRAPHQL, 400),
    "86EE 400 on variable coercion failure": (UNCOERCIBLE, GRAPHQL, 400),
}


@pytest.mark.parametrize("audit", SHOULD_FAIL)
async def test_should_fail(small_server: Server, audit: str) -> None:
    body, accept, status = SHOULD_FAIL[audit]

    response = await post(small_server, body, accept)

    assert response.status_code == status
    assert response.headers["content-type"].startswith(accept)
    assert response.json()["errors"]
    assert "data" not in response.json()


UNREADABLE = '{ "not a JSON'


@pytest.mark.parametrize("accept", [JSON, GRAPHQL], ids=["BCF8 with application/json", "B7N8 with graphql-response+json"])
async def test_should_use_400_on_json_parsing_failure(small_server: Server, accept: str) -> None:
    response = await post(small_server, UNREADABLE, accept)

    assert response.status_code == 400


async def test_should_9abe_respond_with_4xx_if_content_type_is_not_supplied(small_server: Server) -> None:
    async with small_server.http() as client:
        response = await client.post("/graphql")

    assert response.status_code == 415


MAY: Mapping[str, object] = {
    "A5BF 400 when the body is missing": "",
    "423L 400 on missing {query}": {"notquery": "{ __typename }"},
    **{f"LKJ{index} 400 on {{query}} {value!r}": {"query": value} for index, value in enumerate(({"obj": "ect"}, 0, False, ["array"]))},
    **{
        f"6C0{index} 400 on {{operationName}} {value!r}": {**TYPENAME, "operationName": value}
        for index, value in enumerate(({"obj": "ect"}, 0, False, ["array"]))
    },
    **{
        f"476{index} 400 on {{variables}} {value!r}": {**TYPENAME, "variables": value}
        for index, value in enumerate(("string", 0, False, ["array"]))
    },
    **{
        f"58B{index} 400 on {{extensions}} {value!r}": {**TYPENAME, "extensions": value}
        for index, value in enumerate(("string", 0, False, ["array"]))
    },
    "B6DC 2xx, 4xx or 5xx on JSON parsing failure": UNREADABLE,
    "8764 4xx if parameters are invalid": {"qeury": "{ __typename }"},
    "3E3A 400 if parameters are invalid": {"qeury": "{ __typename }"},
}


@pytest.mark.parametrize("audit", MAY)
@pytest.mark.parametrize("accept", [None, JSON, GRAPHQL])
async def test_may(small_server: Server, audit: str, accept: str | None) -> None:
    response = await post(small_server, MAY[audit], accept)

    assert response.status_code == 400
    assert response.json()["errors"]
