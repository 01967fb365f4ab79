"""Tenancy, walked over the whole schema: somebody else's id is answered as an unknown one and as one of another type, and nothing is written."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

import pytest

from incubator.kernel.ids import new_id
from incubator_graphql.ids import encode, parse
from incubator_graphql.nodes import MAX_NODES, node_names
from tests.graphql_api.asking import ASKING
from tests.graphql_api.walking import document_of, id_arguments, objects, roots
from tests.support.sides import side
from tests.support.web import Web, ask, session_of
from tests.support.written import contents

NO_NODES = {"ContractTerm", "ContractPause", "Building", "Pool", "UnitPhoto", "TaxStatus", "ParkedCustomer"}
"""What has an id and is shown within other types only."""
PUBLIC = {
    "Organization",
    "Site",
    "LegalEntity",
    "Unit",
    "Outage",
    "Call",
    "Floor",
    "Room",
    "Rate",
    "Building",
    "Pool",
    "UnitPhoto",
    "Training",
}
"""What everybody who is signed in may know of."""
OF_ANY_TYPE = {"node", "nodes", "auditTrail"}
"""What takes the id of anything: of no type, then, is an own one wrong."""
VIEWERS = ("owner", "corporate admin", "mentor", "manager", "finance")


def taking_ids() -> dict[str, list[tuple[str, ...]]]:
    """Return the root fields that take ids, with where."""
    return {name: paths for name, root in roots().items() if (paths := id_arguments(root))}


def placed(arguments: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Return what stands at a path of the arguments; of a list the only entry."""
    for name in path:
        found = arguments[name]
        arguments = found[0] if isinstance(found, list) else found
    return arguments


def with_id(arguments: dict[str, Any], path: tuple[str, ...], one: str) -> dict[str, Any]:
    """Return the arguments with another id at a path."""
    changed = deepcopy(arguments)
    holder = changed
    for name in path[:-1]:
        holder = holder[name][0] if isinstance(holder[name], list) else holder[name]
    holder[path[-1]] = [one] if isinstance(holder[path[-1]], list) else one
    return changed


