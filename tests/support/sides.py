"""A whole side of the product: an operator with its site, a startup and a corporate there, and one row of every type of node."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.importing import service as importing
from incubator.kernel import clock, work
from incubator.kernel.actor import Actor, Role
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
from tests.support import make
from tests.support.web import session_of, token_of

FILE = b"key,name_en,name_local,kind,country,city,sector,source\n%s,Name,,corporate,DE,Hamburg,x,x\n"
TERMS = "One bench, twelve months."


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
    for add in (_admission, _space, _work_together, _own_things):
        ids |= await add(house, actors)
    return Side(house, actors, {what: encode(what.partition(":")[0], row_id) for what, row_id in ids.items()})


Adder = Callable[[make.House, dict[str, Actor]], Awaitable[dict[str, UUID]]]


async def _admission(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    owner = actors["owner"]
    accepted, offered, second = [await make.offer(house, owner=owner, terms=TERMS) for _ in range(3)]
    residency_id = await residencies.accept_offer(owner, accepted.offer_id, terms_hash(accepted.terms))
    call_id = await make.call(house)
    waiting, other = [
        await residencies.submit_application(owner, make.application_terms(call_id, house), make.fresh("application-key-"))
        for _ in range(2)
    ]
    return {
        "Call": call_id,
        "Application": waiting,
        "Application: second": other,
        "Plan": await make.plan(house),
        "Offer": offered.offer_id,
        "Offer: second": second.offer_id,
        "Residency": residency_id,
        "Invoice": await db.value("SELECT id FROM invoice WHERE legal_entity_id = $1", house.legal_entity_id),
        "Unit: bench": await make.unit(house, "bench", hourly_minor=None, monthly_minor=62_000),
    }


async def _space(house: make.House, actors: dict[str, Actor]) -> dict[str, UUID]:
    room, at = await make.unit(house), clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    terms = spaces.BookingTerms(room, at, at + timedelta(hours=1), "Board")
    return {"Unit": room, "Booking": await spaces.create_booking(actors["owner"], terms, make.fresh("booking-key-"))}


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
