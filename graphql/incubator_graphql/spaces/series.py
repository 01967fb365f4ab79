"""Cancelling a series in the API."""

from datetime import datetime
from typing import Self

import strawberry

from incubator.kernel.actor import Actor
from incubator.spaces import cancelling, service
from incubator_graphql.errors import UserError, user_error
from incubator_graphql.fields import SIGNED_IN, Info, Payload, mutation, query
from incubator_graphql.ids import decode, encode
from incubator_graphql.money import Money
from incubator_graphql.outputs import given, value
from incubator_graphql.scalars import MinorUnits


@value
class BookingCancellation:
    """What becomes of one booking of a series that is cancelled."""

    booking_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    fee: Money
    refusal: UserError | None = strawberry.field(description="Why it cannot be cancelled; null when it can.")


@value
class SeriesCancellation:
    """What becomes of the bookings of a series that stand and have not begun, in order of their start."""

    series_id: strawberry.ID
    cancellations: list[BookingCancellation]
    cancelled_count: int
    fee: Money = strawberry.field(description="The sum of the fees, as priced.")

    @classmethod
    def of(cls, report: cancelling.CancelReport, actor: Actor) -> Self:
        return cls(
            series_id=strawberry.ID(encode("BookingSeries", report.series_id)),
            cancellations=[
                BookingCancellation(
                    booking_id=strawberry.ID(encode("Booking", one.booking_id)),
                    starts_at=one.starts_at,
                    ends_at=one.ends_at,
                    fee=Money.minor(one.fee_minor, report.currency),
                    refusal=user_error(one.refusal, actor.language) if one.refusal else None,
                )
                for one in report.cancellations
            ],
            cancelled_count=sum(one.refusal is None for one in report.cancellations),
            fee=Money.minor(report.fee_minor, report.currency),
        )


@given
class CancelSeriesInput:
    """A booking of the series; all of it is cancelled, or that booking and those that follow."""

    booking_id: strawberry.ID
    fee_minor: MinorUnits = strawberry.field(description="The sum of fees that was shown: for more, nothing is done.")
    following_only: bool = False
    override_reason: str | None = strawberry.field(default=None, description="Staff who give a reason cancel late, and without a fee.")


@value
class CancelSeriesPayload(Payload):
    """What became of the series."""

    report: SeriesCancellation | None = None


@strawberry.type
class SeriesQuery:
    """Looking at what cancelling a series would do."""

    @query(SIGNED_IN)
    async def series_cancellation(
        self, info: Info, booking_id: strawberry.ID, following_only: bool = False, override_reason: str = ""
    ) -> SeriesCancellation:
        """Tell which bookings of a series would be cancelled and what that costs now, before anybody decides."""
        actor = info.context.actor
        report = await service.preview_series_cancellation(
            actor, decode(booking_id, "Booking", "bookingId"), following_only=following_only, override_reason=override_reason
        )
        return SeriesCancellation.of(report, actor)


@strawberry.type
class SeriesMutation:
    """Cancelling a series."""

    @mutation(SIGNED_IN)
    async def cancel_series(self, info: Info, input: CancelSeriesInput) -> CancelSeriesPayload:
        """Cancel a series, or a booking of it and those that follow: what can be, in one transaction, with a report of the rest."""
        report = await service.cancel_series(
            info.context.actor,
            decode(input.booking_id, "Booking", "input", "bookingId"),
            input.fee_minor,
            following_only=input.following_only,
            override_reason=input.override_reason or "",
        )
        return CancelSeriesPayload(report=SeriesCancellation.of(report, info.context.actor))
