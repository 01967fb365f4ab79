"""Permission tables: every kind of caller against the lists and mutations of people at work, money, files, notes and parked work."""

from typing import Any

import pytest

from incubator import db
from incubator.notifications.kinds import KINDS
from tests.graphql_api.asking import ASKING, OF_NO_ID, day
from tests.graphql_api.walking import document_of
from tests.support import callers
from tests.support.callers import CALLERS, Credentials, Table, World
from tests.support.sides import Side, side
from tests.support.web import Web, ask, session_of
from tests.support.written import contents

NOT_SIGNED_IN = {"anonymous": "NotSignedIn", "ended session": "NotSignedIn"}
NOTHING = dict.fromkeys(CALLERS, 0) | NOT_SIGNED_IN
FORBIDDEN = dict.fromkeys(CALLERS, "Forbidden") | NOT_SIGNED_IN
STAFF = dict.fromkeys(("manager", "auditor", "reading token"), 1)
STARTUP = ("owner", "member", "billing contact")
HOUSE = ("manager", "finance", "front desk", "auditor", "reviewer", "reading token")
PAYING = ("owner", "billing contact")
PAYERS = ("owner", "billing contact", "another startup's owner", "corporate admin", "university")
KINDS_TO_CHOOSE = [kind for kind, described in KINDS.items() if described.is_optional]

LISTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "portfolio": ({"month": day(1)}, FORBIDDEN | STAFF | {"manager elsewhere": 0}),
    "outages": ({}, dict.fromkeys(CALLERS, 3) | NOT_SIGNED_IN),
    "calendarFeeds": ({}, NOTHING),
    "secondments": ({}, NOTHING | STAFF | {"owner": 1, "member": 1}),
    "timeLogs": ({"from": day(-9), "until": day(9)}, NOTHING | STAFF | {"owner": 1, "member": 1}),
    "deals": ({}, NOTHING | STAFF | {"owner": 1, "member": 1}),
    "invoices": ({}, NOTHING | dict.fromkeys((*STAFF, "finance"), 15) | dict.fromkeys(("owner", "billing contact"), 13)),
    "invoiceTotals": ({}, NOTHING | dict.fromkeys((*STAFF, "owner", "billing contact", "finance"), 2)),
    "customerAccounts": (
        {},
        FORBIDDEN | dict.fromkeys(PAYERS, 0) | dict.fromkeys((*STAFF, "finance", "owner", "billing contact"), 2) | {"manager elsewhere": 0},
    ),
    "rentals": ({}, NOTHING | dict.fromkeys(STARTUP, 5) | dict.fromkeys((*STAFF, "front desk"), 6)),
    "rentalHolds": ({}, NOTHING | dict.fromkeys((*STARTUP, *STAFF, "front desk"), 2)),
    "badges": ({}, NOTHING | dict.fromkeys(STARTUP, 2) | dict.fromkeys((*STAFF, "front desk"), 3)),
    "plans": ({}, NOTHING | dict.fromkeys(STARTUP, 3) | dict.fromkeys(HOUSE, 5)),
    "sellerProfiles": ({}, FORBIDDEN | dict.fromkeys((*STAFF, "finance"), 4) | {"manager elsewhere": 1} | dict.fromkeys(PAYERS, 0)),
    "exchangeRates": ({}, FORBIDDEN | dict.fromkeys((*STAFF, "finance", "manager elsewhere", *PAYERS), 1)),
    "contracts": ({}, FORBIDDEN | dict.fromkeys((*PAYERS, "manager elsewhere"), 0) | dict.fromkeys((*STAFF, *PAYING, "finance"), 9)),
    "charges": ({}, FORBIDDEN | dict.fromkeys((*PAYERS, "manager elsewhere"), 0) | dict.fromkeys((*STAFF, *PAYING, "finance"), 8)),
    "customerCredits": ({}, FORBIDDEN | dict.fromkeys((*PAYERS, "manager elsewhere"), 0) | dict.fromkeys((*STAFF, *PAYING, "finance"), 1)),
    "priceIndexValues": ({}, FORBIDDEN | dict.fromkeys((*STAFF, "finance"), 1) | dict.fromkeys((*PAYERS, "manager elsewhere"), 0)),
    "billingRuns": ({}, FORBIDDEN | dict.fromkeys((*STAFF, "finance"), 2) | dict.fromkeys((*PAYERS, "manager elsewhere"), 0)),
    "parkedWork": ({}, FORBIDDEN | {"manager": 1, "finance": 1, "reading token": 1, "manager elsewhere": 0}),
    "notifications": ({}, NOTHING | {"reading token": 1}),
    "notificationPreferences": ({}, dict.fromkeys(CALLERS, len(KINDS_TO_CHOOSE)) | NOT_SIGNED_IN),
}


