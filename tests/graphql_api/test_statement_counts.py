"""How many SQL statements the API takes: for every list the same for few and for many rows, for every mutation at most what is written here."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from graphql import GraphQLObjectType, get_named_type, is_required_argument

from incubator import db
from incubator.billing import service as billing
from incubator.billing.exchange_rates import keep_rates
from incubator.importing import service as importing
from incubator.kernel import clock, work
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.ids import new_id
from incubator.notifications import service as notifications
from incubator.notifications.kinds import Kind
from incubator.organizations import queries as organizations
from incubator.organizations import service as people
from incubator.pilots import service as pilots
from incubator.residencies import service as residencies
from incubator.residencies.policy import terms_hash
from incubator.secondments import service as secondments
from incubator.spaces import service as spaces
from incubator_graphql.ids import encode
from tests.graphql_api.asking import ASKING, OF_NO_ID
from tests.graphql_api.walking import SCHEMA, connections, deep, document_of, roots
from tests.support import contracted, make, schooling
from tests.support.servers import Servers
from tests.support.sides import TERMS, side, some
from tests.support.web import Web, ask, refill, session_of, statements, token_of

FEW, MANY = 3, 60
LEVELS = 2
"""How deep the lists' nodes are asked for: an offer's application's call, and no further."""
LESS_DEEP = dict.fromkeys(
    (
        "Query.invoices",
        "Query.contracts",
        "Query.charges",
        "Query.residencies",
        "Query.billingRuns",
        "Query.bookings",
        "Query.rentals",
        "Query.outages",
        "Query.units",
        "Query.trainingSessions",
        "Query.offers",
        "Query.waitingList",
    ),
    1,
) | {"Query.invoices": 0}
"""What would cost more points than an operation may, at that depth; of invoices another test asks for lines and credit notes."""


async def one_more(house: make.House) -> None:
    """Add one row for each list of the schema, each with relations of its own."""
    owner, manager = await make.resident(house), house.manager
    offered = await make.offer(house, owner=owner, terms=TERMS)
    await residencies.accept_offer(owner, offered.offer_id, terms_hash(TERMS))
    at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    room, key = await make.unit(house), make.fresh("counted-key-")
    await spaces.create_booking(owner, spaces.BookingTerms(room, at, at + timedelta(hours=1), "Board"), key)
    await spaces.record_machine_event(manager, spaces.MachineEvent(room, key, "stop", clock.now()))
    await spaces.join_waiting_list(await make.resident(house), spaces.BookingTerms(room, at, at + timedelta(hours=1), "Me too"))
    await _one_more_rental(house, owner)
    await spaces.announce_outage(manager, spaces.OutageTerms(room, at + timedelta(hours=5), at + timedelta(hours=6), "Service"))
    feed_id, _ = await spaces.create_feed(owner, spaces.FeedTerms(room))
    await db.execute("UPDATE calendar_feed SET person_id = $2 WHERE id = $1", feed_id, manager.person_id)
    corporate_id, startup_id = await make.organization("corporate"), some(owner.organization_id)
    await make.owner_statement(house, corporate_id, startup_id)
    mentor = await make.person(corporate_id, Role.MENTOR)
    email, today = await db.value("SELECT email FROM person WHERE id = $1", mentor.person_id), clock.today("Europe/Berlin")
    terms = secondments.SecondmentTerms(
        email, "Max", corporate_id, startup_id, house.site_id, "affairs", 8, today, today + timedelta(days=9), "shared"
    )
    secondment_id = await secondments.second_person(manager, terms)
    await secondments.log_time(mentor, secondment_id, today, 5, "work", "", key)
    await pilots.open_deal(manager, "Targets", startup_id, corporate_id, house.site_id, 100, "EUR")
    await _one_more_trained(house, owner)
    await _one_more_of_the_house(house, key)
    await _one_more_contract(house, startup_id)


