"""Hamburg: laboratories of three providers, let by the cluster; each provider gets a statement of what its laboratories took in.

Its booster plan is free for a year and then costs EUR 300 a year. Its introductions and test field belong to network and deals.
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from incubator.kernel.actor import Actor, Role
from incubator_graphql.ids import decode, encode
from tests.scenarios.stage import Stage, let_workers_work
from tests.support import make
from tests.support.web import Web, run, session_of

HAMBURG = ZoneInfo("Europe/Berlin")
# Share, rent a month, first and last day of the startup's stay; March has 31 days.
PROVIDERS = {
    "Start-Up Labs": ("80", 310_000, "2027-03-01", "2027-12-31"),
    "Cellcolab": ("75", 248_000, "2027-03-16", "2027-12-31"),
    "tecHHub": ("70", 155_000, "2027-03-01", "2027-03-31"),
}


def at(month: int, day: int, year: int = 2027) -> datetime:
    """Ten o'clock of a day in Hamburg."""
    return datetime(year, month, day, 10, tzinfo=HAMBURG)


async def let(web: Web, manager: dict[str, str], site: str, name: str, owner: str, startup: str) -> str:
    """Add a provider's laboratory and let it to a startup; returns the rental's id."""
    share, rent, first, last = PROVIDERS[name]
    added = await run(
        web, manager, "AddUnit", input={"siteId": site, "name": f"Laboratory of {name}", "kind": "LAB_SUITE", "monthlyMinor": rent}
    )
    unit_id = added["unit"]["id"]
    await run(web, manager, "SetUnitOwner", input={"unitId": unit_id, "ownerId": owner, "sharePercent": share})
    assigned = await run(
        web,
        manager,
        "AssignRental",
        input={"unitId": unit_id, "organizationId": startup, "startsOn": first, "endsOn": last, "idempotencyKey": f"let-{name}"},
    )
    assert assigned["errors"] == []
    rental_id: str = assigned["rental"]["id"]
    return rental_id