def outcome(name: str, answer: dict[str, Any]) -> Any:
    """Return how many rows a list showed, or the code it was refused with."""
    [refused] = [error["extensions"]["code"] for error in answer.get("errors", [])] or [None]
    rows: Any = (answer["data"] or {}).get(name) or []
    return refused or (rows["totalCount"] if isinstance(rows, dict) else len(rows))


def world_of(made: Side) -> World:
    """Return the side as the callers know it."""
    return World(made.house, made.actors["owner"])


@pytest.mark.parametrize("name", LISTS)
async def test_who_sees_how_much_of_a_list(web: Web, name: str) -> None:
    known = world_of(await side())
    arguments, expected = LISTS[name]

    found = {who: outcome(name, await ask(web, await caller(known), document_of(name), **arguments)) for who, caller in CALLERS.items()}

    assert found == expected


NOT_THEIRS = ("another_startups_owner", "corporate_admin", "mentor", "scout", "university", "finance", "front_desk", "reviewer")
UNSEEN = dict.fromkeys((*NOT_THEIRS, "billing_contact", "manager_elsewhere"), "NotFound")
EVERYBODY = [who for who in CALLERS if who not in ("anonymous", "reading token", "ended session")]
UNKNOWN = dict.fromkeys(("another_startups_owner", "corporate_admin", "mentor", "scout", "university", "finance", "reviewer"), "NotFound")
"""Who sees nothing of a startup's rentals, and may ask by the field's rule."""
TENANTS = callers.table("owner", "manager", manager_elsewhere="NotFound", **UNKNOWN)
SITE_MANAGERS = callers.table("manager", manager_elsewhere="NotFound")
DESK = callers.table("manager", "front desk", manager_elsewhere="NotFound")

BILLED = callers.table(
    "owner", "billing contact", "finance", another_startups_owner="NotFound", corporate_admin="NotFound", university="NotFound"
)
FINANCE = callers.table("finance")
BILLERS = callers.table("manager", "finance", manager_elsewhere="NotFound")

