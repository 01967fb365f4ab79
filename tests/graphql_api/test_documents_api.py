"""Files of invoices through the API: each kind at its own address, for those who see the invoice; the request of a fapiao for finance alone."""

import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from incubator import db
from incubator.billing import documents, service
from incubator.config import Settings
from incubator.kernel.actor import Role
from incubator_graphql.ids import encode
from tests.support import make
from tests.support.filed import filed
from tests.support.papers import PAPERS
from tests.support.web import Web, ask, run, session_of, statements


@pytest.fixture(autouse=True)
def own_files(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Files in a folder of the test's own."""
    settings = Settings(tmp_path)
    monkeypatch.setattr("incubator.kernel.files.settings", lambda: settings)
    with documents.closing_pool():
        yield


async def made(house: make.House, customer_id: UUID, name: str) -> UUID:
    """File a paper and make its documents."""
    invoice_id = await filed(house, customer_id, PAPERS[name])
    await documents.make_document(invoice_id)
    return invoice_id


async def test_each_kind_of_file_is_at_its_address_with_its_hash(web: Web) -> None:
    house, owner = await make.house(), await make.startup_owner()
    assert owner.organization_id is not None
    invoice_id = await made(house, owner.organization_id, "DE XRechnung")
    session = await session_of(owner)

    shown = (await run(web, session, "InvoiceDetails", id=encode("Invoice", invoice_id)))["node"]["documents"]
    async with web.client(**session) as client:
        answers = {document["kind"]: await client.get(document["url"]) for document in shown}
        none = await client.get(f"/documents/invoices/{encode('Invoice', invoice_id)}.ubl.xml")
    async with web.client(**await session_of(await make.startup_owner())) as client:
        foreign = [(await client.get(document["url"])).status_code for document in shown]

    assert [(document["kind"], document["url"].partition(".")[2]) for document in shown] == [("PDF", "pdf"), ("XRECHNUNG", "xrechnung.xml")]
    for document in shown:
        content = answers[document["kind"]].content
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (document["sha256"], document["size"])
    assert answers["XRECHNUNG"].headers["content-type"].startswith("application/xml")
    assert answers["XRECHNUNG"].headers["content-disposition"].startswith("attachment; filename=")
    assert (none.status_code, foreign) == (404, [404, 404])


async def test_the_request_of_a_fapiao_is_for_finance_alone(web: Web) -> None:
    house, owner = await make.house(country="CN", currency="CNY"), await make.startup_owner()
    assert owner.organization_id is not None
    finance = await make.person(house.operator_id, Role.FINANCE)
    invoice_id = await filed(house, owner.organization_id, PAPERS["CN statement"])
    node_id = encode("Invoice", invoice_id)
    address = f"/documents/invoices/{node_id}/fapiao-request.json"

    async with web.client(**await session_of(finance)) as client:
        early = await client.get(address)
        done = await run(web, await session_of(finance), "RequestFapiao", input={"invoiceId": node_id})
        late = await client.get(address)
    others = []
    for actor in (house.manager, owner):
        async with web.client(**await session_of(actor)) as client:
            others.append((await client.get(address)).status_code)

    assert (done["errors"], done["invoice"]["fapiao"]["requestUrl"]) == ([], address)
    assert (early.status_code, late.status_code, others) == (404, 200, [404, 404])
    assert late.json()["total"] == "17000.00"


async def test_amounts_that_do_not_match_are_a_typed_refusal_and_nothing_is_written(web: Web) -> None:
    house, owner = await make.house(country="CN", currency="CNY"), await make.startup_owner()
    assert owner.organization_id is not None
    finance = await make.person(house.operator_id, Role.FINANCE)
    invoice_id = await filed(house, owner.organization_id, PAPERS["CN statement"])
    await service.request_fapiao(finance, invoice_id)
    given = {
        "invoiceId": encode("Invoice", invoice_id),
        "number": "26312000000012345678",
        "issuedOn": "2026-11-02",
        "netMinor": 1,
        "taxMinor": 127_385,
        "expectedVersion": 1,
    }
    document = (
        "mutation($input: FapiaoResultInput!) { recordFapiao(input: $input) { errors { __typename path"
        " ... on FapiaoMismatch { expectedMinor foundMinor currency } } } }"
    )

    answer = await ask(web, await session_of(finance), document, input=given)

    assert answer["data"]["recordFapiao"]["errors"] == [
        {
            "__typename": "FapiaoMismatch",
            "path": ["input", "netMinor"],
            "expectedMinor": 1_572_615,
            "foundMinor": 1,
            "currency": "CNY",
        }
    ]
    assert await db.value("SELECT number FROM fapiao WHERE invoice_id = $1", invoice_id) is None


async def test_files_and_fapiao_of_many_invoices_cost_no_more_statements_than_of_one(web: Web) -> None:
    house, owner = await make.house(), await make.startup_owner()
    assert owner.organization_id is not None
    session = await session_of(owner)
    document = "query { invoices(first: 50) { nodes { documents { kind sha256 } fapiao { state } } } }"
    await filed(house, owner.organization_id, PAPERS["DK S"])

    few = await statements(web, session, document)
    for _ in range(8):
        await filed(house, owner.organization_id, PAPERS["DK S"])

    assert await statements(web, session, document) == few
