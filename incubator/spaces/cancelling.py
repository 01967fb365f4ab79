"""Cancel a whole series, or one of its bookings and those that follow, in one transaction and with one sum of fees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from incubator import db
from incubator.kernel import audit, clock, outbox
from incubator.kernel.actor import Actor
from incubator.kernel.errors import DomainError, Forbidden, NotFound, Refusals
from incubator.kernel.money import to_decimal
from incubator.spaces import queries
from incubator.spaces.booking_errors import CancelNoticePassed, OverrideNeedsReason
from incubator.spaces.changing import close_booking, require_own_or_staff
from incubator.spaces.deciding import override
from incubator.spaces.errors import BookingNotCancellable
from incubator.spaces.events import SeriesCancelled
from incubator.spaces.fees import FEES_OF, cancel_fee, charge_fee
from incubator.spaces.outage_errors import FeeChanged
from incubator.spaces.policy import Policy


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What becomes of one booking of a series: its fee in minor units, or why it cannot be cancelled."""

    booking_id: UUID
    starts_at: datetime
    ends_at: datetime
    fee_minor: int
    refusal: DomainError | None


@dataclass(frozen=True, slots=True)
class CancelReport:
    """What becomes of each booking of a series that stands and has not begun, in order; fees are summed over those that can be cancelled."""

    series_id: UUID
    cancellations: Sequence[Cancellation]
    fee_minor: int
    currency: str


async def preview_series_cancellation(actor: Actor, booking_id: UUID, *, following_only: bool, override_reason: str = "") -> CancelReport:
    """Tell what cancelling the series of a booking would do and cost; nothing is written.

    Args:
        following_only: the booking and those of its series that begin later, not those before.

    Raises:
        NotFound: the actor sees no such booking, or it is none of a series.
        NotSignedIn, Forbidden: it is not the actor's organisation's, and the actor is no staff of the site.
    """
    _, report = await _decide(actor, booking_id, following_only=following_only, override_reason=override_reason)
    return report


@db.retried
async def cancel_series(
    actor: Actor, booking_id: UUID, most_fee_minor: int, *, following_only: bool, override_reason: str = ""
) -> CancelReport:
    """Cancel what can be cancelled of a series, all in one transaction, and report the rest.

    Staff who give a reason cancel without fee, and after the notice.

    Args:
        most_fee_minor: the sum of fees that was shown; nothing is done for more.

    Raises:
        NotFound, NotSignedIn, Forbidden: as `preview_series_cancellation`.
        FeeChanged: it costs more by now than was shown.
        BookingNotCancellable: none of the bookings can be cancelled.
    """
    async with db.transaction():
        found, report = await _decide(actor, booking_id, following_only=following_only, override_reason=override_reason, to_lock=True)
        if report.fee_minor > most_fee_minor:
            shown, asked = (f"{to_decimal(minor, report.currency)} {report.currency}" for minor in (most_fee_minor, report.fee_minor))
            raise FeeChanged(limit=shown, value=asked, path=("input", "feeMinor"))
        done = [one for one in report.cancellations if one.refusal is None]
        if not done:
            state, starts_at = await _first(booking_id)
            raise BookingNotCancellable(state=state, starts_at=starts_at, path=("input", "bookingId"))
        for one in done:
            await close_booking(one.booking_id, "cancelled")
            await charge_fee(found[one.booking_id], "cancel", one.fee_minor)
            await audit.record(actor, "cancel booking", "Booking", one.booking_id, after={"fee_minor": one.fee_minor})
        after = {"cancelled": len(done), "fee_minor": report.fee_minor, "reason": override_reason.strip()}
        await audit.record(actor, "cancel series", "BookingSeries", report.series_id, after=after)
        await outbox.record(SeriesCancelled(report.series_id, tuple(one.booking_id for one in done), actor.person_id, report.fee_minor))
    return report


async def _first(booking_id: UUID) -> tuple[str, datetime]:
    found = await db.row("SELECT state, starts_at FROM booking WHERE id = $1", booking_id)
    assert found is not None
    return found["state"], found["starts_at"]


async def _decide(
    actor: Actor, booking_id: UUID, *, following_only: bool, override_reason: str, to_lock: bool = False
) -> tuple[dict[UUID, asyncpg.Record], CancelReport]:
    """Judge every booking of the series that stands and has not begun; a fixed number of statements."""
    seen = (await queries.bookings_by_id(actor, [booking_id])).get(booking_id)
    if seen is None or seen.series_id is None:
        raise NotFound(kind="Booking", path=("input", "bookingId"))
    require_own_or_staff(actor, seen)
    since = seen.starts_at if following_only else None
    rows = await db.rows(
        f"{FEES_OF} WHERE b.series_id = $1 AND b.state IN ('pending', 'confirmed') AND b.starts_at > $2 AND ($3::timestamptz IS NULL"
        f" OR b.starts_at >= $3) ORDER BY b.id {'FOR UPDATE OF b' if to_lock else ''}",
        seen.series_id,
        clock.now(),
        since,
    )
    found = {row["id"]: row for row in rows}
    own = await queries.bookings_by_id(actor, found)
    judged = sorted(
        (_judge(actor, row, own.get(row["id"]), override_reason) for row in rows), key=lambda one: (one.starts_at, one.booking_id)
    )
    return found, CancelReport(seen.series_id, judged, sum(one.fee_minor for one in judged), seen.currency)


def _judge(actor: Actor, row: asyncpg.Record, seen: queries.BookingRow | None, reason: str) -> Cancellation:
    fee, refusal = 0, None
    try:
        if seen is None:
            raise NotFound(kind="Booking")
        require_own_or_staff(actor, seen)
        fee = _fee(actor, row, reason)
    except (NotFound, Forbidden, CancelNoticePassed, OverrideNeedsReason) as found:
        refusal = found
    return Cancellation(row["id"], row["starts_at"], row["ends_at"], fee, refusal)


def _fee(actor: Actor, row: asyncpg.Record, reason: str) -> int:
    """Return what cancelling a booking costs now; nothing when staff give a reason.

    Raises:
        CancelNoticePassed: the notice has passed, the policy has no fee for that, and the actor may not go on without.
    """
    policy = Policy.read(row["policy"])
    fee = cancel_fee(policy, row["state"], row["price_minor"], row["starts_at"], clock.now())
    if fee == 0 or (fee is not None and not reason.strip()):
        return fee
    late = CancelNoticePassed(
        limit=str(policy.cancel_notice_minutes), value=f"{row['starts_at']:%Y-%m-%d %H:%M} UTC", path=("input", "bookingId")
    )
    try:
        override(actor, row["site_id"], [late], reason)
    except Refusals:
        if fee is None:
            raise late from None
        return fee
    return 0
