"""What cancelling or not coming costs, by the policy as it stood when the booking was made; the same function previews and charges."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from incubator import db
from incubator.billing import service as billing
from incubator.billing.policy import rounded
from incubator.billing.quoting import Totals
from incubator.billing.terms import Basis, Buyer, CountedCharge, Price, Source
from incubator.kernel import clock
from incubator.kernel.actor import Actor
from incubator.kernel.errors import NotFound
from incubator.spaces import queries
from incubator.spaces.lines import SUPPLY_OF_KIND
from incubator.spaces.policy import MINUTE, Policy

FEES_OF = (
    "SELECT b.id, b.unit_id, b.site_id, b.organization_id, b.booked_by_id, b.companion_id, b.starts_at, b.ends_at, b.title, b.state, b.price_minor,"
    " b.currency, b.price_includes_tax, b.policy, b.accessory_ids, b.override_reason, b.overridden_rules, b.series_id, b.outage_id, b.version, u.name,"
    " u.kind, s.legal_entity_id, s.time_zone FROM booking b JOIN unit u ON u.id = b.unit_id JOIN site s ON s.id = b.site_id"
)
FEE_OF = f"{FEES_OF} WHERE b.id = $1"


@dataclass(frozen=True, slots=True)
class Fees:
    """What it would cost now, in minor units as priced. `cancel_minor` is None when cancelling is refused but for staff.

    `free_until`: until when cancelling is free; None when it always is, until the start. The totals have tax and gross.
    """

    cancel_minor: int | None
    free_until: datetime | None
    no_show_minor: int
    currency: str
    price_includes_tax: bool
    cancel_totals: Totals | None
    no_show_totals: Totals | None


def cancel_fee(policy: Policy, state: str, price_minor: int, starts_at: datetime, now: datetime) -> int | None:
    """Return the fee for cancelling now; None when the notice has passed and the policy has no fee for that.

    What waits for approval is free to go.
    """
    notice = policy.cancel_notice_minutes
    if state == "pending" or notice is None or now + notice * MINUTE <= starts_at:
        return 0
    return None if policy.cancel_fee_percent is None else share(price_minor, policy.cancel_fee_percent)


def share(price_minor: int, percent: int) -> int:
    """Return a part of a price, rounded half up."""
    return rounded(Fraction(price_minor * percent, 100))


async def preview_fees(actor: Actor, booking_id: UUID) -> Fees:
    """Tell what cancelling a booking or not coming would cost.

    Raises:
        NotFound: the actor sees no such booking, or only its time.
        NoTaxRule: no rule says how the fee is taxed.
    """
    seen = (await queries.bookings_by_id(actor, [booking_id])).get(booking_id)
    if seen is None or seen.organization_id is None:
        raise NotFound(kind="Booking", path=("bookingId",))
    found = await db.row(FEE_OF, booking_id)
    assert found is not None
    policy = Policy.read(found["policy"])
    cancel = cancel_fee(policy, found["state"], found["price_minor"], found["starts_at"], clock.now())
    no_show = share(found["price_minor"], policy.no_show_fee_percent)
    notice = policy.cancel_notice_minutes
    return Fees(
        cancel,
        None if notice is None else found["starts_at"] - notice * MINUTE,
        no_show,
        found["currency"],
        found["price_includes_tax"],
        await _totals(found, cancel or 0),
        await _totals(found, no_show),
    )


async def _totals(found: asyncpg.Record, amount_minor: int) -> Totals | None:
    if not amount_minor:
        return None
    supplies = [(SUPPLY_OF_KIND[found["kind"]], amount_minor)]
    return await billing.quote_supplies(_buyer(found), supplies, _day(found), includes_tax=found["price_includes_tax"])


async def charge_fee(found: asyncpg.Record, what: str, amount_minor: int) -> None:
    """Charge a fee for a row of `FEE_OF`, once for each booking and `what` ("cancel", "no show"), inside the running transaction."""
    if not amount_minor:
        return
    await billing.charge_count(
        CountedCharge(
            source=Source("booking fee", found["id"], what),
            buyer=_buyer(found),
            description=f"{found['name']}, {'cancellation' if what == 'cancel' else 'no-show'} fee",
            price=Price(amount_minor, Basis.ONCE, found["price_includes_tax"]),
            supply=SUPPLY_OF_KIND[found["kind"]],
            supplied_from=_day(found),
            supplied_to=_day(found),
            unit_id=found["unit_id"],
        )
    )


def _buyer(found: asyncpg.Record) -> Buyer:
    return Buyer(found["organization_id"], found["legal_entity_id"], found["site_id"], found["currency"])


def _day(found: asyncpg.Record) -> date:
    day: date = (found["ends_at"] - timedelta(microseconds=1)).astimezone(ZoneInfo(found["time_zone"])).date()
    return day
