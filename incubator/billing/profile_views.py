"""Profiles of sellers and buyers as people look at them, and the exchange rates that are known."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing.profile_scope import visible_buyers, visible_sellers
from incubator.billing.tax import vat_id_state
from incubator.billing.tax_terms import Answer, VatIdState, usable
from incubator.kernel import clock
from incubator.kernel.actor import Actor, Grant
from incubator.kernel.errors import NotFound
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.organizations.vat_ids import country_of, has_vat_id


@dataclass(frozen=True, slots=True)
class SellerView:
    """How a legal entity bills; `version` is 0 while nobody has written anything."""

    legal_entity_id: UUID
    address: str
    tax_number: str
    city: str
    postal_code: str
    register_number: str
    contact_name: str
    email: str
    phone: str
    bank_name: str
    iban: str
    bic: str
    endpoint_scheme: str
    endpoint_id: str
    grace_days: int
    payment_days: int
    hold_percent: int
    locked_until: date | None
    version: int


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """What a legal entity is registered for; days both included."""

    legal_entity_id: UUID
    vat_id: str
    taxes_letting: bool
    scheme: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class BuyerView:
    """How an organisation is billed: address and VAT id of the organisation, the rest of its profile, with the versions of both."""

    organization_id: UUID
    name: str
    address: str
    city: str
    country: str
    vat_id: str
    organization_version: int
    postal_code: str
    register_number: str
    email: str
    reference: str
    endpoint_scheme: str
    endpoint_id: str
    format: str
    tax_number: str
    fapiao_kind: str
    phone: str
    bank_name: str
    bank_account: str
    version: int
    is_being_checked: bool


@dataclass(frozen=True, slots=True)
class StatusView:
    """What a buyer has shown."""

    id: UUID
    organization_id: UUID
    kind: str
    country: str
    region: str
    value: str
    proof: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class VatCheckView:
    """What is known of a VAT id now; the times and names are those of the register's last answer, None and empty without one."""

    state: VatIdState
    checked_at: datetime | None
    name: str
    consultation: str


@dataclass(frozen=True, slots=True)
class RateView:
    """So many units of a currency were worth one euro on a day."""

    id: UUID
    day: date
    currency: str
    per_euro: Decimal
    source: str


_SELLER_DEFAULTS = {"grace_days": "0", "payment_days": "14", "hold_percent": "50", "version": "0"}
_BUYER_DEFAULTS = {"format": "'pdf'", "fapiao_kind": "'ordinary'", "version": "0"}
_OF_ORGANIZATION = ("name", "address", "city", "country", "vat_id")


def _columns(view: type, alias: str, defaults: dict[str, str], leave: Iterable[str]) -> str:
    names = [field.name for field in fields(view) if field.name not in leave]
    return ", ".join(
        f"{alias}.{name}" if name == "locked_until" else f"coalesce({alias}.{name}, {defaults.get(name, chr(39) * 2)}) AS {name}"
        for name in names
    )


_SELLER = "e.address, e.tax_number, " + _columns(SellerView, "p", _SELLER_DEFAULTS, ("legal_entity_id", "address", "tax_number"))
_BUYER = _columns(BuyerView, "p", _BUYER_DEFAULTS, ("organization_id", "organization_version", "is_being_checked", *_OF_ORGANIZATION))


async def sellers(actor: Actor) -> list[SellerView]:
    """Return the profiles of the legal entities that the actor may see, by name."""
    condition, args = visible_sellers(actor)
    return await db.rows_as(
        SellerView,
        f"SELECT e.id AS legal_entity_id, {_SELLER} FROM legal_entity e LEFT JOIN seller_profile p ON p.legal_entity_id = e.id"
        f" WHERE {condition} ORDER BY e.name",
        *args,
    )


async def seller(actor: Actor, legal_entity_id: UUID) -> SellerView | None:
    """Return one of them; None for what the actor may not see."""
    return next((one for one in await sellers(actor) if one.legal_entity_id == legal_entity_id), None)


