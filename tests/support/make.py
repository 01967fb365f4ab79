"""Builders: the shortest way to a world in which something can be tested, through the product's own services."""

import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from PIL import Image

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, PhaseTerms
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.organizations import access, places, service
from incubator.residencies import service as residencies
from incubator.spaces import service as spaces
from incubator.spaces.policy import Policy

_numbers = count(1)
NUMBERS = {"CH": "CHE100155212MWST", "SG": "M90312345A"}
"""Numbers of registrations of the right form, where an invoice must name one."""


@dataclass(frozen=True, slots=True)
class House:
    """A site with its operator and legal entity, and a manager of it."""

    site_id: UUID
    operator_id: UUID
    legal_entity_id: UUID
    manager: Actor


def fresh(stem: str) -> str:
    """Return a name nobody else has."""
    return f"{stem}{next(_numbers)}"


async def house(
    *, opening_hours: str = "24/7", time_zone: str = "Europe/Berlin", country: str = "DE", currency: str = "EUR", operator: str = ""
) -> House:
    """Make a site, its operator and legal entity, and a manager."""
    operator = operator or fresh("operator")
    terms = places.SiteTerms(
        fresh("site"), fresh("Site "), operator, fresh("Entity GmbH "), country, "Town", time_zone, currency, "de-DE", opening_hours
    )
    async with db.transaction():
        site_id = await places.register_site(SYSTEM, terms)
        operator_id = await places.operator_by_key(operator)
    legal_entity_id = await db.value("SELECT legal_entity_id FROM site WHERE id = $1", site_id)
    await db.execute("UPDATE legal_entity SET address = 'Quay 1', tax_number = '22/815/08154' WHERE id = $1", legal_entity_id)
    if country in ("CH", "SG"):
        await db.execute(
            "INSERT INTO tax_registration (id, legal_entity_id, vat_id, taxes_letting, scheme, valid_from)"
            " VALUES (gen_random_uuid(), $1, $2, FALSE, 'standard', '2020-01-01')",
            legal_entity_id,
            NUMBERS[country],
        )
    return House(site_id, operator_id, legal_entity_id, await person(operator_id, Role.MANAGER))


async def organization(kind: str = "startup", *, country: str = "DE", vat_id: str = "") -> UUID:
    """Make an organisation."""
    key = fresh(kind.replace(" ", "_"))
    async with db.transaction():
        terms = places.OrganizationTerms(
            key, f"{kind.title()} {key}", kind, country, "Town", "biotech", vat_id=vat_id, address="Street 1, 20095 Town"
        )
        return await places.register_organization(SYSTEM, terms)


async def person(organization_id: UUID, *roles: Role) -> Actor:
    """Make a person with roles in an organisation, and return the actor they are."""
    async with db.transaction():
        person_id = await service.register_person(f"{fresh('person')}@people.example", fresh("Person "))
        for role in roles:
            await service.give_role(SYSTEM, person_id, organization_id, role)
    actor = await access.actor_of_person(person_id, organization_id)
    assert actor is not None
    return actor


async def again(actor: Actor) -> Actor:
    """Load an actor anew, with what they may see and do by now."""
    assert actor.person_id is not None
    found = await access.actor_of_person(actor.person_id, actor.organization_id)
    assert found is not None
    return found


async def startup_owner() -> Actor:
    """Make a startup and return its owner."""
    return await person(await organization("startup"), Role.OWNER)


async def unit(
    of: House,
    kind: str = "meeting room",
    *,
    hourly_minor: int | None = 4500,
    monthly_minor: int | None = None,
    pool_id: UUID | None = None,
    **policy: Any,
) -> UUID:
    """Add a unit to a site; `policy` names what is other than usual."""
    terms = spaces.UnitTerms(of.site_id, fresh(f"{kind} "), kind, hourly_minor=hourly_minor, monthly_minor=monthly_minor, pool_id=pool_id)
    unit_id = await spaces.add_unit(SYSTEM, terms)
    if policy:
        await spaces.set_policy(SYSTEM, unit_id, Policy(**policy))
    return unit_id


