"""What people look at of contracts: their terms, pauses and next periods, within what the actor may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing.due import FOREVER, Recurrence, discounted_days, part_from, paused_days, whole_period
from incubator.billing.policy import Part, amount_of_days
from incubator.billing.scope import visible_contracts, visible_price_indexes
from incubator.billing.terms import Basis, Price, Timing
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.grouping import grouped
from incubator.kernel.paging import Order, Page, Slice, paginate
from incubator.kernel.periods import Period
from incubator.organizations.queries import like

NEXT_PERIODS = 3
"""How many periods to come of each term are shown."""


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract; `state` is planned, running, paused or ended today at the site, whose days are given."""

    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    site_id: UUID
    currency: str
    minimum_minor: int | None
    starts_on: date
    ends_on: date | None
    state: str
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class TermView:
    """A recurring price of a contract, in minor units of `currency`; days of the site, both ends included."""

    id: UUID
    contract_id: UUID
    currency: str
    kind: str
    description: str
    basis: str
    quantity: Decimal
    unit_price_minor: int
    price_includes_tax: bool
    is_waived: bool
    starts_on: date
    ends_on: date | None
    timing: str
    next_period_start: date
    anchor_on: date
    discount_percent: Decimal
    discount_until: date | None
    index_key: str
    index_base: date | None
    index_months: int | None
    adapts_on: date | None


@dataclass(frozen=True, slots=True)
class PauseView:
    """Days of the site, both included, that cost nothing."""

    id: UUID
    contract_id: UUID
    first_on: date
    last_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class NextPeriod:
    """A period to come of a term: which days, when it is billed, and for how much as things stand; as priced, in minor units."""

    term_id: UUID
    description: str
    first: date
    last: date
    billed_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class IndexValueView:
    """The value of a price index in a month (its first day)."""

    id: UUID
    operator_id: UUID
    key: str
    month: date
    value: Decimal
    source: str
    created_at: datetime


_FACTS = (
    "SELECT c.id, c.customer_id, c.legal_entity_id, c.site_id, c.currency, c.minimum_minor, d.starts_on, d.ends_on, CASE"
    " WHEN d.starts_on > d.today THEN 'planned' WHEN d.ends_on < d.today THEN 'ended' WHEN EXISTS (SELECT 1 FROM contract_pause p"
    " WHERE p.contract_id = c.id AND p.first_on <= d.today AND coalesce(p.last_on, d.today) >= d.today) THEN 'paused' ELSE 'running' END AS state,"
    " c.created_at, c.version FROM contract c JOIN organization o ON o.id = c.customer_id CROSS JOIN LATERAL (SELECT min(t.starts_on) AS starts_on,"
    " CASE WHEN bool_and(t.ends_on IS NOT NULL) THEN max(t.ends_on) END AS ends_on,"
    " (SELECT ({now} AT TIME ZONE s.time_zone)::date FROM site s WHERE s.id = c.site_id) AS today FROM contract_term t"
    " WHERE t.contract_id = c.id) d WHERE d.starts_on IS NOT NULL"
)


async def list_contracts(
    actor: Actor,
    page: Page,
    *,
    customer_id: UUID | None = None,
    site_id: UUID | None = None,
    state: str | None = None,
    search: str = "",
    with_total: bool = False,
) -> Slice:
    """List contracts, the latest first; `search` looks at the customer's names."""
    condition, args = visible_contracts(actor)
    n = len(args)
    sql = (
        f"SELECT * FROM ({_FACTS.format(now=f'${n + 1}::timestamptz')} AND {condition} AND (${n + 2}::uuid IS NULL OR c.customer_id = ${n + 2})"
        f" AND (${n + 3}::uuid IS NULL OR c.site_id = ${n + 3}) AND (o.name ILIKE ${n + 4} OR o.local_name ILIKE ${n + 4})) AS contracts"
        f" WHERE (${n + 5}::text IS NULL OR state = ${n + 5})"
    )
    given = [*args, clock.now(), customer_id, site_id, like(search), state]
    return await paginate(sql, given, (Order("id", "uuid", is_descending=True),), page, with_total=with_total)


async def contracts_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, ContractView]:
    """Return the contracts among `ids` that the actor may see."""
    condition, args = visible_contracts(actor)
    n = len(args)
    found = await db.rows_as(
        ContractView,
        f"{_FACTS.format(now=f'${n + 1}::timestamptz')} AND {condition} AND c.id = ANY(${n + 2}::uuid[])",
        *args,
        clock.now(),
        list(ids),
    )
    return {row.id: row for row in found}


