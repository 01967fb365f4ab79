"""Notifications and imports through the API."""

import base64
from typing import Any

import pytest

from incubator import db
from incubator.kernel.ids import new_id
from incubator.notifications import service as notifications
from incubator.notifications.kinds import Kind
from incubator.organizations import queries as organizations
from tests.support import callers, make
from tests.support.callers import CALLERS
from tests.support.web import Web, ask, run, session_of

HEADER = "key,name_en,name_local,kind,country,city,sector,source\n"
GOOD = HEADER + "evotec,Evotec,,corporate,DE,Hamburg,biopharma,x\nlsn,Life Science Nord,LSN,corporate,DE,Hamburg,cluster,x\n"


def file(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


async def tell(actor: Any, count: int = 1) -> None:
    """Tell somebody about an invoice some times."""
    people = (await organizations.people_by_id(actor, [actor.person_id])).values()
    for _ in range(count):
        async with db.transaction():
            params = {
                "number": "A-1",
                "gross_minor": 1000,
                "currency": "EUR",
                "due_on": "2026-03-10",
                "legal_entity": "House GmbH",
                "customer": "Startup",
            }
            await notifications.tell(people, Kind.INVOICE_ISSUED, params, "/invoices", new_id())


async def test_notifications_are_ones_own_counted_and_read_off(web: Web) -> None:
    owner, other = await make.startup_owner(), await make.startup_owner()
    await tell(owner, 3)
    await tell(other)
    session = await session_of(owner)

    listed = (await run(web, session, "Notifications", unreadOnly=True))["notifications"]
    foreign = (await run(web, await session_of(other), "Notifications"))["notifications"]["nodes"][0]["id"]
    refused = await run(web, session, "MarkNotificationsRead", input={"ids": [listed["nodes"][0]["id"], foreign]})
    both = await run(web, session, "MarkNotificationsRead", input={"ids": [], "all": True})
    some = await run(web, session, "MarkNotificationsRead", input={"ids": [listed["nodes"][0]["id"]]})
    rest = await run(web, session, "MarkNotificationsRead", input={"all": True})

    assert (listed["totalCount"], listed["nodes"][0]["path"]) == (3, "/invoices")
    assert listed["nodes"][0]["title"]
    assert ([e["code"] for e in refused["errors"]], [e["code"] for e in both["errors"]]) == (["NotFound"], ["PatternMismatch"])
    assert (some["unreadNotificationCount"], rest["unreadNotificationCount"]) == (2, 0)
    assert await db.value("SELECT count(*) FROM notification WHERE read_at IS NULL") == 1


async def test_what_reaches_one_is_chosen_kind_by_kind(web: Web) -> None:
    session = await session_of(await make.startup_owner())

    before = {one["kind"]: one for one in (await run(web, session, "NotificationPreferences"))["notificationPreferences"]}
    chosen = await run(web, session, "SetNotificationPreference", input={"kind": "invoice_issued", "email": False, "inApp": True})
    fixed = await run(web, session, "SetNotificationPreference", input={"kind": "password_reset", "email": False, "inApp": False})

    assert before["invoice_issued"] == {"kind": "invoice_issued", "label": "Invoices", "email": True, "inApp": True}
    assert (chosen["errors"], chosen["preference"]["email"], chosen["preference"]["inApp"]) == ([], False, True)
    assert [error["code"] for error in fixed["errors"]] == ["PatternMismatch"]


IMPORTING = callers.table("manager", "manager elsewhere")


async def test_managers_and_nobody_else_import(web: Web) -> None:
    known = await callers.world()
    before = await db.value("SELECT count(*) FROM organization")
    given = {"kind": "ORGANIZATIONS", "fileName": "organisations.csv", "content": file(GOOD)}

    refused = await callers.refusals(known, IMPORTING, lambda who: run(web, who, "PreviewImport", input=given))
    nothing = await db.value("SELECT count(*) FROM import_batch")
    manager = await CALLERS["manager"](known)
    organizations_before = await db.value("SELECT count(*) FROM organization")
    previewed = (await run(web, manager, "PreviewImport", input=given))["importBatch"]
    untouched = await db.value("SELECT count(*) FROM organization")
    foreign = await run(
        web, await session_of(known.house.manager), "ApplyImport", input={"importBatchId": previewed["id"], "expectedVersion": 1}
    )
    applied = await run(web, manager, "ApplyImport", input={"importBatchId": previewed["id"], "expectedVersion": 1})
    again = await run(web, manager, "ApplyImport", input={"importBatchId": previewed["id"], "expectedVersion": 2})

    assert (refused, nothing) == (IMPORTING.refused, 0)
    assert (previewed["state"], previewed["newCount"], previewed["changedCount"], previewed["errors"]) == ("PREVIEWED", 2, 0, [])
    assert [row["values"][0] for row in previewed["rows"]["nodes"]] == ["evotec", "lsn"]
    assert untouched == organizations_before > before
    assert [error["code"] for error in foreign["errors"]] == ["NotFound"]
    assert (applied["errors"], applied["importBatch"]["state"]) == ([], "APPLIED")
    assert [error["code"] for error in again["errors"]] == ["ImportApplied"]
    assert await db.value("SELECT count(*) FROM organization") == organizations_before + 2


async def test_a_wrong_row_rejects_the_file_and_none_of_it_is_applied(web: Web) -> None:
    manager = await session_of((await make.house()).manager)
    rows = "".join(f"key{n},Name {n},,corporate,DE,Hamburg,x,x\n" for n in range(1, 7)) + "key7,Name 7,,corporate,XX,Hamburg,x,x\n"
    before = await db.value("SELECT count(*) FROM organization")

    batch = (
        await run(web, manager, "PreviewImport", input={"kind": "ORGANIZATIONS", "fileName": "a.csv", "content": file(HEADER + rows)})
    )["importBatch"]
    applied = await run(web, manager, "ApplyImport", input={"importBatchId": batch["id"], "expectedVersion": 1})

    assert batch["state"] == "REJECTED"
    assert [(error["row"], error["column"], error["code"], error["value"]) for error in batch["errors"]] == [
        (7, "country", "UnknownCountry", "XX")
    ]
    assert [error["code"] for error in applied["errors"]] == ["ImportHasErrors"]
    assert await db.value("SELECT count(*) FROM organization") == before


FILES: dict[str, tuple[str | bytes, str]] = {
    "wrong header": ("a,b,c\n1,2,3\n", "WrongHeader"),
    "wrong encoding": (b"\xff\xfe" + GOOD.encode("utf-16-le"), "WrongEncoding"),
    "nothing": ("", "WrongHeader"),
    "no rows": (HEADER, "FileEmpty"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_cannot_be_read_is_a_typed_refusal_and_nothing_is_kept(web: Web, name: str) -> None:
    content, code = FILES[name]
    manager = await session_of((await make.house()).manager)

    answer = await run(web, manager, "PreviewImport", input={"kind": "ORGANIZATIONS", "fileName": "a.csv", "content": file(content)})

    assert (answer["importBatch"], [error["code"] for error in answer["errors"]]) == (None, [code])
    assert await db.value("SELECT count(*) FROM import_batch") == 0


@pytest.mark.parametrize("content", ["not base64!", "YQ", "QUJD" * 400_000])
async def test_a_file_that_is_no_base64_or_too_large_is_refused_with_its_field(web: Web, content: str) -> None:
    manager = await session_of((await make.house()).manager)
    async with web.client(**manager) as client:
        document = 'mutation($c: Base64!) { previewImport(input: {kind: SITES, fileName: "a", content: $c}) { errors { code } } }'
        response = await client.post("/graphql", json={"query": document, "variables": {"c": content}})

    assert response.status_code in (200, 413)
    assert response.status_code == 413 or "Base64" in response.json()["errors"][0]["message"]


async def test_an_imports_rows_come_in_pages(web: Web) -> None:
    manager = await session_of((await make.house()).manager)
    rows = "".join(f"key{n},Name {n},,corporate,DE,Hamburg,x,x\n" for n in range(1, 8))
    batch = (
        await run(web, manager, "PreviewImport", input={"kind": "ORGANIZATIONS", "fileName": "a.csv", "content": file(HEADER + rows)})
    )["importBatch"]
    document = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { node(id: $id) { ... on ImportBatch {
      rows(first: $first, after: $after, last: $last, before: $before) { nodes { number } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } } } }"""

    async def page(**given: Any) -> tuple[list[int], dict[str, Any]]:
        found = (await ask(web, manager, document, id=batch["id"], **given))["data"]["node"]["rows"]
        return [node["number"] for node in found["nodes"]], found["pageInfo"]

    first, info = await page(first=3)
    second, more = await page(first=3, after=info["endCursor"])
    back, _ = await page(last=2, before=more["startCursor"])
    end, last = await page(last=2)

    assert (first, second, back, end) == ([1, 2, 3], [4, 5, 6], [2, 3], [6, 7])
    assert (info["hasNextPage"], info["hasPreviousPage"], last["hasNextPage"], last["hasPreviousPage"]) == (True, False, False, True)
