"""Outages of the demo world: one that is over, one that is planned, each with a booking that it ended; and a calendar feed."""

from collections.abc import Collection
from datetime import date, timedelta

from incubator.demo import cast, life
from incubator.demo.house import Place
from incubator.demo.life import Resident
from incubator.kernel import clock, work
from incubator.spaces import service as spaces

HOUR = timedelta(hours=1)


def working_day(day: date) -> date:
    """Return a day, or the Monday after when it is none on which people work."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day


async def break_and_mend(hamburg: Place, resident: Resident, today: date, leave: Collection[str]) -> None:
    """Let an instrument break weeks ago and be mended, and a room be painted soon; a booking falls into each."""
    owner, desk = resident.startup.owner, await cast.actor("desk@incubator.example", "lsn")
    broken_on = working_day(today - timedelta(days=20))
    evening = life.at(broken_on, 18, hamburg.time_zone)
    with clock.travel_to(life.at(broken_on - timedelta(days=2), 9)):
        terms = spaces.BookingTerms(hamburg.instruments[0], evening, evening + 2 * HOUR, "Overnight imaging")
        await spaces.create_booking(owner, terms, "demo-outage-past")
    with clock.travel_to(evening - HOUR):
        outage = spaces.OutageTerms(hamburg.instruments[0], None, None, "The laser does not start", "Service contract 4471, called at once")
        outage_id = await spaces.announce_outage(desk, outage)
        await work.drain(leave=leave)
    with clock.travel_to(evening + 14 * HOUR):
        await spaces.resolve_outage(desk, outage_id, 1)
        await work.drain(leave=leave)
    paint_on = working_day(today + timedelta(days=3))
    begins = life.at(paint_on, 17, hamburg.time_zone)
    with clock.travel_to(life.at(today - timedelta(days=1), 21)):
        terms = spaces.BookingTerms(hamburg.rooms[1], begins + HOUR, begins + 2 * HOUR, "Advisory board")
        await spaces.create_booking(owner, terms, "demo-outage-ahead")
        painting = spaces.OutageTerms(hamburg.rooms[1], begins, begins + 3 * HOUR, "The walls are painted", "Keys at the front desk")
        await spaces.announce_outage(desk, painting)
        await spaces.create_feed(owner, spaces.FeedTerms())
