"""What one operation may ask for, what it is charged, and what is remembered of it."""

import pytest
from graphql import parse

from incubator import valkey
from incubator_graphql.budget import Allowance, ValkeyBuckets
from incubator_graphql.documents import Documents, KnownDocument
from incubator_graphql.measure import Bounds, measure
from tests.graphql_api.small_world import FakeBuckets, Server, SmallWorld, serving
from tests.support.servers import Servers

SCHEMA = SmallWorld().schema()._schema


def cost(document: str, **variables: object) -> int:
    [found] = measure(parse(document), SCHEMA, Bounds()).costs.values()
    return found.under(variables)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ hello }", 1),
        ("{ hello secret }", 2),
        ("{ items { nodes { number } } }", 1 + 25 * 2),
        ("{ items(first: 3) { nodes { number square } } }", 1 + 3 * 3),
        ("{ items(first: 2) { nodes { children(first: 5) { nodes { number } } } } }", 1 + 2 * (1 + 1 + 5 * 2)),
        ("query { items(first: 1000000) { nodes { number } } }", 1 + 100 * 2),
        ("{ ...F } fragment F on Query { items(first: 3) { nodes { number } } }", 1 + 3 * 2),
        ("{ __schema { types { name } } }", 3),
    ],
)
async def test_the_cost_is_the_number_of_fields_times_the_rows_they_may_have(document: str, expected: int) -> None:
    assert cost(document) == expected


@pytest.mark.parametrize(
    ("given", "rows"), [({"n": 7}, 7), ({}, 25), ({"n": None}, 25), ({"n": 5_000}, 100), ({"n": -3}, 0), ({"n": True}, 25)]
)
async def test_a_variable_page_is_charged_as_given(given: dict[str, object], rows: int) -> None:
    assert cost("query($n: Int) { items(first: $n) { nodes { number } } }", **given) == 1 + rows * 2


async def test_the_default_of_a_variable_is_charged_when_it_is_left_out() -> None:
    document = "query($n: Int = 60) { items(first: $n) { nodes { number } } }"

    assert (cost(document), cost(document, n=2)) == (1 + 60 * 2, 1 + 2 * 2)


EXCESSES = {
    "depth": "{" + " items { nodes { children { nodes" * 5 + " { number }" + " } } }" * 5 + "}",
    "fields": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(9))
    + " fragment F9 on Query { __typename }",
    "aliases": "{" + " ".join(f"a{n}: hello" for n in range(31)) + "}",
    "directives": "{ hello " + "@skip(if: false) " * 31 + "}",
    "fields of one name": "{" + " hello" * 11 + "}",
    "fragments": "{ hello } " + " ".join(f"fragment F{n} on Query {{ hello }}" for n in range(31)),
    "operations": " ".join(f"query Q{n} {{ hello }}" for n in range(11)),
    "cost": "{ items(first: 100) { nodes { children(first: 100) { nodes { number square } } } } }",
}


@pytest.mark.parametrize("what", EXCESSES)
async def test_each_bound_refuses_what_passes_it(small_server: Server, what: str) -> None:
    async with small_server.http() as client:
        body = (await client.post("/graphql", json={"query": EXCESSES[what]})).json()

    assert [(error["extensions"]["code"], error["extensions"].get("what")) for error in body["errors"]] == [("TooMuch", what)]


async def test_lists_in_variables_are_bounded_wherever_they_stand(small_server: Server) -> None:
    document = "mutation($i: RenameInput!) { rename(input: $i) { name } }"

    async with small_server.http() as client:
        fits = (await client.post("/graphql", json={"query": document, "variables": {"i": {"name": "x", "tags": ["t"] * 100}}})).json()
        over = (await client.post("/graphql", json={"query": document, "variables": {"i": {"name": "x", "tags": ["t"] * 101}}})).json()

    assert fits["data"] == {"rename": {"name": "x"}}
    assert over["errors"][0]["extensions"] == {"code": "TooMuch", "what": "list items", "found": 101, "allowed": 100}


async def test_a_document_has_at_most_2000_tokens(small_server: Server) -> None:
    async with small_server.http() as client:
        body = (await client.post("/graphql", json={"query": "{ total(numbers: [" + "1 " * 2_000 + "]) }"})).json()

    assert "2000 tokens" in body["errors"][0]["message"]


async def test_the_answer_reports_the_cost() -> None:
    async with serving(SmallWorld(buckets=FakeBuckets(left=1_000))) as server, server.http() as client:
        body = (await client.post("/graphql", json={"query": "{ items(first: 3) { nodes { number } } }"})).json()

    assert body["extensions"]["cost"] == {"requested": 7, "limit": 20_000, "remaining": 993}