async def terms_of(contract_ids: Iterable[UUID]) -> dict[UUID, list[TermView]]:
    """Return the terms of contracts that the caller has been shown, by what they are for and then by day."""
    found = await db.rows_as(
        TermView,
        "SELECT t.id, t.contract_id, c.currency, t.kind, t.description, t.basis, t.quantity, t.unit_price_minor, t.price_includes_tax, t.is_waived,"
        " t.starts_on, t.ends_on, t.timing, t.next_period_start, t.anchor_on, t.discount_percent, t.discount_until, t.index_key, t.index_base,"
        " t.index_months, t.adapts_on FROM contract_term t JOIN contract c ON c.id = t.contract_id WHERE t.contract_id = ANY($1::uuid[])"
        " AND (t.ends_on IS NULL OR t.ends_on >= t.starts_on) ORDER BY t.contract_id, t.kind, t.source_id, t.starts_on, t.id",
        list(contract_ids),
    )
    return grouped(found, lambda row: row.contract_id)


async def pauses_by_contract(contract_ids: Iterable[UUID]) -> dict[UUID, list[PauseView]]:
    """Return the pauses of contracts that the caller has been shown, in order."""
    found = await db.rows_as(
        PauseView,
        "SELECT id, contract_id, first_on, last_on, reason FROM contract_pause WHERE contract_id = ANY($1::uuid[]) ORDER BY contract_id, first_on",
        list(contract_ids),
    )
    return grouped(found, lambda row: row.contract_id)


def next_periods(terms: Sequence[TermView], pauses: Sequence[PauseView]) -> list[NextPeriod]:
    """Return what is billed next of a contract, the earliest first; a period that is paused whole is passed over, as a run does."""
    held = [Period.of(pause.first_on, pause.last_on or FOREVER - timedelta(days=1)) for pause in pauses]
    found = [period for term in terms for period in _of_term(term, held)]
    return sorted(found, key=lambda period: (period.billed_on, period.first, period.description))[:NEXT_PERIODS]


def _of_term(term: TermView, pauses: Sequence[Period]) -> list[NextPeriod]:
    recurrence = Recurrence(Basis(term.basis), Timing(term.timing), term.starts_on, term.ends_on, term.anchor_on)
    found: list[NextPeriod] = []
    first = term.next_period_start
    endless = next((pause.first for pause in pauses if pause.end >= FOREVER), FOREVER)
    while len(found) < NEXT_PERIODS and (part := part_from(recurrence, first)) is not None and part.days.first < endless:
        if paused_days(part.days, pauses) < part.days.days:
            billed_on = part.days.first if recurrence.timing is Timing.ADVANCE else part.days.end
            found.append(NextPeriod(term.id, term.description, part.days.first, part.days.last, billed_on, _amount(term, part, pauses)))
        first = part.days.end
    return found


def _amount(term: TermView, part: Part, pauses: Sequence[Period]) -> int:
    price = Price(term.unit_price_minor, Basis(term.basis), term.price_includes_tax, term.quantity, term.is_waived)
    discounted = discounted_days(part.days, term.discount_until, pauses) if term.discount_percent else 0
    whole = Part(part.days, whole_period(Basis(term.basis), term.anchor_on, part.days.first))
    amount, _ = amount_of_days(
        price, whole, paused=paused_days(part.days, pauses), discount_percent=term.discount_percent, discounted=discounted
    )
    return amount


async def list_index_values(actor: Actor, page: Page, *, key: str = "", with_total: bool = False) -> Slice:
    """List the values of price indexes, the latest month first; of one index when its key is given."""
    condition, args = visible_price_indexes(actor)
    n = len(args)
    sql = (
        "SELECT x.id, x.operator_id, x.key, x.month, x.value, x.source, x.created_at FROM price_index x"
        f" WHERE {condition} AND (${n + 1} = '' OR x.key = ${n + 1})"
    )
    order = (Order("month", "date", is_descending=True), Order("key", "text"), Order("id", "uuid"))
    return await paginate(sql, [*args, key], order, page, with_total=with_total)


async def index_values_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, IndexValueView]:
    """Return the index values among `ids` that the actor may see."""
    condition, args = visible_price_indexes(actor)
    found = await db.rows_as(
        IndexValueView,
        "SELECT x.id, x.operator_id, x.key, x.month, x.value, x.source, x.created_at FROM price_index x"
        f" WHERE {condition} AND x.id = ANY(${len(args) + 1}::uuid[])",
        *args,
        list(ids),
    )
    return {row.id: row for row in found}
