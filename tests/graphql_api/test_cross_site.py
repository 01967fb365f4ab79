"""A page of another site cannot use our cookie."""

import pytest

from tests.graphql_api.small_world import Server

COOKIE = {"cookie": "incubator_session=alice"}
QUERY = {"query": "{ secret }"}

REFUSED = {
    "cross-site": {"sec-fetch-site": "cross-site"},
    "same-site": {"sec-fetch-site": "same-site"},
    "cross-site with our header": {"sec-fetch-site": "cross-site", "x-requested-with": "incubator"},
    "a foreign origin": {"origin": "https://evil.example"},
    "a foreign origin with our header": {"origin": "https://evil.example", "x-requested-with": "incubator"},
    "the null origin": {"origin": "null"},
    "our name as a subdomain": {"origin": "https://app.example.evil.example"},
    "our origin by http": {"origin": "http://app.example"},
    "nothing to go by": {},
    "somebody's header": {"x-requested-with": "XMLHttpRequest"},
}
ACCEPTED = {
    "same-origin": {"sec-fetch-site": "same-origin"},
    "typed by the user": {"sec-fetch-site": "none", "x-requested-with": "incubator"},
    "an allowed origin": {"origin": "https://app.example"},
    "our header": {"x-requested-with": "incubator"},
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED.keys())
async def test_refused_with_a_cookie(small_server: Server, headers: dict[str, str]) -> None:
    async with small_server.http(None) as client:
        response = await client.post("/graphql", json=QUERY, headers={**COOKIE, **headers})

    assert response.status_code == 403
    assert "Alice" not in response.text


@pytest.mark.parametrize("headers", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_accepted_with_a_cookie(small_server: Server, headers: dict[str, str]) -> None:
    async with small_server.http(None) as client:
        response = await client.post("/graphql", json=QUERY, headers={**COOKIE, **headers})

    assert response.json()["data"] == {"secret": "Alice"}


async def test_our_own_host_is_an_allowed_origin(small_server: Server) -> None:
    async with small_server.http(None) as client:
        response = await client.post("/graphql", json=QUERY, headers={**COOKIE, "origin": small_server.url})

    assert response.json()["data"] == {"secret": "Alice"}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED.keys())
async def test_a_token_needs_none_of_it(small_server: Server, headers: dict[str, str]) -> None:
    async with small_server.http() as client:
        response = await client.post("/graphql", json=QUERY, headers={**COOKIE, **headers})

    assert response.json()["data"] == {"secret": "Alice"}


async def test_a_token_wins_over_a_cookie(small_server: Server) -> None:
    async with small_server.http("bob") as client:
        response = await client.post("/graphql", json=QUERY, headers=COOKIE)

    assert response.json()["data"] == {"secret": "Bob"}


async def test_every_answer_has_the_security_headers(small_server: Server) -> None:
    async with small_server.http() as client:
        answers = [await client.post("/graphql", json=QUERY), await client.get("/graphql"), await client.get("/nowhere")]

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
    assert answers[0].headers["cache-control"] == "no-store"
