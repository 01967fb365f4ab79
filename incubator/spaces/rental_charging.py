"""A short stay, priced by weeks and days after credit, becomes charges when it is over. What is rented by the month is billed by its contract."""

import json
from decimal import Decimal

import asyncpg

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, Source
from incubator.kernel import clock
from incubator.spaces.lines import SUPPLY_OF_KIND
from incubator.spaces.rental_credits import read_days
from incubator.spaces.rental_pricing import Prices, price_stay


async def charge_ended_stays(limit: int = 200) -> int:
    """Charge short stays whose last day at their site is over, oldest first; returns how many.

    Two at once share them out (SKIP LOCKED); each is charged, for the days that it had in the end and no credit pays, in the transaction
    that marks it.
    """
    async with db.transaction():
        ended = await db.rows(
            "SELECT r.id, r.unit_id, r.organization_id, r.site_id, r.starts_on, r.ends_on, r.prices, r.credit_days, r.currency, r.price_includes_tax,"
            " u.name, u.kind, s.legal_entity_id FROM rental r JOIN unit u ON u.id = r.unit_id JOIN site s ON s.id = r.site_id WHERE r.monthly_minor IS NULL"
            " AND r.charged_at IS NULL AND r.ends_on < ($1::timestamptz AT TIME ZONE s.time_zone)::date ORDER BY r.ends_on, r.id LIMIT $2"
            " FOR UPDATE OF r SKIP LOCKED",
            clock.now(),
            limit,
        )
        for rental in ended:
            await _charge_stay(rental)
        await db.execute("UPDATE rental SET charged_at = $2 WHERE id = ANY($1::uuid[])", [row["id"] for row in ended], clock.now())
    return len(ended)


async def _charge_stay(rental: asyncpg.Record) -> None:
    prices = Prices.read(None, json.loads(rental["prices"]))
    buyer = Buyer(rental["organization_id"], rental["legal_entity_id"], rental["site_id"], rental["currency"])
    lines = price_stay(prices, rental["starts_on"], rental["ends_on"], rental["currency"], read_days(rental["credit_days"]))
    for number, line in enumerate(lines):
        if not line.amount_minor:
            continue
        await billing.charge_count(
            CountedCharge(
                source=Source("rental", rental["id"], str(number or "")),
                buyer=buyer,
                description=f"{rental['name']}, {rental['kind']} rental, {line.what}",
                price=Price(line.unit_price_minor, Basis.ONCE, rental["price_includes_tax"], quantity=Decimal(line.quantity)),
                supply=SUPPLY_OF_KIND[rental["kind"]],
                supplied_from=line.first,
                supplied_to=line.last,
                unit_id=rental["unit_id"],
            )
        )
