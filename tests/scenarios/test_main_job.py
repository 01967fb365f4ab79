"""The main job, end to end, on a running product: web, worker, Stripe's simulator and mailbox are real processes, the API is the only door."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from incubator.embedded import mailbox
from tests.support.product import Product, ask, eventually
from tests.support.web import document

FOUNDER = "founder@brook-bio.example"
PASSWORD = "a bench of one's own"
ZONE = ZoneInfo("Europe/Berlin")


async def run(client: httpx.AsyncClient, operation: str, **variables: Any) -> Any:
    """Run an operation that the client ships."""
    return await ask(client, document(operation), **variables)


async def letter(product: Product, to: str, subject: str) -> mailbox.Letter:
    """Wait for a mail and return it."""

    async def look() -> mailbox.Letter | None:
        return next((found for found in mailbox.letters(product.folder, to=to) if subject in found.subject), None)

    found: mailbox.Letter = await eventually(look, f"a mail to {to} about {subject}")
    return found


def days(count: int) -> date:
    """Return the day that lies so many days on at the site."""
    return datetime.now(ZONE).date() + timedelta(days=count)  # noqa: TID251 - the product runs in the present


def next_working_hour() -> datetime:
    """Return ten o'clock of a working day of the week after next, so that no public holiday rule of today matters."""
    day = days(1)
    while day.weekday() > 3:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 17, tzinfo=ZONE)


