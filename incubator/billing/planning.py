"""What a month's billing comes to for some customers: read, priced and shared out over documents, and nothing written.

A billing run writes the plan, a preview shows it, an estimate sums it up: all three are the same plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

import asyncpg

from incubator import db
from incubator.billing import credit_uses, minimums
from incubator.billing.charge_writing import NewCharge, new_charge
from incubator.billing.credit_uses import CreditUse, Purse
from incubator.billing.due import Due, Recurrence, discounted_days, due_parts, paused_days
from incubator.billing.planned_lines import PlannedLine, line_of_new, line_of_row, with_credits
from incubator.billing.policy import Part, amount_of_days, documents, price_days
from incubator.billing.tax_desk import TaxDesk
from incubator.billing.terms import Basis, Buyer, GivenTax, Price, Source, Supply, TaxCategory, Timing
from incubator.kernel import clock
from incubator.kernel.errors import DomainError
from incubator.kernel.money import MAX_AMOUNT_MINOR
from incubator.kernel.periods import Period, month_of

CONTRACT_TERM = "contract term"


@dataclass(frozen=True, slots=True)
class CustomerKey:
    """Who is billed: a customer of a legal entity, in one currency."""

    customer_id: UUID
    legal_entity_id: UUID
    currency: str


@dataclass(slots=True)
class CustomerPlan:
    """What is to be done for one customer: new charges, what credits pay, the terms' next days, the documents' lines; or why it cannot be.

    `late_periods` counts the periods that were due before the month.
    """

    key: CustomerKey
    charges: list[NewCharge] = field(default_factory=list)
    moved_terms: list[tuple[UUID, date]] = field(default_factory=list)
    moved_minimums: list[tuple[UUID, date]] = field(default_factory=list)
    credit_uses: list[CreditUse] = field(default_factory=list)
    documents: list[list[PlannedLine]] = field(default_factory=list)
    late_periods: int = 0
    refusal: DomainError | None = None


_KEYS = "unnest($1::uuid[], $2::uuid[], $3::text[]) AS k(customer_id, legal_entity_id, currency)"
_OF_KEY = "{0}.customer_id = k.customer_id AND {0}.legal_entity_id = k.legal_entity_id AND {0}.currency = k.currency"
TERM_IS_DUE = "t.next_period_start < {until} AND (t.ends_on IS NULL OR t.next_period_start <= t.ends_on)"
"""A term (t) has a period that begins before a day, and was not billed."""
TERM_IS_PLAIN = (
    "(t.basis = 'month' AND t.timing = 'advance' AND NOT t.is_waived AND t.discount_percent = 0 AND t.next_period_start = {first}"
    " AND (t.ends_on IS NULL OR t.ends_on >= {until}::date - 1) AND t.unit_price_minor * t.quantity <= " + str(MAX_AMOUNT_MINOR) + ""
    " AND NOT EXISTS (SELECT 1 FROM contract_pause p WHERE p.contract_id = t.contract_id) AND NOT EXISTS (SELECT 1 FROM contract m"
    " WHERE m.minimum_minor IS NOT NULL AND m.customer_id = c.customer_id AND m.legal_entity_id = c.legal_entity_id AND m.currency = c.currency))"
)
"""A term (t) of a contract (c) costs its price for the whole of a month, and nothing else is to be thought of."""
CHARGE_IS_OPEN = "NOT EXISTS (SELECT 1 FROM invoice_line l WHERE l.charge_id = h.id)"
"""A charge (h) stands on no invoice."""


async def plan(keys: Sequence[CustomerKey], month: Period, *, to_write: bool) -> list[CustomerPlan]:
    """Plan the billing of customers up to the end of a month, in the order of `keys`.

    With `to_write` promises, terms, charges and credits are locked, in this order and each by their ids. A customer whose prices make no sense has a plan with the refusal and nothing else.
    """
    columns = _columns(keys)
    plans = {key: CustomerPlan(key) for key in keys}
    promised = await minimums.promised(columns, month, lock=to_write)
    terms = await _due_terms(columns, month, lock=to_write)
    pauses = await _pauses({term["contract_id"] for term in terms})
    open_charges = await _open_charges(columns, month, lock=to_write)
    sites = {row["site_id"] for row in (*terms, *open_charges)} | {minimum.buyer.site_id for minimum in promised}
    desk = await TaxDesk.open({key.legal_entity_id for key in keys}, {key.customer_id for key in keys}, sites)
    for term in terms:
        found = plans[_key_of(term)]
        if found.refusal is None:
            try:
                _charge_term(found, term, month, pauses.get(term["contract_id"], ()), desk)
            except DomainError as refusal:
                found.refusal, found.charges, found.moved_terms = refusal, [], []
    _charge_minimums(plans, promised, await minimums.spent(columns, promised), month, desk)
    purses = await credit_uses.purses(columns, month, lock=to_write)
    used = await credit_uses.uses_of([row["id"] for row in open_charges if row["reduced_minor"]])
    lines: dict[CustomerKey, list[PlannedLine]] = {}
    for open_charge in open_charges:
        lines.setdefault(_key_of(open_charge), []).append(line_of_row(open_charge, desk))
    for key, found in plans.items():
        if found.refusal is None:
            purse = purses.get((key.customer_id, key.legal_entity_id, key.currency))
            _share_out(found, [*lines.get(key, ()), *(line_of_new(charge) for charge in found.charges)], purse, used)
    return list(plans.values())


async def expected(keys: Sequence[CustomerKey], month: Period) -> dict[CustomerKey, int]:
    """Return what a plan of customers comes to, as priced, without the plain months and without deciding any tax.

    What makes no sense counts nothing; a run parks it.
    """
    columns = _columns(keys)
    sums = dict.fromkeys(keys, 0)
    terms = await _due_terms(columns, month, lock=False, leave_plain=True)
    pauses = await _pauses({term["contract_id"] for term in terms})
    spent: dict[tuple[CustomerKey, date], int] = {}
    for term in terms:
        key, price, held = _key_of(term), _price_of(term), pauses.get(term["contract_id"], ())
        for part in _due_of(term, price, month).parts:
            amount, _ = amount_of_days(price, part, **_days_of(term, part, held))
            if amount > MAX_AMOUNT_MINOR:
                continue
            sums[key] += amount
            of_month = (key, month_of(part.days.first).first)
            spent[of_month] = spent.get(of_month, 0) + amount
    promised = await minimums.promised(columns, month, lock=False)
    charged = await minimums.spent(columns, promised)
    for minimum in promised:
        key = CustomerKey(minimum.buyer.customer_id, minimum.buyer.legal_entity_id, minimum.buyer.currency)
        for over in minimum.months_over(month):
            before = charged.get((key.customer_id, key.legal_entity_id, key.currency, over.first), 0)
            short = minimum.short_of(over, before + spent.get((key, over.first), 0))
            sums[key] += short.amount_minor if short else 0
    for row in await db.rows(
        "SELECT h.customer_id, h.legal_entity_id, h.currency, sum(h.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM charge_reduction r"
        f" WHERE r.charge_id = h.id), 0))::bigint AS amount FROM charge h JOIN {_KEYS} ON {_OF_KEY.format('h')}"
        f" WHERE h.month < $4 AND {CHARGE_IS_OPEN} GROUP BY 1, 2, 3",
        *columns,
        month.end,
    ):
        sums[_key_of(row)] += row["amount"]
    return sums


def _columns(keys: Sequence[CustomerKey]) -> list[object]:
    return [[k.customer_id for k in keys], [k.legal_entity_id for k in keys], [k.currency for k in keys]]


def _charge_minimums(
    plans: dict[CustomerKey, CustomerPlan],
    promised: Sequence[minimums.Minimum],
    spent: dict[tuple[UUID, UUID, str, date], int],
    month: Period,
    desk: TaxDesk,
) -> None:
    """Add what months that are over fall short of what was promised."""
    for minimum in promised:
        key = CustomerKey(minimum.buyer.customer_id, minimum.buyer.legal_entity_id, minimum.buyer.currency)
        found = plans[key]
        if found.refusal is not None:
            continue
        for over in minimum.months_over(month):
            new = sum(charge.priced.amount_minor for charge in found.charges if month_of(charge.first) == over)
            short = minimum.short_of(over, new + spent.get((key.customer_id, key.legal_entity_id, key.currency, over.first), 0))
            found.moved_minimums = [(minimum.contract_id, over.last)]
            if short is not None:
                found.charges.append(minimum.charge(desk, over, short))


def _key_of(row: asyncpg.Record) -> CustomerKey:
    return CustomerKey(row["customer_id"], row["legal_entity_id"], row["currency"])


async def _due_terms(columns: Sequence[object], month: Period, *, lock: bool, leave_plain: bool = False) -> list[asyncpg.Record]:
    but = f" AND NOT {TERM_IS_PLAIN.format(first='$5', until='$4')}" if leave_plain else ""
    return await db.rows(
        "SELECT t.id, t.contract_id, c.customer_id, c.legal_entity_id, c.site_id, c.currency, s.time_zone, t.description, t.basis, t.quantity,"
        " t.unit_price_minor, t.price_includes_tax, t.supply, t.tax_category, t.tax_rate, t.is_waived, t.starts_on, t.ends_on, t.timing,"
        " t.next_period_start, t.anchor_on, t.discount_percent, t.discount_until"
        f" FROM contract_term t JOIN contract c ON c.id = t.contract_id JOIN site s ON s.id = c.site_id JOIN {_KEYS} ON {_OF_KEY.format('c')}"
        f" WHERE {TERM_IS_DUE.format(until='$4')}{but} ORDER BY t.id" + (" FOR UPDATE OF t" if lock else ""),
        *columns,
        month.end,
        *([month.first] if leave_plain else []),
    )


async def _pauses(contract_ids: Iterable[UUID]) -> dict[UUID, list[Period]]:
    found: dict[UUID, list[Period]] = {}
    for row in await db.rows(
        "SELECT contract_id, first_on, coalesce(last_on, '9999-12-30'::date) AS last_on FROM contract_pause WHERE contract_id = ANY($1::uuid[])",
        list(contract_ids),
    ):
        found.setdefault(row["contract_id"], []).append(Period.of(row["first_on"], row["last_on"]))
    return found


async def _open_charges(columns: Sequence[object], month: Period, *, lock: bool) -> list[asyncpg.Record]:
    """Return charges on no invoice. They are read after they are locked: who waited would not see what was billed or reduced meanwhile."""
    these = f"FROM charge h JOIN {_KEYS} ON {_OF_KEY.format('h')} WHERE h.month < $4 AND {CHARGE_IS_OPEN} ORDER BY h.id"
    if lock and not await db.rows(f"SELECT h.id {these} FOR UPDATE OF h", *columns, month.end):
        return []
    return await db.rows(
        "SELECT h.*, coalesce((SELECT sum(r.amount_minor) FROM charge_reduction r WHERE r.charge_id = h.id), 0)::bigint AS reduced_minor"
        f" {these}",
        *columns,
        month.end,
    )


def _price_of(term: asyncpg.Record) -> Price:
    return Price(term["unit_price_minor"], Basis(term["basis"]), term["price_includes_tax"], term["quantity"], term["is_waived"])


def _due_of(term: asyncpg.Record, price: Price, month: Period) -> Due:
    recurrence = Recurrence(price.basis, Timing(term["timing"]), term["starts_on"], term["ends_on"], term["anchor_on"])
    return due_parts(recurrence, term["next_period_start"], month.end, clock.today(term["time_zone"]))


class _Days(TypedDict):
    paused: int
    discount_percent: Decimal
    discounted: int


def _days_of(term: asyncpg.Record, part: Part, pauses: Sequence[Period]) -> _Days:
    return {
        "paused": paused_days(part.days, pauses) if pauses else 0,
        "discount_percent": term["discount_percent"],
        "discounted": discounted_days(part.days, term["discount_until"], pauses) if term["discount_percent"] else 0,
    }


def _charge_term(found: CustomerPlan, term: asyncpg.Record, month: Period, pauses: Sequence[Period], desk: TaxDesk) -> None:
    """Add the charges of a term's periods that are due."""
    price = _price_of(term)
    buyer = Buyer(term["customer_id"], term["legal_entity_id"], term["site_id"], term["currency"])
    given = GivenTax(TaxCategory[term["tax_category"]], term["tax_rate"] or Decimal(0)) if term["tax_category"] else None
    due = _due_of(term, price, month)
    for part in due.parts:
        days = _days_of(term, part, pauses)
        found.late_periods += part.days.end <= month.first
        if days["paused"] == part.days.days:
            continue
        priced = price_days(price, part, buyer.currency, **days)
        found.charges.append(
            new_charge(
                desk,
                Source(CONTRACT_TERM, term["id"], part.days.first.isoformat()),
                buyer,
                term["description"],
                price,
                Supply(term["supply"]),
                given,
                (part.days.first, part.days.last),
                priced.priced,
                discount_minor=priced.discount_minor,
            )
        )
    if due.parts:
        found.moved_terms.append((term["id"], due.next_start))


def _share_out(found: CustomerPlan, lines: list[PlannedLine], purse: Purse | None, used: Mapping[UUID, Sequence[CreditUse]]) -> None:
    if len(lines) > 1:
        lines.sort(key=lambda line: (line.site_id, line.supplied_from, line.charge_id))
    if purse is not None or used:
        lines = [_pay(found, line, purse, used.get(line.charge_id, ())) for line in lines]
    for indexes in documents([line.taxed for line in lines]):
        found.documents.append([lines[index] for index in indexes])


def _pay(found: CustomerPlan, line: PlannedLine, purse: Purse | None, before: Sequence[CreditUse]) -> PlannedLine:
    """Return a line at what is left of it when open credits have paid; what they paid before stays with the charge."""
    now = purse.pay(line.charge_id, line.supply, line.supplied_from, line.taxed.amount_minor) if purse else []
    found.credit_uses.extend(now)
    return with_credits(line, before, now, found.key.currency) if now or before else line
