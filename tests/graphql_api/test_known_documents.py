"""A document that passed the gate before takes a shorter way; whoever sends it again must not be able to tell."""

from typing import Any

import pytest

from tests.graphql_api.small_world import FakeBuckets, Server, SmallWorld, serving

RENAME = "mutation R($input: RenameInput!) { rename(input: $input) { name errors { __typename message path } } }"
ASKED: dict[str, dict[str, Any]] = {
    "a list with loaders": {"query": "{ items(first: 3) { nodes { number square children(first: 1) { nodes { square } } } } }"},
    "a mutation": {"query": RENAME, "variables": {"input": {"name": "x", "tags": ["a"]}}},
    "a refusal": {"query": RENAME, "variables": {"input": {"name": "missing"}}},
    "two refusals": {"query": RENAME, "variables": {"input": {"name": "both"}}},
    "a defect in a mutation": {"query": RENAME, "variables": {"input": {"name": "defect"}}},
    "two mutations in a row": {"query": 'mutation { a: rename(input: {name: "1"}) { name } b: rename(input: {name: "2"}) { name } }'},
    "a variable of the wrong type": {"query": RENAME, "variables": {"input": {"name": 3}}},
    "a variable that is missing": {"query": RENAME},
    "a variable with a null character": {"query": RENAME, "variables": {"input": {"name": "a\0b"}}},
    "a list that is too long": {"query": RENAME, "variables": {"input": {"name": "x", "tags": ["t"] * 101}}},
    "a variable that costs too much": {
        "query": "query($n: Int) { items(first: $n) { nodes { children(first: 100) { nodes { number square } } } } }",
        "variables": {"n": 100},
    },
    "a refused query beside a good one": {"query": "{ hello refused }"},
    "a defect": {"query": "{ hello defect }"},
    "an operation by its name": {"query": "query A { hello } query B { secret }", "operationName": "B"},
    "an operation that is not there": {"query": "query A { hello } query B { secret }", "operationName": "C"},
    "no name where one is needed": {"query": "query A { hello } query B { secret }"},
    "a subscription": {"query": "subscription { count(to: 2) }"},
    "skipped fields": {"query": "query($no: Boolean!) { hello @skip(if: $no) secret @include(if: $no) }", "variables": {"no": True}},
    "the schema": {"query": "{ __schema { queryType { name } } __typename }"},
    "a field that is not there": {"query": "{ hell }"},
}


async def ask(server: Server, body: dict[str, Any], token: str | None) -> tuple[int, Any]:
    async with server.http(token) as client:
        response = await client.post("/graphql", json=body)
    answer = response.json()
    for error in answer.get("errors", []):
        error["extensions"].pop("traceId", None)
    return response.status_code, answer


@pytest.mark.parametrize("token", ["alice", None])
@pytest.mark.parametrize("what", ASKED)
async def test_the_second_answer_is_the_first(small_server: Server, what: str, token: str | None) -> None:
    small_server.world.documents._known.clear()

    first = await ask(small_server, ASKED[what], token)
    again = await ask(small_server, ASKED[what], token)

    assert again == first


async def test_a_document_is_judged_anew_for_who_may_less(small_server: Server) -> None:
    document = {"query": "{ __schema { queryType { name } } }"}

    known = await ask(small_server, document, "alice")
    stranger = await ask(small_server, document, None)

    assert "errors" not in known[1]
    assert stranger[1]["errors"][0]["extensions"]["code"] == "InvalidRequest"


async def test_points_and_time_run_out_on_the_short_way_too() -> None:
    world = SmallWorld(buckets=FakeBuckets(left=2), limit_s=0.05)
    document = {"query": "query($s: Float!) { slow(seconds: $s) }", "variables": {"s": 0}}

    async with serving(world) as server:
        fine = await ask(server, document, "alice")
        slow = await ask(server, {**document, "variables": {"s": 9}}, "alice")
        poor = await ask(server, document, "alice")

    assert fine[1]["data"] == {"slow": "done"}
    assert [answer[1]["errors"][0]["extensions"]["code"] for answer in (slow, poor)] == ["OperationTimedOut", "RateLimited"]
    assert poor[0] == 429