async def said(web: Web, session: dict[str, str], name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Ask for a root field and return what was answered, but for what the asking cost."""
    answer = await ask(web, session, document_of(name), **arguments)
    return {part: answer[part] for part in ("data", "errors") if part in answer}


def batched(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids, as many at once as may be asked for."""
    left = iter(ids)
    while some := list(islice(left, MAX_NODES)):
        yield some


def refusals(answer: dict[str, Any]) -> list[str]:
    """Return the codes that an answer was refused with, within a payload or beside the data."""
    payloads = [value for value in (answer["data"] or {}).values() if isinstance(value, dict)]
    inner = [error["code"] for payload in payloads for error in (*payload.get("errors", []), *payload.get("brokenRules", []))]
    return inner + [error["extensions"]["code"] for error in answer.get("errors", [])]


async def test_the_table_knows_every_id_that_the_schema_takes(web: Web) -> None:
    made = await side()

    taken = {f"{name}.{'.'.join(path)}" for name, paths in taking_ids().items() for path in paths}
    known = {
        f"{name}.{'.'.join(path)}"
        for name, asking in ASKING.items()
        for path in id_arguments(roots()[name])
        if placed(asking.arguments(made), path) in made.ids.values()
    }

    assert ASKING.keys() == taking_ids().keys()
    assert known == taken
    assert [f"{kind.name}.{name}" for kind in objects() for name, inner in kind.fields.items() if id_arguments(inner)] == []


async def test_somebody_elses_id_is_answered_as_an_unknown_one_everywhere(web: Web) -> None:
    mine, theirs = await side(), await side()
    sessions = {who: await session_of(mine.actors[who]) for who in VIEWERS}
    foreign = {mine.ids[what]: theirs.ids[what] for what in mine.ids}
    before = await contents()
    different: dict[str, Any] = {}

    for name, paths in taking_ids().items():
        for path in paths:
            for who in VIEWERS:
                arguments = ASKING[name].arguments(mine)
                own = placed(arguments, path)
                kind = str(parse(own)[0])  # type: ignore[index]  # the side's ids are ids
                other = theirs.id("Rental") if name in OF_ANY_TYPE else mine.id("Residency" if kind == "Rental" else "Rental")
                odd = {"unknown": encode(kind, new_id()), "other type": other, "malformed": "x"}
                odd |= {} if ".".join(path) in ASKING[name].public else {"foreign": foreign[own]}
                answers = {how: await said(web, sessions[who], name, with_id(arguments, path, one)) for how, one in odd.items()}
                different |= {f"{name}.{'.'.join(path)} of {who}": answers for one in answers.values() if one != answers["unknown"]}

    assert different == {}
    assert await contents() == before


async def test_ones_own_ids_are_answered_otherwise_so_the_walk_shows_something(web: Web) -> None:
    mine = await side()
    sessions = {who: await session_of(mine.actors[who]) for who in VIEWERS}
    alike = []

    for name, paths in taking_ids().items():
        asking = ASKING[name]
        unknown = [
            await said(web, sessions[asking.who], name, with_id(asking.arguments(mine), path, encode(kind, new_id())))
            for path in paths
            for kind in [str(parse(placed(asking.arguments(mine), path))[0])]  # type: ignore[index]  # the side's ids are ids
        ]
        own = await said(web, sessions[asking.who], name, asking.arguments(mine))
        alike += [f"{name} {own}" for one in unknown if one == own]

    assert alike == []


async def test_what_is_public_of_somebody_else_is_refused_for_what_it_is(web: Web) -> None:
    mine, theirs = await side(), await side()
    sessions = {who: await session_of(mine.actors[who]) for who in VIEWERS}
    foreign = {mine.ids[what]: theirs.ids[what] for what in mine.ids}
    found, expected = {}, {}

    for name, asking in ASKING.items():
        for place, code in asking.public.items():
            path = tuple(place.split("."))
            arguments = with_id(asking.arguments(mine), path, foreign[placed(asking.arguments(mine), path)])
            found[f"{name}.{place}"] = refusals(await said(web, sessions[asking.who], name, arguments))
            expected[f"{name}.{place}"] = [code] if code else []
            assert parse(placed(asking.arguments(mine), path))[0] in PUBLIC  # type: ignore[index]  # the side's ids are ids

    assert found == expected


async def test_every_type_of_node_is_found_by_its_own_people_only(web: Web) -> None:
    mine, theirs = await side(), await side()
    seen: dict[str, set[str]] = {what: set() for what in mine.ids}
    leaked = []

    nodes = [what for what in mine.ids if what.partition(":")[0] not in NO_NODES]
    for who in VIEWERS:
        session = await session_of(mine.actors[who])
        for what in nodes:
            ids = [mine.ids[what], theirs.ids[what], encode(what.partition(":")[0], new_id())]
            own, foreign, unknown = (await ask(web, session, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["data"]["nodes"]
            seen[what] |= {who} if own else set()
            leaked += [f"{what} to {who}"] if foreign and what.partition(":")[0] not in PUBLIC else []
            assert unknown is None

    assert leaked == []
    assert {what.partition(":")[0] for what in nodes} == node_names()
    assert [what for what in nodes if not seen[what]] == []


async def test_documents_of_others_are_as_unknown_as_none(web: Web) -> None:
    mine, theirs = await side(), await side()
    answers = []

    for who in VIEWERS:
        async with web.client(**await session_of(mine.actors[who])) as client:
            for one in (theirs.id("Invoice"), encode("Invoice", new_id()), mine.id("Rental"), "x"):
                response = await client.get(f"/documents/invoices/{one}.pdf")
                answers.append((response.status_code, response.text))

    assert set(answers) == {(404, "Not found\n")}


@pytest.mark.parametrize("other", ["corporate admin", "mentor"])
async def test_a_corporate_sees_nothing_of_the_startup_it_works_with_but_what_they_share(web: Web, other: str) -> None:
    mine = await side()
    session = await session_of(mine.actors[other])

    found = []
    for some in batched(mine.ids.values()):
        found += (await ask(web, session, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=some))["data"]["nodes"]

    seen = {what for what, node in zip(mine.ids, found, strict=True) if node and what.partition(":")[0] not in PUBLIC}
    sessions = {what for what in mine.ids if what.startswith("TrainingSession")}  # their people work at the site, and must be trained there
    assert seen - sessions == {"corporate admin": {"Secondment", "TimeLog", "Deal"}, "mentor": {"Secondment", "TimeLog"}}[other]
