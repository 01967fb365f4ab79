"""The port to the European Central Bank's reference rates of the day, and reading them each working day once they are there."""

from datetime import date, timedelta
from decimal import Decimal
from xml.parsers import expat
from zoneinfo import ZoneInfo

from incubator import db
from incubator.billing.exchange_rates import BANK, keep_rates
from incubator.billing.public_services import MAX_BYTES, ServiceAway, ask
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


Rates = list[tuple[str, date, Decimal]]


class _Feed:
    """Reads `<Cube time='…'><Cube currency='…' rate='…'/>…</Cube>` of one day or several; refuses what such a feed has no use for."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.rates: Rates = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Read one element."""
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            self.day = date.fromisoformat(attributes["time"])
        elif "currency" in attributes:
            if self.day is None:
                raise ServiceAway("ECB: a rate without a day")
            self.rates.append((attributes["currency"], self.day, parse_decimal(attributes.get("rate", ""), "rate")))

    def doctype(self, *_: object) -> None:
        """Refuse whatever could hold entities."""
        raise ServiceAway("ECB: a document type")


def read_feed(content: bytes) -> Rates:
    """Read the rates (currency, day, units for one euro).

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
    if not feed.rates or any(rate <= 0 or len(currency) != 3 for currency, _, rate in feed.rates):
        raise ServiceAway("ECB: no rates")
    return feed.rates


async def read_rates(today: date) -> None:
    """Read the bank's rates of the day, or of ninety where more than one is missing, and keep them.

    Raises:
        TryLater: the bank is away, or has only older rates yet. On a bank holiday that goes on until midnight.
    """
    newest: date | None = await db.value("SELECT max(day) FROM exchange_rate WHERE source = $1 AND day <= $2", BANK, today)
    is_next = newest is not None and len(_working_days(newest, today)) <= 1
    name, at_most = ("eurofxref-daily.xml", MAX_BYTES) if is_next else ("eurofxref-hist-90d.xml", 16 * MAX_BYTES)
    try:
        reply = await ask("GET", f"{settings().ecb_url}/{name}", accept="application/xml", at_most=at_most)
        if reply.status != 200:
            raise ServiceAway(f"ECB: status {reply.status}")
        rates = read_feed(reply.content)
    except ServiceAway as error:
        raise TryLater(str(error), ASK_AGAIN_S) from error
    async with db.transaction():
        await keep_rates(rates, BANK)
    if max(day for _, day, _ in rates) < today and clock.now().astimezone(_ZONE).date() == today:
        raise TryLater(f"ECB: {today} is not there yet", ASK_AGAIN_S)


def _working_days(after: date, until: date) -> list[date]:
    """Return the working days after a day up to another."""
    days = (after + timedelta(days=ahead) for ahead in range(1, (until - after).days + 1))
    return [day for day in days if day.weekday() < 5]


async def schedule_reading() -> bool:
    """Have today's rates read when they must be there and are not; returns whether that is new."""
    now = clock.now().astimezone(_ZONE)
    day = now.date() if now.hour >= PUBLISHED_AT else now.date() - timedelta(days=1)
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    if await db.value("SELECT EXISTS (SELECT 1 FROM exchange_rate WHERE day = $1 AND source = $2)", day, BANK):
        return False
    return await work.schedule(READ_RATES, "ECB", period=str(day))