MUTATIONS: dict[str, Table] = {
    "createPlan": callers.table("manager", "manager elsewhere"),
    "retirePlan": callers.table("manager", manager_elsewhere="NotFound"),
    "changePrice": BILLERS,
    "pauseContract": BILLERS,
    "resumeContract": BILLERS,
    "stopContract": BILLERS,
    "setMinimum": BILLERS,
    "addCharge": BILLERS,
    "waiveCharge": BILLERS,
    "giveCustomerCredit": BILLERS,
    "withdrawCustomerCredit": BILLERS,
    "recordIndexValue": callers.table("manager", "finance", "manager elsewhere"),
    "updateSellerProfile": FINANCE,
    "closeBooks": FINANCE,
    "registerForTax": FINANCE,
    "endTaxRegistration": FINANCE,
    "enterExchangeRate": FINANCE,
    "recordTaxStatus": FINANCE,
    "endTaxStatus": FINANCE,
    "setBillingAddress": BILLED,
    "checkVatId": BILLED,
    "updateBillingDetails": BILLED,
    "setVatId": callers.table(
        "finance",
        owner="NotFound",
        billing_contact="NotFound",
        another_startups_owner="NotFound",
        corporate_admin="NotFound",
        university="NotFound",
    ),
    "createSecondment": callers.table("manager"),
    "removeTimeLog": callers.table(**UNSEEN),
    "openDeal": callers.table("manager"),
    "moveDeal": callers.table("manager", manager_elsewhere="NotFound"),
    "markNotificationsRead": callers.table(**UNSEEN, owner="NotFound", member="NotFound", manager="NotFound", auditor="NotFound"),
    "setNotificationPreference": callers.table(*EVERYBODY),
    "previewImport": callers.table("manager", "manager elsewhere"),
    "applyImport": callers.table(manager="NotFound", manager_elsewhere="NotFound"),
    "payInvoice": callers.table(
        "owner", "billing contact", another_startups_owner="NotFound", corporate_admin="NotFound", university="NotFound"
    ),
    "startBillingRun": callers.table("manager", "finance", "manager elsewhere"),
    "decideBillingRun": BILLERS,
    "resumeBillingRun": BILLERS,
    "assignParkedCustomer": BILLERS,
    "finaliseInvoice": BILLERS,
    "discardDraft": BILLERS,
    "createCreditNote": callers.table("finance"),
    "voidInvoice": callers.table("finance"),
    "recordRefund": callers.table("finance"),
    "holdUnit": callers.table("manager"),
    "releaseHold": TENANTS,
    "giveNotice": TENANTS,
    "assignRental": SITE_MANAGERS,
    "changeRentalUnit": SITE_MANAGERS,
    "extendRental": SITE_MANAGERS,
    "settleDeposit": SITE_MANAGERS,
    "recordDepositReturn": callers.table("finance"),
    "requestFapiao": callers.table("finance"),
    "recordFapiao": callers.table("finance"),
    "startRedLetter": callers.table("finance"),
    "recordRedLetter": callers.table("finance"),
    "startChecklist": DESK,
    "fillChecklist": DESK,
    "signChecklist": callers.table(
        "manager", "front desk", owner="ChecklistChanged", member="ChecklistChanged", manager_elsewhere="NotFound", **UNKNOWN
    ),
    "setChecklistTemplate": callers.table("manager"),
    "addBadge": callers.table("manager", "front desk"),
    "issueBadge": DESK,
    "returnBadge": DESK,
    "loseBadge": SITE_MANAGERS,
    "closeSite": callers.table("manager"),
    "reopenSite": callers.table("manager"),
    "setSubdivision": callers.table("manager"),
    "unparkWork": callers.table("manager", "finance", manager_elsewhere="NotFound"),
}
DONE = {"payInvoice": "TransferOnly", "decideBillingRun": "BillingRunDecided"}
"""What who may is answered: nothing, but where the test has no account at Stripe, or no run that is held."""


async def codes(web: Web, made: Side, name: str, who: Credentials) -> str:
    """Let somebody try a mutation that is valid on a side; returns the codes it was refused with, empty for none."""
    answer = await ask(web, who, document_of(name), **(ASKING | OF_NO_ID)[name].arguments(made))
    return ", ".join(error["code"] for error in answer["data"][name]["errors"])


async def ready() -> Side:
    """Make a side whose billing run is over, so that another can begin."""
    made = await side()
    await db.execute("UPDATE billing_run SET state = 'finished'")
    return made


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_may_not_is_refused_and_nothing_is_written(web: Web, name: str) -> None:
    made, table = await ready(), MUTATIONS[name]
    people = {who: await CALLERS[who](world_of(made)) for who in reversed(list(CALLERS))}  # the ended session ends those before it
    for person in people.values():
        await ask(web, person, "{ viewer { roles } }")  # a token's first use is written down
    before = await contents()

    refused = {who: await codes(web, made, name, people[who]) for who in table.refused}

    assert refused == table.refused
    assert await contents() == before


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_may_does_it(web: Web, name: str) -> None:
    own = await ready()
    done = {"whose it is": await codes(web, own, name, await session_of(own.actors[(ASKING | OF_NO_ID)[name].who]))}

    for who in MUTATIONS[name].allowed[:3]:
        made = await ready()
        done[who] = await codes(web, made, name, await CALLERS[who](world_of(made)))

    assert done == dict.fromkeys(done, DONE.get(name, ""))
