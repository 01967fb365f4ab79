"""What a client learns when something is refused or breaks."""

from typing import Any

import pytest

from incubator.kernel.errors import DomainError, refusal
from incubator_graphql import errors
from tests.graphql_api.small_world import Server


async def ask(server: Server, query: str, token: str | None = "alice", language: str = "en") -> Any:
    async with server.http(token) as client:
        response = await client.post("/graphql", json={"query": query}, headers={"accept-language": language})
        assert response.status_code == 200
        return response.json()


RENAME = """mutation { rename(input: {name: "%s"}) { name errors { __typename code message path ... on NotFound { kind }
  ... on OutOfRange { field rule limit } ... on Forbidden { grant } } } }"""


async def test_a_mutation_that_works_has_no_errors(small_server: Server) -> None:
    assert (await ask(small_server, RENAME % "x"))["data"] == {"rename": {"name": "x", "errors": []}}


async def test_a_refusal_is_a_typed_error_in_the_payload(small_server: Server) -> None:
    assert (await ask(small_server, RENAME % "missing"))["data"] == {
        "rename": {
            "name": None,
            "errors": [
                {
                    "__typename": "NotFound",
                    "code": "NotFound",
                    "message": "There is no such Item.",
                    "path": ["input", "name"],
                    "kind": "Item",
                }
            ],
        }
    }


async def test_all_broken_rules_are_told_at_once(small_server: Server) -> None:
    body = await ask(small_server, RENAME % "both")

    assert [error["code"] for error in body["data"]["rename"]["errors"]] == ["NotFound", "OutOfRange"]


async def test_a_stranger_is_refused_in_the_payload(small_server: Server) -> None:
    body = await ask(small_server, RENAME % "x", token=None, language="de")

    assert body["data"]["rename"]["errors"] == [
        {"__typename": "NotSignedIn", "code": "NotSignedIn", "message": "Bitte melden Sie sich zuerst an.", "path": []}
    ]


async def test_a_token_that_may_only_read_cannot_run_a_mutation(small_server: Server) -> None:
    body = await ask(small_server, RENAME % "x", token="reader")

    assert [(e["code"], e["grant"]) for e in body["data"]["rename"]["errors"]] == [("Forbidden", "write")]


async def test_a_defect_in_a_mutation_is_masked(small_server: Server) -> None:
    body = await ask(small_server, RENAME % "defect")

    assert body["data"] is None
    assert body["errors"][0]["extensions"]["code"] == "Defect"
    assert "swordfish" not in str(body)


async def test_a_query_tells_a_refusal_in_the_callers_language(small_server: Server) -> None:
    body = await ask(small_server, "{ refused }", token=None, language="zh-CN,zh;q=0.9")

    assert body["data"] is None
    assert body["errors"][0]["message"] == "找不到该对象(Item)。"
    assert body["errors"][0]["extensions"] == {"code": "NotFound", "kind": "Item"}
    assert body["errors"][0]["path"] == ["refused"]


async def test_a_defect_is_one_constant_text_and_a_trace_id(small_server: Server) -> None:
    async with small_server.http() as client:
        response = await client.post("/graphql", json={"query": "{ defect }"}, headers={"x-request-id": "trace-me-0001"})

    assert response.headers["x-request-id"] == "trace-me-0001"
    [error] = response.json()["errors"]
    assert error["message"] == "Something went wrong on our side. Please try again; if it stays, name the trace id to us."
    assert error["extensions"] == {"code": "Defect", "traceId": "trace-me-0001"}


SUGGESTING = [
    "{ helo }",
    "{ hello(nam: 1) }",
    "mutation { rename(input: {nam: 1}) { name } }",
    "{ hello @skip(i: true) }",
    "{ ... on Quer { hello } }",
    "query($x: Sting) { hello }",
]


@pytest.mark.parametrize("document", SUGGESTING)
async def test_suggestions_are_for_people_only(small_server: Server, document: str) -> None:
    stranger, person = await ask(small_server, document, token=None), await ask(small_server, document)

    assert "Did you mean" in str(person)
    assert "Did you mean" not in str(stranger)
    assert stranger["errors"][0]["message"].endswith((".", "'", '"'))


async def test_messages_are_cut(small_server: Server) -> None:
    body = await ask(small_server, "{ hello(name: 1) " + "x" * 5_000 + " }")

    assert all(len(error["message"]) <= 500 for error in body["errors"])


async def test_introspection_is_for_people_only(small_server: Server) -> None:
    for query in ("{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'):
        assert "errors" in await ask(small_server, query, token=None)
        assert "errors" not in await ask(small_server, query)
    assert (await ask(small_server, "{ __typename }", token=None))["data"] == {"__typename": "Query"}


async def test_the_type_of_a_refusal_has_its_fields_and_its_name_as_code() -> None:
    made = {cls.__name__: cls for cls in errors.error_types()}

    assert {"NotFound", "Stale", "RateLimited", "WrongCredentials"} <= made.keys()
    assert made["RateLimited"].__strawberry_definition__.description == "Too many tries in too short a time."  # type: ignore[attr-defined]
    fields = {field.python_name: field.type for field in made["Stale"].__strawberry_definition__.fields}  # type: ignore[attr-defined]
    assert fields["current_version"] is int


async def test_two_refusals_of_one_name_cannot_both_be_in_the_schema() -> None:
    @refusal
    class NotFound(DomainError):
        """Another one."""

    NotFound.__module__ = "incubator.somewhere.errors"
    try:
        with pytest.raises(TypeError, match="two refusals are called NotFound"):
            errors.error_types()
    finally:
        NotFound.__module__ = __name__
