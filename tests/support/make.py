"""Builders: the shortest way to a world in which something can be tested, through the product's own services."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from uuid import UUID

from incubator import db
from incubator.kernel import clock
from incubator.kernel.actor import SYSTEM, Actor, Role
from incubator.organizations import access, places, service
from incubator.spaces import service as spaces

_numbers = count(1)


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
    of: House, kind: str = "meeting room", *, hourly_minor: int | None = 4500, monthly_minor: int | None = None, **limits: int
) -> UUID:
    """Add a unit to a site."""
    return await spaces.add_unit(
        SYSTEM, spaces.UnitTerms(of.site_id, fresh(f"{kind} "), kind, hourly_minor=hourly_minor, monthly_minor=monthly_minor, **limits)
    )


async def resident(of: House, *, days: int = 365) -> Actor:
    """Make a startup that rents a desk at a site from today, and return its owner."""
    owner = await startup_owner()
    desk = await unit(of, "desk", hourly_minor=None, monthly_minor=20000)
    assert owner.organization_id is not None
    today: date = clock.today("Europe/Berlin")
    async with db.transaction():
        await spaces.start_rental(SYSTEM, spaces.RentalTerms(desk, owner.organization_id, today, today + timedelta(days=days), 20000))
    return owner