async def _one_more_contract(house: make.House, customer_id: UUID) -> None:
    contract_id = await contracted.contract(house, customer_id)
    await billing.pause_contract(SYSTEM, contract_id, clock.today("Europe/Berlin") + timedelta(days=40), None, "Renovation", 1)
    await billing.waive_charge(SYSTEM, await contracted.charge(house, customer_id), "A gift", make.fresh("waive-key-"))
    await contracted.index_value(house)
    await contracted.credit(house, customer_id)


async def _one_more_trained(house: make.House, owner: Actor) -> None:
    training = await schooling.training(house)
    await schooling.passed(owner, training)
    unit = await schooling.scope(house, training)
    await spaces.take_seat(owner, await schooling.session(house, training, unit_id=unit))
    await spaces.enter_area(owner, await schooling.room(house))


async def _one_more_rental(house: make.House, owner: Actor) -> None:
    """A rental with its heir, deposit, checklist and badge, and a unit that is kept; each begins after those before, so a page has both."""
    manager, startup_id = house.manager, some(owner.organization_id)
    first = clock.today("Europe/Berlin") + timedelta(days=2 + await db.value("SELECT count(*)::int FROM rental"))
    units = [await make.unit(house, "bench", hourly_minor=None, monthly_minor=100) for _ in range(3)]
    until = clock.now() + timedelta(days=1)
    hold = spaces.HoldTerms(first, first + timedelta(days=90), until, units[0], None, startup_id)
    await spaces.hold_unit(manager, hold, make.fresh("hold-key-"))
    terms = spaces.AssignTerms(None, units[1], startup_id, first, first + timedelta(days=90), 100)
    rental_id = await spaces.assign_rental(manager, terms, make.fresh("assign-key-"))
    await spaces.start_checklist(manager, rental_id, "return")
    badge_id = await spaces.add_badge(manager, house.site_id, "key", make.fresh("K-"))
    await spaces.issue_badge(manager, spaces.IssueTerms(badge_id, some(owner.person_id), startup_id, rental_id))
    change = spaces.ChangeTerms(rental_id, units[2], first + timedelta(days=1))
    await spaces.change_unit(manager, change, 1, make.fresh("change-key-"))


async def _one_more_of_the_house(house: make.House, key: str) -> None:
    manager = house.manager
    await make.house()
    await keep_rates(
        [("USD", date(2031, 1, 1) + timedelta(days=await db.value("SELECT count(*)::int FROM exchange_rate")), Decimal(1))], "ECB"
    )
    await make.person(house.operator_id, Role.AUDITOR)
    await session_of(manager)
    await token_of(manager)
    await people.invite_person(manager, f"{key}@people.example", "New", [Role.FINANCE])
    await billing.start_billing_run(manager, clock.today("Europe/Berlin") - timedelta(days=400), key)
    await db.execute("UPDATE billing_run SET state = 'finished'")
    await work.schedule("test work", key, concerns=house.site_id)
    await db.execute("UPDATE work_item SET state = 'parked' WHERE kind = 'test work'")
    own = (await organizations.people_by_id(manager, [some(manager.person_id)])).values()
    async with db.transaction():
        await notifications.tell(own, Kind.APPLICATION_RECEIVED, {"site": "S", "startup": "S", "call": "C"}, "/applications", new_id())


async def batch_of(house: make.House, rows: int) -> str:
    """Preview a file with so many rows; returns its id."""
    header = "key,name_en,name_local,kind,country,city,sector,source\n"
    text = header + "".join(f"counted{n},Name,,corporate,DE,Hamburg,x,x\n" for n in range(rows))
    return encode("ImportBatch", await importing.preview(house.manager, "organizations", "a.csv", text.encode()))


NESTED = {
    "Secondment.timeLogs": "{ secondments(first: 60) { nodes { timeLogs(first: 3) { totalCount nodes { id minutes } } } } }",
    "ImportBatch.rows": "query($batch: ID!) { node(id: $batch) { ... on ImportBatch { rows(first: 100) { totalCount nodes { number values } } } } }",
}
"""Lists within others, which only a document of their own reaches."""


