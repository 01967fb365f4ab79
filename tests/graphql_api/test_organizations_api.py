"""The viewer, places, people and credentials through the API."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pyotp
import pytest

from incubator import db
from incubator.kernel.actor import SYSTEM, Role
from incubator.kernel.ids import new_id
from incubator.organizations import service
from incubator_graphql.ids import encode
from tests.support import make
from tests.support.web import Web, ask, session_of, statements, token_of

VIEWER = """query { viewer { person { id name email language timeZone version } organization { id name kind } roles permissions
  memberships { organization { id } roles isCurrent } unreadNotificationCount twoFactorEnabled twoFactorRequired } }"""


async def test_nobody_is_no_viewer(web: Web) -> None:
    assert await ask(web, None, VIEWER) == {
        "data": {"viewer": None},
        "extensions": {"cost": {"requested": 58, "limit": 20_000, "remaining": 19_942}},
    }


async def test_the_viewer_is_the_person_where_they_stand(web: Web) -> None:
    owner = await make.startup_owner()

    viewer = (await ask(web, await session_of(owner), VIEWER))["data"]["viewer"]

    assert viewer["person"]["id"] == encode("Person", some(owner.person_id))
    assert viewer["organization"] == {
        "id": encode("Organization", some(owner.organization_id)),
        "name": viewer["organization"]["name"],
        "kind": "STARTUP",
    }
    assert viewer["roles"] == ["OWNER"]
    assert "ACCEPT_OFFER" in viewer["permissions"]
    assert viewer["memberships"] == [{"organization": {"id": viewer["organization"]["id"]}, "roles": ["OWNER"], "isCurrent": True}]
    assert (viewer["unreadNotificationCount"], viewer["twoFactorEnabled"], viewer["twoFactorRequired"]) == (0, False, False)


async def test_a_token_acts_as_its_person(web: Web) -> None:
    house = await make.house()

    viewer = (await ask(web, await token_of(house.manager), VIEWER))["data"]["viewer"]

    assert viewer["roles"] == ["MANAGER"]


async def test_an_unknown_token_is_answered_with_401(web: Web) -> None:
    async with web.client("inc_nobody") as client:
        response = await client.post("/graphql", json={"query": VIEWER})

    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.json()["errors"][0]["extensions"]["code"] == "NotSignedIn"


async def test_sites_are_public_and_found_by_words(web: Web) -> None:
    house = await make.house()
    other = await make.house()
    name = (await ask(web, None, "{ sites { nodes { name } } }"))["data"]["sites"]["nodes"][0]["name"]

    found = await ask(
        web, None, "query($s: String) { sites(search: $s) { totalCount nodes { id timeZone legalEntity { currency } } } }", s=name
    )

    assert found["data"]["sites"] == {
        "totalCount": 1,
        "nodes": [{"id": encode("Site", house.site_id), "timeZone": "Europe/Berlin", "legalEntity": {"currency": "EUR"}}],
    }
    assert other.site_id != house.site_id


async def test_organizations_need_a_sign_in(web: Web) -> None:
    answer = await ask(web, None, "{ organizations { nodes { id } } }")

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "NotSignedIn"


async def test_organizations_come_ordered_and_in_pages(web: Web) -> None:
    owner = await make.startup_owner()
    for _ in range(4):
        await make.organization("corporate")
    page = """query($first: Int, $after: String, $last: Int, $before: String) {
      organizations(kind: CORPORATE, orderBy: {field: NAME, direction: DESC}, first: $first, after: $after, last: $last, before: $before) {
        nodes { name } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"""
    session = await session_of(owner)

    first = (await ask(web, session, page, first=3))["data"]["organizations"]
    rest = (await ask(web, session, page, first=3, after=first["pageInfo"]["endCursor"]))["data"]["organizations"]
    back = (await ask(web, session, page, last=2, before=rest["pageInfo"]["startCursor"]))["data"]["organizations"]

    names = [node["name"] for node in (*first["nodes"], *rest["nodes"])]
    assert names == sorted(names, reverse=True)
    assert (len(names), first["totalCount"]) == (4, 4)
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert [node["name"] for node in back["nodes"]] == names[1:3]


@pytest.mark.parametrize("arguments", ["first: -1", "first: 101", "last: 101", "first: 1, last: 1", 'after: "nonsense"', 'before: "WzFd"'])
async def test_a_page_that_makes_no_sense_is_refused(web: Web, arguments: str) -> None:
    answer = await ask(web, None, f"{{ sites({arguments}) {{ nodes {{ id }} }} }}")

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] in ("OutOfRange", "PatternMismatch")


async def test_a_malformed_an_unknown_and_a_foreign_id_are_answered_alike(web: Web) -> None:
    mine, other = await make.startup_owner(), await make.startup_owner()
    session = await session_of(mine)
    ids = ["", "x", "%%%", encode("Nothing", new_id()), encode("Person", new_id()), encode("Person", some(other.person_id))]

    found = await ask(web, session, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[*ids, encode("Person", some(mine.person_id))])

    assert found["data"]["nodes"] == [None] * len(ids) + [{"id": encode("Person", some(mine.person_id))}]
    for one in ids:
        assert (await ask(web, session, "query($id: ID!) { node(id: $id) { id } }", id=one))["data"] == {"node": None}


async def test_more_than_a_hundred_nodes_are_refused(web: Web) -> None:
    answer = await ask(web, None, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 101)

    assert answer["errors"][0]["extensions"]["code"] == "TooMuch"


async def test_preferences_change_once_a_version(web: Web) -> None:
    owner = await make.startup_owner()
    session = await session_of(owner)
    change = """mutation($v: Int!, $z: String) { updatePreferences(input: {language: DE, timeZone: $z, expectedVersion: $v}) {
      person { language timeZone version } errors { __typename message ... on Stale { currentVersion } ... on UnknownZone { field value } } } }"""

    done = (await ask(web, session, change, v=1, z="Asia/Shanghai"))["data"]["updatePreferences"]
    stale = (await ask(web, session, change, v=1))["data"]["updatePreferences"]
    wrong = (await ask(web, session, change, v=2, z="Mars/Base"))["data"]["updatePreferences"]

    assert done == {"person": {"language": "DE", "timeZone": "Asia/Shanghai", "version": 2}, "errors": []}
    assert (stale["person"], stale["errors"][0]["__typename"], stale["errors"][0]["currentVersion"]) == (None, "Stale", 2)
    assert stale["errors"][0]["message"].startswith("Das wurde inzwischen geändert")
    assert (wrong["errors"][0]["__typename"], wrong["errors"][0]["value"]) == ("UnknownZone", "Mars/Base")


async def test_each_mutation_of_an_operation_shows_what_it_has_changed_itself(web: Web) -> None:
    session = await session_of(await make.startup_owner())
    twice = """mutation { a: updatePreferences(input: {timeZone: "Asia/Tokyo", expectedVersion: 1}) { person { timeZone version } }
      b: updatePreferences(input: {timeZone: "Europe/Paris", expectedVersion: 2}) { person { timeZone version } } }"""

    data = (await ask(web, session, twice))["data"]

    assert data == {
        "a": {"person": {"timeZone": "Asia/Tokyo", "version": 2}},
        "b": {"person": {"timeZone": "Europe/Paris", "version": 3}},
    }


async def test_switching_shows_the_other_organization_at_once(web: Web) -> None:
    owner, other = await make.startup_owner(), await make.organization("corporate")
    await service.give_role(SYSTEM, some(owner.person_id), other, Role.SCOUT)
    session = await session_of(owner)
    switch = "mutation($id: ID!) { switchOrganization(input: {organizationId: $id}) { errors { code path } viewer { roles organization { id } } } }"

    done = (await ask(web, session, switch, id=encode("Organization", other)))["data"]["switchOrganization"]
    foreign = (await ask(web, session, switch, id=encode("Organization", await make.organization())))["data"]["switchOrganization"]
    malformed = (await ask(web, session, switch, id="x"))["data"]["switchOrganization"]

    assert done == {"errors": [], "viewer": {"roles": ["SCOUT"], "organization": {"id": encode("Organization", other)}}}
    assert foreign == malformed == {"errors": [{"code": "NotFound", "path": ["input", "organizationId"]}], "viewer": None}


INVITE = """mutation { invitePerson(input: {email: "new@people.example", name: "New", roles: [MEMBER]}) {
  invitation { id email roles } errors { code } } }"""


async def test_an_owner_invites_and_takes_back(web: Web) -> None:
    session = await session_of(await make.startup_owner())

    invitation = (await ask(web, session, INVITE))["data"]["invitePerson"]["invitation"]
    listed = (await ask(web, session, "{ invitations { nodes { id } } }"))["data"]["invitations"]["nodes"]
    revoke = "mutation($id: ID!) { revokeInvitation(input: {invitationId: $id}) { invitation { id } errors { code } } }"
    revoked = (await ask(web, session, revoke, id=invitation["id"]))["data"]["revokeInvitation"]
    again = (await ask(web, session, revoke, id=invitation["id"]))["data"]["revokeInvitation"]

    assert (invitation["email"], invitation["roles"]) == ("new@people.example", ["MEMBER"])
    assert listed == [{"id": invitation["id"]}]
    assert revoked == {"invitation": {"id": invitation["id"]}, "errors": []}
    assert again["errors"] == [{"code": "NotFound"}]


async def test_people_are_those_of_ones_organization(web: Web) -> None:
    owner = await make.startup_owner()
    member = await make.person(some(owner.organization_id), Role.MEMBER)
    await make.startup_owner()

    found = await ask(web, await session_of(owner), "{ people { totalCount nodes { person { id } roles isPending } } }")

    people = found["data"]["people"]
    assert people["totalCount"] == 2
    assert {(node["person"]["id"], *node["roles"]) for node in people["nodes"]} == {
        (encode("Person", some(owner.person_id)), "OWNER"),
        (encode("Person", some(member.person_id)), "MEMBER"),
    }


async def test_a_token_is_shown_once_works_and_is_revoked(web: Web) -> None:
    session = await session_of((await make.house()).manager)
    create = """mutation { createApiToken(input: {name: "report", scopes: ["read"], expiresOn: null}) {
      apiToken { id name scopes } secret errors { code } } }"""

    made = (await ask(web, session, create))["data"]["createApiToken"]
    listed = (await ask(web, session, "{ apiTokens { nodes { id } } }"))["data"]["apiTokens"]["nodes"]
    works = await ask(web, {"token": made["secret"]}, "{ viewer { roles } }")
    revoke = "mutation($id: ID!) { revokeApiToken(input: {apiTokenId: $id}) { apiToken { id } errors { code } } }"
    revoked = (await ask(web, session, revoke, id=made["apiToken"]["id"]))["data"]["revokeApiToken"]
    gone = await ask(web, {"token": made["secret"]}, "{ viewer { roles } }")

    assert (made["apiToken"]["scopes"], listed) == (["read"], [{"id": made["apiToken"]["id"]}])
    assert works["data"]["viewer"] == {"roles": ["MANAGER"]}
    assert revoked == {"apiToken": {"id": made["apiToken"]["id"]}, "errors": []}
    assert gone["errors"][0]["extensions"]["code"] == "NotSignedIn"


async def test_sessions_are_listed_and_ended(web: Web) -> None:
    owner = await make.startup_owner()
    here, there = await session_of(owner), await session_of(owner)

    nodes = (await ask(web, here, "{ sessions { nodes { id userAgent isCurrent } } }"))["data"]["sessions"]["nodes"]
    [other] = [node["id"] for node in nodes if not node["isCurrent"]]
    revoke = "mutation($id: ID!) { revokeSession(input: {sessionId: $id}) { session { id } errors { code } } }"
    ended = (await ask(web, here, revoke, id=other))["data"]["revokeSession"]

    assert len(nodes) == 2
    assert ended == {"session": {"id": other}, "errors": []}
    assert (await ask(web, there, "{ viewer { roles } }"))["data"] == {"viewer": None}
    assert (await ask(web, here, "{ viewer { roles } }"))["data"] == {"viewer": {"roles": ["OWNER"]}}


async def test_a_second_factor_is_set_up(web: Web) -> None:
    session = await session_of(await make.startup_owner())
    confirm = "mutation($c: String!) { confirmTwoFactor(input: {code: $c}) { recoveryCodes errors { code path } } }"

    started = (await ask(web, session, "mutation { startTwoFactor { secret otpauthUrl qrSvg errors { code } } }"))["data"]["startTwoFactor"]
    wrong = (await ask(web, session, confirm, c="000000"))["data"]["confirmTwoFactor"]
    right = (await ask(web, session, confirm, c=pyotp.TOTP(started["secret"]).now()))["data"]["confirmTwoFactor"]

    assert started["otpauthUrl"].startswith("otpauth://totp/")
    assert started["qrSvg"].startswith("<svg")
    assert wrong == {"recoveryCodes": None, "errors": [{"code": "WrongCode", "path": ["input", "code"]}]}
    assert len(right["recoveryCodes"]) == 8
    assert (await ask(web, session, "{ viewer { twoFactorEnabled } }"))["data"]["viewer"] == {"twoFactorEnabled": True}


async def anonymous() -> None:
    return None


async def owner() -> dict[str, str]:
    return await session_of(await make.startup_owner())


async def member() -> dict[str, str]:
    return await session_of(await make.person(await make.organization(), Role.MEMBER))


async def corporate_admin() -> dict[str, str]:
    return await session_of(await make.person(await make.organization("corporate"), Role.CORPORATE_ADMIN))


async def mentor() -> dict[str, str]:
    return await session_of(await make.person(await make.organization("corporate"), Role.MENTOR))


async def manager() -> dict[str, str]:
    return await session_of((await make.house()).manager)


async def auditor() -> dict[str, str]:
    return await session_of(await make.person((await make.house()).operator_id, Role.AUDITOR))


async def read_token() -> dict[str, str]:
    return await token_of(await make.startup_owner(), "read")


INVITING: list[tuple[Callable[[], Awaitable[Any]], list[str]]] = [
    (anonymous, ["NotSignedIn"]),
    (owner, []),
    (member, ["Forbidden"]),
    (corporate_admin, ["RoleNotOfKind"]),
    (mentor, ["Forbidden"]),
    (manager, ["RoleNotOfKind"]),
    (auditor, ["Forbidden"]),
    (read_token, ["Forbidden"]),
]


@pytest.mark.parametrize(("caller", "codes"), INVITING, ids=lambda value: getattr(value, "__name__", ""))
async def test_who_may_invite_people(web: Web, caller: Callable[[], Awaitable[Any]], codes: list[str]) -> None:
    answer = (await ask(web, await caller(), INVITE))["data"]["invitePerson"]

    assert [error["code"] for error in answer["errors"]] == codes
    assert (answer["invitation"] is None) == bool(codes)
    assert await db.value("SELECT count(*) FROM invitation") == (0 if codes else 1)
    assert await db.value("SELECT count(*) FROM outbox_message WHERE kind = 'PersonInvited'") == (0 if codes else 1)


LISTS = {
    "sites": "{ sites(first: 100) { nodes { id legalEntity { id name } } } }",
    "organizations": "{ organizations(first: 100) { nodes { id name } } }",
    "people": "{ people(first: 100) { nodes { person { id name } roles } } }",
}


@pytest.mark.parametrize("name", LISTS)
async def test_the_number_of_statements_does_not_depend_on_the_rows(web: Web, name: str) -> None:
    house = await make.house()
    session = await session_of(house.manager)
    few = await statements(web, session, LISTS[name])
    for _ in range(5):
        await make.house()
        await make.person(house.operator_id, Role.FINANCE)

    assert await statements(web, session, LISTS[name]) == few


def some(value: UUID | None) -> UUID:
    assert value is not None
    return value
