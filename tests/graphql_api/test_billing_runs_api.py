"""Held runs, parked customers and accounts through the API, driven by the client's documents."""

from typing import Any

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import Role
from incubator_graphql.ids import encode
from tests.billing.worlds import APRIL, MARCH, charged, drain
from tests.support import callers, invoicing, make
from tests.support.web import Web, document, run, session_of, statements
from tests.support.written import contents

BILLERS = callers.table("manager", "finance", manager_elsewhere="NotFound")


async def held(web: Web, house: make.House, amount: int = 10_000) -> tuple[dict[str, str], str]:
    """Start a run that is to be held, and let it be estimated; returns the manager's session and the run's id."""
    manager = await session_of(house.manager)
    await charged(house, await make.organization(), amount)
    given = {"month": "2026-03-17", "idempotencyKey": "run-of-march", "hold": True}
    started = await run(web, manager, "StartBillingRun", input=given)
    await drain()
    return manager, started["billingRun"]["id"]


async def details(web: Web, session: dict[str, str], run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await run(web, session, "BillingRunDetails", id=run_id))["node"]
    return found


async def test_a_held_run_shows_its_estimate_and_bills_when_it_is_approved(web: Web) -> None:
    house = await make.house()
    manager, run_id = await held(web, house)

    waiting = await details(web, manager, run_id)
    nothing_yet = await db.value("SELECT count(*) FROM invoice")
    decided = await run(web, manager, "DecideBillingRun", input={"billingRunId": run_id, "approve": True})
    await drain()
    done = await details(web, manager, run_id)

    [estimate] = waiting["estimates"]
    assert (waiting["state"], nothing_yet) == ("HELD", 0)
    assert (estimate["customers"], estimate["expected"], estimate["before"]) == (1, {"amountMinor": 10_000, "currency": "EUR"}, None)
    assert (decided["errors"], decided["billingRun"]["state"]) == ([], "RUNNING")
    assert (done["state"], done["done"], done["decidedByName"]) == ("FINISHED", 1, house.manager.name)


async def test_a_cancelled_run_bills_nothing_and_who_decides_second_is_told_the_state(web: Web) -> None:
    house = await make.house()
    manager, run_id = await held(web, house)

    await run(web, manager, "DecideBillingRun", input={"billingRunId": run_id, "approve": False})
    [error] = (await run(web, manager, "DecideBillingRun", input={"billingRunId": run_id, "approve": True}))["errors"]
    await drain()

    assert error["code"] == "BillingRunDecided"
    assert "cancelled" in error["message"]
    assert await db.value("SELECT count(*) FROM invoice") == 0


async def test_who_may_decide_and_who_may_not(web: Web) -> None:
    known = await callers.world()
    _, run_id = await held(web, known.house)
    before = await db.value("SELECT state FROM billing_run")

    async def attempt(who: callers.Credentials) -> dict[str, Any]:
        found: dict[str, Any] = await run(web, who, "DecideBillingRun", input={"billingRunId": run_id, "approve": True})
        return found

    assert await callers.refusals(known, BILLERS, attempt) == BILLERS.refused
    assert await db.value("SELECT state FROM billing_run") == before
    finance = await callers.CALLERS["finance"](known)
    assert (await attempt(finance))["errors"] == []


async def test_a_parked_customer_is_given_to_somebody_and_taken_up_again(web: Web) -> None:
    house, customer = await make.house(), await make.organization()
    manager, finance = await session_of(house.manager), await make.person(house.operator_id, Role.FINANCE)
    run_id, [item] = await invoicing.finished_run(house, [customer])
    given = {"parkedCustomerId": encode("ParkedCustomer", item), "personId": encode("Person", finance.person_id)}  # type: ignore[arg-type]
    stranger = await make.startup_owner()

    assigned = await run(web, manager, "AssignParkedCustomer", input=given)
    not_ours = await run(
        web,
        manager,
        "AssignParkedCustomer",
        input=given | {"personId": encode("Person", stranger.person_id)},  # type: ignore[arg-type]
    )
    seen = await details(web, manager, encode("BillingRun", run_id))
    resumed = await run(web, manager, "ResumeBillingRun", input={"billingRunId": encode("BillingRun", run_id)})
    await drain()
    after = await details(web, manager, encode("BillingRun", run_id))

    assert assigned["errors"] == []
    assert [(error["code"], error["path"]) for error in not_ours["errors"]] == [("NotFound", ["input", "personId"])]
    [parked] = seen["parkedCustomers"]
    assert (parked["code"], parked["ownerName"]) == ("RateMissing", finance.name)
    assert (resumed["errors"], resumed["resumed"]) == ([], 1)
    assert (after["state"], after["parked"], after["parkedCustomers"]) == ("FINISHED", 0, [])


