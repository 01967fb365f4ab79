"""What has been used becomes a charge, once: bookings when they have ended, usage when it is told."""

from decimal import Decimal
from uuid import UUID

from incubator import db
from incubator.billing import service as billing
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, Source, Supply, TimedCharge
from incubator.kernel import clock

SUPPLY_OF_KIND = {
    "desk": Supply.WORKPLACE,
    "bench": Supply.WORKPLACE,
    "office": Supply.ROOM,
    "lab suite": Supply.ROOM,
    "storage": Supply.ROOM,
    "meeting room": Supply.WORKPLACE,
    "instrument": Supply.INSTRUMENT,
}


async def charge_ended_bookings(limit: int = 500) -> int:
    """Charge confirmed bookings that have ended, oldest first; returns how many. One that costs nothing is marked only.

    Two at once share the bookings out (SKIP LOCKED); each is charged in the transaction that marks it.
    """
    async with db.transaction():
        ended = await db.rows(
            "SELECT b.id, b.organization_id, b.site_id, b.starts_at, b.ends_at, b.hourly_minor, b.price_minor, b.currency, b.price_includes_tax,"
            " u.name, u.kind, s.legal_entity_id, s.time_zone FROM booking b JOIN unit u ON u.id = b.unit_id JOIN site s ON s.id = b.site_id"
            " WHERE b.state = 'confirmed' AND b.charged_at IS NULL AND b.ends_at <= $1 ORDER BY b.ends_at, b.id LIMIT $2"
            " FOR UPDATE OF b SKIP LOCKED",
            clock.now(),
            limit,
        )
        for booking in ended:
            if booking["price_minor"]:
                await billing.charge_time(
                    TimedCharge(
                        source=Source("booking", booking["id"]),
                        buyer=Buyer(booking["organization_id"], booking["legal_entity_id"], booking["site_id"], booking["currency"]),
                        description=f"{booking['name']}, {booking['kind']} booking",
                        price=Price(booking["hourly_minor"], Basis.HOUR, booking["price_includes_tax"]),
                        supply=SUPPLY_OF_KIND[booking["kind"]],
                        starts_at=booking["starts_at"],
                        ends_at=booking["ends_at"],
                        time_zone=booking["time_zone"],
                    )
                )
        await db.execute("UPDATE booking SET charged_at = $2 WHERE id = ANY($1::uuid[])", [b["id"] for b in ended], clock.now())
    return len(ended)


async def charge_usage(usage_id: UUID) -> UUID:
    """Charge machine time by its minutes, priced by the hour; inside the running transaction."""
    usage = await db.row(
        "SELECT g.organization_id, g.site_id, g.used_on, g.minutes, g.hourly_minor, u.name, u.kind, u.price_includes_tax, s.legal_entity_id,"
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
        )
    )
