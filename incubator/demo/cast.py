"""Who is in the demo world: the signed-in people, and made-up startups with their owners."""

import random
from dataclasses import dataclass
from uuid import UUID

from faker import Faker

from incubator import db
from incubator.billing import service as billing
from incubator.demo.logins import LOGINS
from incubator.kernel.actor import SYSTEM, Actor, OrganizationKind, Role
from incubator.kernel.language import Language
from incubator.organizations import access, places, service
from incubator.organizations.billing_facts import BillingAddress

SEED = 20260309
ROLES = {
    "incubator manager": Role.MANAGER,
    "startup owner": Role.OWNER,
    "corporate mentor": Role.MENTOR,
    "startup member": Role.MEMBER,
    "corporate admin": Role.CORPORATE_ADMIN,
    "finance": Role.FINANCE,
    "front desk": Role.FRONT_DESK,
    "unit owner": Role.REPRESENTATIVE,
    "auditor": Role.AUDITOR,
}
LOCALES = {
    "DE": "de_DE",
    "CH": "de_CH",
    "CN": "en_GB",
    "SG": "en_GB",
    "DK": "da_DK",
    "FR": "fr_FR",
    "GB": "en_GB",
    "US": "en_US",
    "NL": "nl_NL",
}
STEMS = (
    "Helix",
    "Vita",
    "Nova",
    "Cura",
    "Axon",
    "Lumen",
    "Orbis",
    "Kine",
    "Poly",
    "Sono",
    "Thera",
    "Mira",
    "Cyto",
    "Neuro",
    "Quanta",
    "Derma",
)
ENDINGS = ("Bio", "Dx", "Medical", "Therapeutics", "Labs", "Devices", "Genomics", "Robotics", "Analytics", "Pharma")
SECTORS = ("cell therapy", "diagnostics", "medical devices", "AI drug discovery", "biopharma", "digital health", "laboratory automation")


@dataclass(frozen=True, slots=True)
class Startup:
    """A startup of the world with its owner."""

    id: UUID
    name: str
    owner: Actor
    headcount: int


async def sign_ins() -> None:
    """Give every demo sign-in its person, role and password; operators' people get the role at every operator."""
    operators = [
        row["id"]
        for row in await db.rows(
            "SELECT id FROM organization WHERE kind = 'operator' AND EXISTS (SELECT 1 FROM site s WHERE s.operator_id = organization.id)"
        )
    ]
    for login in LOGINS:
        role = ROLES[login.role]
        organization_id = await db.value("SELECT id FROM organization WHERE key = $1", login.organization)
        async with db.transaction():
            person_id = await service.register_person(login.email, login.name, Language.EN, "Europe/Berlin")
            await service.give_role(SYSTEM, person_id, organization_id, role)
            for operator_id in operators if role in {Role.MANAGER, Role.FINANCE, Role.FRONT_DESK, Role.AUDITOR} else []:
                await service.give_role(SYSTEM, person_id, operator_id, role)
        await service.set_password(person_id, login.password)


async def actor(email: str, organization_key: str) -> Actor:
    """Return the actor a person is, standing in an organisation."""
    person_id = await db.value("SELECT id FROM person WHERE email = $1", email)
    organization_id = await db.value("SELECT id FROM organization WHERE key = $1", organization_key)
    found = await access.actor_of_person(person_id, organization_id)
    assert found is not None
    return found


async def startups(count: int, chance: random.Random) -> list[Startup]:
    """Return the startups of the imported file, and made-up ones up to `count`, each with an owner."""
    known = await db.rows("SELECT id, key, name, country, city, version FROM organization WHERE kind = 'startup' ORDER BY key")
    for number, row in enumerate(known, start=500):
        address, _ = _address(row["country"], number)
        await billing.set_billing_address(SYSTEM, row["id"], BillingAddress(row["name"], address, row["city"]), row["version"])
    found = [await _with_owner(row["id"], row["key"], row["name"], row["country"], chance) for row in known]
    names = {row["name"] for row in known}
    while len(found) < count:
        country = chance.choice(sorted(LOCALES))
        name = f"{chance.choice(STEMS)} {chance.choice(ENDINGS)}"
        if name in names:
            continue
        names.add(name)
        key = name.lower().replace(" ", "_")
        address, city = _address(country, len(found))
        terms = places.OrganizationTerms(
            key, name, OrganizationKind.STARTUP.value, country, city, chance.choice(SECTORS), source="made up", address=address
        )
        async with db.transaction():
            startup_id = await places.register_organization(SYSTEM, terms)
        found.append(await _with_owner(startup_id, key, name, country, chance))
    return found


def _address(country: str, salt: int) -> tuple[str, str]:
    """Make up a street and a city."""
    faker = _faker(country, salt)
    return faker.street_address().replace("\n", ", "), faker.city()


async def move_out(name: str) -> None:
    """Let a startup leave its street without saying where it went, so that its invoices wait."""
    await db.execute("UPDATE organization SET address = '' WHERE name = $1", name)


def _faker(country: str, salt: int) -> Faker:
    faker = Faker(LOCALES.get(country, "en_GB"))
    faker.seed_instance(SEED + salt)
    return faker


async def _with_owner(startup_id: UUID, key: str, name: str, country: str, chance: random.Random) -> Startup:
    owner = next((login.email for login in LOGINS if login.organization == key and ROLES[login.role] is Role.OWNER), None)
    if owner is None:
        owner = f"owner@{key.replace('_', '-')}.example"
        async with db.transaction():
            person_id = await service.register_person(owner, _faker(country, len(key) * 31 + len(name)).name())
            await service.give_role(SYSTEM, person_id, startup_id, Role.OWNER)
    return Startup(startup_id, name, await actor(owner, key), chance.randint(1, 14))