async def test_from_an_open_call_to_a_paid_invoice_and_a_line_of_the_portfolio(product: Product) -> None:
    manager = await product.signed_in("manager@incubator.example")
    stranger = product.client()

    # Somebody nobody knows applies to a public call.
    calls = (await run(stranger, "OpenCalls", first=100))["openCalls"]["nodes"]
    call = next(found for found in calls if any("Hamburg" in site["name"] for site in found["sites"]))
    site = call["sites"][0]
    application = (
        await run(
            stranger,
            "SubmitApplication",
            input={
                "callId": call["id"],
                "siteId": site["id"],
                "startupName": "Brook Bio",
                "country": "DE",
                "city": "Hamburg",
                "sector": "diagnostics",
                "headcount": 2,
                "pitch": "We find sepsis an hour earlier, from one drop of blood.",
                "wishes": "One bench.",
                "contactName": "Bea Brook",
                "contactEmail": FOUNDER,
                "language": "DE",
                "idempotencyKey": "slice-application",
            },
        )
    )["application"]

    # A manager offers a bench on a plan, with a deposit; the founder is invited by mail and comes in.
    choices = await run(manager, "OfferChoices", siteId=site["id"])
    bench = next(unit for unit in choices["units"]["nodes"] if unit["name"] == "Bench 07")
    offer = (
        await run(
            manager,
            "MakeOffer",
            input={
                "applicationId": application["id"],
                "planId": choices["plans"]["nodes"][0]["id"],
                "unitId": bench["id"],
                "startsOn": days(0),
                "endsOn": days(364),
                "depositMinor": 62000,
                "terms": "One bench for a year; keys at the front desk.",
                "expiresOn": days(14),
                "idempotencyKey": "slice-offer",
            },
        )
    )["offer"]
    invitation = await letter(product, FOUNDER, "Incubator")
    token = re.search(r"token=(\S+)", invitation.text)
    assert token is not None
    founder = product.client()
    joined = await founder.post("/auth/accept-invitation", json={"token": token[1], "name": "Bea Brook", "password": PASSWORD})
    assert joined.status_code == 200, joined.text

    # The owner accepts word for word; residency and rental stand.
    shown = (await run(founder, "OfferDetails", id=offer["id"]))["node"]
    residency = (await run(founder, "AcceptOffer", input={"offerId": offer["id"], "termsHash": shown["termsHash"]}))["residency"]
    startup_id = residency["startup"]["id"]
    space = (await run(founder, "Residencies"))["residencies"]["nodes"]
    assert [(found["state"], [rental["unit"]["name"] for rental in found["rentals"]]) for found in space] == [("ACTIVE", ["Bench 07"])]

    # A member books a meeting room; nobody else gets the same hour.
    rooms = (await run(founder, "BookableUnits", siteId=site["id"]))["units"]["nodes"]
    room = next(unit for unit in rooms if unit["name"] == "Meeting room 01")
    starts_at = next_working_hour()
    wish = {
        "unitId": room["id"],
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(hours=1)).isoformat(),
        "title": "First meeting",
    }
    booking = (await run(founder, "CreateBooking", input={**wish, "idempotencyKey": "slice-booking"}))["booking"]
    assert booking["isMine"]
    owner = await product.signed_in("owner@elbe-cell.example")
    refused = await owner.post(
        "/graphql", json={"query": document("CreateBooking"), "variables": {"input": {**wish, "idempotencyKey": "slice-second"}}}
    )
    assert [error["code"] for error in refused.json()["data"]["createBooking"]["errors"]] == ["UnitTaken"]

    # A corporate mentor is seconded and logs two hours; a pilot deal is opened.
    corporates = await ask(manager, 'query { organizations(search: "Johnson", first: 1) { nodes { id } } }')
    corporate_id = corporates["organizations"]["nodes"][0]["id"]
    secondment = (
        await run(
            manager,
            "CreateSecondment",
            input={
                "secondeeEmail": "mentor@jnj.example",
                "secondeeName": "Dr. Anna Keller",
                "employerId": corporate_id,
                "hostId": startup_id,
                "siteId": site["id"],
                "function": "clinical validation",
                "hoursPerWeek": 4,
                "startsOn": days(0),
                "endsOn": days(180),
                "costModel": "SPONSORED",
            },
        )
    )["secondment"]
    mentor = await product.signed_in("mentor@jnj.example")
    logged = await run(
        mentor,
        "LogTime",
        input={
            "secondmentId": secondment["id"],
            "workedOn": days(0),
            "minutes": 120,
            "category": "work",
            "note": "Study design",
            "clientKey": "slice-time-1",
        },
    )
    assert logged["timeLog"]["secondment"]["loggedMinutes"] == 120
    await run(
        manager,
        "OpenDeal",
        input={
            "title": "Sepsis pilot",
            "startupId": startup_id,
            "corporateId": corporate_id,
            "siteId": site["id"],
            "valueMinor": 4_000_000,
            "currency": "EUR",
        },
    )

    # The owner says where invoices go; without a street none could be made.
    billed = (await run(founder, "BillingDetails", organizationId=startup_id))["billingDetails"]
    await run(
        founder,
        "SetBillingAddress",
        input={
            "organizationId": startup_id,
            "name": "Brook Bio GmbH",
            "address": "Kai 1",
            "city": "Hamburg",
            "expectedVersion": billed["organizationVersion"],
        },
    )

    # The month's billing run, by a worker, makes and numbers the invoices.
    month = days(0).replace(day=1)
    started = (await run(manager, "StartBillingRun", input={"month": month, "idempotencyKey": "slice-run"}))["billingRun"]

    async def finished() -> bool:
        runs = (await run(manager, "BillingRuns", first=5))["billingRuns"]["nodes"]
        return any(found["id"] == started["id"] and found["state"] == "FINISHED" and not found["parked"] for found in runs)

    await eventually(finished, "the billing run", 120)

    async def numbered() -> Any:
        invoices = (await run(founder, "Invoices", first=10))["invoices"]["nodes"]
        return next((found for found in invoices if "-D-" not in found["number"]), None)

    rent = await eventually(numbered, "the number of the draft", 60)
    details = (await run(founder, "InvoiceDetails", id=rent["id"]))["node"]
    assert details["gross"]["amountMinor"] == details["net"]["amountMinor"] + details["tax"]["amountMinor"] > 0
    assert {line["taxRate"] for line in details["lines"] if line["amount"]["amountMinor"]} == {"19"}

    # The startup pays on the payment page; the webhook settles it; the PDF is there.
    checkout = (await run(founder, "PayInvoice", input={"invoiceId": rent["id"], "idempotencyKey": "slice-pay-1"}))["checkoutUrl"]
    async with httpx.AsyncClient(timeout=30) as browser:
        page = await browser.get(checkout)
        paid = await browser.post(checkout, data={"action": "pay", "method": "card"})
    assert (page.status_code, "Nord Incubator GmbH" in page.text, paid.status_code) == (200, True, 303)

    async def settled() -> Any:
        found = (await run(founder, "InvoiceDetails", id=rent["id"]))["node"]
        return found if found["paymentState"] == "PAID" and found["documentUrl"] else None

    invoice = await eventually(settled, "the webhook and the document", 90)
    pdf = await founder.get(invoice["documentUrl"])
    assert (invoice["outstanding"]["amountMinor"], pdf.headers["content-type"], pdf.content[:5]) == (0, "application/pdf", b"%PDF-")

    # Everyone concerned was told by mail.
    for to, subject in (
        ("manager@incubator.example", "Brook Bio"),
        (FOUNDER, "Willkommen"),
        (FOUNDER, "Gebucht"),
        ("mentor@jnj.example", "Brook Bio"),
        (FOUNDER, "Sepsis pilot"),
        (FOUNDER, rent["number"]),
        (FOUNDER, "Zahlung eingegangen"),
    ):
        await letter(product, to, subject)

    # A manager's query, with an API token made on the command line, returns the portfolio line with all of it.
    token_text = product.command("token", "create", "--email", "manager@incubator.example").strip()
    script = product.client(authorization=f"Bearer {token_text}")
    [line] = (await run(script, "Portfolio", month=month, search="Brook Bio"))["portfolio"]["nodes"]
    assert (line["units"], line["secondees"], line["secondedMinutes"], line["openDeals"]) == (["Bench 07"], 1, 120, 1)
    assert line["rentPerMonth"] == {"amountMinor": 62000, "currency": "EUR"}
    assert line["invoiced"] == invoice["gross"]
    assert line["dealValue"] == {"amountMinor": 4_000_000, "currency": "EUR"}

    # The ledger, the numbers and the constraints still hold.
    verified = product.command("verify")
    assert "all is right" in verified
    for client in (manager, stranger, founder, owner, mentor, script):
        await client.aclose()