async def test_who_was_billed_late_is_named(web: Web) -> None:
    house = await make.house()
    manager = await session_of(house.manager)
    run_id, _ = await invoicing.finished_run(house, [], late=[await make.organization()])

    found = await details(web, manager, encode("BillingRun", run_id))

    assert found["late"] == 1
    assert [one["latePeriods"] for one in found["lateCustomers"]] == [2]


async def test_runs_cost_the_same_however_many_customers_they_parked_and_billed_late(web: Web) -> None:
    house = await make.house()
    manager = await session_of(house.manager)
    # Asked one by one: lists that name the same kind of thing share a statement or not, as their answers come in together or apart.
    lists = (
        "estimates { strays legalEntity { name } }",
        "parkedCustomers { reason ownerName customer { name } }",
        "parkedCustomers { legalEntity { name } }",
        "lateCustomers { latePeriods customer { name } }",
    )
    asked = [f"query($first: Int) {{ billingRuns(first: $first) {{ nodes {{ id decidedByName {one} }} }} }}" for one in lists]
    asked.append(document("BillingRuns"))
    await invoicing.finished_run(house, [await make.organization()], late=[await make.organization()])
    few = [await statements(web, manager, text, first=100) for text in asked]

    for _ in range(4):
        others = [await make.organization() for _ in range(6)]
        await invoicing.finished_run(house, others[:3], late=others[3:])
    many = [await statements(web, manager, text, first=100) for text in asked]

    assert many == few


async def account(web: Web, session: dict[str, str], house: make.House, customer: object, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = await run(
        web,
        session,
        "InvoicePreviews" if "month" in more else "AccountStatement",
        customerId=encode("Organization", customer),  # type: ignore[arg-type]
        legalEntityId=encode("LegalEntity", house.legal_entity_id),
        currency="EUR",
        **more,
    )
    return found


async def test_an_account_lists_what_was_booked_with_the_balance_after_it(web: Web) -> None:
    house, owner = await make.house(), await make.startup_owner()
    session = await session_of(owner)
    assert owner.organization_id is not None
    with clock.travel_to(APRIL):
        invoice_id = await invoicing.invoice(house, owner.organization_id, 10_000)
        await invoicing.paid(invoice_id, 4_000)

    found = (await account(web, session, house, owner.organization_id, first="2026-04-01", last="2026-04-30"))["accountStatement"]
    later = (await account(web, session, house, owner.organization_id, first="2026-05-01", last="2026-05-31"))["accountStatement"]
    [listed] = (await run(web, session, "CustomerAccounts", first=10))["customerAccounts"]["nodes"]

    assert [(entry["kind"], entry["amount"]["amountMinor"], entry["balance"]["amountMinor"]) for entry in found["entries"]] == [
        ("invoice", 11_900, 11_900),
        ("payment", -4_000, 7_900),
    ]
    assert {entry["invoiceId"] for entry in found["entries"]} == {encode("Invoice", invoice_id)}
    assert (found["opening"]["amountMinor"], found["closing"]["amountMinor"]) == (0, 7_900)
    assert (later["opening"]["amountMinor"], later["closing"]["amountMinor"], later["entries"]) == (7_900, 7_900, [])
    assert (listed["owed"]["amountMinor"], listed["overdue"]["amountMinor"]) == (7_900, 7_900)


async def test_the_next_invoices_are_shown_to_the_customer_and_nothing_is_written(web: Web) -> None:
    house, owner = await make.house(), await make.startup_owner()
    session = await session_of(owner)
    assert owner.organization_id is not None
    await charged(house, owner.organization_id, 10_000, MARCH)
    before = await contents()

    [preview] = (await account(web, session, house, owner.organization_id, month="2026-03-01"))["invoicePreviews"]

    assert (preview["net"]["amountMinor"], preview["tax"]["amountMinor"], preview["gross"]["amountMinor"]) == (10_000, 1_900, 11_900)
    assert [line["description"] for line in preview["lines"]] == ["Fee"]
    assert await contents() == before


async def test_accounts_cost_the_same_however_many_there_are(web: Web) -> None:
    house = await make.house()
    manager = await session_of(house.manager)
    await invoicing.invoice(house, await make.organization())
    few = await statements(web, manager, document("CustomerAccounts"), first=100)

    for _ in range(8):
        await invoicing.invoice(house, await make.organization())

    assert await statements(web, manager, document("CustomerAccounts"), first=100) == few