async def registrations_of(legal_entity_ids: Iterable[UUID]) -> dict[UUID, list[RegistrationView]]:
    """Return what legal entities are and were registered for, the latest first; the caller knows that they may be seen."""
    found: dict[UUID, list[RegistrationView]] = {}
    for row in await db.rows_as(
        RegistrationView,
        "SELECT legal_entity_id, vat_id, taxes_letting, scheme, valid_from, valid_to FROM tax_registration"
        " WHERE legal_entity_id = ANY($1::uuid[]) ORDER BY valid_from DESC",
        list(legal_entity_ids),
    ):
        found.setdefault(row.legal_entity_id, []).append(row)
    return found


async def buyer(actor: Actor, organization_id: UUID) -> BuyerView:
    """Return how an organisation is billed.

    Raises:
        NotFound: it is neither the actor's own, as one of its people for money, nor billed by their companies.
    """
    condition, args = visible_buyers(actor)
    [*found] = await db.rows_as(
        BuyerView,
        "SELECT o.id AS organization_id, o.name, o.address, o.city, o.country, o.vat_id, o.version AS organization_version,"
        f" {_BUYER}, EXISTS (SELECT 1 FROM work_item w WHERE w.kind = 'check VAT ID' AND w.subject = o.vat_id AND w.state <> 'done')"
        f" AS is_being_checked FROM organization o LEFT JOIN buyer_profile p ON p.organization_id = o.id WHERE {condition}"
        f" AND o.id = ${len(args) + 1}",
        *args,
        organization_id,
    )
    if not found:
        raise NotFound(kind="Organization", path=("organizationId",))
    return found[0]


async def statuses_of(organization_ids: Iterable[UUID]) -> dict[UUID, list[StatusView]]:
    """Return what organisations have shown, the latest first; the caller knows that they may be seen."""
    found: dict[UUID, list[StatusView]] = {}
    for row in await db.rows_as(
        StatusView,
        "SELECT id, organization_id, kind, country, region, value, proof, valid_from, valid_to FROM tax_status"
        " WHERE organization_id = ANY($1::uuid[]) ORDER BY valid_from DESC, id",
        list(organization_ids),
    ):
        found.setdefault(row.organization_id, []).append(row)
    return found


async def vat_check_of(vat_id: str) -> VatCheckView:
    """Return what is known of a VAT id; the caller knows that its holder may be seen. What VIES does not keep has its form only."""
    country = country_of(vat_id)
    if not vat_id or not country:
        return VatCheckView(VatIdState.NONE if not vat_id else VatIdState.UNCONFIRMED, None, "", "")
    row = await db.row(
        "SELECT is_valid, checked_at, source, consultation, name FROM vat_check WHERE vat_id = $1 ORDER BY checked_at DESC LIMIT 1", vat_id
    )
    answer = Answer(**row) if row else None
    counted = usable((answer,), clock.now().date(), clock.now()) if answer else None
    state = vat_id_state(vat_id, country, counted) if has_vat_id(vat_id, country) else VatIdState.WRONG
    return VatCheckView(state, answer.checked_at if answer else None, answer.name if answer else "", answer.consultation if answer else "")


_RATES = (Order("day", "date", is_descending=True), Order("currency", "text"), Order("id", "uuid"))


async def list_rates(actor: Actor, page: Page, *, currency: str | None = None, with_total: bool = False) -> Slice:
    """List the exchange rates that are known, the latest first.

    Raises:
        NotSignedIn, Forbidden: the actor has nothing to do with money.
    """
    actor.require(Grant.SEE_MONEY)
    sql = "SELECT id, day, currency, per_euro, source FROM exchange_rate WHERE ($1::text IS NULL OR currency = $1)"
    return await paginate(sql, [currency], _RATES, page, with_total=with_total)
