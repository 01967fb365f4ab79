"""Bills one month of lines: loads them as plans, rentals, bookings, usage and fees through the product's own services, then runs billing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from babel.core import get_global

from incubator import db
from incubator.billing import books, run_views, runs
from incubator.billing import service as billing
from incubator.billing.documents import MAKE_DOCUMENT
from incubator.billing.policy import plain
from incubator.billing.terms import (
    Basis,
    Buyer,
    CountedCharge,
    PhaseTerms,
    Price,
    RecurringTerm,
    Source,
    Supply,
    TimedCharge,
)
from incubator.importing.errors import CustomerNotBilled
from incubator.importing.month_file import LineRow
from incubator.kernel import clock, work
from incubator.kernel.actor import SYSTEM, OrganizationKind
from incubator.kernel.ids import new_id
from incubator.kernel.money import to_decimal
from incubator.kernel.periods import Period, start_of_day
from incubator.organizations import places
from incubator.organizations.places import OrganizationTerms, SiteTerms
from incubator.spaces import service as spaces

OPERATOR = "operator"
REASON = "loaded from a month's lines"
OUT_COLUMNS = ("customer", "legal_entity", "currency", "tax_category", "tax_rate", "lines", "line_amounts", "net", "tax", "gross")
LONGEST = timedelta(days=366 * 11)


@dataclass(frozen=True, slots=True)
class InvoicedGroup:
    """One tax group of an invoice. `rows` are the numbers of the file's rows in order, `amounts` theirs as priced, in the same order."""

    customer: str
    legal_entity: str
    currency: str
    tax_category: str
    tax_rate: Decimal
    rows: Sequence[int]
    amounts: Sequence[int]
    net_minor: int
    tax_minor: int

    def cells(self) -> list[str]:
        """Return it as the cells of a row."""
        amounts = [to_decimal(amount, self.currency) for amount in self.amounts]
        sums = [to_decimal(amount, self.currency) for amount in (self.net_minor, self.tax_minor, self.net_minor + self.tax_minor)]
        return [
            self.customer,
            self.legal_entity,
            self.currency,
            self.tax_category,
            plain(self.tax_rate),
            "+".join(map(str, self.rows)),
            "+".join(map(str, amounts)),
            *map(str, sums),
        ]


@dataclass(slots=True)
class Loaded:
    """What was made for the file's names, so that each is made once; and which source of a charge came from which row."""

    customers: dict[str, UUID] = field(default_factory=dict)
    entities: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    sites: dict[tuple[str, str, str], UUID] = field(default_factory=dict)
    row_of_source: dict[UUID, int] = field(default_factory=dict)
    operator_id: UUID | None = None


async def bill_month(lines: Sequence[LineRow], month: Period) -> list[InvoicedGroup]:
    """Load the lines into the connected (empty) database, run billing for the month and return what was invoiced, by first row.

    The clock stands on the eve of the month while they are loaded, as agreements come before what they are about, and after its end
    while it is billed. Running billing again would change nothing.

    Raises:
        CustomerNotBilled: billing could not do a customer.
        DomainError: something of the product refuses a line; the file's cells have been checked before.
    """
    with clock.travel_to(start_of_day(month.first, "UTC") - timedelta(days=2)):
        loaded = Loaded()
        async with db.transaction():
            for line in lines:
                await _load(loaded, line, month)
    with clock.travel_to(start_of_day(month.end, "UTC") + timedelta(days=1)):
        run_id = await runs.start_billing_run(SYSTEM, month.first, f"month {month.first:%Y-%m}")
        await work.drain(leave=frozenset({MAKE_DOCUMENT}))
        await _require_done(run_id)
        return await _invoiced(loaded)


async def _require_done(run_id: UUID) -> None:
    """Refuse a result that is not whole.

    Raises:
        CustomerNotBilled: billing could not do a customer; carries its reason.
    """
    progress = (await run_views.billing_runs_by_id(SYSTEM, [run_id]))[run_id]
    parked = (await run_views.parked_by([run_id])).get(run_id, [])
    if parked or progress.done != progress.total:
        raise CustomerNotBilled(reason=parked[0].reason if parked else f"{progress.total - progress.done} customers are not done")


