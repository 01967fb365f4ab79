"""Days of credit: what plans give in each month of a site, and which days of a short stay that pays."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel.jsonable import dumps
from incubator.kernel.periods import Period, month_of, months
from incubator.spaces import queries
from incubator.spaces.allowance_queries import GIVEN, USED_DAYS, read_given, read_used
from incubator.spaces.allowances import Given, left_on
from incubator.spaces.rental_pricing import Prices, cheapest_credit, days_from

OF_CREDIT = {"organization": "$1", "site": "$2"}
GIVEN_DAYS = f"SELECT json_agg(x) FROM ({GIVEN.format(**OF_CREDIT, which='g.kind = $3 AND g.days_per_month IS NOT NULL')}) x"
USED = USED_DAYS.format(**OF_CREDIT, which="u.kind = $3 AND d.day::date BETWEEN $4 AND $5 AND r.id IS DISTINCT FROM $6")
"""How many days of credit of a kind an organisation's rentals (but one) at a site use from a day to another."""


def credit_days(first: date, last: date, given: Sequence[Given], used: Mapping[date, int]) -> list[date]:
    """Return the days from `first` to `last` that credit can pay, in order.

    Of each calendar month the first days, as many as it has left by the plans that hold on them; `used` is by the month's first day.
    """
    found: list[date] = []
    taken = Counter(used)
    for month in months(Period.of(first, last)):
        for part in _parts(max(first, month.first), min(last, month.last), given):
            free = days_from(part.first, min(part.days, left_on(part.first, given, taken)))
            found += free
            taken[month.first] += len(free)
    return found


def _parts(first: date, last: date, given: Sequence[Given]) -> Iterator[Period]:
    """Yield the days from `first` to `last` in parts within which the same plans hold."""
    end = last + timedelta(days=1)
    turns = {turn for one in given for begins, ends in one.terms for turn in (begins, ends + timedelta(days=1)) if first < turn < end}
    edges = [first, *sorted(turns), end]
    for number, edge in enumerate(edges[1:]):
        yield Period(edges[number], edge)


async def credit_left(
    organization_id: UUID, site_id: UUID, kind: str, first: date, last: date, *, to_use: bool, leaving: asyncpg.Record | None = None
) -> list[date]:
    """Return the days from `first` to `last` that an organisation's credit for a kind of unit can pay at a site.

    `to_use` locks the organisation's credit until the running transaction ends, so that no two use the same. `leaving` is a rental of the
    organisation at the site that counts as if it ended before `first`.
    """
    given = read_given(json.loads(await db.value(GIVEN_DAYS, organization_id, site_id, kind) or "[]"), "days")
    if not any(begins <= last and first <= ends for one in given for begins, ends in one.terms):
        return []
    if to_use:
        await queries.lock_credit(organization_id)
    counts = (date.min, date.max) if any(one.carries_months for one in given) else (month_of(first).first, month_of(last).last)
    found = await db.rows(USED, organization_id, site_id, kind, *counts, leaving and leaving["id"])
    used = Counter(read_used(found))
    if leaving is not None and leaving["kind"] == kind:
        used.update(month_of(day).first for day in credit_until(leaving, first - timedelta(days=1)))
    return credit_days(first, last, given, used)


async def credit_for(
    organization_id: UUID,
    unit: queries.BookableUnit,
    first: date,
    last: date,
    prices: Prices,
    *,
    to_use: bool,
    leaving: asyncpg.Record | None = None,
) -> tuple[date, ...]:
    """Return the days of a stay that credit pays; none of one by the month. `to_use` and `leaving` as for `credit_left`."""
    if prices.month_minor is not None:
        return ()
    left = await credit_left(organization_id, unit.site_id, unit.kind, first, last, to_use=to_use, leaving=leaving)
    return cheapest_credit(prices, (last - first).days + 1, left)


def credit_until(rental: asyncpg.Record, last: date) -> tuple[date, ...]:
    """Return which of its days of credit a short stay keeps that ends on a day; the others are given back."""
    kept = [day for day in read_days(rental["credit_days"]) if day <= last]
    return cheapest_credit(_prices_of(rental), (last - rental["starts_on"]).days + 1, kept)


async def credit_of_longer(rental: asyncpg.Record, last: date, *, to_use: bool) -> tuple[date, ...]:
    """Return the days of credit of a rental that goes on until a later day: its own, then of the days that are added what is left."""
    if rental["monthly_minor"] is not None:
        return ()
    added = rental["ends_on"] + timedelta(days=1)
    left = await credit_left(rental["organization_id"], rental["site_id"], rental["kind"], added, last, to_use=to_use)
    return cheapest_credit(_prices_of(rental), (last - rental["starts_on"]).days + 1, [*read_days(rental["credit_days"]), *left])


def _prices_of(rental: asyncpg.Record) -> Prices:
    return Prices.read(rental["monthly_minor"], json.loads(rental["prices"]))


def read_days(kept: str) -> list[date]:
    """Return days of credit as a rental keeps them."""
    return [date.fromisoformat(day) for day in json.loads(kept)]


def write_days(days: Sequence[date]) -> str:
    """Return days of credit as a rental keeps them."""
    return dumps([day.isoformat() for day in days])
