"""Register organisations, legal entities and sites; the importer, the demo world and tests all come through here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.kernel import audit, checks, clock, outbox
from incubator.kernel.actor import Actor, Grant, OrganizationKind, Role
from incubator.kernel.errors import NotFound, PatternMismatch
from incubator.kernel.ids import new_id
from incubator.kernel.money import check_currency
from incubator.kernel.periods import check_zone
from incubator.organizations.errors import KeyTaken, UnknownSubdivision
from incubator.organizations.events import SiteChanged, VatIdWritten
from incubator.organizations.opening_hours import OpeningHours, subdivisions_of
from incubator.organizations.service import give_role
from incubator.organizations.vat_ids import check_form, check_tax_number

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_LOCALE = re.compile(r"[a-z]{2}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


@dataclass(frozen=True, slots=True)
class OrganizationTerms:
    """What an organisation is registered with; every field is checked."""

    key: str
    name: str
    kind: str
    country: str
    city: str
    sector: str = ""
    local_name: str = ""
    address: str = ""
    vat_id: str = ""
    source: str = ""
    district: str = ""

    def checked(self) -> "OrganizationTerms":
        """Return it with blanks trimmed.

        Raises:
            InvalidValue: a field breaks its rule; named in camel case.
        """
        try:
            kind = OrganizationKind(self.kind).value
        except ValueError as error:
            raise PatternMismatch(field="kind", limit=", ".join(OrganizationKind)) from error
        return OrganizationTerms(
            key=check_key(self.key),
            name=checks.text(self.name, "name"),
            kind=kind,
            country=checks.country(self.country),
            city=checks.text(self.city, "city", at_most=120),
            sector=checks.text(self.sector, "sector", at_least=0),
            local_name=checks.text(self.local_name, "localName", at_least=0),
            address=checks.text(self.address, "address", at_least=0, at_most=500),
            vat_id=check_form(checks.country(self.country), self.vat_id),
            source=checks.text(self.source, "source", at_least=0),
            district=checks.text(self.district, "district", at_least=0, at_most=120),
        )


@dataclass(frozen=True, slots=True)
class SiteTerms:
    """What a site is registered with. `operator_key` and `legal_entity` are names; a new one is registered with the site."""

    key: str
    name: str
    operator_key: str
    legal_entity: str
    country: str
    city: str
    time_zone: str
    currency: str
    locale: str
    opening_hours: str
    subdivision: str = ""

    def checked(self) -> "SiteTerms":
        """Return it with blanks trimmed.

        Raises:
            InvalidValue: a field breaks its rule; named in camel case.
        """
        if not _LOCALE.fullmatch(self.locale.strip()):
            raise PatternMismatch(field="locale", limit="de-DE")
        OpeningHours.parse(self.opening_hours)
        country = checks.country(self.country)
        return SiteTerms(
            key=check_key(self.key),
            name=checks.text(self.name, "name"),
            operator_key=check_key(self.operator_key, "operator"),
            legal_entity=checks.text(self.legal_entity, "legalEntity"),
            country=country,
            city=checks.text(self.city, "city", at_most=120),
            time_zone=check_zone(self.time_zone.strip()),
            currency=check_currency(self.currency.strip()),
            locale=self.locale.strip(),
            opening_hours=self.opening_hours.strip(),
            subdivision=check_subdivision(self.subdivision, country),
        )


def check_key(value: str, field: str = "key") -> str:
    """Return a short name: lower-case letters, digits, `_` and `-`, at most 60 characters.

    Raises:
        PatternMismatch: it is not one.
    """
    value = value.strip()
    if not _KEY.fullmatch(value):
        raise PatternMismatch(field=field, limit="a–z, 0–9, _ and -, at most 60")
    return value


def check_subdivision(value: str, country: str, path: tuple[str, ...] = ()) -> str:
    """Return the code of a part of a country that has public holidays of its own, or nothing for the whole country's.

    Raises:
        UnknownSubdivision: the country has no such part; names those that it has.
    """
    value = value.strip()
    known = subdivisions_of(country)
    if value and value not in known:
        raise UnknownSubdivision(value=value[:40], country=country, limit=", ".join(known) or "–", path=path)
    return value


async def set_subdivision(actor: Actor, site_id: UUID, subdivision: str, expected_version: int | None = None) -> None:
    """Say in which part of its country a site is; its public holidays count from now on, and bookings that stand stay.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the site's space.
        NotFound: there is no such site.
        Stale: it was changed meanwhile.
        UnknownSubdivision: the country has no such part.
    """
    actor.require(Grant.MANAGE_SPACE, site_id, path=("input", "siteId"))
    async with db.transaction():
        site = await db.row("SELECT country, subdivision, version FROM site WHERE id = $1 FOR NO KEY UPDATE", site_id)
        if site is None:
            raise NotFound(kind="Site", path=("input", "siteId"))
        checks.version(expected_version, site["version"])
        code = check_subdivision(subdivision, site["country"], ("input", "subdivision"))
        await db.execute("UPDATE site SET subdivision = $2, version = version + 1 WHERE id = $1", site_id, code)
        before = {"subdivision": site["subdivision"]}
        await audit.record(actor, "set subdivision", "Site", site_id, before=before, after={"subdivision": code})
        await outbox.record(SiteChanged(site_id, site["version"] + 1))


async def register_organization(actor: Actor, terms: OrganizationTerms) -> UUID:
    """Register an organisation inside the running transaction; one with the same key is brought up to date instead.

    Raises:
        InvalidValue: a field breaks its rule.
        KeyTaken: the key belongs to an organisation of another kind, or to one that others answer for.
    """
    terms = terms.checked()
    before = await db.row("SELECT id, kind, name, country, city, vat_id FROM organization WHERE key = $1 FOR UPDATE", terms.key)
    if before is not None and (before["kind"] != terms.kind or await foreign_keys(actor, [terms.key])):
        raise KeyTaken(field="key", value=terms.key)
    organization_id: UUID = await db.value(
        "INSERT INTO organization (id, key, name, local_name, kind, country, city, sector, address, vat_id, source, created_at, district, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1) ON CONFLICT (key) DO UPDATE SET name = excluded.name,"
        " local_name = excluded.local_name, country = excluded.country, city = excluded.city, sector = excluded.sector,"
        " address = coalesce(nullif(excluded.address, ''), organization.address),"
        " district = coalesce(nullif(excluded.district, ''), organization.district),"
        " vat_id = coalesce(nullif(excluded.vat_id, ''), organization.vat_id),"
        " source = excluded.source, version = organization.version + 1 RETURNING id",
        new_id(),
        terms.key,
        terms.name,
        terms.local_name,
        terms.kind,
        terms.country,
        terms.city,
        terms.sector,
        terms.address,
        terms.vat_id,
        terms.source,
        clock.now(),
        terms.district,
    )
    await audit.record(
        actor,
        "register organisation",
        "Organization",
        organization_id,
        before=dict(before) if before else None,
        after={"key": terms.key, "name": terms.name, "kind": terms.kind},
    )
    if terms.vat_id and terms.vat_id != (before["vat_id"] if before else ""):
        await outbox.record(VatIdWritten(organization_id, terms.vat_id), concerns=organization_id)
    return organization_id


_FOREIGN = """
SELECT o.key FROM organization o WHERE o.key = ANY($1::text[]) AND CASE o.kind WHEN 'operator' THEN
  NOT EXISTS (SELECT 1 FROM role_assignment r WHERE r.organization_id = o.id AND r.person_id = $2 AND r.role = 'manager'
    AND r.site_id IS NULL AND r.legal_entity_id IS NULL)
  AND (EXISTS (SELECT 1 FROM role_assignment r WHERE r.organization_id = o.id) OR EXISTS (SELECT 1 FROM site s WHERE s.operator_id = o.id))