def picture() -> bytes:
    """Return a small PNG of one colour."""
    written = io.BytesIO()
    Image.new("RGB", (32, 24), "green").save(written, "PNG")
    return written.getvalue()


async def owner_statement(of: House, owner_id: UUID, tenant_id: UUID) -> UUID:
    """Make a bench of an owner, an hour of it used by a tenant, and the statement of this month with it."""
    bench, today = await unit(of, "bench"), clock.today("Europe/Berlin")
    await spaces.set_owner(SYSTEM, bench, spaces.OwnerTerms(owner_id, Decimal("62.5")))
    async with db.transaction():
        await spaces.record_usage(SYSTEM, bench, tenant_id, today, 60, 10_000, fresh("owned use "))
        made = await spaces.make_statement(owner_id, of.legal_entity_id, "EUR", today.replace(day=1))
    assert made is not None
    return made


async def resident(of: House, *, days: int = 365) -> Actor:
    """Make a startup that rents a desk at a site from today, and return its owner."""
    owner = await startup_owner()
    desk = await unit(of, "desk", hourly_minor=None, monthly_minor=20000)
    assert owner.organization_id is not None
    today: date = clock.today("Europe/Berlin")
    async with db.transaction():
        await spaces.start_rental(SYSTEM, spaces.RentalTerms(desk, owner.organization_id, today, today + timedelta(days=days), 20000))
    return owner


async def plan(of: House, *, name: str = "", amount_minor: int = 30000, currency: str = "EUR") -> UUID:
    """Make a plan: the first year free, then an amount a year."""
    return await billing.create_plan(
        SYSTEM,
        of.operator_id,
        name or fresh("Booster "),
        currency,
        [PhaseTerms(12, 0, Basis.YEAR), PhaseTerms(None, amount_minor, Basis.YEAR)],
        price_includes_tax=False,
    )


async def call(of: House, *, days: int = 30) -> UUID:
    """Open a call for a site, from today."""
    today = clock.today("Europe/Berlin")
    terms = residencies.CallTerms(
        "Booster 2026", "Come and build with us.", "Start-up booster", (of.site_id,), today, today + timedelta(days=days)
    )
    return await residencies.open_call(of.manager, terms)


def application_terms(call_id: UUID, of: House, **changed: object) -> residencies.ApplicationTerms:
    """Return an application that is in order."""
    stem = fresh("applicant")
    given: dict[str, object] = {
        "call_id": call_id,
        "site_id": of.site_id,
        "startup_name": stem.title(),
        "country": "DE",
        "city": "Hamburg",
        "sector": "cell therapy",
        "headcount": 4,
        "pitch": "We grow cells faster than anybody else.",
        "wishes": "one bench",
        "contact_name": "Ada Applicant",
        "contact_email": f"{stem}@startups.example",
        "language": "en",
    }
    return residencies.ApplicationTerms(**{**given, **changed})  # type: ignore[arg-type]  # values of the right types, by name


@dataclass(frozen=True, slots=True)
class Offered:
    """An open offer to a startup, with everything it names."""

    offer_id: UUID
    application_id: UUID
    house: House
    owner: Actor
    bench: UUID
    terms: str


async def offer(
    of: House | None = None, *, owner: Actor | None = None, terms: str = "One bench, twelve months.", deposit_minor: int = 100_000
) -> Offered:
    """Make a house, an owner who applied, and an open offer of a bench from tomorrow for a year."""
    of, owner = of or await house(), owner or await startup_owner()
    application_id = await residencies.submit_application(owner, application_terms(await call(of), of), fresh("application-key-"))
    bench = await unit(of, "bench", hourly_minor=None, monthly_minor=62_000)
    starts_on = clock.today("Europe/Berlin") + timedelta(days=1)
    offered = residencies.OfferTerms(
        application_id,
        await plan(of),
        bench,
        starts_on,
        starts_on + timedelta(days=364),
        deposit_minor,
        terms,
        starts_on + timedelta(days=14),
    )
    offer_id = await residencies.make_offer(of.manager, offered, fresh("offer-key-"))
    return Offered(offer_id, application_id, of, owner, bench, terms)