async def _load(loaded: Loaded, line: LineRow, month: Period) -> None:
    buyer = await _buyer(loaded, line)
    price = Price(line.unit_price_minor, line.basis, line.price_includes_tax, line.quantity, line.is_waived)
    if line.basis is Basis.MONTH:
        await _load_rental(loaded, line, buyer, price, month)
    elif line.basis is Basis.YEAR:
        await _load_plan(loaded, line, buyer, price, month)
    elif line.first is None or line.first in month:
        await _load_charge(loaded, line, buyer, price, month)


async def _load_rental(loaded: Loaded, line: LineRow, buyer: Buyer, price: Price, month: Period) -> None:
    """A rental of a unit of its own for as long as the row says, billed by a contract."""
    assert line.first is not None
    rental_id: UUID | None = None
    if await _is_site_currency(loaded, line):
        unit_id = await _unit(line, buyer, hourly=None, monthly=line.unit_price_minor)
        last = min(line.last or date.max, line.first + LONGEST - timedelta(days=1))
        terms = spaces.RentalTerms(unit_id, buyer.customer_id, line.first, last, line.unit_price_minor)
        rental_id = await spaces.start_rental(SYSTEM, terms)
    term = RecurringTerm("rental", line.what, price, Supply.WORKPLACE, line.first, line.last, rental_id, line.tax, billed_from=month.first)
    contract_id = await billing.open_contract(SYSTEM, buyer, [term])
    if rental_id is not None:
        await spaces.bind_contract(rental_id, contract_id)
    await _remember(loaded, contract_id, line)


async def _load_plan(loaded: Loaded, line: LineRow, buyer: Buyer, price: Price, month: Period) -> None:
    """A plan with one phase, and a contract for it."""
    assert line.first is not None
    assert loaded.operator_id is not None
    phases = [PhaseTerms(None, line.unit_price_minor, Basis.YEAR)]
    plan_id = await billing.create_plan(
        SYSTEM, loaded.operator_id, f"{line.what[:180]} · {line.number}", line.currency, phases, price_includes_tax=line.price_includes_tax
    )
    term = RecurringTerm("plan", line.what, price, Supply.SERVICE, line.first, line.last, plan_id, line.tax, billed_from=month.first)
    await _remember(loaded, await billing.open_contract(SYSTEM, buyer, [term]), line)


async def _remember(loaded: Loaded, contract_id: UUID, line: LineRow) -> None:
    for term_id in await books.terms_of(contract_id):
        loaded.row_of_source[term_id] = line.number


async def _load_charge(loaded: Loaded, line: LineRow, buyer: Buyer, price: Price, month: Period) -> None:
    """A booking, usage of an instrument, or a fee: recorded where it belongs, then charged."""
    source = Source("fee", new_id())
    if await _is_site_currency(loaded, line):
        source = await _recorded(line, buyer, month) or source
    loaded.row_of_source[source.id] = line.number
    if line.starts_at is not None and line.ends_at is not None:
        await billing.charge_time(
            TimedCharge(source, buyer, line.what, price, Supply.WORKPLACE, line.starts_at, line.ends_at, line.time_zone, line.tax)
        )
        return
    first = line.first or month.last
    await billing.charge_count(
        CountedCharge(source, buyer, line.what, price, Supply.SERVICE, first, max(first, line.last or first), line.tax)
    )


async def _recorded(line: LineRow, buyer: Buyer, month: Period) -> Source | None:
    if line.starts_at is not None and line.ends_at is not None:
        unit_id = await _unit(line, buyer, hourly=line.unit_price_minor, monthly=None)
        terms = spaces.BookingTerms(unit_id, line.starts_at, line.ends_at, line.what[:200], buyer.customer_id, REASON)
        return Source("booking", await spaces.create_booking(SYSTEM, terms, f"row {line.number:06d}"))
    if line.basis is Basis.MINUTE and line.quantity == int(line.quantity) <= 100_000:
        unit_id = await _unit(line, buyer, hourly=line.unit_price_minor, monthly=None)
        used_on, event_id = line.first or month.last, f"row {line.number}"
        usage_id = await spaces.record_usage(
            SYSTEM, unit_id, buyer.customer_id, used_on, int(line.quantity), line.unit_price_minor, event_id, is_charged=False
        )
        return Source("usage", usage_id) if usage_id else None
    return None


