"""What has been booked or used becomes a charge, once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, Source, TimedCharge
from incubator.kernel import clock
from incubator.kernel.periods import elapsed_minutes
from incubator.spaces.lines import SUPPLY_OF_KIND, UnitLine, charge_lines, read_lines
from incubator.spaces.policy import MINUTE
from incubator.spaces.pricing import price_time
from incubator.spaces.standing import RateRow

BOOKED = (
    "SELECT b.id, b.organization_id, b.site_id, b.starts_at, b.ends_at, b.lines, b.price_minor, b.currency, b.price_includes_tax, b.unit_id,"
    " b.rate_id, b.credit_minutes, b.policy->>'charge_on' AS charge_on,"
    " (SELECT coalesce(sum(g.minutes) FILTER (WHERE g.event_id LIKE 'machine %'), sum(g.minutes)) FROM usage g WHERE g.booking_id = b.id AND g.state IN ('closed', 'resolved')) AS used_minutes,"
    " s.legal_entity_id, s.time_zone FROM booking b JOIN site s ON s.id = b.site_id"
)


async def charge_ended_bookings(limit: int = 500) -> int:
    """Charge confirmed bookings that have ended, oldest first; returns how many. One that costs nothing is marked only.

    What is charged by its use waits until every use of it is told and in order.

    Two at once share the bookings out (SKIP LOCKED); each is charged in the transaction that marks it.
    """
    async with db.transaction():
        ended = await db.rows(
            f"{BOOKED} WHERE b.state = 'confirmed' AND b.charged_at IS NULL AND b.ends_at <= $1 AND (b.policy->>'charge_on' = 'reserved'"
            " OR NOT EXISTS (SELECT 1 FROM usage g WHERE g.booking_id = b.id AND g.state IN ('open', 'problem'))) ORDER BY b.ends_at, b.id LIMIT $2"
            " FOR UPDATE OF b SKIP LOCKED",
            clock.now(),
            limit,
        )
        for booking in ended:
            if booking["rate_id"]:
                await _charge_booking(booking)
        await db.execute("UPDATE booking SET charged_at = $2 WHERE id = ANY($1::uuid[])", [b["id"] for b in ended], clock.now())
    return len(ended)


def buyer_of(booking: asyncpg.Record) -> Buyer:
    """Return who buys from whom for a row of `BOOKED`."""
    return Buyer(booking["organization_id"], booking["legal_entity_id"], booking["site_id"], booking["currency"])


async def _charge_booking(booking: asyncpg.Record) -> None:
    """Charge the lines that were agreed; plain time by the hour is one charge of its real time."""
    zone, reserved = ZoneInfo(booking["time_zone"]), elapsed_minutes(booking["starts_at"], booking["ends_at"])
    minutes = minutes_to_charge(booking["charge_on"], reserved, booking["used_minutes"] or 0)
    lines = read_lines(booking["lines"])
    if minutes != reserved:
        lines = [*await _lines_of_use(booking, minutes, lines), *(line for line in lines if line.unit_id != booking["unit_id"])]
    source, buyer, includes_tax = Source("booking", booking["id"]), buyer_of(booking), booking["price_includes_tax"]
    only = lines[0] if len(lines) == 1 and lines[0].line.what == "time" else None
    if only and only.line.minutes == reserved:
        await billing.charge_time(
            TimedCharge(
                source=source,
                buyer=buyer,
                description=f"{only.name}, {only.kind} booking",
                price=Price(only.line.unit_price_minor, Basis.HOUR, includes_tax),
                supply=SUPPLY_OF_KIND[only.kind],
                starts_at=booking["starts_at"],
                ends_at=booking["ends_at"],
                time_zone=booking["time_zone"],
                unit_id=only.unit_id,
            )
        )
        return
    first = booking["starts_at"].astimezone(zone).date()
    last = (booking["ends_at"] - timedelta(microseconds=1)).astimezone(zone).date()
    await charge_lines(lines, source, buyer, "booking", first, last, includes_tax=includes_tax)


def minutes_to_charge(charge_on: str, reserved: int, used: int) -> int:
    """Return how many minutes of a booking are paid: what was reserved, what was used, or the longer."""
    return {"reserved": reserved, "used": used, "longer": max(reserved, used)}[charge_on]


async def _lines_of_use(booking: asyncpg.Record, minutes: int, agreed: Sequence[UnitLine]) -> list[UnitLine]:
    """Price the minutes that were used, from the booking's start, by the rate and the credit it was agreed at."""
    own = next(line for line in agreed if line.unit_id == booking["unit_id"])
    rate = RateRow.of(json.loads(await db.value("SELECT to_json(r) FROM rate r WHERE r.id = $1", booking["rate_id"])))
    until = booking["starts_at"] + minutes * MINUTE
    priced = price_time(rate.tariff, booking["starts_at"], until, booking["time_zone"], booking["currency"], booking["credit_minutes"])
    return [replace(own, line=line) for line in priced.lines if minutes]


async def charge_usage(usage_id: UUID) -> UUID:
    """Charge machine time by its minutes, priced by the hour; inside the running transaction."""
    usage = await db.row(
        "SELECT g.organization_id, g.site_id, g.unit_id, g.used_on, g.minutes, g.hourly_minor, u.name, u.kind, u.price_includes_tax, s.legal_entity_id,"
        " s.currency FROM usage g JOIN unit u ON u.id = g.unit_id JOIN site s ON s.id = g.site_id WHERE g.id = $1",
        usage_id,
    )
    assert usage is not None
    return await billing.charge_count(
        CountedCharge(
            source=Source("usage", usage_id),
            buyer=Buyer(usage["organization_id"], usage["legal_entity_id"], usage["site_id"], usage["currency"]),
            description=f"{usage['name']}, {usage['kind']} usage",
            price=Price(usage["hourly_minor"], Basis.MINUTE, usage["price_includes_tax"], quantity=Decimal(usage["minutes"])),
            supply=SUPPLY_OF_KIND[usage["kind"]],
            supplied_from=usage["used_on"],
            supplied_to=usage["used_on"],
            unit_id=usage["unit_id"],
        )
    )