ELSE
  NOT EXISTS (SELECT 1 FROM organization_at_site a WHERE a.organization_id = o.id AND a.site_id = ANY($3::uuid[]))
  AND EXISTS (SELECT 1 FROM organization_at_site a WHERE a.organization_id = o.id)
END
"""


async def foreign_keys(actor: Actor, keys: Sequence[str]) -> set[str]:
    """Return the keys of organisations that others answer for: operators the actor does not manage, and who is only at others' sites."""
    if actor.is_system:
        return set()
    sites = list(actor.site_ids_with(Grant.IMPORT_DATA))
    return {row["key"] for row in await db.rows(_FOREIGN, list(keys), actor.person_id, sites)}


async def register_startup(actor: Actor, name: str, country: str, city: str, sector: str) -> UUID:
    """Register a startup that applied, under a key made from its name; inside the running transaction.

    Raises:
        InvalidValue: a field breaks its rule.
    """
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "startup"
    key, number = stem, 1
    while await db.value("SELECT 1 FROM organization WHERE key = $1", key):
        number += 1
        key = f"{stem}_{number}"
    return await register_organization(
        actor, OrganizationTerms(key=key, name=name, kind=OrganizationKind.STARTUP.value, country=country, city=city, sector=sector)
    )


async def register_site(actor: Actor, terms: SiteTerms) -> UUID:
    """Register a site inside the running transaction, with its operator and legal entity when they are new; bring a known one up to date.

    Who registers the first site of an operator that nobody manages becomes its manager.

    Raises:
        InvalidValue: a field breaks its rule.
        KeyTaken: the operator's key belongs to another kind of organisation, or to one that others manage; the site's to another operator;
            the legal entity to another operator, country or currency.
    """
    terms = terms.checked()
    operator = await db.row("SELECT id, kind FROM organization WHERE key = $1 FOR UPDATE", terms.operator_key)
    is_foreign = bool(await foreign_keys(actor, [terms.operator_key]))
    if operator is not None and (operator["kind"] != OrganizationKind.OPERATOR.value or is_foreign):
        raise KeyTaken(field="operator", value=terms.operator_key)
    operator_id: UUID = operator["id"] if operator else await _register_operator(actor, terms)
    if await db.value("SELECT 1 FROM site WHERE key = $1 AND operator_id <> $2", terms.key, operator_id):
        raise KeyTaken(field="key", value=terms.key)
    if actor.person_id:
        await give_role(actor, actor.person_id, operator_id, Role.MANAGER)
    entity_id = await _register_entity(actor, terms, operator_id)
    site_id: UUID = await db.value(
        "INSERT INTO site (id, key, name, operator_id, legal_entity_id, country, subdivision, city, time_zone, currency, locale,"
        " opening_hours, closed_on_holidays, closing_reason, created_at, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, 1)"
        " ON CONFLICT (key) DO UPDATE SET name = excluded.name, city = excluded.city, time_zone = excluded.time_zone,"
        " subdivision = CASE WHEN site.country = excluded.country AND excluded.subdivision <> '' THEN excluded.subdivision"
        " ELSE site.subdivision END, locale = excluded.locale,"
        " opening_hours = excluded.opening_hours, version = site.version + 1 RETURNING id",
        new_id(),
        terms.key,
        terms.name,
        operator_id,
        entity_id,
        terms.country,
        terms.subdivision,
        terms.city,
        terms.time_zone,
        terms.currency,
        terms.locale,
        terms.opening_hours,
        OpeningHours.parse(terms.opening_hours).week != OpeningHours.parse("24/7").week,
        clock.now(),
    )
    await audit.record(actor, "register site", "Site", site_id, after={"key": terms.key, "name": terms.name})
    return site_id


