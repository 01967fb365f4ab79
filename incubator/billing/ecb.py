"""The port to the European Central Bank's reference rates of the day, and reading them each working day once they are there."""

from datetime import date, timedelta
from decimal import Decimal
from xml.parsers import expat
from zoneinfo import ZoneInfo

from incubator import db
from incubator.billing.exchange_rates import BANK, keep_rates
from incubator.billing.public_services import ServiceAway, ask
from incubator.config import settings
from incubator.kernel import clock, work
from incubator.kernel.errors import NotANumber
from incubator.kernel.money import parse_decimal
from incubator.kernel.work import TryLater

READ_RATES = "read exchange rates"
PUBLISHED_AT = 16
"""The hour in Frankfurt and Brussels from which on the day's rates are there (source: the bank's page on reference rates)."""
ASK_AGAIN_S = 1800
_ZONE = ZoneInfo("Europe/Brussels")


class _Feed:
    """Reads `<Cube time='…'><Cube currency='…' rate='…'/>…</Cube>` and refuses what such a feed has no use for."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.rates: list[tuple[str, Decimal]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            if self.day is not None:
                raise ServiceAway("ECB: several days")
            self.day = date.fromisoformat(attributes["time"])
        elif "currency" in attributes:
            self.rates.append((attributes["currency"], parse_decimal(attributes.get("rate", ""), "rate")))

    def doctype(self, *_: object) -> None:
        raise ServiceAway("ECB: a document type")


def read_feed(content: bytes) -> tuple[date, list[tuple[str, Decimal]]]:
    """Read the day and its rates, units for one euro.

    Raises:
        ServiceAway: it is no such feed.
    """
    feed, parser = _Feed(), expat.ParserCreate()
    parser.StartElementHandler = feed.start
    parser.StartDoctypeDeclHandler = feed.doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, NotANumber) as error:
        raise ServiceAway(f"ECB: {error}") from error
    if feed.day is None or not feed.rates or any(rate <= 0 or len(currency) != 3 for currency, rate in feed.rates):
        raise ServiceAway("ECB: no rates")
    return feed.day, feed.rates


async def read_rates(today: date) -> None:
    """Read the bank's rates, and keep them. On a holiday the last ones come again, which ends the work of the day at midnight.

    Raises:
        TryLater: the bank is away, or has only older rates yet.
    """
    try:
        reply = await ask("GET", settings().ecb_url, accept="application/xml")
        if reply.status != 200:
            raise ServiceAway(f"ECB: status {reply.status}")
        day, rates = read_feed(reply.content)
    except ServiceAway as error:
        raise TryLater(str(error), ASK_AGAIN_S) from error
    async with db.transaction():
        await keep_rates([(currency, day, per_euro) for currency, per_euro in rates], BANK)
    if day < today and clock.now().astimezone(_ZONE).date() == today:
        raise TryLater(f"ECB: {today} is not there yet", ASK_AGAIN_S)


async def schedule_reading() -> bool:
    """Have today's rates read when they must be there and are not; returns whether that is new."""
    now = clock.now().astimezone(_ZONE)
    day = now.date() if now.hour >= PUBLISHED_AT else now.date() - timedelta(days=1)
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    if await db.value("SELECT EXISTS (SELECT 1 FROM exchange_rate WHERE day = $1 AND source = $2)", day, BANK):
        return False
    return await work.schedule(READ_RATES, "ECB", period=str(day))
