"""Who is told that a site closes."""

from collections import Counter
from uuid import UUID

from incubator import db
from incubator.kernel import clock, outbox
from incubator.kernel.actor import GRANTS, Grant
from incubator.notifications.facts import people_of, row_of
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell
from incubator.organizations import queries as organizations
from incubator.residencies.events import SiteClosing

BOOKERS = [role.value for role, may in GRANTS.items() if Grant.BOOK_UNIT in may]
TENANTS = "SELECT DISTINCT r.organization_id AS id FROM rental r JOIN site s ON s.id = r.site_id WHERE s.id = $1 AND r.ends_on >= ($2::timestamptz AT TIME ZONE s.time_zone)::date"


@outbox.consumer(SiteClosing, "tell of a closing site")
async def site_closing(event: SiteClosing, message_id: UUID) -> None:
    """Who lost bookings or waits no more, once for all of them, and who rents at the site until then."""
    found = await row_of("SELECT name AS site FROM site WHERE id = $1", event.site_id)
    bookings = await _by_person("SELECT booked_by_id AS id FROM booking WHERE id = ANY($1::uuid[])", event.booking_ids)
    waiting = await _by_person("SELECT person_id AS id FROM waiting_entry WHERE id = ANY($1::uuid[])", event.waiting_ids)
    people = {person.id: person for person in await people_of(*bookings, *waiting)}
    for tenant in await db.rows(TENANTS, event.site_id, clock.now()):
        people |= {person.id: person for person in await organizations.contacts(tenant["id"], BOOKERS)}
    params = {"site": found["site"], "closes_on": event.closes_on, "reason": event.reason}
    for bookings_lost, waited in sorted({(bookings[one], waiting[one]) for one in people}):
        who = [person for one, person in people.items() if (bookings[one], waiting[one]) == (bookings_lost, waited)]
        await tell(who, Kind.SITE_CLOSING, params | {"bookings": bookings_lost, "waited": waited}, "/bookings", message_id)


async def _by_person(sql: str, ids: tuple[UUID, ...]) -> Counter[UUID]:
    return Counter(row["id"] for row in await db.rows(sql, list(ids)) if row["id"] is not None)