async def _register_operator(actor: Actor, terms: SiteTerms) -> UUID:
    return await register_organization(
        actor,
        OrganizationTerms(
            key=terms.operator_key,
            name=terms.operator_key.replace("_", " ").title(),
            kind=OrganizationKind.OPERATOR.value,
            country=terms.country,
            city=terms.city,
        ),
    )


async def _register_entity(actor: Actor, terms: SiteTerms, operator_id: UUID) -> UUID:
    found = await db.row("SELECT id, operator_id, country, currency FROM legal_entity WHERE name = $1", terms.legal_entity)
    if found is not None:
        if (found["operator_id"], found["country"], found["currency"]) != (operator_id, terms.country, terms.currency):
            raise KeyTaken(field="legalEntity", value=terms.legal_entity)
        entity_id: UUID = found["id"]
        return entity_id
    return await register_legal_entity(actor, operator_id, terms.legal_entity, terms.country, terms.currency)


async def register_legal_entity(
    actor: Actor, operator_id: UUID, name: str, country: str, currency: str, *, address: str = "", tax_number: str = ""
) -> UUID:
    """Register a legal entity inside the running transaction; its invoice series is made from its name and stays.

    Raises:
        InvalidValue: a field breaks its rule.
    """
    shown = checks.text(name, "legalEntity")
    stem = "".join(word[0] for word in re.findall(r"[A-Za-z]+", shown))[:4].upper() or "INV"
    series, number = stem, 1
    while await db.value("SELECT 1 FROM legal_entity WHERE series = $1", series):
        number += 1
        series = f"{stem}{number}"
    entity_id = new_id()
    await db.execute(
        "INSERT INTO legal_entity (id, operator_id, name, country, currency, address, tax_number, series, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        entity_id,
        operator_id,
        shown,
        checks.country(country),
        check_currency(currency),
        address,
        check_tax_number(country, tax_number),
        series,
        clock.now(),
    )
    await audit.record(actor, "register legal entity", "LegalEntity", entity_id, after={"name": shown, "series": series})
    return entity_id


async def operator_by_key(key: str) -> UUID:
    """Return an operator's id.

    Raises:
        NotFound: there is none with the key.
    """
    found = await db.value("SELECT id FROM organization WHERE key = $1 AND kind = 'operator'", key)
    if found is None:
        raise NotFound(kind="Organization")
    assert isinstance(found, UUID)
    return found