async def test_each_of_three_providers_gets_the_share_of_its_own_laboratory(stage: Stage) -> None:
    async with stage(at(2, 20)) as web:
        house = await make.house()
        manager, site = await session_of(house.manager), encode("Site", house.site_id)
        owners = {name: await make.person(await make.organization("lab provider"), Role.REPRESENTATIVE) for name in PROVIDERS}
        rentals = {}
        for name, owner in owners.items():
            assert owner.organization_id is not None
            startup = encode("Organization", await make.organization("startup"))
            rentals[name] = await let(web, manager, site, name, encode("Organization", owner.organization_id), startup)
    async with stage(at(4, 1)) as web:
        manager = await session_of(house.manager)
        started = await run(web, manager, "StartBillingRun", input={"month": "2027-03-01", "idempotencyKey": "run-of-march-2027"})
        await let_workers_work()
    async with stage(at(4, 5)) as web:
        await let_workers_work()
        seen = {
            name: (await run(web, await session_of(owner), "OwnerStatements"))["ownerStatements"]["nodes"] for name, owner in owners.items()
        }
        all_of_them = (await run(web, await session_of(house.manager), "OwnerStatements"))["ownerStatements"]["nodes"]

    assert started["errors"] == []
    assert len({decode(rental, "Rental", "id") for rental in rentals.values()}) == len(PROVIDERS)
    sums = {
        name: [(one["month"], one["takings"]["amountMinor"], one["share"]["amountMinor"]) for one in found] for name, found in seen.items()
    }
    march = str(date(2027, 3, 1))
    assert sums == {
        "Start-Up Labs": [(march, 310_000, 248_000)],
        "Cellcolab": [(march, 248_000 * 16 // 31, 96_000)],
        "tecHHub": [(march, 155_000, 108_500)],
    }
    assert sum(one["share"]["amountMinor"] for one in all_of_them) == 248_000 + 96_000 + 108_500


BOOSTER = {
    "name": "Hamburg booster",
    "currency": "EUR",
    "priceIncludesTax": False,
    "phases": [{"amountMinor": 0, "period": "YEAR", "months": 12}, {"amountMinor": 30_000, "period": "YEAR"}],
    "idempotencyKey": "booster-of-hamburg",
}
TERMS = "A place in the laboratory of the cluster: the first year free, then EUR 300 a year."
MADE_UP = {"startupName": "Elbe Cells", "country": "DE", "city": "Hamburg", "sector": "cell therapy", "headcount": 3, "wishes": ""}
WRITTEN_BY = {
    "contactName": "Ada",
    "contactEmail": "ada@elbe-cells.example",
    "language": "EN",
    "pitch": "We grow cells faster than others.",
}


async def admit(web: Web, manager: dict[str, str], owner: dict[str, str], site: str) -> None:
    """Make the booster plan, open a call, and take a startup in on that plan for two years from 1 March 2027 on; a free place goes with it."""
    plan = (await run(web, manager, "CreatePlan", input=BOOSTER))["plan"]
    terms = {"siteId": site, "name": "Shared bench", "kind": "BENCH", "monthlyMinor": 0}
    unit = (await run(web, manager, "AddUnit", input=terms))["unit"]
    opened = {"title": "Booster", "summary": "Come.", "programme": "Booster", "siteIds": [site]}
    call = (await run(web, manager, "OpenCall", input={**opened, "opensOn": "2027-02-20", "closesOn": "2027-02-28"}))["call"]
    applied = {"callId": call["id"], "siteId": site, "idempotencyKey": "application-1", **MADE_UP, **WRITTEN_BY}
    application = (await run(web, owner, "SubmitApplication", input=applied))["application"]
    offered = {"applicationId": application["id"], "planId": plan["id"], "unitId": unit["id"], "terms": TERMS, "depositMinor": 0}
    days = {"startsOn": "2027-03-01", "endsOn": "2029-02-28", "expiresOn": "2027-02-27", "idempotencyKey": "offer-to-elbe"}
    offer = (await run(web, manager, "MakeOffer", input=offered | days))["offer"]
    shown = (await run(web, owner, "OfferDetails", id=offer["id"]))["node"]
    accepted = await run(web, owner, "AcceptOffer", input={"offerId": offer["id"], "termsHash": shown["termsHash"]})
    assert accepted["errors"] == []


def said(document: dict[str, Any]) -> tuple[int, list[tuple[str, int, str, str]]]:
    """Return the net of a preview or an invoice, and what its lines say."""
    lines = [(line["description"], line["net"]["amountMinor"], line["ruleNote"], line["suppliedFrom"]) for line in document["lines"]]
    return document["net"]["amountMinor"], lines


async def bill(stage: Stage, house: make.House, owner: Actor, moment: datetime) -> tuple[Any, Any]:
    """Look at the preview of a month, bill it and let its drafts become invoices; returns what both said."""
    assert owner.organization_id is not None
    key = {"customerId": encode("Organization", owner.organization_id), "legalEntityId": encode("LegalEntity", house.legal_entity_id)}
    month = f"{moment:%Y-%m-01}"
    async with stage(moment) as web:
        manager = await session_of(house.manager)
        previews = (await run(web, manager, "InvoicePreviews", currency="EUR", month=month, **key))["invoicePreviews"]
        await run(web, manager, "StartBillingRun", input={"month": month, "idempotencyKey": f"run-of-{month}"})
        await let_workers_work()
    async with stage(moment + timedelta(days=7)) as web:
        await let_workers_work()
        session = await session_of(owner)
        newest = (await run(web, session, "Invoices", first=1))["invoices"]["nodes"][0]
        invoice = (await run(web, session, "InvoiceDetails", id=newest["id"]))["node"]
    assert invoice["state"] == "FINALISED"
    return [said(one) for one in previews], said(invoice)


async def test_the_booster_is_free_for_a_year_and_then_costs_300_as_its_previews_say(stage: Stage) -> None:
    async with stage(at(2, 20)) as web:
        house, owner = await make.house(), await make.startup_owner()
        await admit(web, await session_of(house.manager), await session_of(owner), encode("Site", house.site_id))

    first_preview, first = await bill(stage, house, owner, at(3, 1))
    second_preview, second = await bill(stage, house, owner, at(3, 1, 2028))

    assert first_preview == [first]
    assert second_preview == [second]
    assert first[0] == 0
    assert second[0] == 30_000
    booster = [line for line in first[1] + second[1] if "booster" in line[0]]
    assert booster == [
        ("Hamburg booster", 0, "2027-03-01 – 2028-02-29: 366/366 × 0.00 → 0.00", "2027-03-01"),
        ("Hamburg booster (2)", 30_000, "2028-03-01 – 2029-02-28: 365/365 × 300.00", "2028-03-01"),
    ]
