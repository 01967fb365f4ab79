"""A whole side of the product: an operator with its site, a startup and a corporate there, and one row of every type of node."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.crediting import Settlement
from incubator.billing.exchange_rates import keep_rates
from incubator.billing.tax_terms import TaxStatusKind
from incubator.importing import service as importing
from incubator.kernel import clock, work
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.kernel.ids import new_id
from incubator.notifications import service as notifications
from incubator.notifications.kinds import Kind
from incubator.organizations import places
from incubator.organizations import queries as organizations
from incubator.organizations import service as people
from incubator.pilots import service as pilots
from incubator.residencies import closing
from incubator.residencies import service as residencies
from incubator.residencies.policy import terms_hash
from incubator.secondments import service as secondments
from incubator.spaces import service as spaces
from incubator.spaces import waiting
from incubator_graphql.ids import encode
from tests.support import invoicing, make, schooling
from tests.support.contracted import contracted
from tests.support.filed import filed
from tests.support.papers import PAPERS
from tests.support.web import session_of, token_of

FILE = b"key,name_en,name_local,kind,country,city,sector,source\n%s,Name,,corporate,DE,Hamburg,x,x\n"
TERMS = "One bench, twelve months."
_NUMBERS = count(10**18)


@dataclass(frozen=True, slots=True)
class Side:
    """Who is there, by what they are, and the global ids of what is theirs, by what it is (a node's type, or more exactly)."""

    house: make.House
    actors: dict[str, Actor]
    ids: dict[str, str]

    def id(self, what: str) -> str:
        """Return a global id."""
        return self.ids[what]


async def side() -> Side:
    """Make a side, with everything that stands in it made by its own people."""
    house = await make.house()
    owner = await make.resident(house)
    startup_id, corporate_id = some(owner.organization_id), await make.organization("corporate")
    actors = {
        "manager": house.manager,
        "finance": await make.person(house.operator_id, Role.FINANCE),
        "owner": owner,
        "corporate admin": await make.person(corporate_id, Role.CORPORATE_ADMIN),
        "mentor": await make.person(corporate_id, Role.MENTOR),
    }
    ids = {
        "Site": house.site_id,
        "LegalEntity": house.legal_entity_id,
        "Organization": house.operator_id,
        "Organization: startup": startup_id,
        "Organization: corporate": corporate_id,
        "Person": some(owner.person_id),
        "Rental": await db.value("SELECT id FROM rental WHERE organization_id = $1", startup_id),
    }
    ids |= await _taxes(house, startup_id)
    actors["finance"] = await make.again(actors["finance"])
    for add in (_admission, _space, _rentals, _money, _work_together, _own_things):
        ids |= await add(house, actors)
    ids |= await contracted(house, startup_id, ids["Plan"])
    await closing.close_site(house.manager, house.site_id, clock.today("Europe/Berlin") + timedelta(days=1800), "The lease ends")
    return Side(house, actors, {what: encode(what.partition(":")[0], row_id) for what, row_id in ids.items()})


async def _taxes(house: make.House, startup_id: UUID) -> dict[str, UUID]:
    """Companies of the operator beside the site's, one of them registered, what the startup has shown, and a day's rates."""
    async with db.transaction():
        entities = [
            await places.register_legal_entity(SYSTEM, house.operator_id, make.fresh("Company GmbH "), "DE", "EUR") for _ in range(3)
        ]
        await keep_rates([("USD", date(2031, 1, 10), Decimal("1.25"))], "ECB")
    await billing.register_for_tax(SYSTEM, entities[2], "DE136695976", date(2026, 1, 1), taxes_letting=False)
    shown = billing.StatusTerms(TaxStatusKind.TAXABLE_OUTPUTS, "DE", "Letter", clock.today("Europe/Berlin"))
    return {
        "LegalEntity: other": entities[0],
        "LegalEntity: third": entities[1],
        "LegalEntity: registered": entities[2],
        "TaxStatus": await billing.record_tax_status(SYSTEM, startup_id, shown),
    }


Adder = Callable[[make.House, dict[str, Actor]], Awaitable[dict[str, UUID]]]


async def _admission(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    owner = actors["owner"]
    accepted, offered, second = [await make.offer(house, owner=owner, terms=TERMS) for _ in range(3)]
    residency_id = await residencies.accept_offer(owner, accepted.offer_id, terms_hash(accepted.terms))
    call_id, plan_id = await make.call(house), await make.plan(house)
    await spaces.grant_credit(house.manager, plan_id, "storage", minutes_per_month=60, carries_months=1)
    waiting, other = [
        await residencies.submit_application(owner, make.application_terms(call_id, house), make.fresh("application-key-"))
        for _ in range(2)
    ]
    return {
        "Call": call_id,
        "Application": waiting,
        "Application: second": other,
        "Plan": plan_id,
        "Offer": offered.offer_id,
        "Offer: second": second.offer_id,
        "Residency": residency_id,
        "Invoice": await db.value("SELECT id FROM invoice WHERE legal_entity_id = $1", house.legal_entity_id),
        **await _fapiao(house, actors["finance"], some(owner.organization_id)),
        "Unit: bench": await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000),
    }


async def _space(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    owner, room = actors["owner"], await make.unit(house)
    kept, moved, handed = [await _booked(owner, room, hours) for hours in (48, 50, 52)]
    on_request = await make.unit(house, needs_approval=True)
    startup_id = some(owner.organization_id)
    return {
        "OwnerStatement": await make.owner_statement(house, startup_id, startup_id),
        "Unit: owned": await db.value("SELECT id FROM unit WHERE owner_id = $1", startup_id),
        "UnitPhoto": await spaces.add_photo(house.manager, room, make.picture(), ""),
        "Unit": room,
        "Unit: accessory": await make.unit(house, "accessory", hourly_minor=500),
        "Unit: suite": await make.unit(house, "lab suite"),
        "Booking": kept,
        "Booking: moved": moved,
        "Booking: handed over": handed,
        "Booking: pending": await _booked(owner, on_request, 48),
        "Person: colleague": some((await make.person(some(owner.organization_id), Role.MEMBER)).person_id),
        **await _places(house),
        **await _usage(house, owner),
        **await _waiting(house, owner),
        **await _trainings(house, owner),
        "Booking: accompanied": await _booked(owner, room, 54),
        **await _outages(house, owner),
    }


async def _booked(owner: Actor, unit_id: UUID, hours: int) -> UUID:
    at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    return await spaces.create_booking(
        owner, spaces.BookingTerms(unit_id, at, at + timedelta(hours=1), "Board"), make.fresh("booking-key-")
    )


async def _places(house: make.House) -> dict[str, UUID]:
    building_id = await spaces.add_building(house.manager, house.site_id, make.fresh("House "))
    floor_id = await spaces.add_floor(house.manager, building_id, "Ground")
    pool_id = await spaces.add_pool(house.manager, house.site_id, make.fresh("Any "))
    await make.unit(house, pool_id=pool_id)
    ended, removed = [
        await spaces.add_rate(house.manager, spaces.RateTerms(house.site_id, "day", 100, clock.today("Europe/Berlin"), kind=kind))
        for kind in ("storage", "instrument")
    ]
    room_id = await spaces.add_room(house.manager, floor_id, "Room 1")
    return {"Building": building_id, "Floor": floor_id, "Room": room_id, "Pool": pool_id, "Rate": ended, "Rate: second": removed}


async def _usage(house: make.House, owner: Actor) -> dict[str, UUID]:
    now, startup_id = clock.now().replace(minute=0, second=0, microsecond=0), some(owner.organization_id)
    begun = []
    for number in range(2):
        terms = spaces.BookingTerms(await make.unit(house), now, now + timedelta(hours=2), "Now", startup_id, "it is now")
        begun.append(await spaces.create_booking(SYSTEM, terms, make.fresh(f"now-key-{number}-")))
    await spaces.check_in(owner, begun[1])
    scope = await make.unit(house, "instrument")
    await spaces.record_machine_event(house.manager, spaces.MachineEvent(scope, make.fresh("event-"), "stop", now))
    return {
        "Booking: now": begun[0],
        "Booking: in use": begun[1],
        "Usage": await db.value("SELECT id FROM usage WHERE booking_id = $1", begun[1]),
        "Usage: problem": await db.value("SELECT id FROM usage WHERE unit_id = $1 AND state = 'problem'", scope),
    }


async def _waiting(house: make.House, owner: Actor) -> dict[str, UUID]:
    other, room = await make.resident(house), await make.unit(house)
    left, offered = [await _booked(other, room, hours) for hours in (48, 50)]
    held = {
        row["id"]: row for row in await db.rows("SELECT id, starts_at, ends_at FROM booking WHERE id = ANY($1::uuid[])", [left, offered])
    }
    entries = [
        await spaces.join_waiting_list(owner, spaces.BookingTerms(room, held[one]["starts_at"], held[one]["ends_at"], "Me too"))
        for one in (left, offered)
    ]
    await spaces.cancel_booking(other, offered, 1)
    async with db.transaction():
        await waiting.offer_slot_of(offered)
    return {"WaitingEntry": entries[0], "WaitingEntry: offered": entries[1]}


async def _trainings(house: make.House, owner: Actor) -> dict[str, UUID]:
    given, second = await schooling.training(house, levels=("Basic",), trainer_level=1), await schooling.training(house)
    unit, owner_id = await make.unit(house, "instrument"), some(owner.person_id)
    await spaces.require_qualification(house.manager, spaces.RequirementTerms(unit, second))
    await schooling.trainer(house, second)
    planned, changed, cancelled, begun = [await schooling.session(house, given, days=days) for days in (4, 5, 6, 1)]
    left, seat = await spaces.take_seat(owner, planned), await spaces.take_seat(owner, begun)
    await db.execute(
        "UPDATE training_session SET starts_at = starts_at - interval '2 days', ends_at = ends_at - interval '2 days' WHERE id = $1", begun
    )
    await schooling.passed(house.manager, given)
    held = [await schooling.passed(owner, await schooling.training(house)) for _ in range(3)]
    area = await schooling.room(house)
    await spaces.enter_area(owner, area)
    return {
        "Training": given,
        "Training: second": second,
        "Room: area": area,
        "Person: trainer": some(house.manager.person_id),
        "Unit: trained on": unit,
        "TrainingSession": planned,
        "TrainingSession: changed": changed,
        "TrainingSession: cancelled": cancelled,
        "TrainingSession: begun": begun,
        "TrainingSeat": seat,
        "TrainingSeat: left": left,
        "Qualification": held[0],
        "Qualification: revoked": held[1],
        "Qualification: renewed": held[2],
        "AreaPresence": await db.value("SELECT id FROM area_presence WHERE person_id = $1", owner_id),
    }


async def _rentals(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    """Rentals of the startup in every state that something can be done from."""
    manager, owner, startup_id = house.manager, actors["owner"], some(actors["owner"].organization_id)
    today = clock.today("Europe/Berlin")
    first, last = today, today + timedelta(days=364)
    pool_id = await spaces.add_pool(manager, house.site_id, make.fresh("Any bench "))
    pooled, kept, let, other, moved_to = [
        await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000, pool_id=pool) for pool in (pool_id, None, None, None, None)
    ]
    holds = [
        await spaces.hold_unit(
            manager,
            spaces.HoldTerms(first, last, clock.now() + timedelta(days=2), unit, None, startup_id),
            make.fresh("hold-key-"),
        )
        for unit in (kept, await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000))
    ]
    terms = [spaces.AssignTerms(None, unit, startup_id, first, last, 50_000) for unit in (let, other)]
    rental_id, second = [await spaces.assign_rental(manager, one, make.fresh("assign-key-")) for one in terms]
    begun = await spaces.start_checklist(manager, rental_id, "hand-over")
    signed = await spaces.start_checklist(manager, second, "hand-over")
    returned = await spaces.start_checklist(manager, second, "return")
    for one in (signed, returned):
        await spaces.fill_checklist(manager, one, [spaces.Found(position, "ok") for position in range(6)], 1)
    await spaces.sign_checklist(manager, signed)
    await spaces.sign_checklist(manager, returned, absence_reason="did not come")
    settled = await spaces.assign_rental(
        manager, spaces.AssignTerms(None, moved_to, startup_id, first, last, 100), make.fresh("assign-key-")
    )
    settled_return = await spaces.start_checklist(manager, settled, "return")
    await spaces.fill_checklist(manager, settled_return, [spaces.Found(position, "ok") for position in range(6)], 1)
    await spaces.sign_checklist(manager, settled_return, absence_reason="did not come")
    deposit = await db.value("SELECT deposit_id FROM rental WHERE id = $1", settled)
    await billing.record_transfer(SYSTEM, deposit, 100, make.fresh("transfer "))
    await spaces.settle_rental_deposit(manager, settled, 0, "", make.fresh("settle-key-"))
    free, out, lost = [await spaces.add_badge(manager, house.site_id, "badge", make.fresh("B-")) for _ in range(3)]
    for badge in (out, lost):
        await spaces.issue_badge(manager, spaces.IssueTerms(badge, some(owner.person_id), startup_id, rental_id))
    return {
        "RentalHold": holds[0],
        "RentalHold: second": holds[1],
        "Unit: kept": kept,
        "Unit: let": let,
        "Unit: pooled": pooled,
        "Unit: free bench": await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000),
        "Pool: benches": pool_id,
        "Rental: let": rental_id,
        "Rental: second": second,
        "Rental: third": settled,
        "Checklist": begun,
        "Checklist: signed by staff": signed,
        "Invoice: deposit": deposit,
        "Badge": free,
        "Badge: out": out,
        "Badge: to lose": lost,
    }