def arguments_of(house: make.House, batch: str) -> dict[str, Any]:
    """Return what lists must be told, by the argument's name."""
    day, now = clock.today("Europe/Berlin"), clock.now()
    return {
        "siteId": encode("Site", house.site_id),
        "month": str(day + timedelta(days=1)),
        "Date": (str(day - timedelta(days=9)), str(day + timedelta(days=9))),
        "DateTime": ((now - timedelta(days=9)).isoformat(), (now + timedelta(days=9)).isoformat()),
        "batch": batch,
    }


def asked(key: str, house: make.House, batch: str) -> tuple[str, dict[str, Any]]:
    """Return a document that asks for all of a list, and its variables."""
    known = arguments_of(house, batch)
    if key in NESTED:
        return NESTED[key], {"batch": known["batch"]} if "$batch" in NESTED[key] else {}
    name = key.removeprefix("Query.")
    field = roots()[name]
    connection = get_named_type(field.type)
    assert isinstance(connection, GraphQLObjectType)
    nodes = f"{{ totalCount nodes {deep(get_named_type(connection.fields['nodes'].type), LESS_DEEP.get(key, LEVELS))} }}"
    variables = {"first": 60} | {
        one: known[one] for one in ("month", "siteId") if one in field.args and is_required_argument(field.args[one])
    }
    if "from" in field.args:
        variables |= dict(zip(("from", "until"), known[get_named_type(field.args["from"].type).name], strict=True))
    return document_of(name, nodes), variables


