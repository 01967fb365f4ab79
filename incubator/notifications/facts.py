"""Facts of the other packages turned into words for the people concerned. Each consumer repeats safely: a person is told a fact once."""

from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import outbox
from incubator.kernel.ids import global_id
from incubator.notifications.kinds import Kind
from incubator.notifications.service import tell, write_mail
from incubator.organizations import queries as organizations
from incubator.organizations.queries import PersonRow
from incubator.pilots.events import DealOpened
from incubator.residencies.events import ApplicationDeclined, ApplicationSubmitted, OfferAccepted, OfferMade
from incubator.secondments.events import SecondmentAgreed

MONEY_ROLES = ("owner", "billing contact", "corporate admin", "representative")


async def row_of(sql: str, row_id: UUID) -> asyncpg.Record:
    """Return what a fact is about; facts are written with their rows, so it is there."""
    found = await db.row(sql, row_id)
    assert found is not None
    return found


async def people_of(*ids: UUID | None) -> list[PersonRow]:
    return await db.rows_as(
        PersonRow,
        f"SELECT {organizations.PERSON} FROM person p WHERE p.id = ANY($1::uuid[])",
        [person_id for person_id in ids if person_id],
    )


@outbox.consumer(ApplicationSubmitted, "tell managers of an application")
async def application_submitted(event: ApplicationSubmitted, message_id: UUID) -> None:
    """Managers of the site."""
    found = await row_of(
        "SELECT a.site_id, a.startup_name, s.name AS site, c.title FROM application a JOIN site s ON s.id = a.site_id"
        " JOIN call c ON c.id = a.call_id WHERE a.id = $1",
        event.application_id,
    )
    staff = await organizations.site_staff(found["site_id"], ["manager"])
    params = {"startup": found["startup_name"], "site": found["site"], "call": found["title"]}
    await tell(staff, Kind.APPLICATION_RECEIVED, params, "/applications", message_id)


@outbox.consumer(ApplicationDeclined, "tell the contact of a declined application")
async def application_declined(event: ApplicationDeclined, message_id: UUID) -> None:
    """The contact, who may not be a person of the house."""
    found = await row_of(
        "SELECT a.contact_email, a.contact_name, a.language, a.startup_name, s.name AS site, s.time_zone, c.title FROM application a"
        " JOIN site s ON s.id = a.site_id JOIN call c ON c.id = a.call_id WHERE a.id = $1",
        event.application_id,
    )
    params = {"startup": found["startup_name"], "site": found["site"], "call": found["title"]}
    await write_mail(
        found["contact_email"],
        found["contact_name"],
        found["language"],
        found["time_zone"],
        Kind.APPLICATION_DECLINED,
        params,
        "",
        str(message_id),
    )


OFFER = (
    "SELECT o.id, o.startup_id, o.site_id, o.starts_on, o.ends_on, o.expires_on, o.deposit_minor, o.currency, g.name AS startup, s.name AS site,"
    " s.time_zone, u.name AS unit, p.name AS plan, a.contact_email, a.contact_name, a.language FROM offer o"
    " JOIN organization g ON g.id = o.startup_id JOIN site s ON s.id = o.site_id JOIN unit u ON u.id = o.unit_id JOIN plan p ON p.id = o.plan_id"
    " JOIN application a ON a.id = o.application_id WHERE o.id = $1"
)


@outbox.consumer(OfferMade, "tell the startup of an offer")
async def offer_made(event: OfferMade, message_id: UUID) -> None:
    """The startup's owners; the application's contact by mail when nobody of the startup is here yet."""
    found = await row_of(OFFER, event.offer_id)
    params = {name: found[name] for name in ("startup", "site", "unit", "plan", "starts_on", "expires_on", "deposit_minor", "currency")}
    owners = await organizations.contacts(found["startup_id"], ["owner"])
    path = f"/offers/{global_id('Offer', event.offer_id)}"
    await tell(owners, Kind.OFFER_MADE, params, path, message_id)
    if not owners:
        contact = (found["contact_email"], found["contact_name"], found["language"], found["time_zone"])
        await write_mail(*contact, kind=Kind.OFFER_MADE, params=params, path="", subject=str(message_id))


@outbox.consumer(OfferAccepted, "tell of an accepted offer")
async def offer_accepted(event: OfferAccepted, message_id: UUID) -> None:
    """Managers of the site, and the startup's owners."""
    found = await row_of(OFFER, event.offer_id)
    accepted_by = (await people_of(event.accepted_by))[0]
    params = {name: found[name] for name in ("startup", "site", "unit", "starts_on", "ends_on")} | {"accepted_by": accepted_by.name}
    await tell(await organizations.site_staff(found["site_id"], ["manager"]), Kind.OFFER_ACCEPTED, params, "/portfolio", message_id)
    await tell(await organizations.contacts(found["startup_id"], ["owner"]), Kind.RESIDENCY_STARTED, params, "/space", message_id)


@outbox.consumer(SecondmentAgreed, "tell of a secondment")
async def secondment_agreed(event: SecondmentAgreed, message_id: UUID) -> None:
    """The secondee, the corporate's admins and the host's owners."""
    found = await row_of(
        "SELECT m.secondee_id, m.employer_id, m.host_id, m.function, m.hours_per_week, m.starts_on, m.ends_on, p.name AS secondee,"
        " e.name AS employer, h.name AS host FROM secondment m JOIN person p ON p.id = m.secondee_id JOIN organization e ON e.id = m.employer_id"
        " JOIN organization h ON h.id = m.host_id WHERE m.id = $1",
        event.secondment_id,
    )
    params = {name: found[name] for name in ("secondee", "employer", "host", "function", "hours_per_week", "starts_on", "ends_on")}
    concerned = [
        *await people_of(found["secondee_id"]),
        *await organizations.contacts(found["employer_id"], ["corporate admin"]),
        *await organizations.contacts(found["host_id"], ["owner"]),
    ]
    await tell(concerned, Kind.SECONDMENT_AGREED, params, "/time", message_id)


@outbox.consumer(DealOpened, "tell of a deal")
async def deal_opened(event: DealOpened, message_id: UUID) -> None:
    """The startup's owners and the corporate's admins and scouts."""
    found = await row_of(
        "SELECT d.title, d.startup_id, d.corporate_id, s.name AS startup, c.name AS corporate FROM deal d"
        " JOIN organization s ON s.id = d.startup_id JOIN organization c ON c.id = d.corporate_id WHERE d.id = $1",
        event.deal_id,
    )
    params = {name: found[name] for name in ("title", "startup", "corporate")}
    concerned = [
        *await organizations.contacts(found["startup_id"], ["owner"]),
        *await organizations.contacts(found["corporate_id"], ["corporate admin", "scout"]),
    ]
    await tell(concerned, Kind.DEAL_OPENED, params, "/deals", message_id)