async def _fapiao(house: make.House, finance: Actor, customer_id: UUID) -> dict[str, UUID]:
    """Statements of China and their credit notes, at each step of their fapiao."""
    new, asked, credited = [await filed(house, customer_id, PAPERS["CN statement"]) for _ in range(3)]
    taken_back = [await filed(house, customer_id, PAPERS["CN credit note"], credited) for _ in range(2)]
    for statement in (asked, credited):
        await billing.request_fapiao(finance, statement)
    facts = PAPERS["CN statement"]
    number = f"{next(_NUMBERS):020d}"
    await billing.record_fapiao(finance, credited, billing.FapiaoResult(number, facts.issued_on, facts.net_minor, facts.tax_minor), 1)
    await billing.start_red_letter(finance, taken_back[1], "31001")
    return {"Invoice: statement": new, "Invoice: asked": asked, "Invoice: credit": taken_back[0], "Invoice: waiting": taken_back[1]}


async def _money(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    """Drafts and invoices of the startup in every state that something can be done from, and a run that parked somebody."""
    startup_id, finance = some(actors["owner"].organization_id), actors["finance"]
    refunded, to_credit, to_void = [await invoicing.invoice(house, startup_id) for _ in range(3)]
    await invoicing.paid(refunded, 11_900)
    _, [parked] = await invoicing.finished_run(house, [startup_id], late=[await make.organization()])
    return {
        "Invoice: credit note": await invoicing.credited(finance, refunded, None, Settlement.REFUND),
        "Invoice: to credit": to_credit,
        "Invoice: to void": to_void,
        "Invoice: draft": await invoicing.draft(house, startup_id),
        "Invoice: second draft": await invoicing.draft(house, startup_id),
        "ParkedCustomer": parked,
    }


async def _outages(house: make.House, owner: Actor) -> dict[str, UUID]:
    at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    rooms = [await make.unit(house) for _ in range(4)]
    series = await spaces.create_series(
        owner, spaces.SeriesTerms(rooms[3], at, at + timedelta(hours=1), "Daily", "FREQ=DAILY;COUNT=2"), make.fresh("series-key-")
    )
    planned, second = [
        await spaces.announce_outage(house.manager, spaces.OutageTerms(room, at, at + timedelta(hours=4), "Service", "Ms Weber"))
        for room in rooms[:2]
    ]
    under_way = await spaces.announce_outage(house.manager, spaces.OutageTerms(rooms[2], None, None, "Broken"))
    feed_id, _ = await spaces.create_feed(owner, spaces.FeedTerms())
    return {
        "CalendarFeed": feed_id,
        "Unit: out": rooms[0],
        "Outage": planned,
        "Outage: second": second,
        "Outage: under way": under_way,
        "Booking: of a series": series.booking_ids[0],
    }


async def _work_together(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    startup_id, corporate_id = some(actors["owner"].organization_id), some(actors["mentor"].organization_id)
    email = await db.value("SELECT email FROM person WHERE id = $1", actors["mentor"].person_id)
    today = clock.today("Europe/Berlin")
    terms = secondments.SecondmentTerms(
        email, "Max", corporate_id, startup_id, house.site_id, "regulatory affairs", 8, today, today + timedelta(days=9), "shared"
    )
    secondment_id = await secondments.second_person(house.manager, terms)
    return {
        "Secondment": secondment_id,
        "TimeLog": await secondments.log_time(actors["mentor"], secondment_id, today, 60, "work", "", make.fresh("phone-key-")),
        "Deal": await pilots.open_deal(house.manager, "Targets", startup_id, corporate_id, house.site_id, 100, "EUR"),
    }


async def _own_things(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    manager, key = house.manager, make.fresh("imported")
    await session_of(manager)
    await token_of(manager)
    await work.schedule("test work", key, concerns=house.site_id)
    own = (await organizations.people_by_id(manager, [some(manager.person_id)])).values()
    async with db.transaction():
        params = {"site": "Site", "startup": "Startup", "call": "Call"}
        await notifications.tell(own, Kind.APPLICATION_RECEIVED, params, "/applications", new_id())
    return {
        "Session": await db.value("SELECT id FROM session WHERE person_id = $1", manager.person_id),
        "ApiToken": await db.value("SELECT id FROM api_token WHERE person_id = $1", manager.person_id),
        "WorkItem": await db.value("UPDATE work_item SET state = 'parked' WHERE subject = $1 RETURNING id", key),
        "Notification": await db.value("SELECT id FROM notification WHERE person_id = $1", manager.person_id),
        "Invitation": await people.invite_person(manager, f"{key}@people.example", "New", [Role.FINANCE]),
        "ImportBatch": await importing.preview(manager, "organizations", "a.csv", FILE % key.encode()),
        "BillingRun": await billing.start_billing_run(manager, clock.today("Europe/Berlin"), make.fresh("billing-key-")),
    }


def content_of(key: str) -> str:
    """Return a file to import, as the API takes it."""
    return base64.b64encode(FILE % key.encode()).decode()


def some(value: UUID | None) -> UUID:
    """Return a value that is there."""
    assert value is not None
    return value
