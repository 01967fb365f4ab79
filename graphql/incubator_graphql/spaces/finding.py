"""Looking for free times, and at a whole day of a site."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from incubator.kernel.ids import new_id
from incubator.spaces import availability, days, service
from incubator_graphql.errors import UserError, user_error
from incubator_graphql.fields import SIGNED_IN, Info, query
from incubator_graphql.ids import decode, decode_many, encode
from incubator_graphql.outputs import value
from incubator_graphql.spaces.changes import CreateSeriesInput, SeriesReport
from incubator_graphql.spaces.types import Booking, OutageKind, Unit, UnitKind


@value
class FreeSlot:
    """A unit that is free, `[startsAt, endsAt)`. Nothing is held."""

    unit: Unit
    starts_at: datetime
    ends_at: datetime
    missing: list[UserError] = strawberry.field(description="What the viewer lacks to use it then.")


@value
class TakenTime:
    """A time in which a unit is held by a rental, by a unit that it is a part of, or as an accessory."""

    starts_at: datetime
    ends_at: datetime
    kind: str


@value
class OutTime:
    """A time in which a unit cannot be used, and why; without an end until somebody says it is over."""

    outage_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime | None
    kind: OutageKind
    reason: str


@value
class UnitDay:
    """A unit with its bookings, what else holds it, and its outages."""

    unit: Unit
    bookings: list[Booking]
    taken: list[TakenTime]
    outages: list[OutTime]


@value
class SiteDay:
    """A day of a site, `[startsAt, endsAt)`, with its units by name."""

    site_id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    is_closed: bool = strawberry.field(description="The site is closed on that day: for good, from it or an earlier one on.")
    units: list[UnitDay]


@strawberry.type
class FindingQuery:
    """Looking for free times, and at a whole day."""

    @query(SIGNED_IN)
    async def free_slots(
        self,
        info: Info,
        site_ids: list[strawberry.ID],
        minutes: int,
        from_: Annotated[datetime, strawberry.argument(name="from")],
        until: datetime,
        kind: UnitKind | None = None,
        equipment: list[str] | None = None,
        first: int | None = None,
        qualified_only: bool | None = None,
    ) -> list[FreeSlot]:
        """Find the first free time of each unit and day for so many minutes in one piece, ascending, 20 unless `first` (1 to 100) says else.

        `qualifiedOnly`: only what the viewer holds the qualifications for; else each tells what is missing.
        """
        actor, sites = info.context.actor, tuple(decode_many(site_ids, "Site", "siteIds"))
        wanted = (kind.value if kind else None, tuple(equipment or ()), bool(qualified_only))
        terms = availability.SearchTerms(sites, minutes, from_, until, *wanted)
        return [
            FreeSlot(
                unit=Unit.of(slot.unit),
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                missing=[user_error(rule, actor.language) for rule in slot.missing],
            )
            for slot in await availability.find_slots(actor, terms, 20 if first is None else first)
        ]

    @query(SIGNED_IN)
    async def site_day(self, info: Info, site_id: strawberry.ID, on: date) -> SiteDay:
        """Show a day of a site: its units by name, their bookings, and what else holds them. `on` is a day of the site."""
        day = await days.site_day(info.context.actor, decode(site_id, "Site", "siteId"), on)
        return SiteDay(
            site_id=strawberry.ID(encode("Site", day.site_id)),
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            is_closed=day.is_closed,
            units=[
                UnitDay(
                    unit=Unit.of(one.unit),
                    bookings=[Booking.of(row) for row in one.bookings],
                    taken=[TakenTime(starts_at=held.starts_at, ends_at=held.ends_at, kind=held.kind) for held in one.taken],
                    outages=[
                        OutTime(
                            outage_id=strawberry.ID(encode("Outage", out.outage_id)),
                            starts_at=out.starts_at,
                            ends_at=out.ends_at,
                            kind=OutageKind(out.kind),
                            reason=out.reason,
                        )
                        for out in one.outages
                    ],
                )
                for one in day.units
            ],
        )

    @query(SIGNED_IN)
    async def series_preview(self, info: Info, input: CreateSeriesInput) -> SeriesReport:
        """Tell what would become of a series: which instances fail and why, and what the others cost. Nothing is held."""
        report = await service.create_series(info.context.actor, input.terms(), f"preview {new_id()}", is_preview=True)
        return SeriesReport.of(report)