async def counted(
    servers: Servers, web: Web, house: make.House, session: dict[str, str], batch: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the statements of every list, and how many rows it showed, by its name."""
    found, shown = {}, {}
    for key in connections():
        await refill(servers)
        document, variables = asked(key, house, batch)
        found[key] = await statements(web, session, document, **variables)
        shown[key] = json.dumps(await ask(web, session, document, **variables)).count('"__typename"') if key not in NESTED else FEW
    return found, shown


async def test_every_list_takes_as_many_statements_for_many_rows_as_for_few(servers: Servers, web: Web) -> None:
    house = await make.house()
    session = await session_of(house.manager)
    for _ in range(FEW):
        await one_more(house)

    few, shown = await counted(servers, web, house, session, await batch_of(house, FEW))
    for _ in range(MANY - FEW):
        await one_more(house)
    many, _ = await counted(servers, web, house, session, await batch_of(house, MANY))

    assert [key for key, rows in shown.items() if rows < FEW] == []
    assert many == few


AT_MOST = {
    "createPlan": 9,
    "retirePlan": 8,
    "changePrice": 12,
    "pauseContract": 15,
    "resumeContract": 12,
    "stopContract": 17,
    "setMinimum": 11,
    "addCharge": 14,
    "waiveCharge": 17,
    "giveCustomerCredit": 12,
    "withdrawCustomerCredit": 10,
    "recordIndexValue": 7,
    "updateSellerProfile": 14,
    "closeBooks": 12,
    "registerForTax": 12,
    "endTaxRegistration": 12,
    "enterExchangeRate": 6,
    "setBillingAddress": 9,
    "setVatId": 10,
    "checkVatId": 6,
    "updateBillingDetails": 11,
    "recordTaxStatus": 8,
    "endTaxStatus": 8,
    "unparkWork": 7,
    "previewImport": 9,
    "applyImport": 11,
    "markNotificationsRead": 7,
    "setNotificationPreference": 3,
    "openDeal": 11,
    "moveDeal": 10,
    "createSecondment": 19,
    "logTime": 12,
    "removeTimeLog": 9,
    "payInvoice": 4,
    "startBillingRun": 16,
    "decideBillingRun": 4,
    "resumeBillingRun": 6,
    "assignParkedCustomer": 9,
    "finaliseInvoice": 31,
    "discardDraft": 10,
    "createCreditNote": 44,
    "voidInvoice": 47,
    "recordRefund": 12,
    "openCall": 9,
    "submitApplication": 11,
    "declineApplication": 9,
    "makeOffer": 14,
    "withdrawOffer": 10,
    "acceptOffer": 59,
    "addUnit": 12,
    "createBooking": 10,
    "cancelBooking": 10,
    "createPoolBooking": 13,
    "createSeries": 26,
    "moveBooking": 16,
    "handOverBooking": 12,
    "decideBooking": 9,
    "leaveNote": 9,
    "addBuilding": 5,
    "addFloor": 7,
    "addRoom": 7,
    "addPool": 5,
    "setFloorPlan": 12,
    "putUnitInto": 13,
    "setUnitOwner": 12,
    "setOwnerShare": 11,
    "addUnitPhoto": 15,
    "removeUnitPhoto": 10,
    "setBookingPolicy": 8,
    "closeSite": 17,
    "reopenSite": 9,
    "setSubdivision": 8,
    "announceOutage": 17,
    "changeOutage": 15,
    "resolveOutage": 11,
    "cancelOutage": 11,
    "cancelSeries": 20,
    "createCalendarFeed": 10,
    "revokeCalendarFeed": 6,
    "addRate": 8,
    "endRate": 10,
    "removeRate": 8,
    "grantCredit": 6,
    "checkIn": 12,
    "checkOut": 10,
    "recordMachineEvent": 13,
    "resolveUsage": 17,
    "joinWaitingList": 11,
    "leaveWaitingList": 8,
    "acceptSlot": 14,
    "addTraining": 8,
    "changeTraining": 10,
    "appointTrainer": 10,
    "dismissTrainer": 9,
    "scheduleSession": 13,
    "changeSession": 14,
    "cancelSession": 10,
    "takeSeat": 12,
    "leaveSeat": 9,
    "recordResults": 14,
    "requireQualification": 11,
    "dropRequirement": 10,
    "nameCompanion": 12,
    "grantQualification": 12,
    "suspendQualification": 8,
    "revokeQualification": 8,
    "renewQualification": 8,
    "enterArea": 11,
    "leaveArea": 7,
    "holdUnit": 18,
    "releaseHold": 11,
    "assignRental": 61,
    "changeRentalUnit": 40,
    "extendRental": 18,
    "giveNotice": 21,
    "settleDeposit": 19,
    "recordDepositReturn": 12,
    "requestFapiao": 13,
    "recordFapiao": 14,
    "startRedLetter": 14,
    "recordRedLetter": 14,
    "startChecklist": 10,
    "fillChecklist": 8,
    "signChecklist": 8,
    "setChecklistTemplate": 6,
    "addBadge": 7,
    "issueBadge": 11,
    "returnBadge": 10,
    "loseBadge": 14,
    "updatePreferences": 8,
    "switchOrganization": 3,
    "invitePerson": 9,
    "revokeInvitation": 7,
    "startTwoFactor": 2,
    "confirmTwoFactor": 4,
    "createApiToken": 6,
    "revokeApiToken": 6,
    "revokeSession": 6,
}
"""Statements of each mutation, sign-in, BEGIN and COMMIT included."""
REFUSED = {"payInvoice": ["TransferOnly"], "decideBillingRun": ["BillingRunDecided"], "confirmTwoFactor": ["WrongCode"]}
"""What needs more than a test of counts has: an account at Stripe, an app with a second factor."""


async def test_no_mutation_takes_more_statements_than_written_here(web: Web) -> None:
    assert SCHEMA.mutation_type
    made, calls = await side(), ASKING | OF_NO_ID
    sessions = {who: await session_of(made.actors[who]) for who in made.actors}
    await db.execute("UPDATE billing_run SET state = 'finished'")
    for session in sessions.values():
        await ask(web, session, "{ viewer { roles } }")
    found, refused = {}, {}
    seen: list[str] = []
    stop = db.observe(lambda sql, seconds: seen.append(sql))

    for name in SCHEMA.mutation_type.fields:
        seen.clear()
        answer = await ask(web, sessions[calls[name].who], document_of(name), **calls[name].arguments(made))
        found[name] = len(seen)
        refused[name] = [error["code"] for error in answer["data"][name]["errors"]]

    stop()
    assert {name: codes for name, codes in refused.items() if codes} == REFUSED
    assert found.keys() == AT_MOST.keys()
    assert {name: count for name, count in found.items() if count > AT_MOST[name]} == {}