async def _unit(line: LineRow, buyer: Buyer, *, hourly: int | None, monthly: int | None) -> UUID:
    kind = {Basis.MONTH: "desk", Basis.HOUR: "meeting room"}.get(line.basis, "instrument")
    return await spaces.add_unit(
        SYSTEM,
        spaces.UnitTerms(
            site_id=buyer.site_id,
            name=f"{line.what[:100]} · {line.number}",
            kind=kind,
            monthly_minor=monthly,
            hourly_minor=hourly,
            price_includes_tax=line.price_includes_tax,
            opening_hours="24/7",
            shortest_minutes=1,
            longest_minutes=31 * 24 * 60,
            step_minutes=1,
        ),
    )


async def _is_site_currency(loaded: Loaded, line: LineRow) -> bool:
    return loaded.entities[line.legal_entity][1] == line.currency


async def _buyer(loaded: Loaded, line: LineRow) -> Buyer:
    country = get_global("zone_territories").get(line.time_zone, "ZZ")
    if loaded.operator_id is None:
        terms = OrganizationTerms(OPERATOR, "Operator", OrganizationKind.OPERATOR.value, country, line.time_zone)
        loaded.operator_id = await places.register_organization(SYSTEM, terms)
    if line.customer not in loaded.customers:
        key = _key(line.customer, "customer", len(loaded.customers))
        terms = OrganizationTerms(key, line.customer, OrganizationKind.STARTUP.value, country, line.time_zone)
        loaded.customers[line.customer] = await places.register_organization(SYSTEM, terms)
    if line.legal_entity not in loaded.entities:
        entity_id = await places.register_legal_entity(SYSTEM, loaded.operator_id, line.legal_entity, country, line.currency)
        loaded.entities[line.legal_entity] = (entity_id, line.currency)
    entity_id, currency = loaded.entities[line.legal_entity]
    site = (line.site, line.legal_entity, line.time_zone)
    if site not in loaded.sites:
        loaded.sites[site] = await _register_site(loaded, line, entity_id, currency)
    return Buyer(loaded.customers[line.customer], entity_id, loaded.sites[site], line.currency)


async def _register_site(loaded: Loaded, line: LineRow, entity_id: UUID, currency: str) -> UUID:
    country: str = await db.value("SELECT country FROM legal_entity WHERE id = $1", entity_id)
    return await places.register_site(
        SYSTEM,
        SiteTerms(
            key=_key(line.site, "site", len(loaded.sites)),
            name=line.site,
            operator_key=OPERATOR,
            legal_entity=line.legal_entity,
            country=country,
            city=line.time_zone,
            time_zone=line.time_zone,
            currency=currency,
            locale="en-GB",
            opening_hours="24/7",
        ),
    )


def _key(name: str, kind: str, number: int) -> str:
    """Make a short name that no other has: the file's own names may be anything."""
    stem = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_-")[:40]
    return f"{stem or kind}_{number}"


async def _invoiced(loaded: Loaded) -> list[InvoicedGroup]:
    names = {customer_id: name for name, customer_id in loaded.customers.items()}
    entities = {entity_id: name for name, (entity_id, _) in loaded.entities.items()}
    groups: dict[tuple[UUID, str, Decimal], list[tuple[int, int]]] = {}
    heads: dict[tuple[UUID, str, Decimal], books.TaxGroupView] = {}
    for group in await books.tax_groups_of_all():
        key = (group.invoice_id, group.tax_category, group.tax_rate)
        heads[key], groups[key] = group, []
    for line in await books.charged_lines_of_all():
        groups[(line.invoice_id, line.tax_category, line.tax_rate)].append((loaded.row_of_source[line.source_id], line.amount_minor))
    found = []
    for key, head in heads.items():
        rows = sorted(groups[key])
        found.append(
            InvoicedGroup(
                customer=names[head.customer_id],
                legal_entity=entities[head.legal_entity_id],
                currency=head.currency,
                tax_category=head.tax_category,
                tax_rate=head.tax_rate,
                rows=[row for row, _ in rows],
                amounts=[amount for _, amount in rows],
                net_minor=head.net_minor,
                tax_minor=head.tax_minor,
            )
        )
    return sorted(found, key=lambda group: list(group.rows))


__all__ = ["OUT_COLUMNS", "InvoicedGroup", "bill_month"]