async def test_over_the_budget_is_refused_before_anything_runs(small_server: Server) -> None:
    document = "{ items(first: 100) { nodes { children(first: 100) { nodes { number square } } } } }"

    async with small_server.http() as client:
        response = await client.post("/graphql", json={"query": document}, headers={"accept": "application/graphql-response+json"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "TooMuch", "what": "cost", "found": 30_201, "allowed": 20_000}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_who_has_no_points_left_must_wait(accept: str) -> None:
    async with serving(SmallWorld(buckets=FakeBuckets(left=0))) as server, server.http() as client:
        response = await client.post("/graphql", json={"query": "{ hello }"}, headers={"accept": accept})

    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert response.json()["errors"][0]["extensions"] == {"code": "RateLimited", "retryAfterS": 7}


async def test_points_are_counted_by_person_and_by_address_for_strangers() -> None:
    async with serving(SmallWorld(buckets=FakeBuckets(left=100))) as server:
        for token in ("alice", None):
            async with server.http(token) as client:
                await client.post("/graphql", json={"query": "{ hello }"})

        assert server.world.buckets.asked == [
            ("operations", "00000000-0000-0000-0000-000000000001", 1),
            ("operations-anonymous", "address:127.0.0.1", 1),
        ]


async def test_a_slow_operation_is_stopped() -> None:
    async with serving(SmallWorld(limit_s=0.1)) as server, server.http() as client:
        accept = {"accept": "application/graphql-response+json"}
        slow = await client.post("/graphql", json={"query": "{ slow(seconds: 30) }"}, headers=accept)
        quick = await client.post("/graphql", json={"query": "{ slow(seconds: 0) }"}, headers=accept)

    assert slow.status_code == 503
    assert slow.json()["errors"] == [
        {"message": "The operation took longer than 0.1 s and was stopped.", "extensions": {"code": "OperationTimedOut"}}
    ]
    assert quick.json()["data"] == {"slow": "done"}


async def test_a_document_is_parsed_once_and_its_refusal_remembered(small_server: Server) -> None:
    documents = Documents()
    async with serving(SmallWorld(documents=documents)) as server, server.http() as client:
        answers = [
            (await client.post("/graphql", json={"query": text})).json() for text in ("{ hello }", "{ hello }", "{ nope }", "{ nope }")
        ]

    assert len(documents) == 2
    assert answers[0] == answers[1]
    assert answers[2]["errors"] == answers[3]["errors"]


async def test_what_introspection_was_refused_to_a_stranger_is_allowed_to_a_person() -> None:
    query = {"query": "{ __schema { queryType { name } } }"}
    async with serving(SmallWorld()) as server:
        for token, is_allowed in ((None, False), ("alice", True), (None, False)):
            async with server.http(token) as client:
                assert ("errors" not in (await client.post("/graphql", json=query)).json()) == is_allowed


async def test_documents_are_bounded_in_number_and_in_text() -> None:
    document = parse("{ hello }")
    few, short = Documents(max_documents=3), Documents(max_characters=100)
    for number in range(10):
        few.keep(f"{{ hello }} #{number}", KnownDocument(document))
        short.keep(f"{{ a }} {number}", KnownDocument(document))
    short.keep("x" * 11, KnownDocument(document))

    assert len(few) == 3
    assert few.find("{ hello } #9")
    assert not few.find("{ hello } #0")
    assert len(short) == 10
    assert not short.find("x" * 11)


async def test_the_bucket_in_valkey_fills_up_again_with_time(servers: Servers) -> None:
    now_ms = 1_000_000
    redis = valkey.client(servers.redis_url)
    buckets = ValkeyBuckets(redis, lambda: now_ms)
    allowance = Allowance("test", capacity=10, per_s=2)

    first = await buckets.take(allowance, "somebody", 8)
    refused = await buckets.take(allowance, "somebody", 8)
    other = await buckets.take(allowance, "another", 8)
    now_ms += 3_000
    later = await buckets.take(allowance, "somebody", 8)
    await redis.aclose()

    assert (first.granted, first.remaining) == (True, 2)
    assert (refused.granted, refused.remaining, refused.retry_after_s) == (False, 2, 4)
    assert other.granted
    assert (later.granted, later.remaining) == (True, 0)


async def test_points_taken_ahead_are_spent_before_valkey_is_asked_again_and_nobody_gets_more_than_the_bucket_holds(
    servers: Servers,
) -> None:
    redis = valkey.client(servers.redis_url)
    allowance = Allowance("ahead", capacity=100, per_s=0.001, ahead=20)
    processes = [ValkeyBuckets(redis, lambda: 1_000_000) for _ in range(2)]

    began = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    alone = [await processes[0].take(allowance, "somebody", 5) for _ in range(5)]
    asked = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] - began
    granted = [taken.granted for _ in range(20) for taken in [await process.take(allowance, "somebody", 5) for process in processes]]
    await redis.aclose()

    assert [taken.remaining for taken in alone] == [95, 90, 85, 80, 75]
    assert asked == 1
    assert granted.count(True) == (100 - 25) // 5
    assert not granted[-1]


async def test_while_valkey_is_away_everything_is_granted(servers: Servers) -> None:
    redis = valkey.client("redis://127.0.0.1:1")

    taken = await ValkeyBuckets(redis, lambda: 0).take(Allowance("test", 10, 1), "somebody", 10)
    await redis.aclose()

    assert taken.granted
