"""What can be imported: its columns, how a row is checked, and the service that applies it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from incubator import db
from incubator.kernel.actor import Actor, OrganizationKind
from incubator.kernel.errors import DomainError
from incubator.organizations import places
from incubator.organizations.errors import KeyTaken

Row = Mapping[str, str]
RowRefusal = tuple[str, DomainError]


@dataclass(frozen=True)
class ImportKind:
    """One kind of file: columns that it must have and that it may have. `check` returns refusals with the column each is about; `known` which keys exist already, and which are not the actor's."""

    columns: tuple[str, ...]
    optional: tuple[str, ...]
    check: Callable[[Row], list[RowRefusal]]
    known: Callable[[Actor, list[Row]], Awaitable[tuple[set[str], dict[str, list[RowRefusal]]]]]
    apply: Callable[[Actor, Row], Awaitable[UUID]]


ORGANIZATION_COLUMNS = ("key", "name_en", "name_local", "kind", "country", "city", "sector", "source")
ORGANIZATION_EXTRAS = ("district",)
SITE_COLUMNS = ("key", "name", "operator", "legal_entity", "country", "city", "time_zone", "currency", "locale", "opening_hours", "source")
SITE_EXTRAS = ("subdivision",)
_COLUMN_OF_FIELD = {
    "name": "name_en",
    "localName": "name_local",
    "legalEntity": "legal_entity",
    "timeZone": "time_zone",
    "openingHours": "opening_hours",
}


def organization_terms(row: Row) -> places.OrganizationTerms:
    """Return a row of an organisations file as terms, unchecked."""
    return places.OrganizationTerms(
        key=row["key"],
        name=row["name_en"],
        local_name=row["name_local"],
        kind=row["kind"].strip(),
        country=row["country"].strip(),
        city=row["city"],
        sector=row["sector"],
        source=row["source"],
        district=row.get("district", ""),
    )


def site_terms(row: Row) -> places.SiteTerms:
    """Return a row of a sites file as terms, unchecked."""
    return places.SiteTerms(
        key=row["key"],
        name=row["name"],
        operator_key=row["operator"],
        legal_entity=row["legal_entity"],
        country=row["country"].strip(),
        city=row["city"],
        time_zone=row["time_zone"],
        currency=row["currency"],
        locale=row["locale"],
        opening_hours=row["opening_hours"],
        subdivision=row.get("subdivision", ""),
    )


def _refusals(check: Callable[[], object], columns: tuple[str, ...]) -> list[RowRefusal]:
    """Run a check and return its refusal with the column it is about."""
    try:
        check()
    except DomainError as refused:
        field = str(getattr(refused, "field", ""))
        column = field if field in columns else _COLUMN_OF_FIELD.get(field, field)
        return [(column, refused)]
    return []


async def _known_organizations(actor: Actor, rows: list[Row]) -> tuple[set[str], dict[str, list[RowRefusal]]]:
    found = await db.rows("SELECT key, kind FROM organization WHERE key = ANY($1::text[])", [row["key"].strip() for row in rows])
    kinds = {row["key"]: row["kind"] for row in found}
    foreign = await places.foreign_keys(actor, list(kinds))
    refused: dict[str, list[RowRefusal]] = {
        row["key"].strip(): [("key" if row["key"].strip() in foreign else "kind", KeyTaken(field="key", value=row["key"].strip()))]
        for row in rows
        if row["key"].strip() in foreign or kinds.get(row["key"].strip(), row["kind"].strip()) != row["kind"].strip()
    }
    return set(kinds), refused


async def _known_sites(actor: Actor, rows: list[Row]) -> tuple[set[str], dict[str, list[RowRefusal]]]:
    known = await db.rows(
        "SELECT s.key, o.key AS operator FROM site s JOIN organization o ON o.id = s.operator_id WHERE s.key = ANY($1::text[])",
        [row["key"].strip() for row in rows],
    )
    operator_of = {row["key"]: row["operator"] for row in known}
    operators = await db.rows(
        "SELECT key, kind FROM organization WHERE key = ANY($1::text[]) AND kind <> $2",
        [row["operator"].strip() for row in rows],
        OrganizationKind.OPERATOR.value,
    )
    taken = {row["key"] for row in operators} | await places.foreign_keys(actor, [row["operator"].strip() for row in rows])
    entities = {
        row["name"]: (row["operator"], row["country"], row["currency"])
        for row in await db.rows(
            "SELECT e.name, o.key AS operator, e.country, e.currency FROM legal_entity e JOIN organization o ON o.id = e.operator_id"
        )
    }
    refused: dict[str, list[RowRefusal]] = {}
    for row in rows:
        key, entity = row["key"].strip(), row["legal_entity"].strip()
        mine = (row["operator"].strip(), row["country"].strip(), row["currency"].strip())
        if operator_of.get(key, row["operator"].strip()) != row["operator"].strip():
            refused.setdefault(key, []).append(("key", KeyTaken(field="key", value=key)))
        if row["operator"].strip() in taken:
            refused.setdefault(key, []).append(("operator", KeyTaken(field="operator", value=row["operator"].strip())))
        if entities.setdefault(entity, mine) != mine:
            refused.setdefault(key, []).append(("legal_entity", KeyTaken(field="legalEntity", value=entity)))
    return {row["key"] for row in known}, refused


KINDS: dict[str, ImportKind] = {
    "organizations": ImportKind(
        ORGANIZATION_COLUMNS,
        ORGANIZATION_EXTRAS,
        lambda row: _refusals(lambda: organization_terms(row).checked(), (*ORGANIZATION_COLUMNS, *ORGANIZATION_EXTRAS)),
        _known_organizations,
        lambda actor, row: places.register_organization(actor, organization_terms(row)),
    ),
    "sites": ImportKind(
        SITE_COLUMNS,
        SITE_EXTRAS,
        lambda row: _refusals(lambda: site_terms(row).checked(), (*SITE_COLUMNS, *SITE_EXTRAS)),
        _known_sites,
        lambda actor, row: places.register_site(actor, site_terms(row)),
    ),
}
