"""A site that is closed from a day on takes nothing that lasts longer: what every door asks, besides that of bookings, which has it as a rule."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from incubator import db
from incubator.spaces.booking_errors import SiteClosed


def refuse_past(closes_on: date | None, last: date, path: tuple[str, ...]) -> None:
    """Accept what lasts until a local day, that day included.

    Raises:
        SiteClosed: the site is closed on it.
    """
    if closes_on is not None and last >= closes_on:
        raise SiteClosed(limit=str(closes_on), value=str(last), path=path)


async def require_open_site(site_id: UUID, last: date, path: tuple[str, ...], *, to_lock: bool = False) -> None:
    """Accept what lasts at a site until a local day, that day included; inside the running transaction.

    A closing waits for who has locked a unit of the site, so who has reads the day as it stays. Who has not says `to_lock`, before it
    locks anything that a closing ends: then a closing waits for it too.

    Raises:
        SiteClosed: the site is closed on it.
    """
    refuse_past(
        await db.value(f"SELECT closes_on FROM site WHERE id = $1{' FOR SHARE' if to_lock else ''}", site_id),
        last,
        path,
    )


def last_day(ends_at: datetime, zone: str) -> date:
    """Return the local day on which a time ends; one that ends at midnight ends on the day before."""
    return (ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
